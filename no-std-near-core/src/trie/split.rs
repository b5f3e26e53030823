//! Where a shard would best be split: at the account that divides its memory usage most evenly.
//!
//! Mirrors `core/store/src/trie/split.rs` (spec §A.6.3); differs in: extensions are read in place.
//!
//! Four columns weigh: accounts, contract code, access keys, contract data. The search goes down all four at once, nibble by
//! nibble, towards the account in the middle. At each account on the way two boundaries are tried: the account itself, and the
//! account with `-0` appended, which leaves the account and its own data to the left. Every node looked at is recorded.

use super::StorageError;
use super::nibbles::Nibbles;
use super::node::{Children, HASH_LEN, Node, NodeKind};
use super::partial::{Access, PartialTrie};
use crate::crypto::Crypto;
use crate::state::keys::{ACCESS_KEY_SEPARATOR, ACCOUNT_DATA_SEPARATOR, column};
use crate::types::account_id::AccountId;
use crate::types::chunk_header::TrieSplit;
use alloc::vec::Vec;
use core::marker::PhantomData;

/// Columns that are searched; [`ACCOUNTS`] and [`ATTACHED_DATA`] are positions in this list.
const COLUMNS: [u8; 4] = [
    column::ACCOUNT,
    column::CONTRACT_CODE,
    column::ACCESS_KEY,
    column::CONTRACT_DATA,
];
const ACCOUNTS: usize = 0;
/// Columns in which the data of one account lies below the account and a separator.
const ATTACHED_DATA: [(usize, u8); 2] = [(2, ACCESS_KEY_SEPARATOR), (3, ACCOUNT_DATA_SEPARATOR)];

/// Why no boundary was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindSplitError {
    /// The trie cannot be read: an abort. (The others only mean that no split is proposed.)
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The trie is empty.
    #[error("the trie is empty")]
    NoRoot,
    /// No account lies on the way to the middle.
    #[error("no account divides the trie")]
    NotFound,
    /// The way to the middle ends in the middle of a byte.
    #[error("a key of the account column ends in the middle of a byte")]
    Key,
}

/// The account that divides the state most evenly.
///
/// # Errors
/// [`FindSplitError::Storage`] if the trie cannot be read; otherwise there is no such account.
pub fn find_trie_split<C: Crypto>(trie: &mut PartialTrie<'_>) -> Result<TrieSplit, FindSplitError> {
    Descent::<C>::new(trie)?.find()
}

/// Memory usage of the whole state. The root is recorded.
///
/// # Errors
/// [`FindSplitError::Storage`] if the root cannot be read, [`FindSplitError::NoRoot`] if there is none.
pub fn total_memory_usage<C: Crypto>(trie: &mut PartialTrie<'_>) -> Result<u64, FindSplitError> {
    let root = trie.enter_root::<C>(Access::Recorded)?.ok_or(FindSplitError::NoRoot)?;
    Ok(trie.node(root)?.memory_usage)
}

/// How far from even a split is.
const fn imbalance(split: &TrieSplit) -> u64 {
    split.left_memory.abs_diff(split.right_memory)
}

/// A reference of a node to one below.
#[derive(Clone, Copy, Debug)]
struct Below<'a> {
    link: u32,
    hash: &'a [u8; HASH_LEN],
}

/// Where the search stands in one column.
#[derive(Clone, Copy, Debug)]
enum Stage<'a> {
    /// No key of the column goes this way.
    CutOff,
    /// At the end of a leaf.
    AtLeaf { usage: u64 },
    /// Before the nibbles `rest` (at least one) of an extension or leaf.
    InsideExtension {
        usage: u64,
        rest: Nibbles<'a>,
        child: Option<Below<'a>>,
    },
    /// At a branch.
    AtBranch {
        usage: u64,
        entry: u32,
        children: Children<'a>,
        first_child: usize,
    },
}

impl Stage<'_> {
    const fn subtree_usage(&self) -> u64 {
        match self {
            Self::CutOff => 0,
            Self::AtLeaf { usage } | Self::InsideExtension { usage, .. } | Self::AtBranch { usage, .. } => *usage,
        }
    }

    /// The lowest nibble by which the search could go on.
    fn first_child(&self) -> Option<u8> {
        match self {
            Self::CutOff | Self::AtLeaf { .. } => None,
            Self::InsideExtension { rest, .. } => rest.first(),
            Self::AtBranch { children, .. } => children.iter().next().map(|(nibble, _)| nibble),
        }
    }

    fn can_descend_by(&self, nibble: u8) -> bool {
        match self {
            Self::CutOff | Self::AtLeaf { .. } => false,
            Self::InsideExtension { rest, .. } => rest.first() == Some(nibble),
            Self::AtBranch { children, .. } => children.get(nibble).is_some(),
        }
    }
}

