//! What a validator lacks, and what a witness gets wrong, is named.

use no_std_near_core::contract_runner::NoContracts;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::validator::ValidatorAccountsUpdate;
use state_witness::statement::{ImplicitTransition, MainKind};
use state_witness::{
    BlockSet, CheckedWitness, DerivedStatement, FactsError, HeaderFacts, ValidateError, WitnessError, derive_statement,
    validate,
};
use testnet_fixtures::Chunk;

use crate::support::{Recorded, recorded, witness};

fn derive(chunk: &Chunk, blocks: &BlockSet, facts: &HeaderFacts) -> Result<DerivedStatement, WitnessError> {
    derive_statement::<NativeCrypto>(&witness(chunk).chunk_header, blocks, facts)
}

/// The first chunk of which the derived statement satisfies `is_wanted`.
fn find(is_wanted: impl Fn(&DerivedStatement) -> bool) -> (&'static Chunk, &'static Recorded) {
    recorded()
        .find(|(chunk, known)| known.apply.is_some() && is_wanted(&known.derive(&witness(chunk)).unwrap()))
        .unwrap()
}

fn is_split(derived: &DerivedStatement) -> bool {
    derived
        .statement
        .implicit
        .iter()
        .any(|step| matches!(step, ImplicitTransition::Resharding(_)))
}

#[test]
fn every_block_epoch_and_flag_is_used_or_asked_for() {
    let kinds: [fn(&DerivedStatement) -> bool; 3] = [
        |derived| derived.statement.implicit.is_empty(),
        |derived| !derived.statement.implicit.is_empty(),
        is_split,
    ];
    for is_wanted in kinds {
        let (chunk, known) = find(is_wanted);
        let whole = known.derive(&witness(chunk)).unwrap().statement;
        let without = |blocks: &BlockSet, facts: &HeaderFacts| match derive(chunk, blocks, facts) {
            Ok(derived) => {
                assert_eq!(
                    derived.statement, whole,
                    "{}: what was left out was not needed",
                    chunk.id
                );
                None
            }
            Err(WitnessError::Facts(error)) => Some(error),
            Err(error) => panic!("{}: {error}", chunk.id),
        };
        let mut asked = 0;
        for (left_out, _) in known.blocks.iter() {
            let rest = known
                .blocks
                .iter()
                .filter(|(hash, _)| *hash != left_out)
                .map(|(_, block)| block.clone());
            let rest = BlockSet::new::<NativeCrypto>(rest).unwrap();
            if let Some(error) = without(&rest, &known.facts) {
                assert_eq!(error, FactsError::MissingBlock(*left_out), "{}", chunk.id);
                asked += 1;
            }
        }
        for left_out in known.facts.epochs.keys() {
            let mut facts = known.facts.clone();
            facts.epochs.remove(left_out);
            if let Some(error) = without(&known.blocks, &facts) {
                assert_eq!(error, FactsError::MissingEpoch(*left_out), "{}", chunk.id);
                asked += 1;
            }
        }
        for left_out in known.facts.is_next_block_epoch_start.keys() {
            let mut facts = known.facts.clone();
            facts.is_next_block_epoch_start.remove(left_out);
            if let Some(error) = without(&known.blocks, &facts) {
                assert_eq!(error, FactsError::MissingBlockFacts(*left_out), "{}", chunk.id);
                asked += 1;
            }
        }
        assert!(asked >= 4, "{}: {asked}", chunk.id);
    }
}

#[test]
fn a_block_with_other_chunks_than_its_header_commits_to_is_refused() {
    let (chunk, known) = find(|_| true);
    let (hash, block) = known.blocks.iter().next().unwrap();
    let mut forged = block.clone();
    forged.body.chunks[0].inner.gas_limit += 1;
    let error = BlockSet::new::<NativeCrypto>([forged]).unwrap_err();
    assert!(
        matches!(error, FactsError::ChunkHeadersRoot { block, .. } if block == *hash),
        "{}",
        chunk.id
    );
}

#[test]
fn genesis_needs_its_result_and_an_epoch_start_its_update() {
    let (chunk, known) = recorded().find(|(_, known)| known.apply.is_none()).unwrap();
    let mut facts = known.facts.clone();
    facts.main.genesis_chunk_extra = None;
    let error = derive(chunk, &known.blocks, &facts).unwrap_err();
    assert_eq!(error, WitnessError::Facts(FactsError::MissingGenesisChunkExtra));

    let (chunk, known) = find(|derived| derived.main_validator_update.is_some());
    let mut facts = known.facts.clone();
    facts.main.validator_update = None;
    let main = known.derive(&witness(chunk)).unwrap().main_block_hash;
    let error = derive(chunk, &known.blocks, &facts).unwrap_err();
    assert_eq!(error, WitnessError::Facts(FactsError::MissingValidatorUpdate(main)));

    let (chunk, known) = find(|derived| derived.main_validator_update.is_none());
    let mut facts = known.facts.clone();
    facts.main.validator_update = Some(ValidatorAccountsUpdate::default());
    let derived = derive(chunk, &known.blocks, &facts).unwrap();
    assert_eq!(
        derived.main_validator_update, None,
        "an update that the block does not call for is not used"
    );
}

