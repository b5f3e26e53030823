//! Where chunks come from: the embedded selection, a chunk folder, a directory tree, an archive, a dumped witness.
//!
//! All of them answer one question, [`Source::visit`]: hand every chunk folder to a [`Visitor`], one at a time. Archives are
//! streamed and never unpacked, so memory holds one folder (the files the visitor asked for) whatever the archive's size.

mod archive;
mod directory;
mod dump;

use crate::folder::{ChunkFolder, ChunkId};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Receives the folders of a source, in the source's order.
pub trait Visitor {
    /// Says whether the file `name` of the folder `id` is to be read.
    fn wants(&mut self, id: &ChunkId, name: &str) -> bool;

    /// Takes a complete chunk folder (it has a witness).
    fn folder(&mut self, folder: ChunkFolder);

    /// Takes a file of a `contracts/` folder, if [`Visitor::wants_contracts`]: `stem` is its name without `.wasm`.
    fn contract(&mut self, stem: &str, code: Vec<u8>) {
        let _ = (stem, code);
    }

    /// Says whether contract code is to be read.
    fn wants_contracts(&self) -> bool {
        false
    }
}

/// Why a source could not be opened, or stopped in the middle.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing lies at the path.
    #[error("{} does not exist{hint}", path.display())]
    Missing {
        /// The path as given.
        path: PathBuf,
        /// What does exist nearby, ready to print.
        hint: String,
    },
    /// The path is a file of no known kind.
    #[error(
        "{} is neither a chunk folder, nor a directory, nor a .tar, .tar.gz or .tar.zst archive, nor a witness dumped by \
         `neard view-state state-witness dump-latest`: expected one of their first bytes, found {found}",
        path.display()
    )]
    UnknownKind {
        /// The path as given.
        path: PathBuf,
        /// The file's first bytes in hexadecimal.
        found: String,
    },
    /// A dump lies alone: what the witness does not contain is missing.
    #[error("{}: {reason}", path.display())]
    Dump {
        /// The dumped witness.
        path: PathBuf,
        /// What is missing or wrong, and what to do.
        reason: String,
    },
    /// Reading failed, or the archive ends early.
    #[error("{origin}: {reason}")]
    Broken {
        /// Where the bytes came from.
        origin: String,
        /// What was expected and found.
        reason: String,
    },
}

impl SourceError {
    fn io(path: &Path, error: &io::Error) -> Self {
        Self::Broken {
            origin: path.display().to_string(),
            reason: format!("cannot be read: {error}"),
        }
    }
}

/// One place that chunks are read from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The selection built into this binary.
    Embedded,
    /// A directory, searched recursively, archives inside included; it may itself be a chunk folder.
    Directory(PathBuf),
    /// A tar archive, plain or compressed with gzip or zstd.
    Archive(PathBuf),
    /// One witness dumped by a node, with block files beside it.
    Dump(PathBuf),
}

impl Source {
    /// Finds out what lies at `path`.
    ///
    /// # Errors
    /// [`SourceError::Missing`] with the neighbours' names, or [`SourceError::UnknownKind`].
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let Ok(metadata) = fs::metadata(path) else {
            return Err(SourceError::Missing {
                path: path.to_owned(),
                hint: nearby(path),
            });
        };
        if metadata.is_dir() {
            return Ok(Self::Directory(path.to_owned()));
        }
        let mut head = Vec::new();
        fs::File::open(path)
            .and_then(|file| file.take(512).read_to_end(&mut head))
            .map_err(|error| SourceError::io(path, &error))?;
        if archive::is_archive(&head) {
            return Ok(Self::Archive(path.to_owned()));
        }
        if dump::looks_like_witness(path, &head) {
            return Ok(Self::Dump(path.to_owned()));
        }
        let found = hex::encode(&head[..head.len().min(8)]);
        Err(SourceError::UnknownKind {
            path: path.to_owned(),
            found,
        })
    }

    /// The source as people name it.
    pub fn describe(&self) -> String {
        match self {
            Self::Embedded => "the embedded selection".to_owned(),
            Self::Directory(path) | Self::Archive(path) | Self::Dump(path) => path.display().to_string(),
        }
    }

    /// True when the source is one chunk by itself, so that naming it is choosing it.
    pub fn is_single_chunk(&self) -> bool {
        match self {
            Self::Directory(path) => directory::is_chunk_folder(path),
            Self::Dump(_) => true,
            Self::Embedded | Self::Archive(_) => false,
        }
    }

    /// Hands every chunk folder to the visitor.
    ///
    /// # Errors
    /// The first thing that could not be read. Folders before it have been handed over.
    pub fn visit(&self, visitor: &mut dyn Visitor) -> Result<(), SourceError> {
        match self {
            Self::Embedded => testnet_fixtures::ARCHIVES
                .iter()
                .try_for_each(|(name, bytes)| archive::visit_bytes(name, bytes, visitor)),
            Self::Directory(path) => directory::visit(path, visitor),
            Self::Archive(path) => archive::visit_file(path, visitor),
            Self::Dump(path) => dump::visit(path, visitor),
        }
    }
}

/// Names what exists beside a path that does not, so that a typing error is seen at once.
fn nearby(path: &Path) -> String {
    let mut parent = path.parent();
    while let Some(candidate) = parent {
        let candidate = if candidate.as_os_str().is_empty() {
            Path::new(".")
        } else {
            candidate
        };
        if let Ok(entries) = fs::read_dir(candidate) {
            let mut names: Vec<String> = entries
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect();
            names.sort();
            let more = if names.len() > 12 { ", …" } else { "" };
            names.truncate(12);
            return if names.is_empty() {
                format!(" ({} is empty)", candidate.display())
            } else {
                format!(" ({} has: {}{more})", candidate.display(), names.join(", "))
            };
        }
        parent = candidate.parent();
    }
    String::new()
}
