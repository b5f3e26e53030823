//! Results in words: a table for people, lines of JSON for programs, an exit status for scripts.

use crate::folder::ChunkId;
use comfy_table::{Cell, CellAlignment, Table, presets};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Up to this many chunks the table has a row for each; above, a row for each set.
const MAX_ROWS: usize = 60;
/// Up to this many reasons of one kind are printed below the table.
const MAX_REASONS: usize = 20;

/// How a chunk ended; the text says what exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything recorded came out the same.
    Equal,
    /// The first difference, in words.
    Different(String),
    /// Which contract is called.
    NeedsContracts(String),
    /// Which input the recording lacks.
    Incomplete(String),
    /// Which version it is.
    UnsupportedVersion(String),
    /// What is wrong with the files.
    BadInput(String),
}

/// The names of all verdicts, in the order of the summary.
const KINDS: [&str; 6] = [
    "equal",
    "different",
    "needs_contracts",
    "incomplete",
    "unsupported_version",
    "bad_input",
];

impl Verdict {
    /// The verdict's name in JSON and tables.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Equal => KINDS[0],
            Self::Different(_) => KINDS[1],
            Self::NeedsContracts(_) => KINDS[2],
            Self::Incomplete(_) => KINDS[3],
            Self::UnsupportedVersion(_) => KINDS[4],
            Self::BadInput(_) => KINDS[5],
        }
    }

    /// The text that belongs to it.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Equal => None,
            Self::Different(text)
            | Self::NeedsContracts(text)
            | Self::Incomplete(text)
            | Self::UnsupportedVersion(text)
            | Self::BadInput(text) => Some(text),
        }
    }
}

/// One line of the report.
#[derive(Clone, Debug)]
pub struct Row {
    /// The chunk, or the source that could not be read.
    pub id: ChunkId,
    /// Height of the applied chunk's block, if known.
    pub height: Option<u64>,
    /// The applied chunk's shard, if known.
    pub shard: Option<u64>,
    /// Transactions of the applied chunk.
    pub transactions: Option<usize>,
    /// Incoming receipts.
    pub receipts: Option<usize>,
    /// Outcomes produced.
    pub outcomes: Option<usize>,
    /// Gas burnt.
    pub gas: Option<u64>,
    /// How it ended.
    pub verdict: Verdict,
    /// Our time for the whole validation, in seconds.
    pub seconds: Option<f64>,
    /// nearcore's recorded time, in seconds.
    pub native_seconds: Option<f64>,
    /// What was compared and what had to be assumed, for `-v`.
    pub details: Vec<String>,
}

impl Row {
    /// A row that knows nothing but its verdict.
    pub fn of(id: ChunkId, verdict: Verdict) -> Self {
        let position = id.height_and_shard();
        Self {
            id,
            height: position.map(|(height, _)| height),
            shard: position.map(|(_, shard)| shard),
            transactions: None,
            receipts: None,
            outcomes: None,
            gas: None,
            verdict,
            seconds: None,
            native_seconds: None,
            details: Vec::new(),
        }
    }
}

/// How many chunks ended each way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Chunks equal in everything.
    pub equal: usize,
    /// Chunks that differ.
    pub different: usize,
    /// Chunks that call contracts.
    pub needs_contracts: usize,
    /// Chunks whose recording lacks an input.
    pub incomplete: usize,
    /// Chunks of another protocol version.
    pub unsupported_version: usize,
    /// Damaged chunks and sources.
    pub bad_input: usize,
}

impl Summary {
    /// Counts one more.
    pub fn count(&mut self, verdict: &Verdict) {
        let counter = match verdict {
            Verdict::Equal => &mut self.equal,
            Verdict::Different(_) => &mut self.different,
            Verdict::NeedsContracts(_) => &mut self.needs_contracts,
            Verdict::Incomplete(_) => &mut self.incomplete,
            Verdict::UnsupportedVersion(_) => &mut self.unsupported_version,
            Verdict::BadInput(_) => &mut self.bad_input,
        };
        *counter += 1;
    }

    const fn counts(&self) -> [usize; 6] {
        [
            self.equal,
            self.different,
            self.needs_contracts,
            self.incomplete,
            self.unsupported_version,
            self.bad_input,
        ]
    }

