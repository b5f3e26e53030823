//! The machine as a verifier knows it: its key, and the check of one segment.
//!
//! The key is a digest of everything that decides what a proof means (rule 20): each chip's constraints and messages, how many tables it has and how high they may
//! be, the buses and their tags, the versions of instruction set and parameters, and the security that is asked for. It is pinned in this crate, computed anew by a test,
//! and the first thing a transcript absorbs.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};
use zk_backend::air::RecordedAir;
use zk_backend::config::{PARAMETERS_VERSION, SECURITY_BITS};
use zk_backend::proof::{Keys, ProofError, TableStatement, check, decode};
use zk_processor::chips::boundary::SegmentRecord;
use zk_processor::chips::builder::{Chip, Val};
use zk_processor::chips::buses::Tag;
use zk_processor::chips::machine::MachineChip;
use zk_processor::isa::spaces::{ISA_VERSION, TIME_STEP};

use crate::VerifyError;
use crate::fingerprint::absorb_chip;
use crate::record::record;

/// A machine key.
pub type MachineKey = [u8; 32];

/// The machine's chips as the backend sees them, in the order of [`MachineChip::ALL`].
///
/// # Panics
/// If a chip breaks a rule of messages; a test records them all.
pub fn airs() -> &'static [RecordedAir] {
    static AIRS: OnceLock<Vec<RecordedAir>> = OnceLock::new();
    AIRS.get_or_init(|| {
        let recorded = |chip: &MachineChip| record(chip).unwrap_or_else(|error| panic!("{error}"));
        MachineChip::ALL.iter().map(recorded).collect()
    })
}

/// The backend's keys of the machine's tables, worked out on the first call.
///
/// # Panics
/// If the backend cannot carry a chip; the tests prove with all of them.
pub fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| {
        let chips: Vec<_> = MachineChip::all_tables().iter().map(|table| air(table.chip)).collect();
        Keys::of(&chips).unwrap_or_else(|error| panic!("{error}"))
    })
}

/// One chip as the backend sees it.
pub fn air(chip: MachineChip) -> &'static RecordedAir {
    &airs()[chip as usize]
}

/// The key that this release pins.
const PINNED_KEY: &str = include_str!("../machine-key.txt");

/// The key of the machine, as pinned. A file that is no key gives a key under which nothing verifies; a test compares it with [`compute_machine_key`].
#[must_use]
pub fn machine_key() -> MachineKey {
    let mut key = [0; 32];
    let digit = |at: usize| {
        PINNED_KEY
            .as_bytes()
            .get(at)
            .and_then(|byte| char::from(*byte).to_digit(16))
    };
    for (index, byte) in key.iter_mut().enumerate() {
        let (high, low) = (digit(2 * index).unwrap_or(0), digit(2 * index + 1).unwrap_or(0));
        *byte = (high << 4 | low) as u8;
    }
    key
}

/// Computes the key of the machine in this build: what a release pins.
#[must_use]
pub fn compute_machine_key() -> MachineKey {
    let mut hasher = Sha256::new();
    hasher.update(b"zk-processor machine");
    for number in [ISA_VERSION, PARAMETERS_VERSION, SECURITY_BITS as u32] {
        hasher.update(number.to_le_bytes());
    }
    for tag in Tag::ALL {
        hasher.update((*tag as u32).to_le_bytes());
        hasher.update(tag.bus().name().as_bytes());
        hasher.update([tag.bus().width() as u8, tag.fields() as u8]);
    }
    for chip in MachineChip::ALL {
        let (least, most) = chip.heights();
        hasher.update([chip.tables() as u8, least as u8, most as u8]);
        absorb_chip(&mut hasher, chip);
    }
    hasher.finalize().into()
}

/// Detached cycles of execution rows would need their times to add up to p; the sum of all possible times stays below this (rule 2).
const MAX_EXECUTION_TIME: u64 = 1 << 30;

/// Checks one segment's proof against its record: heights first, then the record's bounds, then the proof. Returns the proven bits.
///
/// # Errors
/// The first check that fails.
pub fn check_segment(
    machine_key: &MachineKey,
    record: &SegmentRecord,
    heights: &[u8],
    proof: &[u8],
) -> Result<f64, VerifyError> {
    check_heights(heights)?;
    record.check_bounds()?;
    let public_values = record.public_values();
    let tables: Vec<_> = MachineChip::all_tables()
        .into_iter()
        .zip(heights)
        .map(|(table, height)| statement(table.chip, *height, &public_values))
        .collect();
    Ok(check(machine_key, keys(), &tables, &decode(proof)?)?)
}

fn statement(chip: MachineChip, height: u8, public_values: &[Val]) -> TableStatement<'_> {
    TableStatement {
        air: air(chip),
        height_log2: u32::from(height),
        public_values: public_values.get(..chip.public_values()).unwrap_or_default(),
    }
}

/// The list of tables is fixed and complete, each within its chip's range; execution rows cannot make up a cycle.
fn check_heights(heights: &[u8]) -> Result<(), VerifyError> {
    let tables = MachineChip::all_tables();
    if heights.len() != tables.len() {
        return Err(ProofError::TableCount {
            expected: tables.len(),
            found: heights.len(),
        }
        .into());
    }
    let mut execution_time = 0;
    for (table, height) in tables.iter().zip(heights) {
        let (least, most) = table.chip.heights();
        let found = u32::from(*height);
        if found < least || found > most {
            return Err(ProofError::Height {
                table: table.chip.name(),
                found,
                least,
                most,
            }
            .into());
        }
        if table.chip.is_instruction() {
            execution_time += u64::from(TIME_STEP) << found;
        }
    }
    if execution_time >= MAX_EXECUTION_TIME {
        return Err(VerifyError::TooManyExecutionRows {
            found: execution_time / u64::from(TIME_STEP),
            limit: MAX_EXECUTION_TIME / u64::from(TIME_STEP),
        });
    }
    Ok(())
}
