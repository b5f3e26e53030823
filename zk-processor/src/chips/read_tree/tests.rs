//! Honest and forged read-only trees.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::ReadTreeCols;
use super::{LeafLookup, ReadTreeChip, SparseTree, read_tree_rows, read_tree_trace};
use crate::chips::builder::{Chip, Sign, Val};
use crate::chips::buses::{Message, ReadTree};
use crate::chips::check::{Table, check_with};
use crate::chips::poseidon2::{Poseidon2, PoseidonLookups, poseidon2_trace};
use crate::chips::testing::{Forgery, assert_columns_bound_with};
use crate::chips::trace::Trace;

const DEPTH: u32 = 5;

fn digest(seed: u32) -> [Val; 8] {
    [Val::from_u32(seed); 8]
}

/// Leaves 0, 1, 6 and 31 exist; 1 is looked up twice, 31 once, and the empty leaf 20 once.
fn tables() -> (Trace, Trace, Vec<(Sign, Message<Val>)>) {
    let tree = SparseTree::new(
        [(0, digest(10)), (1, digest(11)), (6, digest(16)), (31, digest(41))],
        digest(0),
        DEPTH,
    );
    let lookups = [(1, 2), (20, 1), (31, 1)].map(|(index, times)| LeafLookup { index, times });
    let mut hashes = PoseidonLookups::default();
    let rows = read_tree_rows(4, ReadTree::Code, &tree, &lookups, &mut hashes);
    let four = Val::from_u32(4);
    let leaf =
        |index: u32, seed| Message::read_node(four, ReadTree::Code, Val::ZERO, Val::from_u32(index), digest(seed));
    let root = Message::read_node(four, ReadTree::Code, Val::from_u32(DEPTH), Val::ZERO, tree.root());
    let partners = Vec::from([
        (Sign::Send, leaf(1, 11)),
        (Sign::Send, leaf(1, 11)),
        (Sign::Send, leaf(20, 0)),
        (Sign::Send, leaf(31, 41)),
        (Sign::Receive, root),
    ]);
    (read_tree_trace(&rows, 5), poseidon2_trace(&hashes, 0), partners)
}

#[test]
fn honest_leaves_reach_the_root() {
    let (nodes, hashes, partners) = tables();
    let all = [
        Table::of(&|b| ReadTreeChip.eval(b), "read_tree", &nodes),
        Table::of(&|b| Poseidon2.eval(b), "poseidon2", &hashes),
    ];
    assert_eq!(check_with(&all, &partners), []);
}

#[test]
fn forged_nodes_break_a_claim_or_a_bus() {
    let (nodes, _, partners) = tables();
    let forgery = Forgery::new("read_tree", &|b| ReadTreeChip.eval(b), nodes.clone());
    let column = |name| forgery.column::<ReadTreeCols<Val>>(name);
    let padding = (0..nodes.height())
        .find(|row| nodes.cell(*row, column("is_code")) == Val::ZERO)
        .expect("a padding row");
    forgery.set(0, column("is_entry"), 1).breaks("one tree or padding");
    forgery.set(0, column("is_input"), 2).breaks("one tree or padding");
    forgery
        .set(padding, column("times"), 1)
        .breaks("padding provides nothing");
    // A leaf that is not in the tree, and a node of one tree passed off as another's.
    forgery.set(0, column("left"), 99).is_unbalanced(&partners);
    forgery
        .set(0, column("is_code"), 0)
        .and(0, column("is_entry"), 1)
        .is_unbalanced(&partners);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let (nodes, hashes, partners) = tables();
    let others = [Table::of(&|b| Poseidon2.eval(b), "poseidon2", &hashes)];
    assert_columns_bound_with::<ReadTreeCols<Val>>(
        "read_tree",
        &|b| ReadTreeChip.eval(b),
        &nodes,
        0,
        &others,
        &partners,
        &[],
    );
}
