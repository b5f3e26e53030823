//! Honest, edge and forged hash operations: heads together with the table of SHA-256.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::HashStepCols;
use super::{HashStepChip, hash_step_trace};
use crate::chips::bench::Effect;
use crate::chips::builder::{Chip, Val};
use crate::chips::buses::Tag;
use crate::chips::byte_table::ByteLookups;
use crate::chips::operation_testing::{Account, Operation, Part, SLOT};
use crate::chips::sha_256::{Sha256, Sha256Cols, sha_256_trace};
use crate::executor::time;
use crate::isa::spaces::INPUT_BASE;
use crate::isa::{Instruction, Opcode, Space};

/// Positions of the two tables.
pub(crate) const HEAD: usize = 0;
pub(crate) const ROUNDS: usize = 1;

/// Runs begin, steps and done of one `sha256`, as the executor would.
pub(crate) fn sha256(account: &mut Account, state: u64, blocks: u64, count: u64) {
    account.plant_slots(&[state, blocks, count]);
    let row = |opcode| Instruction {
        gas: 7,
        ..Instruction::new(opcode, 0, SLOT, 0)
    };
    account.access_slots(&[state, blocks, count]);
    account.finish(row(Opcode::Sha256Begin), Effect::Writes(0));
    loop {
        let (blocks, count) = (account.slot(1), account.slot(2));
        let part = count.min(256);
        let step = row(Opcode::Sha256Step);
        account.access_slots(&[state, blocks + 64 * part, count - part]);
        if part == 0 {
            account.finish(step, Effect::Writes(0));
            return;
        }
        let in_memory = blocks + 64 * part <= u64::from(account.state.pages) << 16;
        let mut bytes = Vec::new();
        for cell in (blocks / 8) as u32..((blocks / 8) + 8 * part) as u32 {
            if in_memory {
                bytes.extend(account.value(Space::Memory, 0, cell).to_le_bytes());
                account.access(Space::Memory, 0, cell, time::READ, None);
            } else {
                let input = cell - (INPUT_BASE >> 3);
                bytes.extend(Account::input_cell(input).to_le_bytes());
                account.input_cells.push(input);
            }
        }
        let cells = (state / 8) as u32..(state / 8) as u32 + 4;
        let mut words: Vec<u32> = cells
            .clone()
            .flat_map(|cell| {
                let value = account.value(Space::Memory, 0, cell);
                [value as u32, (value >> 32) as u32]
            })
            .collect();
        let words: &mut [u32; 8] = words.as_mut_slice().try_into().expect("eight words");
        sha2::block_api::compress256(words, bytes.as_chunks::<64>().0);
        for (cell, pair) in cells.zip(words.as_chunks::<2>().0) {
            let value = u64::from(pair[0]) | u64::from(pair[1]) << 32;
            account.access(Space::Memory, 0, cell, time::WRITE, Some(value));
        }
        let pc = account.state.pc;
        account.finish(step, Effect::GoesTo(pc));
    }
}

/// Both tables of an account.
pub(crate) fn operation(account: &Account) -> Operation {
    let mut lookups = ByteLookups::default();
    let head = hash_step_trace(&account.events, 4, &mut lookups);
    let rounds = sha_256_trace(&account.events, 4, &Account::input_cell, &mut lookups);
    let parts = Vec::from([
        Part::new::<_, HashStepCols<Val>>(&HashStepChip, |b| HashStepChip.eval(b), head),
        Part::new::<_, Sha256Cols<Val>>(&Sha256, |b| Sha256.eval(b), rounds),
    ]);
    Operation::new(parts, &lookups, account.partners())
}

/// A small program: blocks in memory, in the window, none at all, and a state among its own blocks.
pub(crate) fn corpus() -> Account {
    let mut account = Account::new(0, 3);
    sha256(&mut account, 0x100, 0x1_ff80, 2);
    sha256(&mut account, 0x2_fff8 - 0x18, u64::from(INPUT_BASE) + 0xffc8, 1);
    sha256(&mut account, 0x40, 0x1000, 0);
    sha256(&mut account, 0x48, 0x40, 1);
    account
}

#[test]
fn honest_steps_balance() {
    operation(&corpus()).assert_honest();
}

#[test]
fn no_steps_are_honest_tables() {
    operation(&Account::new(0, 3)).assert_honest();
}

