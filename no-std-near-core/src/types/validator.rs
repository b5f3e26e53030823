//! Validator stakes and the update of validator accounts.
