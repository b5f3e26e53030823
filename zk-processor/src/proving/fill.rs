//! Turns a segment into filled tables and the record that its proof states.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cell::RefCell;

use p3_field::PrimeField32;

use super::asked::{Asked, CountingSource};
use super::memory::{Memories, tree_leaves};
use super::programs::Programs;
use super::segment::Segment;
use crate::chips::boundary::{BoundaryEvent, INPUT_DEPTH, Point, SegmentRecord, boundary_trace};
use crate::chips::builder::{Chip, Val};
use crate::chips::buses::ReadTree;
use crate::chips::byte_table::{ByteLookups, byte_table_trace};
use crate::chips::check::{CheckBuilder, Failure, Table, check};
use crate::chips::code_leaf::{CodeLeafEvent, code_leaf_trace};
use crate::chips::entry_leaf::{EntryLeafEvent, entry_leaf_trace};
use crate::chips::event::State;
use crate::chips::input_leaf::{InputLeafEvent, input_leaf_trace};
use crate::chips::machine::{Lookups, MIN_HEIGHT_LOG2, MachineChip};
use crate::chips::memory_leaf::{LeafEvent, memory_leaf_trace};
use crate::chips::memory_tree::memory_tree_trace;
use crate::chips::poseidon2::{PoseidonLookups, poseidon2_tables};
use crate::chips::program_table::{ProgramEvent, program_table_trace};
use crate::chips::read_tree::{LeafLookup, SparseTree, read_tree_rows, read_tree_trace};
use crate::chips::trace::Trace;
use crate::executor::Input;
use crate::isa::spaces::LEAF_CELLS;
use crate::isa::{ControlCell, Opcode, Space};
use crate::program::commitment::{Hasher, cell_elements};

/// One filled table of the machine.
#[derive(Clone, Debug)]
pub struct FilledTable {
    /// Its chip.
    pub chip: MachineChip,
    /// Its cells.
    pub trace: Trace,
    /// Its public values: the segment's record for the boundary, nothing for all others.
    pub public_values: Vec<Val>,
}

/// A segment as tables, in the order of [`MachineChip::all_tables`].
#[derive(Clone, Debug)]
pub struct FilledSegment {
    /// The tables.
    pub tables: Vec<FilledTable>,
    /// What the proof states.
    pub record: SegmentRecord,
}

impl FilledSegment {
    /// Cells of all tables together, padding included.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.tables
            .iter()
            .map(|table| table.chip.width() * table.trace.height())
            .sum()
    }

    /// What does not hold of the tables, by the no-proof check ([`check`]): nothing, if a proof can be made of them.
    #[must_use]
    pub fn failures(&self) -> Vec<Failure> {
        let evals: Vec<_> = self
            .tables
            .iter()
            .map(|table| {
                let chip = table.chip;
                move |builder: &mut CheckBuilder<'_>| chip.eval(builder)
            })
            .collect();
        let tables: Vec<_> = self
            .tables
            .iter()
            .zip(&evals)
            .map(|(table, eval)| Table {
                name: table.chip.name(),
                eval,
                trace: &table.trace,
                public_values: &table.public_values,
            })
            .collect();
        check(&tables)
    }
}

/// The input window as a tree, and its cells.
#[derive(Debug)]
pub struct InputTree {
    input: Input,
    tree: SparseTree,
}

impl InputTree {
    /// The tree of an input.
    #[must_use]
    pub fn new(input: Input) -> Self {
        let hasher = Hasher::new();
        let leaves = input.bytes().len().div_ceil(8 * LEAF_CELLS) as u32;
        let digests = hasher.leaves((0..leaves).map(|index| cell_elements(&input.leaf(index))));
        let empty = hasher.leaf(&cell_elements(&[0; LEAF_CELLS]));
        let tree = SparseTree::new((0..).zip(digests), empty, INPUT_DEPTH);
        Self { input, tree }
    }

    /// Its root.
    #[must_use]
    pub fn root(&self) -> crate::program::Digest {
        self.tree.root().map(|element| element.as_canonical_u32())
    }
}

