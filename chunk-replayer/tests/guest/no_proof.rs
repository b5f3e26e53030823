//! Chunks as tables: every claim of every chip and every bus holds on the executor's real record of the guest's run.
//!
//! A proof takes a hundred times as long as this check, and fails where this fails: what passes here can be proved.

use std::collections::BTreeMap;
use std::time::Instant;

use chunk_replayer::folder::ChunkId;
use chunk_replayer::guest::{GuestInput, execute, input, program};
use no_std_near_core::crypto::{Crypto, NativeCrypto};
use prover::estimate::SegmentSize;
use prover::prove::Job;
use zk_processor::executor::Limits;

use crate::input_of;
use crate::recorded::{for_each, full_archives};

/// What was checked of a chunk.
#[derive(Clone, Copy, Debug, Default)]
struct Checked {
    instructions: u64,
    segments: u64,
    rows: u64,
}

/// Asserts that all claims and buses of a chunk's run hold.
fn assert_holds(id: &str, input: &GuestInput) -> Checked {
    let job = Job {
        runtime: program().artefact(),
        library: Vec::new(),
        input: input.window(),
        limits: SegmentSize::Quarter.limits(),
        folder: None,
    };
    let mut checked = Checked::default();
    let failures = job.check(|segment, filled| {
        checked.instructions += segment.instructions() as u64;
        checked.segments += 1;
        checked.rows += filled
            .tables
            .iter()
            .map(|table| table.trace.height() as u64)
            .sum::<u64>();
    });
    let failures = failures.unwrap_or_else(|error| panic!("{id}: {error}"));
    for failure in failures.iter().take(20) {
        println!("{id}: {failure}");
    }
    assert!(
        failures.is_empty(),
        "{id}: {} failures in segment {}",
        failures.len(),
        checked.segments
    );
    checked
}

#[test]
fn the_tables_of_a_chunk_hold() {
    let id = "in_memory_tries.test_load_memtrie_after_empty_chunks/10006-s1";
    let checked = assert_holds(id, &input_of(id));
    assert!(checked.instructions > 10_000, "{checked:?}");
}

/// Chunks of the sample.
const SAMPLE: usize = 300;
/// Longer runs are left out: checking takes minutes for a million instructions.
const MOST_INSTRUCTIONS: u64 = 400_000;

/// A number that says nothing about the chunk.
fn lot(id: &ChunkId) -> [u8; 8] {
    let hash = NativeCrypto::sha256(id.as_str().as_bytes());
    hash.0.first_chunk().copied().unwrap_or_default()
}

/// One chunk of every test and scenario, then a second of each, and so on, each time the one with the next lot, until there are enough. Always the same.
fn sample(all: Vec<(ChunkId, GuestInput)>) -> Vec<(ChunkId, GuestInput)> {
    let mut by_set: BTreeMap<String, Vec<(ChunkId, GuestInput)>> = BTreeMap::new();
    for chunk in all {
        by_set.entry(chunk.0.set().to_owned()).or_default().push(chunk);
    }
    println!("{} tests and scenarios", by_set.len());
    for chunks in by_set.values_mut() {
        chunks.sort_by_key(|(id, _)| core::cmp::Reverse(lot(id)));
    }
    let mut sample = Vec::new();
    while sample.len() < SAMPLE && by_set.values().any(|chunks| !chunks.is_empty()) {
        sample.extend(by_set.values_mut().filter_map(Vec::pop));
    }
    sample.truncate(SAMPLE);
    sample
}

#[test]
fn deep_the_tables_of_a_sample_of_all_chunks_hold() {
    let Some(sources) = full_archives() else {
        return;
    };
    let limits = Limits {
        instructions: MOST_INSTRUCTIONS,
        ..Limits::default()
    };
    let mut all = Vec::new();
    for_each(
        &sources,
        |_| true,
        |id, prepared| {
            if let Ok(input) = input(&prepared)
                && execute(program(), input.window(), limits).is_ok()
            {
                all.push((id.clone(), input));
            }
        },
    );
    println!(
        "{} chunks can be proved with at most {MOST_INSTRUCTIONS} instructions",
        all.len()
    );
    let mut total = Checked::default();
    for (number, (id, input)) in (1..).zip(sample(all)) {
        let started = Instant::now();
        let checked = assert_holds(id.as_str(), &input);
        total.instructions += checked.instructions;
        total.segments += checked.segments;
        total.rows += checked.rows;
        println!(
            "{number}: {id} holds, {} instructions, {:.1} s; in all {total:?}",
            checked.instructions,
            started.elapsed().as_secs_f64()
        );
    }
}
