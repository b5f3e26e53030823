//! The program's edge to the machine: its start, its end, and the precompiles behind [`Crypto`].

use no_std_near_core::crypto::{Crypto, KnownKey, NativeCrypto};
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::keys::{
    ML_DSA_65_PUBLIC_KEY_LEN_BYTES, ML_DSA_65_SIGNATURE_LEN_BYTES, SECP256K1_PUBLIC_KEY_LEN_BYTES,
    SECP256K1_SIGNATURE_LEN_BYTES, Signature,
};

guest_sdk::entry!(main);

fn main() {
    let halt = |digest: CryptoHash| guest_sdk::halt_with(&digest.0);
    match crate::prove::<MachineCrypto, ()>(guest_sdk::public_input(), guest_sdk::witness(), |digest| halt(digest)) {
        Ok(()) => unreachable!("the program has halted"),
        Err(abort) => guest_sdk::trap(&abort),
    }
}

/// SHA-256 by the precompile, everything else as code.
#[derive(Debug)]
struct MachineCrypto;

impl Crypto for MachineCrypto {
    fn sha256(bytes: &[u8]) -> CryptoHash {
        CryptoHash(guest_sdk::sha256::digest(bytes))
    }

    fn sha256_parts(parts: &[&[u8]]) -> CryptoHash {
        CryptoHash(guest_sdk::sha256::digest_parts(parts))
    }

    fn sha256_pair(left: &[u8; 32], right: &[u8; 32]) -> CryptoHash {
        CryptoHash(guest_sdk::sha256::digest_pair(left, right))
    }

    fn keccak256(bytes: &[u8]) -> [u8; 32] {
        NativeCrypto::keccak256(bytes)
    }

    fn sha3_256(parts: &[&[u8]]) -> [u8; 32] {
        NativeCrypto::sha3_256(parts)
    }

    fn verify_ed25519(public_key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
        NativeCrypto::verify_ed25519(public_key, message, signature)
    }

    // A frame of its own in profiles.
    #[inline(never)]
    fn verify_one_of_many(known: &mut KnownKey<'_>, message: &[u8], signature: &Signature) -> bool {
        NativeCrypto::verify_one_of_many(known, message, signature)
    }

    fn verify_secp256k1(
        public_key: &[u8; SECP256K1_PUBLIC_KEY_LEN_BYTES],
        digest: &[u8],
        signature: &[u8; SECP256K1_SIGNATURE_LEN_BYTES],
    ) -> bool {
        NativeCrypto::verify_secp256k1(public_key, digest, signature)
    }

    fn verify_ml_dsa_65(
        public_key: &[u8; ML_DSA_65_PUBLIC_KEY_LEN_BYTES],
        message: &[u8],
        signature: &[u8; ML_DSA_65_SIGNATURE_LEN_BYTES],
    ) -> bool {
        NativeCrypto::verify_ml_dsa_65(public_key, message, signature)
    }

    fn is_torsion_free_ed25519(public_key: &[u8; 32]) -> bool {
        NativeCrypto::is_torsion_free_ed25519(public_key)
    }
}