/// Fills every table of a segment and moves `memories` on to its end.
pub fn fill(segment: &Segment, programs: &Programs<'_>, input: &InputTree, memories: &mut Memories) -> FilledSegment {
    let input_asked: RefCell<BTreeMap<(u32, u32), u32>> = RefCell::default();
    let ask_input = |cell: u32| {
        *input_asked.borrow_mut().entry((0, cell)).or_insert(0) += 1;
        input.input.cell(cell)
    };
    let source = CountingSource {
        programs,
        asked: RefCell::default(),
    };
    let mut lookups = Lookups {
        bytes: ByteLookups::default(),
        hashes: PoseidonLookups::default(),
        input: &ask_input,
        programs: &source,
    };
    let mut tables: BTreeMap<MachineChip, Vec<Trace>> = BTreeMap::new();
    for (chip, events) in MachineChip::INSTRUCTIONS.iter().zip(&segment.events) {
        if let Some(fill) = chip.fill() {
            let filled = instances(*chip, events, |events, height| fill(events, height, &mut lookups));
            tables.insert(*chip, filled);
        }
        for operation in chip.operations() {
            for (part, height) in operation.split(events) {
                let table = (operation.fill)(&events[part], height, &mut lookups);
                tables.entry(operation.chip).or_default().push(table);
            }
        }
    }
    let Lookups {
        mut bytes, mut hashes, ..
    } = lookups;
    let programs_asked = source.asked.into_inner();
    open_sandboxes(segment, programs, memories);
    let start = point(&segment.start, segment.reads.live, memories);
    fill_memory(segment, memories, &mut bytes, &mut hashes, &mut tables);
    let asked = input_asked.into_inner();
    let asked = (&asked, &programs_asked);
    let roots_asked = fill_reads(segment, programs, input, asked, &mut bytes, &mut hashes, &mut tables);
    let record = SegmentRecord {
        program_root: programs.root(0),
        input_root: input.root(),
        start,
        end: point(&segment.end, segment.live_at_end, memories),
        end_time: segment.end.time,
        output: segment.output.map(output_limbs),
    };
    let boundary = BoundaryEvent {
        record,
        start: segment.start,
        end: segment.end,
        live: [segment.reads.live, segment.live_at_end],
        sandbox_program: segment.reads.sandbox_program,
        reads: segment.reads.times,
        input_times: roots_asked,
    };
    let (least, _) = MachineChip::Boundary.heights();
    tables.insert(
        MachineChip::Boundary,
        Vec::from([boundary_trace(&boundary, least, &mut bytes)]),
    );
    let heights = MachineChip::Poseidon2.split(hashes.rows());
    tables.insert(MachineChip::Poseidon2, poseidon2_tables(&hashes, &heights));
    tables.insert(MachineChip::ByteTable, Vec::from([byte_table_trace(&bytes)]));
    assemble(tables, record)
}

fn assemble(mut tables: BTreeMap<MachineChip, Vec<Trace>>, record: SegmentRecord) -> FilledSegment {
    let mut filled = Vec::new();
    for chip in MachineChip::ALL {
        for trace in tables.remove(chip).unwrap_or_default() {
            let public_values = if chip.public_values() == 0 {
                Vec::new()
            } else {
                record.public_values()
            };
            filled.push(FilledTable {
                chip: *chip,
                trace,
                public_values,
            });
        }
    }
    FilledSegment { tables: filled, record }
}

fn point(state: &State, live: u32, memories: &Memories) -> Point {
    Point {
        pc: state.pc,
        frame_pointer: state.frame_pointer,
        context: state.context,
        pages: state.pages,
        gas_left: state.gas_left,
        stack_left: state.stack_left,
        memory_root: memories.root(0),
        sandbox_root: if live == 0 { [0; 8] } else { memories.root(live) },
    }
}

fn output_limbs(output: [u8; 32]) -> [u16; 16] {
    core::array::from_fn(|limb| u16::from_le_bytes([output[2 * limb], output[2 * limb + 1]]))
}

