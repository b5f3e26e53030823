//! Statements are what a validator derives, have one encoding, and a digest that moves with every field.

use std::sync::OnceLock;

use borsh::BorshDeserialize;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::params::DynamicReshardingConfig;
use no_std_near_core::types::account_id::AccountId;
use no_std_near_core::types::bandwidth::BandwidthRequests;
use no_std_near_core::types::chunk_extra::ChunkExtra;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::shard_layout::ShardLayout;
use no_std_near_core::types::to_bytes;
use state_witness::statement::{
    ChildSide, ImplicitTransition, MainKind, NewChunk, OldChunk, ProgramEntry, ProgramVerdict, Resharding,
};
use state_witness::{ChunkStatement, DecodeError};

use crate::support::{Recorded, hash, layout, recorded, sha256, witness};

fn statements() -> impl Iterator<Item = (&'static str, &'static Recorded, ChunkStatement)> {
    recorded().map(|(chunk, recorded)| {
        let derived = recorded
            .derive(&witness(chunk))
            .unwrap_or_else(|error| panic!("{}: {error}", chunk.id));
        (chunk.id.as_str(), recorded, derived.statement)
    })
}

#[test]
fn a_statement_says_what_the_runtime_was_given() {
    let mut compared = 0;
    for (id, recorded, statement) in statements() {
        let MainKind::NewChunk(main) = &statement.main.kind else {
            assert!(recorded.apply.is_none(), "{id}");
            continue;
        };
        let apply = recorded.apply.as_ref().unwrap();
        assert_eq!(main.block.height, apply["block_height"].as_u64().unwrap(), "{id}");
        assert_eq!(main.block.prev_block_hash, hash(&apply["prev_block_hash"]), "{id}");
        assert_eq!(main.block.timestamp, apply["block_timestamp"].as_u64().unwrap(), "{id}");
        assert_eq!(
            main.block.gas_price.to_string(),
            apply["gas_price"].as_str().unwrap(),
            "{id}"
        );
        assert_eq!(main.block.random_value, hash(&apply["random_seed"]), "{id}");
        assert_eq!(main.epoch.epoch_id, hash(&apply["epoch_id"]), "{id}");
        assert_eq!(main.epoch.epoch_height, apply["epoch_height"].as_u64().unwrap(), "{id}");
        assert_eq!(
            u64::from(main.epoch.protocol_version),
            apply["protocol_version"].as_u64().unwrap(),
            "{id}"
        );
        assert_eq!(main.chunk.gas_limit, apply["gas_limit"].as_u64().unwrap(), "{id}");
        assert_eq!(main.chunk.prev_state_root, hash(&apply["prev_state_root"]), "{id}");
        assert_eq!(statement.main.shard_id, apply["shard_id"].as_u64().unwrap(), "{id}");
        assert_eq!(
            statement.layout(statement.main.layout),
            Some(&layout(&apply["shard_layout"])),
            "{id}"
        );
        for (shard, info) in &main.block.congestion {
            let expected = &apply["congestion_info_borsh_hex"][shard.to_string()];
            let inner = &expected["info"]["V1"];
            let number = |name: &str| u128::from(inner[name].as_u64().unwrap());
            assert_eq!(
                info.missed_chunks_count,
                expected["missed_chunks_count"].as_u64().unwrap(),
                "{id}"
            );
            assert_eq!(
                u128::from(info.congestion_info.allowed_shard()),
                number("allowed_shard"),
                "{id}"
            );
            assert_eq!(
                info.congestion_info.delayed_receipts_gas(),
                number("delayed_receipts_gas"),
                "{id}"
            );
            assert_eq!(
                info.congestion_info.buffered_receipts_gas(),
                number("buffered_receipts_gas"),
                "{id}"
            );
            assert_eq!(
                u128::from(info.congestion_info.receipt_bytes()),
                number("receipt_bytes"),
                "{id}"
            );
        }
        compared += 1;
    }
    assert!(compared > 0);
}

