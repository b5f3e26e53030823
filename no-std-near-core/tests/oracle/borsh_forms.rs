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
    access_key, account, account_id, action, hash, keys, len_bytes, receipt, to_bytes, transaction,
};

/// Distinguishes values; many, because each is cheap.
const SEEDS: u64 = 400;
const MUTATIONS_PER_VALUE: usize = 20;

/// Compares one type with nearcore's.
fn compare<Ours, Theirs>(mut draw_value: impl FnMut(&mut Draw) -> Ours)
where
    Ours: BorshSerialize + BorshDeserialize + PartialEq + Debug,
    Theirs: BorshSerialize + BorshDeserialize,
{
    for seed in 0..SEEDS {
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

#[test]
fn hashes_and_account_ids_have_nearcores_form() {
    compare::<hash::CryptoHash, near_primitives::hash::CryptoHash>(Draw::hash);
    compare::<account_id::AccountId, near_primitives::types::AccountId>(Draw::account_id);
}

#[test]
fn keys_and_signatures_have_nearcores_form() {
    compare::<keys::PublicKey, near_crypto::PublicKey>(Draw::public_key);
    compare::<keys::PublicKeyHandle, near_crypto::PublicKeyHandle>(Draw::public_key_handle);
    compare::<keys::Signature, near_crypto::Signature>(Draw::signature);
}

#[test]
fn accounts_and_access_keys_have_nearcores_form() {
    compare::<account::Account, near_primitives::account::Account>(Draw::account);
    compare::<access_key::AccessKey, near_primitives::account::AccessKey>(Draw::access_key);
}

#[test]
fn actions_have_nearcores_form() {
    compare::<action::Action, near_primitives::action::Action>(Draw::action);
    compare::<action::DelegateAction, near_primitives::action::delegate::DelegateAction>(Draw::delegate_action);
    compare::<
        action::DeterministicAccountStateInit,
        near_primitives::deterministic_account_id::DeterministicAccountStateInit,
    >(Draw::state_init);
    compare::<action::GlobalContractIdentifier, near_primitives::action::GlobalContractIdentifier>(Draw::identifier);
}

#[test]
fn transactions_have_nearcores_form() {
    compare::<transaction::SignedTransaction, near_primitives::transaction::SignedTransaction>(
        Draw::signed_transaction,
    );
    compare::<transaction::TransactionNonce, near_primitives::transaction::TransactionNonce>(Draw::transaction_nonce);
}

#[test]
fn receipts_and_their_stored_forms_have_nearcores_form() {
    compare::<receipt::Receipt, near_primitives::receipt::Receipt>(Draw::receipt);
    compare::<receipt::ReceiptOrStateStoredReceipt<'_>, near_primitives::receipt::ReceiptOrStateStoredReceipt<'_>>(
        Draw::stored_receipt,
    );
    compare::<receipt::ReceivedData, near_primitives::receipt::ReceivedData>(|draw| receipt::ReceivedData {
        data: draw.option(|draw| draw.bytes(40)),
    });
}

#[test]
fn queue_indices_and_entries_have_nearcores_form() {
    let indices = |draw: &mut Draw| TrieQueueIndices {
        first_index: draw.u64(),
        next_available_index: draw.u64(),
    };
    compare::<DelayedReceiptIndices, near_primitives::receipt::DelayedReceiptIndices>(indices);
    compare::<PromiseYieldIndices, near_primitives::receipt::PromiseYieldIndices>(indices);
    compare::<BufferedReceiptIndices, near_primitives::receipt::BufferedReceiptIndices>(|draw| {
        BufferedReceiptIndices {
            shard_buffers: draw.list(4, |draw| (draw.u64(), indices(draw))).into_iter().collect(),
        }
    });
    compare::<PromiseYieldTimeout, near_primitives::receipt::PromiseYieldTimeout>(|draw| PromiseYieldTimeout {
        account_id: draw.account_id(),
        data_id: draw.hash(),
        expires_at: draw.u64(),
    });
    compare::<PromiseYieldStatus, near_primitives::types::PromiseYieldStatus>(|draw| {
        if draw.flip() {
            PromiseYieldStatus::Yielded
        } else {
            PromiseYieldStatus::ResumeInitiated
        }
    });
}

#[test]
fn congestion_and_bandwidth_have_nearcores_form() {
    compare::<CongestionInfo, near_primitives::congestion_info::CongestionInfo>(|draw| {
        CongestionInfo::V1(CongestionInfoV1 {
            delayed_receipts_gas: draw.u128(),
            buffered_receipts_gas: draw.u128(),
            receipt_bytes: draw.u64(),
            allowed_shard: draw.u16(),
        })
    });
    compare::<BandwidthRequests, near_primitives::bandwidth_scheduler::BandwidthRequests>(|draw| {
        let requests = draw.list(4, |draw| BandwidthRequest {
            to_shard: draw.u16(),
            requested_values_bitmap: BandwidthRequestBitmap { data: draw.array() },
        });
        BandwidthRequests::V1(BandwidthRequestsV1 { requests })
    });
    compare::<BandwidthSchedulerState, near_primitives::bandwidth_scheduler::BandwidthSchedulerState>(|draw| {
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

#[test]
fn validator_stakes_and_merkle_paths_have_nearcores_form() {
    compare::<ValidatorStake, near_primitives::types::validator_stake::ValidatorStake>(|draw| {
        ValidatorStake::new(draw.account_id(), draw.public_key(), draw.u128())
    });
    compare::<MerklePath, near_primitives::merkle::MerklePath>(|draw| {
        draw.list(5, |draw| MerklePathItem {
            hash: draw.hash(),
            direction: if draw.flip() { Direction::Left } else { Direction::Right },
        })
    });
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
