//! Honest, edge and forged rows.
