//! Honest, edge and forged accesses out of bounds.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::BoundsTrapCols;
use super::{BoundsTrap, bounds_trap_trace};
use crate::chips::bench::Suspect;
use crate::chips::builder::{Sign, Val};
use crate::chips::buses::{Message, Tag};
use crate::chips::byte_table::ByteLookups;
use crate::chips::event::Event;
use crate::chips::sandbox_testing::{Messages, OneProgram, STACK, Scene, hand_overs, li, with_gas};
use crate::chips::trace::Trace;
use crate::isa::rows::access_len;
use crate::isa::{Instruction, Opcode, Shape, Space, Trap};
use crate::program::image::leaf_index;
use crate::program::{Image, ImageLeaf};

/// Bytes of the memory.
const MEMORY: u64 = 2 << 16;
/// Elements of the tables at the cells 0 and 8, bytes of the segments at the cells 0 and 8.
const SIZES: [u64; 2] = [3, 0x1_0001];
const LENGTHS: [u64; 2] = [20, 0x2_0000];

/// Table 0 holds function 0, null, and function 1 of another type.
fn image() -> Image {
    let leaf = |space, cell, cells: [u64; 3]| {
        let [first, second, third] = cells;
        ImageLeaf {
            index: leaf_index(space, cell),
            cells: [
                first,
                second,
                third,
                if cell == 0 && space == Space::Table { 2 } else { 0 },
                0,
                0,
                0,
                0,
            ],
        }
    };
    let leaves = [
        leaf(Space::Table, 0, [SIZES[0], 1, 0]),
        leaf(Space::Table, 8, [SIZES[1], 0, 0]),
        leaf(Space::Segment, 0, [LENGTHS[0], 7, 7]),
        leaf(Space::Segment, 8, [LENGTHS[1], 7, 7]),
    ];
    Image::from_leaves(Vec::from(leaves)).expect("ascending")
}

fn call_indirect(frame: u16) -> Instruction {
    Instruction::new(Opcode::CallIndirect, frame.into(), 3, 0)
}

fn scene() -> Scene {
    let mut scene = Scene::default();
    scene.image = image();
    // Function 0 calls itself with frames of 2^16 slots until there is no room; function 1 has another type.
    scene.visit(1, STACK, &[li(3, 0), call_indirect(0xffff)]);
    scene.function(&[Instruction::ZERO], 7);
    for index in [1, 2, 3, u32::MAX] {
        scene.visit(9, STACK, &[li(3, index.into()), with_gas(9, call_indirect(1))]);
    }
    accesses(&mut scene);
    for opcode in [Opcode::TableGet, Opcode::TableSet] {
        for (base, index) in [(0, SIZES[0]), (8, SIZES[1]), (0, u32::MAX.into())] {
            scene.visit(
                1,
                STACK,
                &[li(3, index), with_gas(1, Instruction::new(opcode, 4, 3, base))],
            );
        }
    }
    bulk(&mut scene);
    scene
}

/// Every load and store: by one byte, with the address in the slot and in the offset, at the largest address, and where context 0 has its window.
fn accesses(scene: &mut Scene) {
    for code in Opcode::Load8U as u8..=Opcode::Store64Imm as u8 {
        let opcode = Opcode::from_u8(code).expect("an opcode");
        let first = MEMORY - access_len(opcode) + 1;
        let places = [
            (first, 0),
            (0, first),
            (u32::MAX.into(), u32::MAX.into()),
            (1 << 31, 16),
        ];
        for (base, offset) in places {
            let is_immediate = opcode.shape() == Shape::StoreImm;
            let access = Instruction::new(opcode, if is_immediate { 0 } else { 4 }, 3, offset);
            scene.visit(1, STACK, &[li(3, base), access]);
        }
    }
}

