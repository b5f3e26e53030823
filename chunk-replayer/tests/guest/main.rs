//! The chunk guest says on the executor what its source says natively, refuses what the source refuses, and what it does can be proved.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]

mod attacks;
mod kinds;
mod no_proof;
mod recorded;

use chunk_replayer::guest::{GuestError, GuestInput, execute, input, program};
use chunk_replayer::source::Source;
use chunk_verifier::program_root;
use guest_builder::CHUNK_GUEST;
use recorded::{for_each, full_archives};
use zk_processor::executor::{Input, Limits};
use zk_processor::lowering::{Options, lower};

/// Embedded chunks that between them have receipts, transactions, missing chunks, splits, validator updates and every signature
/// scheme, and that run in seconds.
const SAMPLE_INSTRUCTIONS: u64 = 12_000_000;

#[test]
fn the_checked_in_program_comes_from_its_sources_and_has_the_program_root() {
    let checked_in = chunk_guest::program::WASM;
    let built = CHUNK_GUEST.build().expect("the guest builds");
    assert!(
        checked_in == built,
        "differs from its sources: cargo run -p guest-builder"
    );
    let lowered = lower(checked_in, &Options::PLAIN).expect("the program lowers");
    assert!(lowered.is_guest);
    let root: String = lowered
        .artefact
        .root()
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(
        root,
        chunk_guest::program::ROOT_TEXT.trim(),
        "zk-processor/assets/chunk-guest.root holds another root"
    );
    assert_eq!(lowered.artefact.root(), program_root());
}

/// How many chunks ran to the native digest, and how many call contracts.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    equal: usize,
    too_long: usize,
    needs_contracts: usize,
    refused: usize,
}

/// Runs all chunks; the guest must not end otherwise than its source, and may be left unfinished after `instructions`.
fn run_all(sources: &[Source], instructions: u64) -> Counts {
    let mut counts = Counts::default();
    let limits = Limits {
        instructions,
        ..Limits::default()
    };
    for_each(
        sources,
        |_| true,
        |id, prepared| match input(&prepared) {
            Ok(input) => match execute(program(), input.window(), limits) {
                Ok(run) => {
                    assert_eq!(
                        run.output, input.digest.0,
                        "{id}: the guest's output is not the native digest"
                    );
                    counts.equal += 1;
                }
                Err(GuestError::Execution(_)) => counts.too_long += 1,
                Err(error) => panic!("{id}: accepted natively, and {error}"),
            },
            Err(GuestError::NeedsContracts(_)) => counts.needs_contracts += 1,
            Err(_) => counts.refused += 1,
        },
    );
    counts
}

#[test]
fn embedded_chunks_end_as_the_native_source_says() {
    let counts = run_all(&[Source::Embedded], SAMPLE_INSTRUCTIONS);
    assert!(counts.equal > 100, "{counts:?}");
    assert!(counts.needs_contracts > 0, "{counts:?}");
}

#[test]
fn deep_every_recorded_chunk_without_contracts_ends_as_the_native_source_says() {
    let sources = full_archives().unwrap_or_else(|| vec![Source::Embedded]);
    let counts = run_all(&sources, u64::MAX);
    assert_eq!(counts.too_long, 0);
    assert!(counts.equal > 100, "{counts:?}");
}

fn input_of(wanted: &str) -> GuestInput {
    let mut found = None;
    for_each(
        &[Source::Embedded],
        |id| id.is_called(wanted),
        |id, prepared| {
            found = Some(input(&prepared).unwrap_or_else(|error| panic!("{id}: {error}")));
        },
    );
    found.unwrap_or_else(|| panic!("{wanted} is embedded"))
}

fn run(public: &[u8], witness: &[u8]) -> Result<[u8; 32], GuestError> {
    let limits = Limits {
        instructions: SAMPLE_INSTRUCTIONS,
        ..Limits::default()
    };
    execute(program(), Input::new(public, witness), limits).map(|run| run.output)
}

/// What validation would reject has no output: the run traps.
#[test]
fn a_witness_that_proves_nothing_traps() {
    let input = input_of("transfers/180000011-s0");
    assert_eq!(
        run(&input.public, &input.witness).expect("it is proved"),
        input.digest.0
    );
    let mut position = 8;
    let mut traps = 0;
    while position < input.witness.len() {
        let mut witness = input.witness.clone();
        witness[position] ^= 1;
        match run(&input.public, &witness) {
            Err(GuestError::Trapped { .. }) => traps += 1,
            Ok(output) => assert_eq!(output, input.digest.0, "byte {position} changes the statement"),
            Err(error) => panic!("byte {position}: {error}"),
        }
        position += 397;
    }
    assert!(traps > 5, "{traps}");
}

/// The output binds every byte of the statement: another statement traps, or (where it is as true, with another chain's name, say)
/// has another output.
#[test]
fn a_changed_statement_does_not_have_the_statements_output() {
    let input = input_of("transfers/180000011-s0");
    for position in (0..input.public.len()).step_by(53) {
        let mut public = input.public.clone();
        public[position] ^= 1;
        match run(&public, &input.witness) {
            Err(GuestError::Trapped { .. }) => {}
            Ok(output) => assert_ne!(output, input.digest.0, "byte {position}"),
            Err(error) => panic!("byte {position}: {error}"),
        }
    }
}
