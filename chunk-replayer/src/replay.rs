//! One chunk from folder to verdict.

use crate::cli::Variant;
use crate::compare::{self, Difference};
use crate::edge;
use crate::folder::{ChunkFolder, ChunkId};
use crate::inputs::{InputError, Inputs};
use crate::inventory::Inventory;
use crate::part_counts::{PartCount, part_count};
use crate::record::Record;
use crate::report::{Row, Verdict};
use no_std_near_core::apply_chunk::ApplyError;
use no_std_near_core::contract_runner::NoContracts;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::params::{PROTOCOL_VERSION, ProtocolVariant};
use no_std_near_core::types::receipt::Receipt;
use no_std_near_core::types::to_bytes;
use state_witness::chunk_body::{check_chunk_body, find_total_parts};
use state_witness::statement::{ImplicitTransition, MainKind};
use state_witness::{
    BlockSet, CheckedWitness, ChunkStateWitness, ChunkStatement, DerivedStatement, ValidateError, ValidationResult,
    WitnessError, derive_statement, validate,
};
use std::time::{Duration, Instant};

/// What all replays of one run share.
#[derive(Clone, Copy, Debug)]
pub struct Replayer<'a> {
    /// What the first pass found.
    pub inventory: &'a Inventory,
    /// The build to follow, if one was asked for.
    pub variant: Option<Variant>,
}

/// Everything a validator holds, ready to validate.
#[derive(Debug)]
pub struct Prepared {
    /// The decoded folder.
    pub record: Record,
    /// Facts, parameters, and what had to be assumed.
    pub inputs: Inputs,
    /// The validator's blocks.
    pub blocks: BlockSet,
    /// Parts of the erasure code, as far as known.
    pub parts: PartCount,
}

/// What validating gave, and how long it took.
#[derive(Debug)]
pub struct Validated {
    /// The result, or why there is none.
    pub result: Result<ValidationResult, ValidateError>,
    /// The receipts that were applied, in their borsh form.
    pub incoming_receipts: Vec<u8>,
    /// Number of those receipts.
    pub receipt_count: usize,
    /// Time on one thread, from the witness's bytes to the last comparison.
    pub time: Duration,
    /// Why the chunk's body is not the one its header commits to, if so.
    pub body: Option<String>,
}

/// Replays one folder; whatever happens becomes a verdict.
pub fn replay_folder(replayer: &Replayer<'_>, folder: ChunkFolder) -> Row {
    let id = folder.id.clone();
    let prepared = match prepare(replayer, folder) {
        Ok(prepared) => prepared,
        Err(verdict) => return Row::of(id, verdict),
    };
    replay(&prepared, id)
}

/// Decodes a folder on both sides of the edge and collects the facts.
///
/// # Errors
/// The verdict on a folder that cannot be validated at all.
pub fn prepare(replayer: &Replayer<'_>, folder: ChunkFolder) -> Result<Prepared, Verdict> {
    let record = Record::read(folder).map_err(|error| Verdict::BadInput(error.to_string()))?;
    let default = if record.result.is_some() {
        ProtocolVariant::RECORDED
    } else {
        ProtocolVariant::RELEASED
    };
    let variant = replayer.variant.map_or(default, Variant::switches);
    let inputs = Inputs::of(&record, replayer.inventory, variant).map_err(|error| match error {
        InputError::UnsupportedVersion(text) => Verdict::UnsupportedVersion(text),
        error => Verdict::BadInput(error.to_string()),
    })?;
    let bad = |error: &dyn core::fmt::Display| Verdict::BadInput(error.to_string());
    edge::witness(&record).map_err(|error| bad(&error))?;
    let blocks = edge::blocks(&record).map_err(|error| bad(&error))?;
    let blocks = BlockSet::new::<NativeCrypto>(blocks).map_err(|error| bad(&error))?;
    let parts = part_count(&record.id);
    Ok(Prepared {
        record,
        inputs,
        blocks,
        parts,
    })
}

