//! Yielded promises: stored until somebody resumes them or their time is over.
//!
//! Mirrors the `PromiseYield` and `PromiseResume` arms of `Runtime::process_receipt` and
//! `resolve_promise_yield_timeouts` in `runtime/runtime/src/lib.rs` (spec §C.6, §C.7).

use super::ChunkInProgress;
use crate::contract_runner::ContractRunner;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::state::{accessors, keys};
use crate::types::identifiers::receipt_id_from_data_id;
use crate::types::outcome::ExecutionOutcomeWithId;
use crate::types::queues::{PromiseYieldIndices, PromiseYieldStatus, PromiseYieldTimeout};
use crate::types::receipt::{DataReceipt, Receipt, ReceiptEnum, VersionedActionReceipt};

impl<C: Crypto, R: ContractRunner<C>> ChunkInProgress<'_, '_, C, R> {
    /// Stores a yield until it is resumed.
    pub(super) fn process_promise_yield(
        &mut self,
        receipt: &Receipt,
        action_receipt: VersionedActionReceipt<'_>,
    ) -> Result<(), ApplyError> {
        let [data_id] = action_receipt.input_data_ids else {
            return Err(ApplyError::inconsistent_state(
                "a yield must wait for exactly one data id",
            ));
        };
        accessors::set(
            &mut self.state,
            &keys::promise_yield_receipt(&receipt.receiver_id, data_id),
            receipt,
        );
        self.state.commit();
        Ok(())
    }

    /// Resumes a yield, or ignores the attempt when the yield is gone or already being resumed.
    ///
    /// What is ignored is not committed here: nothing was written.
    pub(super) fn process_promise_resume(
        &mut self,
        receipt: &Receipt,
        data_receipt: &DataReceipt,
    ) -> Result<Option<ExecutionOutcomeWithId>, ApplyError> {
        let account_id = &receipt.receiver_id;
        let data_id = &data_receipt.data_id;
        let status_key = keys::promise_yield_status(account_id, data_id);
        // No data means the time is over; that loses against a resumption on its way.
        if data_receipt.data.is_none()
            && accessors::get(&self.state, &status_key)? == Some(PromiseYieldStatus::ResumeInitiated)
        {
            return Ok(None);
        }
        let yield_key = keys::promise_yield_receipt(account_id, data_id);
        let Some(yielded) = accessors::get::<Receipt, C>(&self.state, &yield_key)? else {
            return Ok(None);
        };
        self.state.remove(&yield_key);
        self.state.remove(&status_key);
        let yield_id_key = keys::data_id_to_yield_id(account_id, data_id);
        if let Some(yield_id) = accessors::get(&self.state, &yield_id_key)? {
            self.state.remove(&keys::yield_id_to_data_id(account_id, &yield_id));
            self.state.remove(&yield_id_key);
        }
        accessors::set_received_data(&mut self.state, account_id, data_id, data_receipt.data.as_deref());
        self.apply_stored_receipt(&yielded).map(Some)
    }

    /// Resumes, without data, yields whose time is over; the receipts travel through the sink like any other.
    ///
    /// Indices are written back by the caller's commit only when they changed.
    pub(super) fn resolve_yield_timeouts(&mut self) -> Result<(), ApplyError> {
        let indices_key = keys::promise_yield_indices();
        let mut indices: PromiseYieldIndices = accessors::get(&self.state, &indices_key)?.unwrap_or_default();
        let first_index_before = indices.first_index;
        let mut emitted_count: u64 = 0;
        while indices.first_index < indices.next_available_index && !self.is_full() {
            let entry_key = keys::promise_yield_timeout(indices.first_index);
            let entry: PromiseYieldTimeout = accessors::get(&self.state, &entry_key)?
                .ok_or_else(|| ApplyError::inconsistent_state("an entry of the yield timeout queue is missing"))?;
            // Entries are in order of expiry.
            if entry.expires_at > self.context.block_height {
                break;
            }
            if self
                .state
                .contains_key(&keys::promise_yield_receipt(&entry.account_id, &entry.data_id))?
            {
                let resume = Receipt {
                    predecessor_id: entry.account_id.clone(),
                    receiver_id: entry.account_id,
                    receipt_id: receipt_id_from_data_id::<C>(&entry.data_id, self.context.block_height, emitted_count),
                    receipt: ReceiptEnum::PromiseResume(DataReceipt {
                        data_id: entry.data_id,
                        data: None,
                    }),
                };
                emitted_count += 1;
                self.sink.forward_or_buffer(resume, self.context, &mut self.state)?;
            }
            self.state.remove(&entry_key);
            indices.first_index += 1;
        }
        if indices.first_index != first_index_before {
            accessors::set(&mut self.state, &indices_key, &indices);
        }
        Ok(())
    }
}
