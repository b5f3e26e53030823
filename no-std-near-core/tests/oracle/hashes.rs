//! Hashes and identifiers are nearcore's: transactions, outcomes, receipts, Merkle trees.

use crate::generate::Draw;
use borsh::BorshDeserialize;
use near_primitives::hash::CryptoHash as TheirHash;
use near_primitives::merkle as their_merkle;
use near_primitives::transaction as their_tx;
use near_primitives::types::{Balance as TheirBalance, Gas as TheirGas};
use near_primitives::utils as their_ids;
use no_std_near_core::crypto::{Crypto, NativeCrypto as C};
use no_std_near_core::merkle;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::outcome::{ExecutionOutcome, ExecutionOutcomeWithId, ExecutionStatus, outcome_root};
use no_std_near_core::types::{identifiers, to_bytes};

fn theirs(hash: CryptoHash) -> TheirHash {
    TheirHash(hash.0)
}

#[test]
fn hashes_print_and_read_as_base58() {
    let mut draw = Draw::from_seed(1);
    for _ in 0..200 {
        let hash = draw.hash();
        assert_eq!(hash.to_string(), theirs(hash).to_string());
        assert_eq!(hash.to_string().parse(), Ok(hash));
        let mut text = hash.to_string();
        text.push(['1', 'z', 'l', '!'][draw.below(4)]);
        let expected = text.parse::<TheirHash>().ok().map(|hash| hash.0);
        assert_eq!(text.parse::<CryptoHash>().ok().map(|hash| hash.0), expected, "{text}");
    }
    assert!("".parse::<CryptoHash>().is_err());
}

#[test]
fn transactions_have_nearcores_hash_and_size() {
    for seed in 0..300 {
        let ours = Draw::from_seed(seed).signed_transaction();
        let theirs = their_tx::SignedTransaction::try_from_slice(&to_bytes(&ours)).unwrap();
        let (hash, size) = ours.hash_and_wire_len_bytes::<C>();
        assert_eq!(hash.0, theirs.get_hash().0);
        assert_eq!(size, theirs.wire_size());
    }
}

#[test]
fn delegate_actions_are_signed_over_nearcores_hash() {
    for seed in 0..300 {
        let mut draw = Draw::from_seed(seed);
        let (v1, v2) = (draw.delegate_action(), draw.delegate_action_v2());
        let their_v1 = near_primitives::action::delegate::DelegateAction::try_from_slice(&to_bytes(&v1)).unwrap();
        let their_v2 =
            near_primitives::action::delegate::VersionedDelegateActionPayload::try_from_slice(&to_bytes(&v2)).unwrap();
        assert_eq!(v1.nep461_hash::<C>().0, their_v1.get_nep461_hash().0);
        assert_eq!(v2.nep461_hash::<C>().0, their_v2.get_nep461_hash().0);
    }
}

#[test]
fn identifiers_are_nearcores() {
    let mut draw = Draw::from_seed(4);
    for _ in 0..200 {
        let (base, height, index) = (draw.hash(), draw.u64(), draw.u64() >> 32);
        let their_base = theirs(base);
        let expected = their_ids::create_receipt_id_from_transaction(&their_base, height);
        assert_eq!(
            identifiers::receipt_id_from_transaction::<C>(&base, height).0,
            expected.0
        );
        let expected = their_ids::create_receipt_id_from_receipt_id(&their_base, height, index as usize);
        assert_eq!(
            identifiers::receipt_id_from_receipt::<C>(&base, height, index).0,
            expected.0
        );
        let expected = their_ids::create_action_hash_from_receipt_id(&their_base, height, index as usize);
        assert_eq!(identifiers::action_hash::<C>(&base, height, index).0, expected.0);
        let expected = their_ids::create_receipt_id_from_action_hash(&their_base, height, index);
        assert_eq!(
            identifiers::data_id_from_action_hash::<C>(&base, height, index).0,
            expected.0
        );
        let random = draw.hash();
        let expected = their_ids::create_random_seed(their_base, theirs(random));
        assert_eq!(identifiers::random_seed::<C>(&base, &random).0.to_vec(), expected);
    }
}

#[test]
fn deterministic_accounts_are_named_as_nearcore_names_them() {
    for seed in 0..100 {
        let ours = Draw::from_seed(seed).state_init();
        let theirs =
            near_primitives::deterministic_account_id::DeterministicAccountStateInit::try_from_slice(&to_bytes(&ours))
                .unwrap();
        let expected = their_ids::derive_near_deterministic_account_id(&theirs);
        assert_eq!(
            identifiers::deterministic_account_id::<C>(&ours).as_str(),
            expected.as_str()
        );
    }
}

