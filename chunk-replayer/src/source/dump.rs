//! A witness as `neard view-state state-witness dump-latest … binary` writes it, with block files beside it.
//!
//! A dump is `witness_<height created>_<shard>_<epoch>_<n>.bin`: the bytes of `witness.borsh`. What a validator knows without the
//! witness lies beside it, either under the dump's own name (`<dump without .bin>.blocks.borsh`) or, for the only dump of a
//! directory, under the plain name (`blocks.borsh`): `blocks.borsh` and `blocks.json`, and `apply.json` for the epoch facts.

use super::directory::read;
use super::{SourceError, Visitor};
use crate::folder::{ChunkFolder, ChunkId, WITNESS_FILE};
use std::path::Path;

/// Files a dump cannot be replayed without, and those that help.
const BESIDE: [(&str, bool); 3] = [("blocks.borsh", true), ("blocks.json", true), ("apply.json", false)];

/// True for a file named as nearcore names its dumps, or starting with the tag of `ChunkStateWitness::V2` and named `.bin` or `.borsh`.
pub(super) fn looks_like_witness(path: &Path, head: &[u8]) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let named = name.starts_with("witness_") && name.ends_with(".bin");
    let tagged = head.first() == Some(&1) && (name.ends_with(".bin") || name.ends_with(".borsh"));
    named || tagged
}

/// Visits the one chunk of a dump.
pub(super) fn visit(path: &Path, visitor: &mut dyn Visitor) -> Result<(), SourceError> {
    let stem = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut folder = ChunkFolder::new(ChunkId::new(&stem));
    let mut add = |name: &str, file: &Path| -> Result<(), SourceError> {
        if visitor.wants(&folder.id, name) {
            folder.files.insert(name.to_owned(), read(file)?);
        }
        folder.names.insert(name.to_owned());
        Ok(())
    };
    add(WITNESS_FILE, path)?;
    for (name, required) in BESIDE {
        let candidates = [directory.join(format!("{stem}.{name}")), directory.join(name)];
        match candidates.iter().find(|candidate| candidate.is_file()) {
            Some(file) => add(name, file)?,
            None if required => {
                return Err(SourceError::Dump {
                    path: path.to_owned(),
                    reason: format!(
                        "a dumped witness needs the blocks a validator has: expected {} or {}, found neither",
                        candidates[0].display(),
                        candidates[1].display()
                    ),
                });
            }
            None => {}
        }
    }
    visitor.folder(folder);
    Ok(())
}
