//! What a dishonest prover can try with a chunk, and how each try ends.
//!
//! Who wants a false chunk accepted has two ways. He keeps the statement that verifiers derive from their headers and gives the guest a wrong witness: then the guest
//! must trap, because a run that traps has no proof. Or he changes the statement until the guest is content with his witness: then he has a proof, of another statement,
//! and `verify` must refuse it by the name of the field. Each test here goes both ways with one lie; the guest runs on the executor.
mod facts;
mod forgery;
mod receipts;
mod state;
mod statements;
mod transactions;
mod transitions;
