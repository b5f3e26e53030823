//! Transactions, versions 0 and 1.
