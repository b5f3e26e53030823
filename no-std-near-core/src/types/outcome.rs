//! Execution outcomes and their hashes.
