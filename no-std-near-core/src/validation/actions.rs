//! The rules for actions.

use super::{ActionsValidationError, LimitExceeded, ValidateReceiptMode};
use crate::crypto::Crypto;
use crate::params::LimitConfig;
use crate::params::fees::{method_names_len_bytes, total_prepaid_gas};
use crate::types::access_key::{AccessKey, AccessKeyPermission, FunctionCallPermission};
use crate::types::account_id::{self, AccountId};
use crate::types::action::{Action, DeterministicStateInitAction, FunctionCallAction};
use crate::types::identifiers::deterministic_account_id;

type Verdict = Result<(), ActionsValidationError>;

/// Checks the actions of a transaction or receipt, and those inside a delegate action with its receiver.
///
/// # Errors
/// The first rule they break.
pub fn validate_actions<C: Crypto>(
    limits: &LimitConfig,
    actions: &[Action],
    receiver_id: &AccountId,
    mode: ValidateReceiptMode,
) -> Verdict {
    LimitExceeded::check(
        "actions of a receipt",
        actions.len() as u64,
        limits.max_actions_per_receipt,
    )?;
    if mode == ValidateReceiptMode::NewReceipt {
        let is_deploy =
            |action: &&Action| matches!(action, Action::DeployContract(_) | Action::DeployGlobalContract(_));
        let num_deploys = actions.iter().filter(is_deploy).count() as u64;
        LimitExceeded::check(
            "deployments in a receipt",
            num_deploys,
            limits.max_deploy_actions_per_receipt,
        )?;
    }
    let mut has_delegate = false;
    let mut rest = actions;
    while let [action, later @ ..] = rest {
        if matches!(action, Action::DeleteAccount(_)) && !later.is_empty() {
            return Err(ActionsValidationError::DeleteActionMustBeFinal);
        }
        if action.is_delegate() {
            if has_delegate {
                return Err(ActionsValidationError::DelegateActionMustBeOnlyOne);
            }
            has_delegate = true;
        }
        validate_action::<C>(limits, action, receiver_id, mode)?;
        rest = later;
    }
    let gas = total_prepaid_gas(actions).map_err(|_| ActionsValidationError::IntegerOverflow)?;
    LimitExceeded::check("gas attached to all function calls", gas, limits.max_total_prepaid_gas)?;
    Ok(())
}

fn validate_action<C: Crypto>(
    limits: &LimitConfig,
    action: &Action,
    receiver_id: &AccountId,
    mode: ValidateReceiptMode,
) -> Verdict {
    if let Some(delegate) = action.as_delegate() {
        return validate_actions::<C>(limits, delegate.actions, delegate.receiver_id, mode);
    }
    match action {
        Action::DeployContract(action) => validate_code_len(limits, action.code.len()),
        Action::DeployGlobalContract(action) => validate_code_len(limits, action.code.len()),
        Action::FunctionCall(action) => validate_function_call(limits, action),
        Action::Stake(action) if !C::is_valid_staking_key(&action.public_key) => {
            Err(ActionsValidationError::UnsuitableStakingKey)
        }
        Action::AddKey(action) => validate_access_key(limits, &action.access_key),
        Action::DeterministicStateInit(action) => validate_state_init::<C>(limits, action, receiver_id),
        Action::CreateAccount(_)
        | Action::Transfer(_)
        | Action::Stake(_)
        | Action::DeleteKey(_)
        | Action::DeleteAccount(_)
        | Action::Delegate(_)
        | Action::DelegateV2(_)
        | Action::UseGlobalContract(_)
        | Action::TransferToGasKey(_)
        | Action::WithdrawFromGasKey(_) => Ok(()),
    }
}

fn validate_code_len(limits: &LimitConfig, len_bytes: usize) -> Verdict {
    Ok(LimitExceeded::check(
        "bytes of a contract",
        len_bytes as u64,
        limits.max_contract_size,
    )?)
}

