//! ChunkExtra: the result of applying a chunk.
