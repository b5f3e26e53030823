//! Transactions: who may send them, who pays, and what they leave behind.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up fails, which is the point"
)]

use super::*;
use crate::apply_chunk::{ApplyResult, ChunkContent, apply_chunk};
use crate::contract_runner::NoContracts;
use crate::crypto::NativeCrypto;
use crate::error::ApplyError;
use crate::params::fees::transaction_cost;
use crate::state::accessors::{set_access_key, set_gas_key_nonce};
use crate::test_support::{NEAR, State, TGAS, World, call, hash, id, state_with, transfer};
use crate::types::access_key::{AccessKeyPermission, GasKeyInfo};
use crate::types::account::AccountContract;
use crate::types::keys::{PublicKey, Signature};
use crate::types::outcome::{ExecutionOutcome, ExecutionStatus};
use crate::types::transaction::{TransactionNonce, TransactionV0, TransactionV1};
use alloc::vec;
use alloc::vec::Vec;
use ed25519_dalek::Signer as _;

/// Balance of "alice", whose storage usage of 182 bytes needs none of it.
const BALANCE: Balance = 100 * NEAR;

fn signing_key() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[42; 32])
}

fn signer_key() -> PublicKey {
    PublicKey::ED25519(signing_key().verifying_key().to_bytes())
}

/// From "alice" to "zoe", on another shard.
fn plain(nonce: Nonce, actions: Vec<Action>) -> Transaction {
    Transaction::V0(TransactionV0 {
        signer_id: id("alice"),
        public_key: signer_key(),
        nonce,
        receiver_id: id("zoe"),
        block_hash: hash(1),
        actions,
    })
}

fn versioned(nonce: TransactionNonce, nonce_mode: NonceMode, actions: Vec<Action>) -> Transaction {
    Transaction::V1(TransactionV1 {
        signer_id: id("alice"),
        public_key: signer_key(),
        nonce,
        receiver_id: id("zoe"),
        block_hash: hash(1),
        actions,
        nonce_mode,
    })
}

const fn indexed(nonce: Nonce, nonce_index: u16) -> TransactionNonce {
    TransactionNonce::GasKeyNonce { nonce, nonce_index }
}

fn signed(transaction: Transaction) -> SignedTransaction {
    let (hash, _) = transaction.hash_and_len_bytes::<NativeCrypto>();
    let signature = Signature::ED25519(signing_key().sign(hash.as_bytes()).to_bytes());
    SignedTransaction { transaction, signature }
}

fn restricted(allowance: Option<Balance>) -> AccessKeyPermission {
    AccessKeyPermission::FunctionCall(FunctionCallPermission {
        allowance,
        receiver_id: "zoe".to_string(),
        method_names: vec!["main".to_string()],
    })
}

fn gas_key(balance: Balance) -> AccessKeyPermission {
    AccessKeyPermission::GasKeyFullAccess(GasKeyInfo { balance, num_nonces: 2 })
}

/// "alice" with one key, whose nonces are all 5.
fn state_with_key(permission: AccessKeyPermission) -> State {
    let mut state = state_with(&["alice"]);
    let access_key = AccessKey { nonce: 5, permission };
    set_access_key(&mut state, &id("alice"), &signer_key(), &access_key);
    for index in 0..2 {
        set_gas_key_nonce(&mut state, &id("alice"), &signer_key(), index, 5);
    }
    state.commit();
    state
}

fn try_apply(state: State, transactions: &[SignedTransaction], is_current: &[bool]) -> Result<ApplyResult, ApplyError> {
    let world = World::new();
    let content = ChunkContent {
        transactions,
        transaction_is_current: is_current,
        incoming_receipts: &[],
    };
    apply_chunk(&world.context(), None, content, state, &mut NoContracts)
}

/// Outcomes of a chunk with these transactions, all current.
fn outcomes(permission: AccessKeyPermission, transactions: &[SignedTransaction]) -> Vec<ExecutionOutcome> {
    let result = try_apply(
        state_with_key(permission),
        transactions,
        &vec![true; transactions.len()],
    )
    .unwrap();
    result.outcomes.into_iter().map(|outcome| outcome.outcome).collect()
}

