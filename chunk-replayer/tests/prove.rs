//! A chunk is proved, verified from headers alone, and nothing else passes for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs, process};

use chunk_verifier::{ChunkProof, ChunkVerifyError, program_root, verify_chunk};
use no_std_near_core::types::hash::CryptoHash;
use serde_json::Value as Json;
use state_witness::ChunkStatement;
use zk_verifier::run::RunProof;

/// One transfer receipt, embedded.
const CHUNK: &str = "transfers/180000011-s0";
/// Another shard's chunk at the same height.
const OTHER_CHUNK: &str = "transfers/180000015-s3";

struct Files(PathBuf);

impl Files {
    fn new() -> Self {
        let folder = env::temp_dir().join(format!("replay-chunk-prove-{}", process::id()));
        fs::create_dir_all(&folder).expect("the folder can be made");
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).expect("the file can be written");
        path
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn replay_chunk(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_replay-chunk"))
        .args(arguments)
        .output()
        .expect("the program starts")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of letters")
}

fn verify(proof: &Path, headers: &Path) -> (Option<i32>, Json) {
    let arguments = ["verify", "--proof", text(proof), "--headers", text(headers), "--json"];
    let output = replay_chunk(&arguments);
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Json::Null);
    (output.status.code(), json)
}

/// The way of a user, from the chunk to "yes", and every way to "no" that needs no second proof.
#[test]
fn a_chunk_is_proved_and_verified_from_headers_alone() {
    let files = Files::new();
    let (proof, headers, page) = (
        files.path("chunk.proof"),
        files.path("chunk.headers"),
        files.path("chunk.html"),
    );
    let prove = ["--chunk", CHUNK, "--prove", "--json", "--out", text(&proof)];
    let output = replay_chunk(&[&prove[..], &["--report", text(&page)]].concat());
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: Json = serde_json::from_slice(&output.stdout).expect("one JSON object");
    for field in [
        "id",
        "segments",
        "instructions",
        "hash_blocks",
        "rows",
        "native_seconds",
        "nearcore_seconds",
        "prove_seconds",
        "proof_bytes",
        "verify_seconds",
        "peak_bytes",
    ] {
        assert!(!report[field].is_null(), "{field} in {report}");
    }
    drawn_by_itself(&fs::read_to_string(&page).expect("the page was written"), &report);
    let written = replay_chunk(&["headers", "--chunk", CHUNK, "--out", text(&headers)]);
    assert_eq!(written.status.code(), Some(0));
    assert_eq!(verify(&proof, &headers).0, Some(0));
    assert_eq!(verify(&proof, &headers).1["verified"], Json::Bool(true));

    let other = files.path("other.headers");
    replay_chunk(&["headers", "--chunk", OTHER_CHUNK, "--out", text(&other)]);
    let (status, json) = verify(&proof, &other);
    assert_eq!((status, &json["verified"]), (Some(1), &Json::Bool(false)));
    assert!(
        json["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("expected"))
    );
    let bytes = fs::read(&proof).expect("the proof was written");
    assert_eq!(
        verify(&files.write("cut", &bytes[..bytes.len() - 1]), &headers).0,
        Some(2)
    );
    assert_eq!(verify(&files.write("text", b"hello"), &headers).0, Some(2));

    let decoded = ChunkProof::decode(&bytes).expect("canonical");
    assert_eq!(decoded.encode(), bytes);
    every_public_fact_counts(&decoded);
    nothing_else_is_believed(&decoded);
}

/// The page says what the JSON says, names functions and chips, and loads nothing.
fn drawn_by_itself(page: &str, report: &Json) {
    for text in [
        CHUNK,
        "Where the instructions went",
        "Receipt by receipt",
        "process_receipts",
        "poseidon2",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let instructions = report["instructions"].as_u64().unwrap_or_default();
    assert!(page.contains(&format!("main: {} instructions", instructions - 1)));
    for address in ["http://", "https://", "src=", "href=", "url(", "@import"] {
        assert!(!page.contains(address), "{address}");
    }
}

/// Each byte of the statement, changed: what still is a statement differs in a field that is named, and the proof of the honest one is no proof of it.
fn every_public_fact_counts(honest: &ChunkProof) {
    let bytes = honest.statement.encode();
    let (mut changed, mut malformed) = (0, 0);
    for at in 0..bytes.len() {
        for flip in [1, 0x80] {
            let mut lie = bytes.clone();
            lie[at] ^= flip;
            let Ok(statement) = ChunkStatement::decode(&lie) else {
                malformed += 1;
                continue;
            };
            changed += 1;
            let error = honest.verify(&statement).expect_err("another statement");
            assert!(
                matches!(&error, ChunkVerifyError::OtherStatement { field, .. } if !field.is_empty()),
                "byte {at}: {error}"
            );
        }
    }
    assert!(changed > 2 * malformed, "{changed} changed, {malformed} malformed");
}

/// The file's own statement is changed as well, so that only the proof can tell.
fn nothing_else_is_believed(honest: &ChunkProof) {
    let mut statement = honest.statement.clone();
    statement.chain.chain_id.push('x');
    let lie = ChunkProof {
        statement: statement.clone(),
        run: honest.run.clone(),
    };
    let error = verify_chunk(&statement, &lie.encode());
    assert!(matches!(error, Err(ChunkVerifyError::OtherOutput)), "{error:?}");

    // The output of the proof is changed to the lie's digest: then the proof is not about that output.
    let mut run = RunProof::decode(&honest.run).expect("canonical");
    let digest: CryptoHash = statement.digest::<no_std_near_core::crypto::NativeCrypto>();
    let limbs = core::array::from_fn(|limb| u16::from_le_bytes([digest.0[2 * limb], digest.0[2 * limb + 1]]));
    run.segments.last_mut().expect("a segment").record.output = Some(limbs);
    let lie = ChunkProof {
        statement: statement.clone(),
        run: run.encode(),
    };
    let error = verify_chunk(&statement, &lie.encode());
    assert!(matches!(error, Err(ChunkVerifyError::Proof(_))), "{error:?}");
}

#[test]
fn the_verifier_pins_the_program() {
    assert_eq!(program_root(), chunk_replayer::guest::program().artefact().root());
}

#[test]
fn one_chunk_must_be_meant_and_a_contract_is_refused() {
    let output = replay_chunk(&["--height", "180000015", "--prove"]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        message.contains("transfers/180000015-s0") && message.contains("transfers/180000015-s3"),
        "{message}"
    );
}

#[test]
fn a_contract_has_no_proof_among_those_that_are_measured() {
    let output = replay_chunk(&["bench", "--prove", "--json", "--chunk", "wnear/180000030-s2"]);
    assert_eq!(output.status.code(), Some(3));
    let line: Json = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(line["proved"], Json::Bool(false));
    assert!(
        line["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("contract")),
        "{line}"
    );
}
