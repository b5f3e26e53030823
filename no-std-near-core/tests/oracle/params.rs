//! Parameter sets: generated from `near-parameters`, compared with the checked-in files and with the recorded JSON views.
//!
//! `BLESS_PARAMS=1 cargo test -p no-std-near-core --test oracle params` rewrites the files under `params/`.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use near_parameters::{RuntimeConfig, RuntimeConfigStore, RuntimeConfigView, SignatureKind};
use near_primitives::types::Gas as TheirGas;
use no_std_near_core::params::{
    AccountCreationConfig, ActionCosts, BandwidthSchedulerConfig, CongestionControlConfig, DynamicReshardingConfig,
    ExtCosts, ExtCostsConfig, Fee, KnownSet, LimitConfig, PROTOCOL_VERSION, ParameterCost, Params, ProtocolVariant,
    Ratio, RuntimeFeesConfig, StorageUsageConfig, WasmConfig, WitnessConfig,
};
use serde_json::Value;

/// The same set as nearcore constructs it; built once, for parsing the YAML takes a while.
pub(crate) fn theirs(set: KnownSet) -> RuntimeConfig {
    static SETS: LazyLock<[RuntimeConfig; 3]> = LazyLock::new(|| {
        let limited = |mut config: RuntimeConfig| {
            config.congestion_control_config.max_outgoing_gas = TheirGas::from_teragas(100);
            config.congestion_control_config.min_outgoing_gas = TheirGas::from_teragas(100);
            config
        };
        [
            production(PROTOCOL_VERSION),
            RuntimeConfig::test(),
            limited(RuntimeConfig::test()),
        ]
    });
    let index = match set {
        KnownSet::Production => 0,
        KnownSet::Test => 1,
        KnownSet::TestLimitedOutgoingGas => 2,
    };
    SETS[index].clone()
}

fn production(protocol_version: u32) -> RuntimeConfig {
    let store = RuntimeConfigStore::for_chain_id("mainnet");
    RuntimeConfig::clone(store.get_config(protocol_version))
}

fn cost(cost: near_parameters::ParameterCost) -> ParameterCost {
    ParameterCost::new(cost.gas.as_gas(), cost.compute)
}

fn ratio(ratio: near_primitives::num_rational::Rational32) -> Ratio {
    Ratio {
        numerator: u32::try_from(*ratio.numer()).expect("not negative"),
        denominator: u32::try_from(*ratio.denom()).expect("positive"),
    }
}

fn fees(config: &RuntimeConfig) -> RuntimeFeesConfig {
    let theirs = &config.fees;
    let mut action_fees = [Fee::default(); ActionCosts::ALL.len()];
    let mut seen = 0;
    for (part, fee) in &theirs.action_fees {
        let ours = ActionCosts::ALL[part as usize];
        assert_eq!(ours.name(), part.to_string());
        action_fees[ours as usize] = Fee {
            send_sir: cost(fee.send_fee(true)),
            send_not_sir: cost(fee.send_fee(false)),
            execution: cost(fee.exec_fee()),
        };
        seen += 1;
    }
    assert_eq!(seen, action_fees.len(), "every fee of nearcore has its place");
    let signatures = [SignatureKind::Ed25519, SignatureKind::Secp256k1, SignatureKind::MlDsa65];
    RuntimeFeesConfig {
        action_fees,
        storage_usage_config: StorageUsageConfig {
            storage_amount_per_byte: theirs.storage_usage_config.storage_amount_per_byte.as_yoctonear(),
            num_bytes_account: theirs.storage_usage_config.num_bytes_account,
            num_extra_bytes_record: theirs.storage_usage_config.num_extra_bytes_record,
            global_contract_storage_amount_per_byte: theirs
                .storage_usage_config
                .global_contract_storage_amount_per_byte
                .as_yoctonear(),
        },
        burnt_gas_reward: ratio(theirs.burnt_gas_reward),
        gas_refund_penalty: ratio(theirs.gas_refund_penalty),
        min_gas_refund_penalty: theirs.min_gas_refund_penalty.as_gas(),
        global_contract_distribution_base_compute: theirs.deploy_global_contract_execution_base,
        global_contract_distribution_byte_compute: theirs.deploy_global_contract_execution_per_byte,
        signature_verification_costs: signatures.map(|kind| cost(theirs.signature_verification_costs[kind])),
    }
}

