//! A forger's workshop: a whole machine's tables lie together, as a prover would make them who knows every chip, and the check names who refuses.
//!
//! An [`Act`] holds a segment as the executor saw it, to be rewritten event by event; [`Act::play`] fills the tables as for an honest segment. In the
//! [`Tables`] cells can be changed, and [`Tables::settle`] answers every lookup that has an answer: it provides as often as is asked, and hashes what is hashed.
//! What the check refuses after that, no prover can mend.

use std::collections::{BTreeMap, BTreeSet};

use p3_field::PrimeCharacteristicRing;
use zk_processor::chips::builder::{Chip, ChipBuilder, Columns, Multiplicity, Sign, Val};
use zk_processor::chips::buses::{Message, Tag};
use zk_processor::chips::byte_table::ByteTableCols;
use zk_processor::chips::check::Failure;
use zk_processor::chips::code_leaf::CodeLeafCols;
use zk_processor::chips::entry_leaf::EntryLeafCols;
use zk_processor::chips::event::{Access, Event, State};
use zk_processor::chips::input_leaf::InputLeafCols;
use zk_processor::chips::machine::MachineChip;
use zk_processor::chips::memory_leaf::LeafEvent;
use zk_processor::chips::poseidon2::{Poseidon2Cols, PoseidonLookups, poseidon2_trace};
use zk_processor::chips::program_table::ProgramTableCols;
use zk_processor::chips::read_tree::ReadTreeCols;
use zk_processor::chips::trace::Trace;
use zk_processor::executor::{Input, Limits, Machine, time};
use zk_processor::isa::spaces::{LEAF_CELLS, TIME_STEP};
use zk_processor::isa::{ControlCell, Instruction, Space};
use zk_processor::program::{Artefact, Digest};
use zk_processor::proving::segment::Segment;
use zk_processor::proving::{
    FilledSegment, FilledTable, InputTree, Memories, Programs, SegmentLimits, Walk, collect, fill,
};

use crate::failures;

/// Instructions of a segment that ends where the run does.
pub(crate) const WHOLE: u32 = 10_000;

/// A segment from the start of a run, and what its tables are filled from.
pub(crate) struct Act<'a> {
    pub(crate) segment: Segment,
    pub(crate) programs: Programs<'a>,
    pub(crate) input: InputTree,
    raw_input: Input,
    memories: Memories,
}

impl<'a> Act<'a> {
    /// The first so many instructions of a run.
    pub(crate) fn new(guest: &'a Artefact, library: &'a [Artefact], input: &Input, instructions: u32) -> Self {
        let executed: Vec<_> = library.iter().map(|program| (program.root(), program)).collect();
        Self::with(guest, &executed, library, input, instructions)
    }

