//! A recorded chunk with everything its prover controls, free to be changed.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chunk_guest::{digest_of, pack_witness};
use chunk_replayer::edge;
use chunk_replayer::folder::ChunkId;
use chunk_replayer::guest::{GuestError, execute, program, statement};
use chunk_replayer::replay::Prepared;
use chunk_replayer::source::Source;
use chunk_verifier::{ChunkProof, ChunkVerifyError};
use no_std_near_core::contract_runner::NoContracts;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::merkle::MerklePath;
use no_std_near_core::params::Params;
use no_std_near_core::types::hash::CryptoHash;
use no_std_near_core::types::receipt::Receipt;
use no_std_near_core::types::transaction::SignedTransaction;
use no_std_near_core::types::{ShardId, append_bytes, to_bytes};
use state_witness::compressed::{DecodedState, Order, WitnessSections, compress_witness};
use state_witness::source_receipts::arrange_proofs;
use state_witness::statement::{ImplicitTransition, MainKind, NewChunk, OldChunk, Resharding};
use state_witness::{CheckedWitness, ChunkStatement, validate};
use zk_processor::executor::{Input, Limits};

use crate::recorded::for_each;

/// One transfer receipt.
pub(crate) const ONE_RECEIPT: &str = "transfers/180000011-s0";
/// 18 receipts, from several shards.
pub(crate) const RECEIPTS: &str = "transfers/180000015-s3";
/// Three transactions and a receipt.
pub(crate) const TRANSACTIONS: &str = "transfers/180000012-s3";
/// Two transactions, of which one is too old.
pub(crate) const EXPIRED: &str = "malicious_chunk_producer.test_producer_with_expired_transactions/10028-s0";
/// The first block of an epoch: stakes are returned, rewards are paid.
pub(crate) const EPOCH_START: &str = "malicious_chunk_producer.test_producer_with_expired_transactions/10011-s0";
/// A shard that is split after the chunk.
pub(crate) const SPLIT: &str = "resharding_v3.slow_test_resharding_v3_drop_chunks_before/41-s6";
/// Two chunks are missing after this one.
pub(crate) const MISSING: &str = "sync.state_sync.test_state_sync_miss_chunks_multiple/13-s2-G9SoVbzi";

/// A chunk is missing on the first block of an epoch.
pub(crate) const MISSING_AT_EPOCH_START: &str =
    "sync.state_sync.test_state_sync_miss_chunks_first_block/21-s0-GBamw3kT";

/// More than any of these chunks takes.
const INSTRUCTIONS: u64 = 50_000_000;

/// Receipts from one chunk with their proof.
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) from_shard_id: ShardId,
    pub(crate) to_shard_id: ShardId,
    pub(crate) path: MerklePath,
}

/// One transition's part of a witness.
#[derive(Clone, Debug)]
pub(crate) struct Transition {
    /// Borsh option of the update of validator accounts.
    pub(crate) update: Vec<u8>,
    /// Compressed state.
    pub(crate) state: Vec<u8>,
    /// Order of its entries.
    pub(crate) advice: Vec<u32>,
}

impl Transition {
    /// Gives the right advice for a state that was changed.
    pub(crate) fn sort(&mut self) {
        self.advice = decode(&self.state).order_advice();
    }

    /// Root of the state.
    pub(crate) fn root(&self) -> CryptoHash {
        decode(&self.state).root()
    }
}

fn decode(state: &[u8]) -> DecodedState<'_> {
    DecodedState::decode::<NativeCrypto>(state, CryptoHash::ZERO, Order::Sort).expect("a compressed state")
}

/// All that goes into the guest.
#[derive(Clone, Debug)]
pub(crate) struct Forgery {
    /// What the guest is asked to prove.
    pub(crate) statement: ChunkStatement,
    pub(crate) params: Params,
    pub(crate) transactions: Vec<SignedTransaction>,
    pub(crate) proofs: Vec<Proof>,
    /// Main, then implicit.
    pub(crate) transitions: Vec<Transition>,
}

/// How a run of the guest ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With this output: there will be a proof.
    Proof(CryptoHash),
    /// With a trap, whose message this is: there is no proof.
    Trap(String),
}

