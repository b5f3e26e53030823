//! The inner loop: instructions of one context, until something concerns more than that context.
//!
//! One `match` on the opcode over the 16-byte rows as they are. Slot operands are 16 bits wide and index an array of 2^16 slots,
//! so the compiler needs no bounds checks for them. Everything that only recording needs is behind the constant `RECORD`.

use super::arithmetic::{
    div_s32, div_s64, div_u32, div_u64, mul_wide_s, mul_wide_u, rem_s32, rem_s64, rem_u32, rem_u64,
};
use super::bulk;
use super::context::{Context, Link, frame, has_room, make_room};
use super::input::Input;
use super::memory::{Cells, Full};
use super::record::{At, Record, time};
use crate::isa::rows::bulk_slots;
use crate::isa::spaces::{INPUT_BASE, MAX_FRAME_POINTER, TIME_STEP};
use crate::isa::{Instruction, Opcode, Space, Trap};
use crate::program::Entry;

/// What a run of one context needs besides the context.
pub(crate) struct Surroundings<'a> {
    pub(crate) code: &'a [Instruction],
    pub(crate) entries: &'a [Entry],
    /// The input window, for context 0.
    pub(crate) input: Option<&'a Input>,
    pub(crate) record: &'a mut Record,
    /// Instructions executed so far in the whole run.
    pub(crate) instructions: u64,
    /// Stop when that many instructions have been executed.
    pub(crate) end: u64,
    /// How far the clock is ahead of the instructions: a step for each segment that was begun.
    pub(crate) clock_lead: u64,
}

/// Why the inner loop ended. The position is stored in the context.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Leave {
    /// The instruction count is reached.
    End,
    /// No more storage; the instruction at the position is half done.
    Full,
    /// The program trapped.
    Trap(Trap),
    /// A charge is not covered; nothing of the instruction happened.
    OutOfGas { charge: u64, settled: u32 },
    /// A host call; the position is behind it.
    HostCall(u32),
    /// The function that was entered returned.
    Returned,
    /// An instruction that concerns the machine as a whole, its charge taken; the position is at it.
    Privileged(Instruction),
}

impl From<Full> for Leave {
    fn from(_: Full) -> Self {
        Self::Full
    }
}

