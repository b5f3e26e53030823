//! Forged cells of bulk operations: the honest ones are with their heads in `bulk_step`.

use p3_field::PrimeCharacteristicRing;

use super::columns::BulkCellsCols;
use crate::chips::builder::Val;
use crate::chips::bulk_step::tests::{CELLS, Kind, corpus, operation, run};
use crate::chips::buses::Tag;
use crate::chips::operation_testing::Account;

#[test]
fn forged_rows_break_a_claim_by_name() {
    let operation = operation(&corpus());
    let forge = |row| operation.forge(CELLS, row);
    let trailing = operation.row_where(CELLS, |cell| cell("is_trailing", 0) == Val::ONE);
    let padding = operation.row_where(CELLS, |cell| cell("writes", 0) + cell("is_trailing", 0) == Val::ZERO);
    let fill = operation.row_where(CELLS, |cell| cell("is_fill", 0) == Val::ONE);
    forge(0).set("is_input", 0, 2).breaks("flags are bits");
    forge(0).set("is_trailing", 0, 1).breaks("a row writes or trails");
    forge(padding).set("loads", 0, 1).breaks("padding does nothing");
    forge(padding).set("is_first", 0, 1).breaks("padding does nothing");
    forge(trailing)
        .set("continues", 0, 1)
        .breaks("nothing follows a trailing row");
    forge(trailing)
        .set("is_first", 0, 1)
        .breaks("a step does not begin with its trailing row");
    forge(0).set("is_first", 0, 0).breaks("a step is one run of rows");
    forge(0).set("continues", 0, 0).breaks("a step is one run of rows");
    forge(padding)
        .set("continues", 0, 1)
        .set("writes", 0, 1)
        .breaks("a step is one run of rows");
    forge(0)
        .set("continues", 0, 0)
        .row(1)
        .set("is_first", 0, 1)
        .breaks("a step covers its bytes");
    forge(0).set("mask", 5, 2).breaks("a mask is bits");
    forge(1).set("mask", 3, 0).breaks("a mask is one run of bits");
    forge(0)
        .add("start_byte", 0, 1)
        .breaks("the first byte is where the mask begins");
    forge(trailing)
        .set("mask", 0, 1)
        .breaks("only a destination is covered");
    forge(1)
        .set("mask", 0, 0)
        .breaks("all cells but the first and last are covered");
    forge(1)
        .set("mask", 7, 0)
        .breaks("all cells but the first and last are covered");
    forge(1).add("remaining", 0, 1).breaks("the bytes count down");
    forge(1).set("is_input", 0, 1).breaks("a step keeps its place");
    forge(1).add("time", 0, 8).breaks("a step keeps its place");
    forge(1).add("target_context", 0, 1).breaks("a step keeps its place");
    forge(1).add("target_cell", 0, 1).breaks("cells count up");
    forge(1).add("source_cell", 0, 1).breaks("cells count up");
    forge(1).set("shift", 0, 1).breaks("one shift");
    forge(1).set("loads", 0, 0).breaks("bytes come from somewhere");
    forge(trailing).set("loads", 0, 0).breaks("bytes come from somewhere");
    forge(fill).set("loads", 0, 1).breaks("a fill reads nothing");
    forge(fill).add("source", 3, 1).breaks("a fill has one byte");
    forge(1).add("source", 3, 1).breaks("covered bytes are the source's");
    forge(1).add("new", 2, 1).breaks("covered bytes are the source's");
    forge(0).add("old", 0, 1).breaks("covered bytes are the source's");
}

/// The last bytes of a destination that come from a further source cell need that cell's row.
#[test]
fn a_trailing_row_cannot_be_left_out() {
    let mut account = Account::new(2, 1);
    run(&mut account, Kind::Copy, 0x100, 0x203, 8);
    let operation = operation(&account);
    let forged = operation.forge(CELLS, 0).set("continues", 0, 0).row(1);
    forged.set("is_trailing", 0, 0).breaks("bytes come from somewhere");
}

#[test]
fn bytes_are_bytes() {
    let operation = operation(&corpus());
    // 256 more in one byte and one less in the next is the same limb.
    let forged = operation.forge(CELLS, 0).add("old", 0, 256).add("old", 1, -1);
    forged.looks_up_what_does_not_exist(Tag::BytePair);
    let aligned = operation.row_where(CELLS, |cell| cell("is_input", 0) == Val::ONE);
    let forged = operation
        .forge(CELLS, aligned)
        .add("source", 0, 256)
        .add("source", 1, -1);
    forged.looks_up_what_does_not_exist(Tag::BytePair);
}

#[test]
fn a_step_that_nobody_announced_stays_unanswered() {
    let operation = operation(&corpus());
    let aligned = operation.row_where(CELLS, |cell| cell("is_input", 0) == Val::ONE);
    operation
        .forge(CELLS, aligned)
        .add("target_cell", 0, 1)
        .stays_unanswered(Tag::Operation);
    operation
        .forge(CELLS, aligned)
        .set("is_input", 0, 0)
        .stays_unanswered(Tag::Operation);
    operation
        .forge(CELLS, aligned)
        .set("writes", 0, 0)
        .breaks("a step is one run of rows");
}

#[test]
fn every_column_of_every_row_kind_is_bound() {
    let operation = operation(&corpus());
    let bound = |row, free: &[&str]| operation.assert_columns_bound::<BulkCellsCols<Val>>(CELLS, row, free);
    let trailing = operation.row_where(CELLS, |cell| cell("is_trailing", 0) == Val::ONE);
    bound(1, &[]);
    // In the window no cell of memory is read, and bytes that are not read are anything.
    bound(
        operation.row_where(CELLS, |cell| cell("is_input", 0) == Val::ONE),
        &["read"],
    );
    // A trailing row has no destination.
    bound(trailing, &["write"]);
    // A fill has neither source nor source cell; that the head sends the cell binds it on the first row.
    bound(
        operation.row_where(CELLS, |cell| cell("is_fill", 0) == Val::ONE),
        &["read"],
    );
}
