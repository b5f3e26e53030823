//! The records of a compressed state, read one after the other: children first, so that every hash is known when it is needed.

use alloc::vec::Vec;

use no_std_near_core::crypto::Crypto;
use no_std_near_core::types::hash::CryptoHash;

use super::decode::{DecodedState, Entry, NO_ENTRY, Place, hash_of};
use super::{
    ALIAS, CompressionError, HASH_WORDS, KIND_BRANCH, KIND_BRANCH_WITH_VALUE, KIND_EXTENSION, KIND_LEAF, KIND_MASK,
    MEMORY_DERIVED, REFERENCE, VALUE_ABSENT, VALUE_EARLIER, VALUE_INLINE, VALUE_MASK, VALUE_NONE, VALUE_SHIFT,
    WORD_BYTES, own_memory_usage, padding,
};

/// Reads all records of the state's input into its entries, and gives the hashes that are sent as absent.
pub(super) fn read_records<'a, C: Crypto>(state: &mut DecodedState<'a>) -> Result<Vec<&'a [u8; 32]>, CompressionError> {
    let input = state.input;
    let (words, _) = input.as_chunks();
    let reader = Reader {
        words,
        input,
        position: 0,
    };
    let mut decoder = Decoder {
        reader,
        state,
        stack: Vec::new(),
        absent: Vec::new(),
        node_count: 0,
        value_count: 0,
    };
    decoder.run::<C>()?;
    Ok(decoder.absent)
}

/// Reads whole words.
struct Reader<'a> {
    words: &'a [[u8; WORD_BYTES]],
    input: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    fn word(&mut self, what: &'static str) -> Result<[u8; WORD_BYTES], CompressionError> {
        let word = self.words.get(self.position).copied();
        let word = word.ok_or(CompressionError::Truncated {
            word: self.position,
            what,
        })?;
        self.position = self.position.saturating_add(1);
        Ok(word)
    }

    /// `len` bytes from here and where they begin; the padding must be zero.
    fn bytes(&mut self, len: usize, what: &'static str) -> Result<(usize, &'a [u8]), CompressionError> {
        let truncated = CompressionError::Truncated {
            word: self.position,
            what,
        };
        let start = self.position.saturating_mul(WORD_BYTES);
        let padded_len = len.checked_add(padding(len)).ok_or_else(|| truncated.clone())?;
        let span = self
            .input
            .get(start..)
            .and_then(|rest| rest.get(..padded_len))
            .ok_or(truncated)?;
        let (bytes, padding) = span.split_at_checked(len).unwrap_or_default();
        if padding.iter().any(|byte| *byte != 0) {
            return Err(CompressionError::NotCanonical {
                word: self.position,
                what: "padding is zero",
            });
        }
        self.position = self.position.saturating_add(padded_len.div_euclid(WORD_BYTES));
        Ok((start, bytes))
    }

    fn hash(&mut self, what: &'static str) -> Result<&'a [u8; 32], CompressionError> {
        let truncated = CompressionError::Truncated {
            word: self.position,
            what,
        };
        let (_, bytes) = self.bytes(HASH_WORDS.saturating_mul(WORD_BYTES), what)?;
        bytes.first_chunk().ok_or(truncated)
    }
}

/// The fields of a record's first words.
struct Head {
    /// Word at which the record begins.
    word: usize,
    kind: u8,
    is_memory_derived: bool,
    is_alias: bool,
    value_state: u8,
    value_word: u32,
    extension_len: usize,
    /// Bit i: the node has a child at nibble i; for an extension bit 0.
    children: u16,
    /// Those of which the record comes before this one.
    inline: u16,
}

/// A value as the node's bytes need it.
struct Value {
    len: u32,
    hash: CryptoHash,
    entry: u32,
}

struct Decoder<'s, 'a> {
    reader: Reader<'a>,
    state: &'s mut DecodedState<'a>,
    /// Nodes whose parent is still to come.
    stack: Vec<u32>,
    absent: Vec<&'a [u8; 32]>,
    node_count: u32,
    value_count: u32,
}

