//! Why a proof is not accepted.

use zk_backend::proof::ProofError;
use zk_processor::chips::boundary::RecordError;

/// Why a run's proof was not accepted. Each names the check.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A segment's proof is malformed, or the proof system rejects it.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The bytes are no proof of a run.
    #[error("not a proof of a run: {0}")]
    Encoding(String),
    /// More execution rows than the clock allows: a cycle of them could add up to the field's modulus.
    #[error("{found} execution rows, fewer than {limit} are allowed")]
    TooManyExecutionRows {
        /// Rows claimed.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// The record cannot be one of an honest segment.
    #[error("record: {0}")]
    Record(#[from] RecordError),
    /// The proof is about another program.
    #[error("the proof is about another program")]
    OtherProgram,
    /// The program was not accepted, or is for another version of the instruction set.
    #[error("the program cannot run: it was refused, or is for another version of the instruction set")]
    NotRunnable,
    /// A segment was proved for another input than the first.
    #[error("segment {segment} was proved for another input than the first")]
    OtherInput {
        /// The segment.
        segment: usize,
    },
    /// A segment does not start where the run stands.
    #[error("segment {segment} does not start where the one before ends")]
    NotJoined {
        /// The segment.
        segment: usize,
    },
    /// The last segment halts, and no other does.
    #[error("segment {segment}: the last segment halts, and no other does")]
    Halt {
        /// The segment.
        segment: usize,
    },
}
