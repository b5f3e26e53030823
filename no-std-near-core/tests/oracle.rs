//! Differential tests against nearcore's own crates, in one target so that those crates link once.

#[path = "oracle/bandwidth.rs"]
mod bandwidth;
#[path = "oracle/blocks.rs"]
mod blocks;
#[path = "oracle/congestion.rs"]
mod congestion;
#[path = "oracle/fees.rs"]
mod fees;
#[path = "oracle/params.rs"]
mod params;

#[path = "oracle/account_ids.rs"]
mod account_ids;
#[path = "oracle/borsh_forms.rs"]
mod borsh_forms;
#[path = "oracle/generate.rs"]
mod generate;
#[path = "oracle/hashes.rs"]
mod hashes;
#[path = "oracle/recorded_tries.rs"]
mod recorded_tries;
#[path = "oracle/signatures.rs"]
mod signatures;

#[path = "oracle/state_keys.rs"]
mod state_keys;
