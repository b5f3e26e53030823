//! The n-th Fibonacci number modulo 2^64. Public input: n (8 bytes, little-endian); output: the number (8 bytes).
#![no_std]

guest_sdk::entry!(main);

fn main() {
    let n = guest_sdk::public_input()
        .try_into()
        .map(u64::from_le_bytes)
        .expect("the input is 8 bytes");
    let (mut current, mut next) = (0u64, 1u64);
    for _ in 0..n {
        (current, next) = (next, current.wrapping_add(next));
    }
    guest_sdk::commit(&current.to_le_bytes());
}
