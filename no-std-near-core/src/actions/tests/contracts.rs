//! DeployContract, DeployGlobalContract, UseGlobalContract, DeterministicStateInit.

use super::*;
use crate::crypto::Crypto;
use crate::state::keys as state_keys;
use crate::test_support::{NEAR, OWN_SHARD, empty_state, state_with};
use crate::types::account::AccountContract;
use crate::types::action::{
    DeployContractAction, DeployGlobalContractAction, DeterministicAccountStateInit, DeterministicAccountStateInitV1,
    DeterministicStateInitAction, GlobalContractDeployMode, GlobalContractIdentifier, UseGlobalContractAction,
};
use crate::types::identifiers::deterministic_account_id;
use crate::types::receipt::{GlobalContractDistributionReceipt, ReceiptEnum};

pub(super) fn deploy(code: &[u8]) -> Action {
    Action::DeployContract(DeployContractAction { code: code.to_vec() })
}

pub(super) fn deploy_global(code: &[u8]) -> Action {
    deploy_global_as(code, GlobalContractDeployMode::CodeHash)
}

fn deploy_global_as(code: &[u8], deploy_mode: GlobalContractDeployMode) -> Action {
    let code = code.into();
    Action::DeployGlobalContract(DeployGlobalContractAction { code, deploy_mode })
}

pub(super) fn use_global(contract_identifier: GlobalContractIdentifier) -> Action {
    Action::UseGlobalContract(UseGlobalContractAction { contract_identifier }.into())
}

fn by_account(account_id: &str) -> GlobalContractIdentifier {
    GlobalContractIdentifier::AccountId(id(account_id))
}

fn publish(state: &mut State, identifier: &GlobalContractIdentifier, code: &[u8]) {
    state.set(&state_keys::global_contract_code(identifier), code.to_vec());
    state.commit();
}

#[test]
fn deployed_code_counts_once_and_replaces_what_was_there() {
    let mut state = state_with(&["alice"]);
    let actions = vec![deploy(b"first code"), deploy(b"second"), deploy(b"")];
    for (count, code) in [(1, &b"first code"[..]), (2, b"second"), (3, b"")] {
        let mut state = state.clone();
        let ran = run(&mut state, "alice", "alice", actions[..count].to_vec());
        assert_eq!(ran.account().storage_usage(), 182 + code.len() as u64);
        assert_eq!(
            ran.account().contract(),
            AccountContract::Local(NativeCrypto::sha256(code))
        );
        assert_eq!(state.get(&state_keys::contract_code(&id("alice"))).unwrap(), Some(code));
    }
    run(&mut state, "alice", "alice", actions);
}

#[test]
fn a_global_contract_takes_the_place_of_own_code_and_makes_the_account_version_two() {
    let mut state = state_with(&["alice"]);
    let by_hash = GlobalContractIdentifier::CodeHash(NativeCrypto::sha256(b"global"));
    publish(&mut state, &by_hash, b"global");
    publish(&mut state, &by_account("bob"), b"global");
    let actions = vec![deploy(b"own code"), use_global(by_hash.clone())];
    let ran = run(&mut state, "alice", "alice", actions.clone());
    assert_eq!(ran.account().storage_usage(), 182 + 32);
    assert_eq!(ran.account().contract(), by_hash.into());
    assert!(!state.contains_key(&state_keys::contract_code(&id("alice"))).unwrap());

    let actions = [actions, vec![use_global(by_account("bob"))]].concat();
    let ran = run(&mut state, "alice", "alice", actions.clone());
    assert_eq!(ran.account().storage_usage(), 182 + 3);

    let ran = run(&mut state, "alice", "alice", [actions, vec![deploy(b"own")]].concat());
    assert_eq!(ran.account().storage_usage(), 182 + 3);
    assert!(matches!(ran.account(), Account::V2(_)));
    assert!(ran.account().contract().is_local());
}

