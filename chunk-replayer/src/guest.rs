//! The chunk guest on recorded chunks: its program, its input for a chunk, its run on the executor.
//!
//! [`input`] derives the statement, compresses the witness and runs the guest's source natively first, so that a chunk which cannot
//! be proved is refused here, with the reason; what it hands out is ready for the executor ([`execute`]) or a prover.

use crate::edge;
use crate::replay::Prepared;
use chunk_guest::program::WASM;
use chunk_guest::{Abort, digest_of, pack_witness};
use chunk_verifier::program_root;
use no_std_near_core::apply_chunk::ApplyError;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::types::hash::CryptoHash;
use prover::observe::Profile;
use prover::run::Observer;
use state_witness::compressed::compress_witness;
use state_witness::{ChunkStatement, DerivedStatement, derive_statement};
use std::sync::OnceLock;
use zk_processor::executor::{ExecutionError, Input, Limits, Machine, Stop};
use zk_processor::isa::{Opcode, Trap};
use zk_processor::lowering::{Lowered, LoweringError, Options, Symbols, lower};
use zk_processor::program::{Artefact, Digest};

/// Blocks that one step of the SHA-256 precompile compresses at most.
const BLOCKS_PER_STEP: u64 = 256;

/// The chunk guest, lowered.
#[derive(Debug)]
pub struct ChunkProgram {
    lowered: Lowered,
    root: Digest,
}

impl ChunkProgram {
    /// The program.
    pub const fn artefact(&self) -> &Artefact {
        &self.lowered.artefact
    }

    /// Its root, as pinned; a test compares it with the program's.
    pub const fn root(&self) -> &Digest {
        &self.root
    }

    /// Names of its functions; indices if the program carries no names.
    pub const fn symbols(&self) -> &Symbols {
        &self.lowered.symbols
    }

    /// Lowers another build of the guest, one that carries the names of its functions. Its root is not looked at.
    ///
    /// # Errors
    /// [`LoweringError`].
    pub fn from_wasm(wasm: &[u8]) -> Result<Self, LoweringError> {
        Ok(Self {
            lowered: lower(wasm, &Options::PLAIN)?,
            root: Digest::default(),
        })
    }
}

/// The program of the chunk guest, lowered on the first call.
///
/// # Panics
/// If the program that is part of this build does not lower, which the tests exclude.
pub fn program() -> &'static ChunkProgram {
    static PROGRAM: OnceLock<ChunkProgram> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let program = ChunkProgram::from_wasm(WASM).expect("the checked-in program lowers");
        ChunkProgram {
            root: program_root(),
            ..program
        }
    })
}

/// Why a chunk gives no input, or its run no output.
#[derive(Debug, thiserror::Error)]
pub enum GuestError {
    /// The record is unusable, or the witness does not belong to the headers.
    #[error("{0}")]
    BadInput(String),
    /// The chunk calls a contract.
    #[error("{0}")]
    NeedsContracts(String),
    /// The witness proves no statement, or another one: what the guest traps for.
    #[error("{0}")]
    Abort(String),
    /// The guest trapped, with its message.
    #[error("the guest trapped: {}{}", trap.text(), message.as_deref().map(|message| format!(", {message}")).unwrap_or_default())]
    Trapped {
        /// The trap.
        trap: Trap,
        /// What the guest left as a message.
        message: Option<String>,
    },
    /// A limit of the run.
    #[error(transparent)]
    Execution(#[from] ExecutionError),
}

/// What the guest reads about a chunk, and what it will say.
#[derive(Clone, Debug)]
pub struct GuestInput {
    /// The statement that is to be proved.
    pub statement: ChunkStatement,
    /// Its digest: the guest's public output.
    pub digest: CryptoHash,
    /// The statement in bytes: first part of the input window.
    pub public: Vec<u8>,
    /// Parameters and compressed witness: second part of the input window.
    pub witness: Vec<u8>,
}

impl GuestInput {
    /// The input window.
    pub fn window(&self) -> Input {
        Input::new(&self.public, &self.witness)
    }
}

/// The statement about a chunk, from headers and facts alone, with what goes with it.
///
/// # Errors
/// [`GuestError::BadInput`].
pub fn statement(prepared: &Prepared) -> Result<DerivedStatement, GuestError> {
    let header = edge::witness(&prepared.record).map_err(bad)?.chunk_header;
    derive_statement::<NativeCrypto>(&header, &prepared.blocks, &prepared.inputs.facts).map_err(bad)
}

/// The guest's input for a chunk, proven to be accepted by a native run of the guest's source.
///
/// # Errors
/// [`GuestError`]: unusable, calls a contract, or would trap.
pub fn input(prepared: &Prepared) -> Result<GuestInput, GuestError> {
    let derived = statement(prepared)?;
    let witness = edge::witness(&prepared.record).map_err(bad)?;
    let compressed = compress_witness::<NativeCrypto>(&witness, &derived).map_err(bad)?;
    let public = derived.statement.encode();
    let witness = pack_witness(&prepared.inputs.params, &compressed.bytes);
    let digest = digest_of::<NativeCrypto>(&public, &witness).map_err(refused)?;
    Ok(GuestInput {
        statement: derived.statement,
        digest,
        public,
        witness,
    })
}

fn bad(error: impl core::fmt::Display) -> GuestError {
    GuestError::BadInput(error.to_string())
}

fn refused(abort: Abort) -> GuestError {
    match abort.needs_contracts() {
        Some(ApplyError::NeedsContract { account_id, code_hash }) => {
            GuestError::NeedsContracts(format!("calls contract {code_hash} of {account_id}"))
        }
        _ => GuestError::Abort(abort.to_string()),
    }
}

/// What a run of the guest gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execution {
    /// The public output.
    pub output: [u8; 32],
    /// Instructions executed.
    pub instructions: u64,
}

