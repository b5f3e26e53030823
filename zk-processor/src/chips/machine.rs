//! The machine: THE list of its chips, how many tables each has, and which chip proves which instruction.
//!
//! A frequent chip has several tables, so that their heights can be the binary split of its rows: padding a single table to a power of two would cost
//! up to half of its cells. Chips that order or number rows have exactly one. The list is complete and fixed: a table that a segment does not need has the
//! smallest height (rule 20).

use alloc::vec::Vec;
use core::ops::Range;

use super::builder::{Chip, ChipBuilder, Columns, Multiplicity, Sign, Val};
use super::buses::{Message, Tag};
use super::byte_table::{self, ByteLookups};
use super::event::Event;
use super::lookup_source::ProgramSource;
use super::poseidon2::PoseidonLookups;
use super::trace::Trace;

/// Tables have at least 2^7 rows: the backend folds that many in its first round.
pub const MIN_HEIGHT_LOG2: u32 = 7;
/// Tables have at most 2^22 rows.
pub const MAX_HEIGHT_LOG2: u32 = 22;

/// What filling the tables of instructions asks of other tables.
pub struct Lookups<'a> {
    /// Bytes and 16-bit values.
    pub bytes: ByteLookups,
    /// Compressions.
    pub hashes: PoseidonLookups,
    /// The cells of the input window; called once for each cell that a row looks up.
    pub input: &'a dyn Fn(u32) -> u64,
    /// The programs of the run.
    pub programs: &'a dyn ProgramSource,
}

impl core::fmt::Debug for Lookups<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Lookups")
    }
}

/// How an instruction chip fills its table.
pub type Fill = fn(&[Event], u32, &mut Lookups<'_>) -> Trace;

/// The table of the rows that an instruction's operation has besides its own.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Its chip.
    pub chip: MachineChip,
    /// Rows of one event.
    pub rows: fn(&Event) -> usize,
    /// Rows of each table besides.
    pub edge_rows: usize,
    /// How it is filled, from the same events.
    pub fill: Fill,
}

impl Operation {
    /// Splits events among the chip's tables: as many as fit for all but the last, which takes what is left. An operation stands in one table.
    pub fn split(&self, events: &[Event]) -> Vec<(Range<usize>, u32)> {
        let rows = |events: &[Event]| events.iter().map(self.rows).sum::<usize>() + self.edge_rows;
        let mut first = 0;
        let heights = self.chip.split(rows(events));
        let (last, fixed) = heights.split_last().unwrap_or((&MIN_HEIGHT_LOG2, &[]));
        let mut parts = Vec::with_capacity(heights.len());
        for height in fixed {
            let mut left = (1_usize << height).saturating_sub(self.edge_rows);
            let fits = |event: &&Event| {
                let rows = (self.rows)(event);
                let fits = rows <= left;
                left = left.saturating_sub(rows);
                fits
            };
            let taken = events[first..].iter().take_while(fits).count();
            parts.push((first..first + taken, *height));
            first += taken;
        }
        parts.push((first..events.len(), *last));
        parts
    }
}

