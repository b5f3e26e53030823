//! From a recorded state to its compressed form.

use alloc::vec::Vec;

use no_std_near_core::crypto::Crypto;
use no_std_near_core::trie::node::{Node, NodeKind, ValueRef};
use no_std_near_core::types::hash::CryptoHash;

use super::{
    ALIAS, CompressionError, KIND_BRANCH, KIND_BRANCH_WITH_VALUE, KIND_EXTENSION, KIND_LEAF, MEMORY_DERIVED, REFERENCE,
    VALUE_ABSENT, VALUE_EARLIER, VALUE_INLINE, VALUE_NONE, VALUE_SHIFT, own_memory_usage, padding,
};

/// A compressed state, and what was left out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compressed {
    /// The encoding.
    pub bytes: Vec<u8>,
    /// Number of nodes in it.
    pub node_count: u32,
    /// Number of values in it.
    pub value_count: u32,
    /// Positions among the blobs given of those that cannot be reached from the root: dropped.
    pub unreachable: Vec<usize>,
    /// Positions of blobs that repeat an earlier one: dropped.
    pub duplicates: Vec<usize>,
}

/// Compresses what can be reached from `root` among nodes and values in any order.
///
/// # Errors
/// [`CompressionError`] if a node that is referred to is none, a node misstates a value's length, or counters overflow: a recorded
/// state of a real chain has none of these.
pub fn compress<C: Crypto>(root: CryptoHash, blobs: &[&[u8]]) -> Result<Compressed, CompressionError> {
    let mut encoder = Encoder::new::<C>(blobs);
    if encoder.find(&root.0).is_some() {
        encoder.walk(root)?;
    }
    let (node_count, value_count) = (encoder.node_count, encoder.value_count);
    let mut bytes = Vec::new();
    if node_count > 0 {
        bytes.reserve_exact(encoder.out.len().saturating_add(8));
        bytes.extend_from_slice(&node_count.to_le_bytes());
        bytes.extend_from_slice(&value_count.to_le_bytes());
        bytes.append(&mut encoder.out);
    }
    let mut unreachable: Vec<usize> = encoder
        .sorted
        .iter()
        .filter(|blob| blob.entry.is_none())
        .map(|blob| blob.position)
        .collect();
    unreachable.sort_unstable();
    Ok(Compressed {
        bytes,
        node_count,
        value_count,
        unreachable,
        duplicates: encoder.duplicates,
    })
}

/// A distinct blob.
struct Blob<'a> {
    hash: CryptoHash,
    bytes: &'a [u8],
    position: usize,
    entry: Option<u32>,
    /// Memory usage, once it was written as a node.
    node_memory: Option<u64>,
}

struct Encoder<'a> {
    /// Ascending by hash.
    sorted: Vec<Blob<'a>>,
    duplicates: Vec<usize>,
    out: Vec<u8>,
    node_count: u32,
    value_count: u32,
    entry_count: u32,
}

/// What remains to be done with the blob at an index.
enum Task {
    Enter(usize),
    Write(usize),
}

impl<'a> Encoder<'a> {
    fn new<C: Crypto>(blobs: &[&'a [u8]]) -> Self {
        let blob = |(position, bytes): (usize, &&'a [u8])| Blob {
            hash: C::sha256(bytes),
            bytes,
            position,
            entry: None,
            node_memory: None,
        };
        let mut sorted: Vec<Blob<'a>> = blobs.iter().enumerate().map(blob).collect();
        sorted.sort_by_key(|blob| blob.hash);
        let mut duplicates = Vec::new();
        sorted.dedup_by(|later, earlier| {
            let is_same = later.hash == earlier.hash;
            if is_same {
                duplicates.push(later.position);
            }
            is_same
        });
        duplicates.sort_unstable();
        Self {
            sorted,
            duplicates,
            out: Vec::new(),
            node_count: 0,
            value_count: 0,
            entry_count: 0,
        }
    }

    fn find(&self, hash: &[u8; 32]) -> Option<usize> {
        self.sorted.binary_search_by(|blob| blob.hash.0.cmp(hash)).ok()
    }

    fn node(&self, index: usize) -> Result<Node<'a>, CompressionError> {
        let blob = self.sorted.get(index).ok_or(CompressionError::TooLarge("an index"))?;
        Node::decode(blob.bytes).map_err(|_| CompressionError::NotANode(blob.hash))
    }

