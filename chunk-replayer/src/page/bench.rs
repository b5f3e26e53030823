//! The page about several proofs, side by side.

use super::draw::{Bar, Part, bars, legend, section, table};
use super::{document, duration, escaped, grouped, short};
use crate::figures::Figures;

/// Columns of the table about proofs, as in docs/benchmarks.md.
pub const COLUMNS: [&str; 13] = [
    "chunk",
    "transactions",
    "receipts",
    "native, ms",
    "nearcore's, ms",
    "instructions",
    "SHA-256 blocks",
    "segments",
    "proving, s",
    "÷ native",
    "proof, KiB",
    "verified, ms",
    "peak, GB",
];

/// A line of that table.
#[must_use]
pub fn line(figures: &Figures) -> Vec<String> {
    let milliseconds = |seconds: f64| format!("{:.2}", seconds * 1e3);
    let unknown = || "·".to_owned();
    vec![
        figures.id.clone(),
        figures.transactions.to_string(),
        figures.receipts.to_string(),
        milliseconds(figures.native_seconds),
        figures.nearcore_seconds.map_or_else(unknown, milliseconds),
        grouped(figures.instructions),
        grouped(figures.hash_blocks),
        figures.segments.len().to_string(),
        format!("{:.2}", figures.prove_seconds),
        grouped(figures.ratio().round() as u64),
        grouped((figures.proof_bytes as u64).div_ceil(1024)),
        format!("{:.0}", figures.verify_seconds * 1e3),
        figures
            .peak_bytes
            .map_or_else(unknown, |bytes| format!("{:.1}", bytes as f64 / 1e9)),
    ]
}

/// The page about these proofs.
#[must_use]
pub fn html(all: &[Figures], machine: &str) -> String {
    let mut body = format!(
        "<h1>{} proved</h1>\n<p class=\"note\">{}</p>\n",
        if all.len() == 1 {
            "One chunk".to_owned()
        } else {
            format!("{} chunks", all.len())
        },
        escaped(machine)
    );
    let proving = all.iter().map(|figures| {
        let of = |class, what: &str, seconds: f64| Part {
            class,
            value: seconds,
            title: format!("{}: {what}, {}", figures.id, duration(seconds)),
        };
        let sum = |part: fn(&crate::figures::SegmentSeconds) -> f64| figures.segments.iter().map(part).sum::<f64>();
        Bar {
            name: name(&figures.id),
            parts: vec![
                of("execute", "executing", sum(|segment| segment.execute)),
                of("fill", "filling tables", sum(|segment| segment.fill)),
                of("prove", "proving", sum(|segment| segment.prove)),
            ],
            number: format!(
                "{} · {} ×",
                duration(figures.prove_seconds),
                grouped(figures.ratio().round() as u64)
            ),
        }
    });
    let keys = legend(&[
        ("execute", "executing"),
        ("fill", "filling tables"),
        ("prove", "the proof itself"),
    ]);
    let drawing = keys + &bars(&proving.collect::<Vec<_>>());
    body += &section(
        "Proving time",
        "Behind each bar: seconds in all, and how many times our native validation.",
        &drawing,
    );
    let of_each = |value: fn(&Figures) -> f64, class: &'static str, text: fn(f64) -> String| {
        let bar = |figures: &Figures| Bar {
            name: name(&figures.id),
            parts: vec![Part {
                class,
                value: value(figures),
                title: format!("{}: {}", figures.id, text(value(figures))),
            }],
            number: text(value(figures)),
        };
        bars(&all.iter().map(bar).collect::<Vec<_>>())
    };
    body += &section(
        "Instructions",
        "What the guest executes.",
        &of_each(|figures| figures.instructions as f64, "runtime", short),
    );
    body += &section(
        "Verifying",
        "Decoding included, on one thread.",
        &of_each(|figures| figures.verify_seconds, "verify", duration),
    );
    let rows: Vec<Vec<String>> = all.iter().map(line).collect();
    body += &section(
        "In numbers",
        "Native: our validation on one thread; nearcore's: its own record for the same witness.",
        &table(&COLUMNS, &rows),
    );
    body += "<footer>Made by <code>replay-chunk bench --prove --report</code>.</footer>\n";
    document("Chunks proved", &body)
}

/// The end of an id, as long as there is room for at the left of a bar.
fn name(id: &str) -> String {
    const ROOM: usize = 24;
    let length = id.chars().count();
    if length <= ROOM {
        id.to_owned()
    } else {
        format!("…{}", id.chars().skip(length - ROOM + 1).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::super::proof::tests::figures;
    use super::*;

    #[test]
    fn a_line_has_a_cell_for_each_column() {
        assert_eq!(line(&figures()).len(), COLUMNS.len());
    }

    #[test]
    fn the_page_names_every_chunk() {
        let html = html(&[figures(), figures()], "a machine");
        assert!(html.contains("2 chunks proved"));
        assert_eq!(html.matches("3.30 s · 3,300 ×").count(), 2);
        assert!(!html.contains("href="));
    }
}
