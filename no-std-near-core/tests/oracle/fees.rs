//! Fees that nearcore's parameter crate computes itself: transfers and gas keys.

use near_parameters as theirs;
use near_primitives::types::AccountId as TheirAccountId;
use no_std_near_core::params::{KnownSet, ParameterCost, ProtocolVariant, SplitFee, fees};
use no_std_near_core::types::account_id::AccountId;
use proptest::prelude::*;

fn cost(cost: theirs::ParameterCost) -> Result<ParameterCost, no_std_near_core::params::IntegerOverflowError> {
    Ok(ParameterCost::new(cost.gas.as_gas(), cost.compute))
}

#[test]
fn transfers_to_every_kind_of_account_cost_what_nearcore_says() {
    let hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let names = [
        "alice.near".to_owned(),
        hex.to_owned(),
        format!("0x{}", &hex[..40]),
        format!("0s{}", &hex[..40]),
    ];
    for set in KnownSet::ALL {
        let (ours, theirs) = (set.load(ProtocolVariant::RELEASED), crate::params::theirs(set));
        for name in &names {
            let our_type = AccountId::new(name).expect("valid").account_type();
            let their_type = name.parse::<TheirAccountId>().expect("valid").get_account_type();
            let exec = theirs::transfer_exec_fee(&theirs.fees, true, their_type);
            assert_eq!(fees::transfer_exec_fee(&ours, our_type), cost(exec), "{name}");
            for sender_is_receiver in [true, false] {
                let send = theirs::transfer_send_fee(&theirs.fees, sender_is_receiver, true, their_type);
                assert_eq!(
                    fees::transfer_send_fee(&ours, sender_is_receiver, our_type),
                    cost(send),
                    "{name}"
                );
            }
        }
    }
}

fn split(base: theirs::ParameterCost, per_byte: theirs::ParameterCost) -> SplitFee {
    let plain = |cost: theirs::ParameterCost| ParameterCost::new(cost.gas.as_gas(), cost.compute);
    SplitFee {
        base: plain(base),
        per_byte: plain(per_byte),
    }
}

proptest! {
    #[test]
    fn gas_keys_cost_what_nearcore_says(
        set in 0..KnownSet::ALL.len(),
        sender_is_receiver: bool,
        account_id_len_bytes in 2..65_usize,
        public_key_len_bytes in prop_oneof![Just(33_usize), Just(65), Just(1953)],
        num_nonces in 0..1025_u16,
    ) {
        let set = KnownSet::ALL[set];
        let (ours, theirs) = (set.load(ProtocolVariant::RELEASED).fees, crate::params::theirs(set).fees);

        let add = theirs::gas_key_add_key_send_fee(&theirs, sender_is_receiver);
        prop_assert_eq!(fees::gas_key_add_key_send_fee(&ours, sender_is_receiver), cost(add));

        let send = theirs::gas_key_transfer_send_fee(&theirs, sender_is_receiver, public_key_len_bytes);
        let fee = fees::gas_key_transfer_send_fee(&ours, sender_is_receiver, public_key_len_bytes);
        prop_assert_eq!(fee, Ok(split(send.base, send.per_byte)));

        let exec = theirs::gas_key_transfer_exec_fee(&theirs, account_id_len_bytes, public_key_len_bytes);
        let fee = fees::gas_key_transfer_exec_fee(&ours, account_id_len_bytes, public_key_len_bytes);
        prop_assert_eq!(fee, Ok(split(exec.base, exec.per_byte)));

        let exec = theirs::gas_key_add_key_exec_fee(&theirs, account_id_len_bytes, public_key_len_bytes, num_nonces);
        let fee = fees::gas_key_add_key_exec_fee(&ours, account_id_len_bytes, public_key_len_bytes, num_nonces);
        prop_assert_eq!(fee, Ok(split(exec.base, exec.per_byte)));
    }
}
