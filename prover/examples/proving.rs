//! Measures proving and writes the section "Proving" of `docs/benchmarks-processor.md`:
//!
//! ```text
//! cargo run --release -p prover --example proving -- [--unit COMMAND] [--guest NAME=FILE.wasm:WINDOW]… [PROGRAM…]
//! ```
//!
//! Each program runs in a process of its own, so that its peak memory is its own and its first proof is a cold one. COMMAND proves the calibration unit and
//! prints `unit: warm <seconds> s`; it runs before and after each program, because machines differ and drift, and only the ratio means something. `--guest` adds a guest
//! with a recorded input window. Without PROGRAM, all are measured.
#![expect(clippy::float_arithmetic, reason = "a program that prints ratios")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use guest_builder::{FIBONACCI, Guest, SHA256_CHAIN, WASMI_INTERPRETER, WORKLOADS};
use prover::allocator::Jemalloc;
use prover::estimate::SegmentSize;
use prover::measure::peak_memory_bytes;
use prover::phases::Phases;
use prover::prove::{Job, Phase, Progress};
use prover::run::{Program, Request};
use prover::value::Value;
use serde_json::{Value as Json, json};
use tracing::Level;
use zk_processor::chips::builder::Chip;
use zk_processor::chips::machine::MachineChip;
use zk_processor::executor::Input;
use zk_processor::lowering::{Options, lower};
use zk_processor::program::Artefact;
use zk_processor::proving::Segment;
use zk_verifier::machine::machine_key;
use zk_verifier::run::{SegmentProof, verify};

#[expect(unreachable_pub, reason = "shared with the guests, where they are the crate's own")]
#[path = "../../zk-processor/guests/workloads/src/programs.rs"]
mod programs;

