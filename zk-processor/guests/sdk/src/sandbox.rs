//! A second program in the run: a sandbox with a memory of its own, metered, whose host calls this guest serves.

use crate::intrinsics;

/// The most gas that can be loaded at a time (operators).
pub const MAX_LOADED_GAS: u32 = (1 << 30) - 1;

/// The root of a program: 8 elements.
#[repr(C, align(8))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root(pub [u32; 8]);

/// Why a sandbox gave control back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The function returned; its results are the sandbox's values 0, 1, ….
    Returned,
    /// It trapped, with this code. The sandbox can only be dropped now.
    Trapped(u32),
    /// It calls this imported function; the arguments are the sandbox's values 0, 1, …, and the results are expected there.
    HostCall(u32),
    /// The gas loaded does not cover the next charge.
    OutOfGas {
        /// The charge (operators).
        charge: u64,
        /// At a function entry: the call's own charge, covered but not yet taken (operators).
        settled: u32,
    },
}

/// The live sandbox; there is at most one.
#[derive(Debug)]
pub struct Sandbox(());

impl Sandbox {
    /// Opens a fresh context for a program. A program that is not known or not accepted, or a second sandbox, is a trap.
    #[must_use]
    pub fn open(root: &Root) -> Self {
        // SAFETY: the root is 32 initialised, 8-byte aligned bytes.
        unsafe { intrinsics::sandbox_open(&raw const root.0) };
        Self(())
    }

    /// Runs a function; its arguments were set by [`Self::set_value`].
    pub fn enter(&mut self, function: u32, gas: u32, stack_bytes: u32) -> Event {
        intrinsics::sandbox_enter(function, gas, stack_bytes);
        event()
    }

    /// Goes on after a host call or out of gas, with this much gas in all.
    pub fn resume(&mut self, gas: u32) -> Event {
        intrinsics::sandbox_resume(gas);
        event()
    }

    /// An argument or result.
    #[must_use]
    pub fn value(&self, index: u32) -> u64 {
        intrinsics::argument_get(index)
    }

    /// Sets an argument or result.
    pub fn set_value(&mut self, index: u32, value: u64) {
        intrinsics::argument_set(index, value);
    }

    /// Gas left of what was loaded (operators).
    #[must_use]
    pub fn gas_left(&self) -> u32 {
        intrinsics::sandbox_gas()
    }

    /// Size of the sandbox's memory (pages).
    #[must_use]
    pub fn pages(&self) -> u32 {
        intrinsics::sandbox_pages()
    }

    /// Whether the range lies in the sandbox's memory.
    #[must_use]
    pub fn has(&self, address: u32, len: usize) -> bool {
        u64::from(address) + len as u64 <= u64::from(self.pages()) << 16
    }

    /// Copies from the sandbox's memory; a range outside of it is a trap of this guest (ask [`Self::has`] first).
    pub fn read(&self, from: u32, to: &mut [u8]) {
        // SAFETY: the destination is a unique borrow of that many bytes.
        unsafe { intrinsics::sandbox_read(to.as_mut_ptr(), from, to.len()) };
    }

    /// Copies to the sandbox's memory; a range outside of it is a trap of this guest (ask [`Self::has`] first).
    pub fn write(&mut self, to: u32, from: &[u8]) {
        // SAFETY: the source is initialised.
        unsafe { intrinsics::sandbox_write(to, from.as_ptr(), from.len()) };
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        intrinsics::sandbox_drop();
    }
}

fn event() -> Event {
    match intrinsics::event_kind() {
        1 => Event::Returned,
        2 => Event::Trapped(intrinsics::event_detail() as u32),
        3 => Event::HostCall(intrinsics::event_detail() as u32),
        4 => Event::OutOfGas {
            charge: intrinsics::event_detail(),
            settled: intrinsics::event_settled(),
        },
        other => panic!("the machine reports event {other}"),
    }
}
