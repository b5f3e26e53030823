//! Differential tests against nearcore's own crates, in one target so that those crates link once.

#[path = "oracle/params.rs"]
mod params;
