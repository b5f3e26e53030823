//! Recording: the same run, and what is left behind.

use zk_processor::executor::{Limits, Machine, Record, Stop};
use zk_processor::lowering::{Options, lower};

use crate::programs::wasm;

#[test]
fn recording_changes_nothing_and_stays_below_32_bytes_an_instruction() {
    let module = wasm(
        r#"(module (memory 1) (func $f (export "f") (param i32) (result i64) (local i64)
            (loop
                (local.set 1 (i64.add (i64.mul (local.get 1) (i64.const 31)) (i64.extend_i32_u (local.get 0))))
                (i64.store (i32.and (local.get 0) (i32.const 0xfff8)) (local.get 1))
                (local.set 1 (i64.xor (local.get 1) (i64.load (i32.and (i32.mul (local.get 0) (i32.const 7)) (i32.const 0xfff)))))
                (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (local.get 1)))"#,
    );
    let lowered = lower(&module, &Options::PLAIN).expect("the module is valid");
    let start = || {
        let mut machine = Machine::new(Limits::default());
        machine.open(&lowered.artefact).expect("the image is small");
        machine.set_sandbox_slot(0, 100_000);
        machine.enter(0, 0, u32::MAX).expect("nothing runs yet");
        machine
    };
    let mut plain = start();
    let stop = plain.run().expect("no limit");
    let mut recorded = start();
    let mut record = Record::default();
    let mut bytes = 0;
    let recorded_stop = loop {
        let stop = recorded.run_recorded(10_000, &mut record).expect("no limit");
        assert_eq!(record.values().len(), record.times().len());
        // Times are those of the segment: 8 for each of its instructions, 0 for what was not touched in it.
        assert!(record.times().iter().all(|time| *time < 8 * 10_001));
        bytes += record.len_bytes();
        if let Some(stop) = stop {
            break stop;
        }
    };
    assert_eq!((stop, plain.instructions()), (recorded_stop, recorded.instructions()));
    assert!(matches!(stop, Stop::Event(_)));
    assert_eq!(plain.sandbox_slot(0), recorded.sandbox_slot(0));
    let per_instruction = bytes as f64 / recorded.instructions() as f64;
    assert!(per_instruction <= 32.0, "{per_instruction}");
}
