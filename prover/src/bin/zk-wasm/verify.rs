//! `zk-wasm verify`: checks a proof and prints the outcome that it proves.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use prover::claim::{ClaimError, ProofFile};
use prover::run::{Program, RunReport};
use serde_json::{Value as Json, json};
use zk_verifier::machine::machine_key;

use crate::{EXIT_REJECTED, print, read, to_json, to_text};

/// Any budget lowers a program with metering.
const METERED: u64 = 0;

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The proof.
    #[arg(long, value_name = "PROOF")]
    proof: PathBuf,
    /// The program that it should be about.
    #[arg(long, value_name = "FILE.wasm")]
    program: PathBuf,
    /// Prints the result as one JSON object.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) fn execute(&self) -> Result<ExitCode, String> {
        let file =
            ProofFile::decode(&read(&self.proof)?).map_err(|error| format!("{}: {error}", self.proof.display()))?;
        let program = Program::load(&read(&self.program)?, file.is_metered.then_some(METERED))
            .map_err(|error| format!("{}: {error}", self.program.display()))?;
        match file.verify(&machine_key(), &program) {
            Ok(verified) => {
                let report = RunReport {
                    ending: verified.ending,
                    instructions: verified.outcome.instructions,
                    gas_used: None,
                };
                let text = if self.json {
                    let mut json = to_json(&report);
                    json["verified"] = Json::Bool(true);
                    json["gas_left"] = file.is_metered.then_some(verified.gas_left).into();
                    json["segments"] = verified.outcome.segments.into();
                    json["security_bits"] = verified.outcome.security_bits.into();
                    json.to_string()
                } else {
                    format!(
                        "the proof holds ({:.1} bits)\n{}",
                        verified.outcome.security_bits,
                        to_text(&report)
                    )
                };
                print(&text)?;
                Ok(ExitCode::SUCCESS)
            }
            Err(ClaimError::Encoding(reason)) => Err(format!("{}: {reason}", self.proof.display())),
            Err(error) => {
                let reason = error.to_string();
                print(&if self.json {
                    json!({ "verified": false, "reason": reason }).to_string()
                } else {
                    format!("the proof does not hold: {reason}")
                })?;
                Ok(ExitCode::from(EXIT_REJECTED))
            }
        }
    }
}
