//! One chunk from folder to verdict.

use crate::cli::Variant;
use crate::folder::ChunkFolder;
use crate::inventory::Inventory;
use crate::record::Record;
use crate::report::{Row, Verdict};

/// What all replays of one run share.
#[derive(Clone, Copy, Debug)]
pub struct Replayer<'a> {
    /// What the first pass found.
    pub inventory: &'a Inventory,
    /// The build to follow, if one was asked for.
    pub variant: Option<Variant>,
}

/// Replays one folder; whatever happens becomes a verdict.
pub fn replay_folder(replayer: &Replayer<'_>, folder: ChunkFolder) -> Row {
    let id = folder.id.clone();
    let record = match Record::read(folder) {
        Ok(record) => record,
        Err(error) => return Row::of(id, Verdict::BadInput(error.to_string())),
    };
    let _ = replayer;
    let mut row = Row::of(id, Verdict::Incomplete("not yet".to_owned()));
    row.transactions = Some(record.witness.transactions().len());
    row.native_seconds = record.result.as_ref().map(|result| result.native_validate_seconds);
    row
}