    fn walk(&mut self, root: CryptoHash) -> Result<(), CompressionError> {
        let mut tasks: Vec<Task> = self.find(&root.0).map(Task::Enter).into_iter().collect();
        while let Some(task) = tasks.pop() {
            match task {
                Task::Enter(index) => {
                    let written = self.sorted.get(index).filter(|blob| blob.node_memory.is_some());
                    if let Some(entry) = written.and_then(|blob| blob.entry) {
                        self.out.extend_from_slice(&[REFERENCE, 0, 0, 0]);
                        self.out.extend_from_slice(&entry.to_le_bytes());
                        continue;
                    }
                    tasks.push(Task::Write(index));
                    let node = self.node(index)?;
                    let below: Vec<usize> = children(&node).filter_map(|hash| self.find(hash)).collect();
                    tasks.extend(below.into_iter().rev().map(Task::Enter));
                }
                Task::Write(index) => self.write_node(index)?,
            }
        }
        Ok(())
    }

    fn write_node(&mut self, index: usize) -> Result<(), CompressionError> {
        let node = self.node(index)?;
        let (kind, extension, value) = match node.kind {
            NodeKind::Leaf { extension, value } => (KIND_LEAF, extension, Some(value)),
            NodeKind::Extension { extension, .. } => (KIND_EXTENSION, extension, None),
            NodeKind::Branch { value: None, .. } => (KIND_BRANCH, &[][..], None),
            NodeKind::Branch { value, .. } => (KIND_BRANCH_WITH_VALUE, &[][..], value),
        };
        let (value_state, value_word) = match &value {
            None => (VALUE_NONE, 0),
            Some(value) => self.value_state(value)?,
        };
        let inline_value = self.inline_value(value.as_ref(), value_state)?;
        let is_derived = self.derived_memory(&node, extension, value.as_ref()) == Some(node.memory_usage);
        let alias = self.sorted.get(index).and_then(|blob| blob.entry);
        let mut flags = kind | value_state << VALUE_SHIFT;
        flags |= if is_derived { MEMORY_DERIVED } else { 0 };
        flags |= if alias.is_some() { ALIAS } else { 0 };

        self.write_head(flags, &node, extension.len(), value_word)?;
        if let Some(alias) = alias {
            self.out.extend_from_slice(&u64::from(alias).to_le_bytes());
        }
        if !is_derived {
            self.out.extend_from_slice(&node.memory_usage.to_le_bytes());
        }
        self.write_padded(extension);
        if let (VALUE_ABSENT, Some(value)) = (value_state, &value) {
            self.out.extend_from_slice(value.hash);
        }
        for hash in children(&node) {
            if self.find(hash).is_none() {
                self.out.extend_from_slice(hash);
            }
        }
        if let Some(value) = inline_value {
            self.write_padded(value);
        }
        self.enter_node(index, node.memory_usage)
    }

    fn write_head(
        &mut self,
        flags: u8,
        node: &Node<'_>,
        extension_len: usize,
        value_word: u32,
    ) -> Result<(), CompressionError> {
        let extension_len =
            u16::try_from(extension_len).map_err(|_| CompressionError::TooLarge("the length of an extension"))?;
        match node.kind {
            NodeKind::Leaf { .. } => {
                self.out.extend_from_slice(&[flags, 0]);
                self.out.extend_from_slice(&extension_len.to_le_bytes());
                self.out.extend_from_slice(&value_word.to_le_bytes());
            }
            NodeKind::Extension { child, .. } => {
                self.out
                    .extend_from_slice(&[flags, u8::from(self.find(child).is_some())]);
                self.out.extend_from_slice(&extension_len.to_le_bytes());
                self.out.extend_from_slice(&[0; 4]);
            }
            NodeKind::Branch { children, value } => {
                let (mut mask, mut inline) = (0u16, 0u16);
                for (nibble, hash) in children.iter() {
                    let bit = 1u16.wrapping_shl(u32::from(nibble));
                    mask |= bit;
                    inline |= if self.find(hash).is_some() { bit } else { 0 };
                }
                self.out.extend_from_slice(&[flags, 0]);
                self.out.extend_from_slice(&mask.to_le_bytes());
                self.out.extend_from_slice(&inline.to_le_bytes());
                self.out.extend_from_slice(&[0; 2]);
                if value.is_some() {
                    self.out.extend_from_slice(&u64::from(value_word).to_le_bytes());
                }
            }
        }
        Ok(())
    }

