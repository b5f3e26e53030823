//! Recorded reality: the chunks that tests and the replayer carry with them.
