//! Honest, edge and forged byte tables.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::ByteTableCols;
use super::{ByteLookups, ByteTable, byte_table_trace};
use crate::chips::builder::{Chip, ChipBuilder, Val};
use crate::chips::buses::Message;
use crate::chips::check::{CheckBuilder, Failure, Table, check};
use crate::chips::testing::{Forgery, assert_columns_bound};
use crate::chips::trace::Trace;

/// A partner that asks the table for what its cells say: kind (0 nothing, 1 bytes, 2 range), three values.
fn asking(builder: &mut CheckBuilder<'_>) {
    crate::columns! {
        /// One question.
        struct AskCols<T> {
            /// 1 asks for bytes.
            is_bytes: T,
            /// 1 asks for a range.
            is_range: T,
            /// 1 asks for a pair.
            is_pair: T,
            /// The values asked for.
            values: [T; 3],
        }
    }
    let row: AskCols<Val> = builder.current();
    let [a, b, c] = row.values;
    builder.send(Message::bytes(a, b, c), row.is_bytes);
    builder.send(Message::range16(a), row.is_range);
    builder.send(Message::byte_pair(a, b), row.is_pair);
}

fn questions(rows: &[[u32; 6]]) -> Trace {
    let mut trace = Trace::with_rows(6, rows.len(), 0);
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            trace.set(row, column, Val::from_u32(*cell));
        }
    }
    trace
}

fn failures(table: &Trace, rows: &[[u32; 6]]) -> Vec<Failure> {
    let asked = questions(rows);
    check(&[
        Table {
            name: "byte_table",
            eval: &|b| ByteTable.eval(b),
            trace: table,
            public_values: &[],
        },
        Table {
            name: "partner",
            eval: &asking,
            trace: &asked,
            public_values: &[],
        },
    ])
}

#[test]
fn honest_lookups_balance_at_every_edge() {
    let mut lookups = ByteLookups::default();
    lookups.ask_bytes(0, 0);
    lookups.ask_bytes(255, 255);
    lookups.ask_bytes(0b1100, 0b1010);
    lookups.ask_pair(255, 0);
    lookups.ask_range16(0);
    lookups.ask_range16(u16::MAX);
    let rows = [
        [1, 0, 0, 0, 0, 0],
        [1, 0, 0, 255, 255, 255],
        [1, 0, 0, 0b1100, 0b1010, 0b1000],
        [0, 1, 0, 0, 0, 0],
        [0, 1, 0, 65535, 0, 0],
        [0, 0, 1, 255, 0, 0],
    ];
    assert_eq!(failures(&byte_table_trace(&lookups), &rows), []);
}

#[test]
fn what_is_not_in_the_table_cannot_be_looked_up() {
    let table = byte_table_trace(&ByteLookups::default());
    for question in [
        [0, 0, 1, 256, 0, 0],
        [1, 0, 0, 256, 0, 0],
        [1, 0, 0, 3, 1, 2],
        [0, 1, 0, 65536, 0, 0],
    ] {
        let failures = failures(&table, &[question]);
        assert!(
            matches!(failures.as_slice(), [Failure::Bus { surplus: 1, .. }]),
            "{question:?}: {failures:?}"
        );
    }
}

#[test]
fn forged_rows_break_the_claim_that_binds_them() {
    let forgery = Forgery::new(
        "byte_table",
        &|b| ByteTable.eval(b),
        byte_table_trace(&ByteLookups::default()),
    );
    let column = |name| forgery.column::<ByteTableCols<Val>>(name);
    forgery
        .set(7, column("conjunction"), 9)
        .breaks("the conjunction is that of the bits");
    forgery.set(0, column("a_bits"), 1).breaks("the first row is 0");
    forgery.set(9, column("b_bits"), 1).breaks("the row number counts up");
    // Bit 1 of a as 0 and bit 0 as 2 + 1: the same weight, no bits.
    forgery
        .set(3, column("a_bits"), 3)
        .and(3, column("a_bits") + 1, 0)
        .breaks("each bit is a bit");
}

#[test]
fn every_column_is_bound_or_a_free_count() {
    let mut lookups = ByteLookups::default();
    lookups.ask_bytes(5, 9);
    lookups.ask_pair(5, 9);
    lookups.ask_range16(5 + 9 * 256);
    let table = byte_table_trace(&lookups);
    let partner = questions(&[[1, 0, 0, 5, 9, 1], [0, 1, 0, 5 + 9 * 256, 0, 0], [0, 0, 1, 5, 9, 0]]);
    let others = [Table {
        name: "partner",
        eval: &asking,
        trace: &partner,
        public_values: &[],
    }];
    assert_columns_bound::<ByteTableCols<Val>>("byte_table", &|b| ByteTable.eval(b), &table, 5 + 9 * 256, &others, &[]);
}
