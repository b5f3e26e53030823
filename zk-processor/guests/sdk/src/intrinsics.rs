//! The imports of module `zk`: each is a few instructions in place of a call.

/// 32 bytes and whatever follows; only the 32 bytes are public.
use crate::Commitment;

#[link(wasm_import_module = "zk")]
unsafe extern "C" {
    /// Ends the run; 32 bytes at the address (8-byte aligned) are the public output.
    pub(crate) fn halt(output: *const Commitment);
    /// Traps; the executor shows the message.
    pub(crate) fn panic(message: *const u8, len: usize);
    /// Compares two ranges: -1, 0 or 1.
    pub(crate) fn memory_compare(a: *const u8, b: *const u8, len: usize) -> i32;
    /// Compresses blocks into a state, both 8-byte aligned.
    pub(crate) fn sha256(state: *mut [u32; 8], blocks: *const u8, count: usize);
    /// Absorbs blocks of 8 elements into a state of 16, both 8-byte aligned.
    pub(crate) fn poseidon2(state: *mut [u32; 16], blocks: *const [u32; 8], count: usize);
    /// Opens a sandbox for the program whose root (32 bytes, 8-byte aligned) lies at the address.
    pub(crate) fn sandbox_open(root: *const [u32; 8]);
    /// Enters a function: (index, gas in operators, stack budget in bytes).
    pub(crate) safe fn sandbox_enter(function: u32, gas: u32, stack: u32);
    /// Resumes after a host call or out of gas, with this much gas (operators).
    pub(crate) safe fn sandbox_resume(gas: u32);
    /// Discards the sandbox.
    pub(crate) safe fn sandbox_drop();
    /// Copies from the sandbox's memory.
    pub(crate) fn sandbox_read(to: *mut u8, from: u32, len: usize);
    /// Copies to the sandbox's memory.
    pub(crate) fn sandbox_write(to: u32, from: *const u8, len: usize);
    /// Slot of the sandbox's frame.
    pub(crate) safe fn argument_get(slot: u32) -> u64;
    /// Sets a slot of the sandbox's frame.
    pub(crate) safe fn argument_set(slot: u32, value: u64);
    /// Why the sandbox gave control back.
    pub(crate) safe fn event_kind() -> u32;
    /// Host function number, trap code, or uncovered charge (operators).
    pub(crate) safe fn event_detail() -> u64;
    /// Out of gas at a function entry: operators of the call's own charge, covered but not yet taken.
    pub(crate) safe fn event_settled() -> u32;
    /// Gas left of the loaded budget (operators).
    pub(crate) safe fn sandbox_gas() -> u32;
    /// Pages of the sandbox's memory.
    pub(crate) safe fn sandbox_pages() -> u32;
}

/// Compares two byte strings as `Ord` does, a cell a time instead of a byte.
#[must_use]
pub fn compare(a: &[u8], b: &[u8]) -> core::cmp::Ordering {
    let len = a.len().min(b.len());
    // SAFETY: both ranges are initialised and at least `len` long.
    let order = unsafe { memory_compare(a.as_ptr(), b.as_ptr(), len) };
    order.cmp(&0).then(a.len().cmp(&b.len()))
}
