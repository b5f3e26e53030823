//! What a NEAR contract can call: the list of host functions and their rules, no_std.
#![no_std]
extern crate alloc;
