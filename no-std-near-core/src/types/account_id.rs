//! Account identifiers: the rules of near-account-id 2.0.
