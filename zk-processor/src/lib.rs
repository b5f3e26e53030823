//! The machine: instruction set, lowering of Wasm, executor and chips.
