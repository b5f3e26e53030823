//! Does the result of applying a chunk equal what the next header claims? If not, which field differs first?
//!
//! Mirrors `validate_chunk_with_chunk_extra_and_receipts_root` of `chain/chain/src/validate.rs` (spec §A.5.2), in its order.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use no_std_near_core::types::chunk_extra::ChunkExtra;
use no_std_near_core::types::hash::CryptoHash;

use crate::statement::Difference;

/// Compares the claimed result with the computed one; the first field that differs, in nearcore's order of comparison.
pub fn first_header_difference(
    claimed: &ChunkExtra,
    claimed_receipts_root: &CryptoHash,
    computed: &ChunkExtra,
    computed_receipts_root: &CryptoHash,
) -> Option<Difference> {
    if claimed == computed && claimed_receipts_root == computed_receipts_root {
        return None;
    }
    let fields = |extra: &ChunkExtra, receipts_root: &CryptoHash| {
        let mut fields = chunk_extra_fields(extra);
        let before_congestion = fields
            .iter()
            .position(|(name, _)| *name == "congestion_info")
            .unwrap_or(fields.len());
        fields.insert(before_congestion, ("outgoing_receipts_root", receipts_root.to_string()));
        fields.into_iter()
    };
    fields(claimed, claimed_receipts_root)
        .zip(fields(computed, computed_receipts_root))
        .find(|((_, expected), (_, found))| expected != found)
        .map(|((name, expected), (_, found))| Difference {
            field: name.to_string(),
            expected,
            found,
        })
}

/// The fields of a chunk extra as text, in nearcore's order of comparison.
pub(crate) fn chunk_extra_fields(extra: &ChunkExtra) -> Vec<(&'static str, String)> {
    let ChunkExtra {
        state_root,
        outcome_root,
        validator_proposals,
        gas_used,
        gas_limit,
        balance_burnt,
        congestion_info,
        bandwidth_requests,
        proposed_split,
    } = extra;
    alloc::vec![
        ("state_root", state_root.to_string()),
        ("outcome_root", outcome_root.to_string()),
        ("validator_proposals", format!("{validator_proposals:?}")),
        ("gas_limit", gas_limit.to_string()),
        ("gas_used", gas_used.to_string()),
        ("balance_burnt", balance_burnt.to_string()),
        ("congestion_info", format!("{congestion_info:?}")),
        ("bandwidth_requests", format!("{bandwidth_requests:?}")),
        ("proposed_split", format!("{proposed_split:?}")),
    ]
}