macro_rules! machine {
    (
        operations { $( $operation:ident = $operation_chip:path, $operation_tables:literal; )* }
        instructions { $( $name:ident = $chip:path, $tables:literal, |$events:ident, $height:ident, $lookups:ident| $fill:expr; )* }
    ) => {
        /// A chip of the machine.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum MachineChip {
            $( #[doc = stringify!($operation_chip)] $operation, )*
            $( #[doc = stringify!($chip)] $name, )*
        }

        impl MachineChip {
            /// Every chip, in the order of the list.
            pub const ALL: &'static [Self] = &[ $( Self::$operation, )* $( Self::$name, )* ];

            /// Chips that consume execution tuples, one row an instruction.
            pub const INSTRUCTIONS: &'static [Self] = &[ $( Self::$name, )* ];

            /// Number of tables.
            pub const fn tables(self) -> usize {
                match self {
                    $( Self::$operation => $operation_tables, )*
                    $( Self::$name => $tables, )*
                }
            }

            /// How its table is filled, if it is an instruction chip.
            pub fn fill(self) -> Option<Fill> {
                match self {
                    $( Self::$name => Some(|$events, $height, $lookups| $fill), )*
                    _ => None,
                }
            }
        }

        impl Chip for MachineChip {
            fn name(&self) -> &'static str {
                match self { $( Self::$operation => $operation_chip.name(), )* $( Self::$name => $chip.name(), )* }
            }

            fn width(&self) -> usize {
                match self { $( Self::$operation => $operation_chip.width(), )* $( Self::$name => $chip.width(), )* }
            }

            fn max_degree(&self) -> usize {
                match self { $( Self::$operation => $operation_chip.max_degree(), )* $( Self::$name => $chip.max_degree(), )* }
            }

            fn uses_next_row(&self) -> bool {
                match self { $( Self::$operation => $operation_chip.uses_next_row(), )* $( Self::$name => $chip.uses_next_row(), )* }
            }

            fn public_values(&self) -> usize {
                match self { $( Self::$operation => $operation_chip.public_values(), )* $( Self::$name => $chip.public_values(), )* }
            }

            fn eval<B: ChipBuilder>(&self, builder: &mut B) {
                match self { $( Self::$operation => $operation_chip.eval(builder), )* $( Self::$name => $chip.eval(builder), )* }
            }
        }
    };
}

