//! `bench`: our time beside nearcore's, the compressed witness beside the raw one, and with `--prove` what proofs take. Makes `docs/benchmarks.md`.

use super::headers::read_one;
use super::{CommandError, open_sources};
use crate::cli::{BenchArguments, ChoiceArguments};
use crate::compression::{Compression, measure};
use crate::folder::{ChunkFolder, ChunkId};
use crate::inventory::Inventory;
use crate::machine;
use crate::replay::{Prepared, Replayer, prepare, run};
use crate::source::{Source, Visitor};
use comfy_table::{CellAlignment, Table, presets};
use std::collections::BTreeMap;
use std::io::Write;

/// The chunks whose time nearcore recorded on a quiet machine and that are large enough to measure.
const CHUNKS: [&str; 9] = [
    "transfers/180000016-s1",
    "transfers/180000018-s0",
    "transfers/180000018-s1",
    "transfers/180000018-s2",
    "transfers/180000018-s3",
    "transfers/180000019-s0",
    "transfers/180000019-s1",
    "transfers/180000019-s2",
    "transfers/180000019-s3",
];

const VALIDATION_NOTE: &str = "\
Our time is the whole validation, from the witness's bytes to the comparison with the header and the erasure-coded root, the fastest of
several runs. nearcore's is what it recorded for the same witness: an optimised build, on both cores of a 2-core machine, signatures in
parallel.";

const COMPRESSION_NOTE: &str = "\
Bytes of the recorded states (nodes and values) of all chunks of a set, main and implicit transitions. *Ours* is the compressed form of
`state-witness`; zstd-1 of the raw state is what nodes send today; the last column puts it on top of ours.";

/// Measures and prints.
///
/// # Errors
/// When a benchmark chunk is missing or does not replay.
pub fn bench(arguments: &BenchArguments, out: &mut dyn Write) -> Result<u8, CommandError> {
    if arguments.prove {
        return super::bench_prove::bench(arguments, out);
    }
    let (sources, contracts) = open_sources(&arguments.sources)?;
    let inventory = Inventory::take(&sources, &contracts);
    let title = |text: &str| {
        if arguments.markdown {
            format!("## {text}\n")
        } else {
            text.to_owned()
        }
    };
    writeln!(out, "{}", title("Validation beside nearcore"))?;
    writeln!(out, "{}\n", validation_table(arguments, &sources, &inventory)?)?;
    writeln!(out, "{}\n{}\n", machine::describe(), VALIDATION_NOTE)?;
    writeln!(out, "{}", title("Compressed witness"))?;
    writeln!(out, "{}\n", compression_table(arguments.markdown, &sources)?)?;
    writeln!(out, "{COMPRESSION_NOTE}")?;
    Ok(0)
}

pub(super) fn table(markdown: bool, header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(if markdown {
        presets::ASCII_MARKDOWN
    } else {
        presets::UTF8_FULL_CONDENSED
    });
    table.set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Our full validation on one thread, the fastest of some runs, divided by nearcore's recorded time.
fn validation_table(
    arguments: &BenchArguments,
    sources: &[Source],
    inventory: &Inventory,
) -> Result<Table, CommandError> {
    let mut table = table(
        arguments.markdown,
        &[
            "chunk",
            "transactions",
            "receipts",
            "our time, ms",
            "nearcore's, ms",
            "ratio",
        ],
    );
    for id in CHUNKS {
        let prepared = prepared(id, sources, inventory)?;
        let unusable = |error: &dyn core::fmt::Display| CommandError::Usage(format!("{id}: {error}"));
        let mut fastest: Option<f64> = None;
        let mut receipts = 0;
        for _ in 0..arguments.runs {
            let validated = run(&prepared).map_err(|error| unusable(&error))?;
            if let Err(error) = &validated.result {
                return Err(unusable(error));
            }
            receipts = validated.receipt_count;
            let seconds = validated.time.as_secs_f64();
            fastest = Some(fastest.map_or(seconds, |fastest| fastest.min(seconds)));
        }
        let ours = fastest.unwrap_or_default();
        let native = prepared
            .record
            .result
            .as_ref()
            .map(|result| result.native_validate_seconds);
        let native = native.ok_or_else(|| unusable(&"result.json is missing, with nearcore's time"))?;
        table.add_row(vec![
            id.to_owned(),
            prepared.record.witness.transactions().len().to_string(),
            receipts.to_string(),
            format!("{:.2}", ours * 1e3),
            format!("{:.2}", native * 1e3),
            format!("{:.2}", ours / native),
        ]);
    }
    Ok(table)
}

pub(super) fn prepared(id: &str, sources: &[Source], inventory: &Inventory) -> Result<Prepared, CommandError> {
    let choice = ChoiceArguments {
        chunk: vec![id.to_owned()],
        ..ChoiceArguments::default()
    };
    let chosen = inventory.choose(&choice, sources).map_err(CommandError::Usage)?;
    let found = sources
        .iter()
        .zip(&chosen)
        .find_map(|(source, ids)| Some((source, ids.first()?)));
    let (source, id) = found.ok_or_else(|| CommandError::Usage(format!("no chunk {id}")))?;
    let replayer = Replayer {
        inventory,
        variant: None,
    };
    prepare(&replayer, read_one(source, id)?).map_err(|verdict| {
        CommandError::Usage(format!(
            "{id}: {}: {}",
            verdict.kind(),
            verdict.reason().unwrap_or_default()
        ))
    })
}

/// Adds up the compression of all chunks, by scenario; the suite's tests count as one.
#[derive(Default)]
struct Sizes {
    by_set: BTreeMap<String, Compression>,
    first_error: Option<String>,
}

impl Visitor for Sizes {
    fn wants(&mut self, _id: &ChunkId, name: &str) -> bool {
        name == crate::folder::WITNESS_FILE || name == "apply.json"
    }

    fn folder(&mut self, folder: ChunkFolder) {
        let set = folder.id.set().rsplit('/').next().unwrap_or_default();
        let set = if set.contains('.') {
            "nearcore's test suite"
        } else {
            set
        };
        match measure(&folder) {
            Ok(sizes) => self.by_set.entry(set.to_owned()).or_default().add(&sizes),
            Err(error) => {
                self.first_error.get_or_insert(format!("{}: {error}", folder.id));
            }
        }
    }
}

fn compression_table(markdown: bool, sources: &[Source]) -> Result<Table, CommandError> {
    let mut sizes = Sizes::default();
    for source in sources {
        source.visit(&mut sizes)?;
    }
    if let Some(error) = sizes.first_error {
        return Err(CommandError::Usage(error));
    }
    let header = [
        "set",
        "chunks",
        "raw, bytes",
        "ours",
        "ours ÷ raw",
        "zstd-1 ÷ raw",
        "ours and zstd-1 ÷ raw",
    ];
    let mut table = table(markdown, &header);
    for (set, sizes) in &sizes.by_set {
        table.add_row(vec![
            set.clone(),
            sizes.chunks.to_string(),
            sizes.raw_len_bytes.to_string(),
            sizes.ours_len_bytes.to_string(),
            share(sizes.ours_len_bytes, sizes.raw_len_bytes),
            share(sizes.zstd_len_bytes, sizes.raw_len_bytes),
            share(sizes.both_len_bytes, sizes.raw_len_bytes),
        ]);
    }
    Ok(table)
}

#[expect(clippy::cast_precision_loss, reason = "a quotient for people")]
fn share(part: u64, whole: u64) -> String {
    format!("{:.3}", part as f64 / whole.max(1) as f64)
}
