//! Keys and values in the trie, and the overlay of pending changes.