    /// The same, where the programs that run need not be those of the tables.
    pub(crate) fn with(
        guest: &'a Artefact,
        executed: &[(Digest, &'a Artefact)],
        library: &'a [Artefact],
        input: &Input,
        instructions: u32,
    ) -> Self {
        let mut machine = Machine::with_runtime(guest, input.clone(), Limits::default()).expect("the image is small");
        let mut programs = Programs::default();
        programs.add(guest);
        for (root, program) in executed {
            machine.add_program(*root, program);
        }
        for program in library {
            programs.add(program);
        }
        let mut memories = Memories::default();
        memories.open(0, &guest.image);
        let limits = SegmentLimits {
            instructions,
            ..SegmentLimits::FULL
        };
        let mut walk = Walk::new(&mut machine).expect("a runtime");
        Self {
            segment: collect(&mut walk, &limits).expect("every instruction is proved"),
            programs,
            input: InputTree::new(input.clone()),
            raw_input: input.clone(),
            memories,
        }
    }

    /// The same run up to the first instruction like this, which is not executed.
    pub(crate) fn before(
        self,
        guest: &'a Artefact,
        library: &'a [Artefact],
        is_wanted: impl Fn(&Event) -> bool,
    ) -> Self {
        let events = self.segment.events.iter().flatten();
        let time = events
            .filter(|event| is_wanted(event))
            .map(|event| event.before.time)
            .min();
        let time = time.expect("such an instruction is executed");
        Self::new(guest, library, &self.raw_input, time / TIME_STEP - 1)
    }

    /// The events of one chip.
    pub(crate) fn events(&mut self, chip: MachineChip) -> &mut Vec<Event> {
        let place = MachineChip::INSTRUCTIONS.iter().position(|of| *of == chip);
        &mut self.segment.events[place.expect("a chip of instructions")]
    }

    /// The event at this time.
    pub(crate) fn event_at(&mut self, time: u32) -> &mut Event {
        let mut events = self.segment.events.iter_mut().flatten();
        events
            .find(|event| event.before.time == time)
            .expect("an event at this time")
    }

    /// The last instruction of the segment.
    pub(crate) fn last(&mut self) -> &mut Event {
        let time = self.segment.end.time - TIME_STEP;
        self.event_at(time)
    }

    /// The leaf of a cell; made of zeros if the segment does not touch it.
    pub(crate) fn leaf(&mut self, context: u32, space: Space, cell: u32) -> &mut LeafEvent {
        let leaf = cell / LEAF_CELLS as u32;
        let is_it = |event: &LeafEvent| (event.context, event.space, event.leaf) == (context, space, leaf);
        let place = self.segment.leaves.iter().position(is_it).unwrap_or_else(|| {
            self.segment.leaves.push(LeafEvent {
                context,
                is_kept: self.segment.keeps(context),
                space,
                leaf,
                old: [[0; 4]; LEAF_CELLS],
                new: [[0; 4]; LEAF_CELLS],
                last_time: [0; LEAF_CELLS],
            });
            self.segment.leaves.len() - 1
        });
        &mut self.segment.leaves[place]
    }

    /// One more access to an ordinary cell behind all others, at `offset` of an instruction that is added behind the last one.
    pub(crate) fn touch(&mut self, (context, space, cell): (u32, Space, u32), offset: u64, new: Option<u64>) -> Access {
        let time = self.segment.end.time + offset as u32;
        let leaf = self.leaf(context, space, cell);
        let place = cell as usize % LEAF_CELLS;
        let old = value_of(leaf.new[place]);
        let new = new.unwrap_or(old);
        let previous = std::mem::replace(&mut leaf.last_time[place], time);
        leaf.new[place] = limbs_of(new);
        Access {
            space,
            context,
            cell,
            time,
            previous,
            old,
            new,
        }
    }

    /// The same for one half of a cell that the machine owns: two field elements.
    pub(crate) fn touch_half(&mut self, template: &Access, is_second: bool, new: u64) -> Access {
        let offset = template.time % TIME_STEP;
        let time = self.segment.end.time + offset;
        let leaf = self.leaf(template.context, template.space, template.cell);
        let place = template.cell as usize % LEAF_CELLS;
        let half = &mut leaf.new[place].as_chunks_mut::<2>().0[usize::from(is_second)];
        let old = u64::from(half[0]) | u64::from(half[1]) << 32;
        *half = [new as u32, (new >> 32) as u32];
        let previous = if is_second {
            leaf.last_time[place]
        } else {
            std::mem::replace(&mut leaf.last_time[place], time)
        };
        Access {
            time,
            previous,
            old,
            new,
            ..*template
        }
    }

    /// Adds an instruction behind the last one, as a row of this chip: the tuple goes on to the next row, as `change` has it.
    pub(crate) fn add(
        &mut self,
        chip: MachineChip,
        instruction: Instruction,
        accesses: Vec<Access>,
        change: impl FnOnce(&mut State),
    ) {
        let before = self.segment.end;
        let mut after = before;
        after.pc += 1;
        after.time += TIME_STEP;
        change(&mut after);
        *self.segment.fetches.entry((before.handle, before.pc)).or_insert(0) += 1;
        self.events(chip).push(Event {
            before,
            after,
            instruction,
            accesses,
        });
        self.end_at(after);
    }

    /// The segment ends with this tuple.
    pub(crate) fn end_at(&mut self, end: State) {
        self.segment.end = end;
        // The boundary reads which sandbox is live behind the last instruction.
        let [.., (_, time)] = &mut self.segment.reads.times;
        *time = end.time;
        let live = ControlCell::Live as u32;
        let leaf = self.leaf(0, Space::Control, live);
        leaf.last_time[live as usize % LEAF_CELLS] = end.time;
    }

    /// The access of the event at `time` that writes leaves another value; the next access to the cell, or its leaf, finds it. A read in between passes it on.
    pub(crate) fn rewrite(&mut self, mut written: Access, value: u64) {
        loop {
            let key = (written.space, written.context, written.cell);
            let mut accesses = self
                .segment
                .events
                .iter_mut()
                .flatten()
                .flat_map(|event| &mut event.accesses);
            for access in accesses.by_ref() {
                if (access.space, access.context, access.cell, access.time) == (key.0, key.1, key.2, written.time) {
                    access.new = value;
                }
            }
            let mut accesses = self
                .segment
                .events
                .iter_mut()
                .flatten()
                .flat_map(|event| &mut event.accesses);
            let next = accesses
                .find(|access| (access.space, access.context, access.cell) == key && access.previous == written.time);
            match next {
                Some(next) => {
                    let is_read = next.old == next.new && u64::from(next.time % TIME_STEP) < time::WRITE;
                    next.old = value;
                    if !is_read {
                        return;
                    }
                    next.new = value;
                    written = *next;
                }
                None => {
                    let leaf = self.leaf(written.context, written.space, written.cell);
                    leaf.new[written.cell as usize % LEAF_CELLS] = limbs_of(value);
                    return;
                }
            }
        }
    }

    /// Takes an access out of the history of its cell: the next one, or the leaf, finds what it found.
    pub(crate) fn take_out(&mut self, gone: Access) {
        let mut accesses = self
            .segment
            .events
            .iter_mut()
            .flatten()
            .flat_map(|event| &mut event.accesses);
        let next = accesses.find(|access| {
            (access.space, access.context, access.cell) == (gone.space, gone.context, gone.cell)
                && access.previous == gone.time
        });
        if let Some(next) = next {
            (next.previous, next.old) = (gone.previous, gone.old);
            return;
        }
        let leaf = self.leaf(gone.context, gone.space, gone.cell);
        let place = gone.cell as usize % LEAF_CELLS;
        leaf.last_time[place] = gone.previous;
        leaf.new[place] = limbs_of(gone.old);
    }

    /// All tables, filled as for an honest segment.
    pub(crate) fn play(&self) -> Tables {
        let mut memories = self.memories.clone();
        Tables(fill(&self.segment, &self.programs, &self.input, &mut memories))
    }
}

fn value_of(limbs: [u32; 4]) -> u64 {
    limbs.iter().rev().fold(0, |value, limb| value << 16 | u64::from(*limb))
}

/// The limbs of an ordinary cell.
pub(crate) fn limbs_of(value: u64) -> [u32; 4] {
    std::array::from_fn(|limb| u32::from((value >> (16 * limb)) as u16))
}

/// Filled tables, whose cells can be changed.
#[derive(Clone)]
pub(crate) struct Tables(pub(crate) FilledSegment);

impl Tables {
    /// The tables of a chip.
    pub(crate) fn of(&mut self, chip: MachineChip) -> Vec<&mut Trace> {
        let tables = self.0.tables.iter_mut().filter(|table| table.chip == chip);
        tables.map(|table| &mut table.trace).collect()
    }

    /// The first table of a chip.
    pub(crate) fn first(&mut self, chip: MachineChip) -> &mut Trace {
        self.of(chip).swap_remove(0)
    }

    /// Writes a row where the chip has padding. Padding is a row whose cells are all 0.
    pub(crate) fn add_row(&mut self, chip: MachineChip, cells: &[Val]) -> usize {
        let trace = self.first(chip);
        let padding = (0..trace.height()).find(|row| trace.row(*row).iter().all(|cell| *cell == Val::ZERO));
        let row = padding.expect("a row of padding");
        for (column, cell) in cells.iter().enumerate() {
            trace.set(row, column, *cell);
        }
        row
    }

    /// Answers every lookup that has an answer.
    pub(crate) fn settle(&mut self) {
        let mut wanted = self.surplus();
        self.hash(&wanted);
        for table in &mut self.0.tables {
            let Some(first) = times_column(table.chip) else {
                continue;
            };
            for row in 0..table.trace.height() {
                for (place, message) in provided(table, row).into_iter().enumerate() {
                    if let Some(times) = wanted.remove(&message) {
                        let cell = table.trace.cell(row, first + place);
                        table.trace.set(row, first + place, cell + times);
                    }
                }
            }
        }
    }

    fn surplus(&self) -> BTreeMap<Vec<Val>, Val> {
        let all = failures(&self.0).into_iter().filter_map(|failure| match failure {
            Failure::Bus {
                tag, fields, surplus, ..
            } => Some((
                Message::new(tag, fields.into_iter().map(Val::from_u32)).padded(),
                Val::from_u32(surplus),
            )),
            _ => None,
        });
        all.collect()
    }

    /// Rows for compressions that are looked up, are right and are in no table.
    fn hash(&mut self, wanted: &BTreeMap<Vec<Val>, Val>) {
        let tables = self
            .0
            .tables
            .iter()
            .filter(|table| table.chip == MachineChip::Poseidon2);
        let rows = tables.flat_map(|table| (0..table.trace.height()).flat_map(|row| provided(table, row)));
        let known: BTreeSet<_> = rows.collect();
        let mut taken = BTreeSet::new();
        for message in wanted.keys() {
            if message[0] != Val::from_u32(Tag::Poseidon as u32) || known.contains(message) {
                continue;
            }
            let half = |from: usize| std::array::from_fn(|i| message[from + i]);
            let mut lookups = PoseidonLookups::default();
            let output: [Val; 8] = half(17);
            if lookups.ask(&half(1), &half(9)) != output {
                continue;
            }
            let cells = poseidon2_trace(&lookups, 7).row(0);
            let times = times_column(MachineChip::Poseidon2).expect("a column");
            let trace = self.of(MachineChip::Poseidon2).pop().expect("a table");
            // Nobody looks up the row that makes room.
            let free = (0..trace.height()).find(|row| trace.cell(*row, times) == Val::ZERO && !taken.contains(row));
            let row = free.expect("a free row");
            taken.insert(row);
            for (column, cell) in cells.iter().enumerate() {
                trace.set(row, column, *cell);
            }
            trace.set(row, times, Val::ZERO);
        }
    }

    /// What the check refuses: claims by chip and name, messages by their kind.
    pub(crate) fn refusals(&self) -> Vec<String> {
        let name = |failure: &Failure| match failure {
            Failure::Claim { chip, claim, .. } => format!("{chip}: {claim}"),
            Failure::Multiplicity { chip, tag, .. } => format!("{chip}: {tag:?} counts"),
            Failure::Bus { tag, .. } => format!("{tag:?}"),
        };
        let names: BTreeSet<_> = failures(&self.0).iter().map(name).collect();
        names.into_iter().collect()
    }

    /// Asserts that, once every lookup is answered that has an answer, exactly this is refused.
    pub(crate) fn assert_refused(mut self, expected: &[&str]) {
        self.settle();
        let found = self.refusals();
        if found != expected {
            for failure in failures(&self.0).iter().take(20) {
                println!("{failure}");
            }
        }
        assert_eq!(found, expected);
    }
}

/// The first of the columns in which a providing chip counts, in the order of what it provides.
fn times_column(chip: MachineChip) -> Option<usize> {
    fn first<C: Columns<Val>>(name: &str) -> Option<usize> {
        C::NAMES.iter().position(|column| *column == name)
    }
    match chip {
        MachineChip::ByteTable => first::<ByteTableCols<Val>>("bytes_times"),
        MachineChip::CodeLeaf => first::<CodeLeafCols<Val>>("times"),
        MachineChip::EntryLeaf => first::<EntryLeafCols<Val>>("times"),
        MachineChip::InputLeaf => first::<InputLeafCols<Val>>("times"),
        MachineChip::Poseidon2 => first::<Poseidon2Cols<Val>>("times"),
        MachineChip::ProgramTable => first::<ProgramTableCols<Val>>("times"),
        MachineChip::ReadTree => first::<ReadTreeCols<Val>>("times"),
        _ => None,
    }
}

/// The messages that a row provides, in the chip's order.
fn provided(table: &FilledTable, row: usize) -> Vec<Vec<Val>> {
    let mut listener = Provided {
        current: table.trace.row(row),
        messages: Vec::new(),
    };
    table.chip.eval(&mut listener);
    listener.messages
}

struct Provided {
    current: Vec<Val>,
    messages: Vec<Vec<Val>>,
}

impl ChipBuilder for Provided {
    type Expr = Val;
    type Var = Val;

    fn current<C: Columns<Val>>(&self) -> C {
        C::read(&self.current, Val::ZERO)
    }

    fn next<C: Columns<Val>>(&self) -> C {
        C::read(&self.current, Val::ZERO)
    }

    fn is_first_row(&self) -> Val {
        Val::ZERO
    }

    fn is_transition(&self) -> Val {
        Val::ZERO
    }

    fn public_value(&self, _: usize) -> Val {
        Val::ZERO
    }

    fn claim(&mut self, _: &'static str, _: impl Into<Val>) {}

    fn message(&mut self, message: Message<Val>, count: Multiplicity<Val>, _: Sign) {
        if matches!(count, Multiplicity::Provided(_)) {
            self.messages.push(message.padded());
        }
    }
}
