//! Receipts as the state machine sees them: who waits, who is delayed, who is buffered, who gets what back.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up fails, which is the point"
)]

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::{ActionError, ActionResult, ReturnData};
use crate::congestion::ExtendedCongestionInfo;
use crate::contract_runner::{FunctionCallEffects, FunctionCallOutcome, NewActionReceipt, NoContracts};
use crate::crypto::{Crypto, NativeCrypto};
use crate::error::ApplyError;
use crate::state::accessors::{get_account, set, set_account};
use crate::state::{accessors, keys};
use crate::test_support::{
    NEAR, OTHER_SHARD, OWN_SHARD, Scripted, TGAS, World, balance_of, call, hash, id, receipt_from, start_chunk,
    state_with, transfer,
};
use crate::types::account::AccountContract;
use crate::types::action::{Action, DeleteAccountAction, GlobalContractIdentifier};
use crate::types::congestion_info::{CongestionInfo, CongestionInfoV1};
use crate::types::outcome::ExecutionStatus;
use crate::types::queues::{PromiseYieldIndices, PromiseYieldStatus, PromiseYieldTimeout};
use crate::types::receipt::{
    DataReceipt, DataReceiver, GlobalContractDistributionReceipt, Receipt, ReceiptEnum, VersionedReceiptEnum,
};

/// A data receipt for `receiver_id`.
fn data(receiver_id: &str, data_id: u8, data: Option<&[u8]>) -> Receipt {
    Receipt {
        predecessor_id: id("zoe"),
        receiver_id: id(receiver_id),
        receipt_id: hash(200),
        receipt: ReceiptEnum::Data(DataReceipt {
            data_id: hash(data_id),
            data: data.map(<[u8]>::to_vec),
        }),
    }
}

fn resume(receiver_id: &str, data_id: u8, payload: Option<&[u8]>) -> Receipt {
    let mut receipt = data(receiver_id, data_id, payload);
    if let ReceiptEnum::Data(inner) = receipt.receipt {
        receipt.receipt = ReceiptEnum::PromiseResume(inner);
    }
    receipt
}

/// A receipt that waits for data.
fn waiting_for(data_ids: &[u8], mut receipt: Receipt) -> Receipt {
    if let ReceiptEnum::Action(inner) = &mut receipt.receipt {
        inner.input_data_ids = data_ids.iter().map(|byte| hash(*byte)).collect();
    }
    receipt
}

/// The same receipt as a yield.
fn yielded(receipt: Receipt) -> Receipt {
    let ReceiptEnum::Action(inner) = receipt.receipt else {
        panic!("an action receipt can yield")
    };
    Receipt {
        receipt: ReceiptEnum::PromiseYield(inner),
        ..receipt
    }
}

fn outcome_of_call(result: Result<FunctionCallEffects, alloc::string::String>) -> FunctionCallOutcome {
    FunctionCallOutcome {
        gas_burnt: 10 * TGAS,
        gas_used: 12 * TGAS,
        compute_usage: 11 * TGAS,
        logs: vec![],
        result,
    }
}

fn effects(return_data: ReturnData) -> FunctionCallEffects {
    FunctionCallEffects {
        balance: 90 * NEAR,
        storage_usage: 300,
        return_data,
        subsidized_amount: 0,
        action_receipts: vec![],
        resumed_yields: vec![],
    }
}

/// Accounts "alice" (with a contract) and "bob" of the own shard.
fn state_with_contract() -> crate::test_support::State {
    let mut state = state_with(&["alice", "bob"]);
    let mut account = get_account(&state, &id("alice")).unwrap().unwrap();
    account.set_contract(AccountContract::Local(hash(9)));
    set_account(&mut state, &id("alice"), &account);
    state.commit();
    state
}

