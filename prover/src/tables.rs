//! Proves one set of filled tables: the innermost step of proving a segment.

use p3_matrix::dense::RowMajorMatrix;
use p3_multi_stark::{ProverInstance, ProverInstances, prove, setup};
use p3_sumcheck::layout::Table;
use zk_processor::chips::builder::{Chip, Val};
use zk_processor::chips::trace::Trace;
use zk_verifier::adapter::ChipAir;
use zk_verifier::backend::{Config, Proof, transcript};

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
pub struct FilledTable<'a, C> {
    /// The chip.
    pub chip: C,
    /// Its cells.
    pub trace: Trace,
    /// Its public values.
    pub public_values: &'a [Val],
}

/// Proves that the tables satisfy every claim and that all buses balance, under the machine `machine_key`.
///
/// # Errors
/// See [`ProveError`].
pub fn prove_tables<C: Chip>(machine_key: &[u8; 32], tables: Vec<FilledTable<'_, C>>) -> Result<Proof, ProveError> {
    let cells = tables
        .iter()
        .map(|table| table.trace.width() << table.trace.height_log2())
        .sum();
    let config = Config::for_cells(cells).map_err(|error| ProveError::Parameters {
        cells,
        reason: error.to_string(),
    })?;
    let (airs, filled): (Vec<_>, Vec<_>) = tables
        .into_iter()
        .map(|table| (ChipAir(table.chip), (table.trace, table.public_values)))
        .unzip();
    let references: Vec<_> = airs.iter().collect();
    let (key, _) = setup(&config, &references, &mut transcript(machine_key))
        .map_err(|error| ProveError::Backend(format!("{error:?}")))?;
    let instances = airs
        .iter()
        .zip(filled)
        .map(|(air, (trace, public_values))| {
            let height = trace.height();
            // Column after column: for the backend a matrix whose rows are our columns.
            let table = Table::new(RowMajorMatrix::new(trace.into_columns(), height));
            ProverInstance::new(air, table, &key, public_values)
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
