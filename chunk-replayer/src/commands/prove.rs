//! `--prove`: one chunk's transition, proved, verified, and told in numbers.

use super::headers::read_one;
use super::{CommandError, open_sources, the_only_one};
use crate::cli::ReplayArguments;
use crate::folder::ChunkId;
use crate::guest::{GuestError, input};
use crate::inventory::Inventory;
use crate::prove::{ChunkJob, ProveChunkError};
use crate::replay::{Prepared, Replayer, prepare, run};
use crate::report::Verdict;
use chunk_verifier::ChunkProof;
use comfy_table::{Table, presets};
use indicatif::HumanBytes;
use prover::measure::peak_memory_bytes;
use prover::progress::Bars;
use prover::prove::{Phase, write_whole};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Nothing can be proved: the chunk runs a contract, or its recording lacks an input.
const EXIT_NOTHING: u8 = 3;

/// Proves the one chunk that is meant. Exit status 0 proved and verified, 3 it runs a contract.
///
/// # Errors
/// When not exactly one chunk is meant, its record is bad, or it cannot be proved.
pub fn prove(arguments: &ReplayArguments, out: &mut dyn Write) -> Result<u8, CommandError> {
    let usage = |text: String| CommandError::Usage(text);
    let (sources, contracts) = open_sources(&arguments.sources)?;
    let inventory = Inventory::take(&sources, &contracts);
    let chosen = inventory.choose(&arguments.choice, &sources).map_err(usage)?;
    let (index, id) = the_only_one(&chosen).map_err(|ids| {
        let (count, ids) = (ids.len(), ids.join("\n  "));
        usage(format!(
            "a proof is about one chunk, {count} match: choose one with --chunk\n  {ids}"
        ))
    })?;
    let replayer = Replayer {
        inventory: &inventory,
        variant: arguments.variant,
    };
    let prepared = match prepare(&replayer, read_one(&sources[index], id)?) {
        Ok(prepared) => prepared,
        Err(Verdict::BadInput(reason)) => return Err(usage(format!("{id}: {reason}"))),
        Err(verdict) => return refused(out, id, &reason_of(&verdict), arguments.json),
    };
    let guest_input = match input(&prepared) {
        Ok(input) => input,
        Err(GuestError::NeedsContracts(reason)) => return refused(out, id, &reason, arguments.json),
        Err(error) => return Err(usage(format!("{id}: {error}"))),
    };
    let path = arguments.out.clone().unwrap_or_else(|| default_path(id));
    let mut folder = path.clone().into_os_string();
    folder.push(".segments");
    let job =
        ChunkJob::new(&guest_input, arguments.segment, Some(folder.into())).map_err(|error| failed(id, &error))?;
    if !arguments.json {
        writeln!(out, "{id}: {}", job.estimate)?;
    }
    let measured = prove_measured(&job, id, arguments.json)?;
    write_whole(&path, &measured.bytes).map_err(|error| usage(error.to_string()))?;
    job.clean();
    let native = run(&prepared).map_err(|error| usage(format!("{id}: {error}")))?;
    let report = Report {
        id,
        path: &path,
        instructions: job.plan.instructions,
        native_seconds: native.time.as_secs_f64(),
        nearcore_seconds: nearcore_seconds(&prepared),
        measured,
    };
    if arguments.json {
        writeln!(out, "{}", report.json())?;
    } else {
        report.table(out)?;
    }
    Ok(0)
}

fn failed(id: &ChunkId, error: &ProveChunkError) -> CommandError {
    CommandError::Usage(format!("{id}: {error}"))
}

fn reason_of(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Equal => "nothing to prove".to_owned(),
        Verdict::Different(reason)
        | Verdict::NeedsContracts(reason)
        | Verdict::Incomplete(reason)
        | Verdict::UnsupportedVersion(reason)
        | Verdict::BadInput(reason) => reason.clone(),
    }
}

/// A chunk that has no proof for a good reason.
fn refused(out: &mut dyn Write, id: &ChunkId, reason: &str, as_json: bool) -> Result<u8, CommandError> {
    if as_json {
        writeln!(
            out,
            "{}",
            json!({ "id": id.as_str(), "proved": false, "reason": reason })
        )?;
    } else {
        writeln!(out, "{id}: no proof: {reason}")?;
    }
    Ok(EXIT_NOTHING)
}

/// `180000018-s1.proof` in the current folder.
fn default_path(id: &ChunkId) -> PathBuf {
    let name = id.as_str().rsplit('/').next().unwrap_or(id.as_str());
    PathBuf::from(format!("{name}.proof"))
}

