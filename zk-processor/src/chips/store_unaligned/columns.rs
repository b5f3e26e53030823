//! The row of a store at any address.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::address::ADDRESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One store.
    pub struct StoreUnalignedCols<T> {
        /// 1 for the width of the row: 2, 4 or 8 bytes. Bound by the fetch and *one width*.
        is_width: [T; 3],
        /// 1 if the value is the immediate. Bound by *slot or immediate* and the fetch.
        is_immediate: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// Slot of the value, 0 with an immediate. Bound by the fetch.
        dst: T,
        /// Slot of the address. Bound by the fetch.
        a_slot: T,
        /// x2 x3: the immediate, else 0. Bound by the fetch.
        immediate: [T; 2],
        /// The effective address.
        address: [T; ADDRESS_CELLS],
        /// The limb with the first byte. Bound by *one offset or padding* and the address.
        at: [T; 4],
        /// 1 if the address is odd. Bound by the address.
        is_odd: T,
        /// 1 if the access covers two cells. Bound by *a second cell if the bytes need it*.
        is_crossing: T,
        /// Lower part of the cells between the last one and the end of the memory. Bound by two range lookups.
        room_low: T,
        /// Low byte of each limb of the value if the address is odd, else the limb. Bound by the read of the slot, or by *the immediate is the value*.
        low: [T; 4],
        /// High byte of each limb of the value if the address is odd, else 0. Bound with the low bytes, by byte lookups.
        high: [T; 4],
        /// Limbs of both cells before. Bound by the accesses that overwrite them; the second cell's, without one, by nothing and in no message.
        old: [T; 8],
        /// Limbs of both cells afterwards. Bound by *the value is in the cells* and *other limbs stay*.
        new: [T; 8],
        /// Low byte of the limb with the first byte if the address is odd, else 0: it stays. Bound by *the first limb is its parts*.
        kept_low: T,
        /// The rest of that limb, which goes. Bound by *the first limb is its parts*.
        lost_high: T,
        /// Low byte of the limb behind the value's last one if the address is odd, else 0: it goes. Bound by *the last limb is its parts*.
        lost_low: T,
        /// The rest of that limb, which stays. Bound by *the last limb is its parts*.
        kept_high: T,
        /// Read of the address.
        read_a: [T; ACCESS_CELLS],
        /// Read of the value, unused with an immediate.
        read_value: [T; ACCESS_CELLS],
        /// Write of the first cell.
        write_first: [T; ACCESS_CELLS],
        /// Write of the second cell, unused without one.
        write_second: [T; ACCESS_CELLS],
    }
}
