//! Folded stacks as a flame graph: one SVG, a box as wide as its share of the instructions, coloured by what the function is for.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Width of the drawing (pixels).
const WIDTH: f64 = 1120.0;
/// Height of a box (pixels).
const ROW: f64 = 18.0;
/// Narrower boxes are left out (pixels).
const MIN_WIDTH: f64 = 0.4;
/// Narrower boxes have no text (pixels).
const MIN_TEXT_WIDTH: f64 = 24.0;
/// Width of a character (pixels), about.
const CHARACTER: f64 = 6.7;

/// What functions are for: class of the style sheet, what it is, and parts of the names of such functions. The first that fits counts.
pub const KINDS: [(&str, &str, &[&str]); 6] = [
    (
        "signature",
        "signatures",
        &[
            "verify_",
            "dalek",
            "ed25519",
            "k256",
            "secp256k1",
            "ml_dsa",
            "fiat_",
            "signature",
        ],
    ),
    ("hash", "SHA-256", &["sha256", "keccak", "sha3", "hash_borsh"]),
    (
        "witness",
        "reading witness and statement",
        &["state_witness", "chunk_guest", "borsh"],
    ),
    ("trie", "trie", &["::trie::", "StateUpdate", "::state::"]),
    ("runtime", "runtime", &["no_std_near_core"]),
    ("library", "library, memory, the program's edge", &[""]),
];

/// A function under its callers.
#[derive(Debug, Default)]
struct Frame {
    /// Instructions of the function and of everything it calls.
    total: u64,
    below: BTreeMap<String, Self>,
}

/// Draws folded stacks – lines of functions joined by `;`, then a number – as a file of its own.
#[must_use]
pub fn svg(folded: &str) -> String {
    const STYLE: &str = "<style>text{font:11px monospace;fill:#16202b}rect{stroke:#fff}.signature{fill:#f0a8a0}.hash{fill:#f2d675}.witness{fill:#b9dba4}\
                         .trie{fill:#a5d8d0}.runtime{fill:#a9c5e8}.library{fill:#cfcdc6}</style>\n";
    let (boxes, height) = boxes(folded);
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\">\n{STYLE}{boxes}</svg>\n")
}

/// The same for a page whose style sheet has the colours.
#[must_use]
pub fn graph(folded: &str) -> String {
    let (boxes, height) = boxes(folded);
    format!("<svg class=\"flame\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n{boxes}</svg>\n")
}

/// The boxes, callers above, and the height that they take.
fn boxes(folded: &str) -> (String, f64) {
    let mut root = Frame::default();
    for (stack, count) in stacks(folded) {
        root.total += count;
        let mut frame = &mut root;
        for name in stack.split(';') {
            frame = frame.below.entry(readable(name)).or_default();
            frame.total += count;
        }
    }
    let mut boxes = String::new();
    let mut depth = 0;
    draw(&root, 0.0, 0, root.total, &mut boxes, &mut depth);
    (boxes, depth as f64 * ROW)
}

/// The lines of folded stacks: functions joined by `;`, and their number.
pub fn stacks(folded: &str) -> impl Iterator<Item = (&str, u64)> {
    let lines = folded.lines().filter_map(|line| line.rsplit_once(' '));
    lines.map(|(stack, count)| (stack, count.parse().unwrap_or(0)))
}

fn draw(frame: &Frame, left: f64, row: usize, all: u64, boxes: &mut String, depth: &mut usize) {
    let mut left = left;
    let mut below: Vec<_> = frame.below.iter().collect();
    below.sort_by_key(|(_, frame)| core::cmp::Reverse(frame.total));
    for (name, below) in below {
        let width = WIDTH * below.total as f64 / all.max(1) as f64;
        if width >= MIN_WIDTH {
            *depth = (*depth).max(row + 1);
            let (top, share) = (row as f64 * ROW, 100.0 * below.total as f64 / all.max(1) as f64);
            let text = escaped(&brief(name));
            let shown: String = if width >= MIN_TEXT_WIDTH {
                brief(name).chars().take(((width - 6.0) / CHARACTER) as usize).collect()
            } else {
                String::new()
            };
            // Writing to a string does not fail.
            let _ = writeln!(
                boxes,
                "<g><title>{}: {} instructions, {share:.1} %</title><rect class=\"{}\" x=\"{left:.1}\" y=\"{top}\" width=\"{width:.1}\" height=\"{ROW}\"/>\
                 <text data-name=\"{text}\" x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
                escaped(name),
                below.total,
                kind(name),
                left + 4.0,
                top + 13.0,
                escaped(&shown),
            );
            draw(below, left, row + 1, all, boxes, depth);
        }
        left += width;
    }
}

fn escaped(text: &str) -> String {
    crate::page::escaped(text)
}

/// What a function is for: a class of [`KINDS`].
#[must_use]
pub fn kind(name: &str) -> &'static str {
    let fits = |(_, _, parts): &&(&str, &str, &[&str])| parts.iter().any(|part| name.contains(part));
    KINDS.iter().find(fits).map_or("library", |(class, ..)| class)
}

