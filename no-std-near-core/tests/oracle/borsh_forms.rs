//! Every wire type has nearcore's borsh form: what we encode they decode to the same bytes, and of mutated bytes both accept the same
//! ones and re-encode them alike.

use crate::generate::Draw;
use borsh::{BorshDeserialize, BorshSerialize};
use core::fmt::Debug;
use no_std_near_core::merkle::{Direction, MerklePath, MerklePathItem};
use no_std_near_core::types::bandwidth::*;
use no_std_near_core::types::congestion_info::{CongestionInfo, CongestionInfoV1};
use no_std_near_core::types::queues::*;
use no_std_near_core::types::validator::ValidatorStake;
use no_std_near_core::types::{
    access_key, account, account_id, action, hash, keys, len_bytes, receipt, stored_receipt, to_bytes, transaction,
};

/// Values per type; many, because each is cheap.
const FEW: u64 = 400;
const MANY: u64 = 40_000;
const MUTATIONS_PER_VALUE: usize = 20;

/// Compares one type with nearcore's.
fn compare<Ours, Theirs>(values: u64, mut draw_value: impl FnMut(&mut Draw) -> Ours)
where
    Ours: BorshSerialize + BorshDeserialize + PartialEq + Debug,
    Theirs: BorshSerialize + BorshDeserialize,
{
    for seed in 0..values {
        let mut draw = Draw::from_seed(seed);
        let ours = draw_value(&mut draw);
        let bytes = to_bytes(&ours);
        assert_eq!(len_bytes(&ours), bytes.len() as u64);
        let theirs = Theirs::try_from_slice(&bytes).unwrap_or_else(|error| panic!("{ours:?}: {error}"));
        assert_eq!(borsh::to_vec(&theirs).unwrap(), bytes, "{ours:?}");
        assert_eq!(Ours::try_from_slice(&bytes).unwrap(), ours);
        for _ in 0..MUTATIONS_PER_VALUE {
            let mutated = draw.mutated(&bytes);
            let ours = Ours::try_from_slice(&mutated).ok().map(|value| to_bytes(&value));
            let theirs = Theirs::try_from_slice(&mutated)
                .ok()
                .map(|value| borsh::to_vec(&value).unwrap());
            assert_eq!(ours, theirs, "seed {seed}: {mutated:?}");
        }
    }
}

fn hashes_and_account_ids(values: u64) {
    compare::<hash::CryptoHash, near_primitives::hash::CryptoHash>(values, Draw::hash);
    compare::<account_id::AccountId, near_primitives::types::AccountId>(values, Draw::account_id);
}

#[test]
fn hashes_and_account_ids_have_nearcores_form() {
    hashes_and_account_ids(FEW);
}

fn keys_and_signatures(values: u64) {
    compare::<keys::PublicKey, near_crypto::PublicKey>(values, Draw::public_key);
    compare::<keys::PublicKeyHandle, near_crypto::PublicKeyHandle>(values, Draw::public_key_handle);
    compare::<keys::Signature, near_crypto::Signature>(values, Draw::signature);
}

#[test]
fn keys_and_signatures_have_nearcores_form() {
    keys_and_signatures(FEW);
}

fn accounts_and_access_keys(values: u64) {
    compare::<account::Account, near_primitives::account::Account>(values, Draw::account);
    compare::<access_key::AccessKey, near_primitives::account::AccessKey>(values, Draw::access_key);
}

#[test]
fn accounts_and_access_keys_have_nearcores_form() {
    accounts_and_access_keys(FEW);
}

fn actions(values: u64) {
    compare::<action::Action, near_primitives::action::Action>(values, Draw::action);
    compare::<action::DelegateAction, near_primitives::action::delegate::DelegateAction>(values, Draw::delegate_action);
    compare::<
        action::DeterministicAccountStateInit,
        near_primitives::deterministic_account_id::DeterministicAccountStateInit,
    >(values, Draw::state_init);
    compare::<action::GlobalContractIdentifier, near_primitives::action::GlobalContractIdentifier>(
        values,
        Draw::identifier,
    );
}

#[test]
fn actions_have_nearcores_form() {
    actions(FEW);
}

fn transactions(values: u64) {
    compare::<transaction::SignedTransaction, near_primitives::transaction::SignedTransaction>(
        values,
        Draw::signed_transaction,
    );
    compare::<transaction::TransactionNonce, near_primitives::transaction::TransactionNonce>(
        values,
        Draw::transaction_nonce,
    );
}

#[test]
fn transactions_have_nearcores_form() {
    transactions(FEW);
}

fn receipts_and_their_stored_forms(values: u64) {
    compare::<receipt::Receipt, near_primitives::receipt::Receipt>(values, Draw::receipt);
    compare::<stored_receipt::ReceiptOrStateStoredReceipt<'_>, near_primitives::receipt::ReceiptOrStateStoredReceipt<'_>>(
        values,
        Draw::stored_receipt,
    );
    compare::<receipt::ReceivedData, near_primitives::receipt::ReceivedData>(values, |draw| receipt::ReceivedData {
        data: draw.option(|draw| draw.bytes(40)),
    });
}

#[test]
fn receipts_and_their_stored_forms_have_nearcores_form() {
    receipts_and_their_stored_forms(FEW);
}

