//! One file per action: existence, permission, effect.
