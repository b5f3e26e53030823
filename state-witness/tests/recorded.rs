//! Everything in this crate against recorded chunks, in one target so that nearcore's crates link once.
//!
//! By default the chunks built into `testnet-fixtures`; set `RECORDED_CHUNKS` to a folder of unpacked archives to run on those.
#![expect(
    clippy::semicolon_if_nothing_returned,
    reason = "a table of one-line changes reads better without"
)]

#[path = "recorded/chunk_body.rs"]
mod chunk_body;
#[path = "recorded/compressed.rs"]
mod compressed;
#[path = "recorded/hostile.rs"]
mod hostile;
#[path = "recorded/mutations.rs"]
mod mutations;
#[path = "recorded/refusals.rs"]
mod refusals;
#[path = "recorded/statement.rs"]
mod statement;
#[path = "recorded/support.rs"]
mod support;
#[path = "recorded/validation.rs"]
mod validation;
#[path = "recorded/witness.rs"]
mod witness;
