//! A chunk's transition, proved: from a recorded chunk to its proof file.

use crate::guest::{GuestError, GuestInput, program};
use chunk_verifier::ChunkProof;
use prover::estimate::{Estimate, SegmentSize};
use prover::prove::{Job, Plan, Progress, ProveRunError};
use std::path::PathBuf;
use zk_processor::executor::Limits;
use zk_verifier::machine::machine_key;

/// Why a chunk could not be proved.
#[derive(Debug, thiserror::Error)]
pub enum ProveChunkError {
    /// The chunk gives no input, or the guest traps.
    #[error(transparent)]
    Guest(#[from] GuestError),
    /// The run could not be proved.
    #[error(transparent)]
    Run(#[from] ProveRunError),
    /// The guest says something else than the native run of its source: a defect.
    #[error("the guest's output is not the digest of the native run")]
    OtherOutput,
    /// The machine does not suffice.
    #[error("{0}")]
    Obstacle(String),
}

/// A chunk that is ready to be proved.
#[derive(Debug)]
pub struct ChunkJob<'a> {
    input: &'a GuestInput,
    job: Job<'static>,
    /// The run as it will be proved.
    pub plan: Plan,
    /// What proving will take.
    pub estimate: Estimate,
}

impl<'a> ChunkJob<'a> {
    /// Executes the guest on a chunk's input and estimates its proof. Finished segments are kept in `folder`.
    ///
    /// # Errors
    /// The guest traps, says something else than the native run, or the machine will not suffice.
    pub fn new(input: &'a GuestInput, size: SegmentSize, folder: Option<PathBuf>) -> Result<Self, ProveChunkError> {
        let program = program();
        // The run with its message, should it trap.
        let execution = crate::guest::execute(program, input.window(), Limits::default())?;
        if execution.output != input.digest.0 {
            return Err(ProveChunkError::OtherOutput);
        }
        let job = Job {
            runtime: program.artefact(),
            library: Vec::new(),
            input: input.window(),
            limits: size.limits(),
            folder,
        };
        let plan = Plan {
            instructions: execution.instructions,
            output: execution.output,
            committed: None,
        };
        let estimate = Estimate::of(&plan, size);
        Ok(Self {
            input,
            job,
            plan,
            estimate,
        })
    }

    /// Proves it.
    ///
    /// # Errors
    /// See [`ProveChunkError`].
    pub fn prove(&self, progress: &mut dyn Progress) -> Result<ChunkProof, ProveChunkError> {
        if let Some(obstacle) = self.estimate.obstacle() {
            return Err(ProveChunkError::Obstacle(obstacle));
        }
        let run = self.job.prove(&machine_key(), progress)?;
        Ok(ChunkProof {
            statement: self.input.statement.clone(),
            run: run.encode(),
        })
    }
}
