//! Lies about the state: every node is hashed once, from the leaves to the root, and the root is that of the chunk's header.

use chunk_replayer::edge;
use no_std_near_core::crypto::NativeCrypto;
use state_witness::compressed::compress;

use super::forgery::{End, Forgery, ONE_RECEIPT, RECEIPTS, assert_neither_way, assert_traps, prepared};

/// Length of an account in the state: amount, locked amount, hash of the code, storage usage.
const ACCOUNT_BYTES: usize = 72;

fn confess(forgery: &mut Forgery) {
    let root = forgery.transitions[0].root();
    forgery.main().chunk.prev_state_root = root;
}

/// Each recorded node and value in turn is left out.
#[test]
fn a_missing_node() {
    let honest = Forgery::of(ONE_RECEIPT);
    let output = honest.run();
    let root = honest.transitions[0].root();
    let witness = edge::witness(&prepared(ONE_RECEIPT).record).expect("it is read");
    let blobs = &witness.main_transition.base_state;
    let mut traps = 0;
    for left_out in 0..blobs.len() {
        let mut rest = blobs.clone();
        rest.remove(left_out);
        let mut forgery = honest.clone();
        let state = &mut forgery.transitions[0];
        state.state = compress::<NativeCrypto>(root, &rest).expect("it is compressed").bytes;
        if state.state.is_empty() {
            // Without its root node a state is no state.
            state.advice.clear();
        } else {
            state.sort();
        }
        match forgery.run() {
            End::Trap(message) => {
                assert!(
                    message.contains("is needed but was not recorded") || message.contains("state: expected root"),
                    "{message}"
                );
                traps += 1;
            }
            // Nobody looks at it.
            end @ End::Proof(_) => assert_eq!(end, output, "node {left_out}"),
        }
    }
    assert!(2 * traps > blobs.len(), "{traps} traps of {}", blobs.len());
}

/// Adds records to the end of a state that counts so many nodes and values more.
fn append(state: &mut Vec<u8>, nodes: u32, values: u32, records: &[u8]) {
    let mut count = |at: usize, more: u32| {
        let place = &mut state[at..at + 4];
        let old = u32::from_le_bytes([place[0], place[1], place[2], place[3]]);
        place.copy_from_slice(&(old + more).to_le_bytes());
    };
    count(0, nodes);
    count(4, values);
    state.extend_from_slice(records);
}

/// A leaf with a value of 8 bytes, as a record.
const LEAF: [[u8; 8]; 3] = [
    [0x14, 0, 2, 0, 8, 0, 0, 0],
    [0x20, 0x12, 0, 0, 0, 0, 0, 0],
    *b"8 bytes!",
];

#[test]
fn an_extra_node() {
    let mut forgery = Forgery::of(ONE_RECEIPT);
    append(&mut forgery.transitions[0].state, 1, 1, LEAF.as_flattened());
    assert_traps(&forgery, "expected one tree, found 2 roots");
}

#[test]
fn an_extra_value() {
    let mut forgery = Forgery::of(ONE_RECEIPT);
    append(&mut forgery.transitions[0].state, 0, 1, b"");
    assert_traps(&forgery, "values, found");
}

/// Twins below one branch, sent twice: what is counted once must be sent once.
#[test]
fn a_duplicated_node() {
    let branch = [0x05, 0, 0b10_0001, 0, 0b10_0001, 0, 0, 0];
    let state = [
        &[3u8, 0, 0, 0, 2, 0, 0, 0][..],
        LEAF.as_flattened(),
        LEAF.as_flattened(),
        &branch,
    ]
    .concat();
    let mut forgery = Forgery::of(ONE_RECEIPT);
    forgery.transitions[0].state = state;
    for advice in [[0, 1, 2, 3, 4], [0, 2, 1, 3, 4], [4, 0, 1, 2, 3]] {
        forgery.transitions[0].advice = advice.to_vec();
        assert_traps(&forgery, "entries are not distinct");
    }
}

#[test]
fn wrong_advice_on_the_order_of_nodes() {
    let mut swapped = Forgery::of(ONE_RECEIPT);
    swapped.transitions[0].advice.swap(0, 1);
    let mut repeated = Forgery::of(ONE_RECEIPT);
    repeated.transitions[0].advice[1] = repeated.transitions[0].advice[0];
    let mut short = Forgery::of(ONE_RECEIPT);
    short.transitions[0].advice.pop();
    for forgery in [swapped, repeated, short] {
        assert_traps(&forgery, "the advice on their order is wrong");
    }
}

/// One account has more than the state says, and everything above it is hashed accordingly.
#[test]
fn an_account_that_has_more() {
    let witness = edge::witness(&prepared(RECEIPTS).record).expect("it is read");
    let accounts: Vec<&[u8]> = witness
        .main_transition
        .base_state
        .into_iter()
        .filter(|blob| blob.len() == ACCOUNT_BYTES)
        .collect();
    assert!(accounts.len() > 5, "{} accounts", accounts.len());
    for account in accounts {
        let lie = |forgery: &mut Forgery| {
            let transition = &mut forgery.transitions[0];
            let at = transition
                .state
                .windows(ACCOUNT_BYTES)
                .position(|window| window == account);
            transition.state[at.expect("the account is in the state")] ^= 1;
            transition.sort();
        };
        assert_neither_way(
            RECEIPTS,
            lie,
            "state: expected root",
            confess,
            "main.chunk.prev_state_root",
        );
    }
}

#[test]
fn a_state_of_another_chunk() {
    let mut forgery = Forgery::of(ONE_RECEIPT);
    forgery.transitions = Forgery::of(RECEIPTS).transitions;
    assert_traps(&forgery, "state: expected root");
}

#[test]
fn no_state_at_all() {
    let mut forgery = Forgery::of(ONE_RECEIPT);
    forgery.transitions[0].state.clear();
    forgery.transitions[0].advice.clear();
    assert_traps(&forgery, "is needed but was not recorded");
}

/// The same content, told with a memory usage that another encoding would have: there is one encoding.
#[test]
fn a_record_that_is_not_canonical() {
    let mut forgery = Forgery::of(ONE_RECEIPT);
    let state = &mut forgery.transitions[0].state;
    // A whole word more than the records.
    state.extend([0; 8]);
    assert_traps(&forgery, "compressed state");
}
