//! Account identifiers: the rules of near-account-id 2.0.
//!
//! An identifier is valid by construction: every way to make one, decoding included, checks the rules. Clones share the text.

use alloc::format;
use alloc::sync::Arc;
use borsh::io::{Error, ErrorKind, Read, Result as IoResult, Write};
use borsh::{BorshDeserialize, BorshSerialize};
use core::borrow::Borrow;
use core::fmt;
use core::str::FromStr;

/// A valid account identifier: 2 to 64 bytes, groups of `[a-z0-9]` joined by single `-`, `_` or `.`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(Arc<str>);

/// What an account identifier says about how its account comes into being.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountType {
    /// Made by a CreateAccount action.
    NamedAccount,
    /// 64 hexadecimal digits: an ed25519 public key.
    NearImplicitAccount,
    /// `0x` and 40 hexadecimal digits: an Ethereum address.
    EthImplicitAccount,
    /// `0s` and 40 hexadecimal digits: the hash of a state init.
    NearDeterministicAccount,
}

impl AccountType {
    /// Whether a transfer alone can bring the account into being.
    #[must_use]
    pub const fn is_implicit(self) -> bool {
        !matches!(self, Self::NamedAccount)
    }
}

/// Why a text is not an account identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseAccountIdError {
    /// Shorter than 2 or longer than 64 bytes.
    #[error("expected an account identifier of 2 to 64 bytes, found {found_len_bytes}")]
    Length {
        /// Length of the text.
        found_len_bytes: usize,
    },
    /// A byte other than `a-z`, `0-9`, `-`, `_`, `.`.
    #[error("expected only a-z, 0-9, '-', '_' and '.' in an account identifier, found byte {found:#04x} at {position}")]
    Character {
        /// The byte.
        found: u8,
        /// Its index.
        position: usize,
    },
    /// A separator at the start, at the end, or after another separator.
    #[error("expected a letter or digit around every separator of an account identifier, at {position}")]
    Separator {
        /// Index of the separator.
        position: usize,
    },
}

impl AccountId {
    /// Shortest length.
    pub const MIN_LEN_BYTES: usize = 2;
    /// Longest length.
    pub const MAX_LEN_BYTES: usize = 64;
    /// The account that sends refunds. It owns nothing and no key can sign for it.
    pub const SYSTEM: &'static str = "system";

    /// Checks the rules and copies the text once.
    ///
    /// # Errors
    /// The first rule the text breaks.
    pub fn new(text: &str) -> Result<Self, ParseAccountIdError> {
        validate(text.as_bytes())?;
        Ok(Self(Arc::from(text)))
    }

    /// Wraps a text that this crate built and that follows the rules by its construction.
    pub(crate) fn from_valid(text: &str) -> Self {
        debug_assert!(validate(text.as_bytes()).is_ok(), "{text} is no account identifier");
        Self(Arc::from(text))
    }

    /// The account `system`.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::from(Self::SYSTEM))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as ASCII bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Length of the text in bytes: between 2 and 64.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an identifier is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether this is the account `system`.
    #[must_use]
    pub fn is_system(&self) -> bool {
        &*self.0 == Self::SYSTEM
    }

    /// Whether the identifier has no parent. `system` is not a top-level account.
    #[must_use]
    pub fn is_top_level(&self) -> bool {
        !self.is_system() && !self.0.contains('.')
    }

    /// Whether this is `<one name>.<parent>`.
    #[must_use]
    pub fn is_sub_account_of(&self, parent: &Self) -> bool {
        self.0
            .strip_suffix(&*parent.0)
            .and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(|name| !name.contains('.'))
    }

    /// Named, or one of the three implicit kinds.
    #[must_use]
    pub fn account_type(&self) -> AccountType {
        let text = self.as_bytes();
        match text.len() {
            42 if text.starts_with(b"0x") && is_lower_hex(&text[2..]) => AccountType::EthImplicitAccount,
            42 if text.starts_with(b"0s") && is_lower_hex(&text[2..]) => AccountType::NearDeterministicAccount,
            64 if is_lower_hex(text) => AccountType::NearImplicitAccount,
            _ => AccountType::NamedAccount,
        }
    }
}

fn is_lower_hex(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b'a'..=b'f' | b'0'..=b'9'))
}

/// Checks that the bytes are an account identifier (and so ASCII).
pub(crate) fn validate(text: &[u8]) -> Result<(), ParseAccountIdError> {
    if !(AccountId::MIN_LEN_BYTES..=AccountId::MAX_LEN_BYTES).contains(&text.len()) {
        return Err(ParseAccountIdError::Length {
            found_len_bytes: text.len(),
        });
    }
    let mut after_separator = true;
    for (position, &found) in text.iter().enumerate() {
        let is_separator = match found {
            b'a'..=b'z' | b'0'..=b'9' => false,
            b'-' | b'_' | b'.' => true,
            _ => return Err(ParseAccountIdError::Character { found, position }),
        };
        if is_separator && after_separator {
            return Err(ParseAccountIdError::Separator { position });
        }
        after_separator = is_separator;
    }
    if after_separator {
        return Err(ParseAccountIdError::Separator {
            position: text.len() - 1,
        });
    }
    Ok(())
}

impl FromStr for AccountId {
    type Err = ParseAccountIdError;

    fn from_str(text: &str) -> Result<Self, ParseAccountIdError> {
        Self::new(text)
    }
}

impl TryFrom<&str> for AccountId {
    type Error = ParseAccountIdError;

    fn try_from(text: &str) -> Result<Self, ParseAccountIdError> {
        Self::new(text)
    }
}

impl AsRef<str> for AccountId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// Ordering and hashing of the identifier are those of its text, as `Borrow` demands.
impl Borrow<str> for AccountId {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for AccountId {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for AccountId {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), formatter)
    }
}

impl BorshSerialize for AccountId {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        self.as_str().serialize(writer)
    }
}

impl BorshDeserialize for AccountId {
    /// Reads at most 64 bytes after the length, whatever the length claims.
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        let len_bytes = u32::deserialize_reader(reader)? as usize;
        let mut buffer = [0; Self::MAX_LEN_BYTES];
        let Some(text) = buffer.get_mut(..len_bytes) else {
            return Err(invalid(ParseAccountIdError::Length {
                found_len_bytes: len_bytes,
            }));
        };
        reader.read_exact(text)?;
        validate(text).map_err(invalid)?;
        let text =
            core::str::from_utf8(text).map_err(|error| Error::new(ErrorKind::InvalidData, format!("{error}")))?;
        Ok(Self(Arc::from(text)))
    }
}

fn invalid(error: ParseAccountIdError) -> Error {
    Error::new(ErrorKind::InvalidData, format!("{error}"))
}
