//! A signed transaction is verified, charged, and becomes a receipt.
