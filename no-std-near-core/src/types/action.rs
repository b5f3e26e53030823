//! Actions of transactions and receipts.
