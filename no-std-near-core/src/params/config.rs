//! The parts of a parameter set other than prices: limits, storage, congestion, bandwidth, account creation.
//!
//! Mirrors `core/parameters/src/{config,vm,cost}.rs`; differs in: what is optional in nearcore but always present at protocol
//! version 86 is plain here, sizes are `u64`, and parameters that only chunk producers or removed features read are left out
//! (transaction throttling by congestion, size limits of new transactions, pessimistic gas price inflation, the choice of VM).

use alloc::string::String;
use alloc::vec::Vec;

use borsh::{BorshDeserialize, BorshSerialize};

use super::costs::{ACTION_COSTS_COUNT, ActionCosts, ExtCostsConfig, Fee, ParameterCost};
use super::{Balance, Compute, Gas, IntegerOverflowError};

/// A fraction; the denominator is not zero in a decoded parameter set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Ratio {
    /// Above the line.
    pub numerator: u32,
    /// Below the line.
    pub denominator: u32,
}

impl Ratio {
    /// `floor(gas * numerator / denominator)`.
    ///
    /// # Errors
    /// The result is beyond `u64`, or the denominator is zero.
    pub fn of_gas(self, gas: Gas) -> Result<Gas, IntegerOverflowError> {
        if let Some(scaled) = gas.checked_mul(u64::from(self.numerator)) {
            return scaled
                .checked_div(u64::from(self.denominator))
                .ok_or(IntegerOverflowError);
        }
        let scaled = u128::from(gas) * u128::from(self.numerator);
        let share = scaled
            .checked_div(u128::from(self.denominator))
            .ok_or(IntegerOverflowError)?;
        u64::try_from(share).map_err(|_| IntegerOverflowError)
    }
}

/// Prices of actions and receipts, and the economic constants around them.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RuntimeFeesConfig {
    /// Indexed by the discriminant of [`ActionCosts`].
    pub action_fees: [Fee; ACTION_COSTS_COUNT],
    /// What storage costs.
    pub storage_usage_config: StorageUsageConfig,
    /// The share of gas burnt in a function call that its contract receives.
    pub burnt_gas_reward: Ratio,
    /// The share of refunded gas that is kept as a penalty (NEP-536); zero in production.
    pub gas_refund_penalty: Ratio,
    /// The least such penalty, in gas; zero in production.
    pub min_gas_refund_penalty: Gas,
    /// Compute of applying one global contract distribution receipt.
    pub global_contract_distribution_base_compute: Compute,
    /// The same, per byte of the contract.
    pub global_contract_distribution_byte_compute: Compute,
    /// Extra price of verifying a transaction's signature by scheme, in the order ed25519, secp256k1, ML-DSA-65.
    pub signature_verification_costs: [ParameterCost; 3],
}

impl RuntimeFeesConfig {
    /// The fee of one part of an action or receipt.
    #[inline]
    pub const fn fee(&self, part: ActionCosts) -> &Fee {
        &self.action_fees[part as usize]
    }

    /// What is kept of a gas refund of `gas_refund`: at most all of it (NEP-536).
    ///
    /// # Errors
    /// The penalty's ratio overflows `u64`.
    pub fn gas_penalty_for_gas_refund(&self, gas_refund: Gas) -> Result<Gas, IntegerOverflowError> {
        let relative = self.gas_refund_penalty.of_gas(gas_refund)?;
        Ok(relative.max(self.min_gas_refund_penalty).min(gas_refund))
    }
}

/// What storage costs.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StorageUsageConfig {
    /// yoctoNEAR an account must hold per byte it occupies.
    pub storage_amount_per_byte: Balance,
    /// Bytes counted for an account record.
    pub num_bytes_account: u64,
    /// Bytes counted for any key-value record on top of its key and value.
    pub num_extra_bytes_record: u64,
    /// yoctoNEAR burnt per byte of a deployed global contract.
    pub global_contract_storage_amount_per_byte: Balance,
}

