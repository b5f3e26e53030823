//! 32-byte hashes and their base58 text form.
//!
//! Mirrors `core/primitives-core/src/hash.rs`; differs in: hashing itself lives behind [`crate::crypto::Crypto`].

use alloc::string::String;
use borsh::{BorshDeserialize, BorshSerialize};
use core::fmt;
use core::str::FromStr;

/// A 32-byte hash. Ordered bytewise; all zeros stands for "none" in several encodings (empty trie, no code).
#[derive(Clone, Copy, Default, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct CryptoHash(pub [u8; 32]);

impl CryptoHash {
    /// Length of every hash.
    pub const LEN_BYTES: usize = 32;
    /// Thirty-two zero bytes.
    pub const ZERO: Self = Self([0; 32]);

    /// The raw bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What tables find the hash by: hashes are uniform, so eight bytes of one will do. Whoever grinds collisions only slows the own
    /// chunk and proof down.
    pub(crate) const fn short(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

/// Eight bytes at a time.
impl PartialEq for CryptoHash {
    fn eq(&self, other: &Self) -> bool {
        crate::trie::words::equal_hashes(&self.0, &other.0)
    }
}

impl Eq for CryptoHash {}

impl core::hash::Hash for CryptoHash {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl AsRef<[u8]> for CryptoHash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<[u8; 32]> for CryptoHash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl From<CryptoHash> for [u8; 32] {
    fn from(hash: CryptoHash) -> Self {
        hash.0
    }
}

/// A text that is not the base58 form of 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseHashError {
    /// A character outside the base58 alphabet.
    #[error("expected base58 text, found a character outside its alphabet")]
    NotBase58,
    /// The text decodes to another number of bytes (numbers above 32 are reported as 33).
    #[error("expected a hash of 32 bytes, found {found_len_bytes}")]
    WrongLength {
        /// Number of decoded bytes.
        found_len_bytes: usize,
    },
}

impl FromStr for CryptoHash {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Self, ParseHashError> {
        let mut bytes = [0; Self::LEN_BYTES];
        match bs58::decode(text).onto(&mut bytes[..]) {
            Ok(Self::LEN_BYTES) => Ok(Self(bytes)),
            Ok(found_len_bytes) => Err(ParseHashError::WrongLength { found_len_bytes }),
            Err(bs58::decode::Error::BufferTooSmall) => Err(ParseHashError::WrongLength {
                found_len_bytes: Self::LEN_BYTES + 1,
            }),
            Err(_) => Err(ParseHashError::NotBase58),
        }
    }
}

/// Base58 text of any bytes.
pub(crate) fn base58(bytes: &[u8]) -> String {
    bs58::encode(bytes).into_string()
}

impl fmt::Display for CryptoHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&base58(&self.0))
    }
}

impl fmt::Debug for CryptoHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