#[test]
fn a_full_chunk_delays_receipts_and_a_later_chunk_executes_them() {
    let mut world = World::new();
    world.gas_limit = 0;
    let context = world.context();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state_with(&["bob"]), &mut runner);
    let receipt = receipt_from("zoe", "bob", 1, vec![transfer(NEAR)]);
    chunk.process_receipts(core::slice::from_ref(&receipt)).unwrap();
    assert_eq!((chunk.outcomes.len(), chunk.delayed.len()), (0, 1));
    let mut congestion = CongestionInfo::default();
    chunk.delayed.apply_to_congestion(&mut congestion).unwrap();
    assert_eq!(congestion.receipt_bytes(), crate::types::len_bytes(&receipt));
    assert!(congestion.delayed_receipts_gas() > 0);
    chunk.state.commit();
    let state = chunk.state;

    let world = World::new();
    let context = world.context();
    let mut chunk = start_chunk(&context, state, &mut runner);
    chunk.process_receipts(&[]).unwrap();
    assert_eq!((chunk.outcomes.len(), chunk.delayed.len()), (1, 0));
    assert_eq!(balance_of(&chunk.state, "bob"), Some(101 * NEAR));
    let mut congestion_after = congestion;
    chunk.delayed.apply_to_congestion(&mut congestion_after).unwrap();
    assert_eq!(congestion_after, CongestionInfo::default());
    let underflow = chunk.delayed.apply_to_congestion(&mut CongestionInfo::default());
    assert!(
        matches!(underflow, Err(ApplyError::IntegerOverflow(_))),
        "congestion cannot go below zero"
    );
}

#[test]
fn delayed_receipts_of_the_sibling_are_dropped_but_leave_the_congestion() {
    let world = World::new();
    let context = world.context();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state_with(&["bob"]), &mut runner);
    for receiver_id in ["zoe", "bob"] {
        let receipt = receipt_from("alice", receiver_id, 1, vec![transfer(NEAR)]);
        chunk.delayed.push(&receipt, &context, &mut chunk.state).unwrap();
    }
    chunk.process_receipts(&[]).unwrap();
    let executors: Vec<_> = chunk
        .outcomes
        .iter()
        .map(|executed| executed.outcome.executor_id.as_str())
        .collect();
    assert_eq!(executors, ["bob"]);
    let mut congestion = CongestionInfo::default();
    chunk.delayed.apply_to_congestion(&mut congestion).unwrap();
    assert_eq!(congestion, CongestionInfo::default(), "both entered and both left");
}

#[test]
fn a_receipt_runs_when_the_last_of_its_data_has_arrived() {
    let world = World::new();
    let context = world.context();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state_with(&["bob"]), &mut runner);
    let receipt = waiting_for(&[11, 12], receipt_from("zoe", "bob", 1, vec![transfer(NEAR)]));
    let receipts = [data("bob", 11, None), receipt, data("bob", 12, Some(b"x"))];
    chunk.process_receipts(&receipts[..2]).unwrap();
    assert_eq!(chunk.outcomes.len(), 0);
    let pending: u32 = accessors::get(&chunk.state, &keys::pending_data_count(&id("bob"), &hash(1)))
        .unwrap()
        .unwrap();
    assert_eq!(pending, 1, "one of two was there already");
    chunk.process_receipts(&receipts[2..]).unwrap();
    assert_eq!(
        chunk.outcomes[0].id,
        hash(1),
        "the outcome is that of the receipt that waited"
    );
    for data_id in [11, 12] {
        assert!(
            !chunk
                .state
                .contains_key(&keys::received_data(&id("bob"), &hash(data_id)))
                .unwrap()
        );
        assert!(
            !chunk
                .state
                .contains_key(&keys::postponed_receipt_id(&id("bob"), &hash(data_id)))
                .unwrap()
        );
    }
    assert!(
        !chunk
            .state
            .contains_key(&keys::postponed_receipt(&id("bob"), &hash(1)))
            .unwrap()
    );
}

