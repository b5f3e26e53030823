//! The runtime of plain programs: opens a sandbox, runs the start function if there is one, enters one function, and commits to
//! what became of it. A trap of the program is an ordinary outcome here, so it can be proved.
//!
//! ```text
//! public input:  root R (32 bytes), gas budget (8, operators), start function + 1 or 0 (4), function (4), number of results (4),
//!                number of arguments (4), arguments (8 each)
//! output:        kind (4: 1 returned, 2 trapped, 3 host call, 4 out of gas), detail (4: trap code or host function),
//!                gas left (8), results (8 each, if returned)
//! ```
//!
//! The input names everything that the statement is about; who verifies looks start function and number of results up in the
//! program that R names.
#![no_std]

extern crate alloc;

use alloc::vec::Vec;

use guest_sdk::sandbox::{Event, MAX_LOADED_GAS, Root, Sandbox};

guest_sdk::entry!(main);

/// Stack budget of a call tree (bytes); the frame space is the bound that plain programs meet.
const STACK_BYTES: u32 = (1 << 24) - 1;

struct Reader(&'static [u8]);

impl Reader {
    fn word(&mut self) -> u32 {
        let (word, rest) = self.0.split_first_chunk().expect("the input ends early");
        self.0 = rest;
        u32::from_le_bytes(*word)
    }

    fn double_word(&mut self) -> u64 {
        u64::from(self.word()) | u64::from(self.word()) << 32
    }
}

fn main() {
    let mut input = Reader(guest_sdk::public_input());
    let root = Root(core::array::from_fn(|_| input.word()));
    let mut gas = Gas {
        unloaded: input.double_word(),
    };
    let start = input.word();
    let function = input.word();
    let results = input.word();
    let arguments = input.word();

    let mut sandbox = Sandbox::open(&root);
    let mut event = Event::Returned;
    if start > 0 {
        event = gas.run(&mut sandbox, start - 1);
    }
    if event == Event::Returned {
        for index in 0..arguments {
            sandbox.set_value(index, input.double_word());
        }
        event = gas.run(&mut sandbox, function);
    }
    let (kind, detail) = match event {
        Event::Returned => (1u32, 0),
        Event::Trapped(code) => (2, code),
        Event::HostCall(number) => (3, number),
        Event::OutOfGas { .. } => (4, 0),
    };
    let mut output = Vec::new();
    output.extend_from_slice(&kind.to_le_bytes());
    output.extend_from_slice(&detail.to_le_bytes());
    output.extend_from_slice(&gas.unloaded.to_le_bytes());
    if event == Event::Returned {
        for index in 0..results {
            output.extend_from_slice(&sandbox.value(index).to_le_bytes());
        }
    }
    guest_sdk::commit(&output);
}

/// A budget larger than what the machine counts at a time.
struct Gas {
    unloaded: u64,
}

impl Gas {
    fn load(&mut self) -> u32 {
        let loaded = self.unloaded.min(MAX_LOADED_GAS.into());
        self.unloaded -= loaded;
        loaded as u32
    }

    /// Runs a function; when the loaded part is used up and there is more, loads more and goes on.
    fn run(&mut self, sandbox: &mut Sandbox, function: u32) -> Event {
        let mut event = sandbox.enter(function, self.load(), STACK_BYTES);
        loop {
            self.unloaded += u64::from(sandbox.gas_left());
            match event {
                Event::OutOfGas { charge, settled }
                    if self.unloaded >= charge + u64::from(settled) && charge <= MAX_LOADED_GAS.into() =>
                {
                    event = sandbox.resume(self.load());
                }
                _ => return event,
            }
        }
    }
}
