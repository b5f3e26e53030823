//! Chunk folders and archives of chunk folders in a directory tree, visited in the order of their names.

use super::{SourceError, Visitor, archive};
use crate::folder::{ChunkFolder, ChunkId, MAX_FILE_LEN_BYTES, WITNESS_FILE};
use std::fs;
use std::path::{Path, PathBuf};

/// How deep folders are followed; recorded sets need three.
const MAX_DEPTH: usize = 16;

/// True when the directory itself holds a witness.
pub(super) fn is_chunk_folder(path: &Path) -> bool {
    path.join(WITNESS_FILE).is_file()
}

/// Visits `root` and everything below it.
pub(super) fn visit(root: &Path, visitor: &mut dyn Visitor) -> Result<(), SourceError> {
    visit_below(root, root, 0, visitor)
}

fn visit_below(root: &Path, directory: &Path, depth: usize, visitor: &mut dyn Visitor) -> Result<(), SourceError> {
    let (files, directories) = list(directory)?;
    if directory.file_name().is_some_and(|name| name == "contracts") && visitor.wants_contracts() {
        for file in files
            .iter()
            .filter(|file| file.extension().is_some_and(|extension| extension == "wasm"))
        {
            let stem = file
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default();
            visitor.contract(&stem, read(file)?);
        }
    }
    if files
        .iter()
        .any(|file| file.file_name().is_some_and(|name| name == WITNESS_FILE))
    {
        let mut folder = ChunkFolder::new(id_of(root, directory));
        for file in &files {
            let name = file
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            if visitor.wants(&folder.id, &name) {
                folder.files.insert(name.clone(), read(file)?);
            }
            folder.names.insert(name);
        }
        visitor.folder(folder);
    }
    for file in files.iter().filter(|file| archive::is_named_like_archive(file)) {
        archive::visit_file(file, visitor)?;
    }
    if depth < MAX_DEPTH {
        for child in directories {
            visit_below(root, &child, depth + 1, visitor)?;
        }
    }
    Ok(())
}

/// Files and directories directly inside, each sorted by name.
fn list(directory: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), SourceError> {
    let entries = fs::read_dir(directory).map_err(|error| SourceError::io(directory, &error))?;
    let (mut files, mut directories) = (Vec::new(), Vec::new());
    for entry in entries {
        let path = entry.map_err(|error| SourceError::io(directory, &error))?.path();
        if path.is_dir() {
            directories.push(path);
        } else {
            files.push(path);
        }
    }
    files.sort();
    directories.sort();
    Ok((files, directories))
}

/// Reads a file of at most [`MAX_FILE_LEN_BYTES`].
pub(super) fn read(path: &Path) -> Result<Vec<u8>, SourceError> {
    let len = fs::metadata(path).map_err(|error| SourceError::io(path, &error))?.len();
    if len > MAX_FILE_LEN_BYTES {
        return Err(SourceError::Broken {
            origin: path.display().to_string(),
            reason: format!("expected at most {MAX_FILE_LEN_BYTES} bytes, found {len}"),
        });
    }
    fs::read(path).map_err(|error| SourceError::io(path, &error))
}

/// The path below `root`; when that alone does not name the set, the names of `root` and its parent are put in front, so that
/// `--source transfers/180000018-s1` and `--source transfers` give the ids that an archive of the set gives.
fn id_of(root: &Path, directory: &Path) -> ChunkId {
    let below: Vec<String> = parts(directory.strip_prefix(root).unwrap_or(directory));
    let missing = 2usize.saturating_sub(below.len());
    let above = parts(&fs::canonicalize(root).unwrap_or_else(|_| root.to_owned()));
    let from = above.len().saturating_sub(missing);
    let whole: Vec<String> = above.into_iter().skip(from).chain(below).collect();
    ChunkId::new(&whole.join("/"))
}

fn parts(path: &Path) -> Vec<String> {
    path.components()
        .filter_map(|component| match component {
            std::path::Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect()
}
