//! How the boundary is filled.

use p3_field::{Field, PrimeCharacteristicRing};

use super::columns::{BOUNDARY_ACCESSES, BoundaryCols};
use super::record::SegmentRecord;
use crate::chips::builder::{Columns, Val};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::State;
use crate::chips::gadgets::access::{ACCESS_CELLS, AccessCols, ask_high_bytes};
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::chips::trace::Trace;
use crate::program::Digest;

/// What the boundary of a segment saw.
#[derive(Clone, Copy, Debug)]
pub struct BoundaryEvent {
    /// The record.
    pub record: SegmentRecord,
    /// The tuple at the start, with its handle.
    pub start: State,
    /// The tuple at the end, with its handle.
    pub end: State,
    /// Number of the live sandbox at the start and at the end, 0 if there is none.
    pub live: [u32; 2],
    /// R of the live sandbox's program as control cells hold it at the start.
    pub sandbox_program: Digest,
    /// Times of the accesses before the boundary's reads, and the times of the reads.
    pub reads: [(u32, u32); BOUNDARY_ACCESSES],
    /// How often the input's root is looked up.
    pub input_times: u32,
}

/// Row 0, and padding.
pub fn boundary_trace(event: &BoundaryEvent, minimum_height_log2: u32, lookups: &mut ByteLookups) -> Trace {
    let mut trace = Trace::with_rows(BoundaryCols::<Val>::WIDTH, 1, minimum_height_log2);
    let accesses = event
        .reads
        .map(|(previous, time)| AccessCols::filled(previous, time, lookups));
    for pair in accesses.as_chunks::<2>().0 {
        let [first, second] = pair;
        ask_high_bytes(first, Some(second), lookups);
    }
    trace.write(0, &fill_row(event, accesses.map(AccessCols::into_cells)));
    trace
}

fn fill_row(event: &BoundaryEvent, reads: [[Val; ACCESS_CELLS]; BOUNDARY_ACCESSES]) -> BoundaryCols<Val> {
    let record = &event.record;
    let digest = |digest: Digest| digest.map(Val::from_u32);
    let tuple = |state: &State| {
        let mut cells = [Val::ZERO; EXECUTION_CELLS];
        state.columns().write(&mut cells);
        cells
    };
    let live = event.live.map(Val::from_u32);
    BoundaryCols {
        first: Val::ONE,
        start: tuple(&event.start),
        end: tuple(&event.end),
        runtime_root: digest(record.program_root),
        input_root: digest(record.input_root),
        memory_roots: [record.start.memory_root, record.end.memory_root].map(digest),
        sandbox_roots: [record.start.sandbox_root, record.end.sandbox_root].map(digest),
        is_live: event.live.map(|number| Val::from_bool(number != 0)),
        live,
        live_inverse: live.map(|number| number.try_inverse().unwrap_or_default()),
        sandbox_program: digest(event.sandbox_program),
        starts_in_sandbox: Val::from_bool(event.start.context != 0),
        is_halted: Val::from_bool(record.output.is_some()),
        output: record.output.unwrap_or_default().map(Val::from_u16),
        reads,
        input_times: Val::from_u32(event.input_times),
    }
}
