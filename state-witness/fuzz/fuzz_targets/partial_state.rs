//! Any bytes go to `state_witness::fuzz::fuzz_partial_state`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    state_witness::fuzz::fuzz_partial_state(bytes);
});
