//! How the table of branches is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::BranchCols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::slots::{execution_cells, instruction_trace};
use crate::chips::trace::Trace;

/// One row per event; padding rows are all zero. A branch looks nothing up in the byte table.
pub fn branch_trace(events: &[Event], minimum_height_log2: u32, _: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| Some(fill_row(event)))
}

fn fill_row(event: &Event) -> BranchCols<Val> {
    BranchCols {
        is_real: Val::ONE,
        execution: execution_cells(event),
        gas: Val::from_u8(event.instruction.gas),
        target: Val::from_u32(event.instruction.dst),
    }
}
