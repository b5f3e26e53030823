//! A load or store of 2, 4 or 8 bytes at any address: where it begins, whether it needs a second cell, and that it ends in bounds.
//!
//! # Proves
//! The address modulo 8 is that of the selectors; `is_crossing` is 1 exactly if the last byte lies in the next cell; the last cell lies before `end`.
//!
//! # How
//! Where an access begins is a limb and a parity. Which of them cross follows for each width: 2 bytes from byte 7, 4 bytes from byte 5 on, 8 bytes from
//! byte 1 on. end − 1 − last is low + 2^13 · upper with two 16-bit values, so it lies in [0, 2^29 + 2^16). All ends are at most 2^29 cells, and an address of 33 bits
//! has a last cell of at most 2^30, so a cell that is not before the end leaves at least −2^30 − 1, and p − 2^30 − 1 > 2^29 + 2^16.
//!
//! # Events
//! Which table takes a load or store follows from its event alone: [`is_aligned_load`] and its three companions. An access that trapped or was not paid
//! gave control back to another context; one that went through stays in its own.

use p3_field::PrimeCharacteristicRing;

use super::address::begins_at_limb;
use crate::chips::builder::{ChipBuilder, Val};
use crate::chips::buses::Message;
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::isa::Shape;
use crate::isa::rows::access_len;

/// 2^-13 modulo p.
const INVERSE_OF_2_13: u32 = 2_130_446_337;

/// The cells that say where an access lies.
#[derive(Clone, Copy, Debug)]
pub struct Span<T> {
    /// 1 for the limb with the first byte.
    pub at: [T; 4],
    /// 1 if the address is odd.
    pub is_odd: T,
    /// 1 if the access needs a second cell.
    pub is_crossing: T,
    /// Lower part of the cells behind the last one.
    pub room_low: T,
}

impl<T: Copy> Span<T> {
    /// The row's count (0 or 1) and the address modulo 8. `widths` are the selectors of 2, 4 and 8 bytes, bits by claims of the chip.
    pub fn begins<B: ChipBuilder<Var = T>>(&self, builder: &mut B, widths: [B::Expr; 3]) -> (B::Expr, B::Expr)
    where
        T: Into<B::Expr>,
    {
        let (count, even) = begins_at_limb(builder, self.at);
        let is_odd: B::Expr = self.is_odd.into();
        builder.claim_boolean("odd or even", is_odd.clone());
        builder.claim_boolean("only a real row is odd", count.clone() - is_odd.clone());
        let [two, four, eight] = widths;
        builder.claim_equal("one width", two.clone() + four.clone() + eight.clone(), count.clone());
        let [first, _, third, fourth] = self.at.map(Into::<B::Expr>::into);
        let crossing = two * fourth.clone() * is_odd.clone()
            + four * (fourth + third * is_odd.clone())
            + eight * (B::Expr::ONE - first * (B::Expr::ONE - is_odd.clone()));
        builder.claim_equal("a second cell if the bytes need it", self.is_crossing, crossing);
        (count, even + is_odd)
    }

    /// The last cell, which is `first` or the next one, lies before the cell `end`.
    pub fn ends_before<B: ChipBuilder<Var = T>>(&self, builder: &mut B, first: B::Expr, end: B::Expr, count: &B::Expr)
    where
        T: Into<B::Expr>,
    {
        let room = end - B::Expr::ONE - first - self.is_crossing.into();
        builder.send(Message::range16(self.room_low), count.clone());
        let upper = (room - self.room_low.into()) * B::Expr::from_u32(INVERSE_OF_2_13);
        builder.send(Message::range16(upper), count.clone());
    }
}

impl Span<Val> {
    /// The cells of an access to `len` bytes at `address`, with what they look up; `end` is the cell behind the last one of its region.
    pub fn filled(address: u32, len: u32, end: u32, lookups: &mut ByteLookups) -> Self {
        let is_crossing = address % 8 + len > 8;
        let room = end.wrapping_sub(1 + address / 8 + u32::from(is_crossing));
        let room_low = room % (1 << 13);
        lookups.ask_range16(room_low as u16);
        lookups.ask_range16((room >> 13) as u16);
        Self {
            at: super::address::limb_selectors(address),
            is_odd: Val::from_bool(!address.is_multiple_of(2)),
            is_crossing: Val::from_bool(is_crossing),
            room_low: Val::from_u32(room_low),
        }
    }
}

/// Address modulo 8 and bytes of a load that went through.
fn load_of(event: &Event) -> Option<(u32, u32)> {
    place_of(event, &[Shape::Load])
}

/// Address modulo 8 and bytes of a store that went through.
fn store_of(event: &Event) -> Option<(u32, u32)> {
    place_of(event, &[Shape::Store, Shape::StoreImm])
}

fn place_of(event: &Event, shapes: &[Shape]) -> Option<(u32, u32)> {
    let instruction = &event.instruction;
    let went_through = event.before.context == event.after.context;
    let base = event.accesses.first()?.old as u32;
    let address = base.wrapping_add(instruction.low());
    let place = (address % 8, access_len(instruction.opcode) as u32);
    (went_through && shapes.contains(&instruction.opcode.shape())).then_some(place)
}

