//! The witness part of the input window: runtime parameters, then the compressed witness.
//!
//! ```text
//! length of the parameters in bytes, u64 | parameters (borsh) | zeros to a multiple of 8 | compressed witness
//! ```
//!
//! The window begins 8-byte aligned, so every section of the compressed witness does too.

use alloc::vec::Vec;

use no_std_near_core::crypto::Crypto;
use no_std_near_core::params::{Params, ParamsError};
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::to_bytes;

/// Bytes of a word: everything begins at a multiple of it.
const WORD_BYTES: usize = 8;

/// Why the witness part is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// The bytes end too early.
    #[error("the witness part of {0} bytes ends inside the runtime parameters")]
    Truncated(usize),
    /// The parameters are none.
    #[error(transparent)]
    Params(#[from] ParamsError),
}

/// Lays out the witness part for the program.
#[must_use]
pub fn pack_witness(params: &Params, compressed_witness: &[u8]) -> Vec<u8> {
    let params = to_bytes(params);
    let mut bytes = Vec::from((params.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&params);
    bytes.resize(bytes.len().next_multiple_of(WORD_BYTES), 0);
    bytes.extend_from_slice(compressed_witness);
    bytes
}

/// Takes the witness part apart: parameters, the hash of their bytes, the compressed witness.
pub(crate) fn unpack_witness<C: Crypto>(bytes: &[u8]) -> Result<(Params, CryptoHash, &[u8]), InputError> {
    let truncated = || InputError::Truncated(bytes.len());
    let (len, rest) = bytes.split_first_chunk::<WORD_BYTES>().ok_or_else(truncated)?;
    let len = usize::try_from(u64::from_le_bytes(*len)).map_err(|_| truncated())?;
    let padded_len = len.checked_next_multiple_of(WORD_BYTES).ok_or_else(truncated)?;
    let (params, witness) = rest.split_at_checked(padded_len).ok_or_else(truncated)?;
    let params = params.get(..len).ok_or_else(truncated)?;
    Ok((Params::decode(params)?, C::sha256(params), witness))
}
