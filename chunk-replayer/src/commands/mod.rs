//! What the binary does, one file for each of its commands.

mod bench;
mod bench_prove;
mod guest;
mod guest_bench;
mod headers;
mod prove;
mod replay;
mod verify;

pub use bench::bench;
pub use guest::guest;
pub use headers::headers;
pub use prove::prove;
pub use replay::replay;
pub use verify::verify;

use crate::cli::SourceArguments;
use crate::folder::ChunkId;
use crate::source::{Source, SourceError};
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

/// Why a command could not be carried out; a chunk that differs is not an error but a result.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A source is not there or of no known kind.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The wishes match nothing, or something is missing; the text helps.
    #[error("{0}")]
    Usage(String),
    /// The output is closed or full.
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
}

/// Opens the sources named, or the embedded selection.
fn open_sources(arguments: &SourceArguments) -> Result<(Vec<Source>, Vec<Source>), CommandError> {
    let open = |paths: &[PathBuf]| {
        paths
            .iter()
            .map(|path| Source::open(path))
            .collect::<Result<Vec<_>, _>>()
    };
    let mut sources = open(&arguments.source)?;
    if sources.is_empty() {
        sources.push(Source::Embedded);
    }
    Ok((sources, open(&arguments.contracts)?))
}

/// The one chunk that was chosen, with the place of its source; else the ids of all.
fn the_only_one(chosen: &[BTreeSet<ChunkId>]) -> Result<(usize, &ChunkId), Vec<&str>> {
    let mut ids = (0..)
        .zip(chosen)
        .flat_map(|(index, ids)| ids.iter().map(move |id| (index, id)));
    match (ids.next(), ids.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(chosen.iter().flatten().map(ChunkId::as_str).collect()),
    }
}
