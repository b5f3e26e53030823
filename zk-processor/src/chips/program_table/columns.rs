//! The row of the program table: one header.

use crate::columns;

columns! {
    /// One program.
    pub struct ProgramTableCols<T> {
        /// 1 on real rows. Bound by *real or padding*.
        is_real: T,
        /// Row number plus one. Bound by *handles count up*.
        handle: T,
        /// ISA version, variant, verdict, initial pages, max pages, rows, functions, start + 1. Bound by the chain.
        scalars: [T; 8],
        /// Root of the code tree. Bound by the chain.
        code_root: [T; 8],
        /// Root of the entry map. Bound by the chain.
        entry_root: [T; 8],
        /// Root of the initial context. Bound by the chain.
        initial_root: [T; 8],
        /// Digest of the interface. Bound by the chain.
        interface_digest: [T; 8],
        /// The chain of compressions; the last is R. Bound by Poseidon lookups.
        chain: [[T; 8]; 4],
        /// How often R, the header, the code root and the entry root are looked up. Free on real rows, 0 by *padding provides nothing*.
        times: [T; 4],
    }
}
