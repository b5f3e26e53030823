//! Chips: tables with constraints that hold the processor to its word.
//!
//! A folder per chip: `mod.rs` says what it proves, `columns.rs` what a row is, `air.rs` why a row cannot lie, `trace.rs` how an honest row is made,
//! `tests.rs` who tried to lie. [`builder`] is what they are written against, [`buses`] how they hold each other to their word, [`check`] the check that
//! needs no proof.
//!
//! | chip | what it proves |
//! |---|---|
//! | [`add_sub_32`] | 32-bit sums and differences |
//! | [`byte_table`] | which values are below 2^16, and the AND of two bytes |
//! | [`code_leaf`] | four rows of a program |
//! | [`entry_leaf`] | sixteen entries of a program's entry map |
//! | [`memory_leaf`] | initial and final values of eight cells |
//! | [`memory_tree`] | which leaves a context's memory has, before and after |
//! | [`read_tree`] | nodes of read-only trees |
//! | [`program_table`] | which program a handle is |
//! | [`poseidon2`] | compressions of 16 field elements to 8 |

pub mod add_sub_32;
pub mod builder;
pub mod buses;
pub mod byte_table;
pub mod check;
pub mod code_leaf;
pub mod entry_leaf;
pub mod event;
pub mod gadgets;
pub mod memory_leaf;
pub mod memory_tree;
pub mod poseidon2;
pub mod program_table;
pub mod read_tree;
pub mod testing;
pub mod trace;
