//! Programs that are measured: in the processor, in wasmi and natively. A plain module: it imports nothing.
#![no_std]
#![expect(unsafe_code, reason = "exported names")]

pub mod programs;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// See [`programs::fibonacci`].
#[unsafe(no_mangle)]
pub extern "C" fn fibonacci(n: u64) -> u64 {
    programs::fibonacci(n)
}

/// See [`programs::sieve`].
#[unsafe(no_mangle)]
pub extern "C" fn sieve(n: u64) -> u64 {
    programs::sieve(n)
}

/// See [`programs::sort`].
#[unsafe(no_mangle)]
pub extern "C" fn sort(n: u64) -> u64 {
    programs::sort(n)
}

/// See [`programs::mix`].
#[unsafe(no_mangle)]
pub extern "C" fn mix(n: u64) -> u64 {
    programs::mix(n)
}
