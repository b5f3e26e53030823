//! Receipts and the forms in which the state keeps them.
