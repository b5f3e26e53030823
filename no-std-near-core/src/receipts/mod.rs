//! The receipt machine.