fn queue_indices_and_entries(values: u64) {
    let indices = |draw: &mut Draw| TrieQueueIndices {
        first_index: draw.u64(),
        next_available_index: draw.u64(),
    };
    compare::<DelayedReceiptIndices, near_primitives::receipt::DelayedReceiptIndices>(values, indices);
    compare::<PromiseYieldIndices, near_primitives::receipt::PromiseYieldIndices>(values, indices);
    compare::<BufferedReceiptIndices, near_primitives::receipt::BufferedReceiptIndices>(values, |draw| {
        BufferedReceiptIndices {
            shard_buffers: draw.list(4, |draw| (draw.u64(), indices(draw))).into_iter().collect(),
        }
    });
    compare::<PromiseYieldTimeout, near_primitives::receipt::PromiseYieldTimeout>(values, |draw| PromiseYieldTimeout {
        account_id: draw.account_id(),
        data_id: draw.hash(),
        expires_at: draw.u64(),
    });
    compare::<PromiseYieldStatus, near_primitives::types::PromiseYieldStatus>(values, |draw| {
        if draw.flip() {
            PromiseYieldStatus::Yielded
        } else {
            PromiseYieldStatus::ResumeInitiated
        }
    });
}

#[test]
fn queue_indices_and_entries_have_nearcores_form() {
    queue_indices_and_entries(FEW);
}

fn congestion_and_bandwidth(values: u64) {
    compare::<CongestionInfo, near_primitives::congestion_info::CongestionInfo>(values, |draw| {
        CongestionInfo::V1(CongestionInfoV1 {
            delayed_receipts_gas: draw.u128(),
            buffered_receipts_gas: draw.u128(),
            receipt_bytes: draw.u64(),
            allowed_shard: draw.u16(),
        })
    });
    compare::<BandwidthRequests, near_primitives::bandwidth_scheduler::BandwidthRequests>(values, |draw| {
        let requests = draw.list(4, |draw| BandwidthRequest {
            to_shard: draw.u16(),
            requested_values_bitmap: BandwidthRequestBitmap { data: draw.array() },
        });
        BandwidthRequests::V1(BandwidthRequestsV1 { requests })
    });
    compare::<BandwidthSchedulerState, near_primitives::bandwidth_scheduler::BandwidthSchedulerState>(values, |draw| {
        let link_allowances = draw.list(4, |draw| LinkAllowance {
            sender: draw.u64(),
            receiver: draw.u64(),
            allowance: draw.u64(),
        });
        BandwidthSchedulerState::V1(BandwidthSchedulerStateV1 {
            link_allowances,
            sanity_check_hash: draw.hash(),
        })
    });
}

#[test]
fn congestion_and_bandwidth_have_nearcores_form() {
    congestion_and_bandwidth(FEW);
}

#[test]
fn bandwidth_bitmaps_number_their_bits_as_nearcore_does() {
    use near_primitives::bandwidth_scheduler::BandwidthRequestBitmap as Theirs;
    for index in 0..BANDWIDTH_REQUEST_VALUES_NUM {
        let (mut ours, mut theirs) = (BandwidthRequestBitmap::default(), Theirs::new());
        ours.set_bit(index);
        theirs.set_bit(index, true);
        assert_eq!(ours.data, theirs.data);
        assert!(ours.get_bit(index) && !ours.is_all_zeros());
    }
    let mut bitmap = BandwidthRequestBitmap::default();
    bitmap.set_bit(BANDWIDTH_REQUEST_VALUES_NUM);
    assert!(bitmap.is_all_zeros() && !bitmap.get_bit(BANDWIDTH_REQUEST_VALUES_NUM));
}

fn validator_stakes_and_merkle_paths(values: u64) {
    compare::<ValidatorStake, near_primitives::types::validator_stake::ValidatorStake>(values, |draw| {
        ValidatorStake::new(draw.account_id(), draw.public_key(), draw.u128())
    });
    compare::<MerklePath, near_primitives::merkle::MerklePath>(values, |draw| {
        draw.list(5, |draw| MerklePathItem {
            hash: draw.hash(),
            direction: if draw.flip() { Direction::Left } else { Direction::Right },
        })
    });
}

#[test]
fn validator_stakes_and_merkle_paths_have_nearcores_form() {
    validator_stakes_and_merkle_paths(FEW);
}

#[test]
fn a_delegate_action_inside_a_delegate_action_does_not_decode() {
    // Tags and counts of delegate actions nested a thousand times, as deep recursion would need them.
    for tag in [8_u8, 14] {
        let mut bytes = vec![tag];
        for _ in 0..1000 {
            if tag == 14 {
                bytes.push(0);
            }
            bytes.extend(to_bytes(&("alice.near", "bob.near", 1_u32)));
            bytes.push(tag);
        }
        assert!(action::Action::try_from_slice(&bytes).is_err());
        assert!(near_primitives::action::Action::try_from_slice(&bytes).is_err());
    }
}

#[test]
fn a_claimed_length_of_four_gigabytes_is_refused_without_allocating_it() {
    let bytes = [&u32::MAX.to_le_bytes()[..], &[1; 100]].concat();
    assert!(Vec::<action::Action>::try_from_slice(&bytes).is_err());
    assert!(account_id::AccountId::try_from_slice(&bytes).is_err());
    assert!(action::DeployContractAction::try_from_slice(&bytes).is_err());
    assert!(action::DeployGlobalContractAction::try_from_slice(&bytes).is_err());
}

#[test]
fn deep_all_types_have_nearcores_form_on_many_values() {
    hashes_and_account_ids(MANY);
    keys_and_signatures(MANY);
    accounts_and_access_keys(MANY);
    actions(MANY);
    transactions(MANY);
    receipts_and_their_stored_forms(MANY);
    queue_indices_and_entries(MANY);
    congestion_and_bandwidth(MANY);
    validator_stakes_and_merkle_paths(MANY);
}