/// Whole limbs of one cell, or a byte.
fn is_aligned((byte, len): (u32, u32)) -> bool {
    len == 1 || byte.is_multiple_of(2) && byte + len <= 8
}

/// A load of `len` bytes that went through and is a byte, or whole limbs of one cell.
pub fn is_aligned_load(event: &Event, len: u32) -> bool {
    load_of(event).is_some_and(|load| load.1 == len && is_aligned(load))
}

/// Any other load that went through.
pub fn is_unaligned_load(event: &Event) -> bool {
    load_of(event).is_some_and(|load| !is_aligned(load))
}

/// A store of `len` bytes that went through and is a byte, or whole limbs of one cell.
pub fn is_aligned_store(event: &Event, len: u32) -> bool {
    store_of(event).is_some_and(|store| store.1 == len && is_aligned(store))
}

/// Any other store that went through.
pub fn is_unaligned_store(event: &Event) -> bool {
    store_of(event).is_some_and(|store| !is_aligned(store))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::chips::memory_testing::MemoryProgram;
    use crate::chips::{load_8, load_16, load_32, load_64, load_unaligned};
    use crate::chips::{store_8, store_16, store_32, store_64, store_unaligned};
    use crate::isa::opcodes::OPCODES;
    use crate::isa::spaces::INPUT_BASE;
    use crate::isa::{Instruction, Opcode};

    type Takes = fn(&Event) -> bool;

    /// Every table of loads or stores.
    const TABLES: [(&str, Takes); 10] = [
        ("load_8", load_8::takes),
        ("load_16", load_16::takes),
        ("load_32", load_32::takes),
        ("load_64", load_64::takes),
        ("load_unaligned", load_unaligned::takes),
        ("store_8", store_8::takes),
        ("store_16", store_16::takes),
        ("store_32", store_32::takes),
        ("store_64", store_64::takes),
        ("store_unaligned", store_unaligned::takes),
    ];

    fn takers(event: &Event) -> Vec<&'static str> {
        let taking = TABLES.into_iter().filter(|(_, takes)| takes(event));
        taking.map(|(name, _)| name).collect()
    }

    /// An event of each opcode, at each address modulo 8, in memory and in the window.
    fn accesses() -> Vec<(Event, u32, bool)> {
        let mut all = Vec::new();
        for info in OPCODES {
            let is_load = info.shape == Shape::Load;
            if !is_load && !matches!(info.shape, Shape::Store | Shape::StoreImm) {
                continue;
            }
            for byte in 0..8 {
                for region in [0, INPUT_BASE].into_iter().filter(|region| is_load || *region == 0) {
                    let mut program = MemoryProgram::new(0, 3);
                    let dst = u32::from(info.shape != Shape::StoreImm) * 4;
                    let instruction = Instruction::new(info.opcode, dst, 3, 0);
                    match is_load {
                        true => program.load(instruction, region + 0x100 + byte),
                        false => program.store(instruction, region + 0x100 + byte, 7),
                    }
                    all.push((program.events[0].clone(), byte, region != 0));
                }
            }
        }
        all
    }

    #[test]
    fn every_load_and_store_has_one_table() {
        let all = accesses();
        assert_eq!(all.len(), 9 * 8 * 2 + 8 * 8);
        for (event, byte, in_window) in all {
            let opcode = event.instruction.opcode;
            let len = access_len(opcode) as u32;
            let is_limbs = len == 1 || byte % 2 == 0 && byte + len <= 8;
            let kind = if event.instruction.slot_written().is_some() {
                "load"
            } else {
                "store"
            };
            let expected = match (len, is_limbs) {
                (_, false) => alloc::format!("{kind}_unaligned"),
                (len, true) => alloc::format!("{kind}_{}", 8 * len),
            };
            assert_eq!(takers(&event), [expected], "{opcode:?} at {byte}, window: {in_window}");
        }
    }

    #[test]
    fn what_did_not_go_through_has_no_table_here() {
        for (mut event, ..) in accesses() {
            // Out of bounds or out of gas: the runtime goes on.
            event.before.context = 2;
            assert_eq!(takers(&event), [""; 0], "{:?}", event.instruction);
            event.accesses.clear();
            assert_eq!(takers(&event), [""; 0], "{:?}", event.instruction);
        }
    }

    #[test]
    fn other_opcodes_have_no_table_here() {
        let mut program = MemoryProgram::new(0, 3);
        program.load(Instruction::new(Opcode::Load64, 4, 3, 0), 8);
        let mut event = program.events[0].clone();
        event.instruction.opcode = Opcode::Move;
        assert_eq!(takers(&event), [""; 0]);
    }

    #[test]
    fn the_inverse_is_the_inverse() {
        assert_eq!(Val::from_u32(INVERSE_OF_2_13) * Val::from_u32(1 << 13), Val::ONE);
    }

    #[test]
    fn a_cell_behind_the_end_leaves_no_room() {
        let p = 0x7f00_0001_u64;
        assert!(p - (1 << 30) - 1 > (1 << 29) + (1 << 16));
    }
}
