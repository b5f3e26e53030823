//! Fees worked out by hand from the production prices, and relations between them.

use alloc::collections::BTreeMap;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::types::action::*;
use crate::types::hash::CryptoHash;
use crate::types::keys::{KeyType, Signature};
use crate::types::receipt::{ActionReceipt, DataReceipt, ReceiptEnum};
use crate::types::transaction::{TransactionNonce, TransactionV0};

/// Sending or executing a receipt without its actions.
const RECEIPT: Gas = 108_059_500_000;
/// Sending or executing a transfer to a named account.
const TRANSFER: Gas = 115_123_062_500;

fn params() -> Params {
    Params::production_86()
}

fn account(text: &str) -> AccountId {
    AccountId::new(text).unwrap()
}

fn transfer(deposit: Balance) -> Action {
    Action::Transfer(TransferAction { deposit })
}

fn call(gas: Gas, deposit: Balance) -> Action {
    let (method_name, args) = ("ft_transfer".to_string(), vec![0; 89]);
    Action::FunctionCall(
        FunctionCallAction {
            method_name,
            args,
            gas,
            deposit,
        }
        .into(),
    )
}

fn key(scheme: KeyType) -> PublicKey {
    match scheme {
        KeyType::ED25519 => PublicKey::ZERO_ED25519,
        KeyType::SECP256K1 => PublicKey::SECP256K1([0; 64]),
        KeyType::MLDSA65 => PublicKey::MLDSA65([0; 1952].into()),
    }
}

fn delegate(receiver_id: &str, actions: Vec<Action>, signer: KeyType) -> Action {
    let delegate_action = DelegateAction {
        sender_id: account("alice.near"),
        receiver_id: account(receiver_id),
        actions: actions.try_into().unwrap(),
        nonce: 1,
        max_block_height: 100,
        public_key: key(signer),
    };
    Action::Delegate(
        SignedDelegateAction {
            delegate_action,
            signature: Signature::ED25519([0; 64]),
        }
        .into(),
    )
}

fn delegate_v2(actions: Vec<Action>, signer: KeyType) -> Action {
    let payload = DelegateActionV2 {
        sender_id: account("alice.near"),
        receiver_id: account("bob.near"),
        actions: actions.try_into().unwrap(),
        nonce: TransactionNonce::GasKeyNonce {
            nonce: 1,
            nonce_index: 0,
        },
        max_block_height: 100,
        public_key: key(signer),
    };
    let delegate_action = VersionedDelegateActionPayload::V2(payload);
    Action::DelegateV2(
        VersionedSignedDelegateAction {
            delegate_action,
            signature: Signature::ED25519([0; 64]),
        }
        .into(),
    )
}

fn cost_of(params: &Params, receiver_id: &str, signer: KeyType, actions: Vec<Action>) -> TransactionCost {
    let transaction = Transaction::V0(TransactionV0 {
        signer_id: account("alice.near"),
        public_key: key(signer),
        nonce: 1,
        receiver_id: account(receiver_id),
        block_hash: CryptoHash::ZERO,
        actions,
    });
    transaction_cost(params, &transaction, 100_000_000).unwrap()
}

fn sent_and_executed(action: &Action, receiver_id: &str) -> [Gas; 3] {
    let (params, receiver_id) = (params(), account(receiver_id));
    [
        send_fee(&params, true, action, &receiver_id).unwrap().gas,
        send_fee(&params, false, action, &receiver_id).unwrap().gas,
        exec_fee(&params, action, &receiver_id).unwrap().gas,
    ]
}

#[test]
fn a_transfer_burns_its_sending_and_buys_its_execution_at_the_floor_price() {
    let cost = cost_of(&params(), "bob.near", KeyType::ED25519, vec![transfer(7)]);
    let gas = RECEIPT + TRANSFER;
    assert_eq!(
        (cost.gas_burnt, cost.compute_burnt, cost.gas_remaining),
        (gas, gas, gas)
    );
    assert_eq!(cost.receipt_gas_price, 1_000_000_000);
    assert_eq!(cost.burnt_amount, u128::from(gas) * 100_000_000);
    assert_eq!(cost.gas_cost, u128::from(gas) * 1_100_000_000);
    assert_eq!((cost.deposit_cost, cost.total_cost), (7, cost.gas_cost + 7));
}

