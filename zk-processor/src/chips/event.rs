//! What the executor saw when one instruction ran: plain numbers, no field elements. Chips turn events into rows; the arrow goes from chip to event only.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::builder::{Sign, Val};
use super::buses::{Message, Tag};
use super::gadgets::execution::ExecutionCols;
use crate::isa::{ControlCell, Instruction, Space};

/// The execution tuple of rule 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Row number of the program in the program table.
    pub handle: u32,
    /// Row of the program.
    pub pc: u32,
    /// First slot of the frame.
    pub frame_pointer: u32,
    /// Time of the instruction.
    pub time: u32,
    /// 0 for the runtime, else the sandbox's number.
    pub context: u32,
    /// Pages of linear memory.
    pub pages: u32,
    /// Operators left of the loaded gas.
    pub gas_left: u32,
    /// Bytes left of the stack budget.
    pub stack_left: u32,
}

impl State {
    /// The tuple as cells.
    pub fn columns(&self) -> ExecutionCols<Val> {
        ExecutionCols {
            handle: Val::from_u32(self.handle),
            pc: Val::from_u32(self.pc),
            frame_pointer: Val::from_u32(self.frame_pointer),
            time: Val::from_u32(self.time),
            context: Val::from_u32(self.context),
            pages: Val::from_u32(self.pages),
            gas_left: Val::from_u32(self.gas_left),
            stack_left: Val::from_u32(self.stack_left),
        }
    }

    /// The tuple as a message.
    pub fn message(&self) -> Message<Val> {
        let fields = [
            self.handle,
            self.pc,
            self.frame_pointer,
            self.time,
            self.context,
            self.pages,
            self.gas_left,
            self.stack_left,
        ];
        Message::new(Tag::Exec, fields.map(Val::from_u32))
    }
}

/// One access to a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The space.
    pub space: Space,
    /// The context whose space it is.
    pub context: u32,
    /// The cell in its space.
    pub cell: u32,
    /// Time of this access: the instruction's time plus less than 8.
    pub time: u32,
    /// Time of the previous access to the cell, 0 for its initial value.
    pub previous: u32,
    /// Its value before.
    pub old: u64,
    /// Its value after; equal to `old` for a read.
    pub new: u64,
}

/// An instruction that ran: the tuple before it, its row of the program, and its accesses in the order of their times.
#[derive(Clone, Debug)]
pub struct Event {
    /// The tuple before.
    pub before: State,
    /// The tuple after.
    pub after: State,
    /// The row of the program.
    pub instruction: Instruction,
    /// The accesses.
    pub accesses: Vec<Access>,
}

impl Event {
    /// What every other chip must do for this event to balance: hand in the tuple, take the next one, provide the program row, and keep the cells.
    /// This is the independent account that tests hold a chip's messages against.
    pub fn partners(&self) -> Vec<(Sign, Message<Val>)> {
        let mut partners = Vec::from([
            (Sign::Send, self.before.message()),
            (Sign::Receive, self.after.message()),
            (Sign::Receive, self.fetch()),
        ]);
        partners.extend(self.cells(&self.accesses));
        partners
    }

    /// The lookup of the row of the program.
    pub fn fetch(&self) -> Message<Val> {
        let [handle, pc] = [self.before.handle, self.before.pc].map(Val::from_u32);
        Message::fetch(handle, pc, self.instruction.to_elements().map(Val::from_u32))
    }

    /// What memory says of some of the event's accesses.
    pub fn cells(&self, accesses: &[Access]) -> Vec<(Sign, Message<Val>)> {
        let mut messages = Vec::new();
        let mut rest = accesses.iter();
        while let Some(access) = rest.next() {
            // A machine-owned cell is two accesses, each with two of its four field elements.
            let second = if access.is_machine_owned() { rest.next() } else { None };
            let elements = |value: fn(&Access) -> u64| match second {
                Some(second) => [access, second].map(|part| halves(value(part))).concat(),
                None => limbs(value(access)).to_vec(),
            };
            let message = |time: u32, elements: Vec<Val>| {
                let key = [access.space as u32, access.context, access.cell, time];
                Message::new(Tag::Memory, key.into_iter().map(Val::from_u32).chain(elements))
            };
            messages.push((Sign::Send, message(access.previous, elements(|access| access.old))));
            messages.push((Sign::Receive, message(access.time, elements(|access| access.new))));
        }
        messages
    }
}

impl Access {
    /// Whether the cell holds field elements and is recorded as two accesses.
    pub fn is_machine_owned(&self) -> bool {
        match self.space {
            Space::Link => true,
            Space::Control => self.cell < ControlCell::EventKind as u32,
            _ => false,
        }
    }
}

/// The two field elements of half a machine-owned cell.
pub fn halves(value: u64) -> [Val; 2] {
    [value as u32, (value >> 32) as u32].map(Val::from_u32)
}

/// The four 16-bit limbs of a value, least significant first.
pub fn limbs(value: u64) -> [Val; 4] {
    core::array::from_fn(|limb| Val::from_u16((value >> (16 * limb)) as u16))
}
