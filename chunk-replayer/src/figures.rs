//! What proving one chunk took, measured: the numbers behind tables, JSON and pages.

use crate::guest::GuestInput;
use crate::prove::{ChunkJob, ProveChunkError};
use crate::replay::{Prepared, run};
use chunk_verifier::{ChunkProof, ChunkVerifyError};
use prover::estimate::{Estimate, SegmentSize};
use prover::measure::{forget_peak_memory, peak_memory_bytes};
use prover::progress::{Bars, ChipSize};
use prover::prove::Phase;
use serde_json::{Value, json};
use state_witness::WitnessError;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

/// Why a chunk could not be proved and measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// It cannot be proved.
    #[error(transparent)]
    Prove(#[from] ProveChunkError),
    /// The proof that was made is none.
    #[error("the proof that was made does not verify: {0}")]
    Verify(#[from] ChunkVerifyError),
    /// The native run, beside which the proof is measured, fails.
    #[error(transparent)]
    Native(#[from] WitnessError),
}

/// How a chunk is to be proved.
#[derive(Clone, Debug)]
pub struct Wish {
    /// How much a segment holds.
    pub size: SegmentSize,
    /// Where finished segments wait.
    pub folder: Option<PathBuf>,
    /// No bars on the terminal.
    pub is_quiet: bool,
}

/// Seconds that the work on one segment took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SegmentSeconds {
    /// Executing and collecting events.
    pub execute: f64,
    /// Filling tables, hashing memory.
    pub fill: f64,
    /// The proof itself; 0 for a segment that an earlier attempt had finished.
    pub prove: f64,
}

/// What one chunk took.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The chunk.
    pub id: String,
    /// Transactions of the chunk.
    pub transactions: usize,
    /// Incoming receipts.
    pub receipts: usize,
    /// Instructions of the guest.
    pub instructions: u64,
    /// Blocks that SHA-256 compressed.
    pub hash_blocks: u64,
    /// Each segment's time.
    pub segments: Vec<SegmentSeconds>,
    /// Rows of each chip that consumes instructions.
    pub rows: BTreeMap<&'static str, u64>,
    /// What the tables of each chip hold.
    pub sizes: BTreeMap<&'static str, ChipSize>,
    /// Our validation on one thread, the fastest of a few.
    pub native_seconds: f64,
    /// nearcore's validation, as recorded.
    pub nearcore_seconds: Option<f64>,
    /// From the first instruction to the last proof.
    pub prove_seconds: f64,
    /// Length of the proof file.
    pub proof_bytes: usize,
    /// What a verifier takes, decoding included.
    pub verify_seconds: f64,
    /// Proven bits of the weakest segment.
    pub security_bits: f64,
    /// Most memory of the process while it proved.
    pub peak_bytes: Option<u64>,
}

/// Runs of the native validation; the fastest counts.
const NATIVE_RUNS: u32 = 3;

impl Figures {
    /// Proves a chunk, verifies the proof, and gives both figures and proof file. `told` hears the estimate first.
    ///
    /// # Errors
    /// See [`MeasureError`].
    pub fn measure(
        id: &str,
        prepared: &Prepared,
        input: &GuestInput,
        wish: &Wish,
        told: &mut dyn FnMut(&Estimate),
    ) -> Result<(Self, Vec<u8>), MeasureError> {
        let mut native_seconds = f64::INFINITY;
        let mut receipts = 0;
        for _ in 0..NATIVE_RUNS {
            let native = run(prepared)?;
            native_seconds = native_seconds.min(native.time.as_secs_f64());
            receipts = native.receipt_count;
        }
        forget_peak_memory();
        let job = ChunkJob::new(input, wish.size, wish.folder.clone())?;
        told(&job.estimate);
        let mut bars = Bars::new(job.plan.instructions, wish.is_quiet);
        let started = Instant::now();
        let proof = job.prove(&mut bars)?;
        bars.finish();
        let prove_seconds = started.elapsed().as_secs_f64();
        let peak_bytes = peak_memory_bytes();
        let bytes = proof.encode();
        let started = Instant::now();
        // What a verifier would do with the file, decoding included; the statement is the one that was derived from the headers.
        let outcome = ChunkProof::decode(&bytes)?.verify(&input.statement)?;
        let figures = Self {
            id: id.to_owned(),
            transactions: prepared.record.witness.transactions().len(),
            receipts,
            instructions: job.plan.instructions,
            hash_blocks: bars.hash_blocks,
            segments: by_segment(&bars.seconds),
            native_seconds,
            nearcore_seconds: prepared
                .record
                .result
                .as_ref()
                .map(|result| result.native_validate_seconds),
            prove_seconds,
            proof_bytes: bytes.len(),
            verify_seconds: started.elapsed().as_secs_f64(),
            security_bits: outcome.security_bits,
            peak_bytes,
            rows: bars.rows,
            sizes: bars.sizes,
        };
        Ok((figures, bytes))
    }

    /// Proving time divided by that of our native validation.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.prove_seconds / self.native_seconds
    }

    /// Cells of all tables.
    #[must_use]
    pub fn cells(&self) -> u64 {
        self.sizes.values().map(|size| size.cells).sum()
    }

    /// Messages of all tables.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.sizes.values().map(|size| size.messages).sum()
    }

    /// As one JSON object.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "id": self.id,
            "transactions": self.transactions,
            "receipts": self.receipts,
            "segments": self.segments.len(),
            "instructions": self.instructions,
            "hash_blocks": self.hash_blocks,
            "rows": self.rows,
            "cells": self.sizes.iter().map(|(name, size)| ((*name).to_owned(), size.cells.into())).collect::<serde_json::Map<_, _>>(),
            "native_seconds": self.native_seconds,
            "nearcore_seconds": self.nearcore_seconds,
            "prove_seconds": self.prove_seconds,
            "ratio": self.ratio(),
            "proof_bytes": self.proof_bytes,
            "verify_seconds": self.verify_seconds,
            "security_bits": self.security_bits,
            "peak_bytes": self.peak_bytes,
        })
    }
}

/// Times in the order in which phases began, as one entry for each segment.
fn by_segment(seconds: &[(Phase, f64)]) -> Vec<SegmentSeconds> {
    let mut segments: Vec<SegmentSeconds> = Vec::new();
    for (phase, seconds) in seconds {
        if *phase == Phase::Execute || segments.is_empty() {
            segments.push(SegmentSeconds::default());
        }
        if let Some(segment) = segments.last_mut() {
            match phase {
                Phase::Execute => segment.execute += seconds,
                Phase::Fill => segment.fill += seconds,
                Phase::Prove => segment.prove += seconds,
                Phase::Resumed => {}
            }
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_belong_to_the_segment_whose_execution_precedes_them() {
        let seconds = [
            (Phase::Execute, 1.0),
            (Phase::Fill, 2.0),
            (Phase::Prove, 4.0),
            (Phase::Execute, 0.5),
            (Phase::Fill, 0.25),
            (Phase::Resumed, 9.0),
        ];
        let first = SegmentSeconds {
            execute: 1.0,
            fill: 2.0,
            prove: 4.0,
        };
        let second = SegmentSeconds {
            execute: 0.5,
            fill: 0.25,
            prove: 0.0,
        };
        assert_eq!(by_segment(&seconds), [first, second]);
    }
}