/// The digest of a message of two blocks, padded by hand.
#[test]
fn the_compression_is_that_of_sha_256() {
    use sha2::Digest;
    let mut account = Account::new(0, 3);
    let initial = [
        0x6a09_e667_u32,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ];
    for (cell, pair) in (4..).zip(initial.as_chunks::<2>().0) {
        account.plant(Space::Memory, 0, cell, u64::from(pair[0]) | u64::from(pair[1]) << 32);
    }
    let message: Vec<u8> = (0..100).collect();
    let mut padded = message.clone();
    padded.push(0x80);
    padded.resize(120, 0);
    padded.extend(800_u64.to_be_bytes());
    for (cell, bytes) in (100..).zip(padded.as_chunks::<8>().0) {
        account.plant(Space::Memory, 0, cell, u64::from_le_bytes(*bytes));
    }
    sha256(&mut account, 32, 800, 2);
    operation(&account).assert_honest();
    let words = (4..8).flat_map(|cell| {
        let value = account.value(Space::Memory, 0, cell);
        [value as u32, (value >> 32) as u32]
    });
    let digest: Vec<u8> = words.flat_map(u32::to_be_bytes).collect();
    assert_eq!(digest, sha2::Sha256::digest(&message).to_vec());
}

#[test]
fn a_step_takes_256_blocks_and_leaves_the_rest() {
    let mut account = Account::new(0, 3);
    sha256(&mut account, 0x100, u64::from(INPUT_BASE), 257);
    operation(&account).assert_honest();
}

#[test]
fn blocks_may_end_with_the_memory() {
    let mut account = Account::new(0, 2);
    sha256(&mut account, 0x1_ffe0, 0x1_ff80, 2);
    operation(&account).assert_honest();
}

#[test]
fn forged_kinds_break_a_claim_by_name() {
    let operation = operation(&corpus());
    let advance = operation.row_where(HEAD, |cell| cell("is_advance", 0) == Val::ONE);
    let done = operation.row_where(HEAD, |cell| cell("is_done", 0) == Val::ONE);
    let begin = operation.row_where(HEAD, |cell| cell("is_begin", 0) == Val::ONE);
    operation
        .forge(HEAD, advance)
        .set("is_done", 0, 1)
        .breaks("one row kind or padding");
    operation
        .forge(HEAD, advance)
        .set("is_poseidon", 0, 2)
        .breaks("one hash or the other");
    operation
        .forge(HEAD, 15)
        .set("is_poseidon", 0, 1)
        .breaks("padding hashes nothing");
    operation
        .forge(HEAD, begin)
        .set("execution", 4, 1)
        .breaks("only context 0 hashes");
    // An advance that calls itself done, a done row that advances by no block.
    let lazy = operation
        .forge(HEAD, advance)
        .set("is_advance", 0, 0)
        .set("is_done", 0, 1);
    lazy.clone().breaks("what is done has no blocks");
    lazy.breaks("only an advance has a part");
    let idle = operation.forge(HEAD, done).set("is_advance", 0, 1).set("is_done", 0, 0);
    // It lies in bounds, but no part is no byte after one is taken off.
    let idle = idle.set("state_room", 0, 8_156).set("state_room", 1, 2);
    let idle = idle.set("blocks_room", 0, 0).set("blocks_room", 1, 1);
    idle.looks_up_what_does_not_exist(Tag::BytePair);
    operation
        .forge(HEAD, begin)
        .set("covered", 0, 1)
        .breaks("a begin checks all blocks");
}