/// Fills the instances of a chip whose rows are given as a slice.
fn instances<T>(chip: MachineChip, rows: &[T], mut fill: impl FnMut(&[T], u32) -> Trace) -> Vec<Trace> {
    let mut rest = rows;
    let heights = chip.split(rows.len());
    let parts = heights.into_iter().map(|height| {
        let (now, later) = rest.split_at(rest.len().min(1 << height));
        rest = later;
        fill(now, height)
    });
    parts.collect()
}

/// Opens the contexts of the sandboxes that the segment opens, each with its program's initial values.
fn open_sandboxes(segment: &Segment, programs: &Programs<'_>, memories: &mut Memories) {
    let events = segment.events.iter().flatten();
    for event in events.filter(|event| event.instruction.opcode == Opcode::SandboxOpen && event.before.context == 0) {
        let half = |cell: ControlCell| {
            let mut parts = event.accesses.iter().filter(|access| {
                access.is_machine_owned() && access.space == Space::Control && access.cell == cell as u32
            });
            [parts.next(), parts.next()].map(|part| part.map_or(0, |access| access.new))
        };
        let mut root = [0; 8];
        let halves = half(ControlCell::ProgramRootLow)
            .into_iter()
            .chain(half(ControlCell::ProgramRootHigh));
        for (to, value) in root.as_chunks_mut::<2>().0.iter_mut().zip(halves) {
            *to = [value as u32, (value >> 32) as u32];
        }
        let [live, _] = half(ControlCell::Live);
        let artefact = programs
            .handle_of(&root)
            .and_then(|handle| programs.artefact(handle as usize - 1));
        if let Some(artefact) = artefact {
            memories.open(live as u32, &artefact.image);
        }
    }
}

fn fill_memory(
    segment: &Segment,
    memories: &mut Memories,
    bytes: &mut ByteLookups,
    hashes: &mut PoseidonLookups,
    tables: &mut BTreeMap<MachineChip, Vec<Trace>>,
) {
    let mut digests = Vec::with_capacity(segment.leaves.len());
    let leaves = instances(
        MachineChip::MemoryLeaf,
        &segment.leaves,
        |leaves: &[LeafEvent], height| {
            let (trace, part) = memory_leaf_trace(leaves, height, bytes, hashes);
            digests.extend(part);
            trace
        },
    );
    tables.insert(MachineChip::MemoryLeaf, leaves);
    let contexts: Vec<_> = memories.contexts().collect();
    let mut trees: Vec<_> = contexts
        .into_iter()
        .filter_map(|context| {
            let leaves = tree_leaves(context, &segment.leaves, &digests);
            memories.take(context, segment.keeps(context), leaves)
        })
        .collect();
    let (trace, _) = memory_tree_trace(&mut trees, MIN_HEIGHT_LOG2, hashes);
    tables.insert(MachineChip::MemoryTree, Vec::from([trace]));
    for tree in trees {
        memories.put(tree);
    }
}

