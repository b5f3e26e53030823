//! The receipt sink: a new receipt is sent on at once while the limits towards its shard last, and buffered otherwise.
//!
//! Two limits hold per receiving shard: gas, from the receiver's congestion, and bytes, from the bandwidth scheduler. What
//! does not fit waits in the state, in a queue per receiving shard, with metadata from which the next bandwidth requests are
//! made.
//!
//! Mirrors `ReceiptSink` of `runtime/runtime/src/congestion_control.rs`; differs in: limits are a sorted list, and
//! assertions that panic nearcore are [`ApplyError`]s (spec §C.4, §C.11, §C.13).

use alloc::vec::Vec;

use crate::bandwidth_scheduler::{BandwidthSchedulerOutput, make_bandwidth_request};
use crate::congestion::CongestionControl;
use crate::context::ApplyContext;
use crate::crypto::Crypto;
use crate::error::ApplyError;
use crate::receipts::load::{ReceiptLoad, receiver_shard_id};
use crate::state::StateUpdate;
use crate::state::queues::{OutgoingBuffers, OutgoingMetadatas};
use crate::types::bandwidth::{BandwidthRequests, BandwidthRequestsV1};
use crate::types::congestion_info::CongestionInfo;
use crate::types::receipt::Receipt;
use crate::types::{Gas, ShardId};

/// What may still be sent to one shard in this chunk.
#[derive(Debug, Clone, Copy)]
struct OutgoingLimit {
    shard_id: ShardId,
    gas: Gas,
    size_bytes: u64,
}

/// Takes every receipt that leaves this chunk.
#[derive(Debug)]
pub struct ReceiptSink {
    /// This shard's congestion, kept up to date while buffers change.
    pub own_congestion_info: CongestionInfo,
    /// Receipts sent in this chunk, in order.
    pub outgoing_receipts: Vec<Receipt>,
    /// For each of them the shard it goes to.
    pub outgoing_shard_ids: Vec<ShardId>,
    /// What the scheduler granted, and the parameters that requests are made with.
    pub scheduler: BandwidthSchedulerOutput,
    limits: Vec<OutgoingLimit>,
    buffers: OutgoingBuffers,
    metadatas: OutgoingMetadatas,
}

impl ReceiptSink {
    /// Loads buffers and metadata from the state and computes the limits.
    ///
    /// # Errors
    /// Aborts when the state lacks a node or does not decode.
    pub fn new<C: Crypto>(
        context: &ApplyContext<'_>,
        state: &StateUpdate<'_, C>,
        own_congestion_info: CongestionInfo,
        scheduler: BandwidthSchedulerOutput,
    ) -> Result<Self, ApplyError> {
        let buffers = OutgoingBuffers::load(state)?;
        let metadatas = OutgoingMetadatas::load(state, buffers.shards())?;
        let limits = context
            .congestion_info
            .iter()
            .map(|&(shard_id, ref extended)| {
                // Holding back what stays in this shard would not help: it takes the same memory here or there.
                let gas = if shard_id == context.shard_id {
                    Gas::MAX
                } else {
                    let control = CongestionControl {
                        config: &context.params.congestion_control_config,
                        info: &extended.congestion_info,
                        missed_chunks_count: extended.missed_chunks_count,
                    };
                    control.outgoing_gas_limit(context.shard_id)
                };
                let size_bytes = scheduler.granted_bandwidth.get(context.shard_id, shard_id);
                OutgoingLimit {
                    shard_id,
                    gas,
                    size_bytes,
                }
            })
            .collect();
        Ok(Self {
            own_congestion_info,
            outgoing_receipts: Vec::new(),
            outgoing_shard_ids: Vec::new(),
            scheduler,
            limits,
            buffers,
            metadatas,
        })
    }