#[test]
fn data_for_a_receipt_that_waits_for_none_aborts() {
    let world = World::new();
    let context = world.context();
    let mut state = state_with(&["bob"]);
    set(&mut state, &keys::postponed_receipt_id(&id("bob"), &hash(11)), &hash(1));
    set(&mut state, &keys::pending_data_count(&id("bob"), &hash(1)), &0_u32);
    state.commit();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state, &mut runner);
    let result = chunk.process_receipts(&[data("bob", 11, None)]);
    assert!(matches!(result, Err(ApplyError::InconsistentState(_))));
}

#[test]
fn a_yield_runs_once_and_a_second_resume_is_ignored() {
    let world = World::new();
    let context = world.context();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state_with(&["bob"]), &mut runner);
    let yielded = yielded(waiting_for(&[11], receipt_from("bob", "bob", 1, vec![transfer(NEAR)])));
    let resumes = [resume("bob", 11, Some(b"a")), resume("bob", 11, Some(b"b"))];
    chunk.process_receipts(&[yielded]).unwrap();
    assert_eq!(chunk.outcomes.len(), 0);
    set(
        &mut chunk.state,
        &keys::data_id_to_yield_id(&id("bob"), &hash(11)),
        &hash(12),
    );
    set(
        &mut chunk.state,
        &keys::yield_id_to_data_id(&id("bob"), &hash(12)),
        &hash(11),
    );
    chunk.state.commit();
    chunk.process_receipts(&resumes).unwrap();
    assert_eq!(chunk.outcomes.len(), 1);
    assert!(
        !chunk
            .state
            .contains_key(&keys::data_id_to_yield_id(&id("bob"), &hash(11)))
            .unwrap()
    );
    assert!(
        !chunk
            .state
            .contains_key(&keys::yield_id_to_data_id(&id("bob"), &hash(12)))
            .unwrap()
    );
}

#[test]
fn a_timeout_loses_against_a_resume_on_its_way() {
    let world = World::new();
    let context = world.context();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state_with(&["bob"]), &mut runner);
    let yielded = yielded(waiting_for(&[11], receipt_from("bob", "bob", 1, vec![transfer(NEAR)])));
    let status_key = keys::promise_yield_status(&id("bob"), &hash(11));
    set(&mut chunk.state, &status_key, &PromiseYieldStatus::ResumeInitiated);
    chunk.process_receipts(&[yielded, resume("bob", 11, None)]).unwrap();
    assert_eq!(chunk.outcomes.len(), 0, "no data means timeout");
    set(&mut chunk.state, &status_key, &PromiseYieldStatus::Yielded);
    chunk.process_receipts(&[resume("bob", 11, None)]).unwrap();
    assert_eq!(chunk.outcomes.len(), 1);
}

#[test]
fn timeouts_are_sent_in_order_up_to_the_first_that_is_not_due() {
    let world = World::new();
    let context = world.context();
    let mut state = state_with(&["bob"]);
    for (index, (data_id, expires_at)) in [(11, 900), (12, 1000), (13, 1001)].into_iter().enumerate() {
        let entry = PromiseYieldTimeout {
            account_id: id("bob"),
            data_id: hash(data_id),
            expires_at,
        };
        set(&mut state, &keys::promise_yield_timeout(index as u64), &entry);
    }
    // The first has been resumed in time and is gone.
    let waiting = yielded(waiting_for(&[12], receipt_from("bob", "bob", 1, vec![])));
    set(
        &mut state,
        &keys::promise_yield_receipt(&id("bob"), &hash(12)),
        &waiting,
    );
    let indices = PromiseYieldIndices {
        first_index: 0,
        next_available_index: 3,
    };
    set(&mut state, &keys::promise_yield_indices(), &indices);
    state.commit();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state, &mut runner);
    chunk.process_receipts(&[]).unwrap();
    let [sent] = chunk.sink.outgoing_receipts.as_slice() else {
        panic!("one timeout is due and waited for")
    };
    assert_eq!(
        sent.receipt,
        ReceiptEnum::PromiseResume(DataReceipt {
            data_id: hash(12),
            data: None
        })
    );
    let indices: PromiseYieldIndices = accessors::get(&chunk.state, &keys::promise_yield_indices())
        .unwrap()
        .unwrap();
    assert_eq!(
        indices,
        PromiseYieldIndices {
            first_index: 2,
            next_available_index: 3
        }
    );
}

