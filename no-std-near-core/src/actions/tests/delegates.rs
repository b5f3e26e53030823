//! Delegate and DelegateV2.

use super::*;
use crate::params::ActionCosts;
use crate::params::fees::{exec_fee, total_prepaid_exec_fees, total_prepaid_send_fees};
use crate::state::accessors::{get_gas_key_nonce, set_gas_key_nonce};
use crate::test_support::{TGAS, call, state_with, transfer};
use crate::types::action::{
    DelegateAction, DelegateActionV2, SignedDelegateAction, VersionedDelegateActionPayload,
    VersionedSignedDelegateAction,
};
use crate::types::keys::Signature;
use crate::types::receipt::{ActionReceipt, ReceiptEnum};
use crate::types::transaction::TransactionNonce;
use ed25519_dalek::Signer as _;

fn signing_key() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[42; 32])
}

fn sender_key() -> PublicKey {
    PublicKey::ED25519(signing_key().verifying_key().to_bytes())
}

fn delegate_action(nonce: u64, actions: Vec<Action>) -> DelegateAction {
    DelegateAction {
        sender_id: id("alice"),
        receiver_id: id("bob"),
        actions: actions.try_into().unwrap(),
        nonce,
        max_block_height: 1000,
        public_key: sender_key(),
    }
}

fn payload_v2(nonce: TransactionNonce, actions: Vec<Action>) -> VersionedDelegateActionPayload {
    let v1 = delegate_action(0, actions);
    VersionedDelegateActionPayload::V2(DelegateActionV2 {
        sender_id: v1.sender_id,
        receiver_id: v1.receiver_id,
        actions: v1.actions,
        nonce,
        max_block_height: v1.max_block_height,
        public_key: v1.public_key,
    })
}

fn sign(hash: crate::types::hash::CryptoHash) -> Signature {
    Signature::ED25519(signing_key().sign(hash.as_bytes()).to_bytes())
}

fn signed(delegate_action: DelegateAction) -> Action {
    let signature = sign(delegate_action.nep461_hash::<NativeCrypto>());
    Action::Delegate(
        SignedDelegateAction {
            delegate_action,
            signature,
        }
        .into(),
    )
}

fn signed_v2(delegate_action: VersionedDelegateActionPayload) -> Action {
    let signature = sign(delegate_action.nep461_hash::<NativeCrypto>());
    Action::DelegateV2(
        VersionedSignedDelegateAction {
            delegate_action,
            signature,
        }
        .into(),
    )
}

pub(super) fn unsigned() -> Action {
    let delegate_action = delegate_action(1_000, vec![]);
    let signature = Signature::ED25519([0; 64]);
    Action::Delegate(
        SignedDelegateAction {
            delegate_action,
            signature,
        }
        .into(),
    )
}

pub(super) fn unsigned_v2() -> Action {
    let delegate_action = payload_v2(TransactionNonce::Nonce { nonce: 1_000 }, vec![]);
    let signature = Signature::ED25519([0; 64]);
    Action::DelegateV2(
        VersionedSignedDelegateAction {
            delegate_action,
            signature,
        }
        .into(),
    )
}

fn state_with_key(nonce: u64, permission: AccessKeyPermission) -> State {
    let mut state = state_with(&["alice"]);
    give_key(&mut state, "alice", &sender_key(), nonce, permission);
    state
}

fn full_access_state() -> State {
    state_with_key(5, AccessKeyPermission::FullAccess)
}

/// Relayed by "zoe" to "alice", who signed.
fn relay(state: &mut State, action: Action) -> Ran {
    run(state, "zoe", "alice", vec![action])
}

#[test]
fn signed_actions_become_a_receipt_from_the_sender_at_the_relayers_expense() {
    let inner = vec![transfer(3), call(7 * TGAS, 4)];
    for action in [
        signed(delegate_action(6, inner.clone())),
        signed_v2(payload_v2(TransactionNonce::Nonce { nonce: 6 }, inner.clone())),
    ] {
        let mut state = full_access_state();
        let ran = relay(&mut state, action.clone());
        assert_eq!(ran.error(), None);
        let expected = ActionReceipt {
            signer_id: id("alice"),
            signer_public_key: PublicKey::ZERO_ED25519,
            gas_price: 1_000_000_000,
            output_data_receivers: vec![],
            input_data_ids: vec![],
            actions: inner.clone(),
        };
        let expected = Receipt::without_id(id("alice"), id("bob"), ReceiptEnum::Action(expected));
        assert_eq!(ran.last().new_receipts, vec![expected]);
        assert_eq!(key_of(&state, "alice", &sender_key()).unwrap().nonce, 6);

        let params = World::new().params;
        let own = exec_fee(&params, &action, &id("alice")).unwrap();
        let sending = total_prepaid_send_fees(&params, core::slice::from_ref(&action)).unwrap();
        let execution = total_prepaid_exec_fees(&params, &inner, &id("bob")).unwrap().gas
            + params.fees.fee(ActionCosts::NewActionReceipt).execution.gas;
        let result = ran.last();
        assert_eq!(result.gas_burnt, own.gas + sending.gas);
        assert_eq!(result.gas_used, result.gas_burnt + execution + 7 * TGAS);
        assert_eq!(result.compute_usage, own.compute + sending.compute);
    }
}