fn succeeds(permission: AccessKeyPermission, transaction: Transaction) -> bool {
    let outcomes = outcomes(permission, &[signed(transaction)]);
    let [outcome] = &outcomes[..] else {
        panic!("one outcome was expected")
    };
    assert_eq!(outcome.executor_id, id("alice"));
    matches!(outcome.status, ExecutionStatus::SuccessReceiptId(_))
}

fn cost_of(transaction: &Transaction) -> TransactionCost {
    transaction_cost(&World::new().params, transaction, World::new().context().gas_price).unwrap()
}

#[test]
fn a_valid_transaction_becomes_a_receipt_and_is_paid_for() {
    let transaction = signed(plain(6, vec![transfer(NEAR)]));
    let cost = cost_of(&transaction.transaction);
    let result = try_apply(
        state_with_key(AccessKeyPermission::FullAccess),
        core::slice::from_ref(&transaction),
        &[true],
    )
    .unwrap();
    let [receipt] = &result.outgoing_receipts[..] else {
        panic!("one receipt was expected")
    };
    let [executed] = &result.outcomes[..] else {
        panic!("one outcome was expected")
    };
    assert_eq!(executed.id, transaction.hash_and_wire_len_bytes::<NativeCrypto>().0);
    let outcome = &executed.outcome;
    assert_eq!(outcome.status, ExecutionStatus::SuccessReceiptId(receipt.receipt_id));
    assert_eq!(outcome.receipt_ids, vec![receipt.receipt_id]);
    assert_eq!(
        (outcome.gas_burnt, outcome.tokens_burnt),
        (cost.gas_burnt, cost.burnt_amount)
    );
    assert_eq!(outcome.compute_usage, cost.compute_burnt);
    assert_eq!(
        (&receipt.predecessor_id, &receipt.receiver_id),
        (&id("alice"), &id("zoe"))
    );
    assert_eq!(result.balance.balance_burnt(), Ok(cost.burnt_amount));
}

#[test]
fn gas_for_later_is_bought_at_the_least_price_at_least() {
    let transaction = plain(6, vec![call(10 * TGAS, 0)]);
    let params = World::new().params;
    for (gas_price, receipt_gas_price) in [
        (1, 1_000_000_000),
        (1_000_000_000, 1_000_000_000),
        (3_000_000_000, 3_000_000_000),
    ] {
        let cost = transaction_cost(&params, &transaction, gas_price).unwrap();
        assert_eq!(cost.receipt_gas_price, receipt_gas_price);
        assert_eq!(cost.burnt_amount, gas_price * Balance::from(cost.gas_burnt));
        let bought = cost.gas_cost - cost.burnt_amount;
        assert!(bought >= receipt_gas_price * Balance::from(10 * TGAS) && bought.is_multiple_of(receipt_gas_price));
    }
}

/// Charges "alice" without applying a chunk.
fn charge(balance: Balance, permission: AccessKeyPermission, transaction: &Transaction) -> TransactionVerdict {
    let account = Account::new(balance, 0, AccountContract::None, 182);
    let access_key = AccessKey { nonce: 5, permission };
    let params = World::new().params;
    let cost = cost_of(transaction);
    match transaction.nonce().nonce_index() {
        None => verify_and_charge(&params, &account, &access_key, transaction, &cost, 1000),
        Some(_) => verify_and_charge_gas_key(&params, &account, &access_key, 5, transaction, &cost, 1000),
    }
}

#[test]
fn the_account_pays_exactly_and_not_a_token_less() {
    let transaction = plain(6, vec![transfer(NEAR)]);
    let total = cost_of(&transaction).total_cost;
    let TransactionVerdict::Success(paid) = charge(total, AccessKeyPermission::FullAccess, &transaction) else {
        panic!("the balance is enough")
    };
    assert_eq!(
        (paid.account_amount, paid.access_key.nonce, paid.gas_key_nonce),
        (0, 6, None)
    );
    let verdict = charge(total - 1, AccessKeyPermission::FullAccess, &transaction);
    assert!(matches!(
        verdict,
        TransactionVerdict::Failed(InvalidTransaction::NotEnough { .. })
    ));
}

