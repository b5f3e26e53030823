//! Honest, edge and forged steps of Poseidon2: heads together with the table of permutations.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::AbsorbCols;
use super::{Absorb, absorb_trace};
use crate::chips::bench::Effect;
use crate::chips::builder::{Chip, Val};
use crate::chips::buses::Tag;
use crate::chips::byte_table::ByteLookups;
use crate::chips::hash_step::{HashStepChip, HashStepCols, hash_step_trace};
use crate::chips::operation_testing::{Account, Operation, Part, SLOT};
use crate::executor::time;
use crate::isa::spaces::INPUT_BASE;
use crate::isa::{Instruction, Opcode, Space};
use crate::program::commitment::{Hasher, MODULUS};

const HEAD: usize = 0;
const ROWS: usize = 1;

fn words(cells: &[u64]) -> Vec<u32> {
    cells
        .iter()
        .flat_map(|cell| [*cell as u32, (*cell >> 32) as u32])
        .collect()
}

/// Runs begin, steps and done of one `poseidon2`, as the executor would.
fn poseidon2(account: &mut Account, state: u64, blocks: u64, count: u64) {
    account.plant_slots(&[state, blocks, count]);
    let row = |opcode| Instruction {
        gas: 7,
        ..Instruction::new(opcode, 0, SLOT, 0)
    };
    account.access_slots(&[state, blocks, count]);
    account.finish(row(Opcode::Poseidon2Begin), Effect::Writes(0));
    loop {
        let (blocks, count) = (account.slot(1), account.slot(2));
        let part = count.min(1);
        let step = row(Opcode::Poseidon2Step);
        account.access_slots(&[state, u64::from((blocks + 32 * part) as u32), count - part]);
        if part == 0 {
            account.finish(step, Effect::Writes(0));
            return;
        }
        let in_memory = blocks < u64::from(INPUT_BASE);
        let mut block = Vec::new();
        for cell in (blocks / 8) as u32..(blocks / 8) as u32 + 4 {
            if in_memory {
                block.push(account.value(Space::Memory, 0, cell));
                account.access(Space::Memory, 0, cell, time::READ, None);
            } else {
                block.push(Account::initial_cell(cell));
                account.input_cells.push(cell - (INPUT_BASE >> 3));
            }
        }
        let cells = (state / 8) as u32..(state / 8) as u32 + 8;
        let before: Vec<u64> = cells
            .clone()
            .map(|cell| account.value(Space::Memory, 0, cell))
            .collect();
        let mut elements: [u32; 16] = words(&before).try_into().expect("sixteen words");
        let block: [u32; 8] = words(&block).try_into().expect("eight words");
        Hasher::new().absorb(&mut elements, &block);
        for (cell, pair) in cells.zip(elements.as_chunks::<2>().0) {
            let value = u64::from(pair[0]) | u64::from(pair[1]) << 32;
            account.access(Space::Memory, 0, cell, time::WRITE, Some(value));
        }
        let pc = account.state.pc;
        account.finish(step, Effect::GoesTo(pc));
    }
}

fn operation(account: &Account) -> Operation {
    let mut lookups = ByteLookups::default();
    let head = hash_step_trace(&account.events, 4, &mut lookups);
    let rows = absorb_trace(&account.events, 3, &Account::input_cell, &mut lookups);
    let parts = Vec::from([
        Part::new::<_, HashStepCols<Val>>(&HashStepChip, |b| HashStepChip.eval(b), head),
        Part::new::<_, AbsorbCols<Val>>(&Absorb, |b| Absorb.eval(b), rows),
    ]);
    Operation::new(parts, &lookups, account.partners())
}

/// Blocks in memory, in the window, none at all, and a state that is its own block.
fn corpus() -> Account {
    let mut account = Account::new(0, 3);
    poseidon2(&mut account, 0x100, 0x1_ffc0, 2);
    poseidon2(&mut account, 0x2_ffc0, (1 << 32) - 32, 1);
    poseidon2(&mut account, 0x40, 0x1000, 0);
    poseidon2(&mut account, 0x40, 0x40, 1);
    account
}