/// Validates and compares.
fn replay(prepared: &Prepared, id: ChunkId) -> Row {
    let record = &prepared.record;
    let mut row = Row::of(id, Verdict::Equal);
    row.transactions = Some(record.witness.transactions().len());
    row.native_seconds = record.result.as_ref().map(|result| result.native_validate_seconds);
    let derived = match derive(prepared) {
        Ok(derived) => derived,
        Err(verdict) => {
            row.verdict = verdict;
            return row;
        }
    };
    if row.height.is_none()
        && let Some((block, _)) = record.block(&near_primitives::hash::CryptoHash(derived.main_block_hash.0))
    {
        row.height = Some(block.header().height());
        row.shard = Some(derived.statement.main.shard_id);
    }
    let validated = match run(prepared) {
        Ok(validated) => validated,
        Err(error) => {
            row.verdict = Verdict::BadInput(error.to_string());
            return row;
        }
    };
    row.details = details(prepared, &derived.statement, &validated);
    row.receipts = Some(validated.receipt_count);
    if let Ok(result) = &validated.result {
        row.seconds = Some(validated.time.as_secs_f64());
        row.outcomes = result.main.as_ref().map(|main| main.outcomes.len());
        row.gas = Some(result.main_chunk_extra.gas_used);
    }
    row.verdict = verdict(prepared, &derived.statement, &validated);
    row
}

/// What a person who looks closely wants to know beside the verdict.
fn details(prepared: &Prepared, statement: &ChunkStatement, validated: &Validated) -> Vec<String> {
    let record = &prepared.record;
    let mut details = vec![format!("statement {}", statement.digest::<NativeCrypto>())];
    if let Some(apply) = &record.apply {
        let (config, variant) = (&apply.config_hash, prepared.inputs.params.variant);
        let variant = if variant == ProtocolVariant::RECORDED {
            "fork"
        } else {
            "released"
        };
        details.push(format!("parameters {config}, variant {variant}"));
    }
    if let Ok(result) = &validated.result {
        details.push(format!(
            "compared: {} incoming receipts, {} outcomes, {} outgoing receipts, {} implicit transitions, body in {}",
            validated.receipt_count,
            result.main.as_ref().map_or(0, |main| main.outcomes.len()),
            result.outgoing_receipts.len(),
            result.implicit_roots.len(),
            match &prepared.parts {
                PartCount::Known(count) => format!("{count} parts"),
                PartCount::OneOf(_) => "a number of parts found by trying".to_owned(),
            }
        ));
    }
    details.extend(
        prepared
            .inputs
            .assumed
            .iter()
            .map(|assumed| format!("assumed: {assumed}")),
    );
    details
}

/// The statement, for what precedes the run: which block, which versions.
fn derive(prepared: &Prepared) -> Result<DerivedStatement, Verdict> {
    let bad = |error: &dyn core::fmt::Display| Verdict::BadInput(error.to_string());
    let witness = edge::witness(&prepared.record).map_err(|error| bad(&error))?;
    let derived = derive_statement::<NativeCrypto>(&witness.chunk_header, &prepared.blocks, &prepared.inputs.facts)
        .map_err(|error| bad(&error))?;
    match other_version(&derived.statement) {
        Some(version) => Err(Verdict::UnsupportedVersion(format!(
            "expected protocol version {PROTOCOL_VERSION}, found {version}; no other version is implemented"
        ))),
        None => Ok(derived),
    }
}

/// The first transition's version that is not implemented.
fn other_version(statement: &ChunkStatement) -> Option<u32> {
    let main = match &statement.main.kind {
        MainKind::Genesis(_) => None,
        MainKind::NewChunk(chunk) => Some(chunk.epoch.protocol_version),
    };
    let implicit = statement.implicit.iter().filter_map(|transition| match transition {
        ImplicitTransition::OldChunk(old) => Some(old.epoch.protocol_version),
        ImplicitTransition::Resharding(_) => None,
    });
    main.into_iter()
        .chain(implicit)
        .find(|version| *version != PROTOCOL_VERSION)
}

