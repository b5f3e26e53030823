//! The partial trie: only recorded nodes, every one authenticated by its hash.
