//! `zk-wasm prove`: an estimate, the segments with their progress, the proof file.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{HumanBytes, HumanDuration};
use prover::claim::ProofFile;
use prover::estimate::{Estimate, SegmentSize};
use prover::measure::peak_memory_bytes;
use prover::progress::Bars;
use prover::prove::{Job, Plan, write_whole};
use prover::run::Program;
use serde_json::json;
use zk_verifier::machine::machine_key;

use crate::{What, print, to_json, to_text};

#[derive(Debug, Args)]
pub(crate) struct Prove {
    #[command(flatten)]
    what: What,
    /// Where the proof goes. Finished segments wait in `<PROOF>.segments` until the last one is done.
    #[arg(long, value_name = "PROOF")]
    out: PathBuf,
    /// How much a segment holds: `full` proves fastest, `half` and `quarter` need less memory.
    #[arg(long, value_name = "SIZE", default_value = "full")]
    segment: SegmentSize,
    /// Prints the result as one JSON object, and no progress.
    #[arg(long)]
    json: bool,
}

impl Prove {
    pub(crate) fn execute(&self) -> Result<(), String> {
        let (program, request) = self.what.load()?;
        if let Some(trap) = program.instantiation_trap() {
            let text = trap.text();
            return Err(format!(
                "the module cannot be instantiated ({text}): its root says so, and there is no run to prove"
            ));
        }
        let prepared = program.prepare(&request).map_err(|error| error.to_string())?;
        let mut folder = self.out.clone().into_os_string();
        folder.push(".segments");
        let job = Job {
            runtime: prepared.runtime,
            library: prepared.library.clone(),
            input: prepared.input(),
            limits: self.segment.limits(),
            folder: Some(folder.into()),
        };
        let plan = job.plan().map_err(|error| error.to_string())?;
        let estimate = Estimate::of(&plan, self.segment);
        if !self.json {
            print(&estimate.to_string())?;
        }
        if let Some(reason) = estimate.obstacle() {
            return Err(reason);
        }
        self.prove(&program, &job, &plan, &prepared.public_input)
    }

    fn prove(&self, program: &Program, job: &Job<'_>, plan: &Plan, public_input: &[u8]) -> Result<(), String> {
        let started = Instant::now();
        let mut bars = Bars::new(plan.instructions, self.json);
        let run = job
            .prove(&machine_key(), &mut bars)
            .map_err(|error| error.to_string())?;
        bars.finish();
        let (seconds, segments) = (started.elapsed().as_secs_f64(), run.segments.len());
        let (ending, gas_left) = program
            .ending(public_input, plan.output, plan.committed.clone())
            .map_err(|error| error.to_string())?;
        let file = ProofFile {
            is_metered: self.what.gas.is_some(),
            public_input: public_input.to_vec(),
            committed: plan.committed.clone().unwrap_or_default(),
            run: run.encode(),
        };
        let bytes = file.encode();
        write_whole(&self.out, &bytes).map_err(|error| error.to_string())?;
        job.clean();
        let report = prover::run::RunReport {
            ending,
            instructions: plan.instructions,
            gas_used: self.what.gas.map(|gas| gas - gas_left),
        };
        if self.json {
            let mut json = to_json(&report);
            json["proof"] = json!(self.out);
            json["segments"] = segments.into();
            json["prove_seconds"] = seconds.into();
            json["proof_bytes"] = bytes.len().into();
            json["peak_bytes"] = peak_memory_bytes().into();
            return print(&json.to_string());
        }
        print(&to_text(&report))?;
        print(&format!(
            "proved in {} ({segments} segment{}), {} in {}, peak memory {}",
            HumanDuration(Duration::from_secs_f64(seconds)),
            if segments == 1 { "" } else { "s" },
            HumanBytes(bytes.len() as u64),
            self.out.display(),
            peak_memory_bytes().map_or_else(|| "unknown".to_owned(), |bytes| HumanBytes(bytes).to_string()),
        ))
    }
}
