//! Collects the events of one segment by chip until the tables are full.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;

use super::route::{Unproved, route};
use super::walk::{BoundaryReads, Walk, WalkError};
use crate::chips::boundary::MAX_END_TIME;
use crate::chips::builder::Chip;
use crate::chips::call_indirect::function_of;
use crate::chips::event::{Event, State};
use crate::chips::hand_over::gives_back;
use crate::chips::machine::MachineChip;
use crate::chips::memory_leaf::LeafEvent;
use crate::chips::sandbox_switch::entered_function;
use crate::executor::inspect::{elements, holds_elements};
use crate::isa::spaces::{LEAF_CELLS, SPACE_LEAVES_LOG2, TIME_STEP};
use crate::isa::{Opcode, Space};
use crate::program::commitment::{CODE_DEPTH, CONTEXT_DEPTH, ENTRIES_PER_LEAF, ENTRY_DEPTH, ROWS_PER_LEAF};
use crate::program::image::leaf_index;

/// When a segment is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentLimits {
    /// Instructions; at most [`SegmentLimits::MAX_INSTRUCTIONS`].
    pub instructions: u32,
    /// Cells of all tables together.
    pub cells: usize,
    /// Messages of all tables together, padding included: each is a leaf of the lookup argument.
    pub messages: usize,
}

impl SegmentLimits {
    /// The clock of a segment allows this many instructions (rule 2).
    pub const MAX_INSTRUCTIONS: u32 = MAX_END_TIME / TIME_STEP - 2;

    /// 2^26 cells and 2^25 messages: what a full segment proves on 24 GiB.
    pub const FULL: Self = Self {
        instructions: Self::MAX_INSTRUCTIONS,
        cells: 1 << 26,
        messages: 1 << 25,
    };
}

/// Why a segment could not be collected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// The run cannot go on.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// An instruction that the machine does not prove.
    #[error(transparent)]
    Unproved(#[from] Unproved),
}

/// A node of a tree that a segment opens: (context or handle, level, index).
type Node = (u32, u32, u32);

/// One segment as the executor saw it.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The tuple at the start.
    pub start: State,
    /// The tuple at the end.
    pub end: State,
    /// Events by chip, in the order of [`MachineChip::INSTRUCTIONS`].
    pub events: Vec<Vec<Event>>,
    /// How often each row of each program was fetched: (handle, pc).
    pub fetches: BTreeMap<(u32, u32), u32>,
    /// How often each entry of each program was looked up: (handle, function).
    pub entries: BTreeMap<(u32, u32), u32>,
    /// Touched leaves of all contexts.
    pub leaves: Vec<LeafEvent>,
    /// What the boundary reads at the start, and the end's read behind it.
    pub reads: BoundaryReads,
    /// Number of the live sandbox at the end, 0 if there is none.
    pub live_at_end: u32,
    /// Contexts that were dropped.
    pub dropped: BTreeSet<u32>,
    /// The public output, if the run halted.
    pub output: Option<[u8; 32]>,
}

impl Segment {
    /// Whether a context outlives the segment: nobody hashes again what is dropped, or left by a run that halted.
    #[must_use]
    pub fn keeps(&self, context: u32) -> bool {
        self.output.is_none() && !self.dropped.contains(&context)
    }

    /// Number of instructions.
    #[must_use]
    pub fn instructions(&self) -> usize {
        (self.end.time / TIME_STEP - 1) as usize
    }
}

/// Walks from the machine's next instruction until the run halts or the next event would pass a limit.
///
/// # Errors
/// See [`SegmentError`].
pub fn collect(walk: &mut Walk<'_, '_>, limits: &SegmentLimits) -> Result<Segment, SegmentError> {
    let start = walk.state();
    let mut collector = Collector::default();
    let mut reads = walk.read_at_start();
    for (cell, value) in boundary_cells(&reads) {
        collector.touch(0, Space::Control, cell, value, false);
    }
    let mut instructions = 0;
    while instructions < limits.instructions.min(SegmentLimits::MAX_INSTRUCTIONS) {
        let opcode = walk.machine().next_instruction().opcode;
        let is_due = instructions % CHECK_INTERVAL == 0 || may_be_long(opcode);
        if instructions > 0 && is_due && !collector.sizes.fit(limits) {
            break;
        }
        collector.bury_dropped(walk);
        let Some(event) = walk.step()? else { break };
        collector.add(event)?;
        instructions += 1;
    }
    let (live_at_end, last_read) = walk.read_at_end();
    if let Some(last) = reads.times.last_mut() {
        *last = last_read;
    }
    let leaves = collector.leaves(walk);
    Ok(Segment {
        start,
        end: walk.state(),
        events: collector.events,
        fetches: collector.fetches,
        entries: collector.entries,
        leaves,
        reads,
        live_at_end,
        dropped: collector.dropped,
        output: walk.output(),
    })
}

/// Sizes are computed anew after this many instructions, and before each that may have many rows; limits are met with [`RESERVE`] to spare.
const CHECK_INTERVAL: u32 = 64;