#[test]
fn a_part_is_as_large_as_it_can_be() {
    let operation = operation(&corpus());
    let advance = operation.row_where(HEAD, |cell| cell("is_advance", 0) == Val::ONE);
    let less = operation.forge(HEAD, advance).add("part", 0, -1).add("covered", 0, -1);
    less.breaks("a part is the count or 256 blocks");
    // 256 blocks of a count of 2: the count would be negative.
    let full = operation
        .forge(HEAD, advance)
        .set("is_full", 0, 1)
        .set("part", 0, 256)
        .set("covered", 0, 256);
    let full = full
        .set("blocks_after", 0, 0xff80 + 64 * 256 - 0x1_0000)
        .set("blocks_after", 1, 2);
    let full = full.set("count_after", 0, 2 - 256).add("blocks_room", 0, -2_032);
    full.looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn operands_advance_by_the_part() {
    let operation = operation(&corpus());
    let advance = operation.row_where(HEAD, |cell| cell("is_advance", 0) == Val::ONE);
    operation
        .forge(HEAD, advance)
        .add("blocks_after", 0, 64)
        .breaks("the blocks advance");
    operation
        .forge(HEAD, advance)
        .add("blocks_after", 1, 1)
        .breaks("the blocks advance");
    operation
        .forge(HEAD, advance)
        .set("carry", 0, 2)
        .breaks("the blocks advance");
    operation
        .forge(HEAD, advance)
        .set("wraps", 0, 1)
        .breaks("the blocks advance");
    operation
        .forge(HEAD, advance)
        .add("count_after", 0, 1)
        .breaks("the count shrinks");
    operation
        .forge(HEAD, advance)
        .add("count_after", 1, 1)
        .breaks("the count shrinks");
    operation
        .forge(HEAD, advance)
        .set("borrow", 0, 1)
        .breaks("the count shrinks");
}

#[test]
fn what_lies_out_of_bounds_is_not_hashed() {
    let mut account = Account::new(0, 2);
    sha256(&mut account, 0x1_ffe0, 0x1_ff80, 2);
    sha256(&mut account, 0x1_0000, u64::from(INPUT_BASE), 1);
    // One page less, with everyone's agreement.
    for event in &mut account.events {
        (event.before.pages, event.after.pages) = (1, 1);
    }
    let mut lookups = ByteLookups::default();
    let head = hash_step_trace(&account.events, 4, &mut lookups);
    let part = Part::new::<_, HashStepCols<Val>>(&HashStepChip, |b| HashStepChip.eval(b), head);
    let operation = Operation::new(Vec::from([part]), &lookups, account.partners());
    operation.forge(HEAD, 0).breaks("the state lies in memory");
    operation.forge(HEAD, 0).breaks("the blocks lie in bounds");
    // The rooms that the claims want are negative.
    let forged = (0..3).fold(operation.forge(HEAD, 0), |forged, row| {
        let forged = forged.row(row);
        let forged = forged.set("state_room", 0, -(1 << 13)).set("state_room", 1, 0);
        forged.set("blocks_room", 0, -(1 << 13)).set("blocks_room", 1, 0)
    });
    let first_window = operation.row_where(HEAD, |cell| cell("is_window", 0) == Val::ONE);
    let forged = forged
        .row(first_window)
        .set("state_room", 0, -4)
        .set("state_room", 1, 0);
    let forged = forged
        .row(first_window + 1)
        .set("state_room", 0, -4)
        .set("state_room", 1, 0);
    forged.looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn an_address_below_the_window_is_not_in_it() {
    let operation = operation(&corpus());
    let advance = operation.row_where(HEAD, |cell| {
        cell("is_advance", 0) == Val::ONE && cell("is_window", 0) == Val::ZERO
    });
    let room = (1_u64 << 29) - 0x1_ff80 / 8 - 16;
    let forged = operation.forge(HEAD, advance).set("is_window", 0, 1);
    let forged = forged
        .set("blocks_room", 0, (room % (1 << 13)) as i64)
        .set("blocks_room", 1, (room >> 13) as i64);
    forged.looks_up_what_does_not_exist(Tag::Range16);
}

#[test]
fn misaligned_operands_are_no_hash() {
    let operation = operation(&corpus());
    operation
        .forge(HEAD, 0)
        .add("state", 0, 4)
        .breaks("addresses are multiples of 8");
    // An eighth modulo p.
    let eighth = Val::ONE.halve();
    let forged = operation.forge(HEAD, 0).add("state", 0, 4);
    let cell = forged.cell("cells_in_page", 0) + eighth;
    forged
        .set("cells_in_page", 0, i64::from(number(cell)))
        .breaks("the state lies in memory");
}

#[test]
fn a_wrong_state_comes_back_from_nobody() {
    let operation = operation(&corpus());
    let advance = operation.row_where(HEAD, |cell| cell("is_advance", 0) == Val::ONE);
    operation
        .forge(HEAD, advance)
        .add("new", 5, 1)
        .stays_unanswered(Tag::HashState);
    operation
        .forge(HEAD, advance)
        .add("old", 5, 1)
        .stays_unanswered(Tag::HashState);
}

#[test]
fn every_column_of_every_kind_is_bound() {
    let operation = operation(&corpus());
    let state: &[&str] = &["old", "new", "writes"];
    let bound = |row, free: &[&str]| operation.assert_columns_bound::<HashStepCols<Val>>(HEAD, row, free);
    bound(operation.row_where(HEAD, |cell| cell("is_advance", 0) == Val::ONE), &[]);
    bound(
        operation.row_where(HEAD, |cell| {
            cell("is_advance", 0) == Val::ONE && cell("is_window", 0) == Val::ONE
        }),
        &[],
    );
    // Neither begin nor done has a state to write.
    bound(operation.row_where(HEAD, |cell| cell("is_begin", 0) == Val::ONE), state);
    bound(operation.row_where(HEAD, |cell| cell("is_done", 0) == Val::ONE), state);
}

fn number(value: Val) -> u32 {
    use p3_field::PrimeField32;
    value.as_canonical_u32()
}
