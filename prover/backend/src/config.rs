//! The proof system as this project configures it: KoalaBear with its quintic extension, Poseidon2 everywhere, WHIR at rate 1/2.
//!
//! Everything here is a pure function of the tables' heights (rule 20): a proof brings heights, never parameters.

use p3_challenger::{CanObserve, DuplexChallenger};
use p3_dft::Radix2DFTSmallBatch;
use p3_field::extension::QuinticTrinomialExtensionField;
use p3_field::{Field, PrimeCharacteristicRing};
use p3_koala_bear::{Poseidon2KoalaBear, default_koalabear_poseidon2_16, default_koalabear_poseidon2_24};
use p3_merkle_tree::MerkleTreeMmcs;
use p3_multi_stark::MultiStarkProof;
use p3_multi_stark::config::MultiStarkConfig;
use p3_sumcheck::layout::{Layout, PrefixProver, Table, Witness};
use p3_symmetric::{PaddingFreeSponge, TruncatedPermutation};
use p3_whir::{FoldingFactor, ProtocolParameters, SecurityAssumption, WhirConfig, WhirConfigError, WhirProver};

use crate::Val;

/// The extension field of the challenges: degree 5, 155 bits.
pub type Challenge = QuinticTrinomialExtensionField<Val>;
/// Hash of a Merkle leaf.
pub type LeafHash = PaddingFreeSponge<Poseidon2KoalaBear<24>, 24, 16, 8>;
/// Hash of two Merkle nodes.
pub type NodeHash = TruncatedPermutation<Poseidon2KoalaBear<16>, 2, 8, 16>;
/// The transcript.
pub type Challenger = DuplexChallenger<Val, Poseidon2KoalaBear<16>, 16, 8>;
type Mmcs = MerkleTreeMmcs<<Val as Field>::Packing, <Val as Field>::Packing, LeafHash, NodeHash, 2, 8>;
type Order = PrefixProver<Val, Challenge>;
type Pcs = WhirProver<Challenge, Val, Radix2DFTSmallBatch<Val>, Mmcs, Challenger, Order>;

/// A proof of one set of tables.
pub type Proof = MultiStarkProof<Config>;

/// First fold of WHIR, as a power of two; also the smallest height of a table (2^7 rows).
pub const FIRST_FOLD_LOG2: usize = 7;
/// Later folds.
const LATER_FOLD_LOG2: usize = 4;
/// How much the rate may drop in one round, in bits.
const RATE_STEP_LOG2: usize = 2;
/// Target of every term of the security sum, in bits; the sum then stays above [`SECURITY_BITS`].
const TERM_SECURITY_BITS: usize = 114;
/// Proof of work for each challenge round, in bits.
const WORK_BITS: usize = 18;
/// Proven bits that a proof must have (rule 20): with at most 2^10 proofs a chunk, 100 are left for the chunk.
pub const SECURITY_BITS: usize = 110;
/// Largest stack of cells that one proof commits.
pub const MAX_STACKED_CELLS_LOG2: u32 = 26;
/// Version of the function from heights to parameters; part of the machine's key.
pub const PARAMETERS_VERSION: u32 = 1;
/// What collisions of 8-element KoalaBear digests cost, in bits.
const COLLISION_BITS: usize = 124;

/// The configuration for one stack size.
pub struct Config(Pcs);

impl core::fmt::Debug for Config {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Config")
    }
}

impl Config {
    /// The configuration for tables of `stacked_cells` cells in all.
    ///
    /// # Errors
    /// If WHIR has no parameters for that size.
    pub fn for_cells(stacked_cells: usize) -> Result<Self, WhirConfigError> {
        let variables = (stacked_cells.next_power_of_two().ilog2() as usize).max(FIRST_FOLD_LOG2);
        let folding = FoldingFactor::ConstantFromSecondRound(FIRST_FOLD_LOG2.min(variables), LATER_FOLD_LOG2);
        let schedule = folding.compute_folding_schedule(variables)?;
        let mut rate = 1;
        let rounds = schedule.len().saturating_sub(1);
        let round_log_inv_rates = schedule
            .iter()
            .take(rounds)
            .map(|fold| {
                rate += RATE_STEP_LOG2.min(fold - 1);
                rate
            })
            .collect();
        let parameters = ProtocolParameters {
            security_level: TERM_SECURITY_BITS,
            pow_bits: WORK_BITS,
            round_log_inv_rates,
            folding_factor: folding,
            soundness_type: SecurityAssumption::JohnsonBound,
            starting_log_inv_rate: 1,
        };
        let mmcs = Mmcs::new(
            LeafHash::new(default_koalabear_poseidon2_24()),
            NodeHash::new(default_koalabear_poseidon2_16()),
            0,
        );
        Ok(Self(Pcs::new(
            WhirConfig::new(variables, parameters)?,
            Radix2DFTSmallBatch::default(),
            mmcs,
        )))
    }
}

impl MultiStarkConfig for Config {
    type Val = Val;
    type Challenge = Challenge;
    type Challenger = Challenger;
    type Pcs = Pcs;

    fn pcs(&self) -> &Pcs {
        &self.0
    }

    fn collision_resistance_bits(&self) -> Option<usize> {
        Some(COLLISION_BITS)
    }

    fn min_num_variables(&self) -> usize {
        FIRST_FOLD_LOG2
    }

    fn build_witness(&self, tables: Vec<Table<Val>>) -> Witness<Val> {
        Order::new_witness(tables, FIRST_FOLD_LOG2)
    }

    fn committed_table<'a>(
        &self,
        data: &'a p3_whir::WhirProverData<Val, Challenge, Mmcs, Order>,
        index: usize,
    ) -> &'a Table<Val> {
        data.table(index)
    }
}

/// A transcript that has absorbed `machine_key` first: upstream binds shapes only, so the machine's constraints enter here (rule 20). 32 bytes go in
/// as sixteen 16-bit elements, a fixed length.
pub fn transcript(machine_key: &[u8; 32]) -> Challenger {
    let mut challenger = Challenger::new(default_koalabear_poseidon2_16());
    for pair in machine_key.as_chunks::<2>().0 {
        challenger.observe(Val::from_u16(u16::from_le_bytes(*pair)));
    }
    challenger
}
