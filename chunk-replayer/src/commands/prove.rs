//! `--prove`: one chunk's transition, proved, verified, and told in numbers.

use super::headers::read_one;
use super::{CommandError, open_sources, the_only_one};
use crate::cli::ReplayArguments;
use crate::figures::{Figures, SegmentSeconds, Wish};
use crate::folder::ChunkId;
use crate::guest::{GuestError, GuestInput, Observed, ReceiptCosts, input, observe, program};
use crate::inventory::Inventory;
use crate::machine;
use crate::page::proof::ProofPage;
use crate::replay::{Replayer, prepare};
use crate::report::Verdict;
use comfy_table::{Table, presets};
use indicatif::HumanBytes;
use prover::estimate::Estimate;
use prover::observe::Profile;
use prover::prove::{ProveRunError, clean_segments, write_whole};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Nothing can be proved: the chunk runs a contract, or its recording lacks an input.
pub(super) const EXIT_NOTHING: u8 = 3;

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
    let folder = segments_folder(&path);
    let wish = Wish {
        size: arguments.segment,
        folder: Some(folder.clone()),
        is_quiet: arguments.json,
    };
    let mut said = Ok(());
    let mut told = |estimate: &Estimate| {
        if !arguments.json {
            said = writeln!(out, "{id}: {estimate}");
        }
    };
    let (figures, bytes) = Figures::measure(id.as_str(), &prepared, &guest_input, &wish, &mut told)
        .map_err(|error| usage(format!("{id}: {error}")))?;
    said?;
    write_whole(&path, &bytes).map_err(|error| usage(error.to_string()))?;
    clean_segments(&folder);
    if let Some(page) = &arguments.report {
        write_page(page, &figures, &guest_input).map_err(|error| usage(format!("{id}: {error}")))?;
    }
    if arguments.json {
        let mut told = figures.json();
        told["proof"] = json!(path);
        writeln!(out, "{told}")?;
    } else {
        print(&figures, &path, out)?;
        if let Some(page) = &arguments.report {
            writeln!(out, "the page is in {}", page.display())?;
        }
    }
    Ok(0)
}

/// `<FILE>.segments`, where finished segments wait.
fn segments_folder(path: &Path) -> PathBuf {
    let mut folder = path.to_owned().into_os_string();
    folder.push(".segments");
    folder.into()
}

/// Runs the guest once more, looking, and draws.
fn write_page(path: &Path, figures: &Figures, guest_input: &GuestInput) -> Result<(), PageError> {
    let mut observed = Observed {
        hash_blocks: 0,
        profile: Some(Profile::default()),
        receipts: Some(ReceiptCosts::default()),
    };
    observe(program(), guest_input.window(), &mut observed)?;
    let mut folded = Vec::new();
    if let Some(profile) = &observed.profile {
        profile.write_folded(&mut folded)?;
    }
    let page = ProofPage {
        figures,
        folded: &String::from_utf8_lossy(&folded),
        receipts: observed.receipts.as_ref().map_or(&[], ReceiptCosts::instructions),
        machine: &machine::describe(),
    };
    Ok(write_whole(path, page.html().as_bytes())?)
}

/// Why a page could not be made.
#[derive(Debug, thiserror::Error)]
enum PageError {
    #[error(transparent)]
    Guest(#[from] GuestError),
    #[error(transparent)]
    Write(#[from] ProveRunError),
    #[error(transparent)]
    Output(#[from] std::io::Error),
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

/// The closing table: what it took, then rows by chip.
fn print(figures: &Figures, path: &Path, out: &mut dyn Write) -> std::io::Result<()> {
    let milliseconds = |seconds: f64| format!("{:.2} ms", seconds * 1e3);
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(vec![figures.id.as_str(), ""]);
    let sum = |part: fn(&SegmentSeconds) -> f64| figures.segments.iter().map(part).sum::<f64>();
    let proving = format!(
        "{:.2} s (execute {:.2}, fill {:.2}, prove {:.2})",
        figures.prove_seconds,
        sum(|segment| segment.execute),
        sum(|segment| segment.fill),
        sum(|segment| segment.prove)
    );
    let unknown = |text: &str| text.to_owned();
    let lines = [
        ("native, ours", milliseconds(figures.native_seconds)),
        (
            "native, nearcore's record",
            figures
                .nearcore_seconds
                .map_or_else(|| unknown("not recorded"), milliseconds),
        ),
        ("instructions", figures.instructions.to_string()),
        ("SHA-256 blocks", figures.hash_blocks.to_string()),
        ("segments", figures.segments.len().to_string()),
        ("proving", proving),
        ("proving ÷ native, ours", format!("{:.0}", figures.ratio())),
        ("proof", HumanBytes(figures.proof_bytes as u64).to_string()),
        (
            "verified",
            format!(
                "{}, {:.1} bits",
                milliseconds(figures.verify_seconds),
                figures.security_bits
            ),
        ),
        (
            "peak memory",
            figures
                .peak_bytes
                .map_or_else(|| unknown("unknown"), |bytes| HumanBytes(bytes).to_string()),
        ),
    ];
    for (name, value) in lines {
        table.add_row(vec![name.to_owned(), value]);
    }
    writeln!(out, "{table}")?;
    let mut rows: Vec<_> = figures.rows.iter().filter(|(_, rows)| **rows > 0).collect();
    rows.sort_by_key(|(_, rows)| core::cmp::Reverse(**rows));
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(vec!["chip", "rows"]);
    for (name, rows) in rows {
        table.add_row(vec![(*name).to_owned(), rows.to_string()]);
    }
    writeln!(out, "{table}")?;
    writeln!(out, "the proof is in {}", path.display())
}