impl Forgery {
    /// The honest witness of an embedded chunk.
    pub(crate) fn of(id: &str) -> Self {
        let prepared = prepared(id);
        let derived = statement(prepared).unwrap_or_else(|error| panic!("{id}: {error}"));
        let witness = edge::witness(&prepared.record).unwrap_or_else(|error| panic!("{id}: {error}"));
        let compressed = compress_witness::<NativeCrypto>(&witness, &derived)
            .expect("it is compressed")
            .bytes;
        let arranged =
            arrange_proofs(witness.source_receipt_proofs, &derived.source_chunks).expect("all proofs are there");
        let proofs = arranged.into_iter().map(|proof| Proof {
            receipts: proof.receipts,
            from_shard_id: proof.from_shard_id,
            to_shard_id: proof.to_shard_id,
            path: proof.path,
        });
        // The first two sections are the transactions and the receipt proofs.
        let mut sections = sections(&compressed).into_iter().skip(2);
        let mut transitions = Vec::new();
        while let Some(update) = sections.next() {
            let mut next = || sections.next().expect("three sections for a transition");
            let (state, advice) = (next(), next());
            let advice = advice
                .as_chunks()
                .0
                .iter()
                .map(|entry| u32::from_le_bytes(*entry))
                .collect();
            transitions.push(Transition { update, state, advice });
        }
        let honest = Self {
            statement: derived.statement,
            params: prepared.inputs.params.clone(),
            transactions: witness.transactions.transactions,
            proofs: proofs.collect(),
            transitions,
        };
        assert_eq!(honest.witness(), compressed, "{id}: taken apart and put together");
        honest
    }

    /// The compressed witness, whatever was done to its parts.
    fn witness(&self) -> Vec<u8> {
        let mut bytes = Vec::from(*b"NEARCW01");
        bytes.extend((self.transitions.len() as u64 - 1).to_le_bytes());
        let mut section = |content: &[u8]| {
            bytes.extend((content.len() as u64).to_le_bytes());
            bytes.extend_from_slice(content);
            bytes.resize(bytes.len().next_multiple_of(8), 0);
        };
        section(&to_bytes(&self.transactions));
        let mut proofs = Vec::from((self.proofs.len() as u32).to_le_bytes());
        for proof in &self.proofs {
            append_bytes(&proof.receipts, &mut proofs);
            append_bytes(&(proof.from_shard_id, proof.to_shard_id, &proof.path), &mut proofs);
        }
        section(&proofs);
        for transition in &self.transitions {
            section(&transition.update);
            section(&transition.state);
            section(
                &transition
                    .advice
                    .iter()
                    .flat_map(|entry| entry.to_le_bytes())
                    .collect::<Vec<_>>(),
            );
        }
        bytes
    }

    /// Runs the guest on the executor. Its source, run natively, must end the same way.
    pub(crate) fn run(&self) -> End {
        let public = self.statement.encode();
        let witness = pack_witness(&self.params, &self.witness());
        let limits = Limits {
            instructions: INSTRUCTIONS,
            ..Limits::default()
        };
        let found = match execute(program(), Input::new(&public, &witness), limits) {
            Ok(run) => End::Proof(CryptoHash(run.output)),
            Err(GuestError::Trapped { message, .. }) => End::Trap(message.expect("the guest says why")),
            Err(error) => panic!("neither output nor trap: {error}"),
        };
        let native = match digest_of::<NativeCrypto>(&public, &witness) {
            Ok(digest) => End::Proof(digest),
            Err(abort) => End::Trap(abort.to_string()),
        };
        assert_eq!(found, native, "the guest and its source");
        found
    }

    /// Makes the statement claim what comes out of this witness.
    ///
    /// # Errors
    /// Why nothing comes out, though the statement is as it is.
    pub(crate) fn claim_the_result(&mut self) -> Result<(), String> {
        let text = |error: &dyn core::fmt::Display| error.to_string();
        let bytes = self.witness();
        let sections = WitnessSections::parse(&bytes).map_err(|error| text(&error))?;
        let states = sections.states::<NativeCrypto>().map_err(|error| text(&error))?;
        let parts = sections.into_parts(&states).map_err(|error| text(&error))?;
        let checked =
            CheckedWitness::from_parts::<NativeCrypto>(&self.statement, parts).map_err(|error| text(&error))?;
        let result =
            validate::<NativeCrypto, _>(checked, &[&self.params], &mut NoContracts).map_err(|error| text(&error))?;
        let (output, root) = (result.chunk_extra, result.outgoing_receipts_root);
        self.statement.output = output;
        self.statement.outgoing_receipts_root = root;
        Ok(())
    }

