//! Which actions and receipts are well-formed.
