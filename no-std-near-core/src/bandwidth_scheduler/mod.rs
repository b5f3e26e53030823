//! Who may send how many bytes of receipts to whom.
