//! Verifies proofs of the zk processor. No prover code: a node can link this crate alone.
//!
//! What a node calls is [`run::verify`]. [`record`] carries our chips to the proof system, [`fingerprint`] names them by their constraints, [`machine`] is the key of the
//! processor and the check of one segment, [`run`] that of a whole run. The proof system itself, and what a panic in it would mean, is the crate `zk-backend`.

mod error;
pub mod fingerprint;
pub mod machine;
pub mod record;
pub mod run;

pub use error::VerifyError;
