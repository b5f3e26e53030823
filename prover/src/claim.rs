//! The proof file of `zk-wasm`: a run's proof, with what its public output commits to.
//!
//! # Encoding
//! Magic `ZKWASM`, version (1 byte), whether the program was metered (1 byte), the public input and the committed output (each a length of 4 bytes and the bytes), the run's proof. Numbers are
//! little-endian; nothing may follow.

use zk_processor::executor::Input;
use zk_processor::plain::Call;
use zk_verifier::VerifyError;
use zk_verifier::machine::MachineKey;
use zk_verifier::run::{Outcome, RunProof, verify};

use crate::run::{Ending, Program, RunError};

/// First bytes of a proof file.
const MAGIC: &[u8; 6] = b"ZKWASM";
/// Version of the encoding.
const VERSION: u8 = 1;
/// Largest public input and committed output that is read (bytes).
const MAX_PART_BYTES: usize = 1 << 26;

/// A proof file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofFile {
    /// Whether the program was lowered with metering.
    pub is_metered: bool,
    /// What the runtime was given.
    pub public_input: Vec<u8>,
    /// The bytes that its output commits to; empty if it is a guest that does not use the SDK's way to commit.
    pub committed: Vec<u8>,
    /// The run's proof.
    pub run: Vec<u8>,
}

/// Why a proof file does not prove what it claims.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The bytes are no proof file: unreadable input, not a false claim.
    #[error("not a proof file: {0}")]
    Encoding(String),
    /// The proof does not hold.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The proof is about a call of another program.
    #[error("the proof is about a call of another program")]
    OtherProgram,
    /// The output does not commit to the claimed bytes.
    #[error("the proved output does not commit to the claimed public input and output")]
    OtherOutput,
    /// The proved output cannot be read.
    #[error(transparent)]
    Report(#[from] RunError),
}

/// A verified claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// How the run ended.
    pub ending: Ending,
    /// What the run's proof says.
    pub outcome: Outcome,
    /// Gas left of a metered program's budget (operators).
    pub gas_left: u64,
}

impl ProofFile {
    /// The bytes of the file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.run.len() + self.public_input.len() + self.committed.len() + 16);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&[VERSION, u8::from(self.is_metered)]);
        for part in [&self.public_input, &self.committed] {
            bytes.extend_from_slice(&(part.len() as u32).to_le_bytes());
            bytes.extend_from_slice(part);
        }
        bytes.extend_from_slice(&self.run);
        bytes
    }

    /// Reads a file's bytes; the run's proof in it is decoded too, so that what is unreadable is told apart from what does not hold.
    ///
    /// # Errors
    /// What was expected and is not there.
    pub fn decode(bytes: &[u8]) -> Result<Self, ClaimError> {
        let bad = |text: String| ClaimError::Encoding(text);
        let rest = bytes
            .strip_prefix(MAGIC.as_slice())
            .ok_or_else(|| bad("it does not begin with ZKWASM".into()))?;
        let ([version, metered], rest) = rest
            .split_first_chunk()
            .ok_or_else(|| bad("it ends within its head".into()))?;
        if *version != VERSION || *metered > 1 {
            return Err(bad(format!("version {version}, metering {metered}: neither is known")));
        }
        let (public_input, rest) = part(rest)?;
        let (committed, run) = part(rest)?;
        RunProof::decode(run).map_err(|error| bad(error.to_string()))?;
        Ok(Self {
            is_metered: *metered == 1,
            public_input,
            committed,
            run: run.to_vec(),
        })
    }

    /// Checks that the file proves a run of `program`, and says how it ended.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify(&self, machine_key: &MachineKey, program: &Program) -> Result<Verified, ClaimError> {
        if !program.is_guest() && Call::root_of(&self.public_input) != Some(program.artefact().root()) {
            return Err(ClaimError::OtherProgram);
        }
        let outcome = verify(machine_key, &program.runtime().root(), &self.run)?;
        let commits = Input::new(&self.public_input, &[]).output_digest(&self.committed) == outcome.output;
        // A guest may output whatever it likes; then nothing is claimed beyond the output itself.
        let claims_nothing = program.is_guest() && self.committed.is_empty();
        if !commits && !claims_nothing {
            return Err(ClaimError::OtherOutput);
        }
        let committed = commits.then(|| self.committed.clone());
        let (ending, gas_left) = program.ending(&self.public_input, outcome.output, committed)?;
        Ok(Verified {
            ending,
            outcome,
            gas_left,
        })
    }
}

/// A length and so many bytes.
fn part(bytes: &[u8]) -> Result<(Vec<u8>, &[u8]), ClaimError> {
    let short = || ClaimError::Encoding("it ends within a part".into());
    let (len, rest) = bytes.split_first_chunk().ok_or_else(short)?;
    let len = u32::from_le_bytes(*len) as usize;
    if len > MAX_PART_BYTES {
        return Err(ClaimError::Encoding(format!(
            "a part of {len} bytes, at most {MAX_PART_BYTES} are read"
        )));
    }
    let (now, later) = rest.split_at_checked(len).ok_or_else(short)?;
    Ok((now.to_vec(), later))
}