/// Code leaves, entry leaves, input leaves, their nodes and the program table; returns how often the input's root is looked up.
fn fill_reads(
    segment: &Segment,
    programs: &Programs<'_>,
    input: &InputTree,
    (input_asked, programs_asked): (&BTreeMap<(u32, u32), u32>, &Asked),
    bytes: &mut ByteLookups,
    hashes: &mut PoseidonLookups,
    tables: &mut BTreeMap<MachineChip, Vec<Trace>>,
) -> u32 {
    let mut rows = Vec::new();
    let code: Vec<CodeLeafEvent> = leaves_of(
        &segment.fetches,
        |handle, index| programs.code_leaf(handle, index),
        |leaf| &mut leaf.times,
    );
    let mut events = programs.events();
    for (event, handle) in events.iter_mut().zip(1..) {
        let leaves: Vec<_> = code
            .iter()
            .filter(|leaf| leaf.handle == handle)
            .map(|leaf| once(leaf.index))
            .collect();
        event.times[2] = u32::from(!leaves.is_empty());
        rows.extend(read_tree_rows(
            handle,
            ReadTree::Code,
            programs.code_tree(handle),
            &leaves,
            hashes,
        ));
    }
    let (trace, _) = code_leaf_trace(&code, MIN_HEIGHT_LOG2, bytes, hashes);
    tables.insert(MachineChip::CodeLeaf, Vec::from([trace]));
    let entries = entry_leaves(segment, programs_asked, programs);
    for (event, handle) in events.iter_mut().zip(1..) {
        let leaves = entries.iter().filter(|leaf| leaf.handle == handle);
        let leaves: Vec<_> = leaves.map(|leaf| once(leaf.index)).collect();
        event.times[3] = u32::from(!leaves.is_empty());
        let tree = programs.entry_tree(handle);
        rows.extend(read_tree_rows(handle, ReadTree::Entry, tree, &leaves, hashes));
    }
    tables.insert(
        MachineChip::EntryLeaf,
        Vec::from([entry_leaf_trace(&entries, MIN_HEIGHT_LOG2, hashes).0]),
    );
    let inputs = input_leaves(input, input_asked);
    let leaves: Vec<_> = inputs.iter().map(|leaf| once(leaf.index)).collect();
    rows.extend(read_tree_rows(0, ReadTree::Input, &input.tree, &leaves, hashes));
    let trace = input_leaf_trace(&inputs, MIN_HEIGHT_LOG2, bytes, hashes);
    tables.insert(MachineChip::InputLeaf, Vec::from([trace]));
    tables.insert(
        MachineChip::ReadTree,
        Vec::from([read_tree_trace(&rows, MIN_HEIGHT_LOG2)]),
    );
    program_lookups(segment, programs_asked, &mut events);
    tables.insert(
        MachineChip::ProgramTable,
        Vec::from([program_table_trace(&events, MIN_HEIGHT_LOG2, hashes)]),
    );
    u32::from(!inputs.is_empty())
}

/// The leaves of entry maps in which functions were looked up.
fn entry_leaves(segment: &Segment, asked: &Asked, programs: &Programs<'_>) -> Vec<EntryLeafEvent> {
    let mut all = segment.entries.clone();
    for (key, times) in &asked.entries {
        *all.entry(*key).or_insert(0) += times;
    }
    leaves_of(
        &all,
        |handle, index| programs.entry_leaf(handle, index),
        |leaf| &mut leaf.times,
    )
}

/// The leaves of one kind, each with how often its `N` places are looked up. `asked` counts by tree (a handle, or one for all) and place.
fn leaves_of<L, const N: usize>(
    asked: &BTreeMap<(u32, u32), u32>,
    leaf: impl Fn(u32, u32) -> L,
    times_of: impl Fn(&mut L) -> &mut [u32; N],
) -> Vec<L> {
    let mut leaves: Vec<((u32, u32), L)> = Vec::new();
    for ((tree, place), times) in asked {
        let key = (*tree, place / N as u32);
        if leaves.last().is_none_or(|(last, _)| *last != key) {
            leaves.push((key, leaf(key.0, key.1)));
        }
        if let Some((_, leaf)) = leaves.last_mut() {
            times_of(leaf)[*place as usize % N] = *times;
        }
    }
    leaves.into_iter().map(|(_, leaf)| leaf).collect()
}

fn once(index: u32) -> LeafLookup {
    LeafLookup { index, times: 1 }
}

/// How often R and the header of each program are looked up.
fn program_lookups(segment: &Segment, asked: &Asked, events: &mut [ProgramEvent]) {
    let mut ask = |handle: u32, which: usize, times: u32| {
        if let Some(event) = events.get_mut(handle as usize - 1) {
            event.times[which] += times;
        }
    };
    ask(1, 0, 1);
    if segment.start.context != 0 {
        ask(segment.start.handle, 0, 1);
    }
    for (which, counts) in [&asked.roots, &asked.headers].into_iter().enumerate() {
        for (handle, times) in counts {
            ask(*handle, which, *times);
        }
    }
}

fn input_leaves(input: &InputTree, asked: &BTreeMap<(u32, u32), u32>) -> Vec<InputLeafEvent> {
    let leaf = |_, index| InputLeafEvent {
        index,
        cells: input.input.leaf(index),
        ..InputLeafEvent::default()
    };
    leaves_of(asked, leaf, |leaf| &mut leaf.times)
}
