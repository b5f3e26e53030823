//! Runtime parameters as data, and fees computed from them.
//!
//! Mirrors `core/parameters/src`; differs in: a parameter set is a borsh value with a hash, one per network and protocol
//! version, instead of YAML diffs applied at start. The sets under `params/` are generated from nearcore's own crate by
//! `tests/oracle/params.rs` and compared with it there.
//!
//! Only protocol version 86 exists here; anything else is refused by name.

use alloc::vec::Vec;

use borsh::{BorshDeserialize, BorshSerialize};

pub mod config;
pub mod costs;
pub mod fees;
mod known_sets;

pub use config::{
    AccountCreationConfig, BandwidthSchedulerConfig, CongestionControlConfig, DynamicReshardingConfig, LimitConfig,
    Ratio, RuntimeFeesConfig, StorageUsageConfig, WasmConfig, WitnessConfig,
};
pub use costs::{ActionCosts, ExtCosts, ExtCostsConfig, Fee, ParameterCost};
pub use fees::{SplitFee, TransactionCost};
pub use known_sets::{KnownSet, KnownSetError, known_set};

use crate::crypto::{Crypto, NativeCrypto};
use crate::types::hash::CryptoHash;
use crate::types::{Balance, Compute, Gas, append_bytes};

/// The protocol version this crate implements.
pub const PROTOCOL_VERSION: u32 = 86;

/// Room for the borsh form of a set.
const ENCODED_LEN_BYTES: usize = 4096;

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
    /// A value that is divided by is zero.
    #[error("{name} is zero and would be divided by")]
    ZeroDivisor {
        /// Which value.
        name: &'static str,
    },
    /// The largest grant of bandwidth is not between the largest receipt and what a shard may send in all.
    #[error(
        "largest grant of {max_single_grant} bytes, but receipts up to {max_receipt_size} and {max_shard_bandwidth} in all"
    )]
    UnusableBandwidth {
        /// The largest grant, in bytes.
        max_single_grant: u64,
        /// The largest receipt, in bytes.
        max_receipt_size: u64,
        /// What a shard may send in all, in bytes.
        max_shard_bandwidth: u64,
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
        params.check_divisors()?;
        params.check_bandwidth()?;
        Ok(params)
    }

    fn check_divisors(&self) -> Result<(), ParamsError> {
        let congestion = &self.congestion_control_config;
        let divisors = [
            ("burnt_gas_reward", u64::from(self.fees.burnt_gas_reward.denominator)),
            (
                "gas_refund_penalty",
                u64::from(self.fees.gas_refund_penalty.denominator),
            ),
            ("max_congestion_incoming_gas", congestion.max_congestion_incoming_gas),
            ("max_congestion_outgoing_gas", congestion.max_congestion_outgoing_gas),
            (
                "max_congestion_memory_consumption",
                congestion.max_congestion_memory_consumption,
            ),
            ("max_congestion_missed_chunks", congestion.max_congestion_missed_chunks),
        ];
        match divisors.into_iter().find(|(_, value)| *value == 0) {
            Some((name, _)) => Err(ParamsError::ZeroDivisor { name }),
            None => Ok(()),
        }
    }

    /// nearcore asserts the same when it computes the parameters of the scheduler.
    const fn check_bandwidth(&self) -> Result<(), ParamsError> {
        let BandwidthSchedulerConfig {
            max_single_grant,
            max_shard_bandwidth,
            ..
        } = self.bandwidth_scheduler_config;
        let max_receipt_size = self.wasm_config.limit_config.max_receipt_size;
        if max_receipt_size <= max_single_grant && max_single_grant <= max_shard_bandwidth {
            return Ok(());
        }
        Err(ParamsError::UnusableBandwidth {
            max_single_grant,
            max_receipt_size,
            max_shard_bandwidth,
        })
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
    pub fn params_hash(&self) -> CryptoHash {
        self.params_hash_by::<NativeCrypto>()
    }

    /// The same with the hash function of the caller.
    pub fn params_hash_by<C: Crypto>(&self) -> CryptoHash {
        // A set has some 2,800 bytes; growing to that would copy it several times.
        let mut bytes = Vec::with_capacity(ENCODED_LEN_BYTES);
        append_bytes(self, &mut bytes);
        C::sha256(&bytes)
    }
}
