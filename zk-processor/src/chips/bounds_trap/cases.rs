//! Which opcodes have such rows, and with which constants.

use crate::isa::Opcode;

/// Sorts of loads and stores: by width, loads apart from stores.
pub(super) const ACCESS_WIDTHS: usize = 8;

/// A sort of loads or stores: opcodes that follow each other and access as many bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccessSort {
    /// The first opcode.
    pub(super) first: Opcode,
    /// Opcodes of the sort.
    pub(super) opcodes: u32,
    /// Bytes accessed.
    pub(super) bytes: u32,
}

const fn sort(first: Opcode, opcodes: u32, bytes: u32) -> AccessSort {
    AccessSort { first, opcodes, bytes }
}

/// Every sort, ascending by opcode.
pub(super) const ACCESSES: [AccessSort; ACCESS_WIDTHS] = [
    sort(Opcode::Load8U, 3, 1),
    sort(Opcode::Load16U, 3, 2),
    sort(Opcode::Load32U, 2, 4),
    sort(Opcode::Load64, 1, 8),
    sort(Opcode::Store8, 2, 1),
    sort(Opcode::Store16, 2, 2),
    sort(Opcode::Store32, 2, 4),
    sort(Opcode::Store64, 2, 8),
];

/// Bulk operations that a sandbox can run.
pub(super) const BULK_OPERATIONS: usize = 7;

/// The first row of a bulk operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bulk {
    pub(super) opcode: Opcode,
    /// Its first range is one of a table.
    pub(super) is_table: bool,
    /// What its second range lies in.
    pub(super) source: Source,
    /// It has the slot a + 3.
    pub(super) has_fourth: bool,
}

/// What a second range lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Nothing,
    Memory,
    Table,
    Segment,
}

const fn bulk(opcode: Opcode, is_table: bool, source: Source, has_fourth: bool) -> Bulk {
    Bulk {
        opcode,
        is_table,
        source,
        has_fourth,
    }
}

/// Every bulk operation of a sandbox.
pub(super) const BULK: [Bulk; BULK_OPERATIONS] = [
    bulk(Opcode::MemoryCopyBegin, false, Source::Memory, true),
    bulk(Opcode::MemoryFillBegin, false, Source::Nothing, false),
    bulk(Opcode::MemoryInitBegin, false, Source::Segment, false),
    bulk(Opcode::MemoryCompareBegin, false, Source::Memory, true),
    bulk(Opcode::TableCopyBegin, true, Source::Table, true),
    bulk(Opcode::TableFillBegin, true, Source::Nothing, false),
    bulk(Opcode::TableInitBegin, true, Source::Segment, false),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::Row;
    use crate::isa::rows::{access_len, bulk_slots};

    #[test]
    fn the_sorts_are_those_of_the_instruction_set() {
        let mut next = Opcode::Load8U as u32;
        for sort in ACCESSES {
            assert_eq!(sort.first as u32, next);
            for code in next..next + sort.opcodes {
                let opcode = Opcode::from_u8(code as u8).expect("an opcode");
                assert_eq!(access_len(opcode), u64::from(sort.bytes));
                assert!(opcode.info().rows.contains(&Row::OutOfBounds));
            }
            next += sort.opcodes;
        }
        assert_eq!(next, Opcode::MemorySize as u32);
        for bulk in BULK {
            assert_eq!(bulk_slots(bulk.opcode), if bulk.has_fourth { 4 } else { 3 });
        }
    }
}
