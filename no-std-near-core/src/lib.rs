//! NEAR's chunk state transition at protocol version 86: types, trie, parameters, transactions, receipts and actions.
//!
//! `no_std`, no proving inside, no contract VM inside. The source of truth is nearcore at commit `f0c7706f1`; each module names the
//! files it mirrors and where it differs.
//!
//! | module | what it holds | mirrors in nearcore |
//! |---|---|---|
//! | [`types`] | everything that has a wire format | `core/primitives`, `core/primitives-core`, `core/crypto` |
//! | [`crypto`] | the [`crypto::Crypto`] trait and its native implementation | `core/crypto` |
//! | [`merkle`] | Merkle roots and paths | `core/primitives/src/merkle.rs` |
//! | [`params`] | runtime parameters as data, and fees computed from them | `core/parameters`, `runtime/runtime/src/config.rs` |
//! | [`trie`] | the partial trie: recorded nodes only | `core/store/src/trie` |
//! | [`state`] | keys and values in the trie, the overlay of pending changes, receipt queues | `core/store/src` |
//! | [`congestion`] | congestion levels and limits, in IEEE doubles | `core/primitives/src/congestion_info.rs` |
//! | [`bandwidth_scheduler`] | who may send how many bytes to whom | `runtime/runtime/src/bandwidth_scheduler` |
//! | [`shuffle`] | the protocol's shuffle and its random generator | `chain/chain/src/sharding.rs` |
//! | [`validator_accounts`] | stake returns and rewards at an epoch start | `runtime/runtime/src/lib.rs` |
//! | [`validation`] | which actions and receipts are well-formed | `runtime/runtime/src/action_validation.rs` |
//! | [`transactions`] | a signed transaction is verified, charged, and becomes a receipt | `runtime/runtime/src/verifier.rs` |
//! | [`actions`] | one file per action | `runtime/runtime/src/actions.rs` |
//! | [`receipts`] | local, delayed, incoming receipts, yields, refunds, the outgoing sink | `runtime/runtime/src/lib.rs` |
//! | [`context`] | everything a result depends on besides the state | `runtime/runtime/src/lib.rs` |
//! | [`error`] | why no chunk result exists | `core/primitives/src/errors.rs` |
//! | [`eth_wallet`] | hashes of the contract behind Ethereum-style accounts | `runtime/near-wallet-contract` |
//! | [`contract_runner`] | what a function call asks of whoever can run contracts | `runtime/runtime/src/function_call.rs` |
//! | [`resharding`] | proposing a split, and what a child inherits | `chain/chain/src/resharding` |
//! | [`apply_chunk`] | the entry: one chunk in, one result out | `runtime/runtime/src/lib.rs` |
#![no_std]
extern crate alloc;

pub mod actions;
pub mod apply_chunk;
pub mod bandwidth_scheduler;
pub mod congestion;
pub mod context;
pub mod contract_runner;
pub mod crypto;
pub mod error;
pub mod eth_wallet;
pub mod merkle;
pub mod params;
pub mod receipts;
pub mod resharding;
pub mod shuffle;
pub mod state;
#[cfg(test)]
mod test_support;
pub mod transactions;
pub mod trie;
pub mod types;
pub mod validation;
pub mod validator_accounts;
