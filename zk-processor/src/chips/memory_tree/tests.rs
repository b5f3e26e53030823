//! Honest, edge and forged trees.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::MemoryTreeCols;
use super::trace::Roots;
use super::{ContextTree, DEPTH, MemoryTree, TreeLeaf, memory_tree_trace};
use crate::chips::builder::{Chip, Sign, Val};
use crate::chips::buses::Message;
use crate::chips::check::{Failure, Table, check_with};
use crate::chips::poseidon2::{Poseidon2, PoseidonLookups, poseidon2_trace};
use crate::chips::read_tree::SparseTree;
use crate::chips::testing::{Forgery, assert_columns_bound_with};
use crate::chips::trace::Trace;
use crate::isa::Space;
use crate::program::commitment::Hasher;
use crate::program::{Image, ImageLeaf};

/// Leaves as values of their first cell, by index.
type Values = BTreeMap<u32, u64>;

fn image_root(values: &Values) -> [Val; 8] {
    let leaves = values.iter().map(|(index, value)| ImageLeaf {
        index: *index,
        cells: [*value, 0, 0, 0, 0, 0, 0, 0],
    });
    let image = Image::from_leaves(leaves.collect()).expect("ascending");
    Hasher::new().context_root(&image).map(Val::from_u32)
}

fn leaf_digest(value: u64) -> [Val; 8] {
    let hasher = Hasher::new();
    let mut first = [0; 8];
    for (limb, element) in first.iter_mut().take(4).enumerate() {
        *element = (value >> (16 * limb) & 0xffff) as u32;
    }
    let zero = [0; 8];
    let (left, right) = (hasher.compress(&first, &zero), hasher.compress(&zero, &zero));
    hasher.compress(&left, &right).map(Val::from_u32)
}

/// The tree with these leaves.
fn tree(values: &Values) -> SparseTree {
    let leaves = values.iter().map(|(index, value)| (*index, leaf_digest(*value)));
    SparseTree::new(leaves, leaf_digest(0), DEPTH as u32)
}

struct Tables {
    trees: Trace,
    hashes: Trace,
    roots: Vec<Roots>,
    partners: Vec<(Sign, Message<Val>)>,
}

fn index(space: Space, leaf: u32) -> u32 {
    crate::program::image::leaf_index(space, leaf * 8)
}

/// Context 0 changes two leaves, reads one, creates one; context 4 touches nothing; context 5 does what context 0 does and is dropped.
fn tables() -> Tables {
    let before = Values::from([
        (index(Space::Frame, 0), 5),
        (index(Space::Memory, 77), 6),
        (index(Space::Memory, 78), 7),
    ]);
    let mut after = before.clone();
    after.insert(index(Space::Frame, 0), 50);
    after.insert(index(Space::Memory, 78), u64::MAX);
    after.insert(index(Space::Control, (1 << 26) - 1), 1);
    let touched = [
        index(Space::Frame, 0),
        index(Space::Memory, 77),
        index(Space::Memory, 78),
        index(Space::Control, (1 << 26) - 1),
    ];
    let digest = |values: &Values, index: u32| leaf_digest(values.get(&index).copied().unwrap_or_default());
    let leaves: Vec<_> = touched
        .iter()
        .map(|at| TreeLeaf {
            index: *at,
            digests: [digest(&before, *at), digest(&after, *at)],
        })
        .collect();
    let context = |context, is_kept, leaves| ContextTree {
        context,
        is_kept,
        tree: tree(&before),
        leaves,
    };
    // A leaf of a discarded context has no digest after the segment.
    let dropped = leaves.iter().map(|leaf| TreeLeaf {
        digests: [leaf.digests[0], [Val::ZERO; 8]],
        ..*leaf
    });
    let dropped: Vec<_> = dropped.collect();
    let mut contexts = [
        context(0, true, leaves.clone()),
        context(4, true, Vec::new()),
        context(5, false, dropped.clone()),
    ];
    let mut hashes = PoseidonLookups::default();
    let (trees, roots) = memory_tree_trace(&mut contexts, 2, &mut hashes);
    // The trees are those after the segment.
    assert_eq!(contexts[0].tree.root(), image_root(&after));
    assert_eq!(contexts[1].tree.root(), image_root(&before));

    let zero = Val::ZERO;
    let four = Val::from_u32(4);
    let mut partners = Vec::from([
        (Sign::Send, Message::open(zero, image_root(&before))),
        (Sign::Receive, Message::close(zero, image_root(&after))),
        (Sign::Send, Message::open(four, image_root(&before))),
        (Sign::Receive, Message::close(four, image_root(&before))),
    ]);
    let five = Val::from_u32(5);
    partners.push((Sign::Send, Message::open(five, image_root(&before))));
    partners.push((Sign::Receive, Message::close(five, [zero; 8])));
    for (context, leaf) in leaves
        .iter()
        .map(|leaf| (zero, leaf))
        .chain(dropped.iter().map(|leaf| (five, leaf)))
    {
        let [old, new] = leaf.digests;
        partners.push((
            Sign::Receive,
            Message::node(context, zero, Val::from_u32(leaf.index), old, new),
        ));
    }
    Tables {
        trees,
        hashes: poseidon2_trace(&hashes, 0),
        roots,
        partners,
    }
}

