//! Memory spaces and the constants of the machine.
//!
//! A cell holds 8 bytes and is addressed by (space, context, cell index). The space comes from the opcode and the context
//! from the execution tuple; neither is ever an operand, which is what makes the sandbox a property of the machine.

/// Version of the instruction set. It is part of every program root.
pub const ISA_VERSION: u32 = 1;

/// Each instruction advances the clock by this much; its accesses lie in the interval.
pub const TIME_STEP: u32 = 8;

/// A frame has at most this many slots: slot operands are 16 bits wide.
pub const MAX_FRAME_SLOTS: u32 = 1 << 16;

/// The frame pointer stays below this bound, checked at each call (slots, 8 bytes each).
pub const MAX_FRAME_POINTER: u32 = 1 << 22;

/// The frame pointer of the first frame of a context.
pub const FIRST_FRAME_POINTER: u32 = 1;

/// The row where the run of context 0 begins.
pub const ENTRY_PC: u32 = 1;

/// Bytes of a Wasm page.
pub const PAGE_BYTES: u64 = 1 << 16;

/// First address of the read-only input window in the linear memory of context 0.
pub const INPUT_BASE: u32 = 1 << 31;

/// The linear memory of context 0 ends below the input window (pages).
pub const MAX_GUEST_PAGES: u32 = 1 << 15;

/// Linear memory of a 32-bit program has at most this many pages.
pub const MAX_PAGES: u32 = 1 << 16;

/// One step of a copy or fill of memory touches at most this many destination cells.
pub const STEP_CELLS: u32 = 256;

/// One step of SHA-256 compresses at most this many blocks.
pub const STEP_BLOCKS: u32 = 256;

/// An entry map has this many entries; functions behind a program's own lead to row 0.
pub const MAX_FUNCTIONS: u32 = 1 << 20;

/// One hash operation covers fewer blocks than this.
pub const MAX_HASH_BLOCKS: u64 = 1 << 26;

/// A budget loaded into the machine is at most this many operators.
pub const MAX_LOADED_GAS: u32 = (1 << 30) - 1;

/// A stack budget loaded into the machine is at most this many bytes.
pub const MAX_LOADED_STACK: u32 = (1 << 24) - 1;

/// Gas of one ROM row is at most this many operators; a larger charge is a row of its own.
pub const MAX_ROW_GAS: u32 = 255;

/// Cells of a leaf of a context tree.
pub const LEAF_CELLS: usize = 8;

/// Each space has this many leaves of 8 cells in the context tree (log2).
pub const SPACE_LEAVES_LOG2: u32 = 26;

/// Memory spaces. The discriminants are the upper bits of leaf indices and part of every program root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Space {
    /// Frame slots: cell index = frame pointer + slot.
    Frame = 0,
    /// Globals, one cell each.
    Global = 1,
    /// Linear memory: cell `i` holds bytes `8i .. 8i + 8`, little-endian.
    Memory = 2,
    /// Tables: per table one cell with the current number of elements, then one cell per element.
    Table = 3,
    /// Passive segments: per segment one cell with its length (0 once dropped), then its bytes (8 per cell) or elements.
    Segment = 4,
    /// Return links, indexed by the callee's frame pointer. No slot or memory opcode addresses them.
    Link = 5,
    /// Machine-owned cells of context 0: see [`ControlCell`].
    Control = 6,
}

impl Space {
    /// Every space, in the order of the discriminants.
    pub const ALL: [Self; 7] = [
        Self::Frame,
        Self::Global,
        Self::Memory,
        Self::Table,
        Self::Segment,
        Self::Link,
        Self::Control,
    ];

    /// The space with this discriminant.
    #[must_use]
    pub fn from_u8(value: u8) -> Option<Self> {
        Self::ALL.get(usize::from(value)).copied()
    }
}

/// Machine-owned cells. Nothing else survives a cut between segments besides the execution tuple and the memory roots.
///
/// The first group holds field elements and is read by machine rows only; the second holds ordinary values and is what
/// `control_get` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ControlCell {
    /// Number of contexts opened so far; the next sandbox gets this number plus one.
    ContextCounter = 0,
    /// (context of the live sandbox or 0, 0, 0, 0).
    Live = 1,
    /// The runtime's tuple while a sandbox runs: (pc, fp, pages, stack).
    RuntimeTuple = 2,
    /// The sandbox's tuple while the runtime runs: (pc, fp, pages, stack).
    SandboxTuple = 3,
    /// First half of the live sandbox's program root.
    ProgramRootLow = 4,
    /// Second half of the live sandbox's program root.
    ProgramRootHigh = 5,
    /// Why the sandbox gave control back: an [`crate::isa::EventKind`].
    EventKind = 8,
    /// What belongs to the event: host function number, trap code, or the charge that was not covered (operators).
    EventDetail = 9,
    /// Out of gas at a function entry: operators of the call's own charge, covered but not yet taken (else 0).
    EventSettled = 10,
    /// Gas left of the loaded budget (operators).
    GasLeft = 11,
    /// Current size of the sandbox's linear memory (pages).
    Pages = 12,
}

impl ControlCell {
    /// Every control cell.
    pub const ALL: [Self; 11] = [
        Self::ContextCounter,
        Self::Live,
        Self::RuntimeTuple,
        Self::SandboxTuple,
        Self::ProgramRootLow,
        Self::ProgramRootHigh,
        Self::EventKind,
        Self::EventDetail,
        Self::EventSettled,
        Self::GasLeft,
        Self::Pages,
    ];

    /// Whether `control_get` may read this cell: it holds an ordinary value, not field elements.
    #[must_use]
    pub fn is_readable(self) -> bool {
        self as u8 >= Self::EventKind as u8
    }

    /// The control cell with this number.
    #[must_use]
    pub fn from_u8(value: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|cell| *cell as u8 == value)
    }
}
