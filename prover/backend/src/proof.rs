//! One proof: encoding with strict bounds, and the check of its statement.

use p3_multi_stark::{
    MultiStarkSecurityReport, VerifierInstance, VerifierInstances, VerifyingKey, security_report, setup, verify,
};

use crate::Val;
use crate::air::RecordedAir;
use crate::config::{Config, FIRST_FOLD_LOG2, MAX_STACKED_CELLS_LOG2, Proof, SECURITY_BITS, transcript};

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

/// Checks that `proof` proves the tables of the statement under the machine `machine_key`. Heights against the machine's declared ranges are the
/// caller's check, made before this one; here they are bounded so that nothing upstream can overflow.
///
/// # Errors
/// The first check that fails.
pub fn check(machine_key: &[u8; 32], tables: &[TableStatement<'_>], proof: &Proof) -> Result<f64, ProofError> {
    check_shapes(tables)?;
    let parts = Parts::of(machine_key, tables)?;
    let report = parts.report(tables)?;
    report
        .require_security(SECURITY_BITS)
        .map_err(|error| ProofError::Security(error.to_string()))?;
    verify(
        &parts.config,
        parts.instances(tables),
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
    let report = Parts::of(&[0; 32], tables)?.report(tables)?;
    let terms = report.terms().iter();
    let terms = terms.map(|term| (term.label.to_string(), term.bits.bits())).collect();
    Ok((bits_of(&report)?, terms))
}

/// A term of the security sum: what it is, and its bits.
pub type Term = (String, f64);

fn bits_of(report: &MultiStarkSecurityReport) -> Result<f64, ProofError> {
    report
        .security_bits()
        .ok_or_else(|| ProofError::Security("a term of the security sum is unpriced".into()))
}

/// What upstream's verifier works with.
struct Parts {
    config: Config,
    key: VerifyingKey<Config>,
}

impl Parts {
    fn of(machine_key: &[u8; 32], tables: &[TableStatement<'_>]) -> Result<Self, ProofError> {
        let config =
            Config::for_cells(stacked_cells(tables)).map_err(|error| ProofError::Security(error.to_string()))?;
        let airs: Vec<_> = tables.iter().map(|table| table.air).collect();
        let (_, key) = setup(&config, &airs, &mut transcript(machine_key))
            .map_err(|error| ProofError::Rejected(format!("{error:?}")))?;
        Ok(Self { config, key })
    }

    fn instances<'a>(&'a self, tables: &[TableStatement<'a>]) -> VerifierInstances<'a, Config, RecordedAir> {
        let instance = |table: &TableStatement<'a>| {
            VerifierInstance::new(table.air, &self.key, table.height_log2 as usize, table.public_values)
        };
        VerifierInstances::new(tables.iter().map(instance).collect())
    }

    fn report(&self, tables: &[TableStatement<'_>]) -> Result<MultiStarkSecurityReport, ProofError> {
        security_report(&self.config, &self.instances(tables)).map_err(|error| ProofError::Security(error.to_string()))
    }
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
