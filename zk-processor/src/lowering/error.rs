//! Why a module has no program.

use alloc::string::String;

/// Why a module has no program. Nothing here depends on anything but the module's bytes and the options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoweringError {
    /// The bytes are not a valid module under the enabled features.
    #[error("invalid module at offset {offset}: {message}")]
    Invalid {
        /// Where in the module (bytes).
        offset: u64,
        /// What the validator says.
        message: String,
    },
    /// The module passes a bound of [`super::Limits`].
    #[error("{what}: at most {limit}, found {found}")]
    Limit {
        /// What is bounded.
        what: &'static str,
        /// The bound.
        limit: u64,
        /// What the module has.
        found: u64,
    },
    /// The module passes a bound of the machine.
    #[error("{what} beyond the machine: at most {limit}")]
    Machine {
        /// What is bounded.
        what: &'static str,
        /// The bound.
        limit: u64,
    },
    /// An import that the options do not provide.
    #[error("import {module}.{name}: {reason}")]
    Import {
        /// Module name.
        module: String,
        /// Field name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A valid construct that the machine does not have.
    #[error("unsupported: {0}")]
    Unsupported(&'static str),
}

impl LoweringError {
    /// Whether the module breaks the rules it was lowered with (and is to be refused), as opposed to asking for what the machine
    /// does not have.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Invalid { .. } | Self::Limit { .. })
    }
}

impl From<wasmparser::BinaryReaderError> for LoweringError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Invalid {
            offset: error.offset(),
            message: String::from(error.message()),
        }
    }
}