#[test]
fn a_global_contract_visits_every_shard_once_and_old_versions_change_nothing() {
    let world = World::new();
    let context = world.context();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state_with(&[]), &mut runner);
    let identifier = GlobalContractIdentifier::AccountId(id("alice"));
    let distribution = |code: &[u8], delivered: Vec<u64>, nonce| {
        let inner =
            GlobalContractDistributionReceipt::new(identifier.clone(), OWN_SHARD, delivered, code.into(), nonce);
        Receipt {
            receipt_id: hash(1),
            ..Receipt::new_global_contract_distribution(id("alice"), inner)
        }
    };
    chunk.process_receipts(&[distribution(b"new", vec![], 5)]).unwrap();
    let compute_of_new = chunk.totals.compute;
    chunk
        .process_receipts(&[distribution(b"old", vec![OTHER_SHARD], 4)])
        .unwrap();
    assert_eq!(chunk.totals.compute, compute_of_new, "an old version costs nothing");
    let code = chunk.state.get(&keys::global_contract_code(&identifier)).unwrap();
    assert_eq!(code, Some(&b"new"[..]));
    let [forwarded] = chunk.sink.outgoing_receipts.as_slice() else {
        panic!("only the first has a shard to go to")
    };
    let VersionedReceiptEnum::GlobalContractDistribution(forwarded) = forwarded.versioned_receipt() else {
        panic!("a distribution stays one")
    };
    assert_eq!(
        (forwarded.target_shard(), forwarded.already_delivered_shards()),
        (OTHER_SHARD, &[OWN_SHARD][..])
    );
    assert!(chunk.outcomes.is_empty(), "distributions leave no outcome");
}

#[test]
fn what_a_congested_shard_cannot_take_is_buffered_and_sent_later() {
    let mut world = World::new();
    let congested = CongestionInfoV1 {
        delayed_receipts_gas: u128::MAX,
        allowed_shard: 99,
        ..Default::default()
    };
    world.congestion[0].1 = ExtendedCongestionInfo {
        congestion_info: CongestionInfo::V1(congested),
        missed_chunks_count: 0,
    };
    let context = world.context();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state_with(&[]), &mut runner);
    let receipt = receipt_from("alice", "zoe", 1, vec![transfer(NEAR)]);
    chunk
        .sink
        .forward_or_buffer(receipt.clone(), &context, &mut chunk.state)
        .unwrap();
    assert!(chunk.sink.outgoing_receipts.is_empty());
    let buffered = chunk.sink.own_congestion_info;
    assert_eq!(buffered.receipt_bytes(), crate::types::len_bytes(&receipt));
    chunk.state.commit();
    let state = chunk.state;

    let mut world = World::new();
    world.congestion[1].1.congestion_info = buffered;
    let context = world.context();
    let mut chunk = start_chunk(&context, state, &mut runner);
    chunk.sink.forward_from_buffers(&context, &mut chunk.state).unwrap();
    assert_eq!(chunk.sink.outgoing_receipts, [receipt]);
    assert_eq!(chunk.sink.own_congestion_info, CongestionInfo::default());
}

#[test]
fn empty_buffers_with_buffered_gas_abort() {
    let mut world = World::new();
    let claimed = CongestionInfoV1 {
        buffered_receipts_gas: 1,
        ..Default::default()
    };
    world.congestion[1].1.congestion_info = CongestionInfo::V1(claimed);
    let context = world.context();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state_with(&[]), &mut runner);
    let result = chunk.sink.forward_from_buffers(&context, &mut chunk.state);
    assert!(matches!(result, Err(ApplyError::InconsistentState(_))));
}

