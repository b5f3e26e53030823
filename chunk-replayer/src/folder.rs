//! One recorded chunk as it lies on disk or in an archive: an id, a few named files, nothing decoded yet.
//!
//! An id is the folder's path inside its archive, `transfers/180000018-s1`. Its last part tells the height of the block whose
//! chunk is applied and that chunk's own shard; a third part (`40-s6-CtDQRJK6`) tells forks and the children of one split apart.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

/// The file every chunk folder has; a folder without it is not a chunk.
pub const WITNESS_FILE: &str = "witness.borsh";

/// The longest file that is read into memory, in bytes: nearcore refuses witnesses above 64 MiB, nothing else comes near.
pub const MAX_FILE_LEN_BYTES: u64 = 128 << 20;

/// Name of a chunk: its path inside the source, with `/` between the parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChunkId(String);

impl ChunkId {
    /// Takes a path as it stands in an archive; `./` in front and `/` at the end are dropped.
    pub fn new(path: &str) -> Self {
        Self(path.trim_start_matches("./").trim_matches('/').to_owned())
    }

    /// The name under which a source that could not be read stands in a report.
    pub fn of_source(description: &str) -> Self {
        Self(description.to_owned())
    }

    /// The id as people write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Everything before the last `/`: the scenario or the test that made the chunk.
    pub fn set(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(set, _)| set)
    }

    /// Height of the applied chunk's block and the chunk's own shard, read from a name like `180000018-s1` or `40-s6-CtDQRJK6`.
    pub fn height_and_shard(&self) -> Option<(u64, u64)> {
        let name = self.0.rsplit('/').next()?;
        let (height, rest) = name.split_once("-s")?;
        let shard = rest.split('-').next()?;
        Some((height.parse().ok()?, shard.parse().ok()?))
    }

    /// True when `wanted` is this id, or its end starting at a `/`.
    pub fn is_called(&self, wanted: &str) -> bool {
        let wanted = wanted.trim_matches('/');
        self.0 == wanted || self.0.strip_suffix(wanted).is_some_and(|head| head.ends_with('/'))
    }
}

impl fmt::Display for ChunkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The files of one chunk folder, by name.
#[derive(Clone, Debug)]
pub struct ChunkFolder {
    /// Path inside the source.
    pub id: ChunkId,
    /// Names of all files present, read or not.
    pub names: BTreeSet<String>,
    /// Contents of the files that were asked for.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl ChunkFolder {
    /// An empty folder with the given id.
    pub fn new(id: ChunkId) -> Self {
        Self {
            id,
            names: BTreeSet::new(),
            files: BTreeMap::new(),
        }
    }

    /// The content of a file, if it is there and was read.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// True when the folder has a witness, which makes it a chunk.
    pub fn is_chunk(&self) -> bool {
        self.names.contains(WITNESS_FILE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_height_and_shard() {
        assert_eq!(
            ChunkId::new("transfers/180000018-s1/").height_and_shard(),
            Some((180_000_018, 1))
        );
        assert_eq!(ChunkId::new("a.b/40-s6-CtDQRJK6").height_and_shard(), Some((40, 6)));
        assert_eq!(ChunkId::new("notes/readme").height_and_shard(), None);
    }

    #[test]
    fn an_id_answers_to_itself_and_to_its_ends() {
        let id = ChunkId::new("./suite/a.b/40-s6");
        assert!(id.is_called("suite/a.b/40-s6"));
        assert!(id.is_called("a.b/40-s6"));
        assert!(id.is_called("40-s6"));
        assert!(!id.is_called("0-s6"));
        assert_eq!(id.set(), "suite/a.b");
    }
}
