//! Lowers Wasm files under NEAR's rules and prints the table of `docs/benchmarks.md`: rows for each operator, speed.
//!
//! `cargo run --release -p zk-processor --example lowering_table -- [--disassemble] FILE.wasm…`
#![expect(clippy::print_stdout, clippy::float_arithmetic, reason = "a report")]

use std::sync::LazyLock;
use std::time::Instant;

use zk_processor::lowering::{Features, Limits, Metering, Options, lower};

/// Each module is lowered until so many bytes were read.
const MEASURED_BYTES: usize = 8_000_000;

/// Time this thread has spent on a processor, where the system tells it, else the clock's (seconds).
fn cpu_seconds() -> f64 {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = times.and_then(|times| times.split(' ').next()?.parse::<u64>().ok());
    nanoseconds.map_or_else(|| BEGIN.elapsed().as_secs_f64(), |nanoseconds| nanoseconds as f64 / 1e9)
}

fn main() {
    let mut ratios = Vec::new();
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let disassemble = files.first().is_some_and(|first| first == "--disassemble");
    if disassemble {
        files.remove(0);
    }
    println!("| module | KB | operators | rows | rows / operator | MB/s | root R, ms |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for file in &files {
        let Ok(wasm) = std::fs::read(file) else {
            println!("| {file} cannot be read |");
            continue;
        };
        let options = Options {
            features: Features::ALL,
            limits: Limits::NONE,
            metering: Some(Metering::NEAR),
            ..Options::PLAIN
        };
        let runs = 1 + MEASURED_BYTES / wasm.len().max(1);
        let start = cpu_seconds();
        let mut result = lower(&wasm, &options);
        for _ in 1..runs {
            result = lower(&wasm, &options);
        }
        let seconds = (cpu_seconds() - start) / runs as f64;
        let lowered = match result {
            Ok(lowered) => lowered,
            Err(error) => {
                println!("| {file}: {error} |");
                continue;
            }
        };
        if disassemble {
            for (pc, instruction) in (0_u32..).zip(&lowered.artefact.code) {
                if lowered.symbols.functions().iter().any(|(first, _)| *first == pc) {
                    println!("{}:", lowered.symbols.function_at(pc).unwrap_or("?"));
                }
                println!("  {pc:6} {instruction}");
            }
        }
        let start = cpu_seconds();
        let root = lowered.artefact.root();
        let hashing = cpu_seconds() - start;
        let rows = lowered.artefact.code.len();
        let ratio = rows as f64 / lowered.operators as f64;
        ratios.push(ratio);
        let name = std::path::Path::new(file)
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy();
        println!(
            "| {name} | {} | {} | {rows} | {ratio:.3} | {:.1} | {:.0} |",
            wasm.len() / 1024,
            lowered.operators,
            wasm.len() as f64 / seconds / 1e6,
            hashing * 1e3,
        );
        std::hint::black_box(root);
    }
    ratios.sort_by(f64::total_cmp);
    if let Some(median) = ratios.get(ratios.len() / 2) {
        println!("median rows / operator: {median:.3}");
    }
}
