//! From untrusted witness bytes to a checked input, the compressed witness and the public statement, no_std.
#![no_std]
extern crate alloc;
