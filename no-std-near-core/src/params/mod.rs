//! Runtime parameters as borsh data, and the fees computed from them.
