//! FunctionCall: which code runs, and what comes of it.

use super::*;
use crate::context::ApplyContext;
use crate::contract_runner::{
    FunctionCall, FunctionCallEffects, FunctionCallOutcome, NewActionReceipt, NewDataReceipt,
};
use crate::crypto::Crypto;
use crate::receipts::ReturnData;
use crate::state::StateUpdate;
use crate::state::accessors::{get_promise_yield_indices, set_account};
use crate::state::keys as state_keys;
use crate::test_support::{NEAR, Scripted, TGAS, call, empty_state, hash, state_with, transfer};
use crate::types::account::AccountContract;
use crate::types::action::GlobalContractIdentifier;
use crate::types::hash::CryptoHash;
use crate::types::queues::PromiseYieldIndices;
use crate::types::receipt::{DataReceipt, DataReceiver, ReceiptEnum};
use alloc::string::String;

/// Notes which code was to run with which receivers, and does nothing.
#[derive(Default)]
struct Noting {
    calls: Vec<(CryptoHash, usize)>,
}

impl ContractRunner<NativeCrypto> for Noting {
    fn run(
        &mut self,
        call: &FunctionCall<'_>,
        _context: &ApplyContext<'_>,
        _state: &mut StateUpdate<'_, NativeCrypto>,
    ) -> Result<FunctionCallOutcome, ApplyError> {
        self.calls.push((call.code_hash, call.output_data_receivers.len()));
        Ok(outcome(Ok(effects())))
    }
}

fn outcome(result: Result<FunctionCallEffects, String>) -> FunctionCallOutcome {
    let logs = vec!["log".to_string()];
    FunctionCallOutcome {
        gas_burnt: 3 * TGAS,
        gas_used: 5 * TGAS,
        compute_usage: 4 * TGAS,
        logs,
        result,
    }
}

fn effects() -> FunctionCallEffects {
    FunctionCallEffects {
        balance: 60 * NEAR,
        storage_usage: 777,
        return_data: ReturnData::Value(b"value".to_vec()),
        subsidized_amount: 0,
        action_receipts: vec![],
        resumed_yields: vec![],
    }
}

fn state_with_contract(account_id: &str, contract: AccountContract) -> State {
    let mut state = empty_state();
    let account = Account::new(100 * NEAR, 0, contract, 500);
    set_account(&mut state, &id(account_id), &account);
    state.commit();
    state
}

/// The code that a call to the account would run.
fn code_run(world: &World, state: &mut State, account_id: &str) -> Result<Option<CryptoHash>, ApplyError> {
    let mut runner = Noting::default();
    let ran = try_run(
        world,
        state,
        &mut runner,
        &receipt_from("bob", account_id, 1, vec![call(1, 0)]),
    )?;
    assert_eq!(ran.error().is_some(), runner.calls.is_empty());
    Ok(runner.calls.first().map(|(code_hash, _)| *code_hash))
}

#[test]
fn an_account_without_a_contract_fails_for_the_fee_alone() {
    let mut state = state_with(&["alice"]);
    let ran = run(&mut state, "bob", "alice", vec![call(9 * TGAS, 4)]);
    assert!(matches!(ran.error(), Some(ActionError::FunctionCall(_))));
    let result = ran.last();
    assert_eq!(
        (result.gas_burnt_for_function_call, result.gas_used),
        (0, result.gas_burnt)
    );
    assert!(result.gas_burnt < TGAS);
}

#[test]
fn the_code_is_the_accounts_own_or_a_published_one() {
    let world = World::new();
    let mut state = state_with_contract("alice", AccountContract::Local(hash(9)));
    assert_eq!(code_run(&world, &mut state, "alice"), Ok(Some(hash(9))));
    let mut state = state_with_contract("alice", AccountContract::Global(hash(8)));
    assert_eq!(code_run(&world, &mut state, "alice"), Ok(Some(hash(8))));
    // By account: whatever was published last.
    let mut state = state_with_contract("alice", AccountContract::GlobalByAccount(id("bob")));
    let published = state_keys::global_contract_code(&GlobalContractIdentifier::AccountId(id("bob")));
    for code in [&b"first"[..], b"second"] {
        state.set(&published, code.to_vec());
        let expected = NativeCrypto::sha256(code);
        assert_eq!(code_run(&world, &mut state, "alice"), Ok(Some(expected)));
    }
}

