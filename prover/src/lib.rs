//! Proofs in and out: running, proving and verifying programs of the zk processor.
//!
//! [`run`] executes a Wasm file the way a proof would: a guest as context 0, any other module as a sandbox under the plain
//! driver. [`claim`] is the proof file and its check. [`observe`] shows what happens inside: a trace, a profile. `zk-wasm` is the command line for both. [`segment`] proves one segment of a run,
//! [`prove`] a whole run; [`estimate`] says before what that will take, [`measure`] what it took, [`progress`] how far it is.

pub mod allocator;
pub mod claim;
pub mod estimate;
pub mod measure;
pub mod observe;
pub mod phases;
pub mod progress;
pub mod prove;
pub mod run;
pub mod segment;
pub mod value;
