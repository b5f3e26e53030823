//! The row of a load at any address.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::address::ADDRESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One load.
    pub struct LoadUnalignedCols<T> {
        /// 1 for the opcode of the row, in the order of the list: 2 bytes unsigned, signed to 32 and to 64 bits, 4 bytes unsigned and signed, 8 bytes.
        /// Bound by the fetch and *one width*.
        is_opcode: [T; 6],
        /// 1 if the cells are of the input window. Bound by *memory or window* and the window's claims.
        is_window: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Slot written. Bound by the fetch.
        dst: T,
        /// Slot of the address. Bound by the fetch.
        a_slot: T,
        /// The effective address.
        address: [T; ADDRESS_CELLS],
        /// The limb with the first byte. Bound by *one offset or padding* and the address.
        at: [T; 4],
        /// 1 if the address is odd. Bound by the address.
        is_odd: T,
        /// 1 if the value lies in two cells. Bound by *a second cell if the bytes need it*.
        is_crossing: T,
        /// Pages before the end of memory or window. Bound by *memory ends with its pages* or *the window ends at 2^32*.
        end: T,
        /// Lower part of the cells between the last one and the end. Bound by two range lookups.
        room_low: T,
        /// Limbs of the cell with the first byte. Bound by its read, or by the input.
        first: [T; 4],
        /// Limbs of the next cell. Bound like the first if the value lies in both, else by nothing and in no value.
        second: [T; 4],
        /// Low byte of each limb from the first on if the address is odd, else 0. Bound by *a limb is its parts*.
        tail: [T; 5],
        /// High byte of each limb if the address is odd, else the limb. Bound by *a limb is its parts*.
        head: [T; 5],
        /// Upper three limbs of the result. Bound by *the value fills the result*.
        upper: [T; 3],
        /// The value's top limb if it is sign-extended, else 0. Bound by *the top limb is the value's*.
        top: T,
        /// The value's top bit if it is sign-extended, else 0. Bound by a range lookup and *only a signed load extends*.
        sign: T,
        /// Limbs of dst before. Bound by the access that overwrites them.
        old: [T; 4],
        /// Read of the address.
        read_a: [T; ACCESS_CELLS],
        /// Read of the first cell, unused in the window.
        read_first: [T; ACCESS_CELLS],
        /// Read of the second cell, unused in the window and without a second cell.
        read_second: [T; ACCESS_CELLS],
        /// Write of the result.
        write: [T; ACCESS_CELLS],
    }
}