#[test]
fn a_refund_that_nobody_can_receive_is_burnt() {
    let world = World::new();
    let context = world.context();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state_with(&[]), &mut runner);
    chunk
        .process_receipts(&[receipt_from("system", "bob", 1, vec![transfer(NEAR)])])
        .unwrap();
    assert_eq!(chunk.balance.other_burnt, NEAR);
    assert_eq!(
        (chunk.balance.tx_burnt, chunk.outcomes[0].outcome.tokens_burnt),
        (0, 0),
        "refunds are free"
    );
    assert!(chunk.outcomes[0].outcome.gas_burnt > 0, "yet they fill the chunk");
    assert!(
        chunk.sink.outgoing_receipts.is_empty(),
        "there is no refund of a refund"
    );
}

#[test]
fn a_failed_receipt_gives_deposit_and_gas_back_and_changes_nothing() {
    let world = World::new();
    let context = world.context();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state_with(&["bob"]), &mut runner);
    let actions = vec![transfer(NEAR), call(TGAS, 2 * NEAR)];
    chunk
        .process_receipts(&[receipt_from("zoe", "bob", 1, actions)])
        .unwrap();
    assert!(
        matches!(chunk.outcomes[0].outcome.status, ExecutionStatus::Failure(_)),
        "bob has no code to call"
    );
    assert_eq!(
        balance_of(&chunk.state, "bob"),
        Some(100 * NEAR),
        "the transfer before it is taken back"
    );
    let [deposit, gas] = chunk.sink.outgoing_receipts.as_slice() else {
        panic!("two refunds")
    };
    assert_eq!(
        (deposit.receiver_id.as_str(), gas.receiver_id.as_str()),
        ("zoe", "alice")
    );
    let VersionedReceiptEnum::Action(deposit) = deposit.versioned_receipt() else {
        panic!("an action receipt")
    };
    assert_eq!(deposit.actions, [transfer(3 * NEAR)]);
    let ids: Vec<_> = chunk
        .sink
        .outgoing_receipts
        .iter()
        .map(|receipt| receipt.receipt_id)
        .collect();
    assert_eq!(chunk.outcomes[0].outcome.receipt_ids, ids);
}

#[test]
fn gas_is_bought_dear_and_burnt_cheap_and_the_difference_comes_back() {
    let world = World::new();
    let context = world.context();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state_with(&["bob"]), &mut runner);
    chunk
        .process_receipts(&[receipt_from("zoe", "bob", 1, vec![transfer(NEAR)])])
        .unwrap();
    let outcome = &chunk.outcomes[0].outcome;
    assert_eq!(outcome.tokens_burnt, 100_000_000 * u128::from(outcome.gas_burnt));
    let VersionedReceiptEnum::Action(refund) = chunk.sink.outgoing_receipts[0].versioned_receipt() else {
        panic!("a refund is an action receipt")
    };
    assert_eq!(refund.actions, [transfer(900_000_000 * u128::from(outcome.gas_burnt))]);
}

#[test]
fn instant_receipts_run_in_a_full_chunk_right_after_their_maker() {
    let mut world = World::new();
    let deletion = NewActionReceipt {
        receiver_id: id("bob"),
        refund_to: None,
        output_data_receivers: vec![],
        input_data_ids: vec![],
        actions: vec![Action::DeleteAccount(DeleteAccountAction {
            beneficiary_id: id("zoe"),
        })],
        is_promise_yield: false,
    };
    let outcome = outcome_of_call(Ok(FunctionCallEffects {
        action_receipts: vec![deletion],
        ..effects(ReturnData::None)
    }));
    world.gas_limit = TGAS;
    let context = world.context();
    let mut runner = Scripted(outcome);
    let mut chunk = start_chunk(&context, state_with_contract(), &mut runner);
    let receipts = [
        receipt_from("zoe", "alice", 1, vec![call(20 * TGAS, 0)]),
        receipt_from("zoe", "bob", 2, vec![]),
    ];
    chunk.process_receipts(&receipts).unwrap();
    let executors: Vec<_> = chunk
        .outcomes
        .iter()
        .map(|executed| executed.outcome.executor_id.as_str())
        .collect();
    assert_eq!(
        executors,
        ["alice", "bob"],
        "the deletion runs although the chunk is full"
    );
    assert_eq!(chunk.delayed.len(), 1, "the receipt after it does not");
}

