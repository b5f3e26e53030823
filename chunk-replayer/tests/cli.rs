//! The binary as a user meets it: every exit status, every kind of message.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

/// A busy chunk that calls no contract.
const PLAIN: &str = "transfers/180000018-s1";
/// A chunk that calls wNEAR.
const CONTRACT: &str = "wnear/180000042-s2";

/// A directory of this test run that is removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "replay-chunk-test-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a writable temporary directory");
        Self(path)
    }

    /// Writes an embedded chunk as a folder; `change` may alter a file or drop it.
    fn chunk(&self, id: &str, change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> PathBuf {
        let folder = self.0.join(id);
        fs::create_dir_all(&folder).expect("a folder");
        let chunk = testnet_fixtures::chunk(id).expect("embedded");
        for (name, content) in &chunk.files {
            if let Some(content) = change(name, content.clone()) {
                fs::write(folder.join(name), content).expect("a file");
            }
        }
        folder
    }

    /// Packs an embedded chunk as `.tar.gz`, cut to `keep` of its length.
    fn archive(&self, id: &str, keep: f64) -> PathBuf {
        let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        for (name, content) in &testnet_fixtures::chunk(id).expect("embedded").files {
            let mut header = tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            builder
                .append_data(&mut header, format!("{id}/{name}"), content.as_slice())
                .expect("an entry");
        }
        let bytes = builder
            .into_inner()
            .and_then(flate2::write::GzEncoder::finish)
            .expect("an archive");
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            clippy::float_arithmetic,
            reason = "a share of a small length"
        )]
        let len = (bytes.len() as f64 * keep) as usize;
        let path = self.0.join("chunks.tar.gz");
        fs::write(&path, &bytes[..len]).expect("a file");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_replay-chunk"))
        .args(arguments)
        .output()
        .expect("the binary runs")
}

fn status(output: &Output) -> i32 {
    output.status.code().expect("an exit status")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a readable path")
}