/// Every bulk operation a sandbox has, each range too long: by one, by much, and empty behind the end.
fn bulk(scene: &mut Scene) {
    let operations: [(Opcode, u64, u64, Option<u64>); 9] = [
        (Opcode::MemoryCopyBegin, 0, MEMORY, Some(MEMORY)),
        (Opcode::MemoryFillBegin, 0, MEMORY, None),
        (Opcode::MemoryInitBegin, 0, MEMORY, Some(LENGTHS[0])),
        (Opcode::MemoryInitBegin, 8 << 32, MEMORY, Some(LENGTHS[1])),
        (Opcode::MemoryCompareBegin, 0, MEMORY, Some(MEMORY)),
        (Opcode::TableCopyBegin, 8, SIZES[1], Some(SIZES[0])),
        (Opcode::TableCopyBegin, 0, SIZES[0], Some(SIZES[0])),
        (Opcode::TableFillBegin, 8, SIZES[1], None),
        (Opcode::TableInitBegin, 8, SIZES[1], Some(LENGTHS[0])),
    ];
    for (opcode, tables, first_bound, second_bound) in operations {
        let instruction = with_gas(1, Instruction::new(opcode, 0, 3, tables));
        let mut visit = |first: u64, second: u64, count: u64| {
            let code = [li(3, first), li(4, second), li(5, count), li(6, 1 << 40), instruction];
            scene.visit(1, STACK, &code);
        };
        visit(first_bound - 1, 0, 2);
        visit(first_bound + 1, 0, 0);
        visit(u32::MAX.into(), 0, u32::MAX.into());
        if let Some(second_bound) = second_bound {
            visit(0, second_bound - 1, 2);
            visit(0, second_bound + 1, 0);
            visit(1, u32::MAX.into(), 1);
        }
    }
}

fn fill(events: &[Event], height: u32, lookups: &mut ByteLookups) -> Trace {
    bounds_trap_trace(events, height, &OneProgram::of(&scene()), lookups)
}

/// What the hand-over says, and the entry map for elements that are not null.
fn partners(events: &[Event]) -> Messages {
    let entries = scene().program().entries;
    let mut messages = hand_overs(events);
    for event in events {
        let own = &event.accesses[..event.accesses.len() - 9];
        if let ([_, _, element], Opcode::CallIndirect) = (own, event.instruction.opcode)
            && element.old != 0
        {
            let function = element.old as u32 - 1;
            let entry = entries[function as usize];
            let fields = [OneProgram::HANDLE, function, entry.pc, entry.type_index].map(Val::from_u32);
            messages.push((Sign::Receive, Message::new(Tag::Entry, fields)));
        }
    }
    messages
}

fn suspect_of(events: Vec<Event>) -> Suspect<BoundsTrap> {
    let partners = partners(&events);
    Suspect::with_partners(BoundsTrap, fill, events, &partners)
}

fn suspect() -> Suspect<BoundsTrap> {
    let given_back = scene().given_back();
    suspect_of(given_back)
}

/// The first row of a call that fails like this.
fn call(suspect: &Suspect<BoundsTrap>, trap: Trap) -> usize {
    suspect.row_where(|event| {
        let detail = event.accesses[event.accesses.len() - 4];
        event.instruction.opcode == Opcode::CallIndirect && detail.new == trap as u64
    })
}

/// The first row of this opcode whose second range is out of bounds.
fn source(suspect: &Suspect<BoundsTrap>, opcode: Opcode) -> usize {
    (0..suspect.rows())
        .find(|row| {
            let forged = suspect.forge::<BoundsTrapCols<Val>>(*row);
            suspect.event(*row).instruction.opcode == opcode && forged.cell("is_source", 0) == Val::ONE
        })
        .expect("in the corpus")
}

#[test]
fn honest_traps_balance_at_every_edge() {
    let suspect = suspect();
    suspect.assert_honest();
    for trap in [
        Trap::UndefinedElement,
        Trap::UninitializedElement,
        Trap::IndirectCallTypeMismatch,
        Trap::StackExhausted,
    ] {
        call(&suspect, trap);
    }
}

/// The largest memory ends with the address space: only the 33rd bit is outside.
#[test]
fn the_largest_memory_has_an_end() {
    let mut scene = Scene::with_pages(1 << 16);
    let load = Instruction::new(Opcode::Load64, 4, 3, 7);
    scene.visit(1, STACK, &[li(3, 0xffff_fff2), load]);
    let store = Instruction::new(Opcode::Store8, 4, 3, 1);
    scene.visit(1, STACK, &[li(3, 0xffff_ffff), store]);
    suspect_of(scene.given_back()).assert_honest();
}