fn limits(theirs: &near_parameters::vm::LimitConfig) -> LimitConfig {
    let present = |limit: Option<u64>| limit.expect("present at version 86");
    LimitConfig {
        max_gas_burnt: theirs.max_gas_burnt.as_gas(),
        max_stack_height: theirs.max_stack_height,
        initial_memory_pages: theirs.initial_memory_pages,
        max_memory_pages: theirs.max_memory_pages,
        registers_memory_limit: theirs.registers_memory_limit,
        max_register_size: theirs.max_register_size,
        max_number_registers: theirs.max_number_registers,
        max_number_logs: theirs.max_number_logs,
        max_total_log_length: theirs.max_total_log_length,
        max_total_prepaid_gas: theirs.max_total_prepaid_gas.as_gas(),
        max_actions_per_receipt: theirs.max_actions_per_receipt,
        max_deploy_actions_per_receipt: theirs.max_deploy_actions_per_receipt,
        max_number_bytes_method_names: theirs.max_number_bytes_method_names,
        max_length_method_name: theirs.max_length_method_name,
        max_arguments_length: theirs.max_arguments_length,
        max_length_returned_data: theirs.max_length_returned_data,
        max_contract_size: theirs.max_contract_size,
        max_transaction_size: theirs.max_transaction_size,
        max_receipt_size: theirs.max_receipt_size,
        max_length_storage_key: theirs.max_length_storage_key,
        max_length_storage_value: theirs.max_length_storage_value,
        max_promises_per_function_call_action: theirs.max_promises_per_function_call_action,
        max_number_input_data_dependencies: theirs.max_number_input_data_dependencies,
        max_functions_number_per_contract: present(theirs.max_functions_number_per_contract),
        max_locals_per_contract: present(theirs.max_locals_per_contract),
        max_params_per_contract: present(theirs.max_params_per_contract),
        max_params_per_function: present(theirs.max_params_per_function),
        max_operand_stack_bytes_per_function: present(theirs.max_operand_stack_bytes_per_function),
        max_tables_per_contract: theirs.max_tables_per_contract.expect("present at version 86"),
        max_elements_per_contract_table: present(theirs.max_elements_per_contract_table.map(|count| count as u64)),
        max_function_body_size: present(theirs.max_function_body_size),
        max_instrumented_code_size: present(theirs.max_instrumented_code_size),
        max_blocks_per_function: present(theirs.max_blocks_per_function),
        max_blocks_per_contract: present(theirs.max_blocks_per_contract),
        max_types_per_contract: present(theirs.max_types_per_contract),
        yield_timeout_length_in_blocks: theirs.yield_timeout_length_in_blocks,
        max_yield_payload_size: theirs.max_yield_payload_size,
        per_receipt_storage_proof_size_limit: theirs.per_receipt_storage_proof_size_limit as u64,
    }
}

fn wasm(theirs: &near_parameters::vm::Config) -> WasmConfig {
    let mut costs = [ParameterCost::ZERO; ExtCosts::ALL.len()];
    let mut seen = 0;
    for (step, price) in &theirs.ext_costs.costs {
        let ours = ExtCosts::ALL[step as usize];
        assert_eq!(ours.name(), step.to_string());
        costs[ours as usize] = cost(*price);
        seen += 1;
    }
    assert_eq!(seen, costs.len(), "every step of nearcore has its place");
    assert!(theirs.eth_implicit_global_contract, "taken for granted by this crate");
    WasmConfig {
        ext_costs: ExtCostsConfig { costs },
        regular_op_cost: theirs.regular_op_cost,
        linear_op_base_cost: theirs.linear_op_base_cost,
        linear_op_unit_cost: theirs.linear_op_unit_cost,
        fix_contract_loading_cost: theirs.fix_contract_loading_cost,
        eth_implicit_accounts: theirs.eth_implicit_accounts,
        discard_custom_sections: theirs.discard_custom_sections,
        global_contract_host_fns: theirs.global_contract_host_fns,
        reftypes_bulk_memory: theirs.reftypes_bulk_memory,
        gas_key_host_fns: theirs.gas_key_host_fns,
        one_yocto_on_promise: theirs.one_yocto_on_promise,
        p256_verify_host_fn: theirs.p256_verify_host_fn,
        yield_with_id_host_fns: theirs.yield_with_id_host_fns,
        chain_id_host_fn: theirs.chain_id_host_fn,
        bls12381_not_in_group_fix: theirs.bls12381_not_in_group_fix,
        limit_config: limits(&theirs.limit_config),
    }
}