#[test]
fn a_contract_is_rewarded_for_the_gas_it_burnt_also_when_it_failed() {
    let world = World::new();
    let context = world.context();
    let reward = 100_000_000 * u128::from(3 * TGAS);
    for (result, balance_before_reward) in [
        (Ok(effects(ReturnData::None)), 90 * NEAR),
        (Err("panicked".to_string()), 100 * NEAR),
    ] {
        let mut runner = Scripted(outcome_of_call(result));
        let mut chunk = start_chunk(&context, state_with_contract(), &mut runner);
        chunk
            .process_receipts(&[receipt_from("zoe", "alice", 1, vec![call(20 * TGAS, 0)])])
            .unwrap();
        assert_eq!(balance_of(&chunk.state, "alice"), Some(balance_before_reward + reward));
        let tokens_burnt = chunk.outcomes[0].outcome.tokens_burnt;
        assert_eq!(
            chunk.balance.tx_burnt,
            tokens_burnt - reward,
            "the outcome does not show the reward"
        );
    }
}

#[test]
fn those_who_wait_for_a_receipt_wait_for_the_promise_it_returned() {
    let world = World::new();
    let context = world.context();
    let promise = NewActionReceipt {
        receiver_id: id("zoe"),
        refund_to: None,
        output_data_receivers: vec![],
        input_data_ids: vec![],
        actions: vec![],
        is_promise_yield: false,
    };
    let returned = FunctionCallEffects {
        action_receipts: vec![promise],
        ..effects(ReturnData::ReceiptIndex(0))
    };
    let mut runner = Scripted(outcome_of_call(Ok(returned)));
    let mut chunk = start_chunk(&context, state_with_contract(), &mut runner);
    let waiting = DataReceiver {
        data_id: hash(11),
        receiver_id: id("yan"),
    };
    let mut receipt = receipt_from("zoe", "alice", 1, vec![call(20 * TGAS, 0)]);
    receipt.output_data_receivers_mut().unwrap().push(waiting.clone());
    chunk.process_receipts(&[receipt]).unwrap();
    let promise = chunk
        .sink
        .outgoing_receipts
        .iter()
        .find(|receipt| receipt.receiver_id == id("zoe"))
        .unwrap();
    let VersionedReceiptEnum::Action(inner) = promise.versioned_receipt() else {
        panic!("an action receipt")
    };
    assert_eq!(inner.output_data_receivers, [waiting]);
    assert_eq!(
        chunk.outcomes[0].outcome.status,
        ExecutionStatus::SuccessReceiptId(promise.receipt_id)
    );
}

#[test]
fn those_who_wait_for_a_receipt_get_its_value_or_the_news_of_its_failure() {
    let world = World::new();
    let context = world.context();
    let value = effects(ReturnData::Value(b"v".to_vec()));
    for (result, expected) in [(Ok(value), Some(b"v".to_vec())), (Err("panicked".to_string()), None)] {
        let mut runner = Scripted(outcome_of_call(result));
        let mut chunk = start_chunk(&context, state_with_contract(), &mut runner);
        let mut receipt = receipt_from("zoe", "alice", 1, vec![call(20 * TGAS, 0)]);
        let waiting = DataReceiver {
            data_id: hash(11),
            receiver_id: id("yan"),
        };
        receipt.output_data_receivers_mut().unwrap().push(waiting);
        chunk.process_receipts(&[receipt]).unwrap();
        let sent = chunk.sink.outgoing_receipts.last().unwrap();
        assert_eq!(
            sent.receipt,
            ReceiptEnum::Data(DataReceipt {
                data_id: hash(11),
                data: expected
            })
        );
        assert!(
            !chunk.outcomes[0].outcome.receipt_ids.contains(&sent.receipt_id),
            "data receipts are not listed"
        );
    }
}