    /// 0: something equal, nothing different or bad; 1: a difference; 2: bad input; 3: nothing could be checked.
    pub const fn exit_status(&self) -> u8 {
        if self.different > 0 {
            1
        } else if self.bad_input > 0 {
            2
        } else if self.equal == 0 {
            3
        } else {
            0
        }
    }
}

/// A chunk as one line of JSON.
pub fn json_line(row: &Row) -> String {
    let mut line = json!({
        "id": row.id.as_str(),
        "height": row.height,
        "shard": row.shard,
        "transactions": row.transactions,
        "receipts": row.receipts,
        "outcomes": row.outcomes,
        "gas": row.gas,
        "result": row.verdict.kind(),
        "seconds": row.seconds,
        "native_seconds": row.native_seconds,
    });
    if let (Some(reason), Some(fields)) = (row.verdict.reason(), line.as_object_mut()) {
        let name = if matches!(row.verdict, Verdict::Different(_)) {
            "difference"
        } else {
            "error"
        };
        fields.insert(name.to_owned(), reason.into());
    }
    line.to_string()
}

/// The last line of JSON.
pub fn json_summary(summary: &Summary) -> String {
    json!({ "summary": summary }).to_string()
}

/// Prints rows as a table, then the reasons, then the summary.
///
/// # Errors
/// When the output is closed.
pub fn print_table(out: &mut dyn Write, rows: &[Row], summary: &Summary, verbose: bool) -> io::Result<()> {
    let table = if verbose || rows.len() <= MAX_ROWS {
        table_of_chunks(rows)
    } else {
        table_of_sets(rows)
    };
    writeln!(out, "{table}")?;
    if verbose {
        for (row, detail) in rows
            .iter()
            .flat_map(|row| row.details.iter().map(move |detail| (row, detail)))
        {
            writeln!(out, "{}: {detail}", row.id)?;
        }
    }
    print_reasons(out, rows, verbose)?;
    let counts: Vec<String> = KINDS
        .iter()
        .zip(summary.counts())
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{count} {}", kind.replace('_', " ")))
        .collect();
    writeln!(out, "{} chunks: {}", rows.len(), counts.join(", "))
}

/// Prints a Markdown table with a row for each scenario and one for all tests of nearcore's suite, whose names have a dot.
///
/// # Errors
/// When the output is closed.
pub fn print_counts(out: &mut dyn Write, rows: &[Row]) -> io::Result<()> {
    let mut groups: BTreeMap<&str, Summary> = BTreeMap::new();
    for row in rows {
        let set = row.id.set().rsplit('/').next().unwrap_or_default();
        let group = if set.contains('.') {
            "nearcore's test suite"
        } else {
            set
        };
        groups.entry(group).or_default().count(&row.verdict);
        groups.entry("~").or_default().count(&row.verdict);
    }
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    let kinds = KINDS.iter().map(|kind| kind.replace('_', " "));
    table.set_header(
        ["recorded chunks".to_owned(), "all".to_owned()]
            .into_iter()
            .chain(kinds),
    );
    for (group, summary) in groups {
        let counts = summary.counts();
        let name = if group == "~" { "all" } else { group };
        let mut cells = vec![Cell::new(name), right(counts.iter().sum::<usize>().to_string())];
        cells.extend(counts.iter().map(|count| right(count.to_string())));
        table.add_row(cells);
    }
    writeln!(out, "{table}")
}

fn new_table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header(header);
    table
}

fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn number<T: ToString>(value: Option<T>) -> Cell {
    right(value.map_or_else(|| "–".to_owned(), |value| value.to_string()))
}

/// Seconds in the unit that gives readable digits.
fn duration(seconds: Option<f64>) -> Cell {
    right(match seconds {
        None => "–".to_owned(),
        Some(seconds) if seconds < 1.0 => format!("{:.2} ms", seconds * 1e3),
        Some(seconds) => format!("{seconds:.2} s"),
    })
}

