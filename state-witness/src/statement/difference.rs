//! In which field two statements differ, in words.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::{BlockContext, ChunkStatement, EpochStatement, ImplicitTransition, MainKind};
use crate::header_check::chunk_extra_fields;

/// A field with two values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: expected {expected}, found {found}")]
pub struct Difference {
    /// Path of the field, `main.block.height`.
    pub field: String,
    /// The value on the left (the verifier's, the header's).
    pub expected: String,
    /// The value on the right (the prover's, the computed one).
    pub found: String,
}

/// A field and its value as text.
pub(crate) type Field = (String, String);

/// The first of `expected` that `found` has not, or has with another value.
pub(crate) fn first_difference_of(expected: Vec<Field>, found: Vec<Field>) -> Option<Difference> {
    let mut found = found.into_iter();
    for (field, expected) in expected {
        match found.next() {
            Some((other, found)) if other == field && found == expected => {}
            Some((other, found)) if other == field => return Some(Difference { field, expected, found }),
            _ => {
                return Some(Difference {
                    field,
                    expected,
                    found: "nothing".to_string(),
                });
            }
        }
    }
    found.next().map(|(field, found)| Difference {
        field,
        expected: "nothing".to_string(),
        found,
    })
}

pub(super) fn first_difference(expected: &ChunkStatement, found: &ChunkStatement) -> Option<Difference> {
    first_difference_of(fields(expected), fields(found))
}

struct List {
    prefix: String,
    fields: Vec<Field>,
}

impl List {
    fn add(&mut self, name: &str, value: &dyn fmt::Debug) {
        self.fields
            .push((format!("{}{name}", self.prefix), format!("{value:?}")));
    }

    fn items<T: fmt::Debug>(&mut self, name: &str, items: &[T]) {
        self.add(&format!("{name}.len"), &items.len());
        for (index, item) in items.iter().enumerate() {
            self.add(&format!("{name}[{index}]"), item);
        }
    }

    fn epoch(&mut self, epoch: &EpochStatement) {
        let EpochStatement {
            epoch_id,
            epoch_height,
            protocol_version,
            variant,
            params_hash,
        } = epoch;
        self.add("epoch.epoch_id", epoch_id);
        self.add("epoch.epoch_height", epoch_height);
        self.add("epoch.protocol_version", protocol_version);
        self.add("epoch.variant", variant);
        self.add("epoch.params_hash", params_hash);
    }

    fn block(&mut self, block: &BlockContext) {
        let BlockContext {
            height,
            prev_block_hash,
            timestamp,
            gas_price,
            random_value,
            congestion,
            bandwidth,
        } = block;
        self.add("block.height", height);
        self.add("block.prev_block_hash", prev_block_hash);
        self.add("block.timestamp", timestamp);
        self.add("block.gas_price", gas_price);
        self.add("block.random_value", random_value);
        self.items("block.congestion", congestion);
        self.items("block.bandwidth", bandwidth);
    }

    fn extra(&mut self, extra: &no_std_near_core::types::chunk_extra::ChunkExtra) {
        for (name, value) in chunk_extra_fields(extra) {
            self.fields.push((format!("{}{name}", self.prefix), value));
        }
    }
}

/// Every field with its value as text, in the order of the encoding.
fn fields(statement: &ChunkStatement) -> Vec<Field> {
    let mut list = List {
        prefix: String::new(),
        fields: Vec::new(),
    };
    list.add("chain.chain_id", &statement.chain.chain_id);
    list.add(
        "chain.eth_wallet_contract_hash",
        &statement.chain.eth_wallet_contract_hash,
    );
    list.add(
        "chain.eth_wallet_contract_deployed",
        &statement.chain.eth_wallet_contract_deployed,
    );
    list.items("layouts", &statement.layouts);
    list.prefix = "main.".to_string();
    main_fields(statement, &mut list);
    for (index, transition) in statement.implicit.iter().enumerate() {
        list.prefix = format!("implicit[{index}].");
        implicit_fields(transition, &mut list);
    }
    list.prefix = String::new();
    list.add("implicit.len", &statement.implicit.len());
    list.add("witness_layout", &statement.witness_layout);
    list.add("witness_shard_id", &statement.witness_shard_id);
    list.prefix = "output.".to_string();
    list.extra(&statement.output);
    list.prefix = String::new();
    list.add("outgoing_receipts_root", &statement.outgoing_receipts_root);
    list.items("programs", &statement.programs);
    list.fields
}

fn main_fields(statement: &ChunkStatement, list: &mut List) {
    list.add("layout", &statement.main.layout);
    list.add("shard_id", &statement.main.shard_id);
    let chunk = match &statement.main.kind {
        MainKind::Genesis(extra) => {
            list.add("kind", &"genesis");
            return list.extra(extra);
        }
        MainKind::NewChunk(chunk) => chunk,
    };
    list.add("kind", &"new chunk");
    list.epoch(&chunk.epoch);
    list.block(&chunk.block);
    list.add("chunk.prev_state_root", &chunk.chunk.prev_state_root);
    list.add("chunk.gas_limit", &chunk.chunk.gas_limit);
    list.items("chunk.prev_validator_proposals", &chunk.chunk.prev_validator_proposals);
    list.add("chunk.tx_root", &chunk.chunk.tx_root);
    list.items("base_blocks", &chunk.base_blocks);
    list.items("receipt_sources", &chunk.receipt_sources);
    list.add("validator_update_hash", &chunk.validator_update_hash);
    list.add("minimum_stake", &chunk.minimum_stake);
    list.items("validators", &chunk.validators);
    list.add("validator_total_stake", &chunk.validator_total_stake);
    list.add("split_check", &chunk.split_check);
}

fn implicit_fields(transition: &ImplicitTransition, list: &mut List) {
    match transition {
        ImplicitTransition::OldChunk(old) => {
            list.add("kind", &"old chunk");
            list.add("layout", &old.layout);
            list.add("shard_id", &old.shard_id);
            list.epoch(&old.epoch);
            list.block(&old.block);
            list.add("validator_update_hash", &old.validator_update_hash);
        }
        ImplicitTransition::Resharding(split) => {
            list.add("kind", &"resharding");
            list.add("parent_layout", &split.parent_layout);
            list.add("child_layout", &split.child_layout);
            list.add("boundary_account", &split.boundary_account);
            list.add("side", &split.side);
            list.add("child_shard_id", &split.child_shard_id);
        }
    }
}