#[test]
fn a_global_contract_that_is_not_here_cannot_be_used() {
    let ran = run(
        &mut state_with(&["alice"]),
        "alice",
        "alice",
        vec![use_global(by_account("bob"))],
    );
    assert!(matches!(ran.error(), Some(ActionError::GlobalContractDoesNotExist(_))));
}

fn distribution_of(result: &ActionResult) -> &GlobalContractDistributionReceipt {
    let [receipt] = &result.new_receipts[..] else {
        panic!("one receipt was expected")
    };
    assert_eq!(receipt.predecessor_id, id("alice"));
    assert!(receipt.receiver_id.is_system());
    let ReceiptEnum::GlobalContractDistribution(distribution) = &receipt.receipt else {
        panic!("a distribution was expected");
    };
    distribution
}

#[test]
fn publishing_burns_the_price_of_every_byte_and_numbers_the_deployments() {
    // 10^20 yoctoNEAR per byte.
    let price = 100_000_000_000_000_000_000 * 6;
    for mode in [GlobalContractDeployMode::CodeHash, GlobalContractDeployMode::AccountId] {
        let mut state = state_with(&["alice"]);
        let action = deploy_global_as(b"global", mode);
        let ran = run(&mut state, "alice", "alice", vec![action.clone(), action]);
        assert_eq!(ran.account().amount(), 100 * NEAR - 2 * price);
        let expected_id = match mode {
            GlobalContractDeployMode::CodeHash => GlobalContractIdentifier::CodeHash(NativeCrypto::sha256(b"global")),
            GlobalContractDeployMode::AccountId => by_account("alice"),
        };
        for (nonce, result) in (1..).zip(&ran.results) {
            assert_eq!(result.tokens_burnt, price);
            let distribution = distribution_of(result);
            assert_eq!((distribution.nonce(), distribution.target_shard()), (nonce, OWN_SHARD));
            assert_eq!(
                (distribution.id(), &**distribution.code()),
                (&expected_id, &b"global"[..])
            );
            assert!(distribution.already_delivered_shards().is_empty());
        }
        let stored = state.get(&state_keys::global_contract_nonce(&expected_id)).unwrap();
        assert_eq!(stored, Some(&2_u64.to_le_bytes()[..]));
    }
}

#[test]
fn publishing_beyond_the_balance_fails() {
    // One byte more than 100 NEAR can pay for.
    let ran = run(
        &mut state_with(&["alice"]),
        "alice",
        "alice",
        vec![deploy_global(&vec![0; 1_000_001])],
    );
    assert!(matches!(ran.error(), Some(ActionError::LackBalanceForState { .. })));
    let ran = run(
        &mut state_with(&["alice"]),
        "alice",
        "alice",
        vec![deploy_global(&vec![0; 1_000_000])],
    );
    assert_eq!(ran.account().amount(), 0);
}

#[test]
fn a_nonce_of_a_global_contract_that_overflows_aborts() {
    let mut state = state_with(&["alice"]);
    let identifier = GlobalContractIdentifier::CodeHash(NativeCrypto::sha256(b"code"));
    state.set(
        &state_keys::global_contract_nonce(&identifier),
        u64::MAX.to_le_bytes().to_vec(),
    );
    let receipt = receipt_from("alice", "alice", 1, vec![deploy_global(b"code")]);
    assert!(try_run(&World::new(), &mut state, &mut NoContracts, &receipt).is_err());
}

fn state_init(entries: &[(&[u8], &[u8])]) -> DeterministicAccountStateInit {
    let data = entries
        .iter()
        .map(|(key, value)| (key.to_vec(), value.to_vec()))
        .collect();
    DeterministicAccountStateInit::V1(DeterministicAccountStateInitV1 {
        code: by_account("bob"),
        data,
    })
}

fn init(state_init: &DeterministicAccountStateInit, deposit: Balance) -> Action {
    let state_init = state_init.clone();
    Action::DeterministicStateInit(DeterministicStateInitAction { state_init, deposit }.into())
}

