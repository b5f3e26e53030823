//! Blocks and block headers.
