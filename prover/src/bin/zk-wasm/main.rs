//! `zk-wasm`: runs, proves and verifies Wasm programs on the zk processor.

mod prove;
mod security;
mod verify;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use prover::observe::{Both, Profile, Trace};
use prover::run::{Ending, Observer, Program, Request, RunReport};
use prover::value::Value;
use serde_json::{Value as Json, json};
use zk_processor::executor::Limits;
use zk_processor::lowering::{Options, lower};

#[global_allocator]
static ALLOCATOR: prover::allocator::Jemalloc = prover::allocator::Jemalloc;

/// Runs Wasm programs on the zk processor, proves runs and verifies proofs.
///
/// A program is a guest (it imports from `zk`, reads an input and halts with an output) or any other module, of which one function is called.
///
/// Exit codes: 0 done, a trap of the program included; 1 a proof does not hold; 2 bad input.
#[derive(Debug, Parser)]
#[command(name = "zk-wasm", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a program: a guest (it imports from `zk`), or one function of any other module.
    Run(Run),
    /// Prints the root of a guest's program: 64 hexadecimal digits, its 8 words little-endian.
    Root {
        /// The guest.
        file: PathBuf,
    },
    /// Proves a run; an interrupted proof goes on where it stopped.
    Prove(prove::Prove),
    /// Verifies a proof and prints the outcome that it proves.
    Verify(verify::Verify),
    /// Prints security bits by layer, parameters, the machine's key and limits.
    Security(security::Security),
}

/// What is run, and on what.
#[derive(Debug, Args)]
struct What {
    /// The program.
    file: PathBuf,
    /// The function to call; by default `main`, else `_start`.
    #[arg(long, value_name = "NAME")]
    invoke: Option<String>,
    /// An argument: type and value, e.g. `i64:5`. Repeat for more.
    #[arg(long = "arg", value_name = "TYPE:VALUE", allow_hyphen_values = true)]
    arguments: Vec<Value>,
    /// The witness that a guest reads.
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// The public input that a guest reads.
    #[arg(long, value_name = "FILE")]
    public_input: Option<PathBuf>,
    /// Meters the program, with this budget (operators).
    #[arg(long, value_name = "N")]
    gas: Option<u64>,
}

#[derive(Debug, Args)]
struct Run {
    #[command(flatten)]
    what: What,
    /// Stops after this many instructions.
    #[arg(long, value_name = "N", default_value_t = u64::MAX)]
    max_instructions: u64,
    /// Prints the result as one JSON object.
    #[arg(long)]
    json: bool,
    /// Prints each instruction with the slots it reads, to standard error.
    #[arg(long)]
    trace: bool,
    /// Writes instructions by call stack (folded stacks) to a file.
    #[arg(long, value_name = "OUT")]
    profile: Option<PathBuf>,
}

/// A proof does not hold.
const EXIT_REJECTED: u8 = 1;
/// Bad input: the file, the module or the request.
const EXIT_BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(run) => run.execute().map(|()| ExitCode::SUCCESS),
        Command::Root { file } => print_root(&file).map(|()| ExitCode::SUCCESS),
        Command::Prove(prove) => prove.execute().map(|()| ExitCode::SUCCESS),
        Command::Verify(verify) => verify.execute(),
        Command::Security(security) => security.execute().map(|()| ExitCode::SUCCESS),
    };
    result.unwrap_or_else(|message| {
        let _ = writeln!(io::stderr(), "zk-wasm: {message}");
        ExitCode::from(EXIT_BAD_INPUT)
    })
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn print_root(file: &Path) -> Result<(), String> {
    let lowered = lower(&read(file)?, &Options::PLAIN).map_err(|error| format!("{}: {error}", file.display()))?;
    let bytes: Vec<u8> = lowered
        .artefact
        .root()
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .collect();
    print(&hex(&bytes))
}

fn print(text: &str) -> Result<(), String> {
    writeln!(io::stdout(), "{text}").map_err(|error| error.to_string())
}

impl What {
    /// The program and the request.
    fn load(&self) -> Result<(Program, Request), String> {
        let optional = |path: &Option<PathBuf>| path.as_deref().map_or(Ok(Vec::new()), read);
        let program =
            Program::load(&read(&self.file)?, self.gas).map_err(|error| format!("{}: {error}", self.file.display()))?;
        let request = Request {
            function: self.invoke.clone(),
            arguments: self.arguments.clone(),
            gas: self.gas,
            public_input: optional(&self.public_input)?,
            witness: optional(&self.input)?,
        };
        Ok((program, request))
    }
}

impl Run {
    fn execute(&self) -> Result<(), String> {
        let (program, request) = self.what.load()?;
        let limits = Limits {
            instructions: self.max_instructions,
            ..Limits::default()
        };
        let mut trace = Trace::new(io::BufWriter::new(io::stderr().lock()));
        let mut profile = Profile::default();
        let report = match (self.trace, &self.profile) {
            (false, None) => program.run(&request, limits, None),
            (true, None) => program.run(&request, limits, Some(&mut trace as &mut dyn Observer)),
            (false, Some(_)) => program.run(&request, limits, Some(&mut profile)),
            (true, Some(_)) => {
                let mut both = Both(trace, profile);
                let report = program.run(&request, limits, Some(&mut both));
                profile = both.1;
                report
            }
        };
        let report = report.map_err(|error| error.to_string())?;
        if let Some(path) = &self.profile {
            let written = fs::File::create(path).map(io::BufWriter::new).and_then(|mut file| {
                profile.write_folded(&mut file)?;
                file.flush()
            });
            written.map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let text = if self.json {
            to_json(&report).to_string()
        } else {
            to_text(&report)
        };
        print(&text)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn to_json(report: &RunReport) -> Json {
    let mut json = match &report.ending {
        Ending::Returned(values) => {
            json!({ "outcome": "returned", "values": values.iter().map(Value::to_string).collect::<Vec<_>>() })
        }
        Ending::Halted { digest, output } => {
            json!({ "outcome": "halted", "digest": hex(digest), "output": output.as_deref().map(hex) })
        }
        Ending::Trapped { trap, message: None } => json!({ "outcome": "trapped", "trap": trap }),
        Ending::Trapped { trap, message } => json!({ "outcome": "trapped", "trap": trap, "message": message }),
    };
    json["instructions"] = report.instructions.into();
    json["gas"] = report.gas_used.into();
    json
}

fn to_text(report: &RunReport) -> String {
    let mut text = match &report.ending {
        Ending::Returned(values) => {
            let values: Vec<String> = values.iter().map(Value::to_string).collect();
            format!(
                "returned {}",
                if values.is_empty() {
                    "nothing".to_owned()
                } else {
                    values.join(" ")
                }
            )
        }
        Ending::Halted { digest, output } => match output {
            Some(output) => format!("halted with output {} (digest {})", hex(output), hex(digest)),
            None => format!("halted with digest {}", hex(digest)),
        },
        Ending::Trapped { trap, message: None } => format!("trapped: {trap}"),
        Ending::Trapped {
            trap,
            message: Some(message),
        } => format!("trapped: {trap}: {message}"),
    };
    text.push_str(&format!("\n{} instructions", report.instructions));
    if let Some(gas) = report.gas_used {
        text.push_str(&format!(", gas {gas}"));
    }
    text
}
