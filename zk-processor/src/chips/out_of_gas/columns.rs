//! The row of a charge that is not covered.

use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::chips::gadgets::execution::EXECUTION_CELLS;
use crate::columns;

columns! {
    /// One charge that is not covered.
    pub struct OutOfGasCols<T> {
        /// 1 if the gas column alone is not covered. Bound by *one case or padding* and the opcode, as all selectors.
        is_plain: T,
        /// 1 for `charge`.
        is_charge: T,
        /// 1 for `charge_linear`.
        is_linear: T,
        /// 1 if a call's, 1 if a prologue's entry gas is not covered.
        is_entry: [T; 2],
        /// 1 if a call's, 1 if a prologue's stack charge is not covered.
        is_stack: [T; 2],
        /// 1 if a call's frame is too high.
        is_frame: T,
        /// The execution tuple. Bound by the execution bus.
        execution: [T; EXECUTION_CELLS],
        /// The opcode. Bound by the fetch and *the opcode is the case's*.
        opcode: T,
        /// Inverse of (opcode − 8)(opcode − 9). Bound by *a plain charge is no charge row*.
        opcode_inverse: T,
        /// Gas of the row (operators). Bound by the fetch.
        gas: T,
        /// First operand field. Bound by the fetch.
        a: T,
        /// Destination field. Bound by the fetch.
        dst: T,
        /// Further fields. Bound by the fetch.
        x: [T; 4],
        /// Limbs of a linear charge's slot, else 0. Bound by its read and *only a linear charge has a linear part*.
        linear: [T; 2],
        /// Limbs of what is left. Bound by *the supply is what is left* and range lookups.
        supply: [T; 2],
        /// Limbs of the charge. Bound by *the demand is the charge* and range lookups.
        demand: [T; 2],
        /// What the limbs of the charge carry; the second is its third limb. Bound by *a carry is 0, 1 or 2* and the sum.
        carries: [T; 2],
        /// What the limbs of the shortage borrow. Bound by *a borrow is a bit* and range lookups.
        borrows: [T; 2],
        /// Limbs of the event's detail. Bound by *the detail is the charge or the trap*.
        detail: [T; 3],
        /// The event's settled. Bound by *the settled charge is an entry's*.
        settled: T,
        /// What is taken from gas left. Bound by *a trap takes its charge*.
        taken: T,
        /// Bits 0..16 of the stack that an entry leaves. Bound by a range and a byte lookup.
        stack_low: T,
        /// Bits 0..16 of an entry's frame pointer. Bound by a range and a byte lookup.
        frame_low: T,
        /// Read of the linear part.
        read: [T; ACCESS_CELLS],
    }
}
