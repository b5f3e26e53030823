//! Pieces that many chips share, each with its own argument.
//!
//! | piece | what it proves |
//! |---|---|
//! | [`execution`] | the row consumes one execution tuple and its own line of the program, and hands on the next tuple |
//! | [`leaf_hash`] | the digest of a leaf of 32 elements |
//! | [`slots`] | an instruction's operands are slots or an immediate, and its result goes to a slot or decides a branch |
//! | [`division`] | quotients and remainders |
//! | [`equality`] | whether two values are equal |
//! | [`logic`] | the bitwise AND of two values, by bytes |
//! | [`order`] | whether one value is below another |
//! | [`product`] | products of values kept as bytes |
//! | [`shift`] | shifts and rotations |
//! | [`sum`] | sums of limbs |
//! | [`wide`] | an instruction's operands are slots, its result goes to a slot, and a third slot gives or takes more |
//! | [`access`] | a cell held this value at the row's time, and holds that one after it |
//! | [`address`] | the effective address of a load or store |
//! | [`bound`] | one number is at most another |
//! | [`budget`] | a charge of gas was covered |
//! | [`control`] | a row of context 0, and control cells |
//! | [`hand_over`] | the row of a sandbox gives control back, for this reason |
//! | [`link`] | a return link was this, and is that |
//! | [`load`] | a load from one cell, but for the selection of its value |
//! | [`span`] | where a load or store at any address begins and ends |
//! | [`store`] | a store to one cell, but for how the value changes it |

pub mod access;
pub mod address;
pub mod bound;
pub mod budget;
pub mod control;
pub mod division;
pub mod equality;
pub mod execution;
pub mod hand_over;
pub mod leaf_hash;
pub mod link;
pub mod load;
pub mod logic;
pub mod order;
pub mod product;
pub mod shift;
pub mod slots;
pub mod span;
pub mod store;
pub mod sum;
pub mod wide;