/// Runs `context` and stores its position when it leaves.
#[allow(
    clippy::too_many_lines,
    reason = "one arm for each opcode, in the order of the list; splitting it would scatter the machine"
)]
#[expect(
    clippy::int_plus_one,
    reason = "the width is a parameter of the macro, only sometimes 1"
)]
pub(crate) fn run<const RECORD: bool>(context: &mut Context, around: &mut Surroundings<'_>) -> Leave {
    let Context {
        id,
        position,
        slots,
        links,
        globals,
        memory,
        tables,
        segments,
        times,
    } = context;
    let id = *id;
    let Surroundings {
        code,
        entries,
        input,
        record,
        ..
    } = around;
    let (code, entries, input) = (*code, *entries, *input);
    let mut instructions = around.instructions;
    let (end, clock_lead) = (around.end, around.clock_lead);
    let (mut pc, mut fp, mut gas_left, mut stack_left) =
        (position.pc, position.fp, position.gas_left, position.stack_left);

    make_room(slots, links, fp);
    if RECORD {
        times.slots.resize(slots.len(), 0);
        times.links.resize(links.len(), 0);
    }
    let mut slot = frame(slots, fp);
    // Time of the current instruction; only recording reads it.
    let mut now = 0u64;

    /// A cell of this context at a time of this instruction.
    macro_rules! at {
        ($space:ident, $cell:expr, $time:expr) => {
            At {
                space: Space::$space,
                context: id,
                cell: $cell as u64,
                now: now + $time,
            }
        };
    }

    /// The value of a slot.
    macro_rules! get {
        ($time:expr, $slot:expr) => {{
            let index = usize::from($slot as u16);
            let value = slot[index];
            if RECORD {
                let last = &mut times.slots[fp as usize + index];
                record.access(at!(Frame, fp as usize + index, $time), value, *last);
                *last = now + $time;
            }
            value
        }};
    }
    /// Sets the destination slot.
    macro_rules! put {
        ($slot:expr, $value:expr) => {{
            let value: u64 = $value;
            let index = usize::from($slot as u16);
            if RECORD {
                let last = &mut times.slots[fp as usize + index];
                let at = at!(Frame, fp as usize + index, time::DESTINATION);
                record.access(at, slot[index], *last);
                *last = at.now;
            }
            slot[index] = value;
        }};
    }

    /// Sets the second destination slot of a wide operation.
    macro_rules! put_second {
        ($row:expr, $value:expr) => {{
            let value: u64 = $value;
            let index = usize::from($row.c());
            if RECORD {
                let last = &mut times.slots[fp as usize + index];
                let at = at!(Frame, fp as usize + index, time::SECOND_DESTINATION);
                record.access(at, slot[index], *last);
                *last = at.now;
            }
            slot[index] = value;
        }};
    }

    let leave = 'run: loop {
        if instructions == end {
            break 'run Leave::End;
        }
        instructions += 1;
        if RECORD {
            now = (instructions + clock_lead) * u64::from(TIME_STEP);
        }
        let row = match code.get(pc as usize) {
            Some(row) => *row,
            None => Instruction::ZERO,
        };
        let charge = u32::from(row.gas);
        if charge > gas_left && !matches!(row.opcode, Opcode::Charge | Opcode::ChargeLinear) {
            break 'run Leave::OutOfGas {
                charge: u64::from(charge),
                settled: 0,
            };
        }
        let gas_before = gas_left;
        gas_left = gas_left.wrapping_sub(charge);

        macro_rules! trap {
            ($trap:expr) => {
                break 'run Leave::Trap($trap)
            };
        }
        macro_rules! full {
            ($result:expr) => {
                if $result.is_err() {
                    break 'run Leave::Full;
                }
            };
        }
        macro_rules! unary {
            (|$a:ident| $value:expr) => {{
                let $a = get!(time::A, row.a);
                put!(row.dst, $value);
            }};
        }
        macro_rules! binary32 {
            (|$a:ident, $b:ident| $value:expr) => {{
                let ($a, $b) = (get!(time::A, row.a) as u32, get!(time::B, row.x) as u32);
                put!(row.dst, u64::from($value));
            }};
        }
        macro_rules! immediate32 {
            (|$a:ident, $b:ident| $value:expr) => {{
                let ($a, $b) = (get!(time::A, row.a) as u32, row.low());
                put!(row.dst, u64::from($value));
            }};
        }
        macro_rules! binary64 {
            (|$a:ident, $b:ident| $value:expr) => {{
                let ($a, $b) = (get!(time::A, row.a), get!(time::B, row.x));
                put!(row.dst, $value);
            }};
        }
        macro_rules! immediate64 {
            (|$a:ident, $b:ident| $value:expr) => {{
                let ($a, $b) = (get!(time::A, row.a), row.x);
                put!(row.dst, $value);
            }};
        }
        macro_rules! or_trap {
            ($result:expr) => {
                match $result {
                    Ok(value) => value,
                    Err(trap) => trap!(trap),
                }
            };
        }
        macro_rules! branch {
            ($condition:expr) => {{
                if $condition {
                    pc = row.dst;
                    continue 'run;
                }
            }};
        }
        macro_rules! branch32 {
            (|$a:ident, $b:ident| $condition:expr) => {{
                let ($a, $b) = (get!(time::A, row.a) as u32, get!(time::B, row.x) as u32);
                branch!($condition);
            }};
        }
        macro_rules! branch_immediate32 {
            (|$a:ident, $b:ident| $condition:expr) => {{
                let ($a, $b) = (get!(time::A, row.a) as u32, row.low());
                branch!($condition);
            }};
        }
        macro_rules! branch64 {
            (|$a:ident, $b:ident| $condition:expr) => {{
                let ($a, $b) = (get!(time::A, row.a), get!(time::B, row.x));
                branch!($condition);
            }};
        }
        macro_rules! branch_immediate64 {
            (|$a:ident, $b:ident| $condition:expr) => {{
                let ($a, $b) = (get!(time::A, row.a), row.x);
                branch!($condition);
            }};
        }
        macro_rules! load {
            ($len:literal, |$value:ident| $extended:expr) => {{
                let address = u64::from(get!(time::A, row.a) as u32) + u64::from(row.low());
                let $value = if address + $len <= memory.len() {
                    if RECORD {
                        full!(bulk::touch_memory(
                            record,
                            id,
                            memory,
                            &mut times.memory,
                            address,
                            $len,
                            now + time::READ
                        ));
                    }
                    memory.read::<$len>(address)
                } else {
                    match input {
                        Some(input) if address >= u64::from(INPUT_BASE) && address + $len <= 1 << 32 => {
                            input.read::<$len>(address - u64::from(INPUT_BASE))
                        }
                        _ => trap!(Trap::MemoryOutOfBounds),
                    }
                };
                put!(row.dst, $extended);
            }};
        }
        macro_rules! store {
            ($len:literal, $value:expr) => {{
                let address = u64::from(get!(time::A, row.a) as u32) + u64::from(row.low());
                // A row that traps reads the address only.
                if address + $len > memory.len() {
                    trap!(Trap::MemoryOutOfBounds);
                }
                let value: u64 = $value;
                if RECORD {
                    full!(bulk::touch_memory(
                        record,
                        id,
                        memory,
                        &mut times.memory,
                        address,
                        $len,
                        now + time::WRITE
                    ));
                }
                full!(memory.write::<$len>(address, value));
            }};
        }
        /// A cell of a table or segment, read at its time.
        macro_rules! cell {
            (tables, $index:expr) => {
                cell!(tables, Table, $index)
            };
            (segments, $index:expr) => {
                cell!(segments, Segment, $index)
            };
            ($cells:ident, $space:ident, $index:expr) => {{
                let index: u64 = $index;
                let value = $cells.get(index);
                if RECORD {
                    full!(touch(
                        record,
                        at!($space, index, time::READ),
                        value,
                        &mut times.$cells
                    ));
                }
                value
            }};
        }
        macro_rules! enter_frame {
            ($fp:expr) => {{
                fp = $fp;
                if !has_room(slots, links, fp) {
                    make_room(slots, links, fp);
                    if RECORD {
                        times.slots.resize(slots.len(), 0);
                        times.links.resize(links.len(), 0);
                    }
                }
                slot = frame(slots, fp);
            }};
        }
        /// Writes the link of a callee's frame and moves there.
        macro_rules! link_and_enter {
            ($callee_fp:expr) => {{
                let callee_fp: u32 = $callee_fp;
                let link = Link {
                    pc: pc + 1,
                    fp,
                    stack_left,
                };
                enter_frame!(callee_fp);
                let old = core::mem::replace(&mut links[callee_fp as usize], link);
                if RECORD {
                    let at = at!(Link, callee_fp, time::READ);
                    touch_link(record, at, old, &mut times.links[callee_fp as usize]);
                }
            }};
        }

        match row.opcode {
            // control
            Opcode::Trap => trap!(Trap::from_code(row.low()).unwrap_or(Trap::Unreachable)),
            // The message is the executor's to show; the row reads nothing.
            Opcode::Panic => trap!(Trap::Panic),
            Opcode::Branch => {
                pc = row.dst;
                continue 'run;
            }
            Opcode::BranchTable => {
                pc += 1 + (get!(time::A, row.a) as u32).min(row.low());
                continue 'run;
            }
            Opcode::Call => {
                let callee_fp = fp + u32::from(row.a);
                if stack_left < row.low() || callee_fp >= MAX_FRAME_POINTER {
                    trap!(Trap::StackExhausted);
                }
                if gas_left < row.high() {
                    gas_left = gas_before;
                    break 'run Leave::OutOfGas {
                        charge: u64::from(row.high()),
                        settled: charge,
                    };
                }
                link_and_enter!(callee_fp);
                stack_left -= row.low();
                gas_left -= row.high();
                pc = row.dst;
                continue 'run;
            }
            Opcode::CallIndirect => {
                let index = get!(time::A, row.a);
                let base = u64::from(row.low());
                if index >= cell!(tables, base) {
                    trap!(Trap::UndefinedElement);
                }
                let element = cell!(tables, base + 1 + index);
                if element == 0 {
                    trap!(Trap::UninitializedElement);
                }
                let entry = entries.get(element as usize - 1).copied().unwrap_or_default();
                if entry.type_index != row.high() {
                    trap!(Trap::IndirectCallTypeMismatch);
                }
                let callee_fp = fp.saturating_add(row.dst);
                if callee_fp >= MAX_FRAME_POINTER {
                    trap!(Trap::StackExhausted);
                }
                link_and_enter!(callee_fp);
                pc = entry.pc;
                continue 'run;
            }
            Opcode::Prologue => {
                if stack_left < row.low() {
                    trap!(Trap::StackExhausted);
                }
                if gas_left < row.high() {
                    gas_left = gas_before;
                    break 'run Leave::OutOfGas {
                        charge: u64::from(row.high()),
                        settled: charge,
                    };
                }
                stack_left -= row.low();
                gas_left -= row.high();
            }
            Opcode::Return => {
                let link = links[fp as usize];
                if RECORD {
                    touch_link(record, at!(Link, fp, time::READ), link, &mut times.links[fp as usize]);
                }
                if link == Link::default() {
                    break 'run Leave::Returned;
                }
                pc = link.pc;
                stack_left = link.stack_left;
                enter_frame!(link.fp);
                continue 'run;
            }
            Opcode::Charge | Opcode::ChargeLinear => {
                let mut charge = u64::from(charge) + u64::from(row.low());
                if row.opcode == Opcode::ChargeLinear {
                    charge += u64::from(get!(time::A, row.a) as u32);
                }
                gas_left = gas_before;
                if charge > u64::from(gas_left) {
                    break 'run Leave::OutOfGas { charge, settled: 0 };
                }
                gas_left -= charge as u32;
            }

            // moves
            Opcode::Move => unary!(|a| a),
            Opcode::Constant => put!(row.dst, row.x),
            Opcode::Select => {
                let (a, b, condition) = (get!(time::A, row.a), get!(time::B, row.x), get!(time::C, row.c()));
                put!(row.dst, if condition as u32 != 0 { a } else { b });
            }
            Opcode::GlobalGet | Opcode::GlobalGetAdd => {
                let value = globals.get(row.low() as usize).copied().unwrap_or(0);
                if RECORD {
                    let at = at!(Global, row.low(), time::READ);
                    touch_global(record, at, value, &mut times.globals);
                }
                put!(
                    row.dst,
                    if row.opcode == Opcode::GlobalGet {
                        value
                    } else {
                        u64::from((value as u32).wrapping_add(row.high()))
                    }
                );
            }
            Opcode::GlobalSet | Opcode::GlobalSetAdd => {
                let value = get!(time::A, row.a);
                let index = row.low() as usize;
                if index >= globals.len() {
                    globals.resize(index + 1, 0);
                }
                let new = if row.opcode == Opcode::GlobalSet {
                    value
                } else {
                    u64::from((value as u32).wrapping_add(row.high()))
                };
                let old = core::mem::replace(&mut globals[index], new);
                if RECORD {
                    let at = at!(Global, row.low(), time::READ);
                    touch_global(record, at, old, &mut times.globals);
                }
            }

            // 32-bit arithmetic
            Opcode::Add32 => binary32!(|a, b| a.wrapping_add(b)),
            Opcode::Add32Imm => immediate32!(|a, b| a.wrapping_add(b)),
            Opcode::Sub32 => binary32!(|a, b| a.wrapping_sub(b)),
            Opcode::And32 => binary32!(|a, b| a & b),
            Opcode::And32Imm => immediate32!(|a, b| a & b),
            Opcode::Or32 => binary32!(|a, b| a | b),
            Opcode::Or32Imm => immediate32!(|a, b| a | b),
            Opcode::Xor32 => binary32!(|a, b| a ^ b),
            Opcode::Xor32Imm => immediate32!(|a, b| a ^ b),
            Opcode::Shl32 => binary32!(|a, b| a.wrapping_shl(b)),
            Opcode::Shl32Imm => immediate32!(|a, b| a.wrapping_shl(b)),
            Opcode::ShrS32 => binary32!(|a, b| (a as i32).wrapping_shr(b) as u32),
            Opcode::ShrS32Imm => immediate32!(|a, b| (a as i32).wrapping_shr(b) as u32),
            Opcode::ShrU32 => binary32!(|a, b| a.wrapping_shr(b)),
            Opcode::ShrU32Imm => immediate32!(|a, b| a.wrapping_shr(b)),
            Opcode::Rotl32 => binary32!(|a, b| a.rotate_left(b % 32)),
            Opcode::Rotl32Imm => immediate32!(|a, b| a.rotate_left(b % 32)),
            Opcode::Rotr32 => binary32!(|a, b| a.rotate_right(b % 32)),
            Opcode::Mul32 => binary32!(|a, b| a.wrapping_mul(b)),
            Opcode::Mul32Imm => immediate32!(|a, b| a.wrapping_mul(b)),
            Opcode::DivS32 => binary32!(|a, b| or_trap!(div_s32(a, b))),
            Opcode::DivS32Imm => immediate32!(|a, b| or_trap!(div_s32(a, b))),
            Opcode::DivU32 => binary32!(|a, b| or_trap!(div_u32(a, b))),
            Opcode::DivU32Imm => immediate32!(|a, b| or_trap!(div_u32(a, b))),
            Opcode::RemS32 => binary32!(|a, b| or_trap!(rem_s32(a, b))),
            Opcode::RemS32Imm => immediate32!(|a, b| or_trap!(rem_s32(a, b))),
            Opcode::RemU32 => binary32!(|a, b| or_trap!(rem_u32(a, b))),
            Opcode::RemU32Imm => immediate32!(|a, b| or_trap!(rem_u32(a, b))),
            Opcode::Clz32 => unary!(|a| u64::from((a as u32).leading_zeros())),
            Opcode::Ctz32 => unary!(|a| u64::from((a as u32).trailing_zeros())),
            Opcode::Popcnt32 => unary!(|a| u64::from((a as u32).count_ones())),
            Opcode::Eq32 => binary32!(|a, b| a == b),
            Opcode::Eq32Imm => immediate32!(|a, b| a == b),
            Opcode::Ne32 => binary32!(|a, b| a != b),
            Opcode::Ne32Imm => immediate32!(|a, b| a != b),
            Opcode::LtS32 => binary32!(|a, b| (a as i32) < b as i32),
            Opcode::LtS32Imm => immediate32!(|a, b| (a as i32) < b as i32),
            Opcode::LtU32 => binary32!(|a, b| a < b),
            Opcode::LtU32Imm => immediate32!(|a, b| a < b),
            Opcode::GeS32 => binary32!(|a, b| a as i32 >= b as i32),
            Opcode::GeS32Imm => immediate32!(|a, b| a as i32 >= b as i32),
            Opcode::GeU32 => binary32!(|a, b| a >= b),
            Opcode::GeU32Imm => immediate32!(|a, b| a >= b),
            Opcode::BranchEq32 => branch32!(|a, b| a == b),
            Opcode::BranchEq32Imm => branch_immediate32!(|a, b| a == b),
            Opcode::BranchNe32 => branch32!(|a, b| a != b),
            Opcode::BranchNe32Imm => branch_immediate32!(|a, b| a != b),
            Opcode::BranchLtS32 => branch32!(|a, b| (a as i32) < b as i32),
            Opcode::BranchLtS32Imm => branch_immediate32!(|a, b| (a as i32) < b as i32),
            Opcode::BranchLtU32 => branch32!(|a, b| a < b),
            Opcode::BranchLtU32Imm => branch_immediate32!(|a, b| a < b),
            Opcode::BranchGeS32 => branch32!(|a, b| a as i32 >= b as i32),
            Opcode::BranchGeS32Imm => branch_immediate32!(|a, b| a as i32 >= b as i32),
            Opcode::BranchGeU32 => branch32!(|a, b| a >= b),
            Opcode::BranchGeU32Imm => branch_immediate32!(|a, b| a >= b),

            // 64-bit arithmetic
            Opcode::Add64 => binary64!(|a, b| a.wrapping_add(b)),
            Opcode::Add64Imm => immediate64!(|a, b| a.wrapping_add(b)),
            Opcode::Sub64 => binary64!(|a, b| a.wrapping_sub(b)),
            Opcode::And64 => binary64!(|a, b| a & b),
            Opcode::And64Imm => immediate64!(|a, b| a & b),
            Opcode::Or64 => binary64!(|a, b| a | b),
            Opcode::Or64Imm => immediate64!(|a, b| a | b),
            Opcode::Xor64 => binary64!(|a, b| a ^ b),
            Opcode::Xor64Imm => immediate64!(|a, b| a ^ b),
            Opcode::Shl64 => binary64!(|a, b| a.wrapping_shl(b as u32)),
            Opcode::Shl64Imm => immediate64!(|a, b| a.wrapping_shl(b as u32)),
            Opcode::ShrS64 => binary64!(|a, b| (a as i64).wrapping_shr(b as u32) as u64),
            Opcode::ShrS64Imm => immediate64!(|a, b| (a as i64).wrapping_shr(b as u32) as u64),
            Opcode::ShrU64 => binary64!(|a, b| a.wrapping_shr(b as u32)),
            Opcode::ShrU64Imm => immediate64!(|a, b| a.wrapping_shr(b as u32)),
            Opcode::Rotl64 => binary64!(|a, b| a.rotate_left((b % 64) as u32)),
            Opcode::Rotl64Imm => immediate64!(|a, b| a.rotate_left((b % 64) as u32)),
            Opcode::Rotr64 => binary64!(|a, b| a.rotate_right((b % 64) as u32)),
            Opcode::Mul64 => binary64!(|a, b| a.wrapping_mul(b)),
            Opcode::Mul64Imm => immediate64!(|a, b| a.wrapping_mul(b)),
            Opcode::DivS64 => binary64!(|a, b| or_trap!(div_s64(a, b))),
            Opcode::DivS64Imm => immediate64!(|a, b| or_trap!(div_s64(a, b))),
            Opcode::DivU64 => binary64!(|a, b| or_trap!(div_u64(a, b))),
            Opcode::DivU64Imm => immediate64!(|a, b| or_trap!(div_u64(a, b))),
            Opcode::RemS64 => binary64!(|a, b| or_trap!(rem_s64(a, b))),
            Opcode::RemS64Imm => immediate64!(|a, b| or_trap!(rem_s64(a, b))),
            Opcode::RemU64 => binary64!(|a, b| or_trap!(rem_u64(a, b))),
            Opcode::RemU64Imm => immediate64!(|a, b| or_trap!(rem_u64(a, b))),
            Opcode::Clz64 => unary!(|a| u64::from(a.leading_zeros())),
            Opcode::Ctz64 => unary!(|a| u64::from(a.trailing_zeros())),
            Opcode::Popcnt64 => unary!(|a| u64::from(a.count_ones())),
            Opcode::Eq64 => binary64!(|a, b| u64::from(a == b)),
            Opcode::Eq64Imm => immediate64!(|a, b| u64::from(a == b)),
            Opcode::Ne64 => binary64!(|a, b| u64::from(a != b)),
            Opcode::Ne64Imm => immediate64!(|a, b| u64::from(a != b)),
            Opcode::LtS64 => binary64!(|a, b| u64::from((a as i64) < b as i64)),
            Opcode::LtS64Imm => immediate64!(|a, b| u64::from((a as i64) < b as i64)),
            Opcode::LtU64 => binary64!(|a, b| u64::from(a < b)),
            Opcode::LtU64Imm => immediate64!(|a, b| u64::from(a < b)),
            Opcode::GeS64 => binary64!(|a, b| u64::from(a as i64 >= b as i64)),
            Opcode::GeS64Imm => immediate64!(|a, b| u64::from(a as i64 >= b as i64)),
            Opcode::GeU64 => binary64!(|a, b| u64::from(a >= b)),
            Opcode::GeU64Imm => immediate64!(|a, b| u64::from(a >= b)),
            Opcode::BranchEq64 => branch64!(|a, b| a == b),
            Opcode::BranchEq64Imm => branch_immediate64!(|a, b| a == b),
            Opcode::BranchNe64 => branch64!(|a, b| a != b),
            Opcode::BranchNe64Imm => branch_immediate64!(|a, b| a != b),
            Opcode::BranchLtS64 => branch64!(|a, b| (a as i64) < b as i64),
            Opcode::BranchLtS64Imm => branch_immediate64!(|a, b| (a as i64) < b as i64),
            Opcode::BranchLtU64 => branch64!(|a, b| a < b),
            Opcode::BranchLtU64Imm => branch_immediate64!(|a, b| a < b),
            Opcode::BranchGeS64 => branch64!(|a, b| a as i64 >= b as i64),
            Opcode::BranchGeS64Imm => branch_immediate64!(|a, b| a as i64 >= b as i64),
            Opcode::BranchGeU64 => branch64!(|a, b| a >= b),
            Opcode::BranchGeU64Imm => branch_immediate64!(|a, b| a >= b),

            // conversions
            Opcode::Wrap64 => unary!(|a| u64::from(a as u32)),
            Opcode::Extend8S32 => unary!(|a| u64::from(i32::from(a as i8) as u32)),
            Opcode::Extend16S32 => unary!(|a| u64::from(i32::from(a as i16) as u32)),
            Opcode::Extend8S64 => unary!(|a| i64::from(a as i8) as u64),
            Opcode::Extend16S64 => unary!(|a| i64::from(a as i16) as u64),
            Opcode::Extend32S64 => unary!(|a| i64::from(a as i32) as u64),

            // wide arithmetic
            Opcode::MulWideS => {
                let (low, high) = mul_wide_s(get!(time::A, row.a), get!(time::B, row.x));
                put!(row.dst, low);
                put_second!(row, high);
            }
            Opcode::MulWideU => {
                let (low, high) = mul_wide_u(get!(time::A, row.a), get!(time::B, row.x));
                put!(row.dst, low);
                put_second!(row, high);
            }
            Opcode::AddCarry64 => {
                let (sum, carry) = get!(time::A, row.a).overflowing_add(get!(time::B, row.x));
                put!(row.dst, sum);
                put_second!(row, u64::from(carry));
            }
            Opcode::SubBorrow64 => {
                let (difference, borrow) = get!(time::A, row.a).overflowing_sub(get!(time::B, row.x));
                put!(row.dst, difference);
                put_second!(row, u64::from(borrow));
            }
            // A carry is 0 or 1: the row before wrote it. With another value no row could be proved.
            Opcode::AddWithCarry64 => {
                let sum = get!(time::A, row.a).wrapping_add(get!(time::B, row.x));
                let carry = get!(time::C, row.c());
                put!(row.dst, sum.wrapping_add(carry));
            }
            Opcode::SubWithBorrow64 => {
                let difference = get!(time::A, row.a).wrapping_sub(get!(time::B, row.x));
                let borrow = get!(time::C, row.c());
                put!(row.dst, difference.wrapping_sub(borrow));
            }

            // linear memory
            Opcode::Load8U => load!(1, |value| value),
            Opcode::Load8S32 => load!(1, |value| u64::from(i32::from(value as i8) as u32)),
            Opcode::Load8S64 => load!(1, |value| i64::from(value as i8) as u64),
            Opcode::Load16U => load!(2, |value| value),
            Opcode::Load16S32 => load!(2, |value| u64::from(i32::from(value as i16) as u32)),
            Opcode::Load16S64 => load!(2, |value| i64::from(value as i16) as u64),
            Opcode::Load32U => load!(4, |value| value),
            Opcode::Load32S64 => load!(4, |value| i64::from(value as i32) as u64),
            Opcode::Load64 => load!(8, |value| value),
            Opcode::Store8 => store!(1, get!(time::C, row.dst)),
            Opcode::Store8Imm => store!(1, u64::from(row.high())),
            Opcode::Store16 => store!(2, get!(time::C, row.dst)),
            Opcode::Store16Imm => store!(2, u64::from(row.high())),
            Opcode::Store32 => store!(4, get!(time::C, row.dst)),
            Opcode::Store32Imm => store!(4, u64::from(row.high())),
            Opcode::Store64 => store!(8, get!(time::C, row.dst)),
            Opcode::Store64Imm => store!(8, u64::from(row.high())),
            Opcode::MemorySize => put!(row.dst, u64::from(memory.pages())),
            Opcode::MemoryGrow => {
                let delta = u64::from(get!(time::A, row.a) as u32);
                let pages = memory.pages();
                let wanted = u64::from(pages) + delta;
                if wanted <= u64::from(row.low()) {
                    memory.resize(wanted as u32);
                    put!(row.dst, u64::from(pages));
                } else {
                    put!(row.dst, u64::from(u32::MAX));
                }
            }

            // tables and segments
            Opcode::TableGet => {
                let (index, base) = (get!(time::A, row.a), u64::from(row.low()));
                if index >= cell!(tables, base) {
                    trap!(Trap::TableOutOfBounds);
                }
                let element = cell!(tables, base + 1 + index);
                put!(row.dst, element);
            }
            Opcode::TableSet => {
                let (index, base) = (get!(time::A, row.a), u64::from(row.low()));
                // A row that traps reads index and size only.
                if index >= tables.get(base) {
                    cell!(tables, base);
                    trap!(Trap::TableOutOfBounds);
                }
                let value = get!(time::C, row.dst);
                cell!(tables, base);
                cell!(tables, base + 1 + index);
                full!(tables.set(base + 1 + index, value));
            }
            Opcode::TableSize => {
                let size = cell!(tables, u64::from(row.low()));
                put!(row.dst, size);
            }
            Opcode::TableGrow => {
                let delta = u64::from(get!(time::A, row.a) as u32);
                let size = cell!(tables, u64::from(row.low()));
                if size + delta <= u64::from(row.high()) {
                    full!(tables.set(u64::from(row.low()), size + delta));
                    put!(row.dst, size);
                } else {
                    put!(row.dst, u64::from(u32::MAX));
                }
            }
            Opcode::SegmentDrop => {
                cell!(segments, u64::from(row.low()));
                full!(segments.set(u64::from(row.low()), 0));
            }

            // bulk operations
            Opcode::MemoryCopyBegin
            | Opcode::MemoryCopyStep
            | Opcode::MemoryFillBegin
            | Opcode::MemoryFillStep
            | Opcode::MemoryInitBegin
            | Opcode::MemoryInitStep
            | Opcode::MemoryCompareBegin
            | Opcode::MemoryCompareStep
            | Opcode::TableCopyBegin
            | Opcode::TableCopyStep
            | Opcode::TableFillBegin
            | Opcode::TableFillStep
            | Opcode::TableInitBegin
            | Opcode::TableInitStep
            | Opcode::Sha256Begin
            | Opcode::Sha256Step
            | Opcode::Poseidon2Begin
            | Opcode::Poseidon2Step => {
                if input.is_none() && row.opcode.is_privileged() {
                    trap!(Trap::Fault);
                }
                let mut operands = bulk::Operands::read(slot, row.a);
                if RECORD {
                    let from = fp as usize + usize::from(row.a);
                    for (index, last) in times.slots[from..from + bulk_slots(row.opcode)].iter_mut().enumerate() {
                        let at = at!(Frame, from + index, time::A);
                        record.access(at, operands.values[index], core::mem::replace(last, at.now));
                    }
                }
                let mut stores = bulk::Stores::<RECORD> {
                    memory,
                    tables,
                    segments,
                    memory_times: &mut times.memory,
                    table_times: &mut times.tables,
                    segment_times: &mut times.segments,
                    record,
                    input,
                    context: id,
                    now,
                };
                match bulk::execute(&row, &mut operands, &mut stores) {
                    Ok(bulk::Next::Stay) => {
                        operands.write(slot, row.a);
                        continue 'run;
                    }
                    Ok(bulk::Next::Continue) => operands.write(slot, row.a),
                    Err(leave) => break 'run leave,
                }
            }

            // what concerns more than this context
            Opcode::HostCall => {
                if input.is_some() {
                    trap!(Trap::Fault);
                }
                pc += 1;
                break 'run Leave::HostCall(row.low());
            }
            Opcode::SandboxReadBegin
            | Opcode::SandboxReadStep
            | Opcode::SandboxWriteBegin
            | Opcode::SandboxWriteStep
            | Opcode::SandboxOpen
            | Opcode::SandboxEnter
            | Opcode::SandboxResume
            | Opcode::SandboxDrop
            | Opcode::ControlGet
            | Opcode::ArgumentGet
            | Opcode::ArgumentSet
            | Opcode::Halt => {
                if input.is_none() {
                    trap!(Trap::Fault);
                }
                break 'run Leave::Privileged(row);
            }
        }
        pc += 1;
    };
    *position = super::context::Position {
        pc,
        fp,
        gas_left,
        stack_left,
    };
    around.instructions = instructions;
    leave
}

/// Records an access to a cell of a sparse space.
fn touch(record: &mut Record, at: At, value: u64, times: &mut Cells) -> Result<(), Full> {
    record.access(at, value, times.get(at.cell));
    times.set(at.cell, at.now)
}

/// A link is three field elements, recorded as two values.
fn touch_link(record: &mut Record, at: At, link: Link, last: &mut u64) {
    let last = core::mem::replace(last, at.now);
    record.access(at, u64::from(link.pc) | u64::from(link.fp) << 32, last);
    record.access(at, u64::from(link.stack_left), last);
}

fn touch_global(record: &mut Record, at: At, value: u64, times: &mut alloc::vec::Vec<u64>) {
    let index = at.cell as usize;
    if index >= times.len() {
        times.resize(index + 1, 0);
    }
    record.access(at, value, core::mem::replace(&mut times[index], at.now));
}
