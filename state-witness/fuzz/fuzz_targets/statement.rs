//! Any bytes go to `state_witness::fuzz::fuzz_statement`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    state_witness::fuzz::fuzz_statement(bytes);
});
