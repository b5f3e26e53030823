//! Merkle roots and paths.
//!
//! Mirrors `core/primitives/src/merkle.rs` (§B.11): a leaf is the hash of an item, a node the hash of its two children, a lone
//! last node moves up unchanged. Roots come from the `rs_merkle` crate; paths from outside are folded as they say, because their
//! direction bytes, not a position in a tree, are what a proof carries.

use crate::crypto::Crypto;
use crate::types::hash::CryptoHash;
use alloc::vec::Vec;
use borsh::{BorshDeserialize, BorshSerialize};
use core::marker::PhantomData;

/// One step from a leaf towards the root.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct MerklePathItem {
    /// Hash of the sibling.
    pub hash: CryptoHash,
    /// On which side the sibling stands.
    pub direction: Direction,
}

/// On which side the sibling stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Direction {
    /// `H(sibling || node)`.
    Left,
    /// `H(node || sibling)`.
    Right,
}

/// From a leaf to the root.
pub type MerklePath = Vec<MerklePathItem>;

/// Lets `rs_merkle` hash with a [`Crypto`].
struct TreeHasher<C>(PhantomData<C>);

impl<C> Clone for TreeHasher<C> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

impl<C: Crypto> rs_merkle::Hasher for TreeHasher<C> {
    type Hash = [u8; 32];

    fn hash(data: &[u8]) -> [u8; 32] {
        C::sha256(data).0
    }

    fn concat_and_hash(left: &[u8; 32], right: Option<&[u8; 32]>) -> [u8; 32] {
        right.map_or(*left, |right| C::sha256_pair(left, right).0)
    }
}

/// Hash of a node with two children.
#[must_use]
pub fn combine_hash<C: Crypto>(left: &CryptoHash, right: &CryptoHash) -> CryptoHash {
    C::sha256_pair(&left.0, &right.0)
}

/// Root over leaves that are already hashed; zero if there are none.
#[must_use]
pub fn root_of_leaves<C: Crypto>(leaves: Vec<CryptoHash>) -> CryptoHash {
    let leaves: Vec<[u8; 32]> = leaves.into_iter().map(|leaf| leaf.0).collect();
    rs_merkle::MerkleTree::<TreeHasher<C>>::from_leaves(&leaves)
        .root()
        .map_or(CryptoHash::ZERO, CryptoHash)
}

/// Root over items, each hashed in its borsh form; zero if there are none.
#[must_use]
pub fn merkle_root<C: Crypto, T: BorshSerialize>(items: &[T]) -> CryptoHash {
    root_of_leaves::<C>(items.iter().map(C::hash_borsh).collect())
}

/// Root over items, and the path of every item.
#[must_use]
pub fn merklize<C: Crypto, T: BorshSerialize>(items: &[T]) -> (CryptoHash, Vec<MerklePath>) {
    let mut level: Vec<CryptoHash> = items.iter().map(C::hash_borsh).collect();
    let mut paths = alloc::vec![MerklePath::new(); items.len()];
    let mut items_per_node = 1;
    while level.len() > 1 {
        for (item_index, path) in paths.iter_mut().enumerate() {
            let node_index: usize = item_index / items_per_node;
            let direction = if node_index.is_multiple_of(2) {
                Direction::Right
            } else {
                Direction::Left
            };
            if let Some(hash) = level.get(node_index ^ 1) {
                path.push(MerklePathItem { hash: *hash, direction });
            }
        }
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => combine_hash::<C>(left, right),
                _ => pair[0],
            })
            .collect();
        items_per_node *= 2;
    }
    (level.first().copied().unwrap_or_default(), paths)
}

/// The root that a path leads to from the hash of an item.
#[must_use]
pub fn root_from_path<C: Crypto>(path: &[MerklePathItem], item_hash: CryptoHash) -> CryptoHash {
    path.iter().fold(item_hash, |node, item| match item.direction {
        Direction::Left => combine_hash::<C>(&item.hash, &node),
        Direction::Right => combine_hash::<C>(&node, &item.hash),
    })
}

/// Whether the path leads from the item to the root.
#[must_use]
pub fn verify_path<C: Crypto, T: BorshSerialize + ?Sized>(
    root: &CryptoHash,
    path: &[MerklePathItem],
    item: &T,
) -> bool {
    root_from_path::<C>(path, C::hash_borsh(item)) == *root
}
