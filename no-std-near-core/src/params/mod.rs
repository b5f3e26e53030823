//! Runtime parameters as data, and fees computed from them.
//!
//! Mirrors `core/parameters/src`; differs in: a parameter set is a borsh value with a hash, one per network and protocol
//! version, instead of YAML diffs applied at start. The sets under `params/` are generated from nearcore's own crate by
//! `tests/oracle/params.rs` and compared with it there.
//!
//! Only protocol version 86 exists here; anything else is refused by name.

use borsh::{BorshDeserialize, BorshSerialize};

pub mod config;
pub mod costs;
mod known_sets;

pub use config::{
    AccountCreationConfig, BandwidthSchedulerConfig, CongestionControlConfig, DynamicReshardingConfig, LimitConfig,
    Ratio, RuntimeFeesConfig, StorageUsageConfig, WasmConfig, WitnessConfig,
};
pub use costs::{ActionCosts, ExtCosts, ExtCostsConfig, Fee, ParameterCost};
pub use known_sets::{KnownSet, KnownSetError, known_set};

/// Gas.
pub type Gas = u64;
/// Compute.
pub type Compute = u64;
/// yoctoNEAR.
pub type Balance = u128;

/// The protocol version this crate implements.
pub const PROTOCOL_VERSION: u32 = 86;

/// A sum or product left the range of its type.
///
/// Where nearcore panics on overflow or returns its error of the same name, this is returned; what it means is up to the
/// caller: a transaction whose cost overflows fails, a total that overflows aborts the chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("integer overflow")]
pub struct IntegerOverflowError;

/// The two points where builds of nearcore that call themselves version 86 disagree (spec §0.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProtocolVariant {
    /// All function calls of a receipt share one budget of storage proof, counted from the start of the receipt; otherwise each
    /// call has its own.
    pub receipt_scoped_proof_limit: bool,
    /// Gas-key host functions charge for the decoded key; otherwise for the length argument as passed.
    pub gas_key_fee_from_decoded_len: bool,
}

impl ProtocolVariant {
    /// nearcore 2.13 as released: what mainnet and testnet run.
    pub const RELEASED: Self = Self {
        receipt_scoped_proof_limit: true,
        gas_key_fee_from_decoded_len: true,
    };
    /// The commit that this crate mirrors and that the recorded chunks come from.
    pub const RECORDED: Self = Self {
        receipt_scoped_proof_limit: false,
        gas_key_fee_from_decoded_len: false,
    };
}

/// Every runtime parameter that the result of a chunk depends on.
///
/// Not here: what depends on the chain (chain id, treasury account, validity period) and on the epoch (layout, stakes).
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Params {
    /// Always [`PROTOCOL_VERSION`] in a decoded set.
    pub protocol_version: u32,
    /// Which build of that version.
    pub variant: ProtocolVariant,
    /// Prices of actions and receipts.
    pub fees: RuntimeFeesConfig,
    /// Prices and limits of contract execution.
    pub wasm_config: WasmConfig,
    /// Who may create top-level accounts.
    pub account_creation_config: AccountCreationConfig,
    /// Congestion levels and limits.
    pub congestion_control_config: CongestionControlConfig,
    /// Limits on the state witness.
    pub witness_config: WitnessConfig,
    /// Limits on bytes between shards.
    pub bandwidth_scheduler_config: BandwidthSchedulerConfig,
    /// yoctoNEAR: gas of a receipt is bought at this price at least.
    pub min_gas_purchase_price: Balance,
    /// yoctoNEAR that creating an account costs in all.
    pub account_creation_charge: Balance,
}

/// Why bytes are not a usable parameter set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// Not the borsh form of [`Params`].
    #[error("parameter set of {len} bytes does not decode")]
    Malformed {
        /// Bytes given.
        len: usize,
    },
    /// A set of another protocol version.
    #[error("parameters of protocol version {found} given, only {PROTOCOL_VERSION} is implemented")]
    UnsupportedProtocolVersion {
        /// The version asked for.
        found: u32,
    },
    /// A ratio with denominator zero.
    #[error("the denominator of {name} is zero")]
    ZeroDenominator {
        /// Which ratio.
        name: &'static str,
    },
}

/// Refuses every protocol version but the implemented one.
///
/// # Errors
/// [`ParamsError::UnsupportedProtocolVersion`].
pub const fn check_protocol_version(found: u32) -> Result<(), ParamsError> {
    if found == PROTOCOL_VERSION {
        Ok(())
    } else {
        Err(ParamsError::UnsupportedProtocolVersion { found })
    }
}

impl Params {
    /// Decodes a parameter set and checks what the rest of the crate relies on.
    ///
    /// # Errors
    /// See [`ParamsError`]; trailing bytes are malformed.
    pub fn decode(bytes: &[u8]) -> Result<Self, ParamsError> {
        let params: Self = borsh::from_slice(bytes).map_err(|_| ParamsError::Malformed { len: bytes.len() })?;
        check_protocol_version(params.protocol_version)?;
        let ratios = [
            ("burnt_gas_reward", params.fees.burnt_gas_reward),
            ("gas_refund_penalty", params.fees.gas_refund_penalty),
        ];
        for (name, ratio) in ratios {
            if ratio.denominator == 0 {
                return Err(ParamsError::ZeroDenominator { name });
            }
        }
        Ok(params)
    }

    /// The parameters of mainnet and testnet at protocol version 86, as released.
    pub fn production_86() -> Self {
        KnownSet::Production.load(ProtocolVariant::RELEASED)
    }

    /// The same set for another variant.
    #[must_use]
    pub const fn with_variant(mut self, variant: ProtocolVariant) -> Self {
        self.variant = variant;
        self
    }

    /// SHA-256 of the borsh form: the set's identity in a statement.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    pub fn params_hash(&self) -> [u8; 32] {
        use sha2::Digest;
        let bytes = borsh::to_vec(self).expect("writing to memory does not fail");
        sha2::Sha256::digest(&bytes).into()
    }
}
