//! Proves one filled segment.

use tracing::info_span;
use zk_backend::proof::encode;
use zk_backend::prove::{FilledTable, ProveError, prove_tables};
use zk_processor::proving::FilledSegment;
use zk_verifier::machine::{MachineKey, air, keys};
use zk_verifier::run::SegmentProof;

/// Proves the tables of a segment under the machine `machine_key`.
///
/// # Errors
/// See [`ProveError`].
pub fn prove_segment(machine_key: &MachineKey, segment: FilledSegment) -> Result<SegmentProof, ProveError> {
    let FilledSegment { tables, record } = segment;
    let heights = tables.iter().map(|table| table.trace.height_log2() as u8).collect();
    let (filled, public_values): (Vec<_>, Vec<_>) = tables
        .into_iter()
        .map(|table| ((table.chip, table.trace), table.public_values))
        .unzip();
    let tables = filled
        .into_iter()
        .zip(&public_values)
        .map(|((chip, trace), public_values)| FilledTable {
            air: air(chip),
            height_log2: trace.height_log2(),
            columns: trace.into_columns(),
            public_values,
        })
        .collect();
    let proof = info_span!("prove tables").in_scope(|| prove_tables(machine_key, keys(), tables))?;
    Ok(SegmentProof {
        record,
        heights,
        proof: encode(&proof).map_err(|error| ProveError::Backend(error.to_string()))?,
    })
}
