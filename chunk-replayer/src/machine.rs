//! What a measurement must be read with: the processor, how fast it verifies a signature, how much memory the process took.

use no_std_near_core::crypto::{Crypto, NativeCrypto};
use std::fs;
use std::hint::black_box;
use std::time::Instant;

/// A test vector of RFC 8032 (section 7.1, test 2): public key, message, signature.
const PUBLIC_KEY: &str = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
const MESSAGE: [u8; 1] = [0x72];
const SIGNATURE: &str = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

/// Rounds of the measurement; the fastest counts.
const ROUNDS: u32 = 5;
/// Verifications in each round.
const VERIFICATIONS: u32 = 200;

/// Seconds that one Ed25519 verification takes on one thread.
pub fn ed25519_verification_seconds() -> f64 {
    let decode = |text: &str, bytes: &mut [u8]| hex::decode_to_slice(text, bytes).is_ok();
    let (mut public_key, mut signature) = ([0; 32], [0; 64]);
    let mut valid = decode(PUBLIC_KEY, &mut public_key) && decode(SIGNATURE, &mut signature);
    let mut fastest = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..VERIFICATIONS {
            valid &= NativeCrypto::verify_ed25519(black_box(&public_key), black_box(&MESSAGE), black_box(&signature));
        }
        fastest = fastest.min(start.elapsed().as_secs_f64() / f64::from(VERIFICATIONS));
    }
    if valid { fastest } else { f64::NAN }
}

/// The most memory this process has held so far, in bytes; `None` where the system does not say.
pub fn peak_memory_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes.saturating_mul(1024))
}

/// The processor's name; `None` where the system does not say.
fn processor() -> Option<String> {
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// One line about the machine and the process.
pub fn describe() -> String {
    let memory = peak_memory_bytes().map_or_else(
        || "not told by this system".to_owned(),
        |bytes| format!("{} MiB", bytes.div_ceil(1 << 20)),
    );
    let build = if cfg!(debug_assertions) {
        "a debug build: not a measurement"
    } else {
        "release build"
    };
    format!(
        "{}, one thread, {build}; one Ed25519 verification {:.1} µs; peak memory of the process {memory}.",
        processor().unwrap_or_else(|| "unnamed processor".to_owned()),
        ed25519_verification_seconds() * 1e6,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_the_standard_verifies() {
        assert!(ed25519_verification_seconds().is_finite());
    }
}
