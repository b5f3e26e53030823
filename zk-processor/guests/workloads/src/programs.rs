//! The programs: the benchmark compiles this file for the host, too.

/// The n-th Fibonacci number by recursion: calls.
#[must_use]
pub fn fibonacci(n: u64) -> u64 {
    if n < 2 { n } else { fibonacci(n - 1) + fibonacci(n - 2) }
}

/// Numbers that a sieve of 2^16 bits leaves, n times: byte stores and loads.
#[must_use]
pub fn sieve(n: u64) -> u64 {
    let mut primes = 0;
    for _ in 0..n {
        let mut composite = [false; 1 << 16];
        for candidate in 2..composite.len() {
            if !composite[candidate] {
                primes += 1;
                let mut multiple = candidate * candidate;
                while multiple < composite.len() {
                    composite[multiple] = true;
                    multiple += candidate;
                }
            }
        }
    }
    primes
}

/// Sorts 4096 pseudo-random numbers n times: 8-byte loads and stores, unpredictable branches.
#[must_use]
pub fn sort(n: u64) -> u64 {
    let mut sum = 0u64;
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for _ in 0..n {
        let mut numbers = [0u64; 4096];
        for number in &mut numbers {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *number = state;
        }
        numbers.sort_unstable();
        sum = sum.wrapping_add(numbers[7]).rotate_left(1);
    }
    sum
}

/// n rounds of SHA-256's mixing on 8 words: 32-bit logic, shifts and sums.
#[must_use]
pub fn mix(n: u64) -> u64 {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = [1u32, 2, 3, 4, 5, 6, 7, 8];
    for round in 0..n {
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = (e & f) ^ (!e & g);
        let t1 = h.wrapping_add(s1).wrapping_add(choice).wrapping_add(round as u32);
        let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let majority = (a & b) ^ (a & c) ^ (b & c);
        (h, g, f, e, d, c, b, a) = (
            g,
            f,
            e,
            d.wrapping_add(t1),
            c,
            b,
            a,
            t1.wrapping_add(s0.wrapping_add(majority)),
        );
    }
    u64::from(a) << 32 | u64::from(e)
}
