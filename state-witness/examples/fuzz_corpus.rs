//! Writes a first corpus for fuzzing: recorded inputs of every entry of `state_witness::fuzz`, and damaged copies of them.
//!
//! `cargo run -p state-witness --example fuzz_corpus -- <folder>` makes one sub-folder per entry point. The damage is that of the
//! tests: ends cut off, enormous lengths, missing, doubled and altered nodes, wrong receipt proofs, other orders, other roots, flipped
//! bits.

#[path = "../tests/recorded/mutations.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod mutations;

use std::path::Path;

use mutations::Mutation;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::types::hash::CryptoHash;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use state_witness::ChunkStateWitness;
use state_witness::compressed::compress;

type AnyError = Box<dyn core::error::Error>;

/// Ways to damage bytes without knowing what they mean.
const BLIND: [Mutation; 4] = [
    Mutation::Truncated,
    Mutation::OversizedLength,
    Mutation::BitFlip,
    Mutation::Byte,
];

fn main() -> Result<(), AnyError> {
    let folder = std::env::args_os().nth(1).ok_or("expected a folder to write to")?;
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for (index, chunk) in testnet_fixtures::chunks().iter().enumerate().step_by(25) {
        let witness = chunk.file("witness.borsh").ok_or("a chunk without a witness")?;
        write(&folder, "fuzz_decode", index, witness, &Mutation::ALL, &mut rng)?;
        let blocks: Vec<Vec<u8>> = borsh::from_slice(chunk.file("blocks.borsh").ok_or("a chunk without blocks")?)?;
        if let Some(block) = blocks.first() {
            write(&folder, "fuzz_block", index, block, &BLIND, &mut rng)?;
        }
        let decoded = ChunkStateWitness::decode(witness)?;
        let Some(implicit) = decoded.implicit_transitions.first() else {
            continue;
        };
        let root: CryptoHash = decoded.main_transition.post_state_root;
        let compressed = compress::<NativeCrypto>(root, &implicit.base_state)?.bytes;
        write(&folder, "fuzz_compressed", index, &compressed, &BLIND, &mut rng)?;
        let state = borsh::to_vec(&(root, 0u8, &implicit.base_state))?;
        write(&folder, "fuzz_partial_state", index, &state, &BLIND, &mut rng)?;
    }
    Ok(())
}

/// The honest bytes, and one damaged copy of each kind.
fn write(
    folder: &std::ffi::OsStr,
    entry: &str,
    index: usize,
    honest: &[u8],
    mutations: &[Mutation],
    rng: &mut ChaCha20Rng,
) -> Result<(), AnyError> {
    let folder = Path::new(folder).join(entry);
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join(format!("{index:04}-honest")), honest)?;
    if honest.len() > 4 {
        for mutation in mutations {
            if let Some(damaged) = mutation.apply(honest, rng) {
                std::fs::write(folder.join(format!("{index:04}-{mutation:?}")), damaged)?;
            }
        }
    }
    Ok(())
}
