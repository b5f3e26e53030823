//! Honest and forged programs, from the root R down to single rows: program table, read-only trees, code and entry leaves together.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::ProgramTableCols;
use super::{ProgramEvent, ProgramTable, program_table_trace};
use crate::chips::builder::{Chip, Sign, Val};
use crate::chips::buses::{Message, ReadTree, Tag};
use crate::chips::byte_table::{ByteLookups, ByteTable, byte_table_trace};
use crate::chips::check::{Table, check_with};
use crate::chips::code_leaf::{CodeLeaf, CodeLeafEvent, code_leaf_trace};
use crate::chips::entry_leaf::{EntryLeaf, EntryLeafEvent, entry_leaf_trace};
use crate::chips::poseidon2::{Poseidon2, PoseidonLookups, poseidon2_trace};
use crate::chips::read_tree::{LeafLookup, ReadTreeChip, SparseTree, read_tree_rows, read_tree_trace};
use crate::chips::testing::{Forgery, assert_columns_bound_with};
use crate::chips::trace::Trace;
use crate::isa::{Instruction, Opcode};
use crate::program::commitment::{CODE_DEPTH, ENTRY_DEPTH};
use crate::program::{Artefact, Entry, Verdict};

const ROWS: u32 = 11;

fn artefact() -> Artefact {
    let row = |n: u32| Instruction::new(Opcode::Add32Imm, n, n as u16 + 1, u64::from(n) * 7);
    let entries = (0..3)
        .map(|n| Entry {
            pc: 2 + 3 * n,
            type_index: n,
        })
        .collect();
    Artefact {
        verdict: Verdict::Accepted,
        initial_pages: 2,
        max_pages: 9,
        code: (0..ROWS).map(row).collect(),
        entries,
        ..Artefact::refused(86)
    }
}

struct Tables {
    programs: Trace,
    nodes: Trace,
    code: Trace,
    entries: Trace,
    bytes: Trace,
    hashes: Trace,
    partners: Vec<(Sign, Message<Val>)>,
}

/// Every row of the code is fetched once and function 1 is looked up once; R is asked for once, the header once.
fn tables() -> Tables {
    let artefact = artefact();
    let (mut bytes, mut hashes) = (ByteLookups::default(), PoseidonLookups::default());
    let code_leaves: Vec<_> = (0..3)
        .map(|index| {
            let rows = core::array::from_fn(|place| artefact.code.get(4 * index as usize + place).copied());
            CodeLeafEvent {
                handle: 1,
                index,
                rows,
                times: rows.map(|row| u32::from(row.is_some())),
            }
        })
        .collect();
    let (code, code_digests) = code_leaf_trace(&code_leaves, 0, &mut bytes, &mut hashes);
    let entry_row = core::array::from_fn(|i| artefact.entries.get(i).copied().unwrap_or_default());
    let mut times = [0; 16];
    times[1] = 1;
    let entry_leaves = [EntryLeafEvent {
        handle: 1,
        index: 0,
        entries: entry_row,
        times,
    }];
    let (entries, entry_digests) = entry_leaf_trace(&entry_leaves, 0, &mut hashes);

    let empty = crate::chips::gadgets::leaf_hash::leaf_digests(&[Val::ZERO; 32], &mut PoseidonLookups::default())[2];
    let code_tree = SparseTree::new((0..).zip(code_digests), empty, CODE_DEPTH as u32);
    let entry_tree = SparseTree::new((0..).zip(entry_digests), empty, ENTRY_DEPTH as u32);
    let once = |index| LeafLookup { index, times: 1 };
    let mut rows = read_tree_rows(1, ReadTree::Code, &code_tree, &[0, 1, 2].map(once), &mut hashes);
    rows.extend(read_tree_rows(1, ReadTree::Entry, &entry_tree, &[once(0)], &mut hashes));
    let header = artefact.header();
    let programs = program_table_trace(&[ProgramEvent { header, times: [1; 4] }], 2, &mut hashes);

    let one = Val::ONE;
    let mut partners: Vec<_> = (0_u32..)
        .zip(&artefact.code)
        .map(|(pc, row)| {
            (
                Sign::Send,
                Message::fetch(one, Val::from_u32(pc), row.to_elements().map(Val::from_u32)),
            )
        })
        .collect();
    partners.push((Sign::Send, Message::new(Tag::Entry, [1, 1, 5, 1].map(Val::from_u32))));
    partners.push((
        Sign::Send,
        Message::new(
            Tag::Program,
            core::iter::once(1).chain(artefact.root()).map(Val::from_u32),
        ),
    ));
    let facts = core::iter::once(1).chain(header.scalars()).chain(header.initial_root);
    partners.push((Sign::Send, Message::new(Tag::Header, facts.map(Val::from_u32))));
    Tables {
        programs,
        nodes: read_tree_trace(&rows, 0),
        code,
        entries,
        bytes: byte_table_trace(&bytes),
        hashes: poseidon2_trace(&hashes, 0),
        partners,
    }
}

#[test]
fn a_program_opens_from_its_root_to_every_row() {
    let tables = tables();
    let all = [
        Table::of(&|b| ProgramTable.eval(b), "program_table", &tables.programs),
        Table::of(&|b| ReadTreeChip.eval(b), "read_tree", &tables.nodes),
        Table::of(&|b| CodeLeaf.eval(b), "code_leaf", &tables.code),
        Table::of(&|b| EntryLeaf.eval(b), "entry_leaf", &tables.entries),
        Table::of(&|b| ByteTable.eval(b), "byte_table", &tables.bytes),
        Table::of(&|b| Poseidon2.eval(b), "poseidon2", &tables.hashes),
    ];
    assert_eq!(check_with(&all, &tables.partners), []);
}

#[test]
fn forged_programs_break_a_claim_or_a_bus() {
    let Tables { programs, partners, .. } = tables();
    let forgery = Forgery::new("program_table", &|b| ProgramTable.eval(b), programs);
    let column = |name| forgery.column::<ProgramTableCols<Val>>(name);
    forgery.set(0, column("is_real"), 2).breaks("real or padding");
    forgery.set(0, column("handle"), 2).breaks("the first handle is 1");
    // Two programs under one handle.
    forgery.set(1, column("handle"), 1).breaks("handles count up");
    forgery.set(1, column("times"), 1).breaks("padding provides nothing");
    // Another limit of memory, a refused program shown as accepted, another code root under the same R.
    forgery.set(0, column("scalars") + 4, 10).is_unbalanced(&partners);
    forgery
        .set(0, column("scalars") + 2, Verdict::Refused as u32)
        .is_unbalanced(&partners);
    forgery.set(0, column("code_root"), 1).is_unbalanced(&partners);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let Tables {
        programs,
        hashes,
        nodes,
        code,
        entries,
        bytes,
        partners,
    } = tables();
    let others = [
        Table::of(&|b| ReadTreeChip.eval(b), "read_tree", &nodes),
        Table::of(&|b| CodeLeaf.eval(b), "code_leaf", &code),
        Table::of(&|b| EntryLeaf.eval(b), "entry_leaf", &entries),
        Table::of(&|b| ByteTable.eval(b), "byte_table", &bytes),
        Table::of(&|b| Poseidon2.eval(b), "poseidon2", &hashes),
    ];
    assert_columns_bound_with::<ProgramTableCols<Val>>(
        "program_table",
        &|b| ProgramTable.eval(b),
        &programs,
        0,
        &others,
        &partners,
        &[],
    );
}