machine! {
    operations {
        Absorb = super::absorb::Absorb, 1;
        Boundary = super::boundary::Boundary, 1;
        BulkCells = super::bulk_cells::BulkCells, 2;
        ByteTable = super::byte_table::ByteTable, 1;
        CodeLeaf = super::code_leaf::CodeLeaf, 1;
        EntryLeaf = super::entry_leaf::EntryLeaf, 1;
        InputLeaf = super::input_leaf::InputLeaf, 1;
        MemoryLeaf = super::memory_leaf::MemoryLeaf, 2;
        MemoryTree = super::memory_tree::MemoryTree, 1;
        Poseidon2 = super::poseidon2::Poseidon2, 3;
        ProgramTable = super::program_table::ProgramTable, 1;
        ReadTree = super::read_tree::ReadTreeChip, 1;
        Sha256 = super::sha_256::Sha256, 3;
    }
    instructions {
        AddSub32 = super::add_sub_32::AddSub32, 3, |e, h, l| super::add_sub_32::add_sub_32_trace(e, h, &mut l.bytes);
        AddSub64 = super::add_sub_64::AddSub64, 2, |e, h, l| super::add_sub_64::add_sub_64_trace(e, h, &mut l.bytes);
        BitCount = super::bit_count::BitCount, 1, |e, h, l| super::bit_count::bit_count_trace(e, h, &mut l.bytes);
        BoundsTrap = super::bounds_trap::BoundsTrap, 1, |e, h, l| super::bounds_trap::bounds_trap_trace(e, h, l.programs, &mut l.bytes);
        Branch = super::branch::Branch, 2, |e, h, l| super::branch::branch_trace(e, h, &mut l.bytes);
        BranchEqual32 = super::branch_equal_32::BranchEqual32, 2, |e, h, l| super::branch_equal_32::branch_equal_32_trace(e, h, &mut l.bytes);
        BranchEqual64 = super::branch_equal_64::BranchEqual64, 1, |e, h, l| super::branch_equal_64::branch_equal_64_trace(e, h, &mut l.bytes);
        BranchLess32 = super::branch_less_32::BranchLess32, 2, |e, h, l| super::branch_less_32::branch_less_32_trace(e, h, &mut l.bytes);
        BranchLess64 = super::branch_less_64::BranchLess64, 1, |e, h, l| super::branch_less_64::branch_less_64_trace(e, h, &mut l.bytes);
        BranchTable = super::branch_table::BranchTable, 1, |e, h, l| super::branch_table::branch_table_trace(e, h, &mut l.bytes);
        BulkStep = super::bulk_step::BulkStepChip, 2, |e, h, l| super::bulk_step::bulk_step_trace(e, h, &mut l.bytes);
        Call = super::call::Call, 2, |e, h, l| super::call::call_trace(e, h, &mut l.bytes);
        Carry64 = super::carry_64::Carry64, 1, |e, h, l| super::carry_64::carry_64_trace(e, h, &mut l.bytes);
        CallIndirect = super::call_indirect::CallIndirect, 1, |e, h, l| super::call_indirect::call_indirect_trace(e, h, &mut l.bytes);
        CellStep = super::cell_step::CellStepChip, 1, |e, h, l| super::cell_step::cell_step_trace(e, h, l.input, &mut l.bytes);
        Charge = super::charge::Charge, 1, |e, h, l| super::charge::charge_trace(e, h, &mut l.bytes);
        DivRem32 = super::div_rem::DivRem32, 1, |e, h, l| super::div_rem::div_rem_32_trace(e, h, &mut l.bytes);
        DivRem64 = super::div_rem::DivRem64, 1, |e, h, l| super::div_rem::div_rem_64_trace(e, h, &mut l.bytes);
        DivideTrap = super::divide_trap::DivideTrap, 1, |e, h, l| super::divide_trap::divide_trap_trace(e, h, &mut l.bytes);
        Equal32 = super::equal_32::Equal32, 1, |e, h, l| super::equal_32::equal_32_trace(e, h, &mut l.bytes);
        Equal64 = super::equal_64::Equal64, 1, |e, h, l| super::equal_64::equal_64_trace(e, h, &mut l.bytes);
        Extend = super::extend::Extend, 1, |e, h, l| super::extend::extend_trace(e, h, &mut l.bytes);
        Global = super::global::Global, 1, |e, h, l| super::global::global_trace(e, h, &mut l.bytes);
        Growth = super::growth::Growth, 1, |e, h, l| super::growth::growth_trace(e, h, &mut l.bytes);
        HandOver = super::hand_over::HandOver, 1, |e, h, l| super::hand_over::hand_over_trace(e, h, &mut l.bytes);
        HashStep = super::hash_step::HashStepChip, 1, |e, h, l| super::hash_step::hash_step_trace(e, h, &mut l.bytes);
        Less32 = super::less_32::Less32, 1, |e, h, l| super::less_32::less_32_trace(e, h, &mut l.bytes);
        Less64 = super::less_64::Less64, 1, |e, h, l| super::less_64::less_64_trace(e, h, &mut l.bytes);
        Load8 = super::load_8::Load8, 2, |e, h, l| super::load_8::load_8_trace(e, h, l.input, &mut l.bytes);
        Load16 = super::load_16::Load16, 1, |e, h, l| super::load_16::load_16_trace(e, h, l.input, &mut l.bytes);
        Load32 = super::load_32::Load32, 3, |e, h, l| super::load_32::load_32_trace(e, h, l.input, &mut l.bytes);
        Load64 = super::load_64::Load64, 2, |e, h, l| super::load_64::load_64_trace(e, h, l.input, &mut l.bytes);
        LoadUnaligned = super::load_unaligned::LoadUnaligned, 1, |e, h, l| super::load_unaligned::load_unaligned_trace(e, h, l.input, &mut l.bytes);
        Logic32 = super::logic_32::Logic32, 2, |e, h, l| super::logic_32::logic_32_trace(e, h, &mut l.bytes);
        Logic64 = super::logic_64::Logic64, 1, |e, h, l| super::logic_64::logic_64_trace(e, h, &mut l.bytes);
        Move = super::move_value::Move, 3, |e, h, l| super::move_value::move_value_trace(e, h, &mut l.bytes);
        Mul32 = super::mul_32::Mul32, 1, |e, h, l| super::mul_32::mul_32_trace(e, h, &mut l.bytes);
        Mul64 = super::mul_64::Mul64, 1, |e, h, l| super::mul_64::mul_64_trace(e, h, &mut l.bytes);
        MulWide = super::mul_wide::MulWide, 1, |e, h, l| super::mul_wide::mul_wide_trace(e, h, &mut l.bytes);
        OpenOrHalt = super::open_or_halt::OpenOrHalt, 1, |e, h, l| super::open_or_halt::open_or_halt_trace(e, h, l.input, l.programs, &mut l.bytes);
        OutOfGas = super::out_of_gas::OutOfGas, 1, |e, h, l| super::out_of_gas::out_of_gas_trace(e, h, &mut l.bytes);
        Return = super::ret::Return, 2, |e, h, l| super::ret::ret_trace(e, h, &mut l.bytes);
        SandboxAccess = super::sandbox_access::SandboxAccess, 1, |e, h, l| super::sandbox_access::sandbox_access_trace(e, h, &mut l.bytes);
        SandboxExit = super::sandbox_exit::SandboxExit, 1, |e, h, l| super::sandbox_exit::sandbox_exit_trace(e, h, &mut l.bytes);
        SandboxSwitch = super::sandbox_switch::SandboxSwitch, 1, |e, h, l| super::sandbox_switch::sandbox_switch_trace(e, h, l.programs, &mut l.bytes);
        Select = super::select::Select, 1, |e, h, l| super::select::select_trace(e, h, &mut l.bytes);
        Shift32 = super::shift_32::Shift32, 2, |e, h, l| super::shift_32::shift_32_trace(e, h, &mut l.bytes);
        Shift64 = super::shift_64::Shift64, 1, |e, h, l| super::shift_64::shift_64_trace(e, h, &mut l.bytes);
        Store8 = super::store_8::Store8, 1, |e, h, l| super::store_8::store_8_trace(e, h, &mut l.bytes);
        Store16 = super::store_16::Store16, 1, |e, h, l| super::store_16::store_16_trace(e, h, &mut l.bytes);
        Store32 = super::store_32::Store32, 2, |e, h, l| super::store_32::store_32_trace(e, h, &mut l.bytes);
        Store64 = super::store_64::Store64, 2, |e, h, l| super::store_64::store_64_trace(e, h, &mut l.bytes);
        StoreUnaligned = super::store_unaligned::StoreUnaligned, 1, |e, h, l| super::store_unaligned::store_unaligned_trace(e, h, &mut l.bytes);
    }
}