/// Limits on what contracts, actions, transactions and receipts may ask for.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LimitConfig {
    /// Gas one function call may burn, without what it attaches to promises.
    pub max_gas_burnt: Gas,
    /// Bytes of stack as the instrumentation counts them.
    pub max_stack_height: u32,
    /// Pages of 64 KiB a contract's memory starts with.
    pub initial_memory_pages: u32,
    /// Pages of 64 KiB a contract's memory may grow to.
    pub max_memory_pages: u32,
    /// Bytes in all registers together.
    pub registers_memory_limit: u64,
    /// Bytes in one register.
    pub max_register_size: u64,
    /// Registers in use at once. With this many in use even overwriting one fails.
    pub max_number_registers: u64,
    /// Log entries of one call.
    pub max_number_logs: u64,
    /// Bytes of all log entries of one call.
    pub max_total_log_length: u64,
    /// Gas attached to all function calls of one receipt.
    pub max_total_prepaid_gas: Gas,
    /// Actions in one receipt.
    pub max_actions_per_receipt: u64,
    /// Deployments, local and global together, in one new receipt.
    pub max_deploy_actions_per_receipt: u64,
    /// Bytes of all method names of an access key, each with its terminator.
    pub max_number_bytes_method_names: u64,
    /// Bytes of one method name.
    pub max_length_method_name: u64,
    /// Bytes of the arguments of one function call.
    pub max_arguments_length: u64,
    /// Bytes a function call may return.
    pub max_length_returned_data: u64,
    /// Bytes of a contract's code.
    pub max_contract_size: u64,
    /// Bytes of a transaction.
    pub max_transaction_size: u64,
    /// Bytes of a receipt.
    pub max_receipt_size: u64,
    /// Bytes of a storage key.
    pub max_length_storage_key: u64,
    /// Bytes of a storage value.
    pub max_length_storage_value: u64,
    /// Promises one function call may create.
    pub max_promises_per_function_call_action: u64,
    /// Data dependencies of one receipt.
    pub max_number_input_data_dependencies: u64,
    /// Functions of a contract, imported ones included.
    pub max_functions_number_per_contract: u64,
    /// Locals of a contract.
    pub max_locals_per_contract: u64,
    /// Parameters of all functions of a contract.
    pub max_params_per_contract: u64,
    /// Parameters of one function.
    pub max_params_per_function: u64,
    /// Bytes of operand stack of one function.
    pub max_operand_stack_bytes_per_function: u64,
    /// Tables of a contract.
    pub max_tables_per_contract: u32,
    /// Elements of a contract's table.
    pub max_elements_per_contract_table: u64,
    /// Bytes of one function body.
    pub max_function_body_size: u64,
    /// Bytes of the module after instrumentation.
    pub max_instrumented_code_size: u64,
    /// Blocks, loops and ifs of one function.
    pub max_blocks_per_function: u64,
    /// Blocks, loops and ifs of a contract.
    pub max_blocks_per_contract: u64,
    /// Entries in a contract's type section.
    pub max_types_per_contract: u64,
    /// Blocks after which a yielded promise times out.
    pub yield_timeout_length_in_blocks: u64,
    /// Bytes passed to a yielded promise when it is resumed.
    pub max_yield_payload_size: u64,
    /// Bytes of storage proof that one receipt may add.
    pub per_receipt_storage_proof_size_limit: u64,
}

/// What the contract runtime needs.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct WasmConfig {
    /// Prices of host-function steps.
    pub ext_costs: ExtCostsConfig,
    /// Gas of one operator.
    pub regular_op_cost: u32,
    /// Gas of a bulk memory or table operation, before its length.
    pub linear_op_base_cost: u64,
    /// The same, per byte or element.
    pub linear_op_unit_cost: u64,
    /// Whether a contract that fails to load pays for loading.
    pub fix_contract_loading_cost: bool,
    /// Whether a transfer may create an account with an Ethereum address.
    pub eth_implicit_accounts: bool,
    /// Whether custom sections are dropped when a contract is prepared.
    pub discard_custom_sections: bool,
    /// Whether contracts may deploy and use global contracts.
    pub global_contract_host_fns: bool,
    /// Whether reference types and bulk memory operations are accepted.
    pub reftypes_bulk_memory: bool,
    /// Whether contracts may use gas keys.
    pub gas_key_host_fns: bool,
    /// Whether one yoctoNEAR may be attached to a promise by a contract without balance.
    pub one_yocto_on_promise: bool,
    /// Whether `p256_verify` exists.
    pub p256_verify_host_fn: bool,
    /// Whether promises may be yielded under an id of the contract's choice.
    pub yield_with_id_host_fns: bool,
    /// Whether `chain_id` exists.
    pub chain_id_host_fn: bool,
    /// Whether BLS12-381 sums accept the points `(0, ±2)`.
    pub bls12381_not_in_group_fix: bool,
    /// Limits.
    pub limit_config: LimitConfig,
}