#[test]
fn last_proposals_come_from_headers() {
    let mut with_proposals = 0;
    for (chunk, known) in recorded().filter(|(_, known)| known.facts.main.validator_update.is_some()) {
        let recorded_update = known.facts.main.validator_update.clone();
        let mut facts = known.facts.clone();
        facts.main.validator_update.as_mut().unwrap().last_proposals.clear();
        let derived = derive(chunk, &known.blocks, &facts).unwrap();
        assert_eq!(derived.main_validator_update, recorded_update, "{}", chunk.id);
        with_proposals += usize::from(!recorded_update.unwrap().last_proposals.is_empty());
    }
    println!("{with_proposals} chunks with proposals");
}

#[test]
fn base_blocks_are_exactly_those_that_transactions_name() {
    let has_transactions = |derived: &DerivedStatement| match &derived.statement.main.kind {
        MainKind::NewChunk(main) => !main.base_blocks.is_empty(),
        MainKind::Genesis(_) => false,
    };
    let (chunk, known) = find(has_transactions);
    let check = |facts: &HeaderFacts| {
        let derived = derive(chunk, &known.blocks, facts).unwrap();
        CheckedWitness::from_witness::<NativeCrypto>(witness(chunk), &derived)
            .map(|_| ())
            .unwrap_err()
    };
    let mut fewer = known.facts.clone();
    let (missing, _) = fewer.main.base_blocks.pop_first().unwrap();
    assert_eq!(check(&fewer), WitnessError::BaseBlocks(missing));
    let mut more = known.facts.clone();
    let unused = CryptoHash([9; 32]);
    more.main.base_blocks.insert(unused, true);
    assert_eq!(check(&more), WitnessError::BaseBlocks(unused));
}

#[test]
fn another_epoch_update_or_parameter_set_is_refused() {
    let (chunk, known) = find(|derived| derived.main_validator_update.is_some());
    let mut derived = known.derive(&witness(chunk)).unwrap();
    let mut other_epoch = witness(chunk);
    other_epoch.epoch_id.0[0] ^= 1;
    let error = CheckedWitness::from_witness::<NativeCrypto>(other_epoch, &derived).unwrap_err();
    assert!(matches!(error, WitnessError::WrongEpoch { .. }));

    let checked = CheckedWitness::from_witness::<NativeCrypto>(witness(chunk), &derived).unwrap();
    let error = validate::<NativeCrypto, _>(checked, &[], &mut NoContracts).unwrap_err();
    assert!(matches!(error, ValidateError::MissingParams(_)), "{error}");

    derived.main_validator_update = None;
    let error = CheckedWitness::from_witness::<NativeCrypto>(witness(chunk), &derived).unwrap_err();
    assert!(
        matches!(error, WitnessError::ValidatorUpdate { found: None, .. }),
        "{error}"
    );
}

#[test]
fn the_first_differing_field_of_the_header_is_named() {
    let (chunk, known) = recorded()
        .find(|(chunk, known)| {
            let Ok(derived) = known.derive(&witness(chunk)) else {
                return false;
            };
            let checked = CheckedWitness::from_witness::<NativeCrypto>(witness(chunk), &derived).unwrap();
            let params: Vec<_> = known.params.iter().collect();
            known.apply.is_some() && validate::<NativeCrypto, _>(checked, &params, &mut NoContracts).is_ok()
        })
        .unwrap();
    type Forge = fn(&mut no_std_near_core::types::chunk_header::ShardChunkHeaderInner);
    let forgeries: [(&str, Forge); 8] = [
        ("state_root", |inner| inner.prev_state_root.0[0] ^= 1),
        ("outcome_root", |inner| inner.prev_outcome_root.0[0] ^= 1),
        ("gas_limit", |inner| inner.gas_limit ^= 1),
        ("gas_used", |inner| inner.prev_gas_used ^= 1),
        ("balance_burnt", |inner| inner.prev_balance_burnt ^= 1),
        ("outgoing_receipts_root", |inner| {
            inner.prev_outgoing_receipts_root.0[0] ^= 1
        }),
        ("congestion_info", |inner| {
            let no_std_near_core::types::congestion_info::CongestionInfo::V1(info) = &mut inner.congestion_info;
            info.allowed_shard ^= 1;
        }),
        ("proposed_split", |inner| {
            inner.proposed_split = Some(no_std_near_core::types::chunk_header::TrieSplit {
                boundary_account: no_std_near_core::types::account_id::AccountId::new("mid").unwrap(),
                left_memory: 1,
                right_memory: 2,
            });
        }),
    ];
    for (field, forge) in forgeries {
        let mut forged = witness(chunk);
        forge(&mut forged.chunk_header.inner);
        let derived = derive_statement::<NativeCrypto>(&forged.chunk_header, &known.blocks, &known.facts).unwrap();
        let checked = CheckedWitness::from_witness::<NativeCrypto>(forged, &derived).unwrap();
        let params: Vec<_> = known.params.iter().collect();
        let result = validate::<NativeCrypto, _>(checked, &params, &mut NoContracts).unwrap();
        assert_eq!(result.difference.unwrap().field, field, "{}", chunk.id);
    }
}