/// One table of the machine: its chip, and which of the chip's tables it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableId {
    /// The chip.
    pub chip: MachineChip,
    /// Which of its tables.
    pub instance: usize,
}

impl MachineChip {
    /// Every table of the machine, in the order of the proof.
    pub fn all_tables() -> Vec<TableId> {
        let of = |chip: &Self| {
            let chip = *chip;
            (0..chip.tables()).map(move |instance| TableId { chip, instance })
        };
        Self::ALL.iter().flat_map(of).collect()
    }

    /// The chips whose tables hold what these events do besides their own rows, and how many rows that is for one of them.
    pub fn operations(self) -> Vec<Operation> {
        match self {
            Self::BulkStep => Vec::from([Operation {
                chip: Self::BulkCells,
                rows: |event| super::bulk_cells::bulk_cells_rows(event),
                edge_rows: 0,
                fill: |e, h, l| super::bulk_cells::bulk_cells_trace(e, h, l.input, &mut l.bytes),
            }]),
            Self::HashStep => Vec::from([
                Operation {
                    chip: Self::Sha256,
                    rows: |event| super::sha_256::sha_256_rows(event),
                    edge_rows: super::sha_256::EDGE_ROWS,
                    fill: |e, h, l| super::sha_256::sha_256_trace(e, h, l.input, &mut l.bytes),
                },
                Operation {
                    chip: Self::Absorb,
                    rows: |event| super::absorb::absorb_rows(event),
                    edge_rows: 0,
                    fill: |e, h, l| super::absorb::absorb_trace(e, h, l.input, &mut l.bytes),
                },
            ]),
            _ => Vec::new(),
        }
    }

