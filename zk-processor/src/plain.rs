//! Plain mode: any Wasm module that is not a guest runs as a sandbox under a small guest, the driver.
//!
//! The driver (`guests/plain-driver`, part of the processor) opens the program, runs its start function, enters one function and
//! commits to what became of it. So a run of a plain program is a guest's run like any other, a trap of the program included, and
//! its statement is: the program with root R, asked for this function with these arguments and this gas, ended like this.

use alloc::vec::Vec;

use crate::executor::{ExecutionError, Input, Limits, Machine};
use crate::isa::Trap;
use crate::lowering::{self, LoweringError, Options};
use crate::program::{Artefact, Digest};

/// The driver, as Wasm.
const DRIVER: &[u8] = include_bytes!("../assets/plain-driver.wasm");

/// The driver's program.
///
/// # Errors
/// None with the driver that is part of the processor; a test holds it.
pub fn driver() -> Result<Artefact, LoweringError> {
    Ok(lowering::lower(DRIVER, &Options::PLAIN)?.artefact)
}

/// What is asked of a plain program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Root of the program.
    pub root: Digest,
    /// Budget (operators); without effect on a program that was lowered without metering.
    pub gas: u64,
    /// The program's start function.
    pub start: Option<u32>,
    /// The function to enter.
    pub function: u32,
    /// Number of its results.
    pub results: u32,
    /// Its arguments, as slots hold them.
    pub arguments: Vec<u64>,
}

impl Call {
    /// The driver's public input.
    #[must_use]
    pub fn public_input(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(56 + self.arguments.len() * 8);
        self.root
            .iter()
            .for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
        bytes.extend_from_slice(&self.gas.to_le_bytes());
        for word in [
            self.start.map_or(0, |start| start + 1),
            self.function,
            self.results,
            self.arguments.len() as u32,
        ] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        self.arguments
            .iter()
            .for_each(|argument| bytes.extend_from_slice(&argument.to_le_bytes()));
        bytes
    }

    /// The root of the program in a public input.
    #[must_use]
    pub fn root_of(public_input: &[u8]) -> Option<Digest> {
        let (words, _) = public_input.get(..32)?.as_chunks::<4>();
        let mut root = Digest::default();
        for (element, word) in root.iter_mut().zip(words) {
            *element = u32::from_le_bytes(*word);
        }
        Some(root)
    }

    /// The function in a public input.
    #[must_use]
    pub fn function_of(public_input: &[u8]) -> Option<u32> {
        public_input
            .get(44..)?
            .first_chunk()
            .map(|word| u32::from_le_bytes(*word))
    }

    /// A machine at the start of the run.
    ///
    /// # Errors
    /// The driver's image passes the memory limit.
    pub fn machine<'a>(
        &self,
        driver: &'a Artefact,
        program: &'a Artefact,
        limits: Limits,
    ) -> Result<Machine<'a>, ExecutionError> {
        let mut machine = Machine::with_runtime(driver, Input::new(&self.public_input(), &[]), limits)?;
        machine.add_program(self.root, program);
        Ok(machine)
    }
}

/// How a plain program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It returned these results, as slots hold them.
    Returned(Vec<u64>),
    /// It trapped.
    Trapped(Trap),
    /// It called this imported function, which nobody provides.
    HostCall(u32),
    /// The budget does not cover the next charge.
    OutOfGas,
}

/// What the driver commits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How the program ended.
    pub outcome: Outcome,
    /// What is left of the budget (operators).
    pub gas_left: u64,
}

impl Report {
    /// Reads the driver's output.
    #[must_use]
    pub fn from_output(output: &[u8]) -> Option<Self> {
        let (kind, rest) = output.split_first_chunk()?;
        let (detail, rest) = rest.split_first_chunk()?;
        let (gas_left, rest) = rest.split_first_chunk()?;
        let detail = u32::from_le_bytes(*detail);
        let (values, remainder) = rest.as_chunks::<8>();
        let outcome = match u32::from_le_bytes(*kind) {
            1 => Outcome::Returned(values.iter().map(|value| u64::from_le_bytes(*value)).collect()),
            2 => Outcome::Trapped(Trap::from_code(detail)?),
            3 => Outcome::HostCall(detail),
            4 => Outcome::OutOfGas,
            _ => return None,
        };
        remainder.is_empty().then_some(Self {
            outcome,
            gas_left: u64::from_le_bytes(*gas_left),
        })
    }
}