#[test]
fn forged_traps_break_the_claim_they_lie_about() {
    let suspect = suspect();
    let forge = |row| suspect.forge::<BoundsTrapCols<Val>>(row);
    let of = |opcode| forge(suspect.row_of(opcode));
    for selector in ["is_get", "is_set", "is_undefined", "is_null", "is_mismatch", "is_frame"] {
        of(Opcode::Load8U).set(selector, 0, 2).breaks("one case or padding");
        of(Opcode::Load8U).set(selector, 0, 1).breaks("one case or padding");
    }
    of(Opcode::Load8U).set("access", 3, 1).breaks("one case or padding");
    of(Opcode::MemoryFillBegin)
        .set("bulk", 0, 1)
        .breaks("one case or padding");
    of(Opcode::MemoryCopyBegin)
        .set("is_source", 0, 2)
        .breaks("the second range is a bit");
    for opcode in [
        Opcode::MemoryFillBegin,
        Opcode::TableFillBegin,
        Opcode::Store8,
        Opcode::TableGet,
    ] {
        of(opcode)
            .set("is_source", 0, 1)
            .breaks("an operation with one range has no second");
    }
    // A load of 4 bytes told as one of 2, and so on: the variant would have to be beyond its sort.
    for (opcode, variant) in [
        (Opcode::Load8U, 3),
        (Opcode::Load32U, 2),
        (Opcode::Load64, 1),
        (Opcode::Store16, 2),
    ] {
        of(opcode)
            .set("variant", 0, variant)
            .breaks("a variant is an opcode of its sort");
    }
    of(Opcode::TableSet)
        .set("variant", 0, 1)
        .breaks("a variant is an opcode of its sort");
    for (column, limb) in [
        ("first", 0),
        ("first", 1),
        ("second", 0),
        ("second", 1),
        ("bound", 0),
        ("bound", 1),
    ] {
        for opcode in [
            Opcode::Load16U,
            Opcode::TableGet,
            Opcode::MemoryInitBegin,
            Opcode::CallIndirect,
        ] {
            of(opcode).add(column, limb, 1).breaks("the comparison is the case's");
        }
    }
    of(Opcode::TableGet)
        .add("size_cell", 0, 1)
        .breaks("the size is the operand's");
    // The range that is in bounds told as the other.
    of(Opcode::MemoryCopyBegin)
        .set("is_source", 0, 1)
        .breaks("the comparison is the case's");
    forge(source(&suspect, Opcode::TableInitBegin))
        .set("is_source", 0, 0)
        .breaks("the size is the operand's");
    let of = |trap| forge(call(&suspect, trap));
    of(Trap::UninitializedElement)
        .set("element", 0, 1)
        .breaks("a null element is 0");
    of(Trap::IndirectCallTypeMismatch)
        .set("type_inverse", 0, 0)
        .breaks("another type differs");
    of(Trap::StackExhausted)
        .add("entry", 1, 1)
        .breaks("the type is the row's");
}

/// One byte or element less would be in bounds; that everyone agrees on a trap does not help.
#[test]
fn what_is_in_bounds_does_not_trap() {
    let suspect = suspect();
    let opcodes = [
        Opcode::Load8U,
        Opcode::Load64,
        Opcode::Store32,
        Opcode::TableGet,
        Opcode::TableSet,
    ];
    let with_first = |row: usize, change: fn(u64) -> u64| {
        let mut event = suspect.event(row).clone();
        let value = change(event.accesses[0].old);
        (event.accesses[0].old, event.accesses[0].new) = (value, value);
        suspect_of(Vec::from([event]))
    };
    let mut cases: Vec<_> = opcodes
        .iter()
        .map(|opcode| with_first(suspect.row_of(*opcode), |first| first - 1))
        .collect();
    // An index that the table has, and one that it has not.
    cases.push(with_first(call(&suspect, Trap::UndefinedElement), |_| 2));
    cases.push(with_first(call(&suspect, Trap::UninitializedElement), |_| 3));
    cases.push(with_first(suspect.row_of(Opcode::MemoryFillBegin), |first| first - 1));
    cases.push(with_first(suspect.row_of(Opcode::TableFillBegin), |first| first - 1));
    for case in cases {
        let forged = case.forge::<BoundsTrapCols<Val>>(0);
        forged.looks_up_what_does_not_exist(Tag::BytePair);
    }
}