#[test]
fn a_published_contract_that_is_gone_aborts() {
    let mut state = state_with_contract("alice", AccountContract::GlobalByAccount(id("bob")));
    assert!(code_run(&World::new(), &mut state, "alice").is_err());
}

#[test]
fn an_ethereum_account_runs_the_chains_wallet_also_under_its_old_names() {
    let mut world = World::new();
    world.chain.eth_wallet_contract_deployed = true;
    let wallet = world.chain.eth_wallet_contract_hash;
    let eth_id = "0x".to_string() + &"1b".repeat(20);
    let legacy = NativeCrypto::sha256(b"near5j8XPMMKMn5cojVs4qQ65dViGtgMHgrfNtJgrC18X8Qw");
    for contract in [AccountContract::Global(wallet), AccountContract::Local(legacy)] {
        let mut state = state_with_contract(&eth_id, contract.clone());
        assert_eq!(code_run(&world, &mut state, &eth_id), Ok(Some(wallet)));
        // A chain that lacks the wallet: as if there were no contract.
        world.chain.eth_wallet_contract_deployed = false;
        assert_eq!(code_run(&world, &mut state, &eth_id), Ok(None));
        world.chain.eth_wallet_contract_deployed = true;
    }
    // Elsewhere the old name is a hash like any other.
    let mut state = state_with_contract("alice", AccountContract::Local(legacy));
    assert_eq!(code_run(&world, &mut state, "alice"), Ok(Some(legacy)));
}

#[test]
fn a_balance_that_overflows_with_the_deposit_aborts() {
    let mut state = state_with_contract("alice", AccountContract::Local(hash(9)));
    let receipt = receipt_from("bob", "alice", 1, vec![call(1, Balance::MAX)]);
    let error = try_run(&World::new(), &mut state, &mut Noting::default(), &receipt).err();
    assert!(error.is_some());
}

#[test]
fn only_the_last_action_answers_those_who_wait() {
    let mut state = state_with_contract("alice", AccountContract::Local(hash(9)));
    let mut receipt = receipt_from("bob", "alice", 1, vec![call(1, 0), call(1, 0)]);
    let waiting = DataReceiver {
        data_id: hash(3),
        receiver_id: id("carol"),
    };
    receipt.output_data_receivers_mut().unwrap().push(waiting);
    let mut runner = Noting::default();
    try_run(&World::new(), &mut state, &mut runner, &receipt).unwrap();
    assert_eq!(runner.calls, vec![(hash(9), 0), (hash(9), 1)]);
}

fn run_scripted(state: &mut State, outcome: FunctionCallOutcome) -> Result<Ran, ApplyError> {
    let receipt = receipt_from("bob", "alice", 1, vec![call(20 * TGAS, 0)]);
    try_run(&World::new(), state, &mut Scripted(outcome), &receipt)
}

#[test]
fn a_successful_call_changes_balance_and_storage_and_returns() {
    let mut state = state_with_contract("alice", AccountContract::Local(hash(9)));
    let ran = run_scripted(&mut state, outcome(Ok(effects()))).unwrap();
    assert_eq!(
        (ran.account().amount(), ran.account().storage_usage()),
        (60 * NEAR, 777)
    );
    let result = ran.last();
    assert_eq!(result.result, Ok(ReturnData::Value(b"value".to_vec())));
    assert_eq!(result.gas_burnt_for_function_call, 3 * TGAS);
    assert_eq!(result.gas_used - result.gas_burnt, 2 * TGAS);
    assert_eq!(result.logs, vec!["log".to_string()]);
}

#[test]
fn a_failed_call_keeps_gas_and_logs_only() {
    let mut state = state_with_contract("alice", AccountContract::Local(hash(9)));
    let ran = run_scripted(&mut state, outcome(Err("trap".to_string()))).unwrap();
    assert_eq!(ran.error(), Some(&ActionError::FunctionCall("trap".to_string())));
    let account = ran.receiver.account.as_ref().unwrap();
    assert_eq!((account.amount(), account.storage_usage()), (100 * NEAR, 500));
    assert_eq!(ran.last().gas_burnt_for_function_call, 3 * TGAS);
    assert_eq!(ran.last().logs, vec!["log".to_string()]);
}

