//! From untrusted witness bytes to a checked input, the compressed witness and the public statement, `no_std`.
//!
//! The way of a chunk through this crate: [`decode`] reads a witness; [`statement::derive_statement`] says, from the validator's own
//! [`facts`], what is to be proved; [`checked::CheckedWitness`] binds the witness to the statement; [`validate::validate`] applies it
//! and compares the result with what the chunk header claims. A proof's guest enters at the third step, with a statement and the
//! [`compressed`] state.
//!
//! | module | what it answers |
//! |---|---|
//! | [`decode`] | what do these bytes say, within bounds |
//! | [`facts`] | what does a validator know by itself |
//! | [`transitions`] | which blocks, missing chunks and splits does the validation cover |
//! | [`statement`] | what exactly is claimed: the public input |
//! | [`source_receipts`] | which receipts are to be applied, in which order |
//! | [`checked`] | do transactions, receipts and updates belong to the statement |
//! | [`mod@validate`] | what does applying give |
//! | [`header_check`] | is that what the header claims |
//! | [`chunk_body`] | do the chunk's own transactions and parts belong to its header (not covered by a proof) |
//! | [`compressed`] | the recorded state without what can be derived |
//! | [`fuzz`] | what may never panic |
//! | [`error`] | why something is refused |
#![no_std]
#![forbid(unsafe_code)]
// Everything here is reachable by strangers' bytes.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation
    )
)]
extern crate alloc;

pub mod checked;
pub mod chunk_body;
pub mod compressed;
pub mod decode;
pub mod error;
pub mod facts;
pub mod fuzz;
pub mod header_check;
pub mod source_receipts;
pub mod statement;
pub mod transitions;
pub mod validate;

pub use checked::{CheckedWitness, StateSource, WitnessParts};
pub use decode::{ChunkStateWitness, decode_block, decode_block_list};
pub use error::{DecodeError, FactsError, ValidateError, WitnessError};
pub use facts::{BlockSet, ChainConstants, EpochFacts, HeaderFacts, MainFacts};
pub use statement::{ChunkStatement, DerivedStatement, Difference, derive_statement};
pub use validate::{ValidationResult, validate, validate_with_hashes};