fn validate_function_call(limits: &LimitConfig, action: &FunctionCallAction) -> Verdict {
    if action.gas == 0 {
        return Err(ActionsValidationError::FunctionCallZeroAttachedGas);
    }
    let name_len_bytes = action.method_name.len() as u64;
    LimitExceeded::check("bytes of a method name", name_len_bytes, limits.max_length_method_name)?;
    LimitExceeded::check(
        "bytes of arguments",
        action.args.len() as u64,
        limits.max_arguments_length,
    )?;
    Ok(())
}

fn validate_access_key(limits: &LimitConfig, access_key: &AccessKey) -> Verdict {
    let function_call = access_key.permission.function_call_permission();
    if let Some(permission) = function_call {
        validate_function_call_permission(limits, permission)?;
    }
    let Some(gas_key) = access_key.gas_key_info() else {
        return Ok(());
    };
    if function_call.is_some_and(|permission| permission.allowance.is_some()) {
        return Err(ActionsValidationError::GasKeyFunctionCallAllowanceNotAllowed);
    }
    let limit = AccessKeyPermission::MAX_NONCES_FOR_GAS_KEY;
    if gas_key.num_nonces == 0 || gas_key.num_nonces > limit {
        return Err(ActionsValidationError::GasKeyInvalidNumNonces {
            found: gas_key.num_nonces,
            limit,
        });
    }
    if gas_key.balance != 0 {
        return Err(ActionsValidationError::AddGasKeyWithNonZeroBalance { found: gas_key.balance });
    }
    Ok(())
}

fn validate_function_call_permission(limits: &LimitConfig, permission: &FunctionCallPermission) -> Verdict {
    // Keys from the chain's first years have any text here; new ones must not.
    if account_id::validate(permission.receiver_id.as_bytes()).is_err() {
        return Err(ActionsValidationError::InvalidPermissionReceiver);
    }
    for name in &permission.method_names {
        LimitExceeded::check(
            "bytes of a method name",
            name.len() as u64,
            limits.max_length_method_name,
        )?;
    }
    let len_bytes = method_names_len_bytes(permission);
    LimitExceeded::check(
        "bytes of all method names",
        len_bytes,
        limits.max_number_bytes_method_names,
    )?;
    Ok(())
}

