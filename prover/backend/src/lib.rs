//! The proof system as this project configures it: Plonky3's multilinear STARK over KoalaBear.
//!
//! Nothing here knows a chip: tables come as [`air::RecordedAir`]s, heights and public values. [`config`] is the configuration as a pure function of heights, [`proof`] the
//! encoding and the check of one proof, [`prove`] makes one (feature `prove`). A crate of its own, because upstream's generic code takes long to
//! compile and none of it changes when a chip does.
//!
//! # What a panic upstream would mean
//!
//! The proof system's own verifier is young. Every shape it relies on is checked here before it is called, and the tests feed it mutated proofs. Should
//! it panic all the same, a node built with `panic = "abort"` goes down: that is a denial of service by whoever sent the proof, never a false
//! statement accepted.

pub mod air;
pub mod config;
pub mod proof;
#[cfg(feature = "prove")]
pub mod prove;

/// The field of every table: KoalaBear, p = 2^31 − 2^24 + 1.
pub type Val = p3_koala_bear::KoalaBear;
