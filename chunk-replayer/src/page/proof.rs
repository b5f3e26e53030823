//! The page about one proof: what it is about, and where its instructions, cells and seconds went.

use super::draw::{Bar, Part, bars, columns, legend, section, table, tiles};
use super::{document, duration, escaped, grouped, short, size};
use crate::figures::{Figures, SegmentSeconds};
use crate::flame;
use std::collections::BTreeMap;

/// What the page shows.
#[derive(Clone, Copy, Debug)]
pub struct ProofPage<'a> {
    /// The measured figures.
    pub figures: &'a Figures,
    /// Instructions by call stack, folded.
    pub folded: &'a str,
    /// Instructions of each receipt in the order of processing; empty if the guest's functions do not tell.
    pub receipts: &'a [u64],
    /// About the machine and the build.
    pub machine: &'a str,
}

/// Functions that stand for a part of the work, by a part of their names, outermost first in importance: the first that occurs in a stack counts.
const WORK: [(&str, &str, &[&str]); 8] = [
    (
        "signature",
        "signatures",
        &[
            "verify_one_of_many",
            "verify_ed25519",
            "verify_secp256k1",
            "verify_ml_dsa",
        ],
    ),
    ("runtime", "transactions", &["process_transactions"]),
    (
        "runtime",
        "receipts",
        &["process_receipts", "process_or_delay", "process_and_count"],
    ),
    (
        "runtime",
        "bandwidth and buffered receipts",
        &["schedule_bandwidth", "forward_", "buffer"],
    ),
    (
        "trie",
        "new state root",
        &["apply_chunk::finalize", "StateUpdate", "TrieEditor"],
    ),
    (
        "hash",
        "receipt and transaction roots",
        &["merkle", "from_parts", "outgoing_receipts_root"],
    ),
    (
        "witness",
        "reading the witness",
        &[
            "state_witness::compressed",
            "state_witness::decode",
            "into_trie",
            "GenericShunt",
            "ChunkStatement",
            "Params::decode",
        ],
    ),
    ("library", "everything else", &[""]),
];

