//! Honest and forged code leaves; the chips that open programs are tested together in `program_table`.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::CodeLeafCols;
use super::{CodeLeaf, CodeLeafEvent, code_leaf_trace};
use crate::chips::builder::{Chip, Sign, Val};
use crate::chips::buses::{Message, ReadTree};
use crate::chips::byte_table::{ByteLookups, ByteTable, byte_table_trace};
use crate::chips::check::{Table, check_with};
use crate::chips::poseidon2::{Poseidon2, PoseidonLookups, poseidon2_trace};
use crate::chips::testing::{Forgery, assert_columns_bound_with};
use crate::chips::trace::Trace;
use crate::isa::{Instruction, Opcode};

struct Tables {
    leaves: Trace,
    bytes: Trace,
    hashes: Trace,
    partners: Vec<(Sign, Message<Val>)>,
}

fn tables() -> Tables {
    let add = Instruction {
        gas: 255,
        ..Instruction::new(Opcode::Add32Imm, 3, 4, 0xffff_0001)
    };
    let jump = Instruction::new(Opcode::Branch, 77, 0, 0);
    let event = CodeLeafEvent {
        handle: 2,
        index: 9,
        rows: [Some(add), Some(jump), None, Some(add)],
        times: [1, 0, 0, 1],
    };
    let (mut bytes, mut hashes) = (ByteLookups::default(), PoseidonLookups::default());
    let (leaves, digests) = code_leaf_trace(&[event], 1, &mut bytes, &mut hashes);
    let two = Val::TWO;
    let row = |instruction: Instruction| instruction.to_elements().map(Val::from_u32);
    let partners = Vec::from([
        (Sign::Send, Message::fetch(two, Val::from_u32(36), row(add))),
        (Sign::Send, Message::fetch(two, Val::from_u32(39), row(add))),
        (
            Sign::Receive,
            Message::read_node(two, ReadTree::Code, Val::ZERO, Val::from_u32(9), digests[0]),
        ),
    ]);
    Tables {
        leaves,
        bytes: byte_table_trace(&bytes),
        hashes: poseidon2_trace(&hashes, 0),
        partners,
    }
}

#[test]
fn honest_leaves_provide_their_rows() {
    let Tables {
        leaves,
        bytes,
        hashes,
        partners,
    } = tables();
    let all = [
        Table::of(&|b| CodeLeaf.eval(b), "code_leaf", &leaves),
        Table::of(&|b| ByteTable.eval(b), "byte_table", &bytes),
        Table::of(&|b| Poseidon2.eval(b), "poseidon2", &hashes),
    ];
    assert_eq!(check_with(&all, &partners), []);
}

#[test]
fn forged_leaves_break_a_claim_or_a_bus() {
    let Tables { leaves, partners, .. } = tables();
    let forgery = Forgery::new("code_leaf", &|b| CodeLeaf.eval(b), leaves);
    let column = |name| forgery.column::<CodeLeafCols<Val>>(name);
    forgery.set(0, column("is_real"), 2).breaks("real or padding");
    forgery.set(1, column("times"), 1).breaks("padding provides nothing");
    // Another opcode, a charge of 256, the row of another pc.
    forgery.set(0, column("rows"), 18 + 1).is_unbalanced(&partners);
    forgery.set(0, column("rows") + 1, 256).is_unbalanced(&partners);
    forgery.set(0, column("index"), 10).is_unbalanced(&partners);
}

#[test]
fn every_column_of_a_real_row_is_bound() {
    let Tables {
        leaves,
        bytes,
        hashes,
        partners,
    } = tables();
    let others = [
        Table::of(&|b| ByteTable.eval(b), "byte_table", &bytes),
        Table::of(&|b| Poseidon2.eval(b), "poseidon2", &hashes),
    ];
    assert_columns_bound_with::<CodeLeafCols<Val>>(
        "code_leaf",
        &|b| CodeLeaf.eval(b),
        &leaves,
        0,
        &others,
        &partners,
        &[],
    );
}