/// Lines of JSON and the summary.
fn json(arguments: &[&str]) -> (Vec<Value>, Value, i32) {
    let output = run(&[arguments, &["--json"]].concat());
    let mut lines: Vec<Value> = out(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect();
    let summary = lines.pop().unwrap_or_else(|| panic!("no summary; {}", err(&output)));
    (lines, summary["summary"].clone(), status(&output))
}

#[test]
fn a_height_replays_all_its_chunks_and_ends_with_0() {
    let output = run(&["--height", "180000018"]);
    assert_eq!(status(&output), 0, "{}{}", out(&output), err(&output));
    for shard in 0..4 {
        assert!(
            out(&output).contains(&format!("transfers/180000018-s{shard}")),
            "{}",
            out(&output)
        );
    }
    assert!(out(&output).contains("4 chunks: 4 equal"), "{}", out(&output));
}

#[test]
fn json_has_the_documented_fields() {
    let (lines, summary, status) = json(&["--chunk", PLAIN]);
    assert_eq!(status, 0);
    let line = &lines[0];
    assert_eq!(line["id"], PLAIN);
    assert_eq!(
        (line["height"].as_u64(), line["shard"].as_u64()),
        (Some(180_000_018), Some(1))
    );
    assert_eq!(line["result"], "equal");
    assert_eq!(
        (line["transactions"].as_u64(), line["outcomes"].as_u64()),
        (Some(248), Some(314))
    );
    assert_eq!(line["gas"].as_u64(), Some(70_079_324_625_000));
    assert!(
        line["receipts"].is_u64() && line["seconds"].is_f64() && line["native_seconds"].is_f64(),
        "{line}"
    );
    assert_eq!(summary["equal"], 1);
    assert_eq!(summary.as_object().map(serde_json::Map::len), Some(6));
}

#[test]
fn a_difference_is_told_in_words_and_ends_with_1() {
    let scratch = Scratch::new();
    let folder = scratch.chunk(PLAIN, |name, mut content| {
        if name == "main_chunk_extra.borsh" {
            content[1] ^= 1;
        }
        Some(content)
    });
    let output = run(&["--source", text(&folder)]);
    assert_eq!(status(&output), 1, "{}{}", out(&output), err(&output));
    assert!(out(&output).contains("state root: expected "), "{}", out(&output));
    let (lines, summary, _) = json(&["--source", text(&folder)]);
    assert_eq!(
        (lines[0]["result"].as_str(), summary["different"].as_u64()),
        (Some("different"), Some(1))
    );
    assert!(
        lines[0]["difference"].is_string() && lines[0].get("error").is_none(),
        "{}",
        lines[0]
    );
}

#[test]
fn a_chunk_that_calls_a_contract_is_not_counted_as_passed() {
    let (lines, summary, status) = json(&["--chunk", CONTRACT]);
    assert_eq!(
        (lines[0]["result"].as_str(), status),
        (Some("needs_contracts"), 3),
        "{}",
        lines[0]
    );
    assert_eq!(
        (summary["equal"].as_u64(), summary["needs_contracts"].as_u64()),
        (Some(0), Some(1))
    );
}

#[test]
fn another_protocol_version_is_refused_by_name() {
    let old = testnet_fixtures::chunks()
        .iter()
        .find(|chunk| {
            chunk
                .file("apply.json")
                .is_some_and(|apply| String::from_utf8_lossy(apply).contains("\"protocol_version\": 85"))
        })
        .expect("the selection has a chunk of version 85");
    let (lines, _, status) = json(&["--chunk", &old.id]);
    assert_eq!(
        (lines[0]["result"].as_str(), status),
        (Some("unsupported_version"), 3),
        "{}",
        lines[0]
    );
    assert!(
        lines[0]["error"].as_str().is_some_and(|error| error.contains("85")),
        "{}",
        lines[0]
    );
}

#[test]
fn damaged_files_are_bad_input_and_end_with_2() {
    let scratch = Scratch::new();
    let folder = scratch.chunk(PLAIN, |name, mut content| {
        if name == "witness.borsh" {
            content.truncate(content.len() / 2);
        }
        Some(content)
    });
    let (lines, _, status) = json(&["--source", text(&folder)]);
    assert_eq!((lines[0]["result"].as_str(), status), (Some("bad_input"), 2));
    assert!(
        lines[0]["error"]
            .as_str()
            .is_some_and(|error| error.contains("witness.borsh: expected")),
        "{}",
        lines[0]
    );

    let folder = scratch.chunk(CONTRACT, |name, content| (name != "blocks.json").then_some(content));
    let (lines, _, status) = json(&["--source", text(&folder)]);
    assert_eq!((lines[0]["result"].as_str(), status), (Some("bad_input"), 2));
    assert!(
        lines[0]["error"]
            .as_str()
            .is_some_and(|error| error.contains("expected a file blocks.json")),
        "{}",
        lines[0]
    );
}

#[test]
fn a_missing_node_is_named_and_is_not_an_absent_key() {
    let scratch = Scratch::new();
    let folder = scratch.chunk("transfers/180000011-s0", |name, content| {
        if name != "witness.borsh" {
            return Some(content);
        }
        // The state of the main transition follows the header; its first byte string is zeroed, so that no node has its hash.
        let witness: near_primitives::stateless_validation::state_witness::ChunkStateWitness =
            borsh::from_slice(&content).ok()?;
        let near_primitives::state::PartialState::TrieValues(values) = &witness.main_state_transition().base_state;
        let node = values.iter().max_by_key(|value| value.len())?;
        let at = content.windows(node.len()).position(|window| window == &node[..])?;
        let mut damaged = content.clone();
        damaged[at..at + node.len()].fill(0);
        Some(damaged)
    });
    let (lines, _, status) = json(&["--source", text(&folder)]);
    assert_eq!(
        (lines[0]["result"].as_str(), status),
        (Some("bad_input"), 2),
        "{}",
        lines[0]
    );
}

#[test]
fn a_wrong_path_is_answered_with_what_lies_beside_it() {
    let scratch = Scratch::new();
    scratch.chunk(PLAIN, |_, content| Some(content));
    let output = run(&["--source", text(&scratch.0.join("transfrs")), "--all"]);
    assert_eq!(status(&output), 2);
    assert!(
        err(&output).contains("transfrs does not exist") && err(&output).contains("has: transfers"),
        "{}",
        err(&output)
    );
}

#[test]
fn a_file_of_another_kind_is_refused_with_what_is_expected() {
    let scratch = Scratch::new();
    let path = scratch.0.join("notes.txt");
    fs::write(&path, "hello").expect("a file");
    let output = run(&["--source", text(&path), "--all"]);
    assert_eq!(status(&output), 2);
    assert!(
        err(&output).contains("neither a chunk folder") && err(&output).contains("68656c6c6f"),
        "{}",
        err(&output)
    );
}

#[test]
fn a_wrong_height_is_answered_with_the_available_ones() {
    let output = run(&["--height", "180000999"]);
    assert_eq!(status(&output), 2);
    let message = err(&output);
    assert!(
        message.contains("no chunk at height 180000999") && message.contains("heights available:"),
        "{message}"
    );
    let output = run(&["--height", "180000018", "--shard", "9"]);
    assert_eq!(status(&output), 2);
    assert!(
        err(&output).contains("shards at that height: 0, 1, 2, 3"),
        "{}",
        err(&output)
    );
}

#[test]
fn a_wrong_id_is_answered_with_similar_ones() {
    let output = run(&["--chunk", "transfers/180000018-s9"]);
    assert_eq!(status(&output), 2);
    assert!(err(&output).contains("similar: transfers/"), "{}", err(&output));
}

#[test]
fn nothing_chosen_is_wrong_usage() {
    let output = run(&[]);
    assert_eq!(status(&output), 2);
    assert!(
        err(&output).contains("nothing chosen") && err(&output).contains("--height N"),
        "{}",
        err(&output)
    );
    assert_eq!(status(&run(&["--heigth", "1"])), 2);
}

#[test]
fn an_archive_gives_the_same_as_a_folder() {
    let scratch = Scratch::new();
    let archive = scratch.archive(PLAIN, 1.0);
    let (lines, _, status) = json(&["--source", text(&archive), "--all"]);
    assert_eq!(
        (lines[0]["id"].as_str(), lines[0]["result"].as_str(), status),
        (Some(PLAIN), Some("equal"), 0),
        "{}",
        lines[0]
    );
}

#[test]
fn archives_inside_a_directory_are_found() {
    let scratch = Scratch::new();
    scratch.archive(PLAIN, 1.0);
    let (lines, _, status) = json(&["--source", text(&scratch.0), "--all"]);
    assert_eq!((lines[0]["id"].as_str(), status), (Some(PLAIN), 0), "{lines:?}");
}

#[test]
fn counts_are_a_markdown_table() {
    let output = run(&["--set", "transfers", "--counts"]);
    assert_eq!(status(&output), 0);
    assert!(
        out(&output).contains("| recorded chunks |") && out(&output).contains("| transfers "),
        "{}",
        out(&output)
    );
}

#[test]
fn a_truncated_archive_is_named_as_such() {
    let scratch = Scratch::new();
    let archive = scratch.archive(PLAIN, 0.5);
    let output = run(&["--source", text(&archive), "--all"]);
    assert_eq!(status(&output), 2);
    assert!(
        out(&output).contains("the archive ends early") && out(&output).contains("truncated"),
        "{}",
        out(&output)
    );
}

#[test]
fn a_directory_is_searched_recursively() {
    let scratch = Scratch::new();
    scratch.chunk(PLAIN, |_, content| Some(content));
    scratch.chunk("transfers/180000011-s0", |_, content| Some(content));
    let (lines, summary, status) = json(&["--source", text(&scratch.0), "--all"]);
    assert_eq!(
        (lines.len(), summary["equal"].as_u64(), status),
        (2, Some(2), 0),
        "{lines:?}"
    );
    let (lines, ..) = json(&[
        "--source",
        text(&scratch.0),
        "--set",
        "transfers",
        "--height",
        "180000011",
    ]);
    assert_eq!(lines.len(), 1);
}

#[test]
fn a_dump_without_its_blocks_says_what_is_missing() {
    let scratch = Scratch::new();
    let chunk = testnet_fixtures::chunk(PLAIN).expect("embedded");
    let dump = scratch
        .0
        .join("witness_180000019_1_11111111111111111111111111111111_0.bin");
    fs::write(&dump, chunk.file("witness.borsh").expect("a witness")).expect("a file");
    let output = run(&["--source", text(&dump)]);
    assert_eq!(status(&output), 2);
    assert!(
        out(&output).contains("blocks.borsh"),
        "{}{}",
        out(&output),
        err(&output)
    );
}

#[test]
fn a_dump_with_blocks_beside_it_is_replayed() {
    let scratch = Scratch::new();
    let chunk = testnet_fixtures::chunk(PLAIN).expect("embedded");
    let dump = scratch
        .0
        .join("witness_180000019_1_11111111111111111111111111111111_0.bin");
    fs::write(&dump, chunk.file("witness.borsh").expect("a witness")).expect("a file");
    for name in ["blocks.borsh", "blocks.json", "apply.json"] {
        fs::write(scratch.0.join(name), chunk.file(name).expect("recorded")).expect("a file");
    }
    let (lines, _, status) = json(&["--source", text(&dump)]);
    assert_eq!(
        (lines[0]["result"].as_str(), status),
        (Some("equal"), 0),
        "{}",
        lines[0]
    );
}

#[test]
fn headers_are_written_for_one_chunk() {
    let scratch = Scratch::new();
    let file = scratch.0.join("chunk.headers");
    let output = run(&["headers", "--chunk", PLAIN, "--out", text(&file)]);
    assert_eq!(status(&output), 0, "{}", err(&output));
    let len = fs::metadata(&file).expect("the file").len();
    assert!(len > 5_000, "{len} bytes");
    let output = run(&["headers", "--chunk", "transfers/1-s1", "--out", text(&file)]);
    assert_eq!(status(&output), 2);
}

#[test]
fn details_are_printed_on_demand() {
    let output = run(&["--chunk", PLAIN, "-v"]);
    assert_eq!(status(&output), 0);
    for words in [
        "statement ",
        "variant fork",
        "compared: 64 incoming receipts, 314 outcomes",
        "body in 2 parts",
    ] {
        assert!(out(&output).contains(words), "{words}: {}", out(&output));
    }
    assert!(out(&run(&["--chunk", PLAIN, "-v", "--variant", "released"])).contains("variant released"));
}

#[test]
fn the_benchmark_prints_tables_and_states_stay_below_four_fifths() {
    let output = run(&["bench", "--markdown", "--runs", "1"]);
    assert_eq!(status(&output), 0, "{}", err(&output));
    let text = out(&output);
    for words in [
        "| transfers/180000016-s1 |",
        "| transfers/180000019-s3 |",
        "Ed25519 verification",
        "peak memory",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let header = text
        .lines()
        .position(|line| line.contains("ours ÷ raw"))
        .expect("the table of states");
    let sets: Vec<&str> = text
        .lines()
        .skip(header + 2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(sets.len(), 7, "{text}");
    for line in sets {
        let share = line
            .split('|')
            .nth(5)
            .and_then(|cell| cell.trim().parse::<f64>().ok())
            .expect("a share");
        assert!(share <= 0.8, "{line}");
    }
}

#[test]
fn help_teaches_by_examples() {
    let output = run(&["--help"]);
    assert_eq!(status(&output), 0);
    for word in [
        "Examples:",
        "--height 180000018",
        "needs_contracts",
        "Exit status:",
        "headers",
    ] {
        assert!(out(&output).contains(word), "--help lacks {word}");
    }
}