#[test]
fn calls_through_a_table_fail_for_their_own_reason() {
    let suspect = suspect();
    // The same type, told as another; a frame with room, told as too high.
    let mut event = suspect.event(call(&suspect, Trap::IndirectCallTypeMismatch)).clone();
    event.instruction.x = 7 << 32;
    suspect_of(Vec::from([event]))
        .forge::<BoundsTrapCols<Val>>(0)
        .breaks("another type differs");
    let mut event = suspect.event(call(&suspect, Trap::StackExhausted)).clone();
    event.instruction.dst = 1;
    suspect_of(Vec::from([event]))
        .forge::<BoundsTrapCols<Val>>(0)
        .looks_up_what_does_not_exist(Tag::Range16);
    // An element that is not the table's.
    let forge = || suspect.forge::<BoundsTrapCols<Val>>(call(&suspect, Trap::IndirectCallTypeMismatch));
    forge().add("element", 0, 1).stays_unanswered(Tag::Memory);
    forge().add("entry", 0, 1).stays_unanswered(Tag::Entry);
}

#[test]
fn the_trap_that_is_told_is_the_one_that_happened() {
    let suspect = suspect();
    for (opcode, trap) in [
        (Opcode::Load8U, Trap::TableOutOfBounds),
        (Opcode::TableGet, Trap::MemoryOutOfBounds),
        (Opcode::MemoryCopyBegin, Trap::Unreachable),
    ] {
        let mut event = suspect.event(suspect.row_of(opcode)).clone();
        let detail = event.accesses.len() - 4;
        event.accesses[detail].new = trap as u64;
        let suspect = suspect_of(Vec::from([event]));
        suspect.forge::<BoundsTrapCols<Val>>(0).stays_unanswered(Tag::HandOver);
    }
}

#[test]
fn a_padding_row_cannot_speak() {
    let suspect = suspect();
    let padding = || suspect.forge_padding::<BoundsTrapCols<Val>>();
    padding()
        .set("variant", 0, 1)
        .breaks("a variant is an opcode of its sort");
    padding()
        .set("is_source", 0, 1)
        .breaks("an operation with one range has no second");
    padding().set("access", 0, 1).stays_unanswered(Tag::Exec);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let suspect = suspect();
    // Slots, sizes, elements and entries that a case does not read are on no bus; their reads share the column of those it makes.
    let access: &[&str] = &[
        "other_slots",
        "count",
        "size",
        "passed_size",
        "element",
        "entry",
        "type_inverse",
        "reads",
    ];
    let table: &[&str] = &[
        "other_slots",
        "count",
        "passed_size",
        "element",
        "entry",
        "type_inverse",
        "reads",
    ];
    let null: &[&str] = &["other_slots", "count", "passed_size", "entry", "type_inverse", "reads"];
    let mismatch: &[&str] = &["other_slots", "count", "passed_size", "reads"];
    let frame: &[&str] = &["other_slots", "count", "passed_size", "type_inverse", "reads"];
    let memory: &[&str] = &["size", "passed_size", "element", "entry", "type_inverse", "reads"];
    let copy: &[&str] = &["element", "entry", "type_inverse", "reads"];
    let rows = [
        (suspect.row_of(Opcode::Store16), access),
        (suspect.row_of(Opcode::TableSet), table),
        (call(&suspect, Trap::UndefinedElement), table),
        (call(&suspect, Trap::UninitializedElement), null),
        (call(&suspect, Trap::IndirectCallTypeMismatch), mismatch),
        (call(&suspect, Trap::StackExhausted), frame),
        (suspect.row_of(Opcode::MemoryCopyBegin), memory),
        (source(&suspect, Opcode::TableCopyBegin), copy),
    ];
    suspect.assert_rows_bound::<BoundsTrapCols<Val>>(&rows, partners);
}
