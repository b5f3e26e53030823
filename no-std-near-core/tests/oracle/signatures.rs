//! Verdicts on signatures are nearcore's, on odd keys and signatures too.

use crate::generate::Draw;
use borsh::BorshDeserialize;
use near_crypto::{KeyType, PublicKey as TheirKey, SecretKey, Signature as TheirSignature};
use no_std_near_core::crypto::{Crypto, KnownKey, NativeCrypto};
use no_std_near_core::types::keys::{PublicKey, Signature};
use no_std_near_core::types::to_bytes;

fn theirs(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    let key = TheirKey::try_from_slice(&to_bytes(key)).unwrap();
    let signature = match signature {
        // From parts, because decoding refuses some and verification is to be compared on all.
        Signature::ED25519(bytes) => TheirSignature::from_parts(KeyType::ED25519, bytes).unwrap(),
        _ => TheirSignature::try_from_slice(&to_bytes(signature)).unwrap(),
    };
    signature.verify(message, &key)
}

/// Both verdicts, which must agree.
fn verdict(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    let ours = NativeCrypto::verify(key, message, signature);
    assert_eq!(ours, theirs(key, message, signature), "{key} {message:?} {signature}");
    let mut known = KnownKey::new(key);
    for time in ["first", "second"] {
        let again = NativeCrypto::verify_one_of_many(&mut known, message, signature);
        assert_eq!(again, ours, "{time} time: {key} {message:?} {signature}");
    }
    ours
}

fn signed(key_type: KeyType, seed: u64) -> (PublicKey, [u8; 32], Signature) {
    let message: [u8; 32] = Draw::from_seed(seed).array();
    let secret_key = SecretKey::from_seed(key_type, &seed.to_string());
    let signature = secret_key.sign(&message);
    let key = PublicKey::try_from_slice(&borsh::to_vec(&secret_key.public_key()).unwrap()).unwrap();
    (
        key,
        message,
        Signature::try_from_slice(&borsh::to_vec(&signature).unwrap()).unwrap(),
    )
}

fn flip_bit(bytes: &mut [u8], draw: &mut Draw) {
    let position = draw.below(bytes.len());
    bytes[position] ^= 1 << draw.below(8);
}

fn data_mut(signature: &mut Signature) -> &mut [u8] {
    match signature {
        Signature::ED25519(bytes) => bytes,
        Signature::SECP256K1(bytes) => bytes,
        Signature::MLDSA65(bytes) => &mut bytes[..],
    }
}

fn key_mut(key: &mut PublicKey) -> &mut [u8] {
    match key {
        PublicKey::ED25519(bytes) => bytes,
        PublicKey::SECP256K1(bytes) => bytes,
        PublicKey::MLDSA65(bytes) => &mut bytes[..],
    }
}

/// Good signatures, and good ones with one bit changed in message, key or signature.
fn compare_mutations(key_type: KeyType, seeds: u64, mutations: usize) {
    for seed in 0..seeds {
        let (key, message, signature) = signed(key_type, seed);
        assert!(verdict(&key, &message, &signature));
        let mut draw = Draw::from_seed(seed ^ 0xabc);
        for _ in 0..mutations {
            let (mut key, mut message, mut signature) = (key.clone(), message, signature.clone());
            match draw.below(4) {
                0 => flip_bit(&mut message, &mut draw),
                1 => flip_bit(key_mut(&mut key), &mut draw),
                _ => flip_bit(data_mut(&mut signature), &mut draw),
            }
            verdict(&key, &message, &signature);
        }
        for len in [0, 31, 33] {
            verdict(&key, &vec![7; len], &signature);
        }
    }
}

#[test]
fn ed25519_verdicts_agree_on_mutated_signatures() {
    compare_mutations(KeyType::ED25519, 20, 40);
}

#[test]
fn secp256k1_verdicts_agree_on_mutated_signatures() {
    compare_mutations(KeyType::SECP256K1, 20, 40);
}

#[test]
fn ml_dsa_verdicts_agree_on_mutated_signatures() {
    compare_mutations(KeyType::MLDSA65, 4, 60);
}

#[test]
fn ml_dsa_verdicts_agree_on_every_mutation_of_the_hints() {
    let (key, message, signature) = signed(KeyType::MLDSA65, 77);
    // The last 61 bytes of a signature are the hints: 55 positions and 6 counts, with many ways to be malformed.
    let len = signature.signature_data().len();
    for position in len - 61..len {
        for value in [0, 1, 54, 55, 56, 255] {
            let mut signature = signature.clone();
            data_mut(&mut signature)[position] = value;
            verdict(&key, &message, &signature);
        }
    }
}

/// Encodings of the eight points of small order, non-canonical ones included, and of the order of the base point.
const SMALL_ORDER: [&str; 14] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];
const ED25519_ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

fn bytes32(hex: &str) -> [u8; 32] {
    core::array::from_fn(|index| u8::from_str_radix(&hex[2 * index..2 * index + 2], 16).unwrap())
}

#[test]
fn ed25519_verdicts_agree_on_small_order_and_non_canonical_points() {
    let mut accepted = 0;
    for key in SMALL_ORDER.map(bytes32) {
        for r in SMALL_ORDER.map(bytes32) {
            for s in [[0; 32], bytes32(ED25519_ORDER), bytes32(SMALL_ORDER[0])] {
                for message in 0..8_u8 {
                    let mut signature = [0; 64];
                    signature[..32].copy_from_slice(&r);
                    signature[32..].copy_from_slice(&s);
                    let accepts = verdict(&PublicKey::ED25519(key), &[message; 32], &Signature::ED25519(signature));
                    accepted += u32::from(accepts);
                }
            }
        }
    }
    assert!(accepted > 0, "some of these verify, which is what makes them odd");
}

