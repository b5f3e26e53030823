//! Why a row of the byte table cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::ByteTableCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct ByteTable;

impl Chip for ByteTable {
    fn name(&self) -> &'static str {
        "byte_table"
    }

    fn width(&self) -> usize {
        ByteTableCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        true
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        eval(builder);
    }
}

/// Claims and messages of the byte table.
fn eval<B: ChipBuilder>(builder: &mut B) {
    let row: ByteTableCols<B::Var> = builder.current();
    let next: ByteTableCols<B::Var> = builder.next();

    each_bit_is_a_bit(builder, &row);
    row_number_counts_up(builder, &row, &next);
    conjunction_is_that_of_the_bits(builder, &row);

    let (a, b) = (weigh::<B>(&row.a_bits), weigh::<B>(&row.b_bits));
    builder.provide(Message::bytes(a.clone(), b.clone(), row.conjunction), row.bytes_times);
    builder.provide(Message::byte_pair(a.clone(), b.clone()), row.pair_times);
    builder.provide(Message::range16(a + b * B::Expr::from_u32(1 << 8)), row.range_times);
}

fn each_bit_is_a_bit<B: ChipBuilder>(builder: &mut B, row: &ByteTableCols<B::Var>) {
    for bit in row.a_bits.into_iter().chain(row.b_bits) {
        builder.claim_boolean("each bit is a bit", bit);
    }
}

/// Row 0 is 0 and each row is one more than the row before. With exactly 2^16 rows of 16 bits, every value occurs exactly once.
fn row_number_counts_up<B: ChipBuilder>(builder: &mut B, row: &ByteTableCols<B::Var>, next: &ByteTableCols<B::Var>) {
    let value =
        |row: &ByteTableCols<B::Var>| weigh::<B>(&row.a_bits) + weigh::<B>(&row.b_bits) * B::Expr::from_u32(1 << 8);
    let first = builder.is_first_row();
    builder.claim("the first row is 0", first * value(row));
    let transition = builder.is_transition();
    builder.claim(
        "the row number counts up",
        transition * (value(next) - value(row) - B::Expr::ONE),
    );
}

fn conjunction_is_that_of_the_bits<B: ChipBuilder>(builder: &mut B, row: &ByteTableCols<B::Var>) {
    let conjunction = row
        .a_bits
        .into_iter()
        .zip(row.b_bits)
        .enumerate()
        .map(|(place, (a, b))| a * b * B::Expr::from_u32(1 << place))
        .fold(B::Expr::ZERO, |sum, term| sum + term);
    builder.claim_equal("the conjunction is that of the bits", row.conjunction, conjunction);
}

fn weigh<B: ChipBuilder>(bits: &[B::Var; 8]) -> B::Expr {
    bits.iter().enumerate().fold(B::Expr::ZERO, |sum, (place, bit)| {
        sum + (*bit).into() * B::Expr::from_u32(1 << place)
    })
}