/// The next nibble of the search, the memory usage below it, and that of its siblings to the left.
struct NextStep {
    nibble: u8,
    child_usage: u64,
    left_usage: u64,
}

struct Descent<'t, 'a, C> {
    trie: &'t mut PartialTrie<'a>,
    stages: [Stage<'a>; COLUMNS.len()],
    /// The way so far, without the byte of the column.
    nibbles: Vec<u8>,
    /// Memory usage that goes left, goes right, and is not decided yet.
    left: u64,
    right: u64,
    middle: u64,
    crypto: PhantomData<C>,
}

impl<'t, 'a, C: Crypto> Descent<'t, 'a, C> {
    fn new(trie: &'t mut PartialTrie<'a>) -> Result<Self, FindSplitError> {
        let root = trie.enter_root::<C>(Access::Recorded)?.ok_or(FindSplitError::NoRoot)?;
        let mut descent = Self {
            trie,
            stages: [Stage::CutOff; COLUMNS.len()],
            nibbles: Vec::new(),
            left: 0,
            right: 0,
            middle: 0,
            crypto: PhantomData,
        };
        for (position, column) in COLUMNS.into_iter().enumerate() {
            let mut stage = descent.stage_at(root)?;
            for nibble in Nibbles::new(&[column]).iter() {
                stage = descent.below(stage, nibble)?;
            }
            descent.middle = sum(descent.middle, stage.subtree_usage())?;
            descent.stages[position] = stage;
        }
        Ok(descent)
    }

    fn find(mut self) -> Result<TrieSplit, FindSplitError> {
        let mut best: Option<TrieSplit> = None;
        let consider = |split: Option<TrieSplit>, best: &mut Option<TrieSplit>| {
            // A split as uneven as can be is no split.
            let limit = best.as_ref().map_or(u64::MAX, imbalance);
            if let Some(split) = split.filter(|split| imbalance(split) < limit) {
                *best = Some(split);
            }
        };
        while let Some(step) = self.next_step()? {
            self.descend(&step)?;
            consider(self.best_split_here()?, &mut best);
        }
        if self.nibbles.len() % 2 == 1 {
            // Accounts are whole bytes: go on to the first one below.
            let step = self.forced_step()?;
            self.descend(&step)?;
            consider(self.best_split_here()?, &mut best);
        }
        best.ok_or(FindSplitError::NotFound)
    }

    /// The child in which the middle lies; `None` where the search ends.
    fn next_step(&mut self) -> Result<Option<NextStep>, FindSplitError> {
        if self.stages[ACCOUNTS].first_child().is_none() {
            return Ok(None);
        }
        let half = sum(sum(self.left, self.right)?, self.middle)? / 2;
        let decided = sum(self.left, self.current_nodes_usage()?)?;
        let Some(threshold) = half.checked_sub(decided) else {
            return Ok(None);
        };
        let usages = self.children_usage()?;
        let Some((nibble, left_usage)) = middle_child(&usages, threshold)? else {
            return Ok(None);
        };
        let goes_on = self.stages[ACCOUNTS].can_descend_by(nibble);
        Ok(goes_on.then(|| NextStep {
            nibble,
            child_usage: usages[usize::from(nibble)],
            left_usage,
        }))
    }

    fn forced_step(&mut self) -> Result<NextStep, FindSplitError> {
        let usages = self.children_usage()?;
        let nibble = self.stages[ACCOUNTS].first_child().ok_or(FindSplitError::Key)?;
        let (left, rest) = usages.split_at(usize::from(nibble));
        let left_usage = left.iter().try_fold(0, |total, &usage| sum(total, usage))?;
        Ok(NextStep {
            nibble,
            child_usage: rest.first().copied().unwrap_or(0),
            left_usage,
        })
    }