fn draw_outcome(draw: &mut Draw) -> (ExecutionOutcomeWithId, their_tx::ExecutionOutcomeWithId) {
    let (status, their_status) = match draw.below(4) {
        0 => (ExecutionStatus::Unknown, their_tx::ExecutionStatus::Unknown),
        1 => {
            let error = near_primitives::errors::InvalidTxError::Expired.into();
            (
                ExecutionStatus::Failure(draw.text(20)),
                their_tx::ExecutionStatus::Failure(error),
            )
        }
        2 => {
            let value = draw.bytes(30);
            (
                ExecutionStatus::SuccessValue(value.clone()),
                their_tx::ExecutionStatus::SuccessValue(value),
            )
        }
        _ => {
            let id = draw.hash();
            (
                ExecutionStatus::SuccessReceiptId(id),
                their_tx::ExecutionStatus::SuccessReceiptId(theirs(id)),
            )
        }
    };
    let ours = ExecutionOutcomeWithId {
        id: draw.hash(),
        outcome: ExecutionOutcome {
            logs: draw.list(4, |draw| draw.text(20)),
            receipt_ids: draw.list(4, Draw::hash),
            gas_burnt: draw.u64(),
            compute_usage: draw.u64(),
            tokens_burnt: draw.u128(),
            executor_id: draw.account_id(),
            status,
        },
    };
    let theirs = their_tx::ExecutionOutcomeWithId {
        id: theirs(ours.id),
        outcome: their_tx::ExecutionOutcome {
            logs: ours.outcome.logs.clone(),
            receipt_ids: ours.outcome.receipt_ids.iter().copied().map(theirs).collect(),
            gas_burnt: TheirGas::from_gas(ours.outcome.gas_burnt),
            compute_usage: Some(ours.outcome.compute_usage),
            tokens_burnt: TheirBalance::from_yoctonear(ours.outcome.tokens_burnt),
            executor_id: ours.outcome.executor_id.as_str().parse().unwrap(),
            status: their_status,
            metadata: their_tx::ExecutionMetadata::V1,
        },
    };
    (ours, theirs)
}

#[test]
fn outcomes_have_nearcores_hashes_and_root() {
    for count in 0..40 {
        let mut draw = Draw::from_seed(count);
        let (ours, theirs): (Vec<_>, Vec<_>) = (0..count).map(|_| draw_outcome(&mut draw)).unzip();
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let expected: Vec<[u8; 32]> = theirs.to_hashes().iter().map(|hash| hash.0).collect();
            assert_eq!(
                ours.to_hashes::<C>().iter().map(|hash| hash.0).collect::<Vec<_>>(),
                expected
            );
        }
        let leaves: Vec<_> = theirs.iter().map(their_tx::ExecutionOutcomeWithId::to_hashes).collect();
        assert_eq!(outcome_root::<C>(&ours).0, their_merkle::merklize(&leaves).0.0);
    }
}

#[test]
fn merkle_roots_and_paths_are_nearcores() {
    for count in 0..70_u32 {
        let items: Vec<u32> = (0..count).collect();
        let (root, paths) = their_merkle::merklize(&items);
        assert_eq!(merkle::merkle_root::<C, _>(&items).0, root.0);
        let (our_root, our_paths) = merkle::merklize::<C, _>(&items);
        assert_eq!(our_root.0, root.0);
        assert_eq!(our_paths.len(), paths.len());
        for (item, (ours, theirs)) in items.iter().zip(our_paths.iter().zip(&paths)) {
            assert_eq!(to_bytes(ours), borsh::to_vec(theirs).unwrap());
            assert!(merkle::verify_path::<C, _>(&our_root, ours, item));
        }
    }
}

#[test]
fn mutated_merkle_paths_lead_where_nearcore_leads_them() {
    let mut draw = Draw::from_seed(8);
    let (root, paths) = merkle::merklize::<C, _>(&(0..23_u32).collect::<Vec<_>>());
    for _ in 0..500 {
        let (item, mut path) = (draw.below(23), merkle::MerklePath::new());
        path.clone_from(&paths[item]);
        let position = draw.below(path.len());
        match draw.below(4) {
            0 => path[position].hash.0[draw.below(32)] ^= 1,
            1 => path[position].direction = merkle::Direction::Left,
            2 => drop(path.remove(position)),
            _ => path.swap(0, position),
        }
        let their_path = their_merkle::MerklePath::try_from_slice(&to_bytes(&path)).unwrap();
        let item_hash = C::hash_borsh(&(item as u32));
        let expected = their_merkle::compute_root_from_path(&their_path, theirs(item_hash));
        assert_eq!(merkle::root_from_path::<C>(&path, item_hash).0, expected.0);
        let accepted = their_merkle::verify_path(theirs(root), &their_path, item as u32);
        assert_eq!(merkle::verify_path::<C, _>(&root, &path, &(item as u32)), accepted);
    }
}
