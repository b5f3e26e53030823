//! `guest`: runs the chunk guest on the executor and compares its output with the native digest.

use super::{CommandError, guest_bench, open_sources};
use crate::cli::GuestArguments;
use crate::flame;
use crate::folder::{ChunkFolder, ChunkId};
use crate::guest::{ChunkProgram, Execution, GuestError, GuestInput, Observed, execute, input, observe, program};
use crate::inventory::Inventory;
use crate::replay::{Replayer, prepare};
use crate::report::Verdict;
use crate::source::Visitor;
use prover::observe::Profile;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use zk_processor::executor::Limits;

/// Runs the guest on every chunk that is meant. Exit status as for a replay.
///
/// # Errors
/// When nothing can be run at all, or the output is closed.
pub fn guest(arguments: &GuestArguments, out: &mut dyn Write) -> Result<u8, CommandError> {
    let (sources, contracts) = open_sources(&arguments.sources)?;
    let inventory = Inventory::take(&sources, &contracts);
    if arguments.markdown {
        guest_bench::bench(&sources, &inventory, arguments.flame.as_deref(), out)?;
        return Ok(0);
    }
    let chosen = inventory
        .choose(&arguments.choice, &sources)
        .map_err(CommandError::Usage)?;
    let named;
    let program = match &arguments.wasm {
        None => program(),
        Some(path) => {
            let usage = |error: &dyn core::fmt::Display| CommandError::Usage(format!("{}: {error}", path.display()));
            let wasm = fs::read(path).map_err(|error| usage(&error))?;
            named = ChunkProgram::from_wasm(&wasm).map_err(|error| usage(&error))?;
            &named
        }
    };
    let mut pass = Pass {
        replayer: Replayer {
            inventory: &inventory,
            variant: arguments.variant,
        },
        program,
        arguments,
        chosen: &BTreeSet::new(),
        observed: Observed {
            hash_blocks: 0,
            profile: (arguments.profile.is_some() || arguments.flame.is_some()).then(Profile::default),
            receipts: None,
        },
        totals: Totals::default(),
        out,
        written: Ok(()),
    };
    for (source, chosen) in sources.iter().zip(&chosen) {
        pass.chosen = chosen;
        source.visit(&mut pass)?;
    }
    let Pass {
        observed,
        totals,
        out,
        written,
        ..
    } = pass;
    written?;
    if let Some(profile) = &observed.profile {
        let mut folded = Vec::new();
        profile.write_folded(&mut folded)?;
        if let Some(path) = &arguments.flame {
            fs::write(path, flame::svg(&String::from_utf8_lossy(&folded)))?;
        }
        if let Some(path) = &arguments.profile {
            fs::write(path, folded)?;
        }
    }
    writeln!(out, "{}", totals.describe(arguments.json))?;
    Ok(totals.exit_status())
}

/// How many chunks ended how.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    equal: u64,
    different: u64,
    needs_contracts: u64,
    unusable: u64,
    instructions: u64,
}

impl Totals {
    fn describe(&self, json: bool) -> String {
        let Self {
            equal,
            different,
            needs_contracts,
            unusable,
            instructions,
        } = self;
        if json {
            json!({ "summary": { "equal": equal, "different": different, "needs_contracts": needs_contracts,
                "unusable": unusable, "instructions": instructions } })
            .to_string()
        } else {
            format!(
                "{equal} equal, {different} different, {needs_contracts} need contracts, {unusable} unusable; {instructions} instructions"
            )
        }
    }

    const fn exit_status(&self) -> u8 {
        match (self.different, self.equal) {
            (0, 0) => 3,
            (0, _) => 0,
            _ => 1,
        }
    }
}

struct Pass<'a> {
    replayer: Replayer<'a>,
    program: &'a ChunkProgram,
    arguments: &'a GuestArguments,
    chosen: &'a BTreeSet<ChunkId>,
    observed: Observed,
    totals: Totals,
    out: &'a mut dyn Write,
    written: io::Result<()>,
}