#[test]
fn ed25519_refuses_s_above_the_order() {
    let (key, message, signature) = signed(KeyType::ED25519, 5);
    let Signature::ED25519(mut bytes) = signature else {
        panic!("signed with ed25519")
    };
    let mut carry = 0_u16;
    for (byte, order) in bytes[32..].iter_mut().zip(bytes32(ED25519_ORDER)) {
        carry += u16::from(*byte) + u16::from(order);
        *byte = carry as u8;
        carry >>= 8;
    }
    assert!(!verdict(&key, &message, &Signature::ED25519(bytes)));
}

const SECP256K1_ORDER: &str = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

/// `left - right`, big-endian.
fn subtract(left: [u8; 32], right: &[u8]) -> [u8; 32] {
    let (mut difference, mut borrow) = ([0; 32], 0_i16);
    for index in (0..32).rev() {
        let digit = i16::from(left[index]) - i16::from(right[index]) - borrow;
        borrow = i16::from(digit < 0);
        difference[index] = digit as u8;
    }
    difference
}

#[test]
fn secp256k1_refuses_high_s_and_odd_recovery_ids() {
    for seed in 0..10 {
        let (key, message, signature) = signed(KeyType::SECP256K1, seed);
        let Signature::SECP256K1(bytes) = signature else {
            panic!("signed with secp256k1")
        };
        let mut high = bytes;
        high[32..64].copy_from_slice(&subtract(bytes32(SECP256K1_ORDER), &bytes[32..64]));
        assert!(!verdict(&key, &message, &Signature::SECP256K1(high)));
        for recovery_id in 0..=255 {
            let mut changed = bytes;
            changed[64] = recovery_id;
            assert_eq!(verdict(&key, &message, &Signature::SECP256K1(changed)), recovery_id < 4);
        }
    }
}

#[test]
fn secp256k1_verdicts_agree_on_extreme_numbers() {
    let (key, message, signature) = signed(KeyType::SECP256K1, 3);
    let Signature::SECP256K1(bytes) = signature else {
        panic!("signed with secp256k1")
    };
    let order = bytes32(SECP256K1_ORDER);
    let mut one = [0; 32];
    one[31] = 1;
    let extremes = [[0; 32], one, order, subtract(order, &one), [0xff; 32]];
    for number in extremes {
        for range in [0..32, 32..64] {
            let mut changed = bytes;
            changed[range].copy_from_slice(&number);
            verdict(&key, &message, &Signature::SECP256K1(changed));
        }
        let PublicKey::SECP256K1(mut point) = key.clone() else {
            panic!("signed with secp256k1")
        };
        point[..32].copy_from_slice(&number);
        verdict(&PublicKey::SECP256K1(point), &message, &Signature::SECP256K1(bytes));
        verdict(&key, &number, &Signature::SECP256K1(bytes));
    }
}

#[test]
fn a_signature_of_another_scheme_never_verifies() {
    let types = [KeyType::ED25519, KeyType::SECP256K1, KeyType::MLDSA65];
    let all = types.map(|key_type| signed(key_type, 9));
    for (index, (key, message, _)) in all.iter().enumerate() {
        for (other, (_, _, signature)) in all.iter().enumerate() {
            assert_eq!(verdict(key, message, signature), index == other);
        }
    }
}

#[test]
fn staking_keys_are_those_without_torsion() {
    let mut draw = Draw::from_seed(11);
    let random = (0..200).map(|_| draw.public_key()).collect::<Vec<_>>();
    let small = SMALL_ORDER.map(|hex| PublicKey::ED25519(bytes32(hex)));
    let honest = (0..20).map(|seed| signed(KeyType::ED25519, seed).0).collect::<Vec<_>>();
    for key in random.iter().chain(&small).chain(&honest) {
        let theirs = TheirKey::try_from_slice(&to_bytes(key)).unwrap();
        let expected = near_crypto::key_conversion::is_valid_staking_key(&theirs);
        assert_eq!(NativeCrypto::is_valid_staking_key(key), expected, "{key}");
    }
    assert!(honest.iter().all(NativeCrypto::is_valid_staking_key));
}

#[test]
fn keys_and_signatures_read_and_print_as_nearcore_does() {
    let mut draw = Draw::from_seed(12);
    for _ in 0..100 {
        let (key, signature) = (draw.public_key(), draw.signature());
        let their_key = TheirKey::try_from_slice(&to_bytes(&key)).unwrap();
        let their_signature = TheirSignature::try_from_slice(&to_bytes(&signature)).unwrap();
        assert_eq!(key.to_string(), their_key.to_string());
        assert_eq!(signature.to_string(), their_signature.to_string());
        assert_eq!(key.to_string().parse::<PublicKey>().unwrap(), key);
        assert_eq!(signature.to_string().parse::<Signature>().unwrap(), signature);
        assert_eq!(key.len(), their_key.len());
        assert_eq!(key.trie_id_len(), their_key.trie_id_len());
        let handle = near_crypto::PublicKeyHandle::from(&their_key);
        assert_eq!(to_bytes(&key.handle::<NativeCrypto>()), borsh::to_vec(&handle).unwrap());
    }
}
