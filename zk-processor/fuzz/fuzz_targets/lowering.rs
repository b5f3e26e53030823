//! Any bytes: the lowering ends in a program or a typed error; a program's bytes read back as the same program.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zk_processor::lowering::{Metering, Options, lower};
use zk_processor::program::Artefact;

fuzz_target!(|wasm: &[u8]| {
    for metering in [None, Some(Metering::NEAR)] {
        if let Ok(lowered) = lower(
            wasm,
            &Options {
                metering,
                ..Options::PLAIN
            },
        ) {
            let bytes = lowered.artefact.to_bytes();
            assert_eq!(Artefact::from_bytes(&bytes).as_ref(), Ok(&lowered.artefact));
        }
    }
});
