//! Recorded reality: the chunks that tests and the replayer carry with them.
//!
//! Each chunk is a folder of files as a real nearcore wrote them (a witness, blocks, results); the crate's README names the files.
//! `index.toml` says why each chunk is here. Nothing is decoded: this crate knows tar and zstd, and nothing of NEAR.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::OnceLock;

/// The packed selection: name of the archive and its bytes, a tar archive under zstd.
pub static ARCHIVES: &[(&str, &[u8])] = &[
    ("actions.tar.zst", include_bytes!("../chunks/actions.tar.zst")),
    ("mixed.tar.zst", include_bytes!("../chunks/mixed.tar.zst")),
    ("multisig.tar.zst", include_bytes!("../chunks/multisig.tar.zst")),
    ("staking_pool.tar.zst", include_bytes!("../chunks/staking_pool.tar.zst")),
    ("suite.tar.zst", include_bytes!("../chunks/suite.tar.zst")),
    ("transfers.tar.zst", include_bytes!("../chunks/transfers.tar.zst")),
    ("wnear.tar.zst", include_bytes!("../chunks/wnear.tar.zst")),
];

/// `index.toml`: for each chunk its id, height, shard, and the reasons why it was chosen.
pub static INDEX: &str = include_str!("../index.toml");

/// For each recorded set of chunks, embedded or not, the number of parts its erasure code has: a line `<set> <number>` each.
pub static PART_COUNTS: &str = include_str!("../part_counts.txt");

/// One recorded chunk.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// Path in the archive of its set, `transfers/180000018-s1`.
    pub id: String,
    /// Its files by name, `witness.borsh`.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Chunk {
    /// The content of a file, if the chunk has it: chunks on top of genesis lack what the runtime would have written.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }
}

/// All embedded chunks in the order of their ids, unpacked on the first call.
///
/// # Panics
/// When an embedded archive is damaged, which the tests of this crate exclude.
pub fn chunks() -> &'static [Chunk] {
    static CHUNKS: OnceLock<Vec<Chunk>> = OnceLock::new();
    CHUNKS.get_or_init(|| {
        let mut by_id: BTreeMap<String, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
        for (name, bytes) in ARCHIVES {
            if let Err(error) = unpack(bytes, &mut by_id) {
                panic!("embedded archive {name}: {error}");
            }
        }
        by_id.into_iter().map(|(id, files)| Chunk { id, files }).collect()
    })
}

/// The chunk with the given id.
pub fn chunk(id: &str) -> Option<&'static Chunk> {
    let chunks = chunks();
    let at = chunks.binary_search_by(|chunk| chunk.id.as_str().cmp(id)).ok()?;
    chunks.get(at)
}

fn unpack(bytes: &[u8], by_id: &mut BTreeMap<String, BTreeMap<String, Vec<u8>>>) -> std::io::Result<()> {
    let mut archive = tar::Archive::new(zstd::stream::read::Decoder::new(bytes)?);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().into_owned();
        let (id, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        by_id.entry(id.to_owned()).or_default().insert(name.to_owned(), content);
    }
    Ok(())
}
