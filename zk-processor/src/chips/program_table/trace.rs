//! How the program table is filled.

use p3_field::PrimeCharacteristicRing;

use super::columns::ProgramTableCols;
use crate::chips::builder::{Columns, Val};
use crate::chips::poseidon2::PoseidonLookups;
use crate::chips::trace::Trace;
use crate::program::Header;

/// A program that a segment uses; its handle is its place in the list plus one.
#[derive(Clone, Copy, Debug)]
pub struct ProgramEvent {
    /// Its header.
    pub header: Header,
    /// How often R, the header, the code root and the entry root are looked up.
    pub times: [u32; 4],
}

/// One row per program; handles go on through the padding.
pub fn program_table_trace(programs: &[ProgramEvent], minimum_height_log2: u32, hashes: &mut PoseidonLookups) -> Trace {
    let width = ProgramTableCols::<Val>::WIDTH;
    let mut trace = Trace::with_rows(width, programs.len(), minimum_height_log2);
    for row in 0..trace.height() {
        let columns = match programs.get(row) {
            Some(program) => fill_row(row, program, hashes),
            None => ProgramTableCols {
                handle: Val::from_usize(row + 1),
                ..ProgramTableCols::read(&[], Val::ZERO)
            },
        };
        trace.write(row, &columns);
    }
    trace
}

fn fill_row(row: usize, program: &ProgramEvent, hashes: &mut PoseidonLookups) -> ProgramTableCols<Val> {
    let header = &program.header;
    let [code_root, entry_root, initial_root, interface_digest] = [
        header.code_root,
        header.entry_root,
        header.initial_root,
        header.interface_digest,
    ]
    .map(|digest| digest.map(Val::from_u32));
    let scalars = header.scalars().map(Val::from_u32);
    let mut chain = [[Val::ZERO; 8]; 4];
    let mut before = scalars;
    for (after, part) in chain
        .iter_mut()
        .zip([code_root, entry_root, initial_root, interface_digest])
    {
        *after = hashes.ask(&before, &part);
        before = *after;
    }
    ProgramTableCols {
        is_real: Val::ONE,
        handle: Val::from_usize(row + 1),
        scalars,
        code_root,
        entry_root,
        initial_root,
        interface_digest,
        chain,
        times: program.times.map(Val::from_u32),
    }
}