    fn descend(&mut self, step: &NextStep) -> Result<(), FindSplitError> {
        let own = self.current_nodes_usage()?;
        self.left = sum(self.left, sum(step.left_usage, own)?)?;
        let to_the_right = difference(
            difference(difference(self.middle, step.left_usage)?, step.child_usage)?,
            own,
        )?;
        self.right = sum(self.right, to_the_right)?;
        self.middle = step.child_usage;
        for position in 0..COLUMNS.len() {
            self.stages[position] = self.below(self.stages[position], step.nibble)?;
        }
        self.nibbles.push(step.nibble);
        Ok(())
    }

    /// The better of the two boundaries at the way so far; `None` if neither is an account.
    fn best_split_here(&mut self) -> Result<Option<TrieSplit>, FindSplitError> {
        let at_account = account_at(&self.nibbles, &[]);
        let after_account = account_at(&self.nibbles, b"-0");
        let is_account = at_account.is_some();
        let mut best = match at_account {
            None => None,
            Some(boundary_account) => Some(TrieSplit {
                boundary_account,
                left_memory: self.left,
                right_memory: sum(self.right, self.middle)?,
            }),
        };
        if let Some(boundary_account) = after_account {
            let mut own = self.current_nodes_usage()?;
            if is_account {
                own = sum(own, self.attached_usage()?)?;
            }
            let left_memory = sum(self.left, own)?;
            let right_memory = difference(sum(self.right, self.middle)?, own)?;
            let split = TrieSplit {
                boundary_account,
                left_memory,
                right_memory,
            };
            if best.as_ref().is_none_or(|best| imbalance(&split) < imbalance(best)) {
                best = Some(split);
            }
        }
        Ok(best)
    }

    /// Memory usage of access keys and contract data of the account at the way so far.
    fn attached_usage(&mut self) -> Result<u64, StorageError> {
        let mut total = 0;
        for (position, separator) in ATTACHED_DATA {
            total = sum(total, self.usage_below(self.stages[position], separator)?)?;
        }
        Ok(total)
    }

    /// Memory usage of the keys of a column that go on with this byte.
    fn usage_below(&mut self, stage: Stage<'a>, byte: u8) -> Result<u64, StorageError> {
        let [high, low] = [byte >> 4, byte & 0xf];
        let bytes = [byte];
        match stage {
            Stage::CutOff | Stage::AtLeaf { .. } => Ok(0),
            Stage::InsideExtension { usage, rest, .. } => Ok(if rest.starts_with(&Nibbles::new(&bytes)) {
                usage
            } else {
                0
            }),
            Stage::AtBranch { .. } => {
                let below = self.below(stage, high)?;
                Ok(match below {
                    Stage::CutOff | Stage::AtLeaf { .. } => 0,
                    Stage::InsideExtension { usage, rest, .. } => {
                        if rest.first() == Some(low) {
                            usage
                        } else {
                            0
                        }
                    }
                    Stage::AtBranch { .. } => self.below(below, low)?.subtree_usage(),
                })
            }
        }
    }

    /// Memory usage of the nodes that end at the way so far, without what is below them.
    fn current_nodes_usage(&mut self) -> Result<u64, StorageError> {
        let mut total = 0;
        for stage in self.stages {
            let own = match stage {
                Stage::CutOff => 0,
                Stage::AtLeaf { usage } => usage,
                Stage::InsideExtension {
                    usage,
                    rest,
                    child: Some(child),
                } if rest.len() == 1 => difference(usage, self.node_below(child)?.1.memory_usage)?,
                Stage::InsideExtension { .. } => 0,
                Stage::AtBranch { usage, .. } => {
                    let below = self.stage_children_usage(stage)?;
                    difference(usage, below.into_iter().try_fold(0, sum)?)?
                }
            };
            total = sum(total, own)?;
        }
        Ok(total)
    }

    /// Memory usage by next nibble, of all columns together.
    fn children_usage(&mut self) -> Result<[u64; 16], StorageError> {
        let mut total = [0; 16];
        for stage in self.stages {
            for (total, usage) in total.iter_mut().zip(self.stage_children_usage(stage)?) {
                *total = sum(*total, usage)?;
            }
        }
        Ok(total)
    }

