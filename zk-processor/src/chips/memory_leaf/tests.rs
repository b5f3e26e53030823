//! Honest, edge and forged leaves.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::MemoryLeafCols;
use super::{LeafEvent, MemoryLeaf, memory_leaf_trace};
use crate::chips::builder::{Chip, Sign, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::byte_table::{ByteLookups, ByteTable, byte_table_trace};
use crate::chips::check::{Failure, Table, check_with};
use crate::chips::poseidon2::{Poseidon2, PoseidonLookups, poseidon2_trace};
use crate::chips::testing::{Forgery, assert_columns_bound_with};
use crate::chips::trace::Trace;
use crate::isa::Space;
use crate::program::commitment::Hasher;

fn leaf(space: Space, leaf: u32, seed: u32) -> LeafEvent {
    let value = |cell: usize, limb: usize| (seed * 31 + cell as u32 * 7 + limb as u32 * 1_000) % 65_536;
    let old = core::array::from_fn(|cell| core::array::from_fn(|limb| value(cell, limb)));
    let mut event = LeafEvent {
        context: 3,
        is_kept: true,
        space,
        leaf,
        old,
        new: old,
        last_time: [0; 8],
    };
    // Cells 1 and 6 were written, cell 2 was only read.
    event.new[1] = [9, 8, 7, 6];
    event.new[6] = [0, 0, 0, 65_535];
    event.last_time = [0, 17, 80, 0, 0, 0, 24, 0];
    event
}

fn events() -> Vec<LeafEvent> {
    Vec::from([
        leaf(Space::Frame, 0, 1),
        leaf(Space::Memory, (1 << 26) - 1, 2),
        leaf(Space::Control, 0x1_0000, 3),
        LeafEvent {
            old: [[0; 4]; 8],
            new: [[0; 4]; 8],
            last_time: [8; 8],
            ..leaf(Space::Link, 5, 4)
        },
        // Of a context that is dropped.
        LeafEvent {
            is_kept: false,
            ..leaf(Space::Frame, 9, 5)
        },
    ])
}

struct Tables {
    leaves: Trace,
    bytes: Trace,
    hashes: Trace,
    partners: Vec<(Sign, Message<Val>)>,
}

/// What memory chips and tree must do, with digests from the program commitment's own hasher.
fn partners(event: &LeafEvent) -> Vec<(Sign, Message<Val>)> {
    let hasher = Hasher::new();
    let digest = |cells: &[[u32; 4]; 8]| {
        let part = |first: usize| core::array::from_fn(|i| cells[first + i / 4][i % 4]);
        let (left, right) = (hasher.compress(&part(0), &part(2)), hasher.compress(&part(4), &part(6)));
        hasher.compress(&left, &right).map(Val::from_u32)
    };
    let [context, index] = [event.context, event.index()].map(Val::from_u32);
    let new = if event.is_kept {
        digest(&event.new)
    } else {
        [Val::ZERO; 8]
    };
    let node = Message::node(context, Val::ZERO, index, digest(&event.old), new);
    let mut partners = Vec::from([(Sign::Send, node)]);
    for cell in 0..8_u32 {
        let message = |time: u32, limbs: [u32; 4]| {
            let key = [event.space as u32, event.context, event.leaf * 8 + cell, time];
            Message::new(Tag::Memory, key.into_iter().chain(limbs).map(Val::from_u32))
        };
        partners.push((Sign::Receive, message(0, event.old[cell as usize])));
        partners.push((
            Sign::Send,
            message(event.last_time[cell as usize], event.new[cell as usize]),
        ));
    }
    partners
}

fn tables(events: &[LeafEvent]) -> Tables {
    let (mut bytes, mut hashes) = (ByteLookups::default(), PoseidonLookups::default());
    let (leaves, _) = memory_leaf_trace(events, 3, &mut bytes, &mut hashes);
    let partners = events.iter().flat_map(partners).collect();
    Tables {
        leaves,
        bytes: byte_table_trace(&bytes),
        hashes: poseidon2_trace(&hashes, 0),
        partners,
    }
}

fn failures(tables: &Tables) -> Vec<Failure> {
    let all = [
        Table::of(&|b| MemoryLeaf.eval(b), "memory_leaf", &tables.leaves),
        Table::of(&|b| ByteTable.eval(b), "byte_table", &tables.bytes),
        Table::of(&|b| Poseidon2.eval(b), "poseidon2", &tables.hashes),
    ];
    check_with(&all, &tables.partners)
}

#[test]
fn honest_leaves_balance_in_every_space() {
    assert_eq!(failures(&tables(&events())), []);
}

#[test]
fn no_leaves_is_an_honest_table() {
    assert_eq!(failures(&tables(&[])), []);
}

#[test]
fn forged_leaves_break_a_claim_or_a_bus() {
    let Tables { leaves, partners, .. } = tables(&events());
    let forgery = Forgery::new("memory_leaf", &|b| MemoryLeaf.eval(b), leaves);
    let column = |name| forgery.column::<MemoryLeafCols<Val>>(name);
    forgery.set(0, column("is_real"), 2).breaks("real or padding");
    forgery
        .set(0, column("space_bits"), 2)
        .breaks("the space is three bits");
    // A leaf that is kept with the digest 0, one that is discarded with a digest, and padding that hashes.
    forgery.set(0, column("is_kept"), 2).breaks("kept or discarded");
    forgery
        .set(0, column("is_kept"), 0)
        .breaks("a discarded leaf has no digest");
    forgery.set(6, column("is_kept"), 1).breaks("only a real leaf is kept");
    forgery
        .set(4, column("new_digests") + 16, 1)
        .breaks("a discarded leaf has no digest");
    // Another initial value; an earlier last time; the same leaf told twice.
    forgery.set(0, column("old"), 12_345).is_unbalanced(&partners);
    forgery.set(0, column("last_time") + 1, 0).is_unbalanced(&partners);
    forgery.set(5, column("is_real"), 1).is_unbalanced(&partners);
}

/// Claiming that a leaf is discarded changes the digest that its tree closes with.
#[test]
fn a_leaf_of_a_kept_tree_cannot_be_discarded() {
    let honest = tables(&events());
    let mut discarded = events();
    discarded[0].is_kept = false;
    let forged = Tables {
        partners: honest.partners,
        ..tables(&discarded)
    };
    let at_the_node = |failure: &Failure| matches!(failure, Failure::Bus { tag: Tag::Node, .. });
    assert!(failures(&forged).iter().any(at_the_node));
}

/// A leaf of one space must not pass as a leaf of another: bit 26 of the number moved into the space.
#[test]
fn a_leaf_cannot_change_its_space() {
    let events = events();
    let Tables {
        leaves, bytes, hashes, ..
    } = tables(&events);
    let column =
        |name| Forgery::new("memory_leaf", &|b| MemoryLeaf.eval(b), leaves.clone()).column::<MemoryLeafCols<Val>>(name);
    let mut forged = leaves.clone();
    // Space 2 (memory) as space 1 with 2^26 more: the index stays the same.
    forged.set(1, column("space_bits"), Val::ONE);
    forged.set(1, column("space_bits") + 1, Val::ZERO);
    let high = forged.cell(1, column("leaf_high"));
    forged.set(1, column("leaf_high"), high + Val::from_u32(1 << 10));
    let all = [
        Table::of(&|b| MemoryLeaf.eval(b), "memory_leaf", &forged),
        Table::of(&|b| ByteTable.eval(b), "byte_table", &bytes),
        Table::of(&|b| Poseidon2.eval(b), "poseidon2", &hashes),
    ];
    let failures = check_with(&all, &[]);
    let range =
        |failure: &Failure| matches!(failure, Failure::Bus { tag: Tag::Range16, fields, .. } if fields[0] >= 1 << 16);
    assert!(failures.iter().any(range), "{failures:?}");
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let Tables {
        leaves,
        bytes,
        hashes,
        partners,
    } = tables(&events());
    let others = [
        Table::of(&|b| ByteTable.eval(b), "byte_table", &bytes),
        Table::of(&|b| Poseidon2.eval(b), "poseidon2", &hashes),
    ];
    // Row 1 is kept, row 4 discarded.
    for row in [1, 4] {
        assert_columns_bound_with::<MemoryLeafCols<Val>>(
            "memory_leaf",
            &|b| MemoryLeaf.eval(b),
            &leaves,
            row,
            &others,
            &partners,
            &[],
        );
    }
}
