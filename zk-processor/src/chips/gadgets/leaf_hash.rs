//! The digest of a leaf of 32 elements: three compressions, as `program::commitment` defines it.
//!
//! # Proves
//! digest = compress(compress(e0..8, e8..16), compress(e16..24, e24..32)), where `digests` holds the two inner compressions and the digest.

use crate::chips::builder::{ChipBuilder, Val};
use crate::chips::buses::Message;
use crate::chips::poseidon2::PoseidonLookups;

/// Elements of a leaf.
pub const LEAF_ELEMENTS: usize = 32;

/// Looks the three compressions up, `count` times (0 or 1 by a claim of the chip).
pub fn leaf_is_hashed<B: ChipBuilder>(
    builder: &mut B,
    elements: &[B::Expr; LEAF_ELEMENTS],
    digests: &[[B::Var; 8]; 3],
    count: &B::Expr,
) {
    let part = |first: usize| -> [B::Expr; 8] { core::array::from_fn(|i| elements[first + i].clone()) };
    let [left, right, digest] = digests.map(|digest| digest.map(Into::into));
    builder.send(Message::poseidon(part(0), part(8), left.clone()), count.clone());
    builder.send(Message::poseidon(part(16), part(24), right.clone()), count.clone());
    builder.send(Message::poseidon(left, right, digest), count.clone());
}

/// The two inner compressions and the digest, with the lookups that [`leaf_is_hashed`] makes.
pub fn leaf_digests(elements: &[Val; LEAF_ELEMENTS], hashes: &mut PoseidonLookups) -> [[Val; 8]; 3] {
    let part = |first: usize| -> [Val; 8] { core::array::from_fn(|i| elements[first + i]) };
    let left = hashes.ask(&part(0), &part(8));
    let right = hashes.ask(&part(16), &part(24));
    [left, right, hashes.ask(&left, &right)]
}