#[test]
fn storage_must_stay_covered() {
    let transaction = plain(6, vec![transfer(NEAR)]);
    let total = cost_of(&transaction).total_cost;
    let params = World::new().params;
    let access_key = AccessKey {
        nonce: 5,
        permission: AccessKeyPermission::FullAccess,
    };
    // Above 770 bytes every byte needs 10^19 yoctoNEAR, locked tokens included.
    let needed = 771 * 10_000_000_000_000_000_000;
    for (balance, locked, missing) in [
        (total + needed, 0, None),
        (total + needed - 1, 0, Some(1)),
        (total, needed, None),
        (total + 1, needed - 2, Some(1)),
    ] {
        let account = Account::new(balance, locked, AccountContract::None, 771);
        let verdict = verify_and_charge(
            &params,
            &account,
            &access_key,
            &transaction,
            &cost_of(&transaction),
            1000,
        );
        let expected = missing.map(|missing| InvalidTransaction::LackBalanceForState { missing });
        let found = if let TransactionVerdict::Failed(error) = verdict {
            Some(error)
        } else {
            None
        };
        assert_eq!(found, expected);
    }
}

#[test]
fn an_account_whose_numbers_overflow_fails_the_transaction() {
    let account = Account::new(Balance::MAX - 1, NEAR, AccountContract::None, 182);
    let transaction = plain(6, vec![]);
    let access_key = AccessKey {
        nonce: 5,
        permission: AccessKeyPermission::FullAccess,
    };
    let cost = TransactionCost {
        total_cost: 0,
        ..cost_of(&transaction)
    };
    let params = World::new().params;
    let verdict = verify_and_charge(&params, &account, &access_key, &transaction, &cost, 1000);
    assert_eq!(verdict, TransactionVerdict::Failed(InvalidTransaction::AccountOverflow));
    let account = Account::new(BALANCE, 0, AccountContract::None, u64::MAX);
    assert!(missing_storage_stake(&account, 0, &params).is_ok_and(|missing| missing.is_some()));
}

#[test]
fn a_nonce_is_above_the_keys_and_within_the_heights_range() {
    for (nonce, is_accepted) in [
        (4, false),
        (5, false),
        (6, true),
        (999_999_999, true),
        (1_000_000_000, false),
    ] {
        assert_eq!(
            succeeds(AccessKeyPermission::FullAccess, plain(nonce, vec![])),
            is_accepted,
            "{nonce}"
        );
        let monotonic = versioned(TransactionNonce::Nonce { nonce }, NonceMode::Monotonic, vec![]);
        assert_eq!(
            succeeds(AccessKeyPermission::FullAccess, monotonic),
            is_accepted,
            "{nonce}"
        );
        let strict = versioned(TransactionNonce::Nonce { nonce }, NonceMode::Strict, vec![]);
        assert_eq!(succeeds(AccessKeyPermission::FullAccess, strict), nonce == 6, "{nonce}");
    }
}

#[test]
fn nothing_follows_the_largest_nonce() {
    assert!(verify_nonce(u64::MAX, u64::MAX - 1, u64::MAX, NonceMode::Strict).is_err());
    assert!(verify_nonce(0, u64::MAX, u64::MAX, NonceMode::Strict).is_err());
    assert!(verify_nonce(u64::MAX - 1, 0, u64::MAX, NonceMode::Monotonic).is_ok());
}