#[test]
fn a_changed_signature_or_action_is_refused() {
    let mut changed = delegate_action(6, vec![transfer(3)]);
    let signature = sign(changed.nep461_hash::<NativeCrypto>());
    changed.actions = vec![transfer(4)].try_into().unwrap();
    let action = Action::Delegate(
        SignedDelegateAction {
            delegate_action: changed,
            signature,
        }
        .into(),
    );
    let ran = relay(&mut full_access_state(), action);
    assert_eq!(ran.error(), Some(&ActionError::DelegateActionInvalidSignature));
    // A signature for one version is none for the other.
    let payload = payload_v2(TransactionNonce::Nonce { nonce: 6 }, vec![transfer(3)]);
    let signature = sign(delegate_action(6, vec![transfer(3)]).nep461_hash::<NativeCrypto>());
    let action = Action::DelegateV2(
        VersionedSignedDelegateAction {
            delegate_action: payload,
            signature,
        }
        .into(),
    );
    let ran = relay(&mut full_access_state(), action);
    assert_eq!(ran.error(), Some(&ActionError::DelegateActionInvalidSignature));
}

#[test]
fn it_is_valid_up_to_its_last_height_and_for_its_sender_only() {
    for (max_block_height, is_expired) in [(1000, false), (999, true)] {
        let delegate = DelegateAction {
            max_block_height,
            ..delegate_action(6, vec![])
        };
        let ran = relay(&mut full_access_state(), signed(delegate));
        assert_eq!(ran.error(), is_expired.then_some(&ActionError::DelegateActionExpired));
    }
    let delegate = DelegateAction {
        sender_id: id("bob"),
        ..delegate_action(6, vec![])
    };
    let ran = relay(&mut full_access_state(), signed(delegate));
    let is_refused = matches!(
        ran.error(),
        Some(ActionError::DelegateActionSenderDoesNotMatchReceiver { .. })
    );
    assert!(is_refused);
}

#[test]
fn its_nonce_is_above_the_keys_and_within_the_heights_range() {
    // Height 1000: nonces stay below 1000 * 10^6.
    for (nonce, is_accepted) in [
        (4, false),
        (5, false),
        (6, true),
        (999_999_999, true),
        (1_000_000_000, false),
    ] {
        let mut state = full_access_state();
        let ran = relay(&mut state, signed(delegate_action(nonce, vec![])));
        assert_eq!(ran.error().is_none(), is_accepted, "{nonce}");
        let expected = if is_accepted { nonce } else { 5 };
        assert_eq!(key_of(&state, "alice", &sender_key()).unwrap().nonce, expected);
    }
}

#[test]
fn a_key_that_is_missing_or_restricted_is_respected() {
    let ran = relay(&mut state_with(&["alice"]), signed(delegate_action(6, vec![])));
    assert!(ran.error().is_some());
    let allowed = |methods: &[&str], actions: Vec<Action>| {
        let permission = AccessKeyPermission::FunctionCall(restricted(Some(0), methods));
        relay(&mut state_with_key(5, permission), signed(delegate_action(6, actions)))
            .error()
            .is_none()
    };
    assert!(allowed(&["main"], vec![call(1, 0)]));
    assert!(allowed(&[], vec![call(1, 0)]));
    assert!(!allowed(&["other"], vec![call(1, 0)]));
    assert!(!allowed(&[], vec![call(1, 1)]));
    assert!(!allowed(&[], vec![transfer(1)]));
    assert!(!allowed(&[], vec![]));
    assert!(!allowed(&[], vec![call(1, 0), call(1, 0)]));
    // The permission names "bob".
    let permission = AccessKeyPermission::FunctionCall(restricted(None, &[]));
    let elsewhere = DelegateAction {
        receiver_id: id("carol"),
        ..delegate_action(6, vec![call(1, 0)])
    };
    assert!(
        relay(&mut state_with_key(5, permission), signed(elsewhere))
            .error()
            .is_some()
    );
}

#[test]
fn gas_keys_need_an_index_and_ordinary_keys_have_none() {
    let indexed = |nonce_index| {
        signed_v2(payload_v2(
            TransactionNonce::GasKeyNonce { nonce: 6, nonce_index },
            vec![],
        ))
    };
    assert!(relay(&mut full_access_state(), indexed(0)).error().is_some());
    let mut state = state_with_key(0, gas_key(0, 2));
    for index in 0..2 {
        set_gas_key_nonce(&mut state, &id("alice"), &sender_key(), index, 5);
    }
    assert!(relay(&mut state, signed(delegate_action(6, vec![]))).error().is_some());
    assert!(relay(&mut state, indexed(2)).error().is_some());
    assert!(relay(&mut state, indexed(1)).error().is_none());
    let nonce = |index| get_gas_key_nonce(&state, &id("alice"), &sender_key(), index).unwrap();
    assert_eq!((nonce(0), nonce(1)), (Some(5), Some(6)));
    assert!(relay(&mut state, indexed(1)).error().is_some());
}

#[test]
fn a_gas_key_without_one_of_its_rows_aborts() {
    let mut state = state_with_key(0, gas_key(0, 2));
    let action = signed_v2(payload_v2(
        TransactionNonce::GasKeyNonce {
            nonce: 6,
            nonce_index: 1,
        },
        vec![],
    ));
    let receipt = receipt_from("zoe", "alice", 1, vec![action]);
    assert!(try_run(&World::new(), &mut state, &mut NoContracts, &receipt).is_err());
}
