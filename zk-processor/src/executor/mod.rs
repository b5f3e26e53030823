//! The executor: runs programs of the processor natively, deterministically, with or without recording.
//!
//! A [`Machine`] is context 0 (the runtime) and at most one sandbox. Context 0 is either a guest program, then the run is one
//! that can be proved, or the caller: then each event of the sandbox comes back as [`Stop::Event`] and the caller answers
//! through the same operations that a guest has ([`Machine::enter`], [`Machine::resume`], …). Tests and native tools use the
//! second way.
//!
//! Nothing here knows a field or a column; what chips need is the [`Record`].

mod arithmetic;
mod bulk;
mod context;
mod guards;
mod input;
pub(crate) mod inspect;
mod machine;
mod memory;
mod record;
mod run;
mod sandbox;

pub use context::Position;
pub use input::Input;
pub use machine::{Event, ExecutionError, Limits, Machine, Stop};
pub use record::{Place, Record, time};
