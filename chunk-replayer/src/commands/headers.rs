//! `headers`: what a validator holds without the witness.

use super::{CommandError, open_sources, the_only_one};
use crate::cli::{ChoiceArguments, HeadersArguments};
use crate::edge;
use crate::folder::{ChunkFolder, ChunkId};
use crate::headers_file::HeadersFile;
use crate::inputs::Inputs;
use crate::inventory::Inventory;
use crate::record::Record;
use crate::source::{Source, Visitor};
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::params::ProtocolVariant;
use std::fs;
use std::io::Write;

/// Writes the file; prints what it holds.
///
/// # Errors
/// When the chunk is not found, is unusable, or the file cannot be written.
pub fn headers(arguments: &HeadersArguments, out: &mut dyn Write) -> Result<u8, CommandError> {
    let (sources, contracts) = open_sources(&arguments.sources)?;
    let inventory = Inventory::take(&sources, &contracts);
    let choice = ChoiceArguments {
        chunk: vec![arguments.chunk.clone()],
        ..ChoiceArguments::default()
    };
    let chosen = inventory.choose(&choice, &sources).map_err(CommandError::Usage)?;
    let (index, id) = the_only_one(&chosen).map_err(|ids| {
        let (count, ids) = (ids.len(), ids.join(", "));
        CommandError::Usage(format!("expected the id of one chunk, found {count}: {ids}"))
    })?;
    let folder = read_one(&sources[index], id)?;
    let unusable = |error: &dyn core::fmt::Display| CommandError::Usage(format!("{id}: {error}"));
    let record = Record::read(folder).map_err(|error| unusable(&error))?;
    let variant = if record.result.is_some() {
        ProtocolVariant::RECORDED
    } else {
        ProtocolVariant::RELEASED
    };
    let inputs = Inputs::of(&record, &inventory, variant).map_err(|error| unusable(&error))?;
    let blocks = edge::blocks(&record).map_err(|error| unusable(&error))?;
    let header = edge::witness(&record).map_err(|error| unusable(&error))?.chunk_header;
    let file = HeadersFile::new(id.as_str(), header, blocks, inputs.facts);
    let statement = file.statement().map_err(|error| unusable(&error))?.statement;
    let bytes = file.encode();
    fs::write(&arguments.out, &bytes)
        .map_err(|error| CommandError::Usage(format!("{} cannot be written: {error}", arguments.out.display())))?;
    writeln!(
        out,
        "{}: {} bytes, {} blocks, statement of {} bytes with digest {}",
        arguments.out.display(),
        bytes.len(),
        file.block_count(),
        statement.encode().len(),
        statement.digest::<NativeCrypto>()
    )?;
    for assumed in inputs.assumed {
        writeln!(out, "assumed: {assumed}")?;
    }
    Ok(0)
}

/// Reads one folder whole.
pub(super) fn read_one(source: &Source, id: &ChunkId) -> Result<ChunkFolder, CommandError> {
    let mut one = One { id, found: None };
    let ended = source.visit(&mut one);
    match one.found {
        Some(folder) => Ok(folder),
        None => {
            ended?;
            Err(CommandError::Usage(format!(
                "{id} has gone from {} since the first pass",
                source.describe()
            )))
        }
    }
}

struct One<'a> {
    id: &'a ChunkId,
    found: Option<ChunkFolder>,
}

impl Visitor for One<'_> {
    fn wants(&mut self, id: &ChunkId, _name: &str) -> bool {
        id == self.id
    }

    fn folder(&mut self, folder: ChunkFolder) {
        if folder.id == *self.id {
            self.found = Some(folder);
        }
    }
}