/// Part of a limit that is left for what an interval adds and for what the sizes do not count (leaves of the input, for one). They are an estimate: whoever fills the
/// tables looks at what came out, and collects fewer instructions if it is too much ([`FilledSegment::cells`](super::FilledSegment::cells)).
const RESERVE: usize = 32;

/// Whether one instruction may stand for thousands of rows.
fn may_be_long(opcode: Opcode) -> bool {
    use Opcode::{MemoryCopyStep, MemoryFillStep, SandboxReadStep, SandboxWriteStep, Sha256Step};
    matches!(
        opcode,
        MemoryCopyStep | MemoryFillStep | SandboxReadStep | SandboxWriteStep | Sha256Step
    )
}

fn boundary_cells(reads: &BoundaryReads) -> [(u32, [u32; 4]); 3] {
    use crate::isa::ControlCell::{Live, ProgramRootHigh, ProgramRootLow};
    let [r0, r1, r2, r3, r4, r5, r6, r7] = reads.sandbox_program;
    [
        (Live as u32, [reads.live, 0, 0, 0]),
        (ProgramRootLow as u32, [r0, r1, r2, r3]),
        (ProgramRootHigh as u32, [r4, r5, r6, r7]),
    ]
}

/// Rows of each chip so far.
#[derive(Clone, Debug)]
pub struct Sizes {
    rows: Vec<usize>,
    per_chip: Vec<(usize, usize)>,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            rows: vec![0; MachineChip::ALL.len()],
            per_chip: MachineChip::ALL
                .iter()
                .map(|chip| (chip.width(), chip.messages().len()))
                .collect(),
        }
    }
}

impl Sizes {
    fn add(&mut self, chip: MachineChip, rows: usize) {
        self.rows[chip as usize] += rows;
    }

    /// Rows of a chip.
    #[must_use]
    pub fn rows(&self, chip: MachineChip) -> usize {
        self.rows[chip as usize]
    }

    /// Cells and messages of all tables, padding included.
    #[must_use]
    pub fn totals(&self) -> (usize, usize) {
        let mut totals = (0, 0);
        for (chip, (width, messages)) in MachineChip::ALL.iter().zip(&self.per_chip) {
            let height: usize = chip.split(self.rows(*chip)).iter().map(|height| 1 << height).sum();
            totals.0 += width * height;
            totals.1 += messages * height;
        }
        totals
    }

    fn fit(&self, limits: &SegmentLimits) -> bool {
        let (cells, messages) = self.totals();
        let bound = |limit: usize| limit - limit / RESERVE;
        cells <= bound(limits.cells) && messages <= bound(limits.messages)
    }
}

/// Values that cells of a touched leaf had at the start, where they were accessed.
type Touched = [Option<[u32; 4]>; LEAF_CELLS];

#[derive(Debug)]
struct Collector {
    events: Vec<Vec<Event>>,
    fetches: BTreeMap<(u32, u32), u32>,
    entries: BTreeMap<(u32, u32), u32>,
    touched: BTreeMap<(u32, u32), Touched>,
    /// Leaves of contexts that were dropped.
    buried: Vec<LeafEvent>,
    dropped: BTreeSet<u32>,
    memory_nodes: BTreeSet<Node>,
    read_nodes: BTreeSet<(u8, Node)>,
    sizes: Sizes,
}

impl Default for Collector {
    fn default() -> Self {
        Self {
            events: MachineChip::INSTRUCTIONS.iter().map(|_| Vec::new()).collect(),
            fetches: BTreeMap::new(),
            entries: BTreeMap::new(),
            touched: BTreeMap::new(),
            buried: Vec::new(),
            dropped: BTreeSet::new(),
            memory_nodes: BTreeSet::new(),
            read_nodes: BTreeSet::new(),
            sizes: Sizes::default(),
        }
    }
}

impl Collector {
    fn add(&mut self, event: Event) -> Result<(), Unproved> {
        let chip = route(&event)?;
        let (handle, pc) = (event.before.handle, event.before.pc);
        let times = self.fetches.entry((handle, pc)).or_insert(0);
        *times += 1;
        if *times == 1 {
            self.open_read_node(
                0,
                handle,
                pc / ROWS_PER_LEAF as u32,
                CODE_DEPTH as u32,
                MachineChip::CodeLeaf,
            );
        }
        if let Some(function) = function_of(&event) {
            *self.entries.entry((handle, function)).or_insert(0) += 1;
            self.open_entry(handle, function);
        }
        // What is entered is looked up in the sandbox's program; its table asks for it when it is filled.
        if let Some(function) = entered_function(&event) {
            self.open_entry(event.after.handle, function);
        }
        let mut is_second = false;
        for access in &event.accesses {
            let halves = holds_elements(access.space, access.cell);
            if access.previous == 0 {
                let values = if is_second { [0, access.old] } else { [access.old, 0] };
                let value = elements(access.space, access.cell, values);
                self.touch(access.context, access.space, access.cell, value, is_second);
            }
            is_second = halves && !is_second;
        }
        if gives_back(&event) {
            self.push(MachineChip::HandOver, event.clone());
        }
        self.push(chip, event);
        Ok(())
    }

