//! A chain of SHA-256 digests: the digest of the digest …, n times. Public input: n (8 bytes, little-endian), then the first
//! message; output: the last digest.
#![no_std]

guest_sdk::entry!(main);

fn main() {
    let (n, message) = guest_sdk::public_input()
        .split_first_chunk()
        .expect("the input has at least 8 bytes");
    let mut digest = guest_sdk::sha256::digest(message);
    for _ in 1..u64::from_le_bytes(*n) {
        digest = guest_sdk::sha256::digest(&digest);
    }
    guest_sdk::commit(&digest);
}
