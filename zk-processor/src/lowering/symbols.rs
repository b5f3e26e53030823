//! Names of functions by row, for disassembly and profiles.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Names of functions by row.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    /// First row and name, by ascending row.
    functions: Vec<(u32, String)>,
}

impl Symbols {
    /// The function whose rows include this one.
    #[must_use]
    pub fn function_at(&self, pc: u32) -> Option<&str> {
        let after = self.functions.partition_point(|(first, _)| *first <= pc);
        self.functions.get(after.checked_sub(1)?).map(|(_, name)| name.as_str())
    }

    /// First rows and names, by ascending row.
    #[must_use]
    pub fn functions(&self) -> &[(u32, String)] {
        &self.functions
    }

    /// Functions placed in this order; names come from the name section, else from exports, else from the index.
    pub(super) fn new(mut placed: Vec<(u32, SymbolSource)>, names: &BTreeMap<u32, String>) -> Self {
        placed.sort_by_key(|(row, _)| *row);
        let functions = placed
            .into_iter()
            .map(|(row, source)| {
                let name = match source {
                    SymbolSource::Entry => "(entry)".to_string(),
                    SymbolSource::Function(index) => names
                        .get(&index)
                        .cloned()
                        .unwrap_or_else(|| alloc::format!("function {index}")),
                    SymbolSource::Routine(index) => alloc::format!("soft float {index}"),
                };
                (row, name)
            })
            .collect();
        Self { functions }
    }
}

/// What begins at a row.
#[derive(Clone, Copy, Debug)]
pub(super) enum SymbolSource {
    Entry,
    Function(u32),
    Routine(u32),
}
