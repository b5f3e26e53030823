//! How much memory strangers' bytes can claim: never more than a fixed multiple of their number.

#![expect(unsafe_code, reason = "an allocator that counts is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::types::hash::CryptoHash;
use state_witness::ChunkStateWitness;
use state_witness::compressed::{DecodedState, Order, WitnessSections, compress};
use state_witness::decode::{decode_block, decode_partial_state};

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system allocator with the arguments it came with.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(live, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Peak of what `work` allocates, in bytes.
fn peak(work: impl FnOnce()) -> usize {
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    work();
    PEAK.load(Ordering::Relaxed) - before
}

/// A witness up to its transactions, with an empty state, nothing else.
fn start_of_a_witness(honest: &[u8]) -> Vec<u8> {
    let decoded = ChunkStateWitness::decode(honest).unwrap();
    let mut bytes = vec![1];
    bytes.extend(borsh::to_vec(&(decoded.epoch_id, &decoded.chunk_header)).unwrap());
    bytes
}

/// One test, because the counters are shared.
#[test]
fn memory_is_bounded_by_the_input() {
    let chunks = testnet_fixtures::chunks();
    let honest = chunks[0].file("witness.borsh").unwrap();
    let start = start_of_a_witness(honest);

    // Enormous counts with nothing behind them.
    for count in [u32::MAX, 1 << 31, 1 << 20] {
        let mut bytes = start.clone();
        bytes.extend([0; 32]);
        bytes.push(0);
        bytes.extend(count.to_le_bytes());
        bytes.extend([0; 64]);
        let used = peak(|| assert!(ChunkStateWitness::decode(&bytes).is_err()));
        assert!(used < 64 * 1024, "{used} bytes for a count of {count}");
        let mut state = vec![0];
        state.extend(count.to_le_bytes());
        let used = peak(|| assert!(decode_partial_state(&state).is_err()));
        assert!(used < 64 * 1024, "{used} bytes for a count of {count}");
    }

    // As many empty values as fit: 4 bytes each.
    let count = 1 << 18;
    let mut state = vec![0];
    state.extend((count as u32).to_le_bytes());
    state.resize(state.len() + 4 * count, 0);
    let used = peak(|| assert_eq!(decode_partial_state(&state).unwrap().len(), count));
    assert!(used <= 12 * state.len(), "{used} bytes for {}", state.len());
    let blobs = decode_partial_state(&state).unwrap();
    let used = peak(|| drop(compress::<NativeCrypto>(CryptoHash::ZERO, &blobs)));
    assert!(used <= 100 * state.len(), "{used} bytes for {}", state.len());

    // The worst there is: a transaction whose actions are one byte each.
    let used_by_actions = peak_of_tiny_actions(1 << 18);
    println!("{used_by_actions} bytes of memory per byte of tiny actions");
    assert!(used_by_actions <= 64, "{used_by_actions} bytes of memory per byte");

    // Whatever else: recorded bytes with lengths blown up.
    for chunk in chunks.iter().step_by(50) {
        let witness = chunk.file("witness.borsh").unwrap();
        let blocks: Vec<Vec<u8>> = borsh::from_slice(chunk.file("blocks.borsh").unwrap()).unwrap();
        for bytes in [witness, &blocks[0]] {
            for at in (0..bytes.len() - 4).step_by(97) {
                let mut forged = bytes.to_vec();
                forged[at..at + 4].copy_from_slice(&[0xff, 0xff, 0xff, 0x0f]);
                let used = peak(|| {
                    drop(ChunkStateWitness::decode(&forged));
                    drop(decode_block(&forged));
                    drop(DecodedState::decode::<NativeCrypto>(
                        &forged,
                        CryptoHash::ZERO,
                        Order::Sort,
                    ));
                    drop(WitnessSections::parse(&forged));
                });
                assert!(
                    used <= 1024 * 1024 + 16 * forged.len(),
                    "{}: {used} bytes at {at}",
                    chunk.id
                );
            }
        }
    }
}

/// Bytes of memory for each byte of a list of one-byte actions.
fn peak_of_tiny_actions(count: usize) -> usize {
    let signed = testnet_fixtures::chunks()
        .iter()
        .find_map(|chunk| {
            let bytes = chunk.file("transactions.borsh")?;
            let list: Vec<no_std_near_core::types::transaction::SignedTransaction> = borsh::from_slice(bytes).unwrap();
            list.into_iter().find(|signed| {
                matches!(
                    &signed.transaction,
                    no_std_near_core::types::transaction::Transaction::V0(_)
                )
            })
        })
        .unwrap();
    let no_std_near_core::types::transaction::Transaction::V0(mut inner) = signed.transaction else {
        unreachable!()
    };
    inner.actions = vec![no_std_near_core::types::action::Action::CreateAccount(Default::default()); count];
    let bytes = borsh::to_vec(&(&inner, &signed.signature)).unwrap();
    drop(inner);
    let used = peak(|| {
        let decoded: no_std_near_core::types::transaction::SignedTransaction = borsh::from_slice(&bytes).unwrap();
        assert_eq!(decoded.transaction.actions().len(), count);
    });
    used / bytes.len()
}