/// The whole validation, as a validator does it, on this thread.
///
/// # Errors
/// When the witness is not the one the blocks call for; an abort of the runtime is inside [`Validated`].
pub fn run(prepared: &Prepared) -> Result<Validated, WitnessError> {
    let Prepared {
        record,
        inputs,
        blocks,
        parts,
    } = prepared;
    let start = Instant::now();
    let witness = ChunkStateWitness::decode(&record.witness_bytes)?;
    let header = witness.chunk_header.clone();
    let new_transactions = witness.new_transactions.clone();
    let derived = derive_statement::<NativeCrypto>(&header, blocks, &inputs.facts)?;
    // The announced roots are compared at the end, so that a difference is shown where it begins.
    let checked = CheckedWitness::from_witness::<NativeCrypto>(witness, &derived)?.ignoring_announced_roots();
    let mut time = start.elapsed();
    let incoming_receipts = to_bytes(checked.receipts());
    let receipt_count = checked.receipts().len();
    let start = Instant::now();
    let result = validate::<NativeCrypto, _>(checked, &[&inputs.params], &mut NoContracts);
    let mut body = None;
    if let Ok(result) = &result {
        let check = |total_parts: Option<usize>| {
            check_chunk_body::<NativeCrypto>(
                &header,
                &new_transactions,
                &result.outgoing_receipts,
                &inputs.params,
                total_parts,
            )
        };
        body = match parts {
            PartCount::Known(count) => check(Some(*count)).err().map(|error| error.to_string()),
            PartCount::OneOf(candidates) => check(None).err().map(|error| error.to_string()).or_else(|| {
                let candidates = candidates.clone();
                find_total_parts::<NativeCrypto>(
                    &header,
                    &new_transactions,
                    &result.outgoing_receipts,
                    candidates.clone(),
                )
                .is_none()
                .then(|| format!("encoded Merkle root: no number of parts in {candidates:?} gives the header's"))
            }),
        };
    }
    time += start.elapsed();
    Ok(Validated {
        result,
        incoming_receipts,
        receipt_count,
        time,
        body,
    })
}

/// Lays everything recorded beside everything found.
fn verdict(prepared: &Prepared, statement: &ChunkStatement, validated: &Validated) -> Verdict {
    let incomplete_or = |verdict: fn(String) -> Verdict, text: String| match prepared.inputs.assumed.as_slice() {
        [] => verdict(text),
        assumed => Verdict::Incomplete(format!("{}; with that: {text}", assumed.join("; "))),
    };
    let result = match &validated.result {
        Ok(result) => result,
        Err(ValidateError::Apply {
            error: ApplyError::NeedsContract { account_id, code_hash },
            ..
        }) => {
            return Verdict::NeedsContracts(format!("calls contract {code_hash} of {account_id}"));
        }
        Err(error) => return incomplete_or(Verdict::BadInput, error.to_string()),
    };
    if let Some(difference) = main_difference(&prepared.record, statement, validated, result) {
        return if prepared.record.result.is_some() {
            Verdict::Different(difference)
        } else {
            incomplete_or(Verdict::Different, difference)
        };
    }
    match final_difference(&prepared.record, validated, result) {
        Some(difference) => incomplete_or(Verdict::Different, difference),
        None => Verdict::Equal,
    }
}

/// The main transition: receipts applied, outcomes, receipts sent, `ChunkExtra`.
fn main_difference(
    record: &Record,
    statement: &ChunkStatement,
    validated: &Validated,
    result: &ValidationResult,
) -> Difference {
    let incoming = record
        .incoming_receipts
        .as_ref()
        .filter(|recorded| **recorded != validated.incoming_receipts)
        .map(|_| "incoming receipts: expected those of receipts.borsh, found others or another order".to_owned());
    let applied = || {
        let main = result.main.as_ref()?;
        // After a split one child sends everything and the other nothing; what the chunk sent is compared through the root then.
        let split = statement.main.layout != statement.witness_layout;
        let outgoing_receipts: Option<&[Receipt]> = (!split).then_some(result.outgoing_receipts.as_slice());
        compare::applied(
            record,
            &compare::Applied {
                outcomes: &main.outcomes,
                outgoing_receipts,
            },
        )
    };
    let extra = || {
        let expected = record.main_chunk_extra.as_ref()?;
        compare::chunk_extra("main chunk extra", expected, &to_bytes(&result.main_chunk_extra))
    };
    let delayed = || {
        let (apply, main) = (record.apply.as_ref()?, result.main.as_ref()?);
        compare::values(
            "delayed receipts",
            &apply.result.delayed_receipts_count,
            &main.delayed_receipts_count,
        )
    };
    incoming.or_else(applied).or_else(extra).or_else(delayed)
}

