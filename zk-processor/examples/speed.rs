//! Measures executor and lowering and writes the section "Executor" of `docs/benchmarks.md`:
//!
//! ```text
//! CARGO_PROFILE_RELEASE_LTO=fat cargo run --release -p zk-processor --example speed
//! ```
//!
//! The release profile's thin LTO has left a symbol of `p3-poseidon2` undefined when this example was linked; the programs of the
//! workspace link with it. Fat LTO links, so the figures are from it.
//!
//! Times are the process's own (one thread), the best of three runs, so a busy machine disturbs them little.
#![expect(clippy::float_arithmetic, reason = "a program that prints ratios")]

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;
use std::{fs, io};

use guest_builder::{WASMI_INTERPRETER, WORKLOADS};
use wasmi::{Engine, Linker, Module, Store, Val};
use zk_processor::executor::{Limits, Machine, Record};
use zk_processor::lowering::{Options, lower};
use zk_processor::program::Artefact;

#[expect(unreachable_pub, reason = "shared with the guests, where they are the crate's own")]
#[path = "../guests/workloads/src/programs.rs"]
mod programs;

/// Name, argument, native twin, what it exercises.
type Workload = (&'static str, u64, fn(u64) -> u64, &'static str);

const WORKLOADS_MEASURED: &[Workload] = &[
    ("fibonacci", 32, programs::fibonacci, "calls"),
    ("sieve", 120, programs::sieve, "byte loads and stores"),
    ("sort", 60, programs::sort, "8-byte loads and stores, branches"),
    ("mix", 2_000_000, programs::mix, "32-bit logic, shifts, sums"),
];

/// Instructions of a segment.
const SEGMENT: u64 = (1 << 21) - 2;

const BEGIN: &str =
    "<!-- executor: written by `CARGO_PROFILE_RELEASE_LTO=fat cargo run --release -p zk-processor --example speed` -->";
const END: &str = "<!-- executor: end -->";

/// Processor time of this process (seconds), where the system tells it; else the clock's.
fn now(started: Instant) -> f64 {
    let stat = fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = stat.and_then(|stat| stat.split_whitespace().next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| started.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

/// The shortest of three runs (seconds) and the result.
fn best<T>(mut run: impl FnMut() -> T) -> (f64, T) {
    let started = Instant::now();
    let mut best = None;
    for _ in 0..3 {
        let before = now(started);
        let result = run();
        let seconds = now(started) - before;
        if best.as_ref().is_none_or(|(least, _)| seconds < *least) {
            best = Some((seconds, result));
        }
    }
    best.expect("three runs")
}

fn machine<'a>(program: &'a Artefact, name: &str, argument: u64) -> Machine<'a> {
    let function = program.interface.function(name).expect("the program exports it");
    let mut machine = Machine::new(Limits::default());
    machine.open(program).expect("the image is small");
    machine.set_sandbox_slot(0, argument);
    machine.enter(function, 0, u32::MAX).expect("nothing runs yet");
    machine
}

fn wasmi_result(wasm: &[u8], name: &str, argument: u64) -> (f64, u64) {
    let engine = Engine::default();
    let module = Module::new(&engine, wasm).expect("the module is valid");
    best(|| {
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine)
            .instantiate_and_start(&mut store, &module)
            .expect("it imports nothing");
        let function = instance.get_func(&store, name).expect("the program exports it");
        let mut results = [Val::I64(0)];
        function
            .call(&mut store, &[Val::I64(argument as i64)], &mut results)
            .expect("it returns");
        results[0].i64().unwrap_or(0) as u64
    })
}

fn workload_row(wasm: &[u8], program: &Artefact, workload: &Workload) -> String {
    let (name, argument, native, exercises) = *workload;
    let (native_seconds, native_result) = best(|| native(std::hint::black_box(argument)));
    let (wasmi_seconds, wasmi_result) = wasmi_result(wasm, name, argument);
    let (seconds, (instructions, result)) = best(|| {
        let mut machine = machine(program, name, argument);
        machine.run().expect("no limit");
        (machine.instructions(), machine.sandbox_slot(0).unwrap_or(0))
    });
    let (recorded_seconds, bytes) = best(|| {
        let mut machine = machine(program, name, argument);
        let mut record = Record::default();
        let mut bytes = 0;
        while machine.run_recorded(SEGMENT, &mut record).expect("no limit").is_none() {
            bytes += record.len_bytes();
        }
        bytes + record.len_bytes()
    });
    assert_eq!((result, wasmi_result), (native_result, native_result), "{name}");
    let rate = |seconds: f64| instructions as f64 / seconds / 1e6;
    format!(
        "| {name} ({exercises}) | {:.1} | {:.0} | {:.0} | {:.1} | {:.0} | {:.0} | {:.1} |\n",
        instructions as f64 / 1e6,
        rate(seconds),
        rate(recorded_seconds),
        bytes as f64 / instructions as f64,
        seconds * 1e3,
        wasmi_seconds * 1e3,
        native_seconds * 1e3,
    )
}

fn lowering_row(name: &str, wasm: &[u8]) -> String {
    let (seconds, lowered) = best(|| lower(wasm, &Options::PLAIN).expect("the module is valid"));
    let (hash_seconds, _) = best(|| lowered.artefact.root());
    let megabytes = wasm.len() as f64 / 1e6;
    format!(
        "| {name} | {:.0} | {} | {:.1} | {:.2} |\n",
        wasm.len() as f64 / 1e3,
        lowered.artefact.code.len(),
        megabytes / seconds,
        megabytes / (seconds + hash_seconds),
    )
}

fn section() -> io::Result<String> {
    let wasm = WORKLOADS.build()?;
    let lowered = lower(&wasm, &Options::PLAIN).expect("the module is valid");
    let mut text = String::from(
        "One thread; the same Rust source in the processor (Wasm, lowered), in wasmi 2.0 and compiled for the host.\n\n\
         | program | M instructions | M/s | M/s recording | record bytes per instruction | ms | wasmi ms | native ms |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for workload in WORKLOADS_MEASURED {
        text.push_str(&workload_row(&wasm, &lowered.artefact, workload));
    }
    text.push_str("\n| lowering | KB of Wasm | rows | MB/s without R | MB/s with R |\n|---|--:|--:|--:|--:|\n");
    text.push_str(&lowering_row("wasmi as a guest", &WASMI_INTERPRETER.build()?));
    let model = fs::read_to_string("/proc/cpuinfo").ok();
    let model = model.as_deref().and_then(|text| {
        text.lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
    });
    let _ = write!(
        text,
        "\nMeasured on: {}, fat LTO.\n",
        model.map_or("an unknown processor", |(_, name)| name)
    );
    Ok(text)
}

fn main() -> io::Result<()> {
    let section = section()?;
    println!("{section}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/benchmarks.md");
    let text = fs::read_to_string(&path).unwrap_or_else(|_| "# Benchmarks\n".to_owned());
    let (before, after) = match (text.find(BEGIN), text.find(END)) {
        (Some(begin), Some(end)) if begin < end => (&text[..begin], &text[end + END.len()..]),
        _ => (text.as_str(), "\n"),
    };
    let before = before.trim_end();
    let heading = if before.ends_with("## Executor") {
        ""
    } else {
        "\n\n## Executor"
    };
    fs::write(
        &path,
        format!("{before}{heading}\n\n{BEGIN}\n\n{section}\n{END}{after}"),
    )
}
