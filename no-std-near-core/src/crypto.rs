//! The hashes and signature checks that the runtime needs, behind one trait.
//!
//! Code that hashes or verifies takes `C: Crypto`, so that a guest of a proof system can put its precompiles in place of
//! [`NativeCrypto`]. Verdicts mirror `core/crypto/src/signature.rs` and `core/crypto/src/key_conversion.rs` (§B.4), the odd cases
//! included: they are consensus.

use crate::types::hash::CryptoHash;
use crate::types::keys::{
    ML_DSA_65_PUBLIC_KEY_LEN_BYTES, ML_DSA_65_SIGNATURE_LEN_BYTES, PublicKey, SECP256K1_PUBLIC_KEY_LEN_BYTES,
    SECP256K1_SIGNATURE_LEN_BYTES, Signature,
};
use borsh::BorshSerialize;
use ed25519_dalek::Verifier as _;
use k256::ecdsa::signature::hazmat::PrehashVerifier as _;
use sha2::Digest as _;

/// Hash functions and signature checks.
pub trait Crypto: 'static {
    /// SHA-256.
    fn sha256(bytes: &[u8]) -> CryptoHash;

    /// SHA-256 of the concatenation of several parts.
    fn sha256_parts(parts: &[&[u8]]) -> CryptoHash;

    /// SHA-256 of two hashes, one after the other: a node of a Merkle tree.
    #[must_use]
    fn sha256_pair(left: &[u8; 32], right: &[u8; 32]) -> CryptoHash {
        Self::sha256_parts(&[left, right])
    }

    /// Keccak-256, as Ethereum pads it.
    fn keccak256(bytes: &[u8]) -> [u8; 32];

    /// SHA3-256 of the concatenation of several parts.
    fn sha3_256(parts: &[&[u8]]) -> [u8; 32];

    /// Ed25519 without a check for small-order points and without multiplying by the cofactor: `s` must be canonical, the key
    /// must decompress, and `R` must be the canonical encoding of `s B - k A`.
    fn verify_ed25519(public_key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool;

    /// ECDSA over secp256k1 of a 32-byte digest: false for any other length, for a recovery id above 3, for `r` or `s` zero or
    /// not below the order, for `s` above half the order, and for a key that is no point of the curve. The recovery id is
    /// not otherwise looked at.
    fn verify_secp256k1(
        public_key: &[u8; SECP256K1_PUBLIC_KEY_LEN_BYTES],
        digest: &[u8],
        signature: &[u8; SECP256K1_SIGNATURE_LEN_BYTES],
    ) -> bool;

    /// ML-DSA-65 of FIPS 204 with an empty context.
    fn verify_ml_dsa_65(
        public_key: &[u8; ML_DSA_65_PUBLIC_KEY_LEN_BYTES],
        message: &[u8],
        signature: &[u8; ML_DSA_65_SIGNATURE_LEN_BYTES],
    ) -> bool;

    /// Whether the bytes decompress to an Edwards point without a torsion part.
    fn is_torsion_free_ed25519(public_key: &[u8; 32]) -> bool;

    /// SHA-256 of a value's borsh form.
    #[must_use]
    fn hash_borsh<T: BorshSerialize + ?Sized>(value: &T) -> CryptoHash {
        Self::sha256(&crate::types::to_bytes(value))
    }

    /// Whether the key has signed the message. A signature of another scheme than the key's never verifies.
    #[must_use]
    fn verify(public_key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
        match (public_key, signature) {
            (PublicKey::ED25519(key), Signature::ED25519(signature)) => Self::verify_ed25519(key, message, signature),
            (PublicKey::SECP256K1(key), Signature::SECP256K1(signature)) => {
                Self::verify_secp256k1(key, message, signature)
            }
            (PublicKey::MLDSA65(key), Signature::MLDSA65(signature)) => Self::verify_ml_dsa_65(key, message, signature),
            _ => false,
        }
    }

    /// [`Self::verify`] for one of many signatures of a key: work on the key itself is not repeated. The verdict is the same.
    #[must_use]
    fn verify_one_of_many(known: &mut KnownKey<'_>, message: &[u8], signature: &Signature) -> bool {
        Self::verify(known.public_key, message, signature)
    }

    /// Whether a validator may use the key: ed25519, a point, without a torsion part.
    #[must_use]
    fn is_valid_staking_key(public_key: &PublicKey) -> bool {
        match public_key {
            PublicKey::ED25519(key) => Self::is_torsion_free_ed25519(key),
            PublicKey::SECP256K1(_) | PublicKey::MLDSA65(_) => false,
        }
    }
}

