//! `zk-wasm security`: what the proofs rest on, in numbers.

use clap::Args;
use prover::estimate::{SegmentSize, security_of};
use serde_json::json;
use zk_backend::config::{PARAMETERS_VERSION, SECURITY_BITS};
use zk_processor::chips::machine::MachineChip;
use zk_processor::isa::spaces::ISA_VERSION;
use zk_processor::proving::SegmentLimits;
use zk_verifier::machine::machine_key;
use zk_verifier::run::MAX_SEGMENTS;

use crate::{hex, print};

#[derive(Debug, Args)]
pub(crate) struct Security {
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

impl Security {
    pub(crate) fn execute(&self) -> Result<(), String> {
        let sizes = [SegmentSize::Quarter, SegmentSize::Half, SegmentSize::Full];
        let mut layers = Vec::new();
        for size in sizes {
            layers.push((size, security_of(size.limits().cells)?));
        }
        if self.json {
            let layers: Vec<_> = layers
                .iter()
                .map(|(size, (bits, terms))| json!({ "segment": size.to_string(), "bits": bits, "terms": terms }))
                .collect();
            return print(
                &json!({
                    "machine_key": hex(&machine_key()),
                    "isa_version": ISA_VERSION,
                    "parameters_version": PARAMETERS_VERSION,
                    "required_bits": SECURITY_BITS,
                    "tables": MachineChip::all_tables().len(),
                    "max_segments": MAX_SEGMENTS,
                    "max_instructions_per_segment": SegmentLimits::MAX_INSTRUCTIONS,
                    "proofs": layers,
                })
                .to_string(),
            );
        }
        print(&format!(
            "machine key          {}\nISA version          {ISA_VERSION}\nparameters version   {PARAMETERS_VERSION}\ntables               {}\n\
             field                KoalaBear (p = 2^31 - 2^24 + 1), challenges of degree 5: 155 bits\n\
             hash                 Poseidon2, 8-element digests: 124 bits against collisions\n\
             polynomial layer     WHIR at rate 1/2, Johnson regime, 18 bits of work a round\n\
             required             {SECURITY_BITS} proven bits a proof, at most {MAX_SEGMENTS} proofs a run: 100 bits a run\n\
             longest segment      {} instructions",
            hex(&machine_key()),
            MachineChip::all_tables().len(),
            SegmentLimits::MAX_INSTRUCTIONS,
        ))?;
        for (size, (bits, terms)) in layers {
            print(&format!("\na {size} segment: {bits:.1} proven bits"))?;
            for (name, bits) in terms {
                print(&format!("  {bits:6.1}  {name}"))?;
            }
        }
        Ok(())
    }
}
