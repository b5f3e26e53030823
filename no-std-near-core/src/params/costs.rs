//! What things cost: gas and compute, per action and per host-function step.
//!
//! Mirrors `core/parameters/src/cost.rs`; differs in: both tables are plain arrays indexed by the enum's discriminant, so that
//! the borsh form of a parameter set has no keys and a lookup is one load; every sum and product is checked.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{Compute, Gas, IntegerOverflowError};

/// A price in both units: gas, which users pay, and compute, which fills the chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, BorshSerialize, BorshDeserialize)]
pub struct ParameterCost {
    /// What the user pays for, in gas.
    pub gas: Gas,
    /// What it takes of the chunk's compute limit.
    pub compute: Compute,
}

impl ParameterCost {
    /// Costs nothing.
    pub const ZERO: Self = Self { gas: 0, compute: 0 };

    /// A price from its two parts.
    pub const fn new(gas: Gas, compute: Compute) -> Self {
        Self { gas, compute }
    }

    /// Sum of two prices.
    ///
    /// # Errors
    /// Gas or compute beyond `u64`.
    #[inline]
    pub fn plus(self, other: Self) -> Result<Self, IntegerOverflowError> {
        Ok(Self {
            gas: self.gas.checked_add(other.gas).ok_or(IntegerOverflowError)?,
            compute: self.compute.checked_add(other.compute).ok_or(IntegerOverflowError)?,
        })
    }

    /// The price of `count` of these.
    ///
    /// # Errors
    /// Gas or compute beyond `u64`.
    #[inline]
    pub fn times(self, count: u64) -> Result<Self, IntegerOverflowError> {
        Ok(Self {
            gas: self.gas.checked_mul(count).ok_or(IntegerOverflowError)?,
            compute: self.compute.checked_mul(count).ok_or(IntegerOverflowError)?,
        })
    }
}

/// The price of something that is sent by one account and executed by another.
///
/// The send part is burnt where the thing is created, the execution part where it is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, BorshSerialize, BorshDeserialize)]
pub struct Fee {
    /// Sending to oneself ("sender is receiver"): the receipt stays in the shard.
    pub send_sir: ParameterCost,
    /// Sending to anybody else.
    pub send_not_sir: ParameterCost,
    /// Executing at the receiver.
    pub execution: ParameterCost,
}

impl Fee {
    /// The price of sending.
    #[inline]
    pub const fn send(&self, sender_is_receiver: bool) -> ParameterCost {
        if sender_is_receiver {
            self.send_sir
        } else {
            self.send_not_sir
        }
    }
}

