//! Why a row of the 1-byte store cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::Store8Cols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::address::{begins_at_limb, chosen};
use crate::chips::gadgets::store::{Store, StoreCols};
use crate::isa::Opcode;

/// 2^-8 modulo p: the rest of a limb above its low byte.
pub(super) const INVERSE_OF_2_8: u32 = 2_122_383_361;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct Store8;

impl Chip for Store8 {
    fn name(&self) -> &'static str {
        "store_8"
    }

    fn width(&self) -> usize {
        Store8Cols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: Store8Cols<B::Var> = builder.current();
        let store = StoreCols::from_cells(&row.store);
        let (count, even) = begins_at_limb(builder, row.at);
        builder.claim_boolean("the address is odd or even", row.is_odd);
        bytes_are_bytes(builder, &row, &store, &count);
        byte_is_in_the_cell(builder, &row, &store);
        store.store(
            builder,
            Store {
                opcodes: [Opcode::Store8, Opcode::Store8Imm],
                byte: even + row.is_odd.into(),
                new: row.new.map(Into::into),
                count,
            },
        );
    }
}

/// Two bytes whose sum low + 256 · high is a limb are its bytes: of the chosen limb of the cell, and of the value's first.
fn bytes_are_bytes<B: ChipBuilder>(
    builder: &mut B,
    row: &Store8Cols<B::Var>,
    store: &StoreCols<B::Var>,
    count: &B::Expr,
) {
    let [low, high] = row.bytes.map(Into::<B::Expr>::into);
    builder.claim_equal(
        "the bytes are the limb",
        low.clone() + high.clone() * B::Expr::from_u32(1 << 8),
        chosen::<B>(&row.at, &store.cell, 0),
    );
    builder.send(Message::byte_pair(low, high), count.clone());
    let [first, ..] = store.value;
    let rest = (first - row.byte) * B::Expr::from_u32(INVERSE_OF_2_8);
    builder.send(Message::byte_pair(row.byte, rest), count.clone());
}

/// In the chosen limb the byte replaces the low or the high one; the other limbs stay.
fn byte_is_in_the_cell<B: ChipBuilder>(builder: &mut B, row: &Store8Cols<B::Var>, store: &StoreCols<B::Var>) {
    let [low, high] = row.bytes;
    let is_odd: B::Expr = row.is_odd.into();
    let change_low = (row.byte - low) * (B::Expr::ONE - is_odd.clone());
    let change_high = (row.byte - high) * is_odd * B::Expr::from_u32(1 << 8);
    let change = change_low + change_high;
    for ((new, old), at) in row.new.into_iter().zip(store.cell).zip(row.at) {
        builder.claim_equal("the byte is in the cell", new, old + change.clone() * at.into());
    }
}