/// A mangled name without its decoration: the path's parts, joined.
#[must_use]
pub fn readable(name: &str) -> String {
    let Some(mut rest) = name.strip_prefix("_ZN") else {
        return last_part(name).unwrap_or(name).to_owned();
    };
    let mut parts = Vec::new();
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Ok(len) = rest[..digits].parse::<usize>() else {
            break;
        };
        let Some(part) = rest.get(digits..digits + len) else {
            break;
        };
        parts.push(part);
        rest = &rest[digits + len..];
    }
    // The last part is a hash.
    parts.pop();
    parts
        .join("::")
        .replace("_$LT$", "$LT$")
        .replace("$LT$", "<")
        .replace("$GT$", ">")
        .replace("$u20$", " ")
        .replace("$RF$", "&")
        .replace("$C$", ",")
        .replace("..", "::")
}

/// The name at the end of a path in the newer mangling: `_R…12___rust_alloc`, a length, an underscore, and as many characters.
fn last_part(name: &str) -> Option<&str> {
    let path = name.strip_prefix("_R")?;
    let found = path
        .char_indices()
        .filter(|(_, character)| character.is_ascii_digit())
        .find_map(|(at, _)| {
            let rest = &path[at..];
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let len: usize = rest[..digits].parse().ok()?;
            let ident = &rest[digits..];
            let ident = ident
                .strip_prefix('_')
                .filter(|ident| ident.len() == len)
                .unwrap_or(ident);
            (len > 0 && ident.len() == len).then_some(ident)
        });
    found.map(|ident| ident.trim_start_matches('_'))
}

/// The end of a path, without what stands in angle brackets: `ChunkInProgress::process_transactions`.
#[must_use]
pub fn brief(name: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0usize;
    for character in name.chars() {
        match character {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            other if depth == 0 => plain.push(other),
            _ => {}
        }
    }
    let parts: Vec<&str> = plain
        .split("::")
        .filter(|part| !part.is_empty() && *part != "_")
        .collect();
    match parts.as_slice() {
        // A method of an implementation: its type stood in brackets.
        [.., method] if name.contains("<impl ") || parts.len() == 1 => match implemented_type(name) {
            Some(of) => format!("{of}::{method}"),
            None => (*method).to_owned(),
        },
        [.., of, method] => format!("{of}::{method}"),
        _ => name.to_owned(),
    }
}

/// The type in `<impl module::Type<…>>::method` or `<module::Type as Trait>::method`.
fn implemented_type(name: &str) -> Option<&str> {
    let start = match name.find("<impl ") {
        Some(at) => at + "<impl ".len(),
        None => name.find('<')? + 1,
    };
    let inner = &name[start..];
    let path = inner.split(['<', '>', ' ', ',']).next()?;
    path.rsplit("::").next().filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_as_wide_as_their_share() {
        let drawing = svg("main;_ZN4core3fmt17h0123456789abcdefE 30\nmain;b 10\nmain 60\n");
        assert!(drawing.contains("<title>main: 100 instructions, 100.0 %</title>"));
        assert!(drawing.contains("<title>core::fmt: 30 instructions, 30.0 %</title>"));
        assert!(drawing.contains("<title>b: 10 instructions, 10.0 %</title>"));
        assert!(drawing.contains("viewBox=\"0 0 1120 36\""));
    }

    #[test]
    fn nothing_is_an_empty_drawing() {
        assert!(svg("").starts_with("<svg"));
    }

    #[test]
    fn names_are_short_and_say_whose_they_are() {
        assert_eq!(
            brief("no_std_near_core::receipts::ChunkInProgress<C,R>::process_receipts"),
            "ChunkInProgress::process_receipts"
        );
        assert_eq!(
            brief(
                "no_std_near_core::receipts::x::<impl no_std_near_core::receipts::ChunkInProgress<C,R>>::write_charge"
            ),
            "ChunkInProgress::write_charge"
        );
        assert_eq!(
            brief("<ed25519_dalek::VerifyingKey as signature::Verifier<S>>::verify"),
            "VerifyingKey::verify"
        );
        assert_eq!(brief("main"), "main");
        assert_eq!(readable("_RNvCsfLfy6EI15iL_7___rustc12___rust_alloc"), "rust_alloc");
        assert_eq!(readable("(entry)"), "(entry)");
    }

    #[test]
    fn functions_have_kinds() {
        assert_eq!(kind("no_std_near_core::trie::edit::TrieEditor<C>::finish"), "trie");
        assert_eq!(kind("guest_sdk::sha256::digest"), "hash");
        assert_eq!(kind("curve25519_dalek::edwards::decompress"), "signature");
        assert_eq!(kind("no_std_near_core::receipts::x"), "runtime");
        assert_eq!(kind("core::fmt::write"), "library");
    }
}
