//! The programs of a run: the runtime and what it may open, with the trees of their code and entry maps.

use alloc::vec::Vec;

use crate::chips::code_leaf::CodeLeafEvent;
use crate::chips::entry_leaf::EntryLeafEvent;
use crate::chips::program_table::ProgramEvent;
use crate::chips::read_tree::SparseTree;
use crate::program::commitment::{
    CODE_DEPTH, Digest, ENTRIES_PER_LEAF, ENTRY_DEPTH, Hasher, Node, ROWS_PER_LEAF, code_leaves, entry_leaves,
    header_root, header_with, to_digest,
};
use crate::program::{Artefact, Entry, Header};

/// A program with what its openings need.
#[derive(Debug)]
struct Program<'a> {
    artefact: &'a Artefact,
    header: Header,
    root: Digest,
    code: SparseTree,
    entries: SparseTree,
}

/// The programs of a run by handle: the runtime is 1.
#[derive(Debug, Default)]
pub struct Programs<'a> {
    all: Vec<Program<'a>>,
}

impl<'a> Programs<'a> {
    /// Adds a program; the first is the runtime, the others are the library in its order. Hashes the whole program.
    pub fn add(&mut self, artefact: &'a Artefact) {
        let hasher = Hasher::new();
        let empty = hasher.leaf(&Default::default());
        let tree = |leaves: Vec<Node>, depth: usize| SparseTree::new((0..).zip(leaves), empty, depth as u32);
        let code = tree(hasher.leaves(code_leaves(&artefact.code)), CODE_DEPTH);
        let entries = tree(hasher.leaves(entry_leaves(&artefact.entries)), ENTRY_DEPTH);
        let header = header_with(artefact, [&code, &entries].map(|tree| to_digest(&tree.root())));
        self.all.push(Program {
            artefact,
            header,
            root: header_root(&header),
            code,
            entries,
        });
    }

    /// R of the program in this place.
    #[must_use]
    pub fn root(&self, place: usize) -> Digest {
        self.all.get(place).map_or([0; 8], |program| program.root)
    }

    /// The header of the program in this place.
    #[must_use]
    pub fn header(&self, place: usize) -> Option<Header> {
        self.all.get(place).map(|program| program.header)
    }

    /// The handle of the program with this root.
    #[must_use]
    pub fn handle_of(&self, root: &Digest) -> Option<u32> {
        let place = self.all.iter().position(|program| program.root == *root)?;
        Some(place as u32 + 1)
    }

    /// The artefact in this place.
    #[must_use]
    pub fn artefact(&self, place: usize) -> Option<&'a Artefact> {
        self.all.get(place).map(|program| program.artefact)
    }

    /// A row of the program table for each, not looked up yet.
    pub(super) fn events(&self) -> Vec<ProgramEvent> {
        let event = |program: &Program<'_>| ProgramEvent {
            header: program.header,
            times: [0; 4],
        };
        self.all.iter().map(event).collect()
    }

    /// The code tree of a handle that the walk named.
    pub(super) fn code_tree(&self, handle: u32) -> &SparseTree {
        &self.all[handle as usize - 1].code
    }

    /// The entry map of a handle that the walk named.
    pub(super) fn entry_tree(&self, handle: u32) -> &SparseTree {
        &self.all[handle as usize - 1].entries
    }

    /// A leaf of a program's entry map, not looked up yet.
    pub(super) fn entry_leaf(&self, handle: u32, index: u32) -> EntryLeafEvent {
        EntryLeafEvent {
            handle,
            index,
            entries: entries(self.all[handle as usize - 1].artefact, index),
            times: [0; ENTRIES_PER_LEAF],
        }
    }

    /// A leaf of a program's code, not fetched from yet.
    pub(super) fn code_leaf(&self, handle: u32, index: u32) -> CodeLeafEvent {
        CodeLeafEvent {
            handle,
            index,
            rows: code_rows(self.all[handle as usize - 1].artefact, index),
            times: [0; ROWS_PER_LEAF],
        }
    }
}

fn code_rows(artefact: &Artefact, index: u32) -> [Option<crate::isa::Instruction>; ROWS_PER_LEAF] {
    core::array::from_fn(|row| artefact.code.get(index as usize * ROWS_PER_LEAF + row).copied())
}

fn entries(artefact: &Artefact, index: u32) -> [Entry; ENTRIES_PER_LEAF] {
    let first = index as usize * ENTRIES_PER_LEAF;
    core::array::from_fn(|place| artefact.entries.get(first + place).copied().unwrap_or_default())
}