    /// How the value is sent, and what the head says of it.
    fn value_state(&self, value: &ValueRef<'_>) -> Result<(u8, u32), CompressionError> {
        let Some(blob) = self.find(value.hash).and_then(|index| self.sorted.get(index)) else {
            return Ok((VALUE_ABSENT, value.length_bytes));
        };
        if usize::try_from(value.length_bytes) != Ok(blob.bytes.len()) {
            let (hash, expected, found) = (blob.hash, value.length_bytes, blob.bytes.len());
            return Err(CompressionError::ValueLength { hash, expected, found });
        }
        Ok(match blob.entry {
            Some(entry) => (VALUE_EARLIER, entry),
            None => (VALUE_INLINE, value.length_bytes),
        })
    }

    /// Enters an inline value and gives its bytes.
    fn inline_value(
        &mut self,
        value: Option<&ValueRef<'_>>,
        value_state: u8,
    ) -> Result<Option<&'a [u8]>, CompressionError> {
        let Some(value) = value.filter(|_| value_state == VALUE_INLINE) else {
            return Ok(None);
        };
        let entry = self.next_entry()?;
        self.value_count = self.value_count.saturating_add(1);
        let found = self.find(value.hash).and_then(|index| self.sorted.get_mut(index));
        Ok(found.map(|blob| {
            blob.entry = Some(entry);
            blob.bytes
        }))
    }

    fn enter_node(&mut self, index: usize, memory_usage: u64) -> Result<(), CompressionError> {
        let is_alias = self.sorted.get(index).is_some_and(|blob| blob.entry.is_some());
        let entry = if is_alias { None } else { Some(self.next_entry()?) };
        self.node_count = self.node_count.saturating_add(1);
        if let Some(blob) = self.sorted.get_mut(index) {
            blob.entry = blob.entry.or(entry);
            blob.node_memory = Some(memory_usage);
        }
        Ok(())
    }

    fn next_entry(&mut self) -> Result<u32, CompressionError> {
        let entry = self.entry_count;
        self.entry_count = entry
            .checked_add(1)
            .ok_or(CompressionError::TooLarge("the number of entries"))?;
        Ok(entry)
    }

    /// What the node's memory usage must be, if everything below it is here.
    fn derived_memory(&self, node: &Node<'_>, extension: &[u8], value: Option<&ValueRef<'_>>) -> Option<u64> {
        let own = own_memory_usage(extension.len(), value.map(|value| u64::from(value.length_bytes)))?;
        children(node).try_fold(own, |sum, hash| {
            let child = self.find(hash).and_then(|index| self.sorted.get(index))?;
            sum.checked_add(child.node_memory?)
        })
    }

    fn write_padded(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
        let padded = self.out.len().saturating_add(padding(bytes.len()));
        self.out.resize(padded, 0);
    }
}

/// Hashes of the nodes below, ascending by nibble.
fn children<'a>(node: &Node<'a>) -> impl Iterator<Item = &'a [u8; 32]> + use<'a> {
    let (single, branch) = match node.kind {
        NodeKind::Leaf { .. } => (None, None),
        NodeKind::Extension { child, .. } => (Some(child), None),
        NodeKind::Branch { children, .. } => (None, Some(children)),
    };
    single.into_iter().chain(
        branch
            .into_iter()
            .flat_map(|children| children.iter().map(|(_, hash)| hash)),
    )
}
