//! Public keys, key handles and signatures.
//!
//! Mirrors `core/crypto/src/signature.rs` and `core/crypto/src/hash_domain.rs`; differs in: checking signatures lives behind
//! [`crate::crypto::Crypto`].

use super::hash::base58;
use crate::crypto::Crypto;
use alloc::boxed::Box;
use alloc::format;
use alloc::vec;
use borsh::io::{Error, ErrorKind, Read, Result as IoResult, Write};
use borsh::{BorshDeserialize, BorshSerialize};
use core::fmt;
use core::str::FromStr;

/// Length of an ed25519 public key.
pub const ED25519_PUBLIC_KEY_LEN_BYTES: usize = 32;
/// Length of a secp256k1 public key: the two coordinates, big-endian, without a prefix.
pub const SECP256K1_PUBLIC_KEY_LEN_BYTES: usize = 64;
/// Length of an ML-DSA-65 public key.
pub const ML_DSA_65_PUBLIC_KEY_LEN_BYTES: usize = 1952;
/// Length of an ed25519 signature.
pub const ED25519_SIGNATURE_LEN_BYTES: usize = 64;
/// Length of a secp256k1 signature: r, s and the recovery id.
pub const SECP256K1_SIGNATURE_LEN_BYTES: usize = 65;
/// Length of an ML-DSA-65 signature.
pub const ML_DSA_65_SIGNATURE_LEN_BYTES: usize = 3309;

/// Prefixed to an ML-DSA-65 public key before hashing it into its handle.
const ML_DSA_65_HANDLE_DOMAIN: &[u8] = b"near:ml-dsa-65-pubkey-hash:v1";

/// The signature schemes, numbered as borsh numbers them in keys and signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum KeyType {
    /// Edwards curve signatures, RFC 8032.
    ED25519 = 0,
    /// Bitcoin's curve.
    SECP256K1 = 1,
    /// The lattice signatures of FIPS 204.
    MLDSA65 = 2,
}

impl KeyType {
    const fn name(self) -> &'static str {
        match self {
            Self::ED25519 => "ed25519",
            Self::SECP256K1 => "secp256k1",
            Self::MLDSA65 => "ml-dsa-65",
        }
    }

    fn from_tag(tag: u8, of_what: &str) -> IoResult<Self> {
        match tag {
            0 => Ok(Self::ED25519),
            1 => Ok(Self::SECP256K1),
            2 => Ok(Self::MLDSA65),
            _ => Err(Error::new(
                ErrorKind::InvalidData,
                format!("expected {of_what} tag 0, 1 or 2, found {tag}"),
            )),
        }
    }
}

/// A public key as it travels in transactions and actions. Any bytes of the right length are one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PublicKey {
    /// Compressed Edwards point.
    ED25519([u8; ED25519_PUBLIC_KEY_LEN_BYTES]),
    /// Uncompressed point without its prefix.
    SECP256K1([u8; SECP256K1_PUBLIC_KEY_LEN_BYTES]),
    /// FIPS 204 encoding.
    MLDSA65(Box<[u8; ML_DSA_65_PUBLIC_KEY_LEN_BYTES]>),
}

impl PublicKey {
    /// The ed25519 key of zero bytes, which balance refunds carry as signer key.
    pub const ZERO_ED25519: Self = Self::ED25519([0; ED25519_PUBLIC_KEY_LEN_BYTES]);

    /// Which scheme the key belongs to.
    #[must_use]
    pub const fn key_type(&self) -> KeyType {
        match self {
            Self::ED25519(_) => KeyType::ED25519,
            Self::SECP256K1(_) => KeyType::SECP256K1,
            Self::MLDSA65(_) => KeyType::MLDSA65,
        }
    }

    /// The raw key without its tag.
    #[must_use]
    pub fn key_data(&self) -> &[u8] {
        match self {
            Self::ED25519(key) => key,
            Self::SECP256K1(key) => key,
            Self::MLDSA65(key) => &key[..],
        }
    }

    /// Length of the borsh form: 33, 65 or 1953.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a key is never empty")]
    pub fn len(&self) -> usize {
        1 + self.key_data().len()
    }