#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What is proved: a function of the workloads as a plain program, or a guest with its public input.
enum What {
    /// Function, argument, native twin.
    Plain(&'static str, u64, fn(u64) -> u64),
    /// A guest of this workspace and its public input.
    Guest(&'static Guest, fn() -> Vec<u8>),
}

/// Name, what it is, what its figures are for.
const PROGRAMS: &[(&str, What, &str)] = &[
    (
        "empty",
        What::Guest(&FIBONACCI, || 1_u64.to_le_bytes().to_vec()),
        "what a proof costs at least",
    ),
    (
        "fibonacci",
        What::Plain("fibonacci", 21, programs::fibonacci),
        "recursion: calls",
    ),
    (
        "sort",
        What::Plain("sort", 1, programs::sort),
        "64-bit numbers: loads, stores, branches",
    ),
    (
        "sieve",
        What::Plain("sieve", 1, programs::sieve),
        "loads and stores of bytes",
    ),
    (
        "soft SHA-256",
        What::Plain("mix", 20_000, programs::mix),
        "its rounds as instructions",
    ),
    (
        "SHA-256 chip",
        What::Guest(&SHA256_CHAIN, || chain(4_000)),
        "a chain of one-block digests",
    ),
    (
        "SHA-256 chip, long",
        What::Guest(&SHA256_CHAIN, || long_message(8_000)),
        "one message of 8,000 blocks, hashed twice",
    ),
    (
        "wasmi",
        What::Guest(&WASMI_INTERPRETER, || fibonacci_module(12)),
        "interprets fibonacci(12)",
    ),
];

fn chain(digests: u64) -> Vec<u8> {
    [&digests.to_le_bytes()[..], b"abc"].concat()
}

fn long_message(blocks: usize) -> Vec<u8> {
    [&1_u64.to_le_bytes()[..], &vec![7; 64 * blocks - 9]].concat()
}

/// A module whose `main` is `fibonacci(n)` by recursion, in Wasm's text as bytes.
fn fibonacci_module(n: u8) -> Vec<u8> {
    let body = [
        0x20, 0x00, 0x42, 0x02, 0x54, 0x04, 0x7e, 0x20, 0x00, 0x05, // n < 2: n, else
        0x20, 0x00, 0x42, 0x01, 0x7d, 0x10, 0x00, 0x20, 0x00, 0x42, 0x02, 0x7d, 0x10, 0x00,
        0x7c, // f(n - 1) + f(n - 2)
        0x0b, 0x0b,
    ];
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    module.extend([0x01, 0x0a, 0x02, 0x60, 0x01, 0x7e, 0x01, 0x7e, 0x60, 0x00, 0x01, 0x7e]);
    module.extend([0x03, 0x03, 0x02, 0x00, 0x01]);
    module.extend([0x07, 0x08, 0x01, 0x04, b'm', b'a', b'i', b'n', 0x00, 0x01]);
    let main = [0x00, 0x42, n, 0x10, 0x00, 0x0b];
    module.extend([
        0x0a,
        (1 + 2 + body.len() + 1 + main.len()) as u8,
        0x02,
        (body.len() + 1) as u8,
        0x00,
    ]);
    module.extend(body);
    module.push(main.len() as u8);
    module.extend(main);
    module
}

/// Adds up cells, messages and time.
#[derive(Default)]
struct Sums {
    segments: u64,
    instructions: u64,
    cells: u64,
    messages: u64,
    rows: BTreeMap<&'static str, u64>,
}

impl Progress for Sums {
    fn phase(&mut self, _: usize, _: Phase, _: u64) {}

    fn segment(&mut self, segment: &Segment, proof: &SegmentProof) {
        self.segments += 1;
        self.instructions += segment.instructions() as u64;
        let mut cells = 0;
        for (table, height) in MachineChip::all_tables().into_iter().zip(&proof.heights) {
            cells += (table.chip.width() as u64) << height;
            self.messages += (table.chip.messages().len() as u64) << height;
            *self.rows.entry(table.chip.name()).or_default() += 1 << height;
        }
        self.cells += cells;
    }
}

/// Proves a job twice and verifies it twice; the figures as JSON.
fn measure(runtime: &Artefact, job: &Job<'_>, phases: &Phases) -> Outcome<Json> {
    let key = machine_key();
    let mut runs = Vec::new();
    for _ in 0..2 {
        let mut sums = Sums::default();
        let _ = phases.take();
        let started = Instant::now();
        let bytes = job.prove(&key, &mut sums)?.encode();
        let seconds = started.elapsed().as_secs_f64();
        let phases: Vec<_> = phases
            .take()
            .into_iter()
            .map(|(path, time)| (path.join(" / "), time.as_secs_f64()))
            .collect();
        let started = Instant::now();
        verify(&key, &runtime.root(), &bytes)?;
        runs.push((seconds, started.elapsed().as_secs_f64(), phases, sums, bytes.len()));
    }
    let (cold, verify_cold, ..) = runs.remove(0);
    let (warm, verify_warm, phases, sums, proof_len) = runs.remove(0);
    Ok(json!({
        "cold": cold, "warm": warm, "verify_cold": verify_cold, "verify_warm": verify_warm, "phases": phases,
        "proof": proof_len, "peak": peak_memory_bytes(), "instructions": sums.instructions, "segments": sums.segments,
        "cells": sums.cells, "messages": sums.messages, "rows": sums.rows,
    }))
}

/// One program, in this process.
fn one(name: &str, guests: &[String]) -> Outcome<Json> {
    let phases = Phases::install(Level::INFO)?;
    let limits = SegmentSize::Full.limits();
    if let Some((wasm, window)) = guests.iter().find_map(|guest| {
        guest
            .split_once('=')
            .filter(|(found, _)| *found == name)?
            .1
            .split_once(':')
    }) {
        let lowered = lower(&fs::read(wasm)?, &Options::PLAIN)?;
        let input = Input::raw(fs::read(window)?);
        let job = Job {
            runtime: &lowered.artefact,
            library: Vec::new(),
            input,
            limits,
            folder: None,
        };
        return measure(&lowered.artefact, &job, &phases);
    }
    let (_, what, _) = PROGRAMS
        .iter()
        .find(|(found, ..)| *found == name)
        .ok_or("no such program")?;
    let (wasm, request) = match what {
        What::Plain(function, argument, _) => {
            let arguments = vec![Value::from_slot(*argument, zk_processor::program::ValueType::I64)];
            (
                WORKLOADS.build()?,
                Request {
                    function: Some((*function).to_owned()),
                    arguments,
                    ..Request::default()
                },
            )
        }
        What::Guest(guest, public_input) => (
            guest.build()?,
            Request {
                public_input: public_input(),
                ..Request::default()
            },
        ),
    };
    let program = Program::load(&wasm, None)?;
    let prepared = program.prepare(&request)?;
    let job = Job {
        runtime: prepared.runtime,
        library: prepared.library.clone(),
        input: prepared.input(),
        limits,
        folder: None,
    };
    let mut json = measure(prepared.runtime, &job, &phases)?;
    json["native"] = native_seconds(what).into();
    Ok(json)
}

/// The shortest of several native runs, for what has a native twin.
fn native_seconds(what: &What) -> Option<f64> {
    let What::Plain(_, argument, native) = what else {
        return None;
    };
    let run = |_| {
        let started = Instant::now();
        std::hint::black_box(native(std::hint::black_box(*argument)));
        started.elapsed().as_secs_f64()
    };
    (0..50).map(run).reduce(f64::min)
}

/// The calibration unit, as its program prints it.
fn unit(command: Option<&String>) -> Option<f64> {
    let output = Command::new(command?).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_once("unit: warm ")?
        .1
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

struct Measured {
    name: String,
    unit: f64,
    json: Json,
}

impl Measured {
    fn number(&self, key: &str) -> f64 {
        self.json[key].as_f64().unwrap_or(0.0)
    }

    /// Share of the warm time in phases whose path ends so.
    fn seconds_in(&self, end: &str) -> f64 {
        let phases = self.json["phases"].as_array().into_iter().flatten();
        phases
            .filter(|phase| phase[0].as_str() == Some(end))
            .filter_map(|phase| phase[1].as_f64())
            .sum()
    }
}

fn table_of_programs(all: &[Measured]) -> String {
    let mut text = String::from(
        "| program | instructions | segments | cells, M | messages, M | warm, *u* | cold, *u* | instructions per *u* | execute and fill | proof, KiB | verified cold, ms | warm, ms | peak, GB |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for run in all {
        let (warm, cold) = (run.number("warm") / run.unit, run.number("cold") / run.unit);
        let own = (run.seconds_in("execute") + run.seconds_in("fill")) / run.number("warm");
        let _ = writeln!(
            text,
            "| {} | {} | {} | {:.1} | {:.1} | {warm:.2} | {cold:.2} | {:.0} | {:.0} % | {:.0} | {:.0} | {:.0} | {:.1} |",
            run.name,
            run.json["instructions"],
            run.json["segments"],
            run.number("cells") / 1e6,
            run.number("messages") / 1e6,
            run.number("instructions") / warm,
            100.0 * own,
            run.number("proof") / 1024.0,
            1e3 * run.number("verify_cold"),
            1e3 * run.number("verify_warm"),
            run.number("peak") / 1e9,
        );
    }
    text
}

fn table_of_native(all: &[Measured]) -> String {
    let mut text = String::from("| program | native x86, ms | proving, s | proving ÷ native |\n|---|--:|--:|--:|\n");
    for run in all.iter().filter(|run| run.json["native"].is_f64()) {
        let (native, warm) = (run.number("native"), run.number("warm"));
        let _ = writeln!(
            text,
            "| {} | {:.3} | {warm:.2} | {:.0} |",
            run.name,
            1e3 * native,
            warm / native
        );
    }
    text
}

/// Units of a segment and of a million cells with their messages: least squares over the programs. (Messages go with cells: these programs do not tell them apart.)
fn cost_model(all: &[Measured]) -> [f64; 2] {
    // Weighted by 1 ÷ time, so that relative errors count.
    let (mut matrix, mut right) = ([[0.0; 2]; 2], [0.0; 2]);
    for run in all {
        let (row, time) = (
            [run.number("segments"), run.number("cells") / 1e6],
            run.number("warm") / run.unit,
        );
        for i in 0..2 {
            for j in 0..2 {
                matrix[i][j] += row[i] * row[j] / (time * time);
            }
            right[i] += row[i] / time;
        }
    }
    let [[a, b], [c, d]] = matrix;
    let determinant = a * d - b * c;
    [
        (d * right[0] - b * right[1]) / determinant,
        (a * right[1] - c * right[0]) / determinant,
    ]
}

fn table_of_chips([_, cell]: [f64; 2], unit: f64) -> String {
    let mut text =
        String::from("| chip | tables | columns | messages | degree | ns a row |\n|---|--:|--:|--:|--:|--:|\n");
    for chip in MachineChip::ALL {
        let (columns, messages) = (chip.width(), chip.messages().len());
        let nanoseconds = 1e3 * unit * cell * columns as f64;
        let _ = writeln!(
            text,
            "| `{}` | {} | {columns} | {messages} | {} | {nanoseconds:.0} |",
            chip.name(),
            chip.tables(),
            chip.max_degree()
        );
    }
    text
}

fn table_of_phases(run: &Measured) -> String {
    let mut text = String::from("| phase | s | share |\n|---|--:|--:|\n");
    let phases = run.json["phases"].as_array().into_iter().flatten();
    for phase in phases {
        let (path, seconds) = (phase[0].as_str().unwrap_or(""), phase[1].as_f64().unwrap_or(0.0));
        if seconds > 0.01 * run.number("warm") {
            let _ = writeln!(
                text,
                "| {path} | {seconds:.2} | {:.0} % |",
                100.0 * seconds / run.number("warm")
            );
        }
    }
    text
}

const BEGIN: &str = "<!-- proving: written by `cargo run --release -p prover --example proving` -->";
const END: &str = "<!-- proving: end -->";

fn section(all: &[Measured]) -> String {
    let model = cost_model(all);
    let unit = all.iter().map(|run| run.unit).sum::<f64>() / all.len() as f64;
    let [segment, cell] = model;
    let mut text = format!(
        "{BEGIN}\n\nTwo cores; *u* is the calibration proof, {unit:.2} s on this machine, taken before and after each program. Cold is a process's first proof.\n\n{}\n",
        table_of_programs(all)
    );
    let _ = writeln!(
        text,
        "Cost model, least squares over these programs: a segment {segment:.2} *u*, a million cells with their messages {:.1} m*u*: {:.0} ns a cell here.\n",
        1e3 * cell,
        1e3 * unit * cell,
    );
    let _ = writeln!(text, "### Proving beside native\n\n{}", table_of_native(all));
    if let Some(largest) = all.iter().max_by(|a, b| a.number("warm").total_cmp(&b.number("warm"))) {
        let _ = writeln!(text, "### Phases of {}\n\n{}", largest.name, table_of_phases(largest));
    }
    let _ = writeln!(
        text,
        "### Chips\n\nA row is one operation of an instruction chip; time by the cost model.\n\n{}\n{END}",
        table_of_chips(model, unit)
    );
    text
}

fn main() -> Outcome<()> {
    let mut arguments = env::args().skip(1);
    let (mut command, mut guests, mut wanted, mut alone) = (None, Vec::new(), Vec::new(), None);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--unit" => command = arguments.next(),
            "--guest" => guests.extend(arguments.next()),
            "--one" => alone = arguments.next(),
            _ => wanted.push(argument),
        }
    }
    if let Some(name) = alone {
        println!("{}", one(&name, &guests)?);
        return Ok(());
    }
    let names = PROGRAMS
        .iter()
        .map(|(name, ..)| *name)
        .chain(guests.iter().filter_map(|guest| Some(guest.split_once('=')?.0)));
    let mut all = Vec::new();
    for name in names.filter(|name| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name)) {
        let before = unit(command.as_ref());
        let mut process = Command::new(env::current_exe()?);
        process
            .args(["--one", name])
            .args(guests.iter().flat_map(|guest| ["--guest", guest]));
        let output = process.output()?;
        if !output.status.success() {
            return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        let units: Vec<f64> = [before, unit(command.as_ref())].into_iter().flatten().collect();
        let unit = if units.is_empty() {
            1.0
        } else {
            units.iter().sum::<f64>() / units.len() as f64
        };
        let measured = Measured {
            name: name.to_owned(),
            unit,
            json: serde_json::from_slice(&output.stdout)?,
        };
        eprintln!(
            "{name}: {:.2} s warm, {:.2} u",
            measured.number("warm"),
            measured.number("warm") / unit
        );
        all.push(measured);
    }
    write_section(&section(&all))
}

/// Replaces the section between the two marks, or prints it if there is no document.
fn write_section(section: &str) -> Outcome<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/benchmarks-processor.md");
    let text = fs::read_to_string(&path)?;
    match (text.find(BEGIN), text.find(END)) {
        (Some(begin), Some(end)) => fs::write(
            &path,
            format!("{}{}{}", &text[..begin], section.trim_end(), &text[end + END.len()..]),
        )?,
        _ => println!("{section}"),
    }
    Ok(())
}