    /// Sends what earlier chunks buffered, as far as the limits allow: first what waits for shards that were split since,
    /// then the shards of the layout in index order.
    ///
    /// # Errors
    /// Aborts on storage errors, on overflow, and when all buffers are empty while congestion says otherwise.
    pub fn forward_from_buffers<C: Crypto>(
        &mut self,
        context: &ApplyContext<'_>,
        state: &mut StateUpdate<'_, C>,
    ) -> Result<(), ApplyError> {
        let mut all_buffers_empty = true;
        let parents = context.shard_layout.get_split_parent_shard_ids();
        for shard_id in parents.iter().copied().chain(context.shard_layout.shard_ids()) {
            self.forward_from_buffer_to(shard_id, context, state)?;
            all_buffers_empty &= self.buffers.len(shard_id) == 0;
        }
        if all_buffers_empty && self.own_congestion_info.buffered_receipts_gas() != 0 {
            return Err(ApplyError::inconsistent_state(
                "outgoing buffers are empty but buffered gas is not zero",
            ));
        }
        Ok(())
    }

    /// Sends receipts from one buffer until the first that does not fit.
    ///
    /// The buffer's shard may be one that was split: then each receipt goes to whichever child its receiver belongs to.
    fn forward_from_buffer_to<C: Crypto>(
        &mut self,
        buffer_shard_id: ShardId,
        context: &ApplyContext<'_>,
        state: &mut StateUpdate<'_, C>,
    ) -> Result<(), ApplyError> {
        let mut forwarded_count = 0;
        let mut forwarded_with_metadata = Vec::new();
        for index in self.buffers.range(buffer_shard_id) {
            let stored = self.buffers.read(state, buffer_shard_id, index)?;
            let load = ReceiptLoad::of_stored(&stored, context.params)?;
            let has_metadata = stored.should_update_outgoing_metadatas();
            if self.try_forward(stored.into_receipt(), load, context)?.is_some() {
                break;
            }
            self.own_congestion_info.remove_receipt_bytes(load.size_bytes)?;
            self.own_congestion_info.remove_buffered_receipt_gas(load.gas.into())?;
            if has_metadata {
                forwarded_with_metadata.push(load);
            }
            forwarded_count += 1;
        }
        self.buffers.remove_front(state, buffer_shard_id, forwarded_count)?;
        for load in forwarded_with_metadata {
            self.metadatas
                .on_receipt_popped(state, buffer_shard_id, load.size_bytes, load.gas)?;
        }
        Ok(())
    }

    /// Sends a receipt, or buffers it when a limit towards its shard is used up.
    ///
    /// # Errors
    /// Aborts on storage errors, on overflow, and when the receiver has no shard in the layout.
    pub fn forward_or_buffer<C: Crypto>(
        &mut self,
        receipt: Receipt,
        context: &ApplyContext<'_>,
        state: &mut StateUpdate<'_, C>,
    ) -> Result<(), ApplyError> {
        let load = ReceiptLoad::of_new(&receipt, context.params)?;
        match self.try_forward(receipt, load, context)? {
            None => Ok(()),
            Some(NotForwarded { receipt, shard_id }) => self.buffer(receipt, load, shard_id, state),
        }
    }

    /// Sends the receipt if both limits allow it; otherwise gives it back.
    fn try_forward(
        &mut self,
        receipt: Receipt,
        load: ReceiptLoad,
        context: &ApplyContext<'_>,
    ) -> Result<Option<NotForwarded>, ApplyError> {
        let shard_id = receiver_shard_id(&receipt, context.shard_layout)?;
        // A bug once let receipts grow beyond the maximal size; they must still get through, so larger counts as maximal.
        let size_bytes = load
            .size_bytes
            .min(context.params.wasm_config.limit_config.max_receipt_size);
        // One receipt may carry more gas than any limit admits, and would be stuck forever without a cap.
        let admission_gas = load
            .gas
            .min(context.params.congestion_control_config.allowed_shard_outgoing_gas);
        let limit = self.limit_mut(shard_id);
        if limit.gas < admission_gas || limit.size_bytes < size_bytes {
            return Ok(Some(NotForwarded { receipt, shard_id }));
        }
        limit.gas = limit.gas.saturating_sub(load.gas);
        limit.size_bytes -= size_bytes;
        self.outgoing_receipts.push(receipt);
        self.outgoing_shard_ids.push(shard_id);
        Ok(None)
    }

