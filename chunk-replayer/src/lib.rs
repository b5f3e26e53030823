//! Replays recorded or dumped NEAR chunks and compares them with what nearcore computed, bit for bit.
//!
//! The way of a chunk: a [`source`] hands over a [`folder`], [`record`] decodes it in nearcore's own types, and the runtime of this
//! workspace repeats it.

pub mod folder;
pub mod record;
pub mod source;