/// Runs the guest on the executor.
///
/// # Errors
/// [`GuestError::Trapped`], or a limit was reached.
pub fn execute(program: &ChunkProgram, input: Input, limits: Limits) -> Result<Execution, GuestError> {
    let mut machine = Machine::with_runtime(program.artefact(), input, limits)?;
    let stop = machine.run()?;
    ending(&machine, stop)
}

/// What a closer look at a run finds.
#[derive(Debug, Default)]
pub struct Observed {
    /// Blocks that SHA-256 compressed.
    pub hash_blocks: u64,
    /// Instructions by call stack, if asked for.
    pub profile: Option<Profile>,
    /// Instructions by receipt, if asked for.
    pub receipts: Option<ReceiptCosts>,
}

/// Functions of the guest that are called once for each receipt, by a part of their names; the first that occurs counts.
const PER_RECEIPT: [&str; 3] = ["process_and_count", "process_or_delay", "process_receipt"];

/// Instructions of each receipt, in the order of processing.
#[derive(Debug, Default)]
pub struct ReceiptCosts {
    calls: [Calls; PER_RECEIPT.len()],
}

/// Instructions of each call of one function.
#[derive(Debug, Default)]
struct Calls {
    instructions: Vec<u64>,
    /// Frame of the call that is running.
    running: Option<u32>,
}

impl ReceiptCosts {
    /// The instructions of each receipt; empty where no function of the guest stands for one.
    #[must_use]
    pub fn instructions(&self) -> &[u64] {
        let found = self.calls.iter().find(|calls| !calls.instructions.is_empty());
        found.map_or(&[], |calls| calls.instructions.as_slice())
    }
}

impl Observer for ReceiptCosts {
    fn before(&mut self, machine: &Machine<'_>, symbols: &Symbols) {
        let Some((_, position, _)) = machine.next() else { return };
        let function = symbols.function_at(position.pc).unwrap_or_default();
        for (calls, name) in self.calls.iter_mut().zip(PER_RECEIPT) {
            calls.running = calls.running.filter(|frame| position.fp >= *frame);
            if calls.running.is_none() && function.contains(name) {
                calls.running = Some(position.fp);
                calls.instructions.push(0);
            }
            if let (Some(_), Some(last)) = (calls.running, calls.instructions.last_mut()) {
                *last += 1;
            }
        }
    }
}

/// Runs the guest instruction by instruction and looks; some fifty times slower than [`execute`].
///
/// # Errors
/// As [`execute`].
pub fn observe(program: &ChunkProgram, input: Input, observed: &mut Observed) -> Result<Execution, GuestError> {
    let mut machine = Machine::with_runtime(program.artefact(), input, Limits::default())?;
    loop {
        if let Some((_, _, row)) = machine.next()
            && row.opcode == Opcode::Sha256Step
        {
            // The slots of the operation: state, blocks, how many are left.
            observed.hash_blocks += machine.slot(row.a + 2).min(BLOCKS_PER_STEP);
        }
        if let Some(profile) = &mut observed.profile {
            profile.before(&machine, program.symbols());
        }
        if let Some(receipts) = &mut observed.receipts {
            receipts.before(&machine, program.symbols());
        }
        if let Some(stop) = machine.run_for(1)? {
            return ending(&machine, stop);
        }
    }
}

fn ending(machine: &Machine<'_>, stop: Stop) -> Result<Execution, GuestError> {
    match stop {
        Stop::Halted { output, .. } => Ok(Execution {
            output,
            instructions: machine.instructions(),
        }),
        Stop::Trapped(trap) => Err(GuestError::Trapped {
            trap,
            message: machine.panic_message(),
        }),
        Stop::Event(_) => Err(GuestError::Execution(ExecutionError::SandboxState)),
    }
}
