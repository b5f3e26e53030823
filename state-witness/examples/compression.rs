//! How small recorded states become: ours beside zstd level 1, which is what nearcore sends over the network.
//!
//! `cargo run --release -p state-witness --example compression -- <folder of unpacked archives>`; without a folder the chunks built
//! into `testnet-fixtures` are measured. Sums are over whole archives; zstd compresses each chunk's state by itself, as nearcore
//! compresses each witness by itself.
#![expect(clippy::float_arithmetic, reason = "a program that prints ratios")]

use std::collections::BTreeMap;
use std::path::Path;

use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::types::hash::CryptoHash;
use state_witness::ChunkStateWitness;
use state_witness::compressed::{DecodedState, Order, compress};

type AnyError = Box<dyn core::error::Error>;

#[derive(Default)]
struct Sums {
    states: usize,
    entries: usize,
    raw_bytes: usize,
    ours_bytes: usize,
    zstd_bytes: usize,
    ours_then_zstd_bytes: usize,
    unreachable: usize,
}

fn main() -> Result<(), AnyError> {
    let mut sums: BTreeMap<String, Sums> = BTreeMap::new();
    match std::env::args_os().nth(1) {
        Some(folder) => walk(Path::new(&folder), Path::new(""), &mut sums)?,
        None => {
            for chunk in testnet_fixtures::chunks() {
                add(&chunk.id, chunk.file("witness.borsh").unwrap_or_default(), &mut sums)?;
            }
        }
    }
    println!(
        "archive        states entries       raw      ours  ratio    zstd-1  ratio  ours+zstd-1  ratio unreachable"
    );
    for (name, sum) in &sums {
        let ratio = |part: usize| part as f64 / sum.raw_bytes.max(1) as f64;
        println!(
            "{name:<14} {:>6} {:>7} {:>9} {:>9}  {:.3} {:>9}  {:.3}    {:>9}  {:.3} {:>11}",
            sum.states,
            sum.entries,
            sum.raw_bytes,
            sum.ours_bytes,
            ratio(sum.ours_bytes),
            sum.zstd_bytes,
            ratio(sum.zstd_bytes),
            sum.ours_then_zstd_bytes,
            ratio(sum.ours_then_zstd_bytes),
            sum.unreachable,
        );
    }
    Ok(())
}

fn walk(root: &Path, below: &Path, sums: &mut BTreeMap<String, Sums>) -> Result<(), AnyError> {
    for entry in std::fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            walk(root, &path, sums)?;
        } else if entry.file_name() == "witness.borsh" {
            add(&path.to_string_lossy(), &std::fs::read(entry.path())?, sums)?;
        }
    }
    Ok(())
}

/// Adds the states of one witness to the sums of its archive: the first part of its path, or `suite`.
fn add(id: &str, witness: &[u8], sums: &mut BTreeMap<String, Sums>) -> Result<(), AnyError> {
    let first = id.split('/').next().unwrap_or_default();
    let name = if first.contains('.') { "suite" } else { first };
    let sum = sums.entry(name.to_owned()).or_default();
    let witness = ChunkStateWitness::decode(witness)?;
    let roots = state_roots(&witness);
    let transitions = core::iter::once(&witness.main_transition).chain(&witness.implicit_transitions);
    for (transition, root) in transitions.zip(roots) {
        let blobs = &transition.base_state;
        if blobs.is_empty() {
            continue;
        }
        let raw = borsh::to_vec(&(0u8, blobs))?;
        let compressed = compress::<NativeCrypto>(root, blobs)?;
        let decoded = DecodedState::decode::<NativeCrypto>(&compressed.bytes, root, Order::Sort)?;
        assert_eq!(decoded.root(), root);
        sum.states += 1;
        sum.entries += decoded.entry_count();
        sum.raw_bytes += raw.len();
        sum.ours_bytes += compressed.bytes.len();
        sum.zstd_bytes += zstd::bulk::compress(&raw, 1)?.len();
        sum.ours_then_zstd_bytes += zstd::bulk::compress(&compressed.bytes, 1)?.len();
        sum.unreachable += compressed.unreachable.len();
    }
    Ok(())
}

/// The root under which each transition's state hangs. That of the main transition is in an earlier chunk's header; it is found as
/// the one node that no other node refers to.
fn state_roots(witness: &ChunkStateWitness<'_>) -> Vec<CryptoHash> {
    let main = find_root(&witness.main_transition.base_state).unwrap_or_default();
    let mut roots = vec![main, witness.main_transition.post_state_root];
    roots.extend(
        witness
            .implicit_transitions
            .iter()
            .map(|transition| transition.post_state_root),
    );
    roots
}

fn find_root(blobs: &[&[u8]]) -> Option<CryptoHash> {
    use no_std_near_core::crypto::Crypto;
    use no_std_near_core::trie::node::Node;
    let nodes = || {
        blobs
            .iter()
            .filter_map(|bytes| Some((NativeCrypto::sha256(bytes), Node::decode(bytes).ok()?)))
    };
    let below: Vec<[u8; 32]> = nodes()
        .flat_map(|(_, node)| node.references().into_iter().map(|(hash, _)| *hash).collect::<Vec<_>>())
        .collect();
    let mut roots = nodes().filter(|(hash, _)| !below.contains(&hash.0));
    match (roots.next(), roots.next()) {
        (Some((root, _)), None) => Some(root),
        _ => None,
    }
}