impl ProofPage<'_> {
    /// The page.
    #[must_use]
    pub fn html(&self) -> String {
        let figures = self.figures;
        let mut body = format!(
            "<h1>{}</h1>\n<p class=\"note\">A proof that this chunk was applied correctly: {} and {}, {} of proof for {} of witness work. {}</p>\n",
            escaped(&figures.id),
            count(figures.transactions as u64, "transaction"),
            count(figures.receipts as u64, "incoming receipt"),
            size(figures.proof_bytes as u64),
            duration(figures.native_seconds),
            escaped(self.machine),
        );
        body += &self.tiles();
        body += &self.time();
        body += &self.cells();
        body += &self.instructions();
        body += &self.receipts();
        body += "<footer>Made by <code>replay-chunk --prove --report</code>. Point at anything for its numbers; click a box of the flame graph to look closer, the lowest left one to go back.</footer>\n";
        document(&format!("Proof of {}", figures.id), &body)
    }

    fn tiles(&self) -> String {
        let figures = self.figures;
        let unknown = || "unknown".to_owned();
        tiles(&[
            ("proving", duration(figures.prove_seconds)),
            ("native, ours, one thread", duration(figures.native_seconds)),
            (
                "native, nearcore's record",
                figures.nearcore_seconds.map_or_else(unknown, duration),
            ),
            ("proving ÷ native", grouped(figures.ratio().round() as u64)),
            ("instructions", grouped(figures.instructions)),
            ("SHA-256 blocks", grouped(figures.hash_blocks)),
            ("cells", short(figures.cells() as f64)),
            ("segments", figures.segments.len().to_string()),
            ("proof", size(figures.proof_bytes as u64)),
            ("verified", duration(figures.verify_seconds)),
            ("security", format!("{:.1} bits", figures.security_bits)),
            ("peak memory", figures.peak_bytes.map_or_else(unknown, size)),
        ])
    }

    fn time(&self) -> String {
        let figures = self.figures;
        let part = |class, value, what: &str| Part {
            class,
            value,
            title: format!("{what}: {}", duration(value)),
        };
        let segment = |(number, seconds): (usize, &SegmentSeconds)| Bar {
            name: format!("segment {}", number + 1),
            parts: vec![
                part("execute", seconds.execute, "executing"),
                part("fill", seconds.fill, "filling tables"),
                part("prove", seconds.prove, "proving"),
            ],
            number: duration(seconds.execute + seconds.fill + seconds.prove),
        };
        let mut all: Vec<Bar> = figures.segments.iter().enumerate().map(segment).collect();
        all.push(Bar {
            name: "verifying, all".to_owned(),
            parts: vec![part("verify", figures.verify_seconds, "verifying")],
            number: duration(figures.verify_seconds),
        });
        let legend = legend(&[
            ("execute", "executing"),
            ("fill", "filling tables, hashing memory"),
            ("prove", "the proof itself"),
            ("verify", "verifying"),
        ]);
        section(
            "Where the time went",
            "Each segment of the run is executed, turned into tables and proved by itself.",
            &(legend + &bars(&all)),
        )
    }

    fn cells(&self) -> String {
        let figures = self.figures;
        let all = figures.cells().max(1) as f64;
        let mut chips: Vec<_> = figures.sizes.iter().collect();
        chips.sort_by_key(|(name, size)| (core::cmp::Reverse(size.cells), **name));
        let bar = |(name, size): &(&&'static str, &prover::progress::ChipSize)| {
            let cells = size.cells as f64;
            let used = figures
                .rows
                .get(*name)
                .map_or(1.0, |rows| *rows as f64 / size.height.max(1) as f64)
                .min(1.0);
            let mut parts = vec![Part {
                class: "prove",
                value: cells * used,
                title: format!("{name}: {} cells in {} rows", grouped(size.cells), grouped(size.height)),
            }];
            if figures.rows.contains_key(*name) {
                parts.push(Part {
                    class: "padding",
                    value: cells * (1.0 - used),
                    title: format!("{name}: rows that only fill the table up to a power of two"),
                });
            }
            Bar {
                name: (**name).to_owned(),
                parts,
                number: format!("{} · {:.1} %", short(cells), 100.0 * cells / all),
            }
        };
        let large = |(_, size): &&(&&'static str, &prover::progress::ChipSize)| size.cells as f64 >= all / 200.0;
        let drawn: Vec<Bar> = chips.iter().filter(large).map(bar).collect();
        let rows: Vec<Vec<String>> = chips
            .iter()
            .map(|(name, size)| {
                let rows = figures
                    .rows
                    .get(*name)
                    .map_or_else(|| "·".to_owned(), |rows| grouped(*rows));
                vec![
                    (**name).to_owned(),
                    rows,
                    grouped(size.height),
                    grouped(size.cells),
                    grouped(size.messages),
                ]
            })
            .collect();
        let header = ["chip", "rows of instructions", "height", "cells", "messages"];
        let content = legend(&[
            ("prove", "cells"),
            ("padding", "padding of chips that take instructions"),
        ]) + &bars(&drawn)
            + "<details><summary>All chips</summary>\n"
            + &table(&header, &rows)
            + "</details>\n";
        let note = format!(
            "{} cells and {} messages between chips: what proving time follows. Chips below half a percent are only in the table.",
            grouped(figures.cells()),
            grouped(figures.messages())
        );
        section("Where the cells went", &note, &content)
    }

    fn instructions(&self) -> String {
        let mut by_work: BTreeMap<usize, u64> = BTreeMap::new();
        let mut all = 0u64;
        for (stack, count) in flame::stacks(self.folded) {
            let fits = |(_, _, parts): &(&str, &str, &[&str])| parts.iter().any(|part| stack.contains(part));
            *by_work
                .entry(WORK.iter().position(fits).unwrap_or(WORK.len() - 1))
                .or_default() += count;
            all += count;
        }
        let mut by_work: Vec<_> = by_work.into_iter().collect();
        by_work.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
        let bar = |(work, count): (usize, u64)| {
            let (class, name, _) = WORK[work];
            Bar {
                name: name.to_owned(),
                parts: vec![Part {
                    class,
                    value: count as f64,
                    title: format!("{name}: {} instructions", grouped(count)),
                }],
                number: format!(
                    "{} · {:.1} %",
                    short(count as f64),
                    100.0 * count as f64 / all.max(1) as f64
                ),
            }
        };
        let drawn: Vec<Bar> = by_work.into_iter().map(bar).collect();
        let kinds: Vec<(&str, &str)> = flame::KINDS.iter().map(|(class, text, _)| (*class, *text)).collect();
        let content = bars(&drawn)
            + "<p></p>\n"
            + &legend(&kinds)
            + "<div class=\"scroll\">"
            + &flame::graph(self.folded)
            + "</div>\n";
        let note = "Functions of the guest, callers above; a box is as wide as the function's instructions, with everything that it calls.";
        section("Where the instructions went", note, &content)
    }

    fn receipts(&self) -> String {
        if self.receipts.is_empty() {
            return String::new();
        }
        let values: Vec<f64> = self.receipts.iter().map(|count| *count as f64).collect();
        let total: u64 = self.receipts.iter().sum();
        let title = |at: usize, value: f64| format!("receipt {}: {} instructions", at + 1, grouped(value as u64));
        let highest = self.receipts.iter().max().copied().unwrap_or(0);
        let note = format!(
            "{} executed, in the order of processing; {} instructions each on average, without reading the witness and without the new state root.",
            count(self.receipts.len() as u64, "receipt"),
            grouped(total / self.receipts.len() as u64)
        );
        let drawing = columns(&values, "runtime", title, &format!("{} instructions", grouped(highest)));
        section("Receipt by receipt", &note, &drawing)
    }
}

