//! The chunk guest: the program whose proof is that of a chunk.
//!
//! It reads a statement and an untrusted witness from the input window, applies the chunk, and ends with the statement's digest as
//! its public output – or with a trap: then there is no proof. So a proof of this program with output *d* says that the statement
//! with digest *d* is true. [`digest_of`] is the whole program but for where bytes come from and who hashes; it also runs
//! natively, and says there what a trap cannot.
//!
//! Contracts do not run yet: a chunk that calls one ends as [`Abort::needs_contracts`] says.
#![no_std]
#![cfg_attr(not(target_arch = "wasm32"), forbid(unsafe_code))]
extern crate alloc;

mod input;
#[cfg(target_arch = "wasm32")]
mod machine;
#[cfg(not(target_arch = "wasm32"))]
pub mod program;

pub use input::{InputError, pack_witness};

use no_std_near_core::apply_chunk::ApplyError;
use no_std_near_core::contract_runner::NoContracts;
use no_std_near_core::crypto::Crypto;
use no_std_near_core::types::hash::CryptoHash;
use state_witness::compressed::WitnessSections;
use state_witness::{
    CheckedWitness, ChunkStatement, DecodeError, Difference, ValidateError, WitnessError, validate_with_hashes,
};

/// Why a statement is not proved: a trap of the program.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Abort {
    /// The bytes in the input window are not laid out as the program reads them.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The bytes are no statement or no witness.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The witness does not belong to the statement.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// Applying the chunk gives no result.
    #[error(transparent)]
    Validate(#[from] ValidateError),
    /// Applying the chunk gives another result than the statement says.
    #[error("{0}")]
    Difference(Difference),
    /// The statement lists contracts, which cannot run yet.
    #[error("the statement lists {0} contracts, and none can run")]
    Programs(usize),
}

impl Abort {
    /// The call that could not be run, if that is the reason.
    pub const fn needs_contracts(&self) -> Option<&ApplyError> {
        match self {
            Self::Validate(ValidateError::Apply { error, .. }) => match error {
                ApplyError::NeedsContract { .. } => Some(error),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The program: the digest of the statement, if the witness proves it.
///
/// # Errors
/// [`Abort`] says why it does not.
pub fn digest_of<C: Crypto>(statement_bytes: &[u8], witness: &[u8]) -> Result<CryptoHash, Abort> {
    prove::<C, _>(statement_bytes, witness, |digest| digest)
}

/// [`digest_of`], and what is done with the digest: before anything is taken apart, because a program that halts leaves everything as
/// it is.
fn prove<C: Crypto, T>(statement_bytes: &[u8], witness: &[u8], then: impl FnOnce(CryptoHash) -> T) -> Result<T, Abort> {
    let statement = ChunkStatement::decode_for_digest(statement_bytes)?;
    if !statement.programs.is_empty() {
        return Err(Abort::Programs(statement.programs.len()));
    }
    let (params, params_hash, witness) = input::unpack_witness::<C>(witness)?;
    let sections = WitnessSections::parse(witness)?;
    let states = sections.states::<C>()?;
    let checked = CheckedWitness::from_parts::<C>(&statement, sections.into_parts(&states)?)?;
    let result = validate_with_hashes::<C, _>(checked, &[(params_hash, &params)], &mut NoContracts)?;
    match &result.difference {
        None => Ok(then(C::sha256(statement_bytes))),
        Some(difference) => Err(Abort::Difference(difference.clone())),
    }
}