    /// The limit towards a shard. A shard without congestion info (around a resharding) has no gas limit and no granted bytes.
    fn limit_mut(&mut self, shard_id: ShardId) -> &mut OutgoingLimit {
        let position = match self.limits.binary_search_by_key(&shard_id, |limit| limit.shard_id) {
            Ok(position) => position,
            Err(position) => {
                self.limits.insert(
                    position,
                    OutgoingLimit {
                        shard_id,
                        gas: Gas::MAX,
                        size_bytes: 0,
                    },
                );
                position
            }
        };
        &mut self.limits[position]
    }

    fn buffer<C: Crypto>(
        &mut self,
        receipt: Receipt,
        load: ReceiptLoad,
        shard_id: ShardId,
        state: &mut StateUpdate<'_, C>,
    ) -> Result<(), ApplyError> {
        self.own_congestion_info.add_receipt_bytes(load.size_bytes)?;
        self.own_congestion_info.add_buffered_receipt_gas(load.gas.into())?;
        self.metadatas
            .on_receipt_pushed(state, shard_id, load.size_bytes, load.gas)?;
        self.buffers.push_back(state, shard_id, &receipt, load.into())?;
        Ok(())
    }

    /// Requests for the next height, from what is buffered towards each shard of the layout.
    ///
    /// # Errors
    /// Aborts on storage errors.
    pub fn bandwidth_requests<C: Crypto>(
        &self,
        context: &ApplyContext<'_>,
        state: &StateUpdate<'_, C>,
    ) -> Result<BandwidthRequests, ApplyError> {
        let mut requests = Vec::new();
        for shard_id in context.shard_layout.shard_ids() {
            // What waits for a shard that was split will use what its children are granted. A shard that was not split is its
            // own parent in a layout with a history, and then counts twice; so it does in nearcore.
            let parent_shard_id = context.shard_layout.get_parent_shard_id(shard_id).ok();
            let waiting = parent_shard_id.into_iter().chain([shard_id]);
            let sizes_bytes = waiting.flat_map(|shard_id| self.waiting_sizes(shard_id, state));
            requests.extend(make_bandwidth_request(shard_id, sizes_bytes, &self.scheduler.params)?);
        }
        Ok(BandwidthRequests::V1(BandwidthRequestsV1 { requests }))
    }

    /// Sizes of the groups of receipts that wait for a shard; read one by one, because a request needs only the first few.
    fn waiting_sizes<C: Crypto>(
        &self,
        shard_id: ShardId,
        state: &StateUpdate<'_, C>,
    ) -> impl Iterator<Item = Result<u64, ApplyError>> {
        let max_receipt_size = self.scheduler.params.max_receipt_size;
        let buffer_len = self.buffers.len(shard_id);
        let groups = self.metadatas.get(shard_id);
        let groups = groups.filter(|groups| buffer_len > 0 && groups.total_receipts_num() == buffer_len);
        // Without metadata for all of them (some are older than metadata): ask for what the largest receipt needs.
        let unknown = (buffer_len > 0 && groups.is_none()).then_some(Ok(max_receipt_size));
        let known = groups.into_iter().flat_map(move |groups| groups.group_sizes(state));
        let known = known.map(move |size| Ok(size?.min(max_receipt_size)));
        unknown.into_iter().chain(known)
    }
}

/// A receipt that has to wait, and for which shard.
#[derive(Debug)]
struct NotForwarded {
    receipt: Receipt,
    shard_id: ShardId,
}
