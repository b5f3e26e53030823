//! `bench --prove`: several chunks proved one after the other, as a table, as JSON, as a page.

use super::bench::table;
use super::headers::read_one;
use super::{CommandError, open_sources};
use crate::cli::BenchArguments;
use crate::figures::{Figures, Wish};
use crate::folder::ChunkId;
use crate::guest::{GuestError, input};
use crate::inventory::Inventory;
use crate::machine;
use crate::page::bench::{COLUMNS, html, line};
use crate::replay::{Replayer, prepare};
use crate::source::Source;
use serde_json::json;
use std::fs;
use std::io::Write;

/// The chunks that are proved unless others are named: transfers in growing numbers, then signatures.
const CHUNKS: [&str; 6] = [
    "transfers/180000011-s0",
    "transfers/180000015-s3",
    "transfers/180000017-s2",
    "transfers/180000019-s2",
    "transfers/180000008-s3",
    "transfers/180000012-s3",
];

/// Proves every chunk that is meant and that can be proved, measures, and tells. Exit status 0 if one was proved, else 3.
///
/// # Errors
/// A chunk's proof fails, or the output is closed.
pub(super) fn bench(arguments: &BenchArguments, out: &mut dyn Write) -> Result<u8, CommandError> {
    let (sources, contracts) = open_sources(&arguments.sources)?;
    let inventory = Inventory::take(&sources, &contracts);
    let mut choice = arguments.choice.clone();
    if !choice.names_something() {
        choice.chunk = CHUNKS.map(str::to_owned).to_vec();
    }
    let chosen = inventory.choose(&choice, &sources).map_err(CommandError::Usage)?;
    let replayer = Replayer {
        inventory: &inventory,
        variant: None,
    };
    let mut all = Vec::new();
    for (source, ids) in sources.iter().zip(&chosen) {
        for id in ids {
            match prove(&replayer, source, id, arguments)? {
                Ok(figures) => {
                    if arguments.json {
                        writeln!(out, "{}", figures.json())?;
                    }
                    all.push(figures);
                }
                Err(reason) if arguments.json => {
                    writeln!(
                        out,
                        "{}",
                        json!({ "id": id.as_str(), "proved": false, "reason": reason })
                    )?;
                }
                Err(reason) => writeln!(out, "{id}: no proof: {reason}")?,
            }
        }
    }
    if !arguments.json {
        let mut printed = table(arguments.markdown, &COLUMNS);
        for figures in &all {
            printed.add_row(line(figures));
        }
        writeln!(out, "{printed}\n\n{}", machine::describe())?;
    }
    if let Some(path) = &arguments.report {
        fs::write(path, html(&all, &machine::describe()))?;
    }
    Ok(if all.is_empty() { super::prove::EXIT_NOTHING } else { 0 })
}

/// The figures of one chunk, or why it has no proof.
fn prove(
    replayer: &Replayer<'_>,
    source: &Source,
    id: &ChunkId,
    arguments: &BenchArguments,
) -> Result<Result<Figures, String>, CommandError> {
    let failed = |error: &dyn core::fmt::Display| CommandError::Usage(format!("{id}: {error}"));
    let prepared = match prepare(replayer, read_one(source, id)?) {
        Ok(prepared) => prepared,
        Err(verdict) => return Ok(Err(verdict.reason().unwrap_or_default().to_owned())),
    };
    let guest_input = match input(&prepared) {
        Ok(input) => input,
        Err(GuestError::NeedsContracts(reason)) => return Ok(Err(reason)),
        Err(error) => return Err(failed(&error)),
    };
    let wish = Wish {
        size: arguments.segment,
        folder: None,
        is_quiet: arguments.json,
    };
    let measured = Figures::measure(id.as_str(), &prepared, &guest_input, &wish, &mut |_| {});
    measured.map(|(figures, _)| Ok(figures)).map_err(|error| failed(&error))
}