fn new_receipt(is_promise_yield: bool, data_id: u8) -> NewActionReceipt {
    NewActionReceipt {
        receiver_id: id("carol"),
        refund_to: Some(id("dave")),
        output_data_receivers: vec![],
        input_data_ids: vec![hash(data_id)],
        actions: vec![transfer(1)],
        is_promise_yield,
    }
}

#[test]
fn what_a_contract_sends_inherits_signer_and_price_and_has_the_second_version() {
    let mut state = state_with_contract("alice", AccountContract::Local(hash(9)));
    let resumed = NewDataReceipt {
        data_id: hash(7),
        data: Some(b"payload".to_vec()),
    };
    let effects = FunctionCallEffects {
        action_receipts: vec![new_receipt(false, 5)],
        resumed_yields: vec![resumed],
        ..effects()
    };
    let ran = run_scripted(&mut state, outcome(Ok(effects))).unwrap();
    let [sent, resume] = &ran.last().new_receipts[..] else {
        panic!("two receipts were expected")
    };
    let ReceiptEnum::ActionV2(content) = &sent.receipt else {
        panic!("contracts send the second version")
    };
    assert_eq!((&sent.predecessor_id, &sent.receiver_id), (&id("alice"), &id("carol")));
    assert_eq!((&content.signer_id, content.gas_price), (&id("alice"), 1_000_000_000));
    assert_eq!(content.refund_to, Some(id("dave")));
    let payload = DataReceipt {
        data_id: hash(7),
        data: Some(b"payload".to_vec()),
    };
    assert_eq!(resume.receipt, ReceiptEnum::PromiseResume(payload));
    assert_eq!(
        (&resume.predecessor_id, &resume.receiver_id),
        (&id("alice"), &id("alice"))
    );
    // No yield: the queue of timeouts stays as it is.
    assert_eq!(
        get_promise_yield_indices(&state).unwrap(),
        PromiseYieldIndices::default()
    );
}

#[test]
fn every_yield_is_queued_with_the_height_at_which_it_gives_up() {
    let mut state = state_with_contract("alice", AccountContract::Local(hash(9)));
    let action_receipts = vec![new_receipt(true, 5), new_receipt(false, 6), new_receipt(true, 7)];
    let ran = run_scripted(
        &mut state,
        outcome(Ok(FunctionCallEffects {
            action_receipts,
            ..effects()
        })),
    )
    .unwrap();
    let kinds = ran
        .last()
        .new_receipts
        .iter()
        .map(|receipt| matches!(receipt.receipt, ReceiptEnum::PromiseYieldV2(_)));
    assert_eq!(kinds.collect::<Vec<_>>(), vec![true, false, true]);
    let indices = PromiseYieldIndices {
        first_index: 0,
        next_available_index: 2,
    };
    assert_eq!(get_promise_yield_indices(&state).unwrap(), indices);
    for (index, data_id) in [(0, 5), (1, 7)] {
        let bytes = state.get(&state_keys::promise_yield_timeout(index)).unwrap().unwrap();
        assert_eq!(bytes, crate::types::to_bytes(&(id("alice"), hash(data_id), 1200_u64)));
    }
}

#[test]
fn a_yield_that_waits_for_nothing_aborts() {
    let mut state = state_with_contract("alice", AccountContract::Local(hash(9)));
    let receipt = NewActionReceipt {
        input_data_ids: vec![],
        ..new_receipt(true, 5)
    };
    let effects = FunctionCallEffects {
        action_receipts: vec![receipt],
        ..effects()
    };
    assert!(run_scripted(&mut state, outcome(Ok(effects))).is_err());
}

#[test]
fn gas_that_overflows_aborts() {
    let mut state = state_with_contract("alice", AccountContract::Local(hash(9)));
    let overflowing = FunctionCallOutcome {
        gas_used: u64::MAX,
        ..outcome(Ok(effects()))
    };
    assert!(run_scripted(&mut state, overflowing).is_err());
}
