//! Running a Wasm file: a guest as context 0, anything else as a sandbox under the plain driver.

use zk_processor::executor::{ExecutionError, Input, Limits, Machine, Stop};
use zk_processor::isa::Trap;
use zk_processor::lowering::{self, Lowered, LoweringError, Metering, Options, Symbols};
use zk_processor::plain::{self, Outcome, Report};
use zk_processor::program::{Artefact, Digest, ValueType, Verdict};

use crate::value::Value;

/// What is wrong with a request; nothing was run, or the run has no result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The module cannot be lowered.
    #[error(transparent)]
    Lowering(#[from] LoweringError),
    /// A limit was reached.
    #[error(transparent)]
    Execution(#[from] ExecutionError),
    /// The request does not fit the module.
    #[error("{0}")]
    Request(String),
}

/// What to run.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The function; `main`, else `_start` if not named. Plain programs only.
    pub function: Option<String>,
    /// Its arguments.
    pub arguments: Vec<Value>,
    /// Budget (operators); without it the program is not metered. Plain programs only.
    pub gas: Option<u64>,
    /// What a guest reads as its public input.
    pub public_input: Vec<u8>,
    /// What a guest reads as its witness.
    pub witness: Vec<u8>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// A plain program returned.
    Returned(Vec<Value>),
    /// A guest halted with this public output, which commits to these bytes (if it uses the SDK).
    Halted {
        /// The public output.
        digest: [u8; 32],
        /// The bytes it commits to.
        output: Option<Vec<u8>>,
    },
    /// The program trapped; a guest may have left a message.
    Trapped {
        /// The trap's text.
        trap: &'static str,
        /// The message of a guest's panic.
        message: Option<String>,
    },
}

/// The text of the trap for a budget that does not cover the next charge.
const OUT_OF_GAS: &str = "out of gas";

/// Budget of an unmetered plain program: it is never charged.
const UNMETERED: u64 = 0;

/// A run's result.
#[derive(Clone, Debug, PartialEq)]
pub struct RunReport {
    /// How it ended.
    pub ending: Ending,
    /// Instructions of the whole run, the driver's included.
    pub instructions: u64,
    /// Gas used (operators), if metered.
    pub gas_used: Option<u64>,
}

/// A module, lowered.
#[derive(Debug)]
pub struct Program {
    lowered: Lowered,
    driver: Artefact,
}

/// A run as the machine is asked for it.
#[derive(Clone, Debug)]
pub struct Prepared<'a> {
    /// The program that executes as context 0.
    pub runtime: &'a Artefact,
    /// Programs that it may open, by their roots.
    pub library: Vec<(Digest, &'a Artefact)>,
    /// What the statement is about.
    pub public_input: Vec<u8>,
    /// What only helps to prove it.
    pub witness: Vec<u8>,
}

impl<'a> Prepared<'a> {
    /// The input window.
    #[must_use]
    pub fn input(&self) -> Input {
        Input::new(&self.public_input, &self.witness)
    }

    /// A machine at the start of the run.
    ///
    /// # Errors
    /// An image beyond the memory limit.
    pub fn machine(&self, limits: Limits) -> Result<Machine<'a>, ExecutionError> {
        let mut machine = Machine::with_runtime(self.runtime, self.input(), limits)?;
        for (root, program) in &self.library {
            machine.add_program(*root, program);
        }
        Ok(machine)
    }
}

/// Sees each instruction before it is executed.
pub trait Observer {
    /// Called before each instruction of the program (not of the driver).
    fn before(&mut self, machine: &Machine<'_>, symbols: &Symbols);
}

impl Program {
    /// Lowers a module; metered if there is a budget.
    ///
    /// # Errors
    /// The module is invalid or asks for what the machine does not have.
    pub fn load(wasm: &[u8], gas: Option<u64>) -> Result<Self, RunError> {
        let options = Options {
            metering: gas.map(|_| Metering::NEAR),
            ..Options::PLAIN
        };
        Ok(Self {
            lowered: lowering::lower(wasm, &options)?,
            driver: plain::driver()?,
        })
    }