/// Declares an enum whose discriminants index a table, with the list of all variants and nearcore's name of each.
macro_rules! cost_table {
    ($(#[$doc:meta])* $name:ident, $count:ident = $len:literal { $($variant:ident = $value:literal $text:literal,)* }) => {
        /// How many entries the table of the enum of the same name has.
        pub const $count: usize = $len;

        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name {
            $(#[doc = concat!("nearcore's `", $text, "`.")] $variant = $value,)*
        }

        impl $name {
            /// Every entry, in the order of the table.
            pub const ALL: [Self; $count] = [$(Self::$variant,)*];

            /// nearcore's name of the entry.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

cost_table! {
    /// The steps of host functions that cost gas. The discriminants are nearcore's.
    ExtCosts, EXT_COSTS_COUNT = 88 {
        Base = 0 "base",
        ContractLoadingBase = 1 "contract_loading_base",
        ContractLoadingBytes = 2 "contract_loading_bytes",
        ReadMemoryBase = 3 "read_memory_base",
        ReadMemoryByte = 4 "read_memory_byte",
        WriteMemoryBase = 5 "write_memory_base",
        WriteMemoryByte = 6 "write_memory_byte",
        ReadRegisterBase = 7 "read_register_base",
        ReadRegisterByte = 8 "read_register_byte",
        WriteRegisterBase = 9 "write_register_base",
        WriteRegisterByte = 10 "write_register_byte",
        Utf8DecodingBase = 11 "utf8_decoding_base",
        Utf8DecodingByte = 12 "utf8_decoding_byte",
        Utf16DecodingBase = 13 "utf16_decoding_base",
        Utf16DecodingByte = 14 "utf16_decoding_byte",
        Sha256Base = 15 "sha256_base",
        Sha256Byte = 16 "sha256_byte",
        Keccak256Base = 17 "keccak256_base",
        Keccak256Byte = 18 "keccak256_byte",
        Keccak512Base = 19 "keccak512_base",
        Keccak512Byte = 20 "keccak512_byte",
        Ripemd160Base = 21 "ripemd160_base",
        Ripemd160Block = 22 "ripemd160_block",
        EcrecoverBase = 23 "ecrecover_base",
        LogBase = 24 "log_base",
        LogByte = 25 "log_byte",
        StorageWriteBase = 26 "storage_write_base",
        StorageWriteKeyByte = 27 "storage_write_key_byte",
        StorageWriteValueByte = 28 "storage_write_value_byte",
        StorageWriteEvictedByte = 29 "storage_write_evicted_byte",
        StorageReadBase = 30 "storage_read_base",
        StorageReadKeyByte = 31 "storage_read_key_byte",
        StorageReadValueByte = 32 "storage_read_value_byte",
        StorageRemoveBase = 33 "storage_remove_base",
        StorageRemoveKeyByte = 34 "storage_remove_key_byte",
        StorageRemoveRetValueByte = 35 "storage_remove_ret_value_byte",
        StorageHasKeyBase = 36 "storage_has_key_base",
        StorageHasKeyByte = 37 "storage_has_key_byte",
        StorageIterCreatePrefixBase = 38 "storage_iter_create_prefix_base",
        StorageIterCreatePrefixByte = 39 "storage_iter_create_prefix_byte",
        StorageIterCreateRangeBase = 40 "storage_iter_create_range_base",
        StorageIterCreateFromByte = 41 "storage_iter_create_from_byte",
        StorageIterCreateToByte = 42 "storage_iter_create_to_byte",
        StorageIterNextBase = 43 "storage_iter_next_base",
        StorageIterNextKeyByte = 44 "storage_iter_next_key_byte",
        StorageIterNextValueByte = 45 "storage_iter_next_value_byte",
        TouchingTrieNode = 46 "touching_trie_node",
        ReadCachedTrieNode = 47 "read_cached_trie_node",
        PromiseAndBase = 48 "promise_and_base",
        PromiseAndPerPromise = 49 "promise_and_per_promise",
        PromiseReturn = 50 "promise_return",
        ValidatorStakeBase = 51 "validator_stake_base",
        ValidatorTotalStakeBase = 52 "validator_total_stake_base",
        AltBn128G1MultiexpBase = 53 "alt_bn128_g1_multiexp_base",
        AltBn128G1MultiexpElement = 54 "alt_bn128_g1_multiexp_element",
        AltBn128PairingCheckBase = 55 "alt_bn128_pairing_check_base",
        AltBn128PairingCheckElement = 56 "alt_bn128_pairing_check_element",
        AltBn128G1SumBase = 57 "alt_bn128_g1_sum_base",
        AltBn128G1SumElement = 58 "alt_bn128_g1_sum_element",
        Ed25519VerifyBase = 59 "ed25519_verify_base",
        Ed25519VerifyByte = 60 "ed25519_verify_byte",
        YieldCreateBase = 61 "yield_create_base",
        YieldCreateByte = 62 "yield_create_byte",
        YieldResumeBase = 63 "yield_resume_base",
        YieldResumeByte = 64 "yield_resume_byte",
        Bls12381P1SumBase = 65 "bls12381_p1_sum_base",
        Bls12381P1SumElement = 66 "bls12381_p1_sum_element",
        Bls12381P2SumBase = 67 "bls12381_p2_sum_base",
        Bls12381P2SumElement = 68 "bls12381_p2_sum_element",
        Bls12381G1MultiexpBase = 69 "bls12381_g1_multiexp_base",
        Bls12381G1MultiexpElement = 70 "bls12381_g1_multiexp_element",
        Bls12381G2MultiexpBase = 71 "bls12381_g2_multiexp_base",
        Bls12381G2MultiexpElement = 72 "bls12381_g2_multiexp_element",
        Bls12381MapFpToG1Base = 73 "bls12381_map_fp_to_g1_base",
        Bls12381MapFpToG1Element = 74 "bls12381_map_fp_to_g1_element",
        Bls12381MapFp2ToG2Base = 75 "bls12381_map_fp2_to_g2_base",
        Bls12381MapFp2ToG2Element = 76 "bls12381_map_fp2_to_g2_element",
        Bls12381PairingBase = 77 "bls12381_pairing_base",
        Bls12381PairingElement = 78 "bls12381_pairing_element",
        Bls12381P1DecompressBase = 79 "bls12381_p1_decompress_base",
        Bls12381P1DecompressElement = 80 "bls12381_p1_decompress_element",
        Bls12381P2DecompressBase = 81 "bls12381_p2_decompress_base",
        Bls12381P2DecompressElement = 82 "bls12381_p2_decompress_element",
        StorageLargeReadOverheadBase = 83 "storage_large_read_overhead_base",
        StorageLargeReadOverheadByte = 84 "storage_large_read_overhead_byte",
        P256VerifyBase = 85 "p256_verify_base",
        P256VerifyByte = 86 "p256_verify_byte",
        YieldCreateWithIdBase = 87 "yield_create_with_id_base",
    }
}

cost_table! {
    /// The parts of actions and receipts that cost gas. The discriminants are nearcore's.
    ActionCosts, ACTION_COSTS_COUNT = 26 {
        CreateAccount = 0 "create_account",
        DeleteAccount = 1 "delete_account",
        DeployContractBase = 2 "deploy_contract_base",
        DeployContractByte = 3 "deploy_contract_byte",
        FunctionCallBase = 4 "function_call_base",
        FunctionCallByte = 5 "function_call_byte",
        Transfer = 6 "transfer",
        Stake = 7 "stake",
        AddFullAccessKey = 8 "add_full_access_key",
        AddFunctionCallKeyBase = 9 "add_function_call_key_base",
        AddFunctionCallKeyByte = 10 "add_function_call_key_byte",
        DeleteKey = 11 "delete_key",
        NewActionReceipt = 12 "new_action_receipt",
        NewDataReceiptBase = 13 "new_data_receipt_base",
        NewDataReceiptByte = 14 "new_data_receipt_byte",
        Delegate = 15 "delegate",
        DeployGlobalContractBase = 16 "deploy_global_contract_base",
        DeployGlobalContractByte = 17 "deploy_global_contract_byte",
        UseGlobalContractBase = 18 "use_global_contract_base",
        UseGlobalContractByte = 19 "use_global_contract_byte",
        DeterministicStateInitBase = 20 "deterministic_state_init_base",
        DeterministicStateInitByte = 21 "deterministic_state_init_byte",
        DeterministicStateInitEntry = 22 "deterministic_state_init_entry",
        GasKeyTransferBase = 23 "gas_key_transfer_base",
        GasKeyByte = 24 "gas_key_byte",
        GasKeyNonceWriteBase = 25 "gas_key_nonce_write_base",
    }
}

/// The prices of all host-function steps.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ExtCostsConfig {
    /// Indexed by the discriminant of [`ExtCosts`].
    pub costs: [ParameterCost; EXT_COSTS_COUNT],
}

impl ExtCostsConfig {
    /// The price of one unit of the step.
    #[inline]
    pub const fn cost(&self, step: ExtCosts) -> ParameterCost {
        self.costs[step as usize]
    }

    /// Gas of one unit of the step.
    #[inline]
    pub const fn gas(&self, step: ExtCosts) -> Gas {
        self.costs[step as usize].gas
    }

    /// Compute of one unit of the step.
    #[inline]
    pub const fn compute(&self, step: ExtCosts) -> Compute {
        self.costs[step as usize].compute
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_indexed_by_discriminant() {
        for (index, step) in ExtCosts::ALL.iter().enumerate() {
            assert_eq!(*step as usize, index, "{}", step.name());
        }
        for (index, part) in ActionCosts::ALL.iter().enumerate() {
            assert_eq!(*part as usize, index, "{}", part.name());
        }
    }

    #[test]
    fn sums_and_products_overflow_as_errors_in_either_unit() {
        let one = ParameterCost::new(1, 1);
        assert_eq!(ParameterCost::new(u64::MAX, 0).plus(one), Err(IntegerOverflowError));
        assert_eq!(ParameterCost::new(0, u64::MAX).plus(one), Err(IntegerOverflowError));
        assert_eq!(ParameterCost::new(2, 0).times(u64::MAX), Err(IntegerOverflowError));
        assert_eq!(ParameterCost::new(0, 2).times(u64::MAX), Err(IntegerOverflowError));
        assert_eq!(one.plus(one), Ok(ParameterCost::new(2, 2)));
        assert_eq!(one.times(u64::MAX), Ok(ParameterCost::new(u64::MAX, u64::MAX)));
    }
}
