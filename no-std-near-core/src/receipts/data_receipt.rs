//! Receipts that wait for data, and the data they wait for.
//!
//! Mirrors the `Data` and `Action` arms of `Runtime::process_receipt` in `runtime/runtime/src/lib.rs` (spec §C.7).

use super::ChunkInProgress;
use crate::contract_runner::ContractRunner;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::state::{accessors, keys};
use crate::types::outcome::ExecutionOutcomeWithId;
use crate::types::receipt::{DataReceipt, Receipt, VersionedActionReceipt};

impl<C: Crypto, R: ContractRunner<C>> ChunkInProgress<'_, '_, C, R> {
    /// Stores data that arrived; executes the receipt that waited for it when it was the last it waited for.
    pub(super) fn process_data_receipt(
        &mut self,
        receipt: &Receipt,
        data_receipt: &DataReceipt,
    ) -> Result<Option<ExecutionOutcomeWithId>, ApplyError> {
        let account_id = &receipt.receiver_id;
        let data_id = &data_receipt.data_id;
        accessors::set_received_data(&mut self.state, account_id, data_id, data_receipt.data.as_deref());
        let waiting_key = keys::postponed_receipt_id(account_id, data_id);
        let Some(waiting_id) = accessors::get(&self.state, &waiting_key)? else {
            self.state.commit();
            return Ok(None);
        };
        self.state.remove(&waiting_key);
        let count_key = keys::pending_data_count(account_id, &waiting_id);
        let pending_count: u32 = accessors::get(&self.state, &count_key)?
            .ok_or_else(|| ApplyError::inconsistent_state("a postponed receipt has no count of pending data"))?;
        match pending_count {
            0 => Err(ApplyError::inconsistent_state(
                "data arrived for a receipt that waits for none",
            )),
            1 => {
                self.state.remove(&count_key);
                let receipt_key = keys::postponed_receipt(account_id, &waiting_id);
                let ready: Receipt = accessors::get(&self.state, &receipt_key)?
                    .ok_or_else(|| ApplyError::inconsistent_state("a postponed receipt is missing"))?;
                self.state.remove(&receipt_key);
                self.apply_stored_receipt(&ready).map(Some)
            }
            _ => {
                accessors::set(&mut self.state, &count_key, &(pending_count - 1));
                self.state.commit();
                Ok(None)
            }
        }
    }

    /// Executes an action receipt if all its data is there; postpones it otherwise.
    pub(super) fn process_action_receipt(
        &mut self,
        receipt: &Receipt,
        action_receipt: VersionedActionReceipt<'_>,
    ) -> Result<Option<ExecutionOutcomeWithId>, ApplyError> {
        let account_id = &receipt.receiver_id;
        let mut pending_count: u32 = 0;
        for data_id in action_receipt.input_data_ids {
            if !self.state.contains_key(&keys::received_data(account_id, data_id))? {
                pending_count += 1;
                let waiting_key = keys::postponed_receipt_id(account_id, data_id);
                accessors::set(&mut self.state, &waiting_key, &receipt.receipt_id);
            }
        }
        if pending_count == 0 {
            return self.apply_action_receipt(receipt, action_receipt).map(Some);
        }
        accessors::set(
            &mut self.state,
            &keys::pending_data_count(account_id, &receipt.receipt_id),
            &pending_count,
        );
        accessors::set(
            &mut self.state,
            &keys::postponed_receipt(account_id, &receipt.receipt_id),
            receipt,
        );
        self.state.commit();
        Ok(None)
    }
}