/// Implicit transitions, receipts root, the witnessed header, the chunk's body.
fn final_difference(record: &Record, validated: &Validated, result: &ValidationResult) -> Difference {
    let extra = record
        .final_chunk_extra
        .as_ref()
        .and_then(|expected| compare::chunk_extra("final chunk extra", expected, &to_bytes(&result.chunk_extra)));
    let root = || {
        let expected = record.result.as_ref()?.receipts_root.to_string();
        compare::values("receipts root", &expected, &result.outgoing_receipts_root.to_string())
    };
    let header = || {
        let difference = result.difference.as_ref()?;
        let (field, expected, found) = (&difference.field, &difference.expected, &difference.found);
        Some(format!("witnessed header, {field}: expected {expected}, found {found}"))
    };
    let announced = || {
        let found = core::iter::once(&result.main_chunk_extra.state_root).chain(&result.implicit_roots);
        let implicit = record.witness.implicit_transitions().iter();
        let announced = core::iter::once(record.witness.main_state_transition()).chain(implicit);
        announced
            .zip(found)
            .enumerate()
            .find_map(|(transition, (announced, found))| {
                let what = format!("root that the witness announces after transition {transition}");
                compare::values(&what, &announced.post_state_root.to_string(), &found.to_string())
            })
    };
    extra
        .or_else(root)
        .or_else(header)
        .or_else(announced)
        .or_else(|| validated.body.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::WITNESS_FILE;

    /// Numbers that look random and are the same in every run.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, bound: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap_or_default() % bound.max(1)
        }
    }

    fn folder(id: &str) -> ChunkFolder {
        let chunk = testnet_fixtures::chunk(id).expect("embedded");
        let mut folder = ChunkFolder::new(ChunkId::new(id));
        folder.files = chunk.files.clone();
        folder.names = chunk.files.keys().cloned().collect();
        folder
    }

    fn verdict_on(folder: ChunkFolder) -> Verdict {
        let inventory = Inventory::default();
        replay_folder(
            &Replayer {
                inventory: &inventory,
                variant: None,
            },
            folder,
        )
        .verdict
    }

    /// Changes a byte, cuts the file, or lengthens it.
    fn damage(content: &mut Vec<u8>, numbers: &mut Numbers) {
        let at = numbers.below(content.len());
        match numbers.below(4) {
            0 => content.truncate(at),
            1 => content.insert(at, 0xff),
            _ => {
                if let Some(byte) = content.get_mut(at) {
                    *byte ^= 1 << numbers.below(8);
                }
            }
        }
    }

    #[test]
    fn damaged_folders_get_a_verdict_and_never_a_panic() {
        let mut numbers = Numbers(86);
        for id in [
            "transfers/180000011-s0",
            "transfers/180000012-s3",
            "actions/180000009-s3",
        ] {
            let names: Vec<String> = folder(id).files.keys().cloned().collect();
            for round in 0..400 {
                let mut damaged = folder(id);
                let name = &names[round % names.len()];
                damage(damaged.files.get_mut(name).expect("a file"), &mut numbers);
                verdict_on(damaged);
            }
        }
    }

    /// The witnessed header's signature and its height of inclusion are checked before a witness is looked at, and recorded nodes
    /// that nothing reads bind nothing; every bit of a transaction counts.
    #[test]
    fn a_damaged_transaction_is_never_equal() {
        let id = "transfers/180000012-s3";
        let record = Record::read(folder(id)).expect("readable");
        let encoded = borsh::to_vec(record.witness.transactions()).expect("borsh");
        let windows = record.witness_bytes.windows(encoded.len());
        let at = windows
            .into_iter()
            .position(|window| window == encoded)
            .expect("the witness has its transactions");
        for byte in at..at + encoded.len() {
            let mut damaged = folder(id);
            let witness = damaged.files.get_mut(WITNESS_FILE).expect("a witness");
            witness[byte] ^= 1 << (byte % 8);
            assert_ne!(verdict_on(damaged), Verdict::Equal, "byte {byte}");
        }
    }
}