#[test]
fn a_statement_claims_what_was_recorded_as_the_final_result() {
    for (chunk, known) in recorded() {
        let derived = known.derive(&witness(chunk)).unwrap();
        let expected = ChunkExtra::try_from_slice(chunk.file("final_chunk_extra.borsh").unwrap()).unwrap();
        assert_eq!(derived.statement.output, expected, "{}", chunk.id);
    }
}

#[test]
fn a_statement_has_one_encoding() {
    for (id, _, statement) in statements() {
        let bytes = statement.encode();
        assert_eq!(ChunkStatement::decode(&bytes).as_ref(), Ok(&statement), "{id}");
        assert_eq!(statement.digest::<NativeCrypto>(), sha256(&bytes), "{id}");
        assert_eq!(statement.first_difference(&statement), None, "{id}");
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(
            ChunkStatement::decode(&longer),
            Err(DecodeError::TrailingBytes {
                what: "statement",
                count: 1
            }),
            "{id}"
        );
        assert!(ChunkStatement::decode(&bytes[..bytes.len() - 1]).is_err(), "{id}");
    }
}

/// A statement in which every list has at least two items and every kind of transition occurs.
fn rich() -> ChunkStatement {
    static RICH: OnceLock<ChunkStatement> = OnceLock::new();
    RICH.get_or_init(make_rich).clone()
}

fn make_rich() -> ChunkStatement {
    let (_, _, mut statement) = statements()
        .filter(|(_, _, statement)| matches!(statement.main.kind, MainKind::NewChunk(_)))
        .max_by_key(|(_, _, statement)| {
            let MainKind::NewChunk(main) = &statement.main.kind else {
                return (0, 0, 0);
            };
            (
                statement.implicit.len().min(2),
                main.base_blocks.len().min(2),
                main.receipt_sources.len(),
            )
        })
        .unwrap();
    let split_layout = ShardLayout::v2(vec![account("m.near")], vec![7, 8], None, 3).unwrap();
    let old_layout = ShardLayout::v2(vec![], vec![6], None, 3).unwrap();
    let MainKind::NewChunk(main) = &mut statement.main.kind else {
        unreachable!()
    };
    main.base_blocks = vec![(CryptoHash([1; 32]), true), (CryptoHash([2; 32]), false)];
    main.validators = vec![(account("alice"), 5), (account("bob"), 6)];
    main.validator_update_hash = Some(CryptoHash([3; 32]));
    main.split_check = Some(DynamicReshardingConfig::production_86());
    main.block.congestion.truncate(2);
    main.block.bandwidth.truncate(2);
    let old = OldChunk {
        layout: 1,
        shard_id: 6,
        epoch: main.epoch.clone(),
        block: main.block.clone(),
        validator_update_hash: None,
    };
    statement.layouts.truncate(1);
    statement.layouts.extend([old_layout, split_layout]);
    statement.main.layout = 0;
    statement.witness_layout = 2;
    statement.implicit = vec![
        ImplicitTransition::OldChunk(Box::new(old)),
        ImplicitTransition::Resharding(Resharding {
            parent_layout: 1,
            child_layout: 2,
            boundary_account: account("m.near"),
            side: ChildSide::Left,
            child_shard_id: 7,
        }),
    ];
    statement.programs = vec![program(1), program(2)];
    statement
}

fn account(id: &str) -> AccountId {
    AccountId::new(id).unwrap()
}

fn program(byte: u8) -> ProgramEntry {
    ProgramEntry {
        code_hash: CryptoHash([byte; 32]),
        protocol_version: 86,
        program_root: [byte; 32],
        verdict: ProgramVerdict::Accepted,
    }
}