/// A key that may sign more than once, and the point that it is, once somebody has asked (none, if it is not the encoding of a
/// point). Finding the point takes a tenth of a verification.
#[derive(Debug, Clone, Copy)]
pub struct KnownKey<'k> {
    public_key: &'k PublicKey,
    point: Option<Option<ed25519_dalek::VerifyingKey>>,
}

impl<'k> KnownKey<'k> {
    /// A key that nobody has looked at.
    #[must_use]
    pub const fn new(public_key: &'k PublicKey) -> Self {
        Self {
            public_key,
            point: None,
        }
    }

    /// The key.
    #[must_use]
    pub const fn public_key(&self) -> &'k PublicKey {
        self.public_key
    }
}

/// Plain software.
#[derive(Clone, Copy, Debug)]
pub struct NativeCrypto;

impl Crypto for NativeCrypto {
    fn sha256(bytes: &[u8]) -> CryptoHash {
        CryptoHash(sha2::Sha256::digest(bytes).into())
    }

    fn sha256_parts(parts: &[&[u8]]) -> CryptoHash {
        let mut hasher = sha2::Sha256::new();
        parts.iter().for_each(|part| hasher.update(part));
        CryptoHash(hasher.finalize().into())
    }

    fn keccak256(bytes: &[u8]) -> [u8; 32] {
        sha3::Keccak256::digest(bytes).into()
    }

    fn sha3_256(parts: &[&[u8]]) -> [u8; 32] {
        let mut hasher = sha3::Sha3_256::new();
        parts.iter().for_each(|part| hasher.update(part));
        hasher.finalize().into()
    }

    fn verify_ed25519(public_key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        ed25519_dalek::VerifyingKey::from_bytes(public_key).is_ok_and(|key| key.verify(message, &signature).is_ok())
    }

    fn verify_one_of_many(known: &mut KnownKey<'_>, message: &[u8], signature: &Signature) -> bool {
        let (PublicKey::ED25519(key), Signature::ED25519(signature)) = (known.public_key, signature) else {
            return Self::verify(known.public_key, message, signature);
        };
        let point = known
            .point
            .get_or_insert_with(|| ed25519_dalek::VerifyingKey::from_bytes(key).ok());
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        point
            .as_ref()
            .is_some_and(|point| point.verify(message, &signature).is_ok())
    }

    fn verify_secp256k1(
        public_key: &[u8; SECP256K1_PUBLIC_KEY_LEN_BYTES],
        digest: &[u8],
        signature: &[u8; SECP256K1_SIGNATURE_LEN_BYTES],
    ) -> bool {
        let (r_and_s, recovery_id) = (&signature[..64], signature[64]);
        if recovery_id > 3 || digest.len() != 32 {
            return false;
        }
        let Ok(signature) = k256::ecdsa::Signature::from_slice(r_and_s) else {
            return false;
        };
        if signature.normalize_s().is_some() {
            return false;
        }
        let mut uncompressed_point = [4; 1 + SECP256K1_PUBLIC_KEY_LEN_BYTES];
        uncompressed_point[1..].copy_from_slice(public_key);
        k256::ecdsa::VerifyingKey::from_sec1_bytes(&uncompressed_point)
            .is_ok_and(|key| key.verify_prehash(digest, &signature).is_ok())
    }

    fn verify_ml_dsa_65(
        public_key: &[u8; ML_DSA_65_PUBLIC_KEY_LEN_BYTES],
        message: &[u8],
        signature: &[u8; ML_DSA_65_SIGNATURE_LEN_BYTES],
    ) -> bool {
        let Ok(key) = ml_dsa::EncodedVerifyingKey::<ml_dsa::MlDsa65>::try_from(&public_key[..]) else {
            return false;
        };
        let Ok(signature) = ml_dsa::Signature::<ml_dsa::MlDsa65>::try_from(&signature[..]) else {
            return false;
        };
        ml_dsa::VerifyingKey::<ml_dsa::MlDsa65>::decode(&key).verify_with_context(message, &[], &signature)
    }

    fn is_torsion_free_ed25519(public_key: &[u8; 32]) -> bool {
        ed25519_dalek::VerifyingKey::from_bytes(public_key).is_ok_and(|key| key.to_edwards().is_torsion_free())
    }
}
