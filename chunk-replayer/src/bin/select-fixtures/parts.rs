//! The number of parts of a set's erasure code, which recordings do not say: the only number that fits every chunk of the set.

use chunk_replayer::edge;
use chunk_replayer::record::Record;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::types::receipt::Receipt;
use state_witness::chunk_body::find_total_parts;
use std::collections::BTreeMap;

/// Numbers that are still possible, by set.
#[derive(Debug, Default)]
pub(crate) struct PartCounts(BTreeMap<String, Vec<usize>>);

impl PartCounts {
    /// Keeps the numbers that fit this chunk too.
    pub(crate) fn narrow(&mut self, record: &Record) -> Result<(), String> {
        let witness = edge::witness(record).map_err(|error| error.to_string())?;
        let is_split = record
            .result
            .as_ref()
            .is_none_or(|result| result.main_shard_id != result.witness_shard_id);
        if is_split {
            return Ok(());
        }
        let outgoing: Vec<Receipt> = match &record.outgoing_receipts {
            Some(bytes) => borsh::from_slice(bytes).map_err(|error| format!("outgoing_receipts.borsh: {error}"))?,
            None => Vec::new(),
        };
        let possible = self
            .0
            .entry(record.id.set().to_owned())
            .or_insert_with(|| (2..=200).collect());
        possible.retain(|count| {
            let header = &witness.chunk_header;
            find_total_parts::<NativeCrypto>(header, &witness.new_transactions, &outgoing, [*count]).is_some()
        });
        if possible.is_empty() {
            Err("no number of parts from 2 to 200 fits this chunk and the earlier ones".to_owned())
        } else {
            Ok(())
        }
    }

    /// A line for each set, and the sets that stay open.
    pub(crate) fn write(&self) -> (String, Vec<String>) {
        let mut text = String::new();
        let mut open = Vec::new();
        for (set, possible) in &self.0 {
            match possible.as_slice() {
                [count] => text.push_str(&format!("{set} {count}\n")),
                several => open.push(format!("{set}: {several:?}")),
            }
        }
        (text, open)
    }
}