fn table_of_chunks(rows: &[Row]) -> Table {
    let mut table = new_table(&[
        "chunk",
        "transactions",
        "receipts",
        "outcomes",
        "gas",
        "result",
        "our time",
        "nearcore's",
        "ratio",
    ]);
    for row in rows {
        let ratio = row
            .seconds
            .zip(row.native_seconds)
            .map(|(ours, native)| format!("{:.2}", ours / native));
        table.add_row(vec![
            Cell::new(row.id.as_str()),
            number(row.transactions),
            number(row.receipts),
            number(row.outcomes),
            number(row.gas),
            Cell::new(row.verdict.kind().replace('_', " ")),
            duration(row.seconds),
            duration(row.native_seconds),
            number(ratio),
        ]);
    }
    table
}

fn table_of_sets(rows: &[Row]) -> Table {
    let mut sets: BTreeMap<&str, Summary> = BTreeMap::new();
    for row in rows {
        sets.entry(row.id.set()).or_default().count(&row.verdict);
    }
    let mut header = vec!["set".to_owned(), "chunks".to_owned()];
    header.extend(KINDS.iter().map(|kind| kind.replace('_', " ")));
    let mut table = new_table(&header.iter().map(String::as_str).collect::<Vec<_>>());
    for (set, summary) in sets {
        let counts = summary.counts();
        let mut cells = vec![Cell::new(set), right(counts.iter().sum::<usize>().to_string())];
        cells.extend(counts.iter().map(|count| {
            right(if *count == 0 {
                "·".to_owned()
            } else {
                count.to_string()
            })
        }));
        table.add_row(cells);
    }
    table
}

/// The first difference of every chunk that differs, and why others could not be checked.
fn print_reasons(out: &mut dyn Write, rows: &[Row], verbose: bool) -> io::Result<()> {
    for kind in &KINDS[1..] {
        let of_kind: Vec<&Row> = rows.iter().filter(|row| row.verdict.kind() == *kind).collect();
        let shown = if verbose {
            of_kind.len()
        } else {
            of_kind.len().min(MAX_REASONS)
        };
        for row in of_kind.iter().take(shown) {
            writeln!(
                out,
                "{} {}: {}",
                row.id,
                kind.replace('_', " "),
                row.verdict.reason().unwrap_or_default()
            )?;
        }
        if of_kind.len() > shown {
            writeln!(
                out,
                "… and {} more {} (-v prints all)",
                of_kind.len() - shown,
                kind.replace('_', " ")
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(verdicts: &[Verdict]) -> Summary {
        let mut summary = Summary::default();
        verdicts.iter().for_each(|verdict| summary.count(verdict));
        summary
    }

    #[test]
    fn the_exit_status_says_what_a_script_must_know() {
        let text = || "x".to_owned();
        assert_eq!(
            summary(&[Verdict::Equal, Verdict::NeedsContracts(text())]).exit_status(),
            0
        );
        assert_eq!(
            summary(&[Verdict::Equal, Verdict::Different(text()), Verdict::BadInput(text())]).exit_status(),
            1
        );
        assert_eq!(summary(&[Verdict::Equal, Verdict::BadInput(text())]).exit_status(), 2);
        assert_eq!(
            summary(&[Verdict::NeedsContracts(text()), Verdict::UnsupportedVersion(text())]).exit_status(),
            3
        );
        assert_eq!(summary(&[Verdict::Incomplete(text())]).exit_status(), 3);
    }

    #[test]
    fn a_line_of_json_names_the_difference_or_the_error() {
        let different = json_line(&Row::of(ChunkId::new("a/7-s1"), Verdict::Different("gas".into())));
        let line: serde_json::Value = serde_json::from_str(&different).unwrap();
        assert_eq!(
            (line["result"].as_str(), line["difference"].as_str()),
            (Some("different"), Some("gas"))
        );
        assert_eq!((line["height"].as_u64(), line["shard"].as_u64()), (Some(7), Some(1)));
        let bad = json_line(&Row::of(ChunkId::new("a/7-s1"), Verdict::BadInput("no witness".into())));
        let line: serde_json::Value = serde_json::from_str(&bad).unwrap();
        assert_eq!(
            (line["error"].as_str(), line.get("difference")),
            (Some("no witness"), None)
        );
        assert_eq!(
            json_summary(&Summary {
                equal: 2,
                ..Summary::default()
            }),
            r#"{"summary":{"bad_input":0,"different":0,"equal":2,"incomplete":0,"needs_contracts":0,"unsupported_version":0}}"#
        );
    }
}