#[test]
fn transfers_to_names_that_imply_an_account_pay_for_creating_it() {
    let create = [500_000_000_000, 500_000_000_000, 7_200_000_000_000];
    let with_account = create.map(|gas| gas + TRANSFER);
    let with_key = with_account.map(|gas| gas + 101_765_125_000);
    let hex = "0123456789abcdef".repeat(4);
    assert_eq!(sent_and_executed(&transfer(1), "bob.near"), [TRANSFER; 3]);
    assert_eq!(sent_and_executed(&transfer(1), &hex), with_key);
    assert_eq!(
        sent_and_executed(&transfer(1), &alloc::format!("0x{}", &hex[..40])),
        with_account
    );
    assert_eq!(
        sent_and_executed(&transfer(1), &alloc::format!("0s{}", &hex[..40])),
        with_account
    );
}

#[test]
fn bytes_count_where_a_fee_is_per_byte() {
    let fees = |base: [Gas; 3], byte: [Gas; 3], len: Gas| [0, 1, 2].map(|side| base[side] + byte[side] * len);
    let call_base = [200_000_000_000, 200_000_000_000, 780_000_000_000];
    let call_byte = [2_235_934, 47_683_715, 2_235_934];
    assert_eq!(
        sent_and_executed(&call(1, 1), "bob.near"),
        fees(call_base, call_byte, 100)
    );

    let deploy = Action::DeployContract(DeployContractAction { code: vec![0; 1000] });
    let deploy_byte = [6_812_999, 47_683_715, 64_572_944];
    assert_eq!(
        sent_and_executed(&deploy, "bob.near"),
        fees([184_765_750_000; 3], deploy_byte, 1000)
    );

    let deploy_mode = GlobalContractDeployMode::CodeHash;
    let global = Action::DeployGlobalContract(DeployGlobalContractAction {
        code: vec![0; 1000].into(),
        deploy_mode,
    });
    assert_eq!(
        sent_and_executed(&global, "bob.near"),
        fees([184_765_750_000; 3], [6_812_999, 47_683_715, 70_000_000], 1000)
    );

    for (contract_identifier, len) in [
        (GlobalContractIdentifier::CodeHash(CryptoHash::ZERO), 32),
        (GlobalContractIdentifier::AccountId(account("bob.near")), 8),
    ] {
        let using = Action::UseGlobalContract(UseGlobalContractAction { contract_identifier }.into());
        assert_eq!(
            sent_and_executed(&using, "bob.near"),
            fees([184_765_750_000; 3], deploy_byte, len)
        );
    }
}

#[test]
fn deploying_takes_more_of_the_chunk_than_its_gas_says() {
    let deploy = Action::DeployContract(DeployContractAction { code: vec![0; 1000] });
    let cost = exec_fee(&params(), &deploy, &account("bob.near")).unwrap();
    assert_eq!(cost.compute, 20_000_000_000_000 + 1000 * 250_000_000);
}

#[test]
fn initial_state_pays_per_entry_and_per_byte_of_keys_and_values() {
    let code = GlobalContractIdentifier::CodeHash(CryptoHash::ZERO);
    let data = BTreeMap::from([(vec![1], vec![0; 9]), (vec![2], vec![])]);
    let state_init = DeterministicAccountStateInit::V1(DeterministicAccountStateInitV1 { code, data });
    let action = Action::DeterministicStateInit(DeterministicStateInitAction { state_init, deposit: 3 }.into());
    let send = 500_000_000_000 + 11 * 72_000_000;
    let exec = 7_430_000_000_000 + 11 * 70_000_000 + 2 * 200_000_000_000;
    assert_eq!(sent_and_executed(&action, "bob.near"), [send, send, exec]);
}

#[test]
fn access_keys_pay_for_method_names_and_gas_keys_for_their_nonces() {
    let add = |permission| {
        let access_key = AccessKey { nonce: 0, permission };
        Action::AddKey(
            AddKeyAction {
                public_key: PublicKey::ZERO_ED25519,
                access_key,
            }
            .into(),
        )
    };
    let full = [101_765_125_000; 3];
    assert_eq!(
        sent_and_executed(&add(AccessKeyPermission::FullAccess), "bob.near"),
        full
    );

    let method_names = vec!["a".to_string(), "bc".to_string()];
    let permission = FunctionCallPermission {
        allowance: None,
        receiver_id: "c.near".to_string(),
        method_names,
    };
    let for_calls = [1_925_331, 47_683_715, 1_925_331].map(|byte| 102_217_625_000 + 5 * byte);
    assert_eq!(
        sent_and_executed(&add(AccessKeyPermission::FunctionCall(permission)), "bob.near"),
        for_calls
    );

    let info = GasKeyInfo {
        balance: 0,
        num_nonces: 3,
    };
    let send = 101_765_125_000 + 18 * 59_357_464;
    let row_len_bytes = 1 + 8 + 1 + 33 + 2 + 8;
    let exec = 101_765_125_000 + 3 * (64_196_736_000 + row_len_bytes * 101_435_400);
    assert_eq!(
        sent_and_executed(&add(AccessKeyPermission::GasKeyFullAccess(info)), "bob.near"),
        [send, send, exec]
    );
}