    /// The artefact.
    #[must_use]
    pub fn artefact(&self) -> &Artefact {
        &self.lowered.artefact
    }

    /// Whether the program is a guest: it imports from `zk`.
    #[must_use]
    pub fn is_guest(&self) -> bool {
        self.lowered.is_guest
    }

    /// The program that executes as context 0: a guest itself, or the driver of a plain program.
    #[must_use]
    pub fn runtime(&self) -> &Artefact {
        if self.lowered.is_guest {
            &self.lowered.artefact
        } else {
            &self.driver
        }
    }

    /// What a request asks of the machine.
    ///
    /// # Errors
    /// The request does not fit the program.
    pub fn prepare(&self, request: &Request) -> Result<Prepared<'_>, RunError> {
        if self.lowered.is_guest {
            if request.function.is_some() || !request.arguments.is_empty() {
                return Err(RunError::Request(
                    "a guest starts at `main` and reads its input; it takes no function and no arguments".to_owned(),
                ));
            }
            return Ok(Prepared {
                runtime: &self.lowered.artefact,
                library: Vec::new(),
                public_input: request.public_input.clone(),
                witness: request.witness.clone(),
            });
        }
        let program = &self.lowered.artefact;
        let (function, result_types) = self.function(request)?;
        let call = plain::Call {
            root: program.root(),
            gas: request.gas.unwrap_or(UNMETERED),
            start: program.interface.start,
            function,
            results: result_types.len() as u32,
            arguments: request.arguments.iter().map(Value::to_slot).collect(),
        };
        Ok(Prepared {
            runtime: &self.driver,
            library: vec![(call.root, program)],
            public_input: call.public_input(),
            witness: Vec::new(),
        })
    }

    /// Runs the program; `observer` sees its instructions.
    ///
    /// # Errors
    /// The request does not fit the program, or a limit was reached.
    pub fn run(
        &self,
        request: &Request,
        limits: Limits,
        observer: Option<&mut dyn Observer>,
    ) -> Result<RunReport, RunError> {
        let prepared = self.prepare(request)?;
        if let Some(trap) = self.instantiation_trap() {
            let ending = Ending::Trapped {
                trap: trap.text(),
                message: None,
            };
            return Ok(RunReport {
                ending,
                instructions: 0,
                gas_used: request.gas.map(|_| 0),
            });
        }
        let mut machine = prepared.machine(limits)?;
        let context = u32::from(!self.lowered.is_guest);
        let stop = execute(&mut machine, context, &self.lowered.symbols, limits, observer)?;
        let (ending, gas_left) = match stop {
            Stop::Halted { output, address } => {
                let committed = machine.committed_output(address);
                self.ending(&prepared.public_input, output, committed)?
            }
            Stop::Trapped(trap) if self.lowered.is_guest => {
                let message = (trap == Trap::Panic).then(|| machine.panic_message()).flatten();
                let ending = Ending::Trapped {
                    trap: trap.text(),
                    message,
                };
                (ending, 0)
            }
            stop => {
                return Err(RunError::Request(format!(
                    "the driver ended without a report: {stop:?}, {:?}",
                    machine.panic_message()
                )));
            }
        };
        Ok(RunReport {
            ending,
            instructions: machine.instructions(),
            gas_used: request.gas.map(|gas| gas - gas_left),
        })
    }

    /// Why the program cannot be instantiated, if it cannot: that is part of its root, and there is nothing to run.
    #[must_use]
    pub fn instantiation_trap(&self) -> Option<Trap> {
        match self.lowered.artefact.verdict {
            Verdict::MemorySegmentTraps => Some(Trap::MemoryOutOfBounds),
            Verdict::TableSegmentTraps => Some(Trap::TableOutOfBounds),
            _ => None,
        }
    }