/// Who may create top-level accounts.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AccountCreationConfig {
    /// Bytes from which on a top-level account id may be created by anybody.
    pub min_allowed_top_level_account_length: u8,
    /// Who may create shorter ones.
    pub registrar_account_id: String,
}

/// When a shard counts as congested, and what may then be sent to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CongestionControlConfig {
    /// Gas of delayed receipts at which incoming congestion is full.
    pub max_congestion_incoming_gas: Gas,
    /// Gas of buffered receipts at which outgoing congestion is full.
    pub max_congestion_outgoing_gas: Gas,
    /// Bytes of delayed and buffered receipts at which memory congestion is full.
    pub max_congestion_memory_consumption: u64,
    /// Chunks missed in a row at which a shard counts as fully congested.
    pub max_congestion_missed_chunks: u64,
    /// Gas a shard may send to an uncongested shard per chunk.
    pub max_outgoing_gas: Gas,
    /// Gas a shard may send to an almost fully congested shard per chunk.
    pub min_outgoing_gas: Gas,
    /// Gas that the one allowed shard may send to a fully congested shard.
    pub allowed_shard_outgoing_gas: Gas,
}

/// Limits that keep a state witness small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct WitnessConfig {
    /// Bytes of storage proof after which a chunk starts no further receipt.
    pub main_storage_proof_size_soft_limit: u64,
}

/// How many bytes shards may send to each other at one height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BandwidthSchedulerConfig {
    /// Bytes one shard may send, or receive, at one height.
    pub max_shard_bandwidth: u64,
    /// Bytes that one link may be granted at once.
    pub max_single_grant: u64,
    /// Bytes of allowance that one link may gather.
    pub max_allowance: u64,
    /// Upper bound of what every link is granted without asking.
    pub max_base_bandwidth: u64,
}

/// When a shard proposes to be split; a part of the epoch configuration, hence not of [`super::Params`].
///
/// Mirrors `DynamicReshardingConfig` in `core/primitives/src/epoch_manager.rs`.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DynamicReshardingConfig {
    /// Trie memory usage of a shard from which on it proposes a split.
    pub memory_usage_threshold: u64,
    /// Trie memory usage that either child must have at least.
    pub min_child_memory_usage: u64,
    /// Number of shards from which on nothing is split.
    pub max_number_of_shards: u64,
    /// Epochs between two changes of the layout.
    pub min_epochs_between_resharding: u64,
    /// Shards that are split whatever their memory usage.
    pub force_split_shards: Vec<u64>,
    /// Shards that are never split.
    pub block_split_shards: Vec<u64>,
}

impl DynamicReshardingConfig {
    /// The values of mainnet and testnet at protocol versions 85 and 86.
    pub const fn production_86() -> Self {
        Self {
            memory_usage_threshold: 40_000_000_000,
            min_child_memory_usage: 10_000_000_000,
            max_number_of_shards: 10,
            min_epochs_between_resharding: 2,
            force_split_shards: Vec::new(),
            block_split_shards: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratio_rounds_down_and_never_wraps() {
        let three_tenths = Ratio {
            numerator: 3,
            denominator: 10,
        };
        assert_eq!(three_tenths.of_gas(9), Ok(2));
        assert_eq!(three_tenths.of_gas(u64::MAX), Ok(5_534_023_222_112_865_484));
        assert_eq!(
            Ratio {
                numerator: 2,
                denominator: 1
            }
            .of_gas(u64::MAX),
            Err(IntegerOverflowError)
        );
        assert_eq!(
            Ratio {
                numerator: 1,
                denominator: 0
            }
            .of_gas(1),
            Err(IntegerOverflowError)
        );
    }
}
