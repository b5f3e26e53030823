//! Everything that has a wire format: own types with nearcore's exact borsh encoding.

pub mod access_key;
pub mod account;
pub mod account_id;
pub mod action;
pub mod bandwidth;
pub mod block;
pub mod chunk_extra;
pub mod chunk_header;
pub mod congestion_info;
pub mod hash;
pub mod keys;
pub mod outcome;
pub mod receipt;
pub mod shard_layout;
pub mod transaction;
pub mod validator;