    /// What a public output says: a guest's is itself, the driver's is the report that it commits to. `committed` are the bytes that the output commits to, and
    /// `public_input` is what the runtime was given. Also returns what is left of a plain program's gas.
    ///
    /// # Errors
    /// The output of a driver that commits to no report, or a call of an import that nobody provides.
    pub fn ending(
        &self,
        public_input: &[u8],
        digest: [u8; 32],
        committed: Option<Vec<u8>>,
    ) -> Result<(Ending, u64), RunError> {
        if self.lowered.is_guest {
            let output = committed;
            return Ok((Ending::Halted { digest, output }, 0));
        }
        let report = committed.as_deref().and_then(Report::from_output);
        let report = report.ok_or_else(|| RunError::Request("the driver committed to no report".to_owned()))?;
        let interface = &self.lowered.artefact.interface;
        let trapped = |trap| Ending::Trapped { trap, message: None };
        let ending = match report.outcome {
            Outcome::Returned(slots) => {
                let function = plain::Call::function_of(public_input).unwrap_or_default();
                let entry = self.lowered.artefact.entries.get(function as usize);
                let function_type = entry.and_then(|entry| interface.types.get(entry.type_index as usize));
                let types = function_type.map(|function_type| function_type.results.as_slice());
                let values = slots.iter().zip(types.unwrap_or_default());
                Ending::Returned(
                    values
                        .map(|(slot, value_type)| Value::from_slot(*slot, *value_type))
                        .collect(),
                )
            }
            Outcome::Trapped(trap) => trapped(trap.text()),
            Outcome::OutOfGas => trapped(OUT_OF_GAS),
            Outcome::HostCall(number) => {
                let import = interface.imports.get(number as usize);
                let name = import
                    .map(|import| format!("{}.{}", import.module, import.name))
                    .unwrap_or_default();
                return Err(RunError::Request(format!(
                    "the program calls its import {name}, which nobody provides"
                )));
            }
        };
        Ok((ending, report.gas_left))
    }

    /// The function to enter and the types of its results; its parameters must be the arguments' types.
    fn function(&self, request: &Request) -> Result<(u32, &[ValueType]), RunError> {
        let interface = &self.lowered.artefact.interface;
        let bad = |text: String| RunError::Request(text);
        let (name, function) = match &request.function {
            Some(name) => (name.as_str(), interface.function(name)),
            None => match interface.function("main") {
                Some(function) => ("main", Some(function)),
                None => ("_start", interface.function("_start")),
            },
        };
        let function = function.ok_or_else(|| match &request.function {
            Some(name) => bad(format!("the module exports no function `{name}`")),
            None => bad("the module exports neither `main` nor `_start`; name a function with --invoke".to_owned()),
        })?;
        let entry = self.lowered.artefact.entries.get(function as usize);
        let function_type = entry.and_then(|entry| interface.types.get(entry.type_index as usize));
        let function_type = function_type.ok_or_else(|| bad(format!("`{name}` has no type")))?;
        let given: Vec<ValueType> = request.arguments.iter().map(Value::value_type).collect();
        if given != function_type.parameters {
            let names = |types: &[ValueType]| {
                types
                    .iter()
                    .map(|value_type| value_type.name())
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let (expected, found) = (names(&function_type.parameters), names(&given));
            return Err(bad(format!(
                "`{name}` expects the arguments ({expected}), found ({found})"
            )));
        }
        Ok((function, &function_type.results))
    }
}

/// Runs to the end; with an observer instruction by instruction. `context` is the context that the observer is to see.
fn execute(
    machine: &mut Machine<'_>,
    context: u32,
    symbols: &Symbols,
    limits: Limits,
    observer: Option<&mut dyn Observer>,
) -> Result<Stop, RunError> {
    let Some(observer) = observer else {
        return Ok(machine.run()?);
    };
    while machine.instructions() < limits.instructions {
        if machine.next().is_some_and(|(running, ..)| running == context) {
            observer.before(machine, symbols);
        }
        if let Some(stop) = machine.run_for(1)? {
            return Ok(stop);
        }
    }
    Err(ExecutionError::InstructionLimit {
        limit: limits.instructions,
    }
    .into())
}