    /// Length of the form in the trie ([`PublicKeyHandle`]): 33, 65 or 33. Storage usage and trie-byte fees count this one.
    #[must_use]
    pub const fn trie_id_len(&self) -> usize {
        match self {
            Self::ED25519(_) | Self::MLDSA65(_) => 33,
            Self::SECP256K1(_) => 65,
        }
    }

    /// The form under which the trie knows this key (§B.4). Hashes ML-DSA-65 keys, copies the others.
    #[must_use]
    pub fn handle<C: Crypto>(&self) -> PublicKeyHandle {
        match self {
            Self::ED25519(key) => PublicKeyHandle::ED25519(*key),
            Self::SECP256K1(key) => PublicKeyHandle::SECP256K1(*key),
            Self::MLDSA65(key) => PublicKeyHandle::MlDsa65(C::sha3_256(&[ML_DSA_65_HANDLE_DOMAIN, &key[..]])),
        }
    }
}

impl BorshSerialize for PublicKey {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        writer.write_all(&[self.key_type() as u8])?;
        writer.write_all(self.key_data())
    }
}

impl BorshDeserialize for PublicKey {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        Ok(
            match KeyType::from_tag(u8::deserialize_reader(reader)?, "public key")? {
                KeyType::ED25519 => Self::ED25519(read_array(reader)?),
                KeyType::SECP256K1 => Self::SECP256K1(read_array(reader)?),
                KeyType::MLDSA65 => Self::MLDSA65(read_boxed_array(reader)?),
            },
        )
    }
}

fn read_array<const N: usize, R: Read>(reader: &mut R) -> IoResult<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Fills a heap array without a detour over the stack.
fn read_boxed_array<const N: usize, R: Read>(reader: &mut R) -> IoResult<Box<[u8; N]>> {
    let mut bytes = vec![0; N].into_boxed_slice();
    reader.read_exact(&mut bytes)?;
    bytes
        .try_into()
        .map_err(|_| Error::new(ErrorKind::InvalidData, "length of a fixed-length array changed"))
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.key_type().name(), base58(self.key_data()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A text that is not `<scheme>:<base58>` of a key or signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseKeyError {
    /// The text before the colon names no scheme.
    #[error("expected one of ed25519, secp256k1 and ml-dsa-65 before the colon")]
    UnknownScheme,
    /// The text after the colon is not base58 of the scheme's length.
    #[error("expected base58 text of {expected_len_bytes} bytes")]
    Data {
        /// Length the scheme asks for.
        expected_len_bytes: usize,
    },
}

/// Splits `<scheme>:<data>`; without a colon the scheme is ed25519.
fn split_scheme(text: &str) -> Result<(KeyType, &str), ParseKeyError> {
    let Some((scheme, data)) = text.split_once(':') else {
        return Ok((KeyType::ED25519, text));
    };
    [KeyType::ED25519, KeyType::SECP256K1, KeyType::MLDSA65]
        .into_iter()
        .find(|key_type| scheme.eq_ignore_ascii_case(key_type.name()))
        .map(|key_type| (key_type, data))
        .ok_or(ParseKeyError::UnknownScheme)
}

fn parse_base58<const N: usize>(data: &str) -> Result<Box<[u8; N]>, ParseKeyError> {
    let error = ParseKeyError::Data { expected_len_bytes: N };
    let bytes = bs58::decode(data).into_vec().map_err(|_| error)?;
    bytes.into_boxed_slice().try_into().map_err(|_| error)
}

impl FromStr for PublicKey {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, ParseKeyError> {
        let (key_type, data) = split_scheme(text)?;
        Ok(match key_type {
            KeyType::ED25519 => Self::ED25519(*parse_base58(data)?),
            KeyType::SECP256K1 => Self::SECP256K1(*parse_base58(data)?),
            KeyType::MLDSA65 => Self::MLDSA65(parse_base58(data)?),
        })
    }
}

/// A public key as trie keys hold it: ML-DSA-65 keys are hashed, the others stand for themselves.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PublicKeyHandle {
    /// The key itself, tag 0.
    ED25519([u8; ED25519_PUBLIC_KEY_LEN_BYTES]),
    /// The key itself, tag 1.
    SECP256K1([u8; SECP256K1_PUBLIC_KEY_LEN_BYTES]),
    /// SHA3-256 of a domain tag and the key, tag 3 (2 means a full key and is refused).
    MlDsa65([u8; 32]),
}

impl PublicKeyHandle {
    /// Length of the borsh form: 33 or 65.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a handle is never empty")]
    pub const fn len(&self) -> usize {
        match self {
            Self::ED25519(_) | Self::MlDsa65(_) => 33,
            Self::SECP256K1(_) => 65,
        }
    }
}

impl BorshSerialize for PublicKeyHandle {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        let (tag, data): (u8, &[u8]) = match self {
            Self::ED25519(key) => (0, key),
            Self::SECP256K1(key) => (1, key),
            Self::MlDsa65(hash) => (3, hash),
        };
        writer.write_all(&[tag])?;
        writer.write_all(data)
    }
}