const PRICE_PER_BYTE: Balance = 10_000_000_000_000_000_000;

#[test]
fn a_small_deterministic_account_needs_no_deposit() {
    let mut state = empty_state();
    publish(&mut state, &by_account("bob"), b"global");
    let content = state_init(&[(b"key", b"value"), (b"", b"")]);
    let account_id = deterministic_account_id::<NativeCrypto>(&content);
    let ran = run(&mut state, "alice", account_id.as_str(), vec![init(&content, 5)]);
    let storage_usage = 100 + 3 + (3 + 5 + 40) + 40;
    assert_eq!(
        (ran.account().amount(), ran.account().storage_usage()),
        (0, storage_usage)
    );
    assert_eq!(ran.receiver.actor_id, id("alice"));
    assert_eq!(
        ran.last().new_receipts,
        vec![Receipt::new_balance_refund(&id("alice"), 5)]
    );
    let data_key = state_keys::contract_data(&account_id, b"key");
    assert_eq!(state.get(&data_key).unwrap(), Some(&b"value"[..]));
}

#[test]
fn a_large_one_takes_exactly_what_its_storage_needs() {
    let content = state_init(&[(b"key", &[0; 1000])]);
    let account_id = deterministic_account_id::<NativeCrypto>(&content);
    let needed = (100 + 3 + 3 + 1000 + 40) * PRICE_PER_BYTE;
    for (deposit, rest) in [(needed + 9, Some(9)), (needed, Some(0)), (needed - 1, None)] {
        let mut state = empty_state();
        publish(&mut state, &by_account("bob"), b"global");
        let ran = run(&mut state, "alice", account_id.as_str(), vec![init(&content, deposit)]);
        let Some(rest) = rest else {
            assert!(matches!(ran.error(), Some(ActionError::LackBalanceForState { .. })));
            continue;
        };
        assert_eq!(ran.account().amount(), needed);
        let refund = Receipt::new_balance_refund(&id("alice"), rest);
        assert_eq!(ran.last().new_receipts, if rest > 0 { vec![refund] } else { vec![] });
    }
}

#[test]
fn an_initialised_account_is_left_alone() {
    let mut state = empty_state();
    publish(&mut state, &by_account("bob"), b"global");
    let content = state_init(&[(b"key", b"value")]);
    let account_id = deterministic_account_id::<NativeCrypto>(&content);
    let actions = vec![init(&content, 0), init(&state_init(&[(b"key", b"other")]), 4)];
    let ran = run(&mut state, "alice", account_id.as_str(), actions);
    assert_eq!(
        ran.last().new_receipts,
        vec![Receipt::new_balance_refund(&id("alice"), 4)]
    );
    let data_key = state_keys::contract_data(&account_id, b"key");
    assert_eq!(state.get(&data_key).unwrap(), Some(&b"value"[..]));
}

#[test]
fn whoever_initialises_an_account_cannot_act_for_it() {
    let mut state = empty_state();
    publish(&mut state, &by_account("bob"), b"global");
    let content = state_init(&[]);
    let account_id = deterministic_account_id::<NativeCrypto>(&content);
    let actions = vec![init(&content, 0), add_key(key(1), AccessKeyPermission::FullAccess)];
    let ran = run(&mut state, "alice", account_id.as_str(), actions);
    assert!(matches!(ran.error(), Some(ActionError::ActorNoPermission { .. })));
}

#[test]
fn an_unpublished_contract_initialises_nothing() {
    let content = state_init(&[(b"key", b"value")]);
    let account_id = deterministic_account_id::<NativeCrypto>(&content);
    let ran = run(
        &mut empty_state(),
        "alice",
        account_id.as_str(),
        vec![init(&content, 5)],
    );
    assert!(matches!(ran.error(), Some(ActionError::GlobalContractDoesNotExist(_))));
    assert!(ran.last().new_receipts.is_empty());
}
