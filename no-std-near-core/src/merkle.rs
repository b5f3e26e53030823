//! Merkle roots and paths.
