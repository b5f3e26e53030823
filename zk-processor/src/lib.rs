//! The machine: instruction set, lowering of Wasm, executor and chips.
#![no_std]
extern crate alloc;

pub mod chips;