    /// The leaf of an entry map that holds this function.
    fn open_entry(&mut self, handle: u32, function: u32) {
        let leaf = function / ENTRIES_PER_LEAF as u32;
        self.open_read_node(1, handle, leaf, ENTRY_DEPTH as u32, MachineChip::EntryLeaf);
    }

    /// A row of a chip.
    fn push(&mut self, chip: MachineChip, event: Event) {
        self.sizes.add(chip, 1);
        if matches!(chip, MachineChip::BulkStep | MachineChip::HashStep) {
            for operation in chip.operations() {
                self.sizes.add(operation.chip, (operation.rows)(&event));
            }
        }
        let place = chip as usize - (MachineChip::ALL.len() - MachineChip::INSTRUCTIONS.len());
        self.events[place].push(event);
    }

    /// The first access to a cell in this segment; the second half of a cell of field elements comes separately.
    fn touch(&mut self, context: u32, space: Space, cell: u32, value: [u32; 4], is_second_half: bool) {
        let index = leaf_index(space, cell);
        let is_new = !self.touched.contains_key(&(context, index));
        let cells = self.touched.entry((context, index)).or_default();
        let old = &mut cells[cell as usize % LEAF_CELLS];
        match old {
            Some([_, _, third, fourth]) if is_second_half => [.., *third, *fourth] = value,
            _ => *old = Some(value),
        }
        if is_new {
            self.open_memory_nodes(context, index);
        }
    }

    fn open_memory_nodes(&mut self, context: u32, leaf: u32) {
        self.sizes.add(MachineChip::MemoryLeaf, 1);
        self.sizes.add(MachineChip::Poseidon2, 6);
        for level in 1..=CONTEXT_DEPTH as u32 {
            if !self.memory_nodes.insert((context, level, leaf >> level)) {
                break;
            }
            self.sizes.add(MachineChip::MemoryTree, 1);
            self.sizes.add(MachineChip::Poseidon2, 2);
        }
    }

    fn open_read_node(&mut self, tree: u8, handle: u32, leaf: u32, depth: u32, leaf_chip: MachineChip) {
        if !self.read_nodes.insert((tree, (handle, 0, leaf))) {
            return;
        }
        self.sizes.add(leaf_chip, 1);
        self.sizes.add(MachineChip::Poseidon2, 3);
        for level in 1..=depth {
            if !self.read_nodes.insert((tree, (handle, level, leaf >> level))) {
                break;
            }
            self.sizes.add(MachineChip::ReadTree, 1);
            self.sizes.add(MachineChip::Poseidon2, 1);
        }
    }

    /// The leaves of a sandbox that the next instruction drops are as they will ever be.
    fn bury_dropped(&mut self, walk: &Walk<'_, '_>) {
        let is_drop = walk.machine().next_instruction().opcode == Opcode::SandboxDrop;
        if walk.state().context != 0 || !is_drop {
            return;
        }
        if let Some(context) = walk.machine().live_sandbox() {
            self.dropped.insert(context);
            let dead: Vec<_> = self
                .touched
                .range((context, 0)..=(context, u32::MAX))
                .map(|(key, _)| *key)
                .collect();
            for key in dead {
                if let Some(old) = self.touched.remove(&key) {
                    self.buried.push(leaf_event(walk, key, &old, false));
                }
            }
        }
    }

    /// All touched leaves with their values at the start and at the end.
    fn leaves(&mut self, walk: &Walk<'_, '_>) -> Vec<LeafEvent> {
        let mut leaves = core::mem::take(&mut self.buried);
        let alive = self.touched.iter();
        let is_kept = walk.output().is_none();
        leaves.extend(alive.map(|(key, old)| leaf_event(walk, *key, old, is_kept)));
        leaves
    }
}

fn leaf_event(walk: &Walk<'_, '_>, (context, index): (u32, u32), touched: &Touched, is_kept: bool) -> LeafEvent {
    let space = Space::from_u8((index >> SPACE_LEAVES_LOG2) as u8).unwrap_or(Space::Control);
    let leaf = index & ((1 << SPACE_LEAVES_LOG2) - 1);
    let mut event = LeafEvent {
        context,
        is_kept,
        space,
        leaf,
        old: [[0; 4]; LEAF_CELLS],
        new: [[0; 4]; LEAF_CELLS],
        last_time: [0; LEAF_CELLS],
    };
    for (place, touched) in (0..).zip(touched) {
        let (value, last) = walk.cell(context, space, leaf * LEAF_CELLS as u32 + place);
        let place = place as usize;
        event.new[place] = value;
        event.old[place] = touched.unwrap_or(value);
        event.last_time[place] = if touched.is_some() { last } else { 0 };
    }
    event
}
