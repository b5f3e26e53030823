//! What a guest of the processor needs: a `no_std` Rust crate compiled to wasm32.
//!
//! ```ignore
//! #![no_std]
//! guest_sdk::entry!(main);
//!
//! fn main() {
//!     let n = guest_sdk::public_input();
//!     guest_sdk::commit(n);
//! }
//! ```
//!
//! * `public_input` is what the statement is about, `witness` what only helps to prove it; both are slices of the input
//!   window, nothing is copied.
//! * `commit` ends the run. The machine's public output is the SHA-256 digest of the public input's length (8 bytes,
//!   little-endian), the public input and the committed bytes, so a verifier who knows both recomputes it.
//! * `sha256` and `poseidon2` are precompiles; `sandbox` runs a second program.
//! * The allocator keeps freed blocks by size and hands them out again: memory that was touched once costs nothing more.
//! * A panic is a trap; the executor shows its message.
//!
//! For any other target the crate is empty.
#![cfg(target_arch = "wasm32")]
#![no_std]
#![expect(
    unsafe_code,
    reason = "the boundary to the machine: imports, the input window, the allocator"
)]

extern crate alloc;

mod allocator;
mod compare;
pub mod intrinsics;
pub mod poseidon2;
pub mod sandbox;
pub mod sha256;

use core::fmt::{self, Write};

/// Names the function that the guest starts with.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        #[unsafe(export_name = "main")]
        extern "C" fn guest_entry() {
            $main()
        }
    };
}

/// Where the input window begins.
const INPUT: *const u8 = 0x8000_0000 as *const u8;

/// Bytes of the two lengths at the start of the window.
const HEADER_BYTES: usize = 16;

fn input_len(index: usize) -> usize {
    // SAFETY: the window is readable over its whole length and 8-byte aligned.
    unsafe { INPUT.cast::<u64>().add(index).read() as usize }
}

fn input(offset: usize, len: usize) -> &'static [u8] {
    // A slice may not pass the end of the address space; lengths that would are the fault of whoever made the input.
    assert!(offset + len < 1 << 31, "the input is longer than the window");
    // SAFETY: the window is readable over its whole length, never changes, and lives as long as the run.
    unsafe { core::slice::from_raw_parts(INPUT.add(offset), len) }
}

/// What the statement is about; 8-byte aligned.
#[must_use]
pub fn public_input() -> &'static [u8] {
    input(HEADER_BYTES, input_len(0))
}

/// What only helps to prove the statement; 8-byte aligned. Nothing vouches for these bytes but the guest's own checks.
#[must_use]
pub fn witness() -> &'static [u8] {
    input(HEADER_BYTES + input_len(0).next_multiple_of(8), input_len(1))
}

/// What `halt` is shown: the public output, and for the executor's eyes where the committed bytes lie.
#[repr(C, align(8))]
struct Commitment {
    digest: [u8; 32],
    output: *const u8,
    output_len: usize,
}

/// Ends the run with these bytes as the guest's output.
pub fn commit(output: &[u8]) -> ! {
    let public = public_input();
    let commitment = Commitment {
        digest: sha256::digest_parts(&[&(public.len() as u64).to_le_bytes(), public, output]),
        output: output.as_ptr(),
        output_len: output.len(),
    };
    // SAFETY: the address is that of 32 initialised, 8-byte aligned bytes.
    unsafe { intrinsics::halt(&raw const commitment) };
    core::arch::wasm32::unreachable()
}

/// Ends the run with exactly these bytes as its public output: for a guest whose output says itself what the statement is about.
pub fn halt_with(output: &[u8; 32]) -> ! {
    let commitment = Commitment {
        digest: *output,
        output: output.as_ptr(),
        output_len: output.len(),
    };
    // SAFETY: the address is that of 32 initialised, 8-byte aligned bytes.
    unsafe { intrinsics::halt(&raw const commitment) };
    core::arch::wasm32::unreachable()
}

/// Traps, with a message for the executor's eyes.
pub fn trap(message: &dyn fmt::Display) -> ! {
    let mut text = Message {
        bytes: [0; 512],
        len: 0,
    };
    let _ = write!(text, "{message}");
    // SAFETY: the executor reads the bytes, which are initialised, and nothing else happens.
    unsafe { intrinsics::panic(text.bytes.as_ptr(), text.len) };
    core::arch::wasm32::unreachable()
}

/// A message of bounded length: what does not fit is left out.
struct Message {
    bytes: [u8; 512],
    len: usize,
}

impl Write for Message {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (to, from) in self.bytes[self.len..].iter_mut().zip(text.as_bytes()) {
            *to = *from;
            self.len += 1;
        }
        Ok(())
    }
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    trap(info)
}
