//! Public keys, key handles and signatures.
