//! Verifies that a chunk's transition was proved, without its witness: what a node links.
//!
//! The node derives the [`ChunkStatement`] from headers and facts that it holds itself (`state_witness::derive_statement`), and asks [`verify_chunk`] whether a proof
//! proves exactly that. The program (the chunk guest's root) and the machine (its key) are pinned in this build; protocol version and variant are part of the
//! statement (rule 19). What a proof does not cover is written in the statement's documentation.
//!
//! # A proof file
//! Magic `NEARCHUNK`, version (1 byte), length of the statement (4 bytes, little-endian), the statement in borsh, the run's proof. The statement in the file only serves to name the
//! first field that differs; nothing is believed because it stands there.

use no_std_near_core::crypto::NativeCrypto;
use state_witness::ChunkStatement;
use zk_processor::program::Digest;
use zk_verifier::VerifyError;
use zk_verifier::machine::machine_key;
use zk_verifier::run::{Outcome, RunProof, verify};

/// First bytes of a proof file.
const MAGIC: &[u8; 9] = b"NEARCHUNK";
/// Version of the encoding.
const VERSION: u8 = 1;
/// Largest statement that is read (bytes).
pub const MAX_STATEMENT_BYTES: usize = 16 << 20;

/// Why a proof file is no proof of the statement.
#[derive(Debug, thiserror::Error)]
pub enum ChunkVerifyError {
    /// The bytes are no proof file: unreadable input, not a false claim.
    #[error("not a chunk's proof: {0}")]
    Encoding(String),
    /// The proof is about another chunk, or about other facts of this one.
    #[error("{field}: expected {expected}, the proof is about {found}")]
    OtherStatement {
        /// The first field that differs.
        field: String,
        /// What the verifier derived.
        expected: String,
        /// What the proof file states.
        found: String,
    },
    /// The proof does not hold.
    #[error(transparent)]
    Proof(#[from] VerifyError),
    /// The proof holds, but for another output than the statement's digest.
    #[error("the proved output is not the statement's digest")]
    OtherOutput,
}

/// A chunk's proof file.
#[derive(Clone, Debug)]
pub struct ChunkProof {
    /// What it states.
    pub statement: ChunkStatement,
    /// The proof of the guest's run, encoded.
    pub run: Vec<u8>,
}

impl ChunkProof {
    /// The bytes of the file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let statement = self.statement.encode();
        let mut bytes = Vec::with_capacity(MAGIC.len() + 5 + statement.len() + self.run.len());
        bytes.extend_from_slice(MAGIC);
        bytes.push(VERSION);
        bytes.extend_from_slice(&(statement.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&statement);
        bytes.extend_from_slice(&self.run);
        bytes
    }

    /// Reads a file's bytes; the run's proof in it is decoded too, so that what is unreadable is told apart from what does not hold.
    ///
    /// # Errors
    /// What was expected and is not there.
    pub fn decode(bytes: &[u8]) -> Result<Self, ChunkVerifyError> {
        let bad = |text: String| ChunkVerifyError::Encoding(text);
        let rest = bytes
            .strip_prefix(MAGIC.as_slice())
            .ok_or_else(|| bad("it does not begin with NEARCHUNK".into()))?;
        let (version, rest) = rest
            .split_first()
            .ok_or_else(|| bad("it ends within its head".into()))?;
        if *version != VERSION {
            return Err(bad(format!("expected version {VERSION}, found {version}")));
        }
        let (len, rest) = rest
            .split_first_chunk()
            .ok_or_else(|| bad("it ends within its head".into()))?;
        let len = u32::from_le_bytes(*len) as usize;
        if len > MAX_STATEMENT_BYTES || len > rest.len() {
            let limit = rest.len().min(MAX_STATEMENT_BYTES);
            return Err(bad(format!("a statement of {len} bytes, at most {limit} can follow")));
        }
        let (statement, run) = rest.split_at(len);
        let statement = ChunkStatement::decode(statement).map_err(|error| bad(error.to_string()))?;
        RunProof::decode(run).map_err(|error| bad(error.to_string()))?;
        Ok(Self {
            statement,
            run: run.to_vec(),
        })
    }

    /// Checks that this proves `expected`, which the verifier derived itself.
    ///
    /// # Errors
    /// The first check that fails: the first field that differs, or the proof's own.
    pub fn verify(&self, expected: &ChunkStatement) -> Result<Outcome, ChunkVerifyError> {
        if let Some(difference) = expected.first_difference(&self.statement) {
            return Err(ChunkVerifyError::OtherStatement {
                field: difference.field,
                expected: difference.expected,
                found: difference.found,
            });
        }
        let outcome = verify(&machine_key(), &program_root(), &self.run)?;
        if outcome.output == expected.digest::<NativeCrypto>().0 {
            Ok(outcome)
        } else {
            Err(ChunkVerifyError::OtherOutput)
        }
    }
}

/// Whether the bytes of a proof file prove `expected`, which the verifier derived itself from headers and facts.
///
/// # Errors
/// See [`ChunkVerifyError`].
pub fn verify_chunk(expected: &ChunkStatement, proof: &[u8]) -> Result<Outcome, ChunkVerifyError> {
    ChunkProof::decode(proof)?.verify(expected)
}

/// Root of the chunk guest, as pinned. A file that is no root gives one under which nothing verifies; a test compares it with the program's.
#[must_use]
pub fn program_root() -> Digest {
    let digits = chunk_guest::program::ROOT_TEXT.as_bytes();
    let digit = |at: usize| {
        digits
            .get(at)
            .and_then(|byte| char::from(*byte).to_digit(16))
            .unwrap_or(0)
    };
    let byte = |at: usize| digit(2 * at) << 4 | digit(2 * at + 1);
    core::array::from_fn(|word| (0..4).rev().fold(0, |value, at| value << 8 | byte(4 * word + at)))
}
