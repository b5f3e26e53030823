//! What the rows of a segment look up of programs, counted.

use alloc::collections::BTreeMap;
use core::cell::RefCell;

use super::programs::Programs;
use crate::chips::lookup_source::ProgramSource;
use crate::program::commitment::Digest;
use crate::program::{Entry, Header};

/// Lookups by handle, and of entries by handle and function.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    pub(super) roots: BTreeMap<u32, u32>,
    pub(super) headers: BTreeMap<u32, u32>,
    pub(super) entries: BTreeMap<(u32, u32), u32>,
}

/// Answers for the programs of a run, and counts.
#[derive(Debug)]
pub(super) struct CountingSource<'p, 'a> {
    pub(super) programs: &'p Programs<'a>,
    pub(super) asked: RefCell<Asked>,
}

impl ProgramSource for CountingSource<'_, '_> {
    fn handle(&self, root: &Digest) -> Option<u32> {
        let handle = self.programs.handle_of(root)?;
        *self.asked.borrow_mut().roots.entry(handle).or_insert(0) += 1;
        Some(handle)
    }

    fn header(&self, handle: u32) -> Option<Header> {
        *self.asked.borrow_mut().headers.entry(handle).or_insert(0) += 1;
        self.programs.header(handle as usize - 1)
    }

    fn entry(&self, handle: u32, function: u32) -> Option<Entry> {
        *self.asked.borrow_mut().entries.entry((handle, function)).or_insert(0) += 1;
        let artefact = self.programs.artefact(handle as usize - 1)?;
        Some(artefact.entries.get(function as usize).copied().unwrap_or_default())
    }
}