#[test]
fn honest_steps_balance() {
    operation(&corpus()).assert_honest();
    operation(&Account::new(0, 3)).assert_honest();
}

/// Words of memory may be p and more; results are not.
#[test]
fn words_count_modulo_p() {
    let mut account = Account::new(0, 3);
    for cell in 0x20..0x30 {
        let word = u64::from(MODULUS) + u64::from(cell % 3);
        account.plant(Space::Memory, 0, cell, word | u64::from(u32::MAX) << 32);
    }
    poseidon2(&mut account, 0x100, 0x140, 1);
    operation(&account).assert_honest();
}

#[test]
fn forged_steps_break_a_claim_by_name() {
    let operation = operation(&corpus());
    let row = operation.row_where(ROWS, |cell| cell("is_real", 0) == Val::ONE);
    let forge = || operation.forge(ROWS, row);
    forge().set("is_real", 0, 2).breaks("one step or padding");
    forge().set("is_window", 0, 2).breaks("memory or window");
    operation
        .forge(ROWS, 7)
        .set("is_window", 0, 1)
        .breaks("memory or window");
    forge().add("block", 3, 1).breaks("a full round was computed");
    forge().add("old", 17, 1).breaks("a full round was computed");
    forge().add("first_rounds", 20, 1).breaks("a full round was computed");
    forge()
        .add("partial_cubes", 3, 1)
        .breaks("a partial round was computed");
    forge().add("last_rounds", 40, 1).breaks("a full round was computed");
    forge().add("new", 31, 1).breaks("the state is permuted");
    forge().add("new", 0, 1).breaks("the state is permuted");
    forge().add("below_inverse", 5, 1).breaks("a result is below p");
}

/// A result and the same plus p are one element; only the first is answered.
#[test]
fn a_result_has_one_form() {
    let operation = operation(&corpus());
    let row = operation.row_where(ROWS, |cell| cell("is_real", 0) == Val::ONE);
    // 2^16 less above and 2^32 more below, and p more: its upper limb is 0x7f00 or above.
    let forged = operation.forge(ROWS, row).add("new", 0, 1).add("new", 1, 0x7f00);
    let below = Val::from_u32(super::TOP) - forged.cell("new", 1);
    let inverse = i64::from(p3_field::PrimeField32::as_canonical_u32(
        &p3_field::Field::try_inverse(&below).expect("not 0"),
    ));
    forged
        .set("below_inverse", 0, inverse)
        .looks_up_what_does_not_exist(Tag::Range16);
}

/// The head cannot take several blocks at once, or none.
#[test]
fn a_step_takes_one_block() {
    let operation = operation(&corpus());
    let advance = operation.row_where(HEAD, |cell| cell("is_advance", 0) == Val::ONE);
    let name = "a part is the count or 256 blocks";
    operation.forge(HEAD, advance).add("part", 0, 1).breaks(name);
    operation
        .forge(HEAD, advance)
        .set("is_full", 0, 0)
        .set("part", 0, 2)
        .breaks(name);
}

#[test]
fn padding_does_not_speak() {
    let operation = operation(&corpus());
    let padding = operation.row_where(ROWS, |cell| cell("is_real", 0) == Val::ZERO);
    operation
        .forge(ROWS, padding)
        .set("is_real", 0, 1)
        .breaks("a result is below p");
}

#[test]
fn every_column_is_bound() {
    let operation = operation(&corpus());
    for window in [0, 1] {
        let row = operation.row_where(ROWS, |cell| {
            cell("is_real", 0) == Val::ONE && cell("is_window", 0) == Val::from_u32(window)
        });
        // In the window nothing is read from memory.
        let free: &[&str] = if window == 1 { &["reads"] } else { &[] };
        operation.assert_columns_bound::<AbsorbCols<Val>>(ROWS, row, free);
    }
}
