//! Pending changes over a state: a prospective layer that a failed receipt takes back, over a committed one.
//!
//! Mirrors the two maps of `TrieUpdate` in `core/store/src/trie/update.rs`; differs in: one hash table finds a key in both layers,
//! and keys are only brought into order when order matters (the final root, iterations).

use crate::trie::words;
use alloc::boxed::Box;
use alloc::vec::Vec;
use hashbrown::HashTable;

/// A pending change of one key.
#[derive(Clone, Debug, Default)]
enum Change {
    /// None in this layer.
    #[default]
    None,
    Removed,
    Set(Vec<u8>),
}

impl Change {
    fn as_option(&self) -> Option<Option<&[u8]>> {
        match self {
            Self::None => None,
            Self::Removed => Some(None),
            Self::Set(value) => Some(Some(value)),
        }
    }
}

#[derive(Clone, Debug)]
struct Slot {
    hash: u64,
    key: Box<[u8]>,
    prospective: Change,
    committed: Change,
}

/// The two layers of changes.
#[derive(Clone, Debug)]
pub(super) struct Overlay {
    seed: u64,
    table: HashTable<u32>,
    slots: Vec<Slot>,
    /// Slots with a prospective change.
    prospective: Vec<u32>,
}

impl Overlay {
    /// No changes. The seed makes it hard to choose keys that collide: it should not be known to who chooses keys.
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            seed,
            table: HashTable::new(),
            slots: Vec::new(),
            prospective: Vec::new(),
        }
    }

    /// The newest change of a key: `None` if it was not changed, `Some(None)` if it was removed.
    pub(super) fn get(&self, key: &[u8]) -> Option<Option<&[u8]>> {
        let index = self.find(self.hash(key), key)?;
        let slot = self.slots.get(index as usize)?;
        slot.prospective.as_option().or_else(|| slot.committed.as_option())
    }

    /// Sets or (with `None`) removes a key in the prospective layer.
    pub(super) fn change(&mut self, key: &[u8], value: Option<Vec<u8>>) {
        let hash = self.hash(key);
        let index = match self.find(hash, key) {
            Some(index) => index,
            None => self.add_slot(hash, key),
        };
        let Some(slot) = self.slots.get_mut(index as usize) else {
            return;
        };
        if matches!(slot.prospective, Change::None) {
            self.prospective.push(index);
        }
        slot.prospective = value.map_or(Change::Removed, Change::Set);
    }

    /// Moves the prospective changes into the committed layer.
    pub(super) fn commit(&mut self) {
        for index in self.prospective.drain(..) {
            if let Some(slot) = self.slots.get_mut(index as usize) {
                slot.committed = core::mem::take(&mut slot.prospective);
            }
        }
    }

    /// Forgets the prospective changes.
    pub(super) fn rollback(&mut self) {
        for index in self.prospective.drain(..) {
            if let Some(slot) = self.slots.get_mut(index as usize) {
                slot.prospective = Change::None;
            }
        }
    }

    /// Whether there are prospective changes.
    pub(super) const fn has_prospective(&self) -> bool {
        !self.prospective.is_empty()
    }

    /// The newest changes of keys that begin with `prefix`, in ascending order of keys.
    pub(super) fn changes_with_prefix(&self, prefix: &[u8]) -> Vec<(&[u8], Option<&[u8]>)> {
        self.sorted(|slot| {
            let change = slot.prospective.as_option().or_else(|| slot.committed.as_option())?;
            slot.key.starts_with(prefix).then_some(change)
        })
    }

    /// The committed changes, in ascending order of keys.
    pub(super) fn committed(&self) -> Vec<(&[u8], Option<&[u8]>)> {
        self.sorted(|slot| slot.committed.as_option())
    }

    fn sorted<'s>(
        &'s self,
        choose: impl Fn(&'s Slot) -> Option<Option<&'s [u8]>>,
    ) -> Vec<(&'s [u8], Option<&'s [u8]>)> {
        let mut chosen: Vec<_> = self
            .slots
            .iter()
            .filter_map(|slot| choose(slot).map(|value| (words::beginning(&slot.key), &*slot.key, value)))
            .collect();
        // Most keys differ in their beginnings.
        chosen.sort_unstable_by(|(left_beginning, left, _), (right_beginning, right, _)| {
            left_beginning
                .cmp(right_beginning)
                .then_with(|| words::compare(left, right))
        });
        chosen.into_iter().map(|(_, key, value)| (key, value)).collect()
    }

    fn find(&self, hash: u64, key: &[u8]) -> Option<u32> {
        let is_same = |&index: &u32| {
            self.slots
                .get(index as usize)
                .is_some_and(|slot| slot.hash == hash && words::equal(&slot.key, key))
        };
        self.table.find(hash, is_same).copied()
    }

    fn add_slot(&mut self, hash: u64, key: &[u8]) -> u32 {
        let index = self.slots.len() as u32;
        self.slots.push(Slot {
            hash,
            key: key.into(),
            prospective: Change::None,
            committed: Change::None,
        });
        let slots = &self.slots;
        self.table.insert_unique(hash, index, |&index| {
            slots.get(index as usize).map_or(0, |slot| slot.hash)
        });
        index
    }

    fn hash(&self, key: &[u8]) -> u64 {
        words::seeded_hash(self.seed, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use proptest::prelude::*;

    #[test]
    fn a_rolled_back_change_uncovers_the_committed_one() {
        let mut overlay = Overlay::new(7);
        overlay.change(b"key", Some(b"first".to_vec()));
        overlay.commit();
        overlay.change(b"key", None);
        assert_eq!(overlay.get(b"key"), Some(None));
        overlay.rollback();
        assert_eq!(overlay.get(b"key"), Some(Some(&b"first"[..])));
        assert!(!overlay.has_prospective());
    }

    proptest! {
        #[test]
        fn overlay_behaves_like_two_ordered_maps(
            seed: u64,
            steps in prop::collection::vec((0u8..8, prop::collection::vec(0u8..3, 0..10), any::<Option<u8>>()), 0..60),
        ) {
            let mut overlay = Overlay::new(seed);
            let mut prospective = BTreeMap::<Vec<u8>, Option<Vec<u8>>>::new();
            let mut committed = prospective.clone();
            for (kind, key, value) in steps {
                match kind {
                    0 => {
                        overlay.commit();
                        committed.append(&mut prospective);
                    }
                    1 => {
                        overlay.rollback();
                        prospective.clear();
                    }
                    _ => {
                        let value = value.map(|byte| alloc::vec![byte]);
                        overlay.change(&key, value.clone());
                        prospective.insert(key.clone(), value);
                    }
                }
                let expected = prospective.get(&key).or_else(|| committed.get(&key));
                prop_assert_eq!(overlay.get(&key), expected.map(Option::as_deref));
                let mut merged = committed.clone();
                merged.extend(prospective.clone());
                let expected: Vec<_> =
                    merged.iter().filter(|(k, _)| k.starts_with(&[1])).map(|(k, v)| (&**k, v.as_deref())).collect();
                prop_assert_eq!(overlay.changes_with_prefix(&[1]), expected);
            }
            let expected: Vec<_> = committed.iter().map(|(k, v)| (&**k, v.as_deref())).collect();
            prop_assert_eq!(overlay.committed(), expected);
        }
    }
}
