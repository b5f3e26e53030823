//! Proves one set of filled tables: the innermost step of proving a segment.

use p3_matrix::dense::RowMajorMatrix;
use p3_multi_stark::{ProverInstance, ProverInstances, prove};
use p3_sumcheck::layout::Table;

use crate::Val;
use crate::air::RecordedAir;
use crate::config::{Config, Proof, transcript};
use crate::proof::Keys;

/// Why tables could not be proved. None of these is caused by a wrong witness: that shows in the no-proof check or in verification.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// No parameters for this stack of cells.
    #[error("no parameters for {cells} stacked cells: {reason}")]
    Parameters {
        /// Cells of all tables.
        cells: usize,
        /// What the backend says.
        reason: String,
    },
    /// The backend gave up.
    #[error("the proof system failed: {0}")]
    Backend(String),
}

/// One filled table.
#[derive(Clone, Debug)]
pub struct FilledTable<'a> {
    /// The chip.
    pub air: &'a RecordedAir,
    /// Its cells, column after column.
    pub columns: Vec<Val>,
    /// Rows as a power of two.
    pub height_log2: u32,
    /// Its public values.
    pub public_values: &'a [Val],
}

/// Proves that the tables satisfy every claim and that all buses balance, under the machine `machine_key`; `keys` are those of the tables' chips.
///
/// # Errors
/// See [`ProveError`].
pub fn prove_tables(machine_key: &[u8; 32], keys: &Keys, tables: Vec<FilledTable<'_>>) -> Result<Proof, ProveError> {
    let cells = tables.iter().map(|table| table.columns.len()).sum();
    let config = Config::for_cells(cells).map_err(|error| ProveError::Parameters {
        cells,
        reason: error.to_string(),
    })?;
    let instances = tables
        .into_iter()
        .map(|table| {
            // Column after column: for the backend a matrix whose rows are our columns.
            let columns = Table::new(RowMajorMatrix::new(table.columns, 1 << table.height_log2));
            ProverInstance::new(table.air, columns, &keys.proving, table.public_values)
        })
        .collect();
    prove(
        &config,
        ProverInstances::new(instances),
        0,
        &mut transcript(machine_key),
    )
    .map_err(|error| ProveError::Backend(format!("{error:?}")))
}
