//! Which account lives in which shard.
