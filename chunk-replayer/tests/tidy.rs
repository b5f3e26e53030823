//! Habits that no lint checks: modules say what they are for, exceptions say why, functions fit a screen, nothing is left over.

use std::fs;
use std::path::{Path, PathBuf};

/// Lines of code in one function, comments and blank lines not counted.
const MAX_FUNCTION_LINES: usize = 80;
/// Lines in one file.
const MAX_FILE_LINES: usize = 900;

/// Texts that do not belong into a finished file; written in two halves so that this file does not contain them.
const LEFT_OVERS: [(&str, &str); 8] = [
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X"),
    ("#[ign", "ore"),
    ("dbg", "!("),
    ("todo", "!("),
    ("unimplemen", "ted!("),
    ("/tm", "p/"),
];

struct File {
    path: PathBuf,
    text: String,
}

/// All Rust files of the workspace, build output left out.
fn rust_files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut found = Vec::new();
    collect(root, &mut found);
    assert!(
        found.len() > 20,
        "expected the whole workspace, found {} files",
        found.len()
    );
    found
}

fn collect(directory: &Path, found: &mut Vec<File>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if path.is_dir() {
            if !name.starts_with('.') && !name.starts_with("target") {
                collect(&path, found);
            }
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            found.push(File { path, text });
        }
    }
}

/// Fails with all findings at once.
fn report(findings: &[String]) {
    assert!(
        findings.is_empty(),
        "{} findings:\n{}",
        findings.len(),
        findings.join("\n")
    );
}

#[test]
fn every_module_says_what_it_is_for() {
    let mut findings = Vec::new();
    for file in rust_files() {
        if !file.text.starts_with("//!") {
            findings.push(format!("{}: expected `//!` first", file.path.display()));
        }
    }
    report(&findings);
}

#[test]
fn every_exception_to_a_lint_says_why() {
    let mut findings = Vec::new();
    for file in rust_files() {
        for attribute in ["#[allow(", "#[expect(", "#![allow(", "#![expect("] {
            for (at, _) in file.text.match_indices(attribute) {
                let line_start = file.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
                let in_code = file.text[line_start..at].trim().is_empty();
                let whole = file.text[at..].split(']').next().unwrap_or_default();
                if in_code && !whole.contains("reason = \"") {
                    findings.push(format!("{}: {whole}] has no reason", file.path.display()));
                }
            }
        }
    }
    report(&findings);
}

#[test]
fn files_answer_one_question() {
    let mut findings = Vec::new();
    for file in rust_files() {
        let lines = file.text.lines().count();
        if lines > MAX_FILE_LINES {
            findings.push(format!(
                "{}: {lines} lines, at most {MAX_FILE_LINES}",
                file.path.display()
            ));
        }
    }
    report(&findings);
}

/// Functions longer than the limit, with their first line; a function may be excused by allowing `clippy::too_many_lines`, with
/// its reason. Relies on rustfmt: a body ends at the first `}` as far in as its `fn`.
fn long_functions(text: &str) -> Vec<(usize, String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut long = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let is_function = code.split("fn ").next().is_some_and(|before| {
            before.len() < code.len()
                && before.split_whitespace().all(|word| {
                    word.starts_with("pub")
                        || word.starts_with("in ")
                        || ["const", "unsafe", "async", "extern", "\"C\"", "crate)", "super)"].contains(&word)
                })
        });
        let opens = lines[at..]
            .iter()
            .find(|line| line.ends_with('{') || line.ends_with(';') || line.ends_with('}'));
        let is_excused = lines[..at]
            .iter()
            .rev()
            .take_while(|above| !above.trim().is_empty())
            .any(|above| above.contains("clippy::too_many_lines"));
        if !is_function || is_excused || !opens.is_some_and(|line| line.ends_with('{')) {
            continue;
        }
        let end = format!("{}}}", &line[..line.len() - code.len()]);
        let body = lines[at + 1..].iter().take_while(|line| **line != end);
        let count = body
            .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//"))
            .count();
        if count > MAX_FUNCTION_LINES {
            long.push((at + 1, code.to_owned(), count));
        }
    }
    long
}

#[test]
fn functions_fit_a_screen() {
    let mut findings = Vec::new();
    for file in rust_files() {
        for (line, name, count) in long_functions(&file.text) {
            findings.push(format!(
                "{}:{line}: {count} lines, at most {MAX_FUNCTION_LINES}: {name}",
                file.path.display()
            ));
        }
    }
    report(&findings);
}

#[test]
fn a_long_function_is_seen() {
    let body = "    let a = 1;\n".repeat(MAX_FUNCTION_LINES + 1);
    assert_eq!(long_functions(&format!("pub(crate) fn long() {{\n{body}}}\n")).len(), 1);
    let body = "    let a = 1;\n".repeat(MAX_FUNCTION_LINES);
    assert_eq!(long_functions(&format!("fn short() {{\n{body}}}\n")).len(), 0);
}

#[test]
fn nothing_is_left_over() {
    let mut findings = Vec::new();
    for file in rust_files() {
        for (head, tail) in LEFT_OVERS {
            let word = format!("{head}{tail}");
            for (number, line) in file.text.lines().enumerate() {
                if line.contains(&word) {
                    findings.push(format!(
                        "{}:{}: {word}: {}",
                        file.path.display(),
                        number + 1,
                        line.trim()
                    ));
                }
            }
        }
    }
    report(&findings);
}
