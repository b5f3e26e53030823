//! Honest and forged entry leaves; the chips that open programs are tested together in `program_table`.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::EntryLeafCols;
use super::{EntryLeaf, EntryLeafEvent, entry_leaf_trace};
use crate::chips::builder::{Chip, Sign, Val};
use crate::chips::buses::{Message, ReadTree, Tag};
use crate::chips::check::{Table, check_with};
use crate::chips::poseidon2::{Poseidon2, PoseidonLookups, poseidon2_trace};
use crate::chips::testing::{Forgery, assert_columns_bound_with};
use crate::chips::trace::Trace;
use crate::program::Entry;

fn tables() -> (Trace, Trace, Vec<(Sign, Message<Val>)>) {
    let entries = core::array::from_fn(|i| Entry {
        pc: 100 + i as u32,
        type_index: i as u32 % 3,
    });
    let mut times = [0; 16];
    times[5] = 1;
    let event = EntryLeafEvent {
        handle: 3,
        index: 2,
        entries,
        times,
    };
    let mut hashes = PoseidonLookups::default();
    let (leaves, digests) = entry_leaf_trace(&[event], 1, &mut hashes);
    let three = Val::from_u32(3);
    let partners = Vec::from([
        (Sign::Send, Message::new(Tag::Entry, [3, 37, 105, 2].map(Val::from_u32))),
        (
            Sign::Receive,
            Message::read_node(three, ReadTree::Entry, Val::ZERO, Val::TWO, digests[0]),
        ),
    ]);
    (leaves, poseidon2_trace(&hashes, 0), partners)
}

#[test]
fn honest_leaves_provide_their_entries() {
    let (leaves, hashes, partners) = tables();
    let all = [
        Table::of(&|b| EntryLeaf.eval(b), "entry_leaf", &leaves),
        Table::of(&|b| Poseidon2.eval(b), "poseidon2", &hashes),
    ];
    assert_eq!(check_with(&all, &partners), []);
}

#[test]
fn forged_leaves_break_a_claim_or_a_bus() {
    let (leaves, _, partners) = tables();
    let forgery = Forgery::new("entry_leaf", &|b| EntryLeaf.eval(b), leaves);
    let column = |name| forgery.column::<EntryLeafCols<Val>>(name);
    forgery.set(0, column("is_real"), 2).breaks("real or padding");
    forgery
        .set(1, column("times") + 3, 1)
        .breaks("padding provides nothing");
    forgery.set(0, column("entries") + 10, 7).is_unbalanced(&partners);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let (leaves, hashes, partners) = tables();
    let others = [Table::of(&|b| Poseidon2.eval(b), "poseidon2", &hashes)];
    assert_columns_bound_with::<EntryLeafCols<Val>>(
        "entry_leaf",
        &|b| EntryLeaf.eval(b),
        &leaves,
        0,
        &others,
        &partners,
        &[],
    );
}