#[test]
fn a_restricted_key_calls_what_it_lists_and_spends_its_allowance() {
    let allowed = vec![call(TGAS, 0)];
    let total = cost_of(&plain(6, allowed.clone())).total_cost;
    let verdict = charge(BALANCE, restricted(Some(total + 3)), &plain(6, allowed.clone()));
    let TransactionVerdict::Success(paid) = verdict else {
        panic!("the allowance is enough")
    };
    assert_eq!(
        paid.access_key,
        AccessKey {
            nonce: 6,
            permission: restricted(Some(3))
        }
    );
    assert!(succeeds(restricted(None), plain(6, allowed.clone())));
    assert!(!succeeds(restricted(Some(total - 1)), plain(6, allowed.clone())));
    for actions in [
        vec![],
        vec![transfer(1)],
        vec![call(TGAS, 1)],
        [allowed.clone(), allowed.clone()].concat(),
    ] {
        assert!(!succeeds(restricted(None), plain(6, actions)));
    }
    let Transaction::V0(elsewhere) = plain(6, allowed) else {
        panic!("made so")
    };
    let elsewhere = TransactionV0 {
        receiver_id: id("yves"),
        ..elsewhere
    };
    assert!(!succeeds(restricted(None), Transaction::V0(elsewhere)));
}

#[test]
fn a_gas_key_pays_for_gas_and_the_account_for_deposits() {
    let transaction = versioned(indexed(6, 1), NonceMode::Monotonic, vec![transfer(NEAR)]);
    let cost = cost_of(&transaction);
    let verdict = charge(NEAR, gas_key(cost.gas_cost + 4), &transaction);
    let TransactionVerdict::Success(paid) = verdict else {
        panic!("both can pay")
    };
    assert_eq!((paid.account_amount, paid.gas_key_nonce), (0, Some((1, 6))));
    // The key's own nonce stays.
    assert_eq!(
        paid.access_key,
        AccessKey {
            nonce: 5,
            permission: gas_key(4)
        }
    );
    let verdict = charge(NEAR, gas_key(cost.gas_cost - 1), &transaction);
    assert!(matches!(
        verdict,
        TransactionVerdict::Failed(InvalidTransaction::NotEnough { .. })
    ));
}

#[test]
fn a_gas_key_pays_for_the_attempt_when_the_deposit_is_not_covered() {
    let transaction = versioned(indexed(6, 1), NonceMode::Monotonic, vec![transfer(BALANCE + 1)]);
    let cost = cost_of(&transaction);
    let verdict = charge(BALANCE, gas_key(NEAR), &transaction);
    let TransactionVerdict::DepositFailed(paid, _) = verdict else {
        panic!("the deposit is beyond the balance")
    };
    assert_eq!((paid.account_amount, paid.gas_key_nonce), (BALANCE, Some((1, 6))));
    assert_eq!(paid.access_key.permission, gas_key(NEAR - cost.burnt_amount));

    let [outcome] = &outcomes(gas_key(NEAR), &[signed(transaction)])[..] else {
        panic!("one outcome was expected")
    };
    assert!(matches!(outcome.status, ExecutionStatus::Failure(_)));
    assert_eq!(
        (outcome.gas_burnt, outcome.tokens_burnt),
        (cost.gas_burnt, cost.burnt_amount)
    );
    assert_eq!(outcome.compute_usage, cost.gas_burnt);
    assert!(outcome.receipt_ids.is_empty());
}

#[test]
fn gas_keys_and_indices_go_together() {
    let with = |index| versioned(indexed(6, index), NonceMode::Monotonic, vec![]);
    let without = versioned(TransactionNonce::Nonce { nonce: 6 }, NonceMode::Monotonic, vec![]);
    assert!(succeeds(gas_key(NEAR), with(0)) && succeeds(gas_key(NEAR), with(1)));
    // Beyond the key's nonces there is no row either.
    assert!(!succeeds(gas_key(NEAR), with(2)));
    assert!(!succeeds(gas_key(NEAR), without.clone()));
    assert!(succeeds(AccessKeyPermission::FullAccess, without));
    assert!(!succeeds(AccessKeyPermission::FullAccess, with(0)));
}