    fn stage_children_usage(&mut self, stage: Stage<'a>) -> Result<[u64; 16], StorageError> {
        let mut usages = [0; 16];
        match stage {
            Stage::CutOff | Stage::AtLeaf { .. } => {}
            Stage::InsideExtension { usage, rest, child } => {
                let usage = match child {
                    Some(child) if rest.len() == 1 => self.node_below(child)?.1.memory_usage,
                    _ => usage,
                };
                usages[usize::from(rest.at(0))] = usage;
            }
            Stage::AtBranch {
                entry,
                children,
                first_child,
                ..
            } => {
                for (ordinal, (nibble, hash)) in children.iter().enumerate() {
                    let link = self.trie.link(entry, first_child + ordinal);
                    usages[usize::from(nibble)] = self.node_below(Below { link, hash })?.1.memory_usage;
                }
            }
        }
        Ok(usages)
    }

    /// Where the search stands in a column after one more nibble.
    fn below(&mut self, stage: Stage<'a>, nibble: u8) -> Result<Stage<'a>, StorageError> {
        match stage {
            Stage::CutOff | Stage::AtLeaf { .. } => Ok(Stage::CutOff),
            Stage::InsideExtension { usage, rest, child } => {
                if rest.first() != Some(nibble) {
                    return Ok(Stage::CutOff);
                }
                let rest = rest.skip(1);
                match child {
                    _ if !rest.is_empty() => Ok(Stage::InsideExtension { usage, rest, child }),
                    None => Ok(Stage::AtLeaf { usage }),
                    Some(child) => {
                        let (entry, _) = self.node_below(child)?;
                        self.stage_at(entry)
                    }
                }
            }
            Stage::AtBranch {
                entry,
                children,
                first_child,
                ..
            } => {
                let Some((ordinal, hash)) = children.get(nibble) else {
                    return Ok(Stage::CutOff);
                };
                let link = self.trie.link(entry, first_child + ordinal);
                let (entry, _) = self.node_below(Below { link, hash })?;
                self.stage_at(entry)
            }
        }
    }

    fn node_below(&mut self, below: Below<'a>) -> Result<(u32, Node<'a>), StorageError> {
        let entry = self.trie.follow::<C>(below.link, below.hash, Access::Recorded)?;
        Ok((entry, self.trie.node(entry)?))
    }

    fn stage_at(&self, entry: u32) -> Result<Stage<'a>, StorageError> {
        let Node {
            kind,
            memory_usage: usage,
        } = self.trie.node(entry)?;
        Ok(match kind {
            NodeKind::Leaf { extension, .. } => match Nibbles::from_encoded(extension) {
                Some(rest) if !rest.is_empty() => Stage::InsideExtension {
                    usage,
                    rest,
                    child: None,
                },
                _ => Stage::AtLeaf { usage },
            },
            NodeKind::Extension { extension, child } => Stage::InsideExtension {
                usage,
                // Never empty: such a node cannot be decoded.
                rest: Nibbles::from_encoded(extension).unwrap_or(Nibbles::new(&[])),
                child: Some(Below {
                    link: self.trie.link(entry, 0),
                    hash: child,
                }),
            },
            NodeKind::Branch { children, value } => Stage::AtBranch {
                usage,
                entry,
                children,
                first_child: usize::from(value.is_some()),
            },
        })
    }
}

/// The lowest nibble such that it and those to its left exceed the threshold, with the sum of those to its left; if there is none, the
/// last one that weighs anything.
fn middle_child(usages: &[u64; 16], threshold: u64) -> Result<Option<(u8, u64)>, StorageError> {
    let mut left = 0;
    for (nibble, &usage) in (0u8..).zip(usages) {
        let with_child = sum(left, usage)?;
        if with_child > threshold {
            return Ok(Some((nibble, left)));
        }
        left = with_child;
    }
    let last = (0u8..).zip(usages).filter(|(_, usage)| **usage > 0).last();
    Ok(last.map(|(nibble, usage)| (nibble, left.saturating_sub(*usage))))
}

/// The account that nibbles and a suffix spell, if they spell one.
fn account_at(nibbles: &[u8], suffix: &[u8]) -> Option<AccountId> {
    let (pairs, rest) = nibbles.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let bytes: Vec<u8> = pairs
        .iter()
        .map(|[high, low]| high << 4 | low)
        .chain(suffix.iter().copied())
        .collect();
    AccountId::new(core::str::from_utf8(&bytes).ok()?).ok()
}

fn sum(left: u64, right: u64) -> Result<u64, StorageError> {
    super::edit_node::add(left, right)
}

fn difference(whole: u64, part: u64) -> Result<u64, StorageError> {
    whole
        .checked_sub(part)
        .ok_or(StorageError::MemoryUsageOverflow("a part exceeds the whole"))
}