fn ours(config: &RuntimeConfig) -> Params {
    assert!(config.use_state_stored_receipt, "taken for granted by this crate");
    let congestion = &config.congestion_control_config;
    let bandwidth = &config.bandwidth_scheduler_config;
    Params {
        protocol_version: PROTOCOL_VERSION,
        variant: ProtocolVariant::RELEASED,
        fees: fees(config),
        wasm_config: wasm(&config.wasm_config),
        account_creation_config: AccountCreationConfig {
            min_allowed_top_level_account_length: config.account_creation_config.min_allowed_top_level_account_length,
            registrar_account_id: config.account_creation_config.registrar_account_id.to_string(),
        },
        congestion_control_config: CongestionControlConfig {
            max_congestion_incoming_gas: congestion.max_congestion_incoming_gas.as_gas(),
            max_congestion_outgoing_gas: congestion.max_congestion_outgoing_gas.as_gas(),
            max_congestion_memory_consumption: congestion.max_congestion_memory_consumption,
            max_congestion_missed_chunks: congestion.max_congestion_missed_chunks,
            max_outgoing_gas: congestion.max_outgoing_gas.as_gas(),
            min_outgoing_gas: congestion.min_outgoing_gas.as_gas(),
            allowed_shard_outgoing_gas: congestion.allowed_shard_outgoing_gas.as_gas(),
        },
        witness_config: WitnessConfig {
            main_storage_proof_size_soft_limit: config.witness_config.main_storage_proof_size_soft_limit,
        },
        bandwidth_scheduler_config: BandwidthSchedulerConfig {
            max_shard_bandwidth: bandwidth.max_shard_bandwidth,
            max_single_grant: bandwidth.max_single_grant,
            max_allowance: bandwidth.max_allowance,
            max_base_bandwidth: bandwidth.max_base_bandwidth,
        },
        min_gas_purchase_price: config.min_gas_purchase_price.as_yoctonear(),
        account_creation_charge: config.account_creation_charge.as_yoctonear(),
    }
}

fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn recorded_json(config_hash: &str) -> Value {
    let path: PathBuf = crate_folder()
        .join("tests/data/configs")
        .join(config_hash)
        .with_extension("json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("recorded JSON parses")
}

/// nearcore's JSON view of a set, without the one field that the recording commit does not show.
fn json_view(config: RuntimeConfig) -> Value {
    let mut view = serde_json::to_value(RuntimeConfigView::from(config)).expect("view is JSON");
    let hidden = view["wasm_config"]
        .as_object_mut()
        .and_then(|wasm| wasm.remove("eth_implicit_global_contract"));
    assert_eq!(hidden, Some(Value::Bool(true)));
    view
}

#[test]
fn checked_in_sets_are_what_nearcore_constructs() {
    for set in KnownSet::ALL {
        let generated = borsh::to_vec(&ours(&theirs(set))).expect("params serialise");
        if std::env::var_os("BLESS_PARAMS").is_some() {
            std::fs::write(crate_folder().join("params").join(set.file_name()), &generated).expect("writable");
        } else {
            assert!(
                generated == set.bytes(),
                "{} differs from near-parameters",
                set.file_name()
            );
        }
    }
}

#[test]
fn sets_are_the_recorded_ones() {
    for set in KnownSet::ALL {
        assert_eq!(
            json_view(theirs(set)),
            recorded_json(set.config_hash()),
            "{}",
            set.config_hash()
        );
    }
}

#[test]
fn the_one_recorded_set_of_another_version_is_production_84() {
    assert_eq!(
        json_view(production(84)),
        recorded_json("7vtTJgpTBTnkWo6pPiGMKK2A7tawr2sLQPVXxzyGN1rC")
    );
}

#[test]
fn testnet_and_mainnet_have_the_same_set() {
    let store = RuntimeConfigStore::for_chain_id("testnet");
    assert_eq!(
        ours(store.get_config(PROTOCOL_VERSION)),
        ours(&production(PROTOCOL_VERSION))
    );
}

#[test]
fn gas_refund_penalty_is_nearcores() {
    for set in KnownSet::ALL {
        let (ours, theirs) = (set.load(ProtocolVariant::RELEASED), theirs(set));
        for gas in [
            0,
            1,
            19,
            20,
            999_999_999_999,
            1_000_000_000_000,
            20_000_000_000_001,
            1_000_000_000_000_000,
            u64::MAX,
        ] {
            let penalty = theirs.fees.gas_penalty_for_gas_refund(TheirGas::from_gas(gas)).as_gas();
            assert_eq!(ours.fees.gas_penalty_for_gas_refund(gas), Ok(penalty));
        }
    }
}

#[test]
fn resharding_config_of_production_is_nearcores() {
    use near_primitives::epoch_manager::{EpochConfigStore, ShardLayoutConfig};
    let ours = DynamicReshardingConfig::production_86();
    for chain in ["mainnet", "testnet"] {
        let store = EpochConfigStore::for_chain_id(chain, None).expect("known chain");
        let ShardLayoutConfig::Dynamic {
            dynamic_resharding_config: theirs,
        } = store.get_config(PROTOCOL_VERSION).shard_layout_config.clone()
        else {
            panic!("the layout is dynamic at version 86");
        };
        assert_eq!(ours.memory_usage_threshold, theirs.memory_usage_threshold);
        assert_eq!(ours.min_child_memory_usage, theirs.min_child_memory_usage);
        assert_eq!(ours.max_number_of_shards, theirs.max_number_of_shards);
        assert_eq!(
            ours.min_epochs_between_resharding,
            theirs.min_epochs_between_resharding.get()
        );
        assert_eq!(theirs.force_split_shards.len() + theirs.block_split_shards.len(), 0);
    }
}
