//! Replays recorded or dumped NEAR chunks and compares them with what nearcore computed, bit for bit.
//!
//! The way of a chunk: a [`source`] hands over a [`folder`], [`record`] decodes it in nearcore's own types, the runtime of this
//! workspace repeats it, [`compare`] finds the first difference, and [`report`] says so.
#![expect(
    clippy::float_arithmetic,
    reason = "times and ratios are for people; no result depends on them"
)]

pub mod cli;
pub mod commands;
pub mod compare;
pub mod compression;
pub mod edge;
pub mod features;
pub mod figures;
pub mod flame;
pub mod folder;
pub mod guest;
pub mod headers_file;
pub mod inputs;
pub mod inventory;
pub mod machine;
pub mod page;
pub mod part_counts;
pub mod prove;
pub mod record;
pub mod replay;
pub mod report;
pub mod source;
