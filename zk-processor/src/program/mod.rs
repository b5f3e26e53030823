//! Programs: the artefact that a lowering yields, its canonical bytes and its root R.
//!
//! R is the Poseidon2 hash of the [`Header`]; the header names everything else by a root. Runtime guest, contracts, a
//! preparation program and an aggregator are all artefacts, so no program is part of a verifying key.

pub mod commitment;
pub mod encoding;
pub mod image;
pub mod interface;

use alloc::vec::Vec;

pub use commitment::{Digest, ZERO_DIGEST};
pub use encoding::ArtefactError;
pub use image::{Image, ImageLeaf};
pub use interface::{Export, ExportKind, FunctionType, Import, Interface, ValueType};

use crate::isa::Instruction;

/// What the lowering says of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Verdict {
    /// The module is valid and can be entered.
    Accepted = 1,
    /// The module is not acceptable under the rules it was lowered with; everything else in the artefact is empty.
    Refused = 2,
    /// The module is valid, but an active segment does not fit: every instantiation traps (out of bounds memory access).
    MemorySegmentTraps = 3,
    /// The module is valid, but an active element segment does not fit: every instantiation traps.
    TableSegmentTraps = 4,
}

impl Verdict {
    /// The verdict with this number.
    #[must_use]
    pub fn from_u8(value: u8) -> Option<Self> {
        [
            Self::Accepted,
            Self::Refused,
            Self::MemorySegmentTraps,
            Self::TableSegmentTraps,
        ]
        .into_iter()
        .find(|verdict| *verdict as u8 == value)
    }
}

/// The fixed-length header whose hash is R.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Version of the instruction set.
    pub isa_version: u32,
    /// The caller's number for the rules that the module was lowered with (NEAR: the protocol version).
    pub variant: u32,
    /// What the lowering says of the module.
    pub verdict: Verdict,
    /// Pages of linear memory at the start.
    pub initial_pages: u32,
    /// `memory.grow` refuses more pages than this.
    pub max_pages: u32,
    /// Number of code rows.
    pub code_rows: u32,
    /// Number of functions, imports first.
    pub functions: u32,
    /// Index of the start function plus one, 0 if there is none.
    pub start: u32,
    /// Root of the code tree.
    pub code_root: Digest,
    /// Root of the entry map.
    pub entry_root: Digest,
    /// Root of the context tree that a fresh context starts from.
    pub initial_root: Digest,
    /// Digest of the interface's canonical bytes.
    pub interface_digest: Digest,
}

impl Header {
    /// What is not a digest, in the order in which it is hashed.
    #[must_use]
    pub const fn scalars(&self) -> [u32; 8] {
        [
            self.isa_version,
            self.variant,
            self.verdict as u32,
            self.initial_pages,
            self.max_pages,
            self.code_rows,
            self.functions,
            self.start,
        ]
    }
}

/// Where a function begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Row of its prologue (of its only rows, for an imported function).
    pub pc: u32,
    /// Canonical type: index into the interface's types.
    pub type_index: u32,
}

/// A program: what the lowering yields and the machine runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefact {
    /// The caller's number for the rules that the module was lowered with.
    pub variant: u32,
    /// What the lowering says of the module.
    pub verdict: Verdict,
    /// Pages of linear memory at the start.
    pub initial_pages: u32,
    /// `memory.grow` refuses more pages than this.
    pub max_pages: u32,
    /// The program ROM. Row 0 is the trap `unreachable`; row 1 is where context 0 starts.
    pub code: Vec<Instruction>,
    /// Functions by index, imports first.
    pub entries: Vec<Entry>,
    /// Initial values of globals, memory, tables and passive segments.
    pub image: Image,
    /// Types, imports, exports and the start function.
    pub interface: Interface,
}

impl Artefact {
    /// The artefact of a module that is not acceptable.
    #[must_use]
    pub fn refused(variant: u32) -> Self {
        Self {
            variant,
            verdict: Verdict::Refused,
            initial_pages: 0,
            max_pages: 0,
            code: Vec::new(),
            entries: Vec::new(),
            image: Image::default(),
            interface: Interface::default(),
        }
    }

    /// The header, with all roots computed: this hashes the whole program.
    #[must_use]
    pub fn header(&self) -> Header {
        commitment::header(self)
    }

    /// The program's root R: hashes the whole program.
    #[must_use]
    pub fn root(&self) -> Digest {
        commitment::header_root(&self.header())
    }

    /// The canonical bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        encoding::to_bytes(self)
    }

    /// Reads canonical bytes.
    ///
    /// # Errors
    /// Bytes that are not the canonical encoding of an artefact.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ArtefactError> {
        encoding::from_bytes(bytes)
    }
}
