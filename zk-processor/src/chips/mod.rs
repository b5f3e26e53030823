//! Chips: tables with constraints that hold the processor to its word.
//!
//! A folder per chip: `mod.rs` says what it proves, `columns.rs` what a row is, `air.rs` why a row cannot lie, `trace.rs` how an honest row is made,
//! `tests.rs` who tried to lie. [`builder`] is what they are written against, [`buses`] how they hold each other to their word, [`check`] the check that
//! needs no proof.
//!
//! | chip | what it proves |
//! |---|---|
//! | [`absorb`] | blocks that Poseidon2 takes into a state |
//! | [`add_sub_32`] | 32-bit sums and differences |
//! | [`add_sub_64`] | 64-bit sums and differences |
//! | [`logic_32`], [`logic_64`] | AND, OR and XOR |
//! | [`equal_32`], [`equal_64`] | equality as a value |
//! | [`less_32`], [`less_64`] | order as a value, signed and unsigned |
//! | [`boundary`] | where a segment starts and ends |
//! | [`bounds_trap`] | accesses out of bounds, and calls through a table that fail |
//! | [`branch`] | unconditional branches |
//! | [`branch_equal_32`], [`branch_equal_64`] | branches on equality |
//! | [`branch_less_32`], [`branch_less_64`] | branches on order, signed and unsigned |
//! | [`branch_table`] | branches by an index |
//! | [`move_value`] | copies and constants |
//! | [`select`] | choice between two slots |
//! | [`extend`] | narrowing and sign extension |
//! | [`global`] | moves from and to globals |
//! | [`bulk_cells`] | what a copy or fill leaves in memory |
//! | [`bulk_step`] | operands and bounds of copies and fills |
//! | [`byte_table`] | which values are below 2^16, and the AND of two bytes |
//! | [`call`] | direct calls and prologues |
//! | [`call_indirect`] | calls through a table |
//! | [`cell_step`] | comparisons, copies of passive segments, and bulk operations on tables |
//! | [`charge`] | charges too large for a row |
//! | [`code_leaf`] | four rows of a program |
//! | [`divide_trap`] | divisions that trap |
//! | [`entry_leaf`] | sixteen entries of a program's entry map |
//! | [`hash_step`] | operands and bounds of hash operations |
//! | [`input_leaf`] | eight cells of the input |
//! | [`growth`] | sizes and growth of memory and tables, elements, linear charges |
//! | [`hand_over`] | a sandbox gives control back to the runtime |
//! | [`load_8`] | byte loads |
//! | [`load_16`] | 2-byte loads at even addresses |
//! | [`load_32`] | 4-byte loads at even addresses, within a cell |
//! | [`load_64`] | 8-byte loads of a cell |
//! | [`load_unaligned`] | loads at odd addresses and over two cells |
//! | [`memory_leaf`] | initial and final values of eight cells |
//! | [`memory_tree`] | which leaves a context's memory has, before and after |
//! | [`read_tree`] | nodes of read-only trees |
//! | [`mul_32`], [`mul_64`] | products |
//! | [`mul_wide`] | 128-bit products, signed and unsigned |
//! | [`carry_64`] | 64-bit sums and differences with a carry in or out |
//! | [`bit_count`] | leading and trailing zeros and ones, of 32 and 64 bits |
//! | [`div_rem`] | 32- and 64-bit quotients and remainders |
//! | [`program_table`] | which program a handle is |
//! | [`open_or_halt`] | the runtime opens a sandbox, or halts with the public output |
//! | [`out_of_gas`] | charges that gas or stack do not cover |
//! | [`poseidon2`] | compressions of 16 field elements to 8 |
//! | [`ret`] | returns to a caller |
//! | [`sha_256`] | compressions of SHA-256 |
//! | [`shift_32`], [`shift_64`] | shifts and rotations |
//! | [`sandbox_access`] | arguments, results, control cells and the end of a sandbox |
//! | [`sandbox_exit`] | traps, host calls and returns of a sandbox, and its faults |
//! | [`sandbox_switch`] | the runtime enters or resumes a sandbox |
//! | [`shift_32`] | 32-bit shifts and rotations |
//! | [`store_8`] | byte stores |
//! | [`store_16`] | 2-byte stores at even addresses |
//! | [`store_32`] | 4-byte stores at even addresses, within a cell |
//! | [`store_64`] | 8-byte stores to a cell |
//! | [`store_unaligned`] | stores at odd addresses and over two cells |

pub mod absorb;
pub mod add_sub_32;
pub mod add_sub_64;
#[cfg(test)]
pub(crate) mod bench;
pub mod bit_count;
pub mod boundary;
pub mod bounds_trap;
pub mod branch;
pub mod branch_equal_32;
pub mod branch_equal_64;
pub mod branch_less_32;
pub mod branch_less_64;
pub mod branch_table;
pub mod builder;
pub mod bulk_cells;
pub mod bulk_step;
pub mod buses;
pub mod byte_table;
pub mod call;
pub mod call_indirect;
pub mod carry_64;
pub mod cell_step;
pub mod charge;
pub mod check;
pub mod code_leaf;
#[cfg(test)]
mod control_testing;
#[cfg(test)]
mod degree_testing;
pub mod div_rem;
pub mod divide_trap;
pub mod entry_leaf;
pub mod equal_32;
pub mod equal_64;
pub mod event;
pub mod extend;
pub mod gadgets;
pub mod global;
pub mod growth;
pub mod hand_over;
pub mod hash_step;
pub mod input_leaf;
pub mod less_32;
pub mod less_64;
pub mod load_16;
pub mod load_32;
pub mod load_64;
pub mod load_8;
pub mod load_unaligned;
pub mod logic_32;
pub mod logic_64;
pub mod lookup_source;
pub mod machine;
pub mod memory_leaf;
#[cfg(test)]
mod memory_testing;
pub mod memory_tree;
pub mod move_value;
pub mod mul_32;
pub mod mul_64;
pub mod mul_wide;
pub mod open_or_halt;
#[cfg(test)]
mod operation_testing;
pub mod out_of_gas;
pub mod poseidon2;
#[cfg(test)]
mod product_testing;
pub mod program_table;
pub mod read_tree;
pub mod ret;
pub mod sandbox_access;
pub mod sandbox_exit;
pub mod sandbox_switch;
#[cfg(test)]
pub(crate) mod sandbox_testing;
pub mod select;
pub mod sha_256;
pub mod shift_32;
pub mod shift_64;
#[cfg(test)]
mod shift_testing;
pub mod store_16;
pub mod store_32;
pub mod store_64;
pub mod store_8;
pub mod store_unaligned;
#[cfg(test)]
mod sum_testing;
pub mod testing;
pub mod trace;