fn failures(tables: &Tables) -> Vec<Failure> {
    let all = [
        Table::of(&|b| MemoryTree.eval(b), "memory_tree", &tables.trees),
        Table::of(&|b| Poseidon2.eval(b), "poseidon2", &tables.hashes),
    ];
    check_with(&all, &tables.partners)
}

#[test]
fn honest_trees_open_and_close_with_the_roots_of_the_program_commitment() {
    let tables = tables();
    assert_eq!(failures(&tables), []);
    assert_eq!(tables.roots.len(), 3);
    let last = &tables.roots[1];
    assert_eq!((last.context, last.roots[0]), (4, last.roots[1]));
}

#[test]
fn forged_trees_break_a_claim_or_a_bus() {
    let Tables { trees, partners, .. } = tables();
    let forgery = Forgery::new("memory_tree", &|b| MemoryTree.eval(b), trees);
    let column = |name| forgery.column::<MemoryTreeCols<Val>>(name);
    let root = (0..)
        .find(|row| forgery.value(*row, column("is_root")) == Val::ONE)
        .expect("a root row");
    let real_rows = (0..)
        .take_while(|row| forgery.value(*row, column("is_inner")) + forgery.value(*row, column("is_root")) == Val::ONE)
        .count();
    forgery
        .set(root, column("is_inner"), 1)
        .breaks("root, inner node or padding");
    forgery.set(root, column("level"), 28).breaks("the root is on top");
    forgery.set(root, column("index"), 1).breaks("the root is on top");
    forgery.set(0, column("left_touched"), 2).breaks("touched is a bit");
    // A node that is kept with the digest 0, a discarded one with another, and padding that hashes.
    forgery.set(root, column("is_kept"), 2).breaks("kept or discarded");
    forgery
        .set(root, column("is_kept"), 0)
        .breaks("a discarded node has no digest");
    forgery
        .set(real_rows, column("is_kept"), 1)
        .breaks("only a real node is kept");
    forgery
        .set(real_rows - 1, column("digest") + 8, 1)
        .breaks("a discarded node has no digest");
    // A leaf handed out by padding, and an untouched subtree that changes.
    forgery
        .set(real_rows, column("left_touched"), 1)
        .breaks("padding touches nothing");
    let untouched = (0..real_rows)
        .find(|row| forgery.value(*row, column("left_touched")) == Val::ZERO)
        .expect("an untouched child");
    forgery
        .set(untouched, column("left") + 8, 1)
        .breaks("an untouched child keeps its digest");
    // The same context opened a second time.
    forgery
        .set(0, column("is_root"), 1)
        .and(0, column("is_inner"), 0)
        .breaks("the root is on top");
    // A leaf handed out twice: the second side of the lowest row is marked as touched too.
    let twice = (0..real_rows)
        .find(|row| forgery.value(*row, column("right_touched")) == Val::ZERO)
        .expect("an untouched child");
    forgery.set(twice, column("right_touched"), 1).is_unbalanced(&partners);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let Tables {
        trees,
        hashes,
        partners,
        ..
    } = tables();
    let others = [Table::of(&|b| Poseidon2.eval(b), "poseidon2", &hashes)];
    let is_root =
        Forgery::new("memory_tree", &|b| MemoryTree.eval(b), trees.clone()).column::<MemoryTreeCols<Val>>("is_root");
    let root = (0..trees.height())
        .find(|row| trees.cell(*row, is_root) == Val::ONE)
        .expect("a root row");
    let discarded = (0..trees.height())
        .rfind(|row| trees.cell(*row, is_root) == Val::ONE)
        .expect("a root row");
    for row in [0, root, discarded] {
        assert_columns_bound_with::<MemoryTreeCols<Val>>(
            "memory_tree",
            &|b| MemoryTree.eval(b),
            &trees,
            row,
            &others,
            &partners,
            &[],
        );
    }
}

/// Leaves set one after the other give the tree that is made of all of them, whatever was there before.
#[test]
fn a_tree_can_be_updated() {
    let mut values = Values::from([(3, 1), (index(Space::Memory, 77), 6)]);
    let mut updated = tree(&values);
    for changes in [[(3, 9), (4, 2)], [(u32::MAX >> 3, 8), (4, 0)]] {
        updated.set_leaves(changes.map(|(index, value)| (index, leaf_digest(value))));
        values.extend(changes);
        assert_eq!(updated.root(), tree(&values).root());
    }
}
