//! The program as it is checked in: its Wasm and its root.
//!
//! `cargo run -p guest-builder` makes both from the sources; a test compares.

/// The program, as Wasm.
pub const WASM: &[u8] = include_bytes!("../../assets/chunk-guest.wasm");

/// The program's root in hexadecimal digits: its 8 words, little-endian, and a newline.
pub const ROOT_TEXT: &str = include_str!("../../assets/chunk-guest.root");
