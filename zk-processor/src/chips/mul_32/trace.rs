//! How the table of 32-bit products is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::Mul32Cols;
use crate::chips::builder::Val;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::gadgets::product::Product;
use crate::chips::gadgets::slots::{Operands, instruction_trace, zero_row};
use crate::chips::trace::Trace;

/// One row per event; padding rows are all zero.
pub fn mul_32_trace(events: &[Event], minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    instruction_trace(events, minimum_height_log2, |event| fill_row(event, lookups))
}

/// The row of one event; `None` if the event has other accesses than this chip's opcodes make.
fn fill_row(event: &Event, lookups: &mut ByteLookups) -> Option<Mul32Cols<Val>> {
    let (operands, destination, values) = Operands::of_write(event, lookups)?;
    let mut row: Mul32Cols<Val> = zero_row();
    row.is_real = Val::ONE;
    row.put_operands(operands);
    row.put_destination(destination);
    row.put_product(Product::filled(values.a, values.b, lookups));
    Some(row)
}
