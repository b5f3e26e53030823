//! One proof: encoding with strict bounds, and the check of its statement.

use std::fmt;

#[cfg(feature = "prove")]
use p3_multi_stark::ProvingKey;
use p3_multi_stark::folder::VerifierAir;
use p3_multi_stark::{
    MultiStarkSecurityReport, VerifierInstance, VerifierInstances, VerifyingKey, security_report, setup, verify,
};

use crate::Val;
use crate::air::{Outline, RecordedAir};
use crate::config::{Challenge, Config, FIRST_FOLD_LOG2, MAX_STACKED_CELLS_LOG2, Proof, SECURITY_BITS, transcript};

/// Largest encoding of one proof that is looked at, in bytes: four times what a full segment takes.
pub const MAX_PROOF_LEN_BYTES: usize = 4 << 20;

/// Why a proof was not accepted. Nothing here is a defect of the reader's machine: each names the check.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The encoding is longer than any valid proof.
    #[error("proof of {found} bytes, at most {limit} are read")]
    TooLong {
        /// Its length in bytes.
        found: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The bytes are no proof.
    #[error("not a proof: {0}")]
    Encoding(String),
    /// The bytes are a proof but not its one canonical encoding.
    #[error("not the canonical encoding of the proof in it")]
    NotCanonical,
    /// The proof is for another number of tables.
    #[error("expected {expected} tables, found {found}")]
    TableCount {
        /// Tables of the machine.
        expected: usize,
        /// Tables claimed.
        found: usize,
    },
    /// A table's height is outside what the machine declares.
    #[error("table {table}: height 2^{found} is outside 2^{least}..=2^{most}")]
    Height {
        /// The chip.
        table: &'static str,
        /// Claimed height, as a power of two.
        found: u32,
        /// Least height allowed.
        least: u32,
        /// Greatest height allowed.
        most: u32,
    },
    /// All tables together are larger than one proof may commit.
    #[error("{found} stacked cells, at most {limit}")]
    TooManyCells {
        /// Cells claimed.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// A table has another number of public values than its chip.
    #[error("table {table}: expected {expected} public values, found {found}")]
    PublicValueCount {
        /// The chip.
        table: &'static str,
        /// Public values of the chip.
        expected: usize,
        /// Public values given.
        found: usize,
    },
    /// The parameters for these heights give fewer proven bits than required, or cannot be assessed.
    #[error("security: {0}")]
    Security(String),
    /// The proof system rejects the proof.
    #[error("rejected: {0}")]
    Rejected(String),
}

/// One table of the statement: a chip, its height and its public values.
#[derive(Clone, Copy, Debug)]
pub struct TableStatement<'a> {
    /// The chip.
    pub air: &'a RecordedAir,
    /// Rows as a power of two.
    pub height_log2: u32,
    /// Public values.
    pub public_values: &'a [Val],
}

