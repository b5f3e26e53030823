//! The parameter sets that come with the crate, by the identifier that recorded chunks give them.

use super::{Params, ParamsError, ProtocolVariant};

/// A parameter set that comes with the crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownSet {
    /// mainnet, testnet and every network with their parameters.
    Production,
    /// nearcore's set for tests: round fees, a short yield timeout, no minimum account length.
    Test,
    /// nearcore's set for tests with 100 Tgas as the most and the least gas sent to another shard.
    TestLimitedOutgoingGas,
}

/// Why no set is known under an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KnownSetError {
    /// The identifier names a set that is known not to be of the implemented version.
    #[error(transparent)]
    Params(#[from] ParamsError),
    /// No set has this identifier.
    #[error("no parameter set is known under the identifier given")]
    Unknown,
}

/// The set of protocol version 84 that some recorded chunks used.
const PRODUCTION_84_HASH: &str = "7vtTJgpTBTnkWo6pPiGMKK2A7tawr2sLQPVXxzyGN1rC";

impl KnownSet {
    /// All sets.
    pub const ALL: [Self; 3] = [Self::Production, Self::Test, Self::TestLimitedOutgoingGas];

    /// The identifier in recorded chunks: base58 of a hash of nearcore's JSON view of the set.
    pub const fn config_hash(self) -> &'static str {
        match self {
            Self::Production => "HwdZsFNV5gFP3odc3QNyApiadz5rNDQCKQpYu9B1Bvhc",
            Self::Test => "4quxrbF5P9pFrhB3o6TJFe2Aj21Lt1Zbmj964ExKoujZ",
            Self::TestLimitedOutgoingGas => "ogGYoCsdR6dJbmvZghkknC7oko44J8Gwrx9szQyo61D",
        }
    }

    /// File name of the set's borsh form, under `params/` of this crate.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Production => "production_86.borsh",
            Self::Test => "test_86.borsh",
            Self::TestLimitedOutgoingGas => "test_86_limited_outgoing_gas.borsh",
        }
    }

    /// The borsh form, with the released variant.
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Production => include_bytes!("../../params/production_86.borsh"),
            Self::Test => include_bytes!("../../params/test_86.borsh"),
            Self::TestLimitedOutgoingGas => include_bytes!("../../params/test_86_limited_outgoing_gas.borsh"),
        }
    }

    /// The set itself.
    pub fn load(self, variant: ProtocolVariant) -> Params {
        match Params::decode(self.bytes()) {
            Ok(params) => params.with_variant(variant),
            Err(error) => unreachable!("{} is part of this crate and decodes: {error}", self.file_name()),
        }
    }
}

/// The set that a recorded chunk names in `apply.json`.
///
/// # Errors
/// A set of another protocol version is named as such; anything else is [`KnownSetError::Unknown`].
pub fn known_set(config_hash: &str, variant: ProtocolVariant) -> Result<Params, KnownSetError> {
    if config_hash == PRODUCTION_84_HASH {
        return Err(ParamsError::UnsupportedProtocolVersion { found: 84 }.into());
    }
    let set = KnownSet::ALL
        .into_iter()
        .find(|set| set.config_hash() == config_hash)
        .ok_or(KnownSetError::Unknown)?;
    Ok(set.load(variant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::PROTOCOL_VERSION;

    #[test]
    fn every_known_set_decodes_and_is_found_by_its_hash() {
        for set in KnownSet::ALL {
            let params = known_set(set.config_hash(), ProtocolVariant::RECORDED).unwrap();
            assert_eq!(params.protocol_version, PROTOCOL_VERSION);
            assert_eq!(params.variant, ProtocolVariant::RECORDED);
            assert_eq!(
                borsh::to_vec(&params.with_variant(ProtocolVariant::RELEASED)).unwrap(),
                set.bytes()
            );
        }
    }

    #[test]
    fn another_version_is_refused_by_name() {
        let refused = KnownSetError::Params(ParamsError::UnsupportedProtocolVersion { found: 84 });
        assert_eq!(known_set(PRODUCTION_84_HASH, ProtocolVariant::RECORDED), Err(refused));
        assert_eq!(known_set("", ProtocolVariant::RECORDED), Err(KnownSetError::Unknown));

        let mut bytes = KnownSet::Production.bytes().to_vec();
        bytes[0] = 87;
        assert_eq!(
            Params::decode(&bytes),
            Err(ParamsError::UnsupportedProtocolVersion { found: 87 })
        );
    }

    #[test]
    fn the_hash_tells_variants_and_sets_apart() {
        let hashes: alloc::collections::BTreeSet<_> = KnownSet::ALL
            .into_iter()
            .flat_map(|set| [ProtocolVariant::RELEASED, ProtocolVariant::RECORDED].map(|variant| set.load(variant)))
            .map(|params| params.params_hash())
            .collect();
        assert_eq!(hashes.len(), 6);
    }

    #[test]
    fn sets_that_cannot_be_computed_with_are_refused() {
        let refuse = |change: fn(&mut Params)| {
            let mut params = KnownSet::Production.load(ProtocolVariant::RELEASED);
            change(&mut params);
            Params::decode(&borsh::to_vec(&params).unwrap()).unwrap_err()
        };
        let zero = refuse(|params| params.congestion_control_config.max_congestion_missed_chunks = 0);
        assert_eq!(
            zero,
            ParamsError::ZeroDivisor {
                name: "max_congestion_missed_chunks"
            }
        );
        let zero = refuse(|params| params.fees.burnt_gas_reward.denominator = 0);
        assert_eq!(
            zero,
            ParamsError::ZeroDivisor {
                name: "burnt_gas_reward"
            }
        );
        let small = refuse(|params| params.bandwidth_scheduler_config.max_single_grant = 4_194_303);
        assert!(matches!(
            small,
            ParamsError::UnusableBandwidth {
                max_single_grant: 4_194_303,
                ..
            }
        ));
        let large = refuse(|params| params.bandwidth_scheduler_config.max_single_grant = 4_500_001);
        assert!(matches!(
            large,
            ParamsError::UnusableBandwidth {
                max_shard_bandwidth: 4_500_000,
                ..
            }
        ));
    }

    #[test]
    fn damaged_bytes_are_refused_without_panic() {
        let bytes = KnownSet::Production.bytes();
        for len in 0..bytes.len() {
            assert_eq!(Params::decode(&bytes[..len]), Err(ParamsError::Malformed { len }));
        }
        let mut longer = bytes.to_vec();
        longer.push(0);
        assert_eq!(
            Params::decode(&longer),
            Err(ParamsError::Malformed { len: longer.len() })
        );
    }
}