impl<'a> Decoder<'_, 'a> {
    fn run<C: Crypto>(&mut self) -> Result<(), CompressionError> {
        let [n0, n1, n2, n3, v0, v1, v2, v3] = self.reader.word("the number of entries")?;
        let expected_nodes = u32::from_le_bytes([n0, n1, n2, n3]);
        let expected_values = u32::from_le_bytes([v0, v1, v2, v3]);
        while self.reader.position < self.reader.words.len() {
            self.record::<C>()?;
        }
        let (found_nodes, found_values) = (self.node_count, self.value_count);
        if (found_nodes, found_values) != (expected_nodes, expected_values) {
            return Err(CompressionError::EntryCount {
                expected_nodes,
                expected_values,
                found_nodes,
                found_values,
            });
        }
        let &[root] = self.stack.as_slice() else {
            return Err(CompressionError::Roots(self.stack.len()));
        };
        self.state.root_entry = root;
        self.state.root = hash_of(&self.state.entries, root).ok_or(CompressionError::Roots(0))?;
        Ok(())
    }

    fn record<C: Crypto>(&mut self) -> Result<(), CompressionError> {
        let word = self.reader.position;
        let first = self.reader.word("a record")?;
        if first[0] == REFERENCE {
            return self.reference(word, first);
        }
        let head = self.head(word, first)?;
        let alias = if head.is_alias {
            Some(self.entry_number("an alias")?)
        } else {
            None
        };
        let stated_memory = if head.is_memory_derived {
            None
        } else {
            Some(u64::from_le_bytes(self.reader.word("memory usage")?))
        };
        let (_, extension) = self.reader.bytes(head.extension_len, "an extension")?;
        check_extension(&head, extension)?;
        let absent_value = match head.value_state {
            VALUE_ABSENT => Some(self.reader.hash("a value's hash")?),
            _ => None,
        };
        let absent_count = usize::try_from((head.children & !head.inline).count_ones()).unwrap_or(0);
        let absent_start = self.absent.len();
        for _ in 0..absent_count {
            let hash = self.reader.hash("a child's hash")?;
            self.absent.push(hash);
        }
        let value = self.value::<C>(&head, absent_value)?;
        let inline_children = self.pop_children(&head)?;
        let memory_usage = self.memory_usage(&head, stated_memory, value.as_ref(), &inline_children)?;

        let start = self.state.assembled.len();
        let first_link = self.state.links.len();
        self.assemble_head(&head, extension, value.as_ref());
        self.assemble_children(&head, absent_start, &inline_children)?;
        self.state.assembled.extend_from_slice(&memory_usage.to_le_bytes());
        let len = self.state.assembled.len().saturating_sub(start);
        let hash = C::sha256(self.state.assembled.get(start..).unwrap_or_default());
        let aligned = self.state.assembled.len().saturating_add(padding(len));
        self.state.assembled.resize(aligned, 0);
        let link_count = u32::try_from(self.state.links.len().saturating_sub(first_link)).unwrap_or(0);
        let place = Place::Assembled { start, len };
        let entry = Entry {
            place,
            hash,
            first_link,
            link_count,
            node_memory: Some(memory_usage),
        };
        self.enter_node(&head, alias, entry)?;
        if let Some(hash) = absent_value {
            self.absent.push(hash);
        }
        Ok(())
    }

    /// A child that is an earlier node.
    fn reference(&mut self, word: usize, first: [u8; WORD_BYTES]) -> Result<(), CompressionError> {
        let [_, z0, z1, z2, e0, e1, e2, e3] = first;
        let entry = u32::from_le_bytes([e0, e1, e2, e3]);
        let is_node = usize::try_from(entry)
            .ok()
            .and_then(|entry| self.state.entries.get(entry));
        if [z0, z1, z2] != [0; 3] || is_node.is_none_or(|entry| entry.node_memory.is_none()) {
            return Err(CompressionError::BadRecord {
                word,
                what: "a reference names no earlier node",
            });
        }
        self.stack.push(entry);
        Ok(())
    }

    fn head(&mut self, word: usize, first: [u8; WORD_BYTES]) -> Result<Head, CompressionError> {
        let bad = |what| CompressionError::BadRecord { word, what };
        let [flags, second, a0, a1, b0, b1, b2, b3] = first;
        let kind = flags & KIND_MASK;
        let value_state = flags.wrapping_shr(VALUE_SHIFT) & VALUE_MASK;
        let known = KIND_MASK | MEMORY_DERIVED | ALIAS | VALUE_MASK.wrapping_shl(VALUE_SHIFT);
        if flags & !known != 0 {
            return Err(bad("unknown flags"));
        }
        let (short, long) = (u16::from_le_bytes([a0, a1]), u32::from_le_bytes([b0, b1, b2, b3]));
        let mut head = Head {
            word,
            kind,
            is_memory_derived: flags & MEMORY_DERIVED != 0,
            is_alias: flags & ALIAS != 0,
            value_state,
            value_word: 0,
            extension_len: 0,
            children: 0,
            inline: 0,
        };
        match kind {
            KIND_LEAF | KIND_EXTENSION => head.extension_len = usize::from(short),
            _ => (head.children, head.inline) = (short, u16::from_le_bytes([b0, b1])),
        }
        let (is_second_fine, is_rest_fine) = match kind {
            KIND_LEAF => {
                head.value_word = long;
                (second == 0, true)
            }
            KIND_EXTENSION => {
                (head.children, head.inline) = (1, u16::from(second));
                (second <= 1, long == 0)
            }
            _ => (second == 0, [b2, b3] == [0; 2] && head.inline & !head.children == 0),
        };
        if kind == KIND_BRANCH_WITH_VALUE {
            head.value_word = self.entry_number("a branch's value")?;
        }
        let has_value = matches!(kind, KIND_LEAF | KIND_BRANCH_WITH_VALUE);
        if !is_second_fine || !is_rest_fine || has_value != (value_state != VALUE_NONE) {
            return Err(bad("fields that do not fit the kind of node"));
        }
        Ok(head)
    }

    /// A word that holds 32 bits.
    fn entry_number(&mut self, what: &'static str) -> Result<u32, CompressionError> {
        let word = self.reader.position;
        u32::try_from(u64::from_le_bytes(self.reader.word(what)?)).map_err(|_| CompressionError::BadRecord {
            word,
            what: "a number beyond 32 bits",
        })
    }

    fn value<C: Crypto>(
        &mut self,
        head: &Head,
        absent: Option<&'a [u8; 32]>,
    ) -> Result<Option<Value>, CompressionError> {
        match (head.value_state, absent) {
            (VALUE_NONE, _) => Ok(None),
            (VALUE_ABSENT, Some(hash)) => Ok(Some(Value {
                len: head.value_word,
                hash: CryptoHash(*hash),
                entry: NO_ENTRY,
            })),
            (VALUE_INLINE, _) => {
                let len = usize::try_from(head.value_word).map_err(|_| CompressionError::TooLarge("a value"))?;
                let (start, bytes) = self.reader.bytes(len, "a value")?;
                let hash = C::sha256(bytes);
                let entry = self.next_entry()?;
                let place = Place::Input { start, len };
                self.state.entries.push(Entry {
                    place,
                    hash,
                    first_link: 0,
                    link_count: 0,
                    node_memory: None,
                });
                self.value_count = self.value_count.saturating_add(1);
                Ok(Some(Value {
                    len: head.value_word,
                    hash,
                    entry,
                }))
            }
            (VALUE_EARLIER, _) => {
                let entry = head.value_word;
                let found = usize::try_from(entry)
                    .ok()
                    .and_then(|entry| self.state.entries.get(entry));
                let bad = CompressionError::BadRecord {
                    word: head.word,
                    what: "a value names no earlier entry",
                };
                let found = found.ok_or(bad)?;
                let (Place::Input { len, .. } | Place::Assembled { len, .. }) = found.place;
                let len = u32::try_from(len).map_err(|_| CompressionError::TooLarge("a value"))?;
                Ok(Some(Value {
                    len,
                    hash: found.hash,
                    entry,
                }))
            }
            _ => Err(CompressionError::BadRecord {
                word: head.word,
                what: "a value of no known state",
            }),
        }
    }

    fn pop_children(&mut self, head: &Head) -> Result<Vec<u32>, CompressionError> {
        let count = usize::try_from(head.inline.count_ones()).unwrap_or(usize::MAX);
        let bad = CompressionError::BadRecord {
            word: head.word,
            what: "more children than records before it",
        };
        let at = self.stack.len().checked_sub(count).ok_or(bad)?;
        Ok(self.stack.split_off(at))
    }

    fn memory_usage(
        &self,
        head: &Head,
        stated: Option<u64>,
        value: Option<&Value>,
        inline_children: &[u32],
    ) -> Result<u64, CompressionError> {
        let derived = if head.inline == head.children {
            let own = own_memory_usage(head.extension_len, value.map(|value| u64::from(value.len)));
            inline_children.iter().fold(own, |sum, child| {
                let entry = usize::try_from(*child)
                    .ok()
                    .and_then(|child| self.state.entries.get(child));
                sum?.checked_add(entry?.node_memory?)
            })
        } else {
            None
        };
        match (stated, derived) {
            (Some(stated), derived) if derived == Some(stated) => Err(CompressionError::NotCanonical {
                word: head.word,
                what: "memory usage is derived",
            }),
            (Some(stated), _) => Ok(stated),
            (None, Some(derived)) => Ok(derived),
            (None, None) => Err(CompressionError::BadRecord {
                word: head.word,
                what: "memory usage that cannot be derived",
            }),
        }
    }

    /// Everything of a node's bytes before its children.
    fn assemble_head(&mut self, head: &Head, extension: &[u8], value: Option<&Value>) {
        let out = &mut self.state.assembled;
        out.push(head.kind);
        if matches!(head.kind, KIND_LEAF | KIND_EXTENSION) {
            out.extend_from_slice(&u32::try_from(extension.len()).unwrap_or(0).to_le_bytes());
            out.extend_from_slice(extension);
        }
        if let Some(value) = value {
            out.extend_from_slice(&value.len.to_le_bytes());
            out.extend_from_slice(&value.hash.0);
            self.state.links.push(value.entry);
        }
        if matches!(head.kind, KIND_BRANCH | KIND_BRANCH_WITH_VALUE) {
            out.extend_from_slice(&head.children.to_le_bytes());
        }
    }

    fn assemble_children(
        &mut self,
        head: &Head,
        absent_start: usize,
        inline_children: &[u32],
    ) -> Result<(), CompressionError> {
        let mut absent = self.absent.get(absent_start..).unwrap_or_default().iter();
        let mut inline = inline_children.iter();
        let mut remaining = head.children;
        let bad = CompressionError::BadRecord {
            word: head.word,
            what: "a child is missing",
        };
        while remaining != 0 {
            let bit = remaining & remaining.wrapping_neg();
            remaining &= !bit;
            if head.inline & bit != 0 {
                let child = *inline.next().ok_or_else(|| bad.clone())?;
                let hash = hash_of(&self.state.entries, child).ok_or_else(|| bad.clone())?;
                self.state.assembled.extend_from_slice(&hash.0);
                self.state.links.push(child);
            } else {
                let hash = absent.next().ok_or_else(|| bad.clone())?;
                self.state.assembled.extend_from_slice(*hash);
                self.state.links.push(NO_ENTRY);
            }
        }
        Ok(())
    }

    fn enter_node(&mut self, head: &Head, alias: Option<u32>, entry: Entry) -> Result<(), CompressionError> {
        self.node_count = self.node_count.saturating_add(1);
        let Some(alias) = alias else {
            let number = self.next_entry()?;
            self.state.entries.push(entry);
            self.stack.push(number);
            return Ok(());
        };
        let bad = CompressionError::BadRecord {
            word: head.word,
            what: "an alias names no earlier value of the same bytes",
        };
        let value = usize::try_from(alias)
            .ok()
            .and_then(|alias| self.state.entries.get_mut(alias));
        let value = value
            .filter(|value| value.node_memory.is_none() && value.hash == entry.hash)
            .ok_or(bad)?;
        value.first_link = entry.first_link;
        value.link_count = entry.link_count;
        value.node_memory = entry.node_memory;
        self.stack.push(alias);
        Ok(())
    }

    fn next_entry(&self) -> Result<u32, CompressionError> {
        u32::try_from(self.state.entries.len())
            .ok()
            .filter(|number| *number != NO_ENTRY)
            .ok_or(CompressionError::TooLarge("the number of entries"))
    }
}

/// An extension is never empty, nor are the nibbles of an extension node.
fn check_extension(head: &Head, extension: &[u8]) -> Result<(), CompressionError> {
    let has_odd_nibble = extension.first().is_some_and(|first| first & 0x10 != 0);
    let is_fine = match head.kind {
        KIND_LEAF => !extension.is_empty(),
        KIND_EXTENSION => extension.len() > 1 || has_odd_nibble,
        _ => true,
    };
    if is_fine {
        Ok(())
    } else {
        Err(CompressionError::BadRecord {
            word: head.word,
            what: "an empty extension",
        })
    }
}
