//! Which chip proves an event.

use crate::chips::bulk_step::BulkStep;
use crate::chips::cell_step::CellStep;
use crate::chips::event::Event;
use crate::chips::gadgets::hand_over::split_accesses;
use crate::chips::hash_step::HashStep;
use crate::chips::machine::MachineChip;
use crate::chips::{growth, load_unaligned, store_unaligned};
use crate::isa::{EventKind, Family, Opcode, Trap};

/// No chip of the machine proves this event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no chip proves `{}` at row {pc} of program {handle}", .opcode.mnemonic())]
pub struct Unproved {
    /// The opcode.
    pub opcode: Opcode,
    /// Its program.
    pub handle: u32,
    /// Its row.
    pub pc: u32,
}

/// The chip whose table this event becomes a row of.
///
/// # Errors
/// An event that no chip takes.
pub fn route(event: &Event) -> Result<MachineChip, Unproved> {
    chip_of(event).ok_or(Unproved {
        opcode: event.instruction.opcode,
        handle: event.before.handle,
        pc: event.before.pc,
    })
}

/// The chip of what context 0 does with a sandbox.
fn sandbox_chip_of(opcode: Opcode) -> MachineChip {
    match opcode {
        Opcode::SandboxOpen => MachineChip::OpenOrHalt,
        Opcode::SandboxEnter | Opcode::SandboxResume => MachineChip::SandboxSwitch,
        _ => MachineChip::SandboxAccess,
    }
}

/// The chip of a row that gives control back; the event has a second row in the table of hand-overs.
fn exit_of(event: &Event) -> Option<MachineChip> {
    let (_, [_, _, _, _, kind, detail, ..]) = split_accesses(event)?;
    let opcode = event.instruction.opcode;
    let is_stack = kind.new == EventKind::Trapped as u64 && detail.new == Trap::StackExhausted as u64;
    Some(match opcode {
        _ if kind.new == EventKind::OutOfGas as u64 => MachineChip::OutOfGas,
        Opcode::Call | Opcode::Prologue if is_stack => MachineChip::OutOfGas,
        _ if kind.new == EventKind::Trapped as u64 && is_division(opcode) => MachineChip::DivideTrap,
        Opcode::Trap | Opcode::Panic | Opcode::HostCall | Opcode::Return => MachineChip::SandboxExit,
        _ if opcode.is_privileged() => MachineChip::SandboxExit,
        _ => MachineChip::BoundsTrap,
    })
}

fn is_division(opcode: Opcode) -> bool {
    matches!(opcode.family(), Family::DivRem32 | Family::DivRem64)
}

fn chip_of(event: &Event) -> Option<MachineChip> {
    let opcode = event.instruction.opcode;
    if event.before.context != 0 && event.after.context == 0 {
        return exit_of(event);
    }
    if load_unaligned::takes(event) {
        return Some(MachineChip::LoadUnaligned);
    }
    if store_unaligned::takes(event) {
        return Some(MachineChip::StoreUnaligned);
    }
    if growth::takes(event) {
        return Some(MachineChip::Growth);
    }
    if BulkStep::of(event).is_some() {
        return Some(MachineChip::BulkStep);
    }
    if CellStep::of(event).is_some() {
        return Some(MachineChip::CellStep);
    }
    if HashStep::of(event).is_some() {
        return Some(MachineChip::HashStep);
    }
    Some(match opcode.family() {
        Family::Halt => MachineChip::OpenOrHalt,
        Family::Sandbox => sandbox_chip_of(opcode),
        Family::Branch => MachineChip::Branch,
        Family::BranchTable => MachineChip::BranchTable,
        Family::Call => MachineChip::Call,
        Family::CallIndirect => MachineChip::CallIndirect,
        Family::Return => MachineChip::Return,
        Family::Charge if opcode == Opcode::Charge => MachineChip::Charge,
        Family::Move => MachineChip::Move,
        Family::Select => MachineChip::Select,
        Family::Global => MachineChip::Global,
        Family::AddSub32 => MachineChip::AddSub32,
        Family::Logic32 => MachineChip::Logic32,
        Family::Shift32 => MachineChip::Shift32,
        Family::Mul32 => MachineChip::Mul32,
        Family::Shift64 => MachineChip::Shift64,
        Family::DivRem32 => MachineChip::DivRem32,
        Family::DivRem64 => MachineChip::DivRem64,
        Family::Bits32 | Family::Bits64 => MachineChip::BitCount,
        Family::Mul64 => MachineChip::Mul64,
        Family::MulWide => MachineChip::MulWide,
        Family::Carry64 => MachineChip::Carry64,
        Family::Equal32 => MachineChip::Equal32,
        Family::Less32 => MachineChip::Less32,
        Family::BranchEqual32 => MachineChip::BranchEqual32,
        Family::BranchLess32 => MachineChip::BranchLess32,
        Family::AddSub64 => MachineChip::AddSub64,
        Family::Logic64 => MachineChip::Logic64,
        Family::Equal64 => MachineChip::Equal64,
        Family::Less64 => MachineChip::Less64,
        Family::BranchEqual64 => MachineChip::BranchEqual64,
        Family::BranchLess64 => MachineChip::BranchLess64,
        Family::Extend => MachineChip::Extend,
        Family::Load8 => MachineChip::Load8,
        Family::Load16 => MachineChip::Load16,
        Family::Load32 => MachineChip::Load32,
        Family::Load64 => MachineChip::Load64,
        Family::Store8 => MachineChip::Store8,
        Family::Store16 => MachineChip::Store16,
        Family::Store32 => MachineChip::Store32,
        Family::Store64 => MachineChip::Store64,
        _ => return None,
    })
}