    /// The messages that a row may send and receive.
    pub fn messages(self) -> Vec<(Tag, Sign)> {
        let mut messages = Messages::default();
        self.eval(&mut messages);
        messages.0
    }

    /// Whether it consumes execution tuples.
    pub fn is_instruction(self) -> bool {
        self.fill().is_some()
    }

    /// Least and greatest height of its tables, as powers of two. Tables with a fixed content have one height.
    pub const fn heights(self) -> (u32, u32) {
        match self {
            Self::ByteTable => (byte_table::HEIGHT_LOG2, byte_table::HEIGHT_LOG2),
            Self::Boundary => (MIN_HEIGHT_LOG2, MIN_HEIGHT_LOG2),
            _ => (MIN_HEIGHT_LOG2, MAX_HEIGHT_LOG2),
        }
    }

    /// The heights of its tables for this many rows: the largest powers of two that fit for all tables but the last, which takes what is left.
    pub fn split(self, rows: usize) -> Vec<u32> {
        let (least, _) = self.heights();
        let mut left = rows;
        let mut heights = Vec::with_capacity(self.tables());
        for _ in 1..self.tables() {
            let height = left.max(1).ilog2().max(least);
            heights.push(height);
            left = left.saturating_sub(1 << height);
        }
        heights.push(left.max(1).next_power_of_two().ilog2().max(least));
        heights
    }
}

/// Listens to what a row of zeros sends and receives.
#[derive(Default)]
struct Messages(Vec<(Tag, Sign)>);

impl ChipBuilder for Messages {
    type Expr = Val;
    type Var = Val;

    fn current<C: Columns<Val>>(&self) -> C {
        C::read(&[], Val::default())
    }

    fn next<C: Columns<Val>>(&self) -> C {
        C::read(&[], Val::default())
    }

    fn is_first_row(&self) -> Val {
        Val::default()
    }

    fn is_transition(&self) -> Val {
        Val::default()
    }

    fn public_value(&self, _: usize) -> Val {
        Val::default()
    }

    fn claim(&mut self, _: &'static str, _: impl Into<Val>) {}

    fn message(&mut self, message: Message<Val>, _: Multiplicity<Val>, sign: Sign) {
        self.0.push((message.tag, sign));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = MachineChip::ALL.iter().map(Chip::name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn a_split_holds_its_rows_with_little_padding() {
        let chip = MachineChip::AddSub32;
        assert_eq!(chip.split(0), [7, 7, 7]);
        assert_eq!(chip.split(129), [7, 7, 7]);
        assert_eq!(chip.split(1 << 20), [20, 7, 7]);
        assert_eq!(chip.split((1 << 19) + (1 << 17) + 5), [19, 17, 7]);
        assert_eq!(chip.split((1 << 20) - 1), [19, 18, 18]);
        for rows in [1, 1000, 4097, 300_000, 999_999] {
            for chip in MachineChip::ALL {
                let held: usize = chip.split(rows).iter().map(|height| 1 << height).sum();
                assert!(held >= rows);
            }
        }
    }

    /// Rule 21: nobody sends what nobody receives.
    #[test]
    fn every_tag_has_both_sides() {
        let messages: Vec<_> = MachineChip::ALL.iter().flat_map(|chip| chip.messages()).collect();
        for tag in Tag::ALL {
            for side in [Sign::Send, Sign::Receive] {
                assert!(messages.contains(&(*tag, side)), "{tag:?}: {side:?} by nobody");
            }
        }
    }
}
