//! Shard chunk headers.
