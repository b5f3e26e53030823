//! Receipts: which are executed in this chunk, in which order, and what each kind does.

mod action_error;
mod action_input;
mod action_result;
pub mod load;

pub use action_error::ActionError;
pub use action_input::{ActionInput, ReceiverState};
pub use action_result::{ActionResult, ReturnData};