#[test]
fn moving_tokens_into_or_out_of_a_gas_key_costs_the_same() {
    let public_key = PublicKey::MLDSA65([0; 1952].into());
    let into = Action::TransferToGasKey(
        TransferToGasKeyAction {
            public_key: public_key.clone(),
            deposit: 1,
        }
        .into(),
    );
    let out_of = Action::WithdrawFromGasKey(WithdrawFromGasKeyAction { public_key, amount: 1 }.into());
    let send = 115_123_062_500 + 33 * 59_357_464;
    let exec = 235_676_644_250 + (1 + 8 + 1 + 33 + 27) * 101_435_400;
    for action in [into, out_of] {
        assert_eq!(sent_and_executed(&action, "bob.near"), [send, send, exec]);
    }
}

#[test]
fn fees_of_all_other_actions_are_flat() {
    let public_key = PublicKey::ZERO_ED25519;
    let beneficiary_id = account("carol.near");
    for (action, fees) in [
        (
            Action::CreateAccount(CreateAccountAction {}),
            [500_000_000_000, 500_000_000_000, 7_200_000_000_000],
        ),
        (
            Action::DeleteAccount(DeleteAccountAction { beneficiary_id }),
            [147_489_000_000; 3],
        ),
        (
            Action::DeleteKey(
                DeleteKeyAction {
                    public_key: public_key.clone(),
                }
                .into(),
            ),
            [94_946_625_000; 3],
        ),
        (
            Action::Stake(StakeAction { stake: 1, public_key }.into()),
            [141_715_687_500, 141_715_687_500, 102_217_625_000],
        ),
    ] {
        assert_eq!(sent_and_executed(&action, "bob.near"), fees);
    }
}

#[test]
fn a_delegate_action_pays_for_two_receipts() {
    let params = params();
    let own = 200_000_000_000;
    let cost = cost_of(
        &params,
        "alice.near",
        KeyType::ED25519,
        vec![delegate("bob.near", vec![transfer(5)], KeyType::ED25519)],
    );
    assert_eq!(cost.gas_burnt, RECEIPT + own + TRANSFER);
    let sending_again = TRANSFER;
    assert_eq!(cost.gas_remaining, sending_again + RECEIPT + (own + RECEIPT + TRANSFER));
    assert_eq!(cost.deposit_cost, 5);
}

#[test]
fn inner_actions_are_sent_at_the_price_of_their_own_sender_and_receiver() {
    let params = params();
    let inner_call = |receiver_id: &str| {
        total_prepaid_send_fees(&params, &[delegate(receiver_id, vec![call(1, 1)], KeyType::ED25519)])
    };
    assert_eq!(inner_call("alice.near").unwrap().gas, 200_000_000_000 + 100 * 2_235_934);
    assert_eq!(inner_call("bob.near").unwrap().gas, 200_000_000_000 + 100 * 47_683_715);
    assert_eq!(total_prepaid_send_fees(&params, &[call(1, 1)]), Ok(ParameterCost::ZERO));
}

#[test]
fn deposits_and_gas_inside_delegate_actions_are_counted() {
    for wrap in [
        |actions| delegate("bob.near", actions, KeyType::ED25519),
        |actions| delegate_v2(actions, KeyType::ED25519),
    ] {
        let actions = [transfer(1), wrap(vec![transfer(2), call(30, 4)]), call(50, 6)];
        assert_eq!(total_deposit(&actions), Ok(13));
        assert_eq!(total_prepaid_gas(&actions), Ok(80));
    }
}

#[test]
fn post_quantum_signatures_burn_gas_once_per_signature_and_buy_none() {
    const VERIFICATION: Gas = 100_000_000_000;
    let params = params();
    for wrap in [
        (|signer| delegate("bob.near", vec![transfer(1)], signer)) as fn(KeyType) -> Action,
        |signer| delegate_v2(vec![transfer(1)], signer),
    ] {
        let cost = |outer, inner| cost_of(&params, "alice.near", outer, vec![wrap(inner)]);
        let classical = cost(KeyType::ED25519, KeyType::SECP256K1);
        let inner_only = cost(KeyType::ED25519, KeyType::MLDSA65);
        let both = cost(KeyType::MLDSA65, KeyType::MLDSA65);
        assert_eq!(inner_only.gas_burnt, classical.gas_burnt + VERIFICATION);
        assert_eq!(both.gas_burnt, classical.gas_burnt + 2 * VERIFICATION);
        assert_eq!(both.gas_remaining, classical.gas_remaining);
    }
}

