//! Account identifiers: the rules of near-account-id 2.0.
//!
//! An identifier is valid by construction: every way to make one, decoding included, checks the rules. Clones share the text.

use alloc::format;
use alloc::sync::Arc;
use borsh::io::{Error, ErrorKind, Read, Result as IoResult, Write};
use borsh::{BorshDeserialize, BorshSerialize};
use core::borrow::Borrow;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

/// A valid account identifier: 2 to 64 bytes, groups of `[a-z0-9]` joined by single `-`, `_` or `.`.
#[derive(Clone, PartialOrd, Ord)]
pub struct AccountId(Arc<[u8]>);

/// Clones need not be looked through.
impl PartialEq for AccountId {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for AccountId {}

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
        Ok(Self(Arc::from(text.as_bytes())))
    }

    /// The identifier with these bytes, if they are one.
    ///
    /// # Errors
    /// The first rule the bytes break.
    pub fn from_ascii(text: &[u8]) -> Result<Self, ParseAccountIdError> {
        validate(text)?;
        Ok(Self(Arc::from(text)))
    }

    /// Wraps a text that this crate built and that follows the rules by its construction.
    pub(crate) fn from_valid(text: &str) -> Self {
        debug_assert!(validate(text.as_bytes()).is_ok(), "{text} is no account identifier");
        Self(Arc::from(text.as_bytes()))
    }

    /// The account `system`.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::from(Self::SYSTEM.as_bytes()))
    }

    /// The text. Its bytes are looked through once more: where bytes will do, take [`as_bytes`](Self::as_bytes).
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Valid identifiers are ASCII.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The text as ASCII bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
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
        &*self.0 == Self::SYSTEM.as_bytes()
    }

    /// Whether the identifier has no parent. `system` is not a top-level account.
    #[must_use]
    pub fn is_top_level(&self) -> bool {
        !self.is_system() && !self.0.contains(&b'.')
    }

    /// Whether this is `<one name>.<parent>`.
    #[must_use]
    pub fn is_sub_account_of(&self, parent: &Self) -> bool {
        self.0
            .strip_suffix(&*parent.0)
            .and_then(|rest| rest.strip_suffix(b"."))
            .is_some_and(|name| !name.contains(&b'.'))
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
    if (AccountId::MIN_LEN_BYTES..=AccountId::MAX_LEN_BYTES).contains(&text.len()) && follows_rules(text) {
        Ok(())
    } else {
        Err(first_broken_rule(text))
    }
}

/// A bit for each byte of a word.
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
/// A byte in each place of a word.
const fn everywhere(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Whether only allowed characters occur and every separator has a letter or digit on both sides; eight bytes at a time. `text` has
/// at least 2 bytes.
fn follows_rules(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks::<8>();
    // High bit: the byte before the word is a separator. Nothing before the first byte counts as one.
    let mut before = 0x80;
    for word in words {
        match separators(u64::from_le_bytes(*word)) {
            Some(separators) if separators & (separators << 8 | before) == 0 => before = separators >> 56,
            _ => return false,
        }
    }
    if !rest.is_empty() {
        let (word, before) = match text.last_chunk() {
            // The rest, together with bytes before it, is one more word; who its first neighbour is has been looked at.
            Some(word) => (*word, 0),
            None => {
                let mut word = [b'a'; 8];
                for (to, from) in word.iter_mut().zip(rest) {
                    *to = *from;
                }
                (word, before)
            }
        };
        match separators(u64::from_le_bytes(word)) {
            Some(separators) if separators & (separators << 8 | before) == 0 => {}
            _ => return false,
        }
    }
    text.last().is_some_and(|last| is_letter_or_digit(*last))
}

/// The high bits of those bytes that are separators; `None` if one is neither separator nor letter nor digit.
const fn separators(word: u64) -> Option<u64> {
    /// The high bits of those bytes, all below 128, that are at least `bound`.
    const fn at_least(word: u64, bound: u8) -> u64 {
        (word | HIGH_BITS) - everywhere(bound)
    }
    let letters = at_least(word, b'a') & !at_least(word, b'z' + 1);
    let digits = at_least(word, b'0') & !at_least(word, b'9' + 1);
    // '-' and '.' are neighbours.
    let separators =
        at_least(word, b'-') & !at_least(word, b'.' + 1) | at_least(word, b'_') & !at_least(word, b'_' + 1);
    if word & HIGH_BITS != 0 || (letters | digits | separators) & HIGH_BITS != HIGH_BITS {
        return None;
    }
    Some(separators & HIGH_BITS)
}

const fn is_letter_or_digit(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9')
}

/// Which rule a text breaks first that breaks one.
fn first_broken_rule(text: &[u8]) -> ParseAccountIdError {
    if !(AccountId::MIN_LEN_BYTES..=AccountId::MAX_LEN_BYTES).contains(&text.len()) {
        return ParseAccountIdError::Length {
            found_len_bytes: text.len(),
        };
    }
    let mut after_separator = true;
    for (position, &found) in text.iter().enumerate() {
        let is_separator = matches!(found, b'-' | b'_' | b'.');
        if !is_separator && !is_letter_or_digit(found) {
            return ParseAccountIdError::Character { found, position };
        }
        if is_separator && after_separator {
            return ParseAccountIdError::Separator { position };
        }
        after_separator = is_separator;
    }
    ParseAccountIdError::Separator {
        position: text.len() - 1,
    }
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

impl Hash for AccountId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
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
        self.as_bytes().serialize(writer)
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
        Ok(Self(Arc::from(&*text)))
    }
}

fn invalid(error: ParseAccountIdError) -> Error {
    Error::new(ErrorKind::InvalidData, format!("{error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// The rules byte by byte.
    fn follows_rules_slowly(text: &[u8]) -> bool {
        let is_separator = |byte: &u8| b"-_.".contains(byte);
        let is_known = |byte: &u8| is_separator(byte) || is_letter_or_digit(*byte);
        let is_edge = |byte: Option<&u8>| byte.is_some_and(|byte| is_letter_or_digit(*byte));
        text.iter().all(is_known)
            && is_edge(text.first())
            && is_edge(text.last())
            && !text.windows(2).any(|pair| pair.iter().all(is_separator))
    }

    proptest! {
        #[test]
        fn words_follow_the_rules_as_bytes_do(
            letters in prop::collection::vec(prop::sample::select(b"az09-_.b".to_vec()), 2..65),
            at in 0usize..64, byte: u8,
        ) {
            prop_assert_eq!(follows_rules(&letters), follows_rules_slowly(&letters));
            let mut other = letters;
            let at = at % other.len();
            other[at] = byte;
            prop_assert_eq!(follows_rules(&other), follows_rules_slowly(&other));
        }
    }

    #[test]
    fn every_byte_at_every_place_of_a_word_is_judged() {
        for len in 2..20 {
            for at in 0..len {
                for byte in 0..=u8::MAX {
                    let mut text: Vec<u8> = alloc::vec![b'a'; len];
                    text[at] = byte;
                    assert_eq!(follows_rules(&text), follows_rules_slowly(&text), "{text:?}");
                }
            }
        }
    }
}
