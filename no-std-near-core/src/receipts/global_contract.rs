//! Distribution of global contracts: each shard stores the code and passes the receipt on to the next shard.
//!
//! Mirrors `apply_global_contract_distribution_receipt` of `runtime/runtime/src/global_contracts.rs` (spec §C.7).

use alloc::vec::Vec;

use super::ChunkInProgress;
use crate::contract_runner::ContractRunner;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::state::{StateUpdate, keys};
use crate::types::account_id::AccountId;
use crate::types::identifiers::receipt_id_from_receipt;
use crate::types::receipt::{GlobalContractDistributionReceipt, Receipt, ReceiptEnum};
use crate::types::{Compute, ShardId};

impl<C: Crypto, R: ContractRunner<C>> ChunkInProgress<'_, '_, C, R> {
    /// Stores the code unless a later version arrived earlier, and passes it on. Leaves no outcome.
    pub(super) fn process_global_contract_distribution(
        &mut self,
        receipt: &Receipt,
        distribution: &GlobalContractDistributionReceipt,
    ) -> Result<(), ApplyError> {
        let compute = self.store_global_contract(distribution)?;
        self.forward_to_next_shard(receipt, distribution)?;
        self.totals.add(0, compute)
    }

    fn store_global_contract(
        &mut self,
        distribution: &GlobalContractDistributionReceipt,
    ) -> Result<Compute, ApplyError> {
        let nonce_key = keys::global_contract_nonce(distribution.id());
        let stored_nonce = global_contract_nonce(&self.state, &nonce_key)?;
        // The shard of origin has stored the same nonce when it sent the receipt, hence not "<=".
        if distribution.nonce() < stored_nonce {
            return Ok(0);
        }
        self.state.set(&nonce_key, distribution.nonce().to_le_bytes().to_vec());
        self.state.set(
            &keys::global_contract_code(distribution.id()),
            distribution.code().to_vec(),
        );
        self.state.commit();
        let fees = &self.context.params.fees;
        fees.global_contract_distribution_byte_compute
            .checked_mul(distribution.code().len() as u64)
            .and_then(|compute| compute.checked_add(fees.global_contract_distribution_base_compute))
            .ok_or(ApplyError::IntegerOverflow("compute of a global contract distribution"))
    }

    /// Sends the receipt to the first shard, in index order, that it has not visited.
    fn forward_to_next_shard(
        &mut self,
        receipt: &Receipt,
        distribution: &GlobalContractDistributionReceipt,
    ) -> Result<(), ApplyError> {
        let mut delivered: Vec<ShardId> = distribution.already_delivered_shards().to_vec();
        delivered.push(self.context.shard_id);
        delivered.sort_unstable();
        delivered.dedup();
        let is_new = |shard_id: &ShardId| delivered.binary_search(shard_id).is_err();
        let Some(next_shard_id) = self.context.shard_layout.shard_ids().find(is_new) else {
            return Ok(());
        };
        let next = Receipt {
            predecessor_id: receipt.predecessor_id.clone(),
            receiver_id: AccountId::system(),
            receipt_id: receipt_id_from_receipt::<C>(&receipt.receipt_id, self.context.block_height, 0),
            receipt: ReceiptEnum::GlobalContractDistribution(distribution.forward(next_shard_id, delivered)),
        };
        self.sink.forward_or_buffer(next, self.context, &mut self.state)
    }
}

/// How often a global contract was deployed, as the state says; zero if never.
pub(crate) fn global_contract_nonce<C: Crypto>(
    state: &StateUpdate<'_, C>,
    nonce_key: &[u8],
) -> Result<u64, ApplyError> {
    let Some(stored) = state.get(nonce_key)? else {
        return Ok(0);
    };
    let bytes = <[u8; 8]>::try_from(stored)
        .map_err(|_| ApplyError::inconsistent_state("the nonce of a global contract is not 8 bytes long"))?;
    Ok(u64::from_le_bytes(bytes))
}