impl BorshDeserialize for PublicKeyHandle {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        match u8::deserialize_reader(reader)? {
            0 => Ok(Self::ED25519(read_array(reader)?)),
            1 => Ok(Self::SECP256K1(read_array(reader)?)),
            3 => Ok(Self::MlDsa65(read_array(reader)?)),
            tag => Err(Error::new(
                ErrorKind::InvalidData,
                format!("expected key handle tag 0, 1 or 3, found {tag}"),
            )),
        }
    }
}

/// A signature. Any bytes of the right length are one, but for ed25519 the three highest bits must be zero.
#[derive(Clone, PartialEq, Eq)]
pub enum Signature {
    /// R and s.
    ED25519([u8; ED25519_SIGNATURE_LEN_BYTES]),
    /// r, s and recovery id.
    SECP256K1([u8; SECP256K1_SIGNATURE_LEN_BYTES]),
    /// FIPS 204 encoding.
    MLDSA65(Box<[u8; ML_DSA_65_SIGNATURE_LEN_BYTES]>),
}

impl Signature {
    /// Which scheme the signature belongs to.
    #[must_use]
    pub const fn key_type(&self) -> KeyType {
        match self {
            Self::ED25519(_) => KeyType::ED25519,
            Self::SECP256K1(_) => KeyType::SECP256K1,
            Self::MLDSA65(_) => KeyType::MLDSA65,
        }
    }

    /// The raw signature without its tag.
    #[must_use]
    pub fn signature_data(&self) -> &[u8] {
        match self {
            Self::ED25519(signature) => signature,
            Self::SECP256K1(signature) => signature,
            Self::MLDSA65(signature) => &signature[..],
        }
    }

    /// Length of the borsh form: 65, 66 or 3310.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a signature is never empty")]
    pub fn len(&self) -> usize {
        1 + self.signature_data().len()
    }
}

impl BorshSerialize for Signature {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        writer.write_all(&[self.key_type() as u8])?;
        writer.write_all(self.signature_data())
    }
}

impl BorshDeserialize for Signature {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        Ok(match KeyType::from_tag(u8::deserialize_reader(reader)?, "signature")? {
            KeyType::ED25519 => {
                let signature: [u8; ED25519_SIGNATURE_LEN_BYTES] = read_array(reader)?;
                // nearcore refuses these at decoding, so a transaction that carries one has no encoding at all.
                if signature[ED25519_SIGNATURE_LEN_BYTES - 1] & 0b1110_0000 != 0 {
                    let message = "expected an ed25519 signature whose s is below 2^253";
                    return Err(Error::new(ErrorKind::InvalidData, message));
                }
                Self::ED25519(signature)
            }
            KeyType::SECP256K1 => Self::SECP256K1(read_array(reader)?),
            KeyType::MLDSA65 => Self::MLDSA65(read_boxed_array(reader)?),
        })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}:{}",
            self.key_type().name(),
            base58(self.signature_data())
        )
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Signature {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, ParseKeyError> {
        let (key_type, data) = split_scheme(text)?;
        Ok(match key_type {
            KeyType::ED25519 => Self::ED25519(*parse_base58(data)?),
            KeyType::SECP256K1 => Self::SECP256K1(*parse_base58(data)?),
            KeyType::MLDSA65 => Self::MLDSA65(parse_base58(data)?),
        })
    }
}
