//! Honest and forged leaves of the input.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::InputLeafCols;
use super::{InputLeaf, InputLeafEvent, input_leaf_trace};
use crate::chips::builder::{Chip, Sign, Val};
use crate::chips::buses::{Message, ReadTree, Tag};
use crate::chips::byte_table::{ByteLookups, ByteTable, byte_table_trace};
use crate::chips::check::{CheckBuilder, Failure, Table, check_with};
use crate::chips::event::limbs;
use crate::chips::poseidon2::{Poseidon2, PoseidonLookups, poseidon2_trace};
use crate::chips::testing::{Forgery, assert_columns_bound_with};
use crate::chips::trace::Trace;
use crate::program::commitment::Hasher;

fn eval(builder: &mut CheckBuilder<'_>) {
    InputLeaf.eval(builder);
}

fn leaves() -> Vec<InputLeafEvent> {
    let cells = |seed: u64| core::array::from_fn(|cell| (seed + cell as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    Vec::from([
        InputLeafEvent {
            index: 0,
            cells: cells(1),
            times: [1, 0, 0, 2, 0, 0, 0, 1],
        },
        InputLeafEvent {
            index: (1 << 25) - 1,
            cells: [0; 8],
            times: [0, 0, 0, 0, 0, 0, 0, 3],
        },
    ])
}

struct Tables {
    leaves: Trace,
    bytes: Trace,
    hashes: Trace,
    partners: Vec<(Sign, Message<Val>)>,
}

/// Who asks for cells, and who provides the nodes; digests from the program commitment's own hasher.
fn partners(leaf: &InputLeafEvent) -> Vec<(Sign, Message<Val>)> {
    let hasher = Hasher::new();
    let all: Vec<u32> = leaf
        .cells
        .iter()
        .flat_map(|cell| (0..4).map(move |limb| (cell >> (16 * limb) & 0xffff) as u32))
        .collect();
    let part = |from: usize| core::array::from_fn(|i| all[from + i]);
    let (left, right) = (
        hasher.compress(&part(0), &part(8)),
        hasher.compress(&part(16), &part(24)),
    );
    let digest = hasher.compress(&left, &right).map(Val::from_u32);
    let index = Val::from_u32(leaf.index);
    let node = Message::read_node(Val::ZERO, ReadTree::Input, Val::ZERO, index, digest);
    let mut partners = Vec::from([(Sign::Receive, node)]);
    for (place, (cell, times)) in (0..).zip(leaf.cells.iter().zip(leaf.times)) {
        let number = Val::from_u32(leaf.index * 8 + place);
        let ask = Message::new(Tag::Input, core::iter::once(number).chain(limbs(*cell)));
        partners.extend((0..times).map(|_| (Sign::Send, ask.clone())));
    }
    partners
}

fn tables(leaves: &[InputLeafEvent]) -> Tables {
    let (mut bytes, mut hashes) = (ByteLookups::default(), PoseidonLookups::default());
    let trace = input_leaf_trace(leaves, 2, &mut bytes, &mut hashes);
    Tables {
        leaves: trace,
        bytes: byte_table_trace(&bytes),
        hashes: poseidon2_trace(&hashes, 0),
        partners: leaves.iter().flat_map(partners).collect(),
    }
}

fn failures(tables: &Tables) -> Vec<Failure> {
    let all = [
        Table::of(&eval, "input_leaf", &tables.leaves),
        Table::of(&|b| ByteTable.eval(b), "byte_table", &tables.bytes),
        Table::of(&|b| Poseidon2.eval(b), "poseidon2", &tables.hashes),
    ];
    check_with(&all, &tables.partners)
}

#[test]
fn honest_leaves_balance() {
    assert_eq!(failures(&tables(&leaves())), []);
    assert_eq!(failures(&tables(&[])), []);
}

#[test]
fn forged_leaves_break_a_claim_or_a_bus() {
    let Tables { leaves, partners, .. } = tables(&leaves());
    let forgery = Forgery::new("input_leaf", &eval, leaves);
    let column = |name| forgery.column::<InputLeafCols<Val>>(name);
    forgery.set(0, column("is_real"), 2).breaks("real or padding");
    forgery.set(3, column("times"), 1).breaks("padding provides nothing");
    // Another cell than the tree holds, a cell of another place, a limb that is none.
    forgery.set(0, column("cells"), 12_345).is_unbalanced(&partners);
    forgery.set(0, column("index"), 5).is_unbalanced(&partners);
    forgery.set(0, column("cells"), 1 << 16).is_unbalanced(&partners);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let Tables {
        leaves,
        bytes,
        hashes,
        partners,
    } = tables(&leaves());
    let others = [
        Table::of(&|b| ByteTable.eval(b), "byte_table", &bytes),
        Table::of(&|b| Poseidon2.eval(b), "poseidon2", &hashes),
    ];
    assert_columns_bound_with::<InputLeafCols<Val>>("input_leaf", &eval, &leaves, 0, &others, &partners, &[]);
}
