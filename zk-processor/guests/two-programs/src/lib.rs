//! A runtime that enters a second program twice, serves its host calls by reading and writing its memory, and survives its trap,
//! its out of gas and its exhausted stack.
//!
//! ```text
//! public input: root R (32 bytes), then the visits: function (4), gas (4), stack budget (4), gas to resume with when it runs out
//!               or 0 (4), argument (8)
//! output:       for each event: kind (4), detail (8), settled (4), gas left (4), first value (8)
//! ```
//!
//! The host function, whatever its number, reverses the bytes (address, length) in the sandbox's memory and answers their sum. Each
//! visit after a failure, and each whose function is odd, gets a fresh context.
#![no_std]

extern crate alloc;

use alloc::vec;
use alloc::vec::Vec;

use guest_sdk::sandbox::{Event, Root, Sandbox};

guest_sdk::entry!(main);

struct Reader(&'static [u8]);

impl Reader {
    fn word(&mut self) -> u32 {
        let (word, rest) = self.0.split_first_chunk().expect("the input ends early");
        self.0 = rest;
        u32::from_le_bytes(*word)
    }
}

fn main() {
    let mut input = Reader(guest_sdk::public_input());
    let root = Root(core::array::from_fn(|_| input.word()));
    let mut output = Vec::new();
    let mut open: Option<Sandbox> = None;
    while !input.0.is_empty() {
        let [function, gas, stack, refill, low, high] = core::array::from_fn(|_| input.word());
        if function % 2 == 1 {
            open = None;
        }
        let sandbox = open.get_or_insert_with(|| Sandbox::open(&root));
        sandbox.set_value(0, u64::from(low) | u64::from(high) << 32);
        let mut event = sandbox.enter(function, gas, stack);
        let mut refill = refill;
        loop {
            report(&mut output, sandbox, event);
            match event {
                Event::HostCall(_) => {
                    let sum = serve(sandbox);
                    sandbox.set_value(0, sum);
                    event = sandbox.resume(sandbox.gas_left());
                }
                Event::OutOfGas { .. } if refill > 0 => {
                    event = sandbox.resume(core::mem::take(&mut refill));
                }
                Event::Returned => break,
                _ => {
                    open = None;
                    break;
                }
            }
        }
    }
    guest_sdk::commit(&output);
}

fn serve(sandbox: &mut Sandbox) -> u64 {
    let (address, len) = (sandbox.value(0) as u32, sandbox.value(1) as usize);
    if !sandbox.has(address, len) {
        return u64::MAX;
    }
    let mut bytes = vec![0; len];
    sandbox.read(address, &mut bytes);
    bytes.reverse();
    sandbox.write(address, &bytes);
    bytes.iter().map(|byte| u64::from(*byte)).sum()
}

fn report(output: &mut Vec<u8>, sandbox: &Sandbox, event: Event) {
    let (kind, detail, settled) = match event {
        Event::Returned => (1u32, 0, 0),
        Event::Trapped(code) => (2, u64::from(code), 0),
        Event::HostCall(number) => (3, u64::from(number), 0),
        Event::OutOfGas { charge, settled } => (4, charge, settled),
    };
    output.extend_from_slice(&kind.to_le_bytes());
    output.extend_from_slice(&detail.to_le_bytes());
    output.extend_from_slice(&settled.to_le_bytes());
    output.extend_from_slice(&sandbox.gas_left().to_le_bytes());
    output.extend_from_slice(&sandbox.value(0).to_le_bytes());
}