impl Pass<'_> {
    fn run(&mut self, folder: ChunkFolder) {
        let id = folder.id.clone();
        let prepared = match prepare(&self.replayer, folder) {
            Ok(prepared) => prepared,
            Err(verdict) => {
                self.totals.unusable += 1;
                return self.line(&id, &Line::of(&verdict));
            }
        };
        let input = match input(&prepared) {
            Ok(input) => input,
            Err(error) => {
                match error {
                    GuestError::NeedsContracts(_) => self.totals.needs_contracts += 1,
                    _ => self.totals.unusable += 1,
                }
                return self.line(&id, &Line::refused(&error));
            }
        };
        if let Some(directory) = &self.arguments.inputs {
            self.written = write_inputs(directory, &id, &input);
        }
        let before = self.observed.hash_blocks;
        let watched = self.arguments.blocks || self.observed.profile.is_some();
        let run = if watched {
            observe(self.program, input.window(), &mut self.observed)
        } else {
            execute(self.program, input.window(), Limits::default())
        };
        let line = match run {
            Ok(Execution { output, instructions }) => {
                self.totals.instructions += instructions;
                let is_equal = output == input.digest.0;
                let result = if is_equal { "equal" } else { "different" };
                Line {
                    result,
                    instructions: Some(instructions),
                    hash_blocks: watched.then_some(self.observed.hash_blocks - before),
                    reason: (!is_equal).then(|| {
                        format!(
                            "native digest {}, the guest's output {}",
                            hex::encode(input.digest.0),
                            hex::encode(output)
                        )
                    }),
                }
            }
            Err(error) => Line {
                result: "different",
                instructions: None,
                hash_blocks: None,
                reason: Some(error.to_string()),
            },
        };
        match line.result {
            "equal" => self.totals.equal += 1,
            _ => self.totals.different += 1,
        }
        self.line(&id, &line);
    }

    fn line(&mut self, id: &ChunkId, line: &Line) {
        if self.written.is_ok() {
            self.written = writeln!(self.out, "{}", line.describe(id, self.arguments.json));
        }
    }
}

/// Writes both parts of the input window, named after the chunk.
fn write_inputs(directory: &Path, id: &ChunkId, input: &GuestInput) -> io::Result<()> {
    let path = |part: &str| directory.join(format!("{}.{part}", id.as_str().replace('/', "_")));
    fs::create_dir_all(directory)?;
    fs::write(path("public"), &input.public)?;
    fs::write(path("witness"), &input.witness)
}

/// What is said of one chunk.
struct Line {
    result: &'static str,
    instructions: Option<u64>,
    hash_blocks: Option<u64>,
    reason: Option<String>,
}

impl Line {
    fn of(verdict: &Verdict) -> Self {
        Self {
            result: verdict.kind(),
            instructions: None,
            hash_blocks: None,
            reason: verdict.reason().map(ToString::to_string),
        }
    }

    fn refused(error: &GuestError) -> Self {
        Self {
            result: match error {
                GuestError::NeedsContracts(_) => "needs_contracts",
                _ => "bad_input",
            },
            instructions: None,
            hash_blocks: None,
            reason: Some(error.to_string()),
        }
    }

    fn describe(&self, id: &ChunkId, json: bool) -> String {
        let Self {
            result,
            instructions,
            hash_blocks,
            reason,
        } = self;
        if json {
            return json!({ "id": id.as_str(), "result": result, "instructions": instructions,
                "hash_blocks": hash_blocks, "reason": reason })
            .to_string();
        }
        let mut text = format!("{id}  {result}");
        if let Some(instructions) = instructions {
            text += &format!("  {instructions} instructions");
        }
        if let Some(blocks) = hash_blocks {
            text += &format!("  {blocks} hash blocks");
        }
        if let Some(reason) = reason {
            text += &format!("  {reason}");
        }
        text
    }
}

impl Visitor for Pass<'_> {
    fn wants(&mut self, id: &ChunkId, _name: &str) -> bool {
        self.written.is_ok() && self.chosen.contains(id)
    }

    fn folder(&mut self, folder: ChunkFolder) {
        if self.written.is_ok() && self.chosen.contains(&folder.id) {
            self.run(folder);
        }
    }
}
