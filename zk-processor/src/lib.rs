//! The machine: instruction set, lowering of Wasm, executor and chips.
//!
//! Reading order: [`isa`] says what the processor does, [`program`] what a program is (the artefact and its root R),
//! [`chips`] what honest rows look like. `docs/isa.md` is the written specification.
#![no_std]
extern crate alloc;

pub mod chips;
pub mod executor;
pub mod isa;
pub mod lowering;
pub mod plain;
pub mod program;
pub mod proving;
