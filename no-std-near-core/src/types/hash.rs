//! 32-byte hashes and their base58 text form.