type Change = (&'static str, fn(&mut ChunkStatement));

fn main_of(statement: &mut ChunkStatement) -> &mut NewChunk {
    match &mut statement.main.kind {
        MainKind::NewChunk(main) => main,
        MainKind::Genesis(_) => unreachable!(),
    }
}

fn old_of(statement: &mut ChunkStatement) -> &mut OldChunk {
    match &mut statement.implicit[0] {
        ImplicitTransition::OldChunk(old) => old,
        ImplicitTransition::Resharding(_) => unreachable!(),
    }
}

fn split_of(statement: &mut ChunkStatement) -> &mut Resharding {
    match &mut statement.implicit[1] {
        ImplicitTransition::Resharding(split) => split,
        ImplicitTransition::OldChunk(_) => unreachable!(),
    }
}

/// One change of every field, with the field's name.
const CHANGES: &[Change] = &[
    ("chain.chain_id", |s| s.chain.chain_id.push('x')),
    ("chain.eth_wallet_contract_hash", |s| {
        s.chain.eth_wallet_contract_hash.0[0] ^= 1
    }),
    ("chain.eth_wallet_contract_deployed", |s| {
        s.chain.eth_wallet_contract_deployed ^= true
    }),
    ("layouts[1]", |s| {
        s.layouts[1] = ShardLayout::v2(vec![], vec![5], None, 3).unwrap()
    }),
    ("main.shard_id", |s| s.main.shard_id += 1),
    ("main.kind", |s| {
        s.main.kind = MainKind::Genesis(Box::new(s.output.clone()))
    }),
    ("main.epoch.epoch_id", |s| main_of(s).epoch.epoch_id.0[0] ^= 1),
    ("main.epoch.epoch_height", |s| main_of(s).epoch.epoch_height += 1),
    ("main.epoch.protocol_version", |s| {
        main_of(s).epoch.protocol_version += 1
    }),
    ("main.epoch.variant", |s| {
        main_of(s).epoch.variant.receipt_scoped_proof_limit ^= true
    }),
    ("main.epoch.variant", |s| {
        main_of(s).epoch.variant.gas_key_fee_from_decoded_len ^= true
    }),
    ("main.epoch.params_hash", |s| main_of(s).epoch.params_hash.0[0] ^= 1),
    ("main.block.height", |s| main_of(s).block.height += 1),
    ("main.block.prev_block_hash", |s| {
        main_of(s).block.prev_block_hash.0[0] ^= 1
    }),
    ("main.block.timestamp", |s| main_of(s).block.timestamp += 1),
    ("main.block.gas_price", |s| main_of(s).block.gas_price += 1),
    ("main.block.random_value", |s| main_of(s).block.random_value.0[0] ^= 1),
    ("main.block.congestion[0]", |s| {
        main_of(s).block.congestion[0].1.missed_chunks_count += 1
    }),
    ("main.block.congestion[1]", |s| main_of(s).block.congestion[1].0 += 1),
    ("main.block.bandwidth.len", |s| {
        main_of(s).block.bandwidth.push((1000, BandwidthRequests::empty()))
    }),
    ("main.chunk.prev_state_root", |s| {
        main_of(s).chunk.prev_state_root.0[0] ^= 1
    }),
    ("main.chunk.gas_limit", |s| main_of(s).chunk.gas_limit += 1),
    ("main.chunk.tx_root", |s| main_of(s).chunk.tx_root.0[0] ^= 1),
    ("main.base_blocks[1]", |s| main_of(s).base_blocks[1].1 ^= true),
    ("main.receipt_sources[0]", |s| {
        main_of(s).receipt_sources[0].shuffle_salt.0[0] ^= 1
    }),
    ("main.receipt_sources[0]", |s| {
        main_of(s).receipt_sources[0].target_shard_id += 1
    }),
    ("main.receipt_sources[0]", |s| {
        main_of(s).receipt_sources[0].chunks[0].from_shard_id += 100
    }),
    ("main.receipt_sources[0]", |s| {
        main_of(s).receipt_sources[0].chunks[0].outgoing_receipts_root.0[0] ^= 1
    }),
    ("main.validator_update_hash", |s| {
        main_of(s).validator_update_hash = None
    }),
    ("main.minimum_stake", |s| main_of(s).minimum_stake += 1),
    ("main.validators[1]", |s| main_of(s).validators[1].1 += 1),
    ("main.validator_total_stake", |s| main_of(s).validator_total_stake += 1),
    ("main.split_check", |s| main_of(s).split_check = None),
    ("implicit[0].shard_id", |s| old_of(s).shard_id += 1),
    ("implicit[0].epoch.epoch_height", |s| old_of(s).epoch.epoch_height += 1),
    ("implicit[0].block.height", |s| old_of(s).block.height += 1),
    ("implicit[0].validator_update_hash", |s| {
        old_of(s).validator_update_hash = Some(CryptoHash([1; 32]))
    }),
    ("implicit[1].boundary_account", |s| {
        split_of(s).boundary_account = account("n.near")
    }),
    ("implicit[1].side", |s| split_of(s).side = ChildSide::Right),
    ("implicit[1].child_shard_id", |s| split_of(s).child_shard_id += 1),
    ("witness_shard_id", |s| s.witness_shard_id += 1),
    ("output.state_root", |s| s.output.state_root.0[0] ^= 1),
    ("output.outcome_root", |s| s.output.outcome_root.0[0] ^= 1),
    ("output.gas_limit", |s| s.output.gas_limit += 1),
    ("output.gas_used", |s| s.output.gas_used += 1),
    ("output.balance_burnt", |s| s.output.balance_burnt += 1),
    ("outgoing_receipts_root", |s| s.outgoing_receipts_root.0[0] ^= 1),
    ("programs[1]", |s| s.programs[1].verdict = ProgramVerdict::Refused),
    ("programs.len", |s| s.programs.push(program(3))),
];

#[test]
fn every_field_moves_the_digest_and_is_named_as_the_difference() {
    let honest = rich();
    assert_eq!(ChunkStatement::decode(&honest.encode()).as_ref(), Ok(&honest));
    for (field, change) in CHANGES {
        let mut changed = honest.clone();
        change(&mut changed);
        assert_ne!(
            changed.digest::<NativeCrypto>(),
            honest.digest::<NativeCrypto>(),
            "{field}"
        );
        assert_eq!(honest.first_difference(&changed).unwrap().field, *field);
        assert_eq!(
            ChunkStatement::decode(&changed.encode()).as_ref(),
            Ok(&changed),
            "{field}"
        );
    }
}

#[test]
fn what_is_not_canonical_is_refused() {
    let refused: &[Change] = &[
        ("base blocks", |s| main_of(s).base_blocks.reverse()),
        ("base blocks", |s| {
            main_of(s).base_blocks[1].0 = main_of(s).base_blocks[0].0
        }),
        ("validators", |s| main_of(s).validators.reverse()),
        ("congestion", |s| main_of(s).block.congestion.reverse()),
        ("bandwidth requests", |s| main_of(s).block.bandwidth.reverse()),
        ("congestion", |s| old_of(s).block.congestion.reverse()),
        ("programs", |s| s.programs.reverse()),
        ("programs", |s| s.programs[1].code_hash = s.programs[0].code_hash),
    ];
    for (list, change) in refused {
        let mut changed = rich();
        change(&mut changed);
        let error = ChunkStatement::decode(&changed.encode()).unwrap_err();
        assert_eq!(error.to_string(), format!("{list}: expected strictly ascending keys"));
    }
    let layouts: &[fn(&mut ChunkStatement)] = &[
        |s| s.layouts.push(ShardLayout::v2(vec![], vec![99], None, 3).unwrap()),
        |s| s.layouts[2] = s.layouts[1].clone(),
        |s| s.witness_layout = 3,
        |s| s.main.layout = 1,
    ];
    for change in layouts {
        let mut changed = rich();
        change(&mut changed);
        let error = ChunkStatement::decode(&changed.encode()).unwrap_err();
        assert!(matches!(error, DecodeError::NotCanonical { .. }), "{error}");
    }
    let mut other_domain = rich().encode();
    other_domain[10] ^= 1;
    assert!(
        ChunkStatement::decode(&other_domain)
            .unwrap_err()
            .to_string()
            .contains("near/chunk-apply/v1")
    );
}

#[test]
fn a_derived_statement_depends_on_no_witness() {
    // Everything but the header is thrown away; what remains gives the same statement.
    let (chunk, recorded) = recorded().next().unwrap();
    let whole = recorded.derive(&witness(chunk)).unwrap().statement;
    let header = witness(chunk).chunk_header;
    let alone = state_witness::derive_statement::<NativeCrypto>(&header, &recorded.blocks, &recorded.facts)
        .unwrap()
        .statement;
    assert_eq!(alone, whole);
    assert_eq!(to_bytes(&alone), whole.encode());
}
