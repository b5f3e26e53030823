//! The rows of this table: one selector each.

use crate::isa::Opcode;

/// What a row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    MemorySize,
    MemoryGrown,
    MemoryRefused,
    TableSize,
    TableGrown,
    TableRefused,
    TableGet,
    TableSet,
    SegmentDrop,
    ChargeLinear,
}

impl Kind {
    /// Every row, in the order of the selectors.
    pub(super) const ALL: [Self; 10] = [
        Self::MemorySize,
        Self::MemoryGrown,
        Self::MemoryRefused,
        Self::TableSize,
        Self::TableGrown,
        Self::TableRefused,
        Self::TableGet,
        Self::TableSet,
        Self::SegmentDrop,
        Self::ChargeLinear,
    ];
    /// Rows that speak of pages.
    pub(super) const MEMORY: &'static [Self] = &[Self::MemorySize, Self::MemoryGrown, Self::MemoryRefused];
    /// Rows that access a table's size.
    pub(super) const TABLE: &'static [Self] = &[
        Self::TableSize,
        Self::TableGrown,
        Self::TableRefused,
        Self::TableGet,
        Self::TableSet,
    ];
    /// Rows that access an element.
    pub(super) const ELEMENT: &'static [Self] = &[Self::TableGet, Self::TableSet];
    /// Rows after which a size is larger.
    pub(super) const GROWN: &'static [Self] = &[Self::MemoryGrown, Self::TableGrown];
    /// Rows whose result is 2^32 − 1.
    pub(super) const REFUSED: &'static [Self] = &[Self::MemoryRefused, Self::TableRefused];
    /// Rows whose result is the size before.
    pub(super) const ANSWERS_SIZE: &'static [Self] =
        &[Self::MemorySize, Self::MemoryGrown, Self::TableSize, Self::TableGrown];
    /// Rows that write dst.
    pub(super) const WRITES: &'static [Self] = &[
        Self::MemorySize,
        Self::MemoryGrown,
        Self::MemoryRefused,
        Self::TableSize,
        Self::TableGrown,
        Self::TableRefused,
        Self::TableGet,
    ];
    /// Rows that read a and show that their gap is not negative.
    pub(super) const READS_A: &'static [Self] = &[
        Self::MemoryGrown,
        Self::MemoryRefused,
        Self::TableGrown,
        Self::TableRefused,
        Self::TableGet,
        Self::TableSet,
        Self::ChargeLinear,
    ];

    pub(super) fn is_one_of(self, kinds: &[Self]) -> bool {
        kinds.contains(&self)
    }

    pub(super) fn opcode(self) -> Opcode {
        match self {
            Self::MemorySize => Opcode::MemorySize,
            Self::MemoryGrown | Self::MemoryRefused => Opcode::MemoryGrow,
            Self::TableSize => Opcode::TableSize,
            Self::TableGrown | Self::TableRefused => Opcode::TableGrow,
            Self::TableGet => Opcode::TableGet,
            Self::TableSet => Opcode::TableSet,
            Self::SegmentDrop => Opcode::SegmentDrop,
            Self::ChargeLinear => Opcode::ChargeLinear,
        }
    }
}