/// Cells of all tables together.
pub fn stacked_cells(tables: &[TableStatement<'_>]) -> usize {
    tables
        .iter()
        .map(|table| table.air.width << table.height_log2.min(usize::BITS / 2))
        .sum()
}

/// Decodes a proof: bounded, and only in its one canonical encoding.
///
/// # Errors
/// Too long, malformed, trailing bytes, or not canonical.
pub fn decode(bytes: &[u8]) -> Result<Proof, ProofError> {
    if bytes.len() > MAX_PROOF_LEN_BYTES {
        return Err(ProofError::TooLong {
            found: bytes.len(),
            limit: MAX_PROOF_LEN_BYTES,
        });
    }
    let (proof, rest) =
        postcard::take_from_bytes::<Proof>(bytes).map_err(|error| ProofError::Encoding(error.to_string()))?;
    if !rest.is_empty() {
        return Err(ProofError::Encoding(format!("{} bytes after the proof", rest.len())));
    }
    match encode(&proof) {
        Ok(again) if again == bytes => Ok(proof),
        _ => Err(ProofError::NotCanonical),
    }
}

/// The canonical encoding of a proof.
///
/// # Errors
/// If the serializer refuses it, which no proof made here causes.
pub fn encode(proof: &Proof) -> Result<Vec<u8>, ProofError> {
    postcard::to_allocvec(proof).map_err(|error| ProofError::Encoding(error.to_string()))
}

/// What both sides read off a list of chips once, whatever the heights: the proof system evaluates every claim symbolically for it, which takes longer than
/// checking a proof.
pub struct Keys {
    #[cfg(feature = "prove")]
    pub(crate) proving: ProvingKey<Config>,
    verifying: VerifyingKey<Config>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// The keys of these chips, one for each table, in the order of the tables.
    ///
    /// # Errors
    /// Chips that the backend cannot carry.
    pub fn of(airs: &[&RecordedAir]) -> Result<Self, ProofError> {
        // No chip has committed columns of its own, so neither the size nor the transcript matter.
        let config =
            Config::for_cells(1 << FIRST_FOLD_LOG2).map_err(|error| ProofError::Security(error.to_string()))?;
        let (proving, verifying) = setup(&config, airs, &mut transcript(&[0; 32]))
            .map_err(|error| ProofError::Rejected(format!("{error:?}")))?;
        #[cfg(not(feature = "prove"))]
        drop(proving);
        Ok(Self {
            #[cfg(feature = "prove")]
            proving,
            verifying,
        })
    }
}

/// Checks that `proof` proves the tables of the statement under the machine `machine_key`; `keys` are those of the tables' chips. Heights against the
/// machine's declared ranges are the caller's check, made before this one; here they are bounded so that nothing upstream can overflow.
///
/// # Errors
/// The first check that fails.
pub fn check(
    machine_key: &[u8; 32],
    keys: &Keys,
    tables: &[TableStatement<'_>],
    proof: &Proof,
) -> Result<f64, ProofError> {
    check_shapes(tables)?;
    let config = config_for(tables)?;
    let report = report(&config, keys, &outlines(tables), tables)?;
    report
        .require_security(SECURITY_BITS)
        .map_err(|error| ProofError::Security(error.to_string()))?;
    let airs: Vec<_> = tables.iter().map(|table| table.air).collect();
    verify(
        &config,
        instances(keys, &airs, tables),
        proof,
        0,
        &mut transcript(machine_key),
    )
    .map_err(|error| ProofError::Rejected(error.to_string()))?;
    bits_of(&report)
}

/// Proven bits of proofs of such tables, in all and by term of the security sum.
///
/// # Errors
/// Shapes outside the bounds, or that have no parameters.
pub fn security(tables: &[TableStatement<'_>]) -> Result<(f64, Vec<Term>), ProofError> {
    check_shapes(tables)?;
    let (config, keys) = (config_for(tables)?, Keys::of(&chips(tables))?);
    terms(&report(&config, &keys, &outlines(tables), tables)?)
}

/// The same, read off the chips' claims themselves instead of their outlines: slow, and what a test compares [`security`] with.
///
/// # Errors
/// As [`security`].
pub fn security_in_full(tables: &[TableStatement<'_>]) -> Result<(f64, Vec<Term>), ProofError> {
    check_shapes(tables)?;
    let chips = chips(tables);
    let (config, keys) = (config_for(tables)?, Keys::of(&chips)?);
    let chips: Vec<RecordedAir> = chips.into_iter().cloned().collect();
    terms(&report(&config, &keys, &chips, tables)?)
}

/// A term of the security sum: what it is, and its bits.
pub type Term = (String, f64);

fn terms(report: &MultiStarkSecurityReport) -> Result<(f64, Vec<Term>), ProofError> {
    let terms = report.terms().iter();
    let terms = terms.map(|term| (term.label.to_string(), term.bits.bits())).collect();
    Ok((bits_of(report)?, terms))
}

fn bits_of(report: &MultiStarkSecurityReport) -> Result<f64, ProofError> {
    report
        .security_bits()
        .ok_or_else(|| ProofError::Security("a term of the security sum is unpriced".into()))
}

fn chips<'a>(tables: &[TableStatement<'a>]) -> Vec<&'a RecordedAir> {
    tables.iter().map(|table| table.air).collect()
}

fn outlines<'a>(tables: &[TableStatement<'a>]) -> Vec<Outline<'a>> {
    tables.iter().map(|table| Outline(table.air)).collect()
}

fn config_for(tables: &[TableStatement<'_>]) -> Result<Config, ProofError> {
    Config::for_cells(stacked_cells(tables)).map_err(|error| ProofError::Security(error.to_string()))
}

fn report<A: VerifierAir<Val, Challenge>>(
    config: &Config,
    keys: &Keys,
    airs: &[A],
    tables: &[TableStatement<'_>],
) -> Result<MultiStarkSecurityReport, ProofError> {
    let airs: Vec<_> = airs.iter().collect();
    security_report(config, &instances(keys, &airs, tables)).map_err(|error| ProofError::Security(error.to_string()))
}

fn instances<'a, A>(keys: &'a Keys, airs: &[&'a A], tables: &[TableStatement<'a>]) -> VerifierInstances<'a, Config, A> {
    let instance = |(air, table): (&&'a A, &TableStatement<'a>)| {
        VerifierInstance::new(*air, &keys.verifying, table.height_log2 as usize, table.public_values)
    };
    VerifierInstances::new(airs.iter().zip(tables).map(instance).collect())
}

fn check_shapes(tables: &[TableStatement<'_>]) -> Result<(), ProofError> {
    if tables.is_empty() {
        return Err(ProofError::TableCount { expected: 1, found: 0 });
    }
    for table in tables {
        let (least, most) = (FIRST_FOLD_LOG2 as u32, MAX_STACKED_CELLS_LOG2);
        if table.height_log2 < least || table.height_log2 > most {
            return Err(ProofError::Height {
                table: table.air.name,
                found: table.height_log2,
                least,
                most,
            });
        }
        let (expected, found) = (table.air.public_values, table.public_values.len());
        if expected != found {
            return Err(ProofError::PublicValueCount {
                table: table.air.name,
                expected,
                found,
            });
        }
    }
    let (found, limit) = (stacked_cells(tables), 1 << MAX_STACKED_CELLS_LOG2);
    if found > limit {
        return Err(ProofError::TooManyCells { found, limit });
    }
    Ok(())
}
