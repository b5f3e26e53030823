//! Verifies proofs of the zk processor. No prover code: a node can link this crate alone.
//!
//! [`backend`] is the proof system as this project configures it, [`adapter`] carries our chips to it, [`fingerprint`] names a machine by its constraints,
//! and [`proof`] checks one proof: shapes first, upstream's code after.
//!
//! # What a panic upstream would mean
//!
//! The proof system's own verifier is young. Every shape it relies on is checked here before it is called, and the tests feed it mutated proofs. Should
//! it panic all the same, a node built with `panic = "abort"` goes down: that is a denial of service by whoever sent the proof, never a false
//! statement accepted.

pub mod adapter;
pub mod backend;
pub mod fingerprint;
pub mod proof;