fn validate_state_init<C: Crypto>(
    limits: &LimitConfig,
    action: &DeterministicStateInitAction,
    receiver_id: &AccountId,
) -> Verdict {
    let derived_id = deterministic_account_id::<C>(&action.state_init);
    if derived_id != *receiver_id {
        let receiver_id = receiver_id.clone();
        return Err(ActionsValidationError::InvalidDeterministicStateInitReceiver {
            derived_id,
            receiver_id,
        });
    }
    for (key, value) in action.state_init.data() {
        LimitExceeded::check(
            "bytes of a storage key",
            key.len() as u64,
            limits.max_length_storage_key,
        )?;
        LimitExceeded::check(
            "bytes of a storage value",
            value.len() as u64,
            limits.max_length_storage_value,
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;
    use alloc::string::{String, ToString};
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;
    use crate::crypto::NativeCrypto;
    use crate::params::Params;
    use crate::types::access_key::GasKeyInfo;
    use crate::types::action::*;
    use crate::types::hash::CryptoHash;
    use crate::types::keys::{PublicKey, Signature};

    fn limits() -> LimitConfig {
        Params::production_86().wasm_config.limit_config
    }

    fn account(text: &str) -> AccountId {
        AccountId::new(text).unwrap()
    }

    fn check(actions: &[Action]) -> Verdict {
        validate_actions::<NativeCrypto>(
            &limits(),
            actions,
            &account("bob.near"),
            ValidateReceiptMode::NewReceipt,
        )
    }

    fn exceeded(what: &'static str, found: u64, limit: u64) -> Verdict {
        Err(LimitExceeded { what, found, limit }.into())
    }

    fn call(method_name: &str, len_bytes: usize, gas: u64) -> Action {
        let (method_name, args) = (method_name.to_string(), vec![0; len_bytes]);
        Action::FunctionCall(
            FunctionCallAction {
                method_name,
                args,
                gas,
                deposit: 0,
            }
            .into(),
        )
    }

    fn deploy(len_bytes: usize) -> Action {
        Action::DeployContract(DeployContractAction {
            code: vec![0; len_bytes],
        })
    }

    fn deploy_global(len_bytes: usize) -> Action {
        let deploy_mode = GlobalContractDeployMode::CodeHash;
        Action::DeployGlobalContract(DeployGlobalContractAction {
            code: vec![0; len_bytes].into(),
            deploy_mode,
        })
    }

    fn delete() -> Action {
        Action::DeleteAccount(DeleteAccountAction {
            beneficiary_id: account("carol.near"),
        })
    }

    fn stake(public_key: PublicKey) -> Action {
        Action::Stake(StakeAction { stake: 1, public_key }.into())
    }

    fn add_key(permission: AccessKeyPermission) -> Action {
        let access_key = AccessKey { nonce: 0, permission };
        Action::AddKey(
            AddKeyAction {
                public_key: PublicKey::ZERO_ED25519,
                access_key,
            }
            .into(),
        )
    }

    fn permission(receiver_id: &str, allowance: Option<u128>, methods: &[&str]) -> FunctionCallPermission {
        let method_names = methods.iter().map(|name| String::from(*name)).collect();
        FunctionCallPermission {
            allowance,
            receiver_id: receiver_id.to_string(),
            method_names,
        }
    }

    fn delegate(actions: Vec<Action>) -> Action {
        let delegate_action = DelegateAction {
            sender_id: account("bob.near"),
            receiver_id: account("token.near"),
            actions: actions.try_into().unwrap(),
            nonce: 1,
            max_block_height: 100,
            public_key: PublicKey::ZERO_ED25519,
        };
        Action::Delegate(
            SignedDelegateAction {
                delegate_action,
                signature: Signature::ED25519([0; 64]),
            }
            .into(),
        )
    }

    fn create() -> Action {
        Action::CreateAccount(CreateAccountAction {})
    }

    #[test]
    fn no_actions_are_well_formed() {
        assert_eq!(check(&[]), Ok(()));
    }

    #[test]
    fn the_number_of_actions_is_limited() {
        assert_eq!(check(&vec![create(); 100]), Ok(()));
        assert_eq!(check(&vec![create(); 101]), exceeded("actions of a receipt", 101, 100));
    }

    #[test]
    fn local_and_global_deployments_count_together_but_only_when_new() {
        let mut actions = vec![deploy(1); 5];
        actions.extend(vec![deploy_global(1); 5]);
        assert_eq!(check(&actions), Ok(()));
        actions.push(deploy(1));
        assert_eq!(check(&actions), exceeded("deployments in a receipt", 11, 10));
        let existing = ValidateReceiptMode::ExistingReceipt;
        assert_eq!(
            validate_actions::<NativeCrypto>(&limits(), &actions, &account("bob.near"), existing),
            Ok(())
        );
    }

    #[test]
    fn deployments_inside_a_delegate_action_count_on_their_own() {
        assert_eq!(check(&[deploy(1), delegate(vec![deploy(1); 10])]), Ok(()));
        assert_eq!(
            check(&[delegate(vec![deploy(1); 11])]),
            exceeded("deployments in a receipt", 11, 10)
        );
        let existing = ValidateReceiptMode::ExistingReceipt;
        let inner = [delegate(vec![deploy(1); 11])];
        assert_eq!(
            validate_actions::<NativeCrypto>(&limits(), &inner, &account("bob.near"), existing),
            Ok(())
        );
    }

    #[test]
    fn deleting_the_account_comes_last() {
        assert_eq!(check(&[create(), delete()]), Ok(()));
        assert_eq!(
            check(&[delete(), create()]),
            Err(ActionsValidationError::DeleteActionMustBeFinal)
        );
        assert_eq!(check(&[delegate(vec![delete()]), create()]), Ok(()));
        let inside = delegate(vec![delete(), create()]);
        assert_eq!(check(&[inside]), Err(ActionsValidationError::DeleteActionMustBeFinal));
    }

    #[test]
    fn one_delegate_action_is_enough() {
        assert_eq!(check(&[create(), delegate(vec![])]), Ok(()));
        assert_eq!(
            check(&[delegate(vec![]), delegate(vec![])]),
            Err(ActionsValidationError::DelegateActionMustBeOnlyOne)
        );
    }

    #[test]
    fn gas_of_all_calls_is_limited_together() {
        let limit = 1_000_000_000_000_000;
        assert_eq!(check(&[call("a", 0, limit - 1), call("b", 0, 1)]), Ok(()));
        let what = "gas attached to all function calls";
        assert_eq!(
            check(&[call("a", 0, limit), call("b", 0, 1)]),
            exceeded(what, limit + 1, limit)
        );
        let overflow = [call("a", 0, u64::MAX), call("b", 0, 1)];
        assert_eq!(check(&overflow), Err(ActionsValidationError::IntegerOverflow));
        assert_eq!(
            check(&[delegate(vec![call("a", 0, limit)]), call("b", 0, 1)]),
            exceeded(what, limit + 1, limit)
        );
    }

    #[test]
    fn calls_have_gas_a_short_name_and_not_too_long_arguments() {
        assert_eq!(
            check(&[call("a", 0, 0)]),
            Err(ActionsValidationError::FunctionCallZeroAttachedGas)
        );
        assert_eq!(check(&[call("", 0, 1)]), Ok(()));
        assert_eq!(check(&[call(&"a".repeat(256), 4_194_304, 1)]), Ok(()));
        assert_eq!(
            check(&[call(&"a".repeat(257), 0, 1)]),
            exceeded("bytes of a method name", 257, 256)
        );
        assert_eq!(
            check(&[call("a", 4_194_305, 1)]),
            exceeded("bytes of arguments", 4_194_305, 4_194_304)
        );
    }

    #[test]
    fn code_is_limited_wherever_it_goes() {
        for deploy in [deploy, deploy_global] {
            assert_eq!(check(&[deploy(4_194_304)]), Ok(()));
            assert_eq!(
                check(&[deploy(4_194_305)]),
                exceeded("bytes of a contract", 4_194_305, 4_194_304)
            );
        }
    }

    #[test]
    fn staking_keys_are_points_without_torsion() {
        // The generator of the curve, y = 4/5.
        let mut generator = [0x66; 32];
        generator[0] = 0x58;
        assert_eq!(check(&[stake(PublicKey::ED25519(generator))]), Ok(()));
        // y = 0 is a point of order 4; y = 2 is on no point; other schemes cannot stake.
        let mut off_curve = [0; 32];
        off_curve[0] = 2;
        for key in [
            PublicKey::ZERO_ED25519,
            PublicKey::ED25519(off_curve),
            PublicKey::SECP256K1([1; 64]),
        ] {
            assert_eq!(check(&[stake(key)]), Err(ActionsValidationError::UnsuitableStakingKey));
        }
    }

    #[test]
    fn access_keys_for_calls_name_an_account_and_few_methods() {
        let with = |receiver_id: &str, methods: &[&str]| {
            check(&[add_key(AccessKeyPermission::FunctionCall(permission(
                receiver_id,
                Some(1),
                methods,
            )))])
        };
        assert_eq!(check(&[add_key(AccessKeyPermission::FullAccess)]), Ok(()));
        assert_eq!(with("token.near", &["a", "b"]), Ok(()));
        assert_eq!(
            with("Not An Account", &[]),
            Err(ActionsValidationError::InvalidPermissionReceiver)
        );
        let long = "m".repeat(257);
        assert_eq!(
            with("token.near", &[&long]),
            exceeded("bytes of a method name", 257, 256)
        );
        let name = "m".repeat(199);
        assert_eq!(with("token.near", &[&*name; 10]), Ok(()));
        let with_one_more = [[&*name; 10].as_slice(), &[""]].concat();
        assert_eq!(
            with("token.near", &with_one_more),
            exceeded("bytes of all method names", 2001, 2000)
        );
    }

    #[test]
    fn gas_keys_start_empty_with_some_nonces_and_no_allowance() {
        let gas_key = |balance, num_nonces| AccessKeyPermission::GasKeyFullAccess(GasKeyInfo { balance, num_nonces });
        assert_eq!(check(&[add_key(gas_key(0, 1024))]), Ok(()));
        for found in [0, 1025] {
            let error = ActionsValidationError::GasKeyInvalidNumNonces { found, limit: 1024 };
            assert_eq!(check(&[add_key(gas_key(0, found))]), Err(error));
        }
        let error = ActionsValidationError::AddGasKeyWithNonZeroBalance { found: 1 };
        assert_eq!(check(&[add_key(gas_key(1, 1))]), Err(error));
        let info = GasKeyInfo {
            balance: 0,
            num_nonces: 1,
        };
        let for_calls = |allowance| {
            let permission = permission("token.near", allowance, &[]);
            check(&[add_key(AccessKeyPermission::GasKeyFunctionCall(
                info.clone(),
                permission,
            ))])
        };
        assert_eq!(for_calls(None), Ok(()));
        assert_eq!(
            for_calls(Some(1)),
            Err(ActionsValidationError::GasKeyFunctionCallAllowanceNotAllowed)
        );
    }

    fn state_init(key_len_bytes: usize, value_len_bytes: usize) -> DeterministicStateInitAction {
        let code = GlobalContractIdentifier::CodeHash(CryptoHash::ZERO);
        let data = BTreeMap::from([(vec![0; key_len_bytes], vec![0; value_len_bytes])]);
        let state_init = DeterministicAccountStateInit::V1(DeterministicAccountStateInitV1 { code, data });
        DeterministicStateInitAction { state_init, deposit: 0 }
    }

    fn check_state_init(action: DeterministicStateInitAction, receiver_id: &AccountId) -> Verdict {
        let actions = [Action::DeterministicStateInit(action.into())];
        validate_actions::<NativeCrypto>(&limits(), &actions, receiver_id, ValidateReceiptMode::NewReceipt)
    }

    #[test]
    fn initial_state_goes_to_the_account_it_determines() {
        let action = state_init(2048, 100);
        let derived_id = deterministic_account_id::<NativeCrypto>(&action.state_init);
        assert_eq!(check_state_init(action.clone(), &derived_id), Ok(()));
        let receiver_id = account("bob.near");
        let error = ActionsValidationError::InvalidDeterministicStateInitReceiver {
            derived_id,
            receiver_id,
        };
        assert_eq!(check_state_init(action, &account("bob.near")), Err(error));
    }

    #[test]
    fn initial_state_inside_a_delegate_action_is_checked_against_the_inner_receiver() {
        let action = state_init(1, 1);
        let derived_id = deterministic_account_id::<NativeCrypto>(&action.state_init);
        let receiver_id = account("token.near");
        let error = ActionsValidationError::InvalidDeterministicStateInitReceiver {
            derived_id,
            receiver_id,
        };
        let inner = delegate(vec![Action::DeterministicStateInit(action.into())]);
        assert_eq!(check(&[inner]), Err(error));
    }

    #[test]
    fn initial_state_obeys_the_limits_of_storage() {
        let long_key = state_init(2049, 1);
        let id = deterministic_account_id::<NativeCrypto>(&long_key.state_init);
        assert_eq!(
            check_state_init(long_key, &id),
            exceeded("bytes of a storage key", 2049, 2048)
        );
        let long_value = state_init(1, 4_194_305);
        let id = deterministic_account_id::<NativeCrypto>(&long_value.state_init);
        assert_eq!(
            check_state_init(long_value, &id),
            exceeded("bytes of a storage value", 4_194_305, 4_194_304)
        );
    }
}
