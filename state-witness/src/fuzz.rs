//! Entry points for fuzzing: each takes any bytes, does everything a stranger's bytes can reach, and must not panic.
//!
//! They return how far the bytes came, so that a fuzzer's corpus and a test can tell "refused at once" from "almost accepted".

use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::trie::Access;
use no_std_near_core::types::hash::CryptoHash;

use crate::checked::StateSource;
use crate::compressed::{DecodedState, Order, WitnessSections, compress};
use crate::decode::{ChunkStateWitness, decode_block, decode_partial_state};
use crate::statement::ChunkStatement;

/// How far some bytes came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// Refused by the decoder.
    Refused,
    /// Decoded, and refused by a later check.
    Decoded,
    /// Accepted by everything that was tried.
    Accepted,
}

/// A chunk state witness: decoded, its states compressed, decompressed and compared.
pub fn fuzz_decode(bytes: &[u8]) -> Reached {
    let Ok(witness) = ChunkStateWitness::decode(bytes) else {
        return Reached::Refused;
    };
    let root = witness.chunk_header.inner.prev_state_root;
    let mut reached = Reached::Accepted;
    for transition in core::iter::once(&witness.main_transition).chain(&witness.implicit_transitions) {
        reached = reached.min(round_trip(root, &transition.base_state));
    }
    reached
}

/// A block.
pub fn fuzz_block(bytes: &[u8]) -> Reached {
    match decode_block(bytes) {
        Ok(block) if block.hash::<NativeCrypto>() != CryptoHash::ZERO => Reached::Accepted,
        Ok(_) => Reached::Decoded,
        Err(_) => Reached::Refused,
    }
}

/// A statement: whatever decodes has exactly these bytes as its encoding.
pub fn fuzz_statement(bytes: &[u8]) -> Reached {
    match ChunkStatement::decode(bytes) {
        Ok(statement) if statement.encode() == bytes => Reached::Accepted,
        Ok(_) => Reached::Decoded,
        Err(_) => Reached::Refused,
    }
}

/// A recorded state with a root in front: compressed and back.
pub fn fuzz_partial_state(bytes: &[u8]) -> Reached {
    let Some((root, rest)) = bytes.split_first_chunk::<32>() else {
        return Reached::Refused;
    };
    match decode_partial_state(rest) {
        Ok(blobs) => round_trip(CryptoHash(*root), &blobs),
        Err(_) => Reached::Refused,
    }
}

/// A compressed state: what decodes is the one encoding of what it decodes to, and its trie can be read to the end.
pub fn fuzz_compressed(bytes: &[u8]) -> Reached {
    let Ok(state) = DecodedState::decode::<NativeCrypto>(bytes, CryptoHash::ZERO, Order::Sort) else {
        return Reached::Refused;
    };
    let mut trie = state.to_trie();
    let is_readable = trie.get::<NativeCrypto>(b"\x00alice.near", Access::Recorded).is_ok();
    let entries: alloc::vec::Vec<&[u8]> = (0..state.entry_count())
        .map(|entry| state.entry_bytes(entry).unwrap_or_default())
        .collect();
    match compress::<NativeCrypto>(state.root(), &entries) {
        Ok(again) if again.bytes == bytes && is_readable => Reached::Accepted,
        _ => Reached::Decoded,
    }
}

/// A compressed witness: taken apart, and its states decoded.
pub fn fuzz_compressed_witness(bytes: &[u8]) -> Reached {
    let Ok(sections) = WitnessSections::parse(bytes) else {
        return Reached::Refused;
    };
    let Ok(states) = sections.states::<NativeCrypto>() else {
        return Reached::Decoded;
    };
    let tries = states.iter().map(DecodedState::to_trie);
    if tries.count() == states.len() {
        Reached::Accepted
    } else {
        Reached::Decoded
    }
}

fn round_trip(root: CryptoHash, blobs: &[&[u8]]) -> Reached {
    let Ok(compressed) = compress::<NativeCrypto>(root, blobs) else {
        return Reached::Decoded;
    };
    let Ok(state) = DecodedState::decode::<NativeCrypto>(&compressed.bytes, root, Order::Sort) else {
        return Reached::Decoded;
    };
    let expected = blobs
        .len()
        .saturating_sub(compressed.unreachable.len())
        .saturating_sub(compressed.duplicates.len());
    let is_same_size = state.entry_count() == expected;
    let has_trie = StateSource::Compressed(&state).into_trie::<NativeCrypto>(root).is_ok();
    if is_same_size && has_trie {
        Reached::Accepted
    } else {
        Reached::Decoded
    }
}