#[test]
fn verification_may_take_more_of_the_chunk_than_its_gas_says() {
    let mut params = params();
    params.fees.signature_verification_costs[KeyType::MLDSA65 as usize] = ParameterCost::new(10, 30);
    let classical = cost_of(&params, "bob.near", KeyType::ED25519, vec![transfer(1)]);
    let post_quantum = cost_of(&params, "bob.near", KeyType::MLDSA65, vec![transfer(1)]);
    assert_eq!(post_quantum.gas_burnt, classical.gas_burnt + 10);
    assert_eq!(post_quantum.compute_burnt, classical.compute_burnt + 30);
}

#[test]
fn overflows_are_errors_wherever_they_happen() {
    let params = params();
    let two = |first, second| [first, second];
    assert_eq!(
        total_deposit(&two(transfer(u128::MAX), transfer(1))),
        Err(IntegerOverflowError)
    );
    assert_eq!(
        total_prepaid_gas(&two(call(u64::MAX, 0), call(1, 0))),
        Err(IntegerOverflowError)
    );
    assert_eq!(gas_to_balance(u128::MAX, 2), Err(IntegerOverflowError));

    let cost_at = |gas_price, actions| {
        let transaction = Transaction::V0(TransactionV0 {
            signer_id: account("alice.near"),
            public_key: PublicKey::ZERO_ED25519,
            nonce: 1,
            receiver_id: account("bob.near"),
            block_hash: CryptoHash::ZERO,
            actions,
        });
        transaction_cost(&params, &transaction, gas_price)
    };
    assert_eq!(cost_at(u128::MAX, vec![transfer(1)]), Err(IntegerOverflowError));
    assert_eq!(cost_at(1, vec![transfer(u128::MAX)]), Err(IntegerOverflowError));
    assert_eq!(cost_at(1, vec![call(u64::MAX, 0)]), Err(IntegerOverflowError));
    let mut expensive = params.clone();
    expensive.fees.action_fees[ActionCosts::FunctionCallByte as usize]
        .execution
        .gas = u64::MAX;
    assert_eq!(
        exec_fee(&expensive, &call(1, 1), &account("bob.near")),
        Err(IntegerOverflowError)
    );
}

fn receipt(content: ReceiptEnum) -> Receipt {
    Receipt {
        predecessor_id: account("alice.near"),
        receiver_id: account("bob.near"),
        receipt_id: CryptoHash::ZERO,
        receipt: content,
    }
}

fn action_receipt(actions: Vec<Action>) -> ActionReceipt {
    ActionReceipt {
        signer_id: account("alice.near"),
        signer_public_key: PublicKey::ZERO_ED25519,
        gas_price: 1,
        output_data_receivers: vec![],
        input_data_ids: vec![],
        actions,
    }
}

#[test]
fn congestion_counts_what_a_receipt_will_burn_and_has_attached() {
    let params = params();
    let gas_of = |content| receipt_congestion_gas(&params, &receipt(content)).unwrap();
    let exec = 780_000_000_000 + 100 * 2_235_934;
    assert_eq!(
        gas_of(ReceiptEnum::Action(action_receipt(vec![call(1_000, 0)]))),
        RECEIPT + exec + 1_000
    );
    let inner = delegate("carol.near", vec![transfer(1)], KeyType::ED25519);
    let delegated = RECEIPT + 200_000_000_000 + (RECEIPT + TRANSFER) + TRANSFER;
    assert_eq!(gas_of(ReceiptEnum::Action(action_receipt(vec![inner]))), delegated);
}

#[test]
fn congestion_does_not_count_receipts_that_wait_or_carry_data() {
    let params = params();
    let data = DataReceipt {
        data_id: CryptoHash::ZERO,
        data: Some(vec![0; 1000]),
    };
    for content in [
        ReceiptEnum::Data(data.clone()),
        ReceiptEnum::PromiseResume(data),
        ReceiptEnum::PromiseYield(action_receipt(vec![call(1_000, 0)])),
    ] {
        assert_eq!(receipt_congestion_gas(&params, &receipt(content)), Ok(0));
    }
}

#[test]
fn removing_records_takes_compute_per_record_and_byte() {
    let expected = 3 * 200_000_000_000 + 10 * 38_220_384 + 100 * 11_531_556;
    assert_eq!(storage_removes_compute(&params(), 3, 10, 100), Ok(expected));
    assert_eq!(
        storage_removes_compute(&params(), u64::MAX, 0, 0),
        Err(IntegerOverflowError)
    );
}