#[test]
fn a_promise_that_was_not_created_cannot_be_returned() {
    let world = World::new();
    let context = world.context();
    let mut runner = Scripted(outcome_of_call(Ok(effects(ReturnData::ReceiptIndex(3)))));
    let mut chunk = start_chunk(&context, state_with_contract(), &mut runner);
    let mut receipt = receipt_from("zoe", "alice", 1, vec![call(20 * TGAS, 0)]);
    let waiting = DataReceiver {
        data_id: hash(11),
        receiver_id: id("yan"),
    };
    receipt.output_data_receivers_mut().unwrap().push(waiting);
    assert!(matches!(
        chunk.process_receipts(&[receipt]),
        Err(ApplyError::InconsistentState(_))
    ));
}

#[test]
fn a_call_that_reaches_code_needs_a_runner() {
    let world = World::new();
    let context = world.context();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state_with_contract(), &mut runner);
    let result = chunk.process_receipts(&[receipt_from("zoe", "alice", 1, vec![call(20 * TGAS, 0)])]);
    assert_eq!(
        result,
        Err(ApplyError::NeedsContract {
            account_id: id("alice"),
            code_hash: hash(9)
        })
    );
}

#[test]
fn a_malformed_incoming_receipt_aborts_even_when_it_would_only_be_queued() {
    let mut world = World::new();
    world.gas_limit = 0;
    let context = world.context();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state_with(&["bob"]), &mut runner);
    let malformed = receipt_from("zoe", "bob", 1, vec![call(0, 0)]);
    assert!(matches!(
        chunk.process_receipts(&[malformed]),
        Err(ApplyError::InvalidReceipt { .. })
    ));
}

#[test]
fn merging_counts_receipts_from_the_first_action_and_drops_them_on_failure() {
    let receipt = receipt_from("alice", "bob", 1, vec![]);
    let with_receipt = || ActionResult {
        new_receipts: vec![receipt.clone()],
        result: Ok(ReturnData::ReceiptIndex(0)),
        tokens_burnt: 5,
        logs: vec!["log".to_string()],
        ..ActionResult::default()
    };
    let mut result = ActionResult::default();
    result.merge(with_receipt()).unwrap();
    result.merge(with_receipt()).unwrap();
    assert_eq!(
        (result.result.clone(), result.tokens_burnt),
        (Ok(ReturnData::ReceiptIndex(1)), 10)
    );
    let failed = ActionResult {
        result: Err(ActionError::DelegateActionExpired),
        ..with_receipt()
    };
    result.merge(failed).unwrap();
    assert_eq!(
        (result.new_receipts.len(), result.tokens_burnt, result.logs.len()),
        (0, 0, 3),
        "only logs stay"
    );
    let overflowing = ActionResult {
        gas_burnt: u64::MAX,
        gas_used: u64::MAX,
        ..ActionResult::default()
    };
    result.merge(overflowing.clone()).unwrap();
    assert!(
        result
            .merge(ActionResult {
                gas_burnt: 1,
                gas_used: 1,
                ..ActionResult::default()
            })
            .is_err()
    );
}

#[test]
fn identifiers_of_new_receipts_follow_from_parent_height_and_position() {
    let world = World::new();
    let context = world.context();
    let mut runner = NoContracts;
    let mut chunk = start_chunk(&context, state_with(&["bob"]), &mut runner);
    chunk
        .process_receipts(&[receipt_from("zoe", "bob", 1, vec![transfer(NEAR)])])
        .unwrap();
    let mut preimage = hash(1).0.to_vec();
    preimage.extend(1000_u64.to_le_bytes());
    preimage.extend(0_u64.to_le_bytes());
    assert_eq!(
        chunk.sink.outgoing_receipts[0].receipt_id,
        NativeCrypto::sha256(&preimage)
    );
}
