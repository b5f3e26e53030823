//! `docs/isa.md` carries the lists of the code: opcodes, rows with guards, shapes, traps, intrinsics.
//! `UPDATE_DOCS=1 cargo test -p zk-processor --test isa_document` rewrites its tables.

use std::fmt::Write as _;
use std::path::Path;

use zk_processor::isa::intrinsics::INTRINSICS;
use zk_processor::isa::opcodes::OPCODES;
use zk_processor::isa::{Family, Row, Trap};

fn opcodes() -> String {
    let mut text = String::from(
        "| code | opcode | family | shape | rows besides `OutOfGas` | meaning |\n|--:|---|---|---|---|---|\n",
    );
    for info in OPCODES {
        let rows: Vec<&str> = info.rows.iter().map(|row| row.name()).collect();
        let _ = writeln!(
            text,
            "| {} | `{}` | {:?} | {:?} | {} | {} |",
            info.opcode as u8,
            info.mnemonic,
            info.family,
            info.shape,
            rows.join(", "),
            info.meaning
        );
    }
    text.push_str("\n| family (one chip each) | what it does |\n|---|---|\n");
    for family in Family::ALL {
        let _ = writeln!(text, "| {family:?} | {} |", family.meaning());
    }
    text
}

fn rows() -> String {
    let mut text = String::from("| row | guard | effect |\n|---|---|---|\n");
    for row in Row::ALL {
        let _ = writeln!(text, "| {} | {} | {} |", row.name(), row.guard(), row.effect());
    }
    text
}

/// The documentation of `Shape`, from its source.
fn shapes() -> String {
    let source = include_str!("../src/isa/opcodes.rs");
    let body = source
        .split("pub enum Shape {")
        .nth(1)
        .and_then(|rest| rest.split("\n}").next())
        .unwrap_or_default();
    let mut text = String::from("| shape | operand fields |\n|---|---|\n");
    let mut meaning = String::new();
    for line in body.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix("///") {
            meaning.push_str(comment);
        } else if let Some(name) = line.strip_suffix(',') {
            let _ = writeln!(text, "| {name} | {} |", meaning.trim());
            meaning.clear();
        }
    }
    text
}

fn traps() -> String {
    let mut text = String::from("| code | text | cause |\n|--:|---|---|\n");
    for trap in Trap::ALL {
        let _ = writeln!(text, "| {} | {} | {} |", *trap as u8, trap.text(), trap.meaning());
    }
    text
}

fn intrinsics() -> String {
    let mut text = String::from("| import | signature | meaning |\n|---|---|---|\n");
    for intrinsic in INTRINSICS {
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {} |",
            intrinsic.name,
            intrinsic.signature(),
            intrinsic.meaning
        );
    }
    text
}

/// The document with the tables of the code.
fn with_tables(document: &str) -> String {
    let tables = [
        ("intrinsics", intrinsics()),
        ("shapes", shapes()),
        ("rows", rows()),
        ("opcodes", opcodes()),
        ("traps", traps()),
    ];
    let mut document = document.to_string();
    for (name, table) in tables {
        let (open, close) = (format!("<!-- {name} -->"), format!("<!-- end of {name} -->"));
        let Some((before, rest)) = document.split_once(&open) else {
            panic!("docs/isa.md lacks {open}")
        };
        let after = rest.split_once(&close).map_or(rest, |(_, after)| after);
        document = format!("{before}{open}\n{table}{close}{after}");
    }
    document
}

#[test]
fn the_document_carries_the_lists_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/isa.md");
    let document = std::fs::read_to_string(&path).expect("docs/isa.md");
    let expected = with_tables(&document);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, expected).expect("docs/isa.md can be written");
    } else {
        assert!(
            document == expected,
            "docs/isa.md differs from the lists: run with UPDATE_DOCS=1"
        );
    }
}
