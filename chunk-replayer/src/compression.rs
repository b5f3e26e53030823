//! How large a witness's states are raw, in our compressed form, and under zstd as nodes send them today.

use crate::folder::{ChunkFolder, WITNESS_FILE};
use crate::record::ApplyJson;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::types::hash::CryptoHash;
use state_witness::ChunkStateWitness;
use state_witness::compressed::compress;

/// Level of zstd with which nearcore sends witnesses.
const NETWORK_ZSTD_LEVEL: i32 = 1;

/// Sizes of states, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compression {
    /// Chunks counted.
    pub chunks: u64,
    /// Borsh form of the recorded nodes and values, as witnesses carry it.
    pub raw_len_bytes: u64,
    /// Our compressed form.
    pub ours_len_bytes: u64,
    /// The raw form under zstd.
    pub zstd_len_bytes: u64,
    /// Our compressed form under zstd.
    pub both_len_bytes: u64,
}

impl Compression {
    /// Adds another sum.
    pub fn add(&mut self, other: &Self) {
        self.chunks += other.chunks;
        self.raw_len_bytes += other.raw_len_bytes;
        self.ours_len_bytes += other.ours_len_bytes;
        self.zstd_len_bytes += other.zstd_len_bytes;
        self.both_len_bytes += other.both_len_bytes;
    }
}

/// Compresses every state of a chunk's witness.
///
/// # Errors
/// In words, when files are missing or damaged.
pub fn measure(folder: &ChunkFolder) -> Result<Compression, String> {
    let file = |name: &str| {
        folder
            .file(name)
            .ok_or_else(|| format!("expected a file {name}, found none"))
    };
    let witness = ChunkStateWitness::decode(file(WITNESS_FILE)?).map_err(|error| error.to_string())?;
    let mut sizes = Compression {
        chunks: 1,
        ..Compression::default()
    };
    let mut root = pre_state_root(folder)?;
    for transition in core::iter::once(&witness.main_transition).chain(&witness.implicit_transitions) {
        // Nothing is recorded of genesis, and nothing of its state is read.
        if let Some(root) = root.filter(|_| !transition.base_state.is_empty()) {
            sizes.add(&measure_state(root, &transition.base_state)?);
        }
        root = Some(transition.post_state_root);
    }
    Ok(sizes)
}

/// The root that the main transition starts from; `None` for genesis, of which nothing is recorded.
fn pre_state_root(folder: &ChunkFolder) -> Result<Option<CryptoHash>, String> {
    let Some(bytes) = folder.file("apply.json") else {
        return Ok(None);
    };
    let apply: ApplyJson = serde_json::from_slice(bytes).map_err(|error| format!("apply.json: {error}"))?;
    Ok(Some(CryptoHash(apply.prev_state_root.0)))
}

fn measure_state(root: CryptoHash, blobs: &[&[u8]]) -> Result<Compression, String> {
    let raw = borsh::to_vec(blobs).map_err(|error| error.to_string())?;
    let ours = compress::<NativeCrypto>(root, blobs)
        .map_err(|error| error.to_string())?
        .bytes;
    let zstd = |bytes: &[u8]| zstd::bulk::compress(bytes, NETWORK_ZSTD_LEVEL).map_err(|error| error.to_string());
    Ok(Compression {
        chunks: 0,
        raw_len_bytes: raw.len() as u64,
        ours_len_bytes: ours.len() as u64,
        zstd_len_bytes: zstd(&raw)?.len() as u64,
        both_len_bytes: zstd(&ours)?.len() as u64,
    })
}
