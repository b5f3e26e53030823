//! Every public field, changed by one: `verify` refuses it, by its name.

use std::collections::BTreeSet;

use chunk_verifier::{ChunkProof, ChunkVerifyError};
use no_std_near_core::types::account_id::AccountId;
use no_std_near_core::types::bandwidth::{BandwidthRequest, BandwidthRequestBitmap, BandwidthRequests};
use no_std_near_core::types::chunk_header::TrieSplit;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::keys::PublicKey;
use no_std_near_core::types::validator::ValidatorStake;
use state_witness::ChunkStatement;
use state_witness::statement::{MainKind, ProgramEntry, ProgramVerdict};

use super::forgery::{EPOCH_START, EXPIRED, Forgery, MISSING, MISSING_AT_EPOCH_START, RECEIPTS, SPLIT, TRANSACTIONS};

/// All fields of the statements of these chunks; a list's items count as one.
const FIELDS: &[&str] = &[
    "chain.chain_id",
    "chain.eth_wallet_contract_deployed",
    "chain.eth_wallet_contract_hash",
    "implicit[].block.bandwidth[]",
    "implicit[].block.congestion[]",
    "implicit[].block.gas_price",
    "implicit[].block.height",
    "implicit[].block.prev_block_hash",
    "implicit[].block.random_value",
    "implicit[].block.timestamp",
    "implicit[].boundary_account",
    "implicit[].child_layout",
    "implicit[].child_shard_id",
    "implicit[].epoch.epoch_height",
    "implicit[].epoch.epoch_id",
    "implicit[].epoch.params_hash",
    "implicit[].epoch.protocol_version",
    "implicit[].epoch.variant",
    "implicit[].parent_layout",
    "implicit[].shard_id",
    "implicit[].side",
    "implicit[].validator_update_hash",
    "layouts[]",
    "main.base_blocks[]",
    "main.block.bandwidth[]",
    "main.block.congestion[]",
    "main.block.gas_price",
    "main.block.height",
    "main.block.prev_block_hash",
    "main.block.random_value",
    "main.block.timestamp",
    "main.chunk.gas_limit",
    "main.chunk.prev_state_root",
    "main.chunk.tx_root",
    "main.epoch.epoch_height",
    "main.epoch.epoch_id",
    "main.epoch.params_hash",
    "main.epoch.protocol_version",
    "main.epoch.variant",
    "main.minimum_stake",
    "main.receipt_sources[]",
    "main.shard_id",
    "main.validator_total_stake",
    "main.validator_update_hash",
    "main.validators[]",
    "outgoing_receipts_root",
    "output.balance_burnt",
    "output.congestion_info",
    "output.gas_limit",
    "output.gas_used",
    "output.outcome_root",
    "output.state_root",
    "witness_layout",
    "witness_shard_id",
];

/// `implicit[3].kind` as `implicit[].kind`.
fn without_indices(field: &str) -> String {
    let mut name = String::new();
    let mut is_index = false;
    for character in field.chars() {
        is_index &= character != ']';
        if !is_index {
            name.push(character);
        }
        is_index |= character == '[';
    }
    name
}

/// The field by whose name `verify` refuses a proof of `lie` where `honest` is expected. The comparison comes before the proof is looked at: none is needed.
fn refused_by(honest: &ChunkStatement, lie: ChunkStatement) -> String {
    let proof = ChunkProof {
        statement: lie,
        run: Vec::new(),
    };
    match proof.verify(honest) {
        Err(ChunkVerifyError::OtherStatement { field, expected, found }) => {
            assert_ne!(expected, found, "{field}");
            field
        }
        other => panic!("expected another statement to be refused, found {other:?}"),
    }
}

/// Each byte of a statement by one: what still is a statement is refused, by the name of a field. Returns those names.
fn refused_fields(honest: &ChunkStatement) -> BTreeSet<String> {
    let bytes = honest.encode();
    let mut fields = BTreeSet::new();
    for at in 0..bytes.len() {
        for step in [1, u8::MAX] {
            let mut changed = bytes.clone();
            changed[at] = changed[at].wrapping_add(step);
            if let Ok(lie) = ChunkStatement::decode(&changed) {
                fields.insert(without_indices(&refused_by(honest, lie)));
            }
        }
    }
    fields
}

#[test]
fn every_public_field_changed_by_one_is_refused_by_its_name() {
    let mut fields = BTreeSet::new();
    for id in [
        RECEIPTS,
        TRANSACTIONS,
        EXPIRED,
        EPOCH_START,
        MISSING,
        MISSING_AT_EPOCH_START,
        SPLIT,
    ] {
        fields.extend(refused_fields(&Forgery::of(id).statement));
    }
    let expected: BTreeSet<String> = FIELDS.iter().map(|&field| field.to_owned()).collect();
    assert_eq!(fields, expected);
}

type Change = (&'static str, fn(&mut ChunkStatement));

/// Lists and choices that no change of one byte makes longer or another.
const BY_HAND: &[Change] = &[
    ("output.validator_proposals", |lie| {
        let account_id = AccountId::new("validator").expect("an account");
        let proposal = ValidatorStake::new(account_id, PublicKey::ZERO_ED25519, 1);
        lie.output.validator_proposals.push(proposal);
    }),
    ("output.bandwidth_requests", |lie| {
        let BandwidthRequests::V1(of_shard) = &mut lie.output.bandwidth_requests;
        of_shard.requests.push(BandwidthRequest {
            to_shard: 1,
            requested_values_bitmap: BandwidthRequestBitmap { data: [1; 5] },
        });
    }),
    ("output.proposed_split", |lie| {
        lie.output.proposed_split = Some(TrieSplit {
            boundary_account: AccountId::new("middle").expect("an account"),
            left_memory: 1,
            right_memory: 1,
        });
    }),
    ("programs.len", |lie| {
        lie.programs.push(ProgramEntry {
            code_hash: CryptoHash([1; 32]),
            protocol_version: 86,
            program_root: [2; 32],
            verdict: ProgramVerdict::Accepted,
        });
    }),
    ("main.kind", |lie| {
        lie.main.kind = MainKind::Genesis(Box::new(lie.output.clone()));
    }),
    ("implicit[1].kind", |lie| drop(lie.implicit.pop())),
];

#[test]
fn every_list_and_choice_is_refused_by_its_name() {
    let honest = Forgery::of(MISSING).statement;
    for (field, change) in BY_HAND {
        let mut lie = honest.clone();
        change(&mut lie);
        assert_eq!(refused_by(&honest, lie), *field);
    }
}