fn count(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(number))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use prover::progress::ChipSize;

    pub(in crate::page) fn figures() -> Figures {
        let size = ChipSize {
            height: 1 << 10,
            cells: 40 << 10,
            messages: 7 << 10,
        };
        Figures {
            id: "transfers/1-s0".to_owned(),
            transactions: 1,
            receipts: 2,
            instructions: 1000,
            hash_blocks: 10,
            segments: vec![SegmentSeconds {
                execute: 0.1,
                fill: 0.2,
                prove: 3.0,
            }],
            rows: BTreeMap::from([("Sum", 700)]),
            sizes: BTreeMap::from([("Sum", size), ("Poseidon2", size)]),
            native_seconds: 0.001,
            nearcore_seconds: None,
            prove_seconds: 3.3,
            proof_bytes: 400_000,
            verify_seconds: 0.05,
            security_bits: 110.0,
            peak_bytes: Some(1 << 30),
        }
    }

    #[test]
    fn a_page_says_every_figure_and_loads_nothing() {
        let figures = figures();
        let page = ProofPage {
            figures: &figures,
            folded: "(entry);main;x::process_receipts 900\n(entry);main;verify_ed25519 100\n",
            receipts: &[400, 500],
            machine: "a machine",
        };
        let html = page.html();
        for text in [
            "transfers/1-s0",
            "3,300",
            "3.30 s",
            "390.6 KiB",
            "Poseidon2",
            "900 · 90.0 %",
            "receipt 2: 500 instructions",
            "verify_ed25519",
        ] {
            assert!(html.contains(text), "{text}");
        }
        for address in ["http://", "https://", "src=", "href=", "url(", "@import"] {
            assert!(!html.contains(address), "{address}");
        }
    }
}