fn nearcore_seconds(prepared: &Prepared) -> Option<f64> {
    prepared
        .record
        .result
        .as_ref()
        .map(|result| result.native_validate_seconds)
}

/// A proof that was made and verified, with what that took.
struct Measured {
    bytes: Vec<u8>,
    bars: Bars,
    prove_seconds: f64,
    verify_seconds: f64,
    security_bits: f64,
    segments: usize,
}

fn prove_measured(job: &ChunkJob<'_>, id: &ChunkId, is_quiet: bool) -> Result<Measured, CommandError> {
    let mut bars = Bars::new(job.plan.instructions, is_quiet);
    let started = Instant::now();
    let proof = job.prove(&mut bars).map_err(|error| failed(id, &error))?;
    bars.finish();
    let prove_seconds = started.elapsed().as_secs_f64();
    let bytes = proof.encode();
    let started = Instant::now();
    // What a verifier would do with the file, decoding included; the statement is the one that was derived from the headers.
    let outcome = ChunkProof::decode(&bytes)
        .and_then(|decoded| decoded.verify(&proof.statement))
        .map_err(|error| CommandError::Usage(format!("{id}: the proof that was made does not verify: {error}")))?;
    Ok(Measured {
        bytes,
        bars,
        prove_seconds,
        verify_seconds: started.elapsed().as_secs_f64(),
        security_bits: outcome.security_bits,
        segments: outcome.segments,
    })
}

/// What a proved chunk is told by.
struct Report<'a> {
    id: &'a ChunkId,
    path: &'a Path,
    instructions: u64,
    native_seconds: f64,
    nearcore_seconds: Option<f64>,
    measured: Measured,
}

impl Report<'_> {
    fn json(&self) -> serde_json::Value {
        json!({
            "id": self.id.as_str(),
            "proof": self.path,
            "segments": self.measured.segments,
            "instructions": self.instructions,
            "hash_blocks": self.measured.bars.hash_blocks,
            "rows": self.measured.bars.rows,
            "native_seconds": self.native_seconds,
            "nearcore_seconds": self.nearcore_seconds,
            "prove_seconds": self.measured.prove_seconds,
            "proof_bytes": self.measured.bytes.len(),
            "verify_seconds": self.measured.verify_seconds,
            "security_bits": self.measured.security_bits,
            "peak_bytes": peak_memory_bytes(),
        })
    }

    fn table(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let measured = &self.measured;
        let bars = &measured.bars;
        let milliseconds = |seconds: f64| format!("{:.2} ms", seconds * 1e3);
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY);
        table.set_header(vec![self.id.as_str(), ""]);
        let phases = [Phase::Execute, Phase::Fill, Phase::Prove].map(|phase| bars.seconds_in(phase));
        let lines = [
            ("native, ours", milliseconds(self.native_seconds)),
            (
                "native, nearcore's record",
                self.nearcore_seconds
                    .map_or_else(|| "not recorded".to_owned(), milliseconds),
            ),
            ("instructions", self.instructions.to_string()),
            ("SHA-256 blocks", bars.hash_blocks.to_string()),
            ("segments", measured.segments.to_string()),
            (
                "proving",
                format!(
                    "{:.2} s (execute {:.2}, fill {:.2}, prove {:.2})",
                    measured.prove_seconds, phases[0], phases[1], phases[2]
                ),
            ),
            (
                "proving ÷ native, ours",
                format!("{:.0}", measured.prove_seconds / self.native_seconds),
            ),
            ("proof", HumanBytes(measured.bytes.len() as u64).to_string()),
            (
                "verified",
                format!(
                    "{}, {:.1} bits",
                    milliseconds(measured.verify_seconds),
                    measured.security_bits
                ),
            ),
            (
                "peak memory",
                peak_memory_bytes().map_or_else(|| "unknown".to_owned(), |bytes| HumanBytes(bytes).to_string()),
            ),
        ];
        for (name, value) in lines {
            table.add_row(vec![name.to_owned(), value]);
        }
        writeln!(out, "{table}")?;
        let mut rows: Vec<_> = bars.rows.iter().filter(|(_, rows)| **rows > 0).collect();
        rows.sort_by_key(|(_, rows)| core::cmp::Reverse(**rows));
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY);
        table.set_header(vec!["chip", "rows"]);
        for (name, rows) in rows {
            table.add_row(vec![(*name).to_owned(), rows.to_string()]);
        }
        writeln!(out, "{table}")?;
        writeln!(out, "the proof is in {}", self.path.display())
    }
}