    /// The main transition of the statement.
    pub(crate) fn main(&mut self) -> &mut NewChunk {
        match &mut self.statement.main.kind {
            MainKind::NewChunk(main) => main,
            MainKind::Genesis(_) => panic!("the chunk is genesis"),
        }
    }

    /// The first missing chunk of the statement.
    pub(crate) fn missing(&mut self) -> &mut OldChunk {
        let mut old = self.statement.implicit.iter_mut().filter_map(|step| match step {
            ImplicitTransition::OldChunk(old) => Some(old.as_mut()),
            ImplicitTransition::Resharding(_) => None,
        });
        old.next().expect("a chunk is missing")
    }

    /// The split of the statement.
    pub(crate) fn split(&mut self) -> &mut Resharding {
        let mut splits = self.statement.implicit.iter_mut().filter_map(|step| match step {
            ImplicitTransition::Resharding(split) => Some(split),
            ImplicitTransition::OldChunk(_) => None,
        });
        splits.next().expect("the shard is split")
    }
}

/// Asserts that the guest traps, with a message that contains `reason`.
pub(crate) fn assert_traps(forgery: &Forgery, reason: &str) {
    match forgery.run() {
        End::Trap(message) => assert!(message.contains(reason), "expected `{reason}`, found `{message}`"),
        End::Proof(_) => panic!("expected a trap (`{reason}`), found a proof"),
    }
}

/// Asserts that the guest is content with a lie – there will be a proof of it – and that `verify` against the headers of `id` refuses it, naming `field`.
pub(crate) fn assert_refused(forgery: &Forgery, id: &str, field: &str) {
    let truth = Forgery::of(id).statement;
    let digest = forgery.statement.digest::<NativeCrypto>();
    assert_eq!(forgery.run(), End::Proof(digest), "the guest proves the lie");
    assert_ne!(digest, truth.digest::<NativeCrypto>());
    // The comparison comes before the proof is looked at: none is needed to be refused.
    let proof = ChunkProof {
        statement: forgery.statement.clone(),
        run: Vec::new(),
    };
    match proof.verify(&truth) {
        Err(ChunkVerifyError::OtherStatement { field: found, .. }) => assert_eq!(found, field),
        other => panic!("expected {field} to be refused, found {other:?}"),
    }
}

/// One lie, both ways: kept to himself it traps the guest with `reason`; owned up to by `confess` in the statement, it is refused by the name of `field`.
pub(crate) fn assert_neither_way(
    id: &str,
    lie: impl Fn(&mut Forgery),
    reason: &str,
    confess: impl Fn(&mut Forgery),
    field: &str,
) {
    let mut forgery = Forgery::of(id);
    lie(&mut forgery);
    assert_traps(&forgery, reason);
    confess(&mut forgery);
    forgery
        .claim_the_result()
        .unwrap_or_else(|error| panic!("the lie has a result: {error}"));
    assert_refused(&forgery, id, field);
}

/// The sections of a compressed witness.
fn sections(witness: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = &witness[16..];
    let mut sections = Vec::new();
    while let Some((len, behind)) = rest.split_first_chunk() {
        let len = u64::from_le_bytes(*len) as usize;
        sections.push(behind[..len].to_vec());
        rest = &behind[len.next_multiple_of(8)..];
    }
    sections
}

/// An embedded chunk, read once.
pub(crate) fn prepared(id: &str) -> &'static Prepared {
    static CHUNKS: OnceLock<BTreeMap<&'static str, Prepared>> = OnceLock::new();
    let chunks = CHUNKS.get_or_init(|| {
        let wanted = [
            ONE_RECEIPT,
            RECEIPTS,
            TRANSACTIONS,
            EXPIRED,
            EPOCH_START,
            SPLIT,
            MISSING,
            MISSING_AT_EPOCH_START,
        ];
        let mut found = BTreeMap::new();
        let named = |id: &ChunkId| wanted.into_iter().find(|wanted| id.is_called(wanted));
        for_each(
            &[Source::Embedded],
            |id| named(id).is_some(),
            |id, prepared| {
                found.extend(named(id).map(|wanted| (wanted, prepared)));
            },
        );
        found
    });
    chunks.get(id).unwrap_or_else(|| panic!("{id} is embedded"))
}
