//! Any bytes: the lowering ends in a typed error or in a program within the stated bounds, and a program's bytes read back as the
//! same program.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zk_processor::lowering::{Features, Metering, Options, lower};
use zk_processor::program::Artefact;

fuzz_target!(|wasm: &[u8]| {
    let near = Options {
        features: Features::NEAR,
        metering: Some(Metering::NEAR),
        intrinsics: false,
        ..Options::PLAIN
    };
    for options in [Options::PLAIN, near] {
        let Ok(lowered) = lower(wasm, &options) else { continue };
        let artefact = &lowered.artefact;
        assert!(lowered.operators <= wasm.len() as u64);
        assert!(artefact.code.len() <= 2 * (8 * wasm.len() + (1 << 16)));
        assert!(artefact.image.leaves().len() <= wasm.len());
        assert!(artefact.code.iter().all(|row| row.is_canonical()));
        assert_eq!(Artefact::from_bytes(&artefact.to_bytes()).as_ref(), Ok(artefact));
    }
});
