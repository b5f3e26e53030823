//! Proofs in and out: running, proving and verifying programs of the zk processor.

pub mod tables;
