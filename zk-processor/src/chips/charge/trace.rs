//! How the table of charges is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::ChargeCols;
use crate::chips::builder::{Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::budget::ask_gas;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::chips::trace::Trace;

/// One row per event; padding rows are all zero.
pub fn charge_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    let mut trace = Trace::with_rows(ChargeCols::<Val>::WIDTH, events.len(), minimum_height_log2);
    for (row, event) in events.iter().enumerate() {
        trace.write(row, &fill_row(event, lookups));
    }
    trace
}

fn fill_row(event: &Event, lookups: &mut ByteLookups) -> ChargeCols<Val> {
    let [_, gas, _, _, x0, x1, ..] = event.instruction.to_elements().map(Val::from_u32);
    lookups.ask_pair((event.instruction.low() >> 16) as u8, 0);
    let gas_low = ask_gas(event.after.gas_left, lookups);
    let mut execution = [Val::ZERO; EXECUTION_CELLS];
    event.before.columns().write(&mut execution);
    ChargeCols {
        is_real: Val::ONE,
        execution,
        gas,
        charge: [x0, x1],
        gas_low,
    }
}