#[test]
fn transactions_of_one_chunk_see_each_other() {
    let all = vec![transfer(60 * NEAR)];
    let transactions = [6, 7, 7].map(|nonce| signed(plain(nonce, all.clone())));
    let mut small = signed(plain(7, vec![transfer(NEAR)]));
    let outcomes_of = |transactions: &[SignedTransaction]| {
        let outcomes = outcomes(AccessKeyPermission::FullAccess, transactions);
        outcomes.iter().map(|outcome| outcome.gas_burnt > 0).collect::<Vec<_>>()
    };
    // The second finds too little, the third is the second once more, a smaller one still fits.
    let transactions = [&transactions[..], &[small.clone()]].concat();
    assert_eq!(outcomes_of(&transactions), vec![true, false, true]);
    // A nonce is used once.
    small.transaction = plain(6, vec![transfer(NEAR)]);
    let again = signed(small.transaction);
    assert_eq!(outcomes_of(&[transactions[0].clone(), again]), vec![true, false]);
}

#[test]
fn a_repeated_transaction_leaves_nothing_and_an_expired_one_only_its_failure() {
    let transaction = signed(plain(6, vec![transfer(1)]));
    let repeated = [transaction.clone(), transaction.clone()];
    assert_eq!(outcomes(AccessKeyPermission::FullAccess, &repeated).len(), 1);
    let result = try_apply(
        state_with_key(AccessKeyPermission::FullAccess),
        &[transaction],
        &[false],
    )
    .unwrap();
    let [executed] = &result.outcomes[..] else {
        panic!("one outcome was expected")
    };
    assert!(matches!(executed.outcome.status, ExecutionStatus::Failure(_)));
    assert_eq!((executed.outcome.gas_burnt, executed.outcome.tokens_burnt), (0, 0));
    assert!(result.outgoing_receipts.is_empty());
}

#[test]
fn strangers_and_forgers_leave_only_their_failure() {
    let honest = signed(plain(6, vec![transfer(1)]));
    let mut forged = honest.clone();
    forged.transaction = plain(6, vec![transfer(2)]);
    let mut other_scheme = honest.clone();
    other_scheme.signature = Signature::SECP256K1([0; 65]);
    let Transaction::V0(content) = honest.transaction.clone() else {
        panic!("made so")
    };
    let stranger = signed(Transaction::V0(TransactionV0 {
        signer_id: id("aaron"),
        ..content.clone()
    }));
    let keyless = signed(Transaction::V0(TransactionV0 {
        public_key: PublicKey::ZERO_ED25519,
        ..content
    }));
    for transaction in [forged, other_scheme, stranger, keyless] {
        let result = try_apply(state_with_key(AccessKeyPermission::FullAccess), &[transaction], &[true]).unwrap();
        let [executed] = &result.outcomes[..] else {
            panic!("one outcome was expected")
        };
        assert!(matches!(executed.outcome.status, ExecutionStatus::Failure(_)));
        assert!(result.outgoing_receipts.is_empty() && executed.outcome.gas_burnt == 0);
    }
}

#[test]
fn a_cost_beyond_128_bits_fails_the_transaction_only() {
    let transaction = plain(6, vec![transfer(Balance::MAX), transfer(Balance::MAX)]);
    assert!(!succeeds(AccessKeyPermission::FullAccess, transaction));
}

#[test]
fn a_transaction_to_oneself_runs_in_the_same_chunk() {
    let Transaction::V0(content) = plain(6, vec![transfer(NEAR)]) else {
        panic!("made so")
    };
    let to_self = signed(Transaction::V0(TransactionV0 {
        receiver_id: id("alice"),
        ..content
    }));
    let outcomes = outcomes(AccessKeyPermission::FullAccess, &[to_self]);
    assert_eq!(outcomes.len(), 2);
    assert_eq!(outcomes[1].status, ExecutionStatus::SuccessValue(vec![]));
}

#[test]
fn validity_flags_must_be_as_many_as_transactions() {
    let state = state_with_key(AccessKeyPermission::FullAccess);
    let error = try_apply(state, &[signed(plain(6, vec![]))], &[]).err();
    assert!(matches!(error, Some(ApplyError::InvalidInput(_))));
}
