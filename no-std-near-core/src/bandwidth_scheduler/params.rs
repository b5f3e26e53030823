//! Scheduler parameters for a number of shards, and the values that a request can name.

use crate::params::{BandwidthSchedulerConfig, Params};
use crate::types::bandwidth::{BANDWIDTH_REQUEST_VALUES_NUM, Bandwidth};

/// Parameters of the scheduler in a layout of a given size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BandwidthSchedulerParams {
    /// Granted on every allowed link without a request.
    pub base_bandwidth: Bandwidth,
    /// What one shard may send, or receive, at one height.
    pub max_shard_bandwidth: Bandwidth,
    /// What one link may be granted by requests.
    pub max_single_grant: Bandwidth,
    /// The size of the largest receipt.
    pub max_receipt_size: Bandwidth,
    /// The most allowance a link may gather.
    pub max_allowance: Bandwidth,
}

impl BandwidthSchedulerParams {
    /// Parameters for `num_shards` shards.
    ///
    /// The base leaves room for one largest grant next to the base of all other links.
    pub fn new(num_shards: u64, params: &Params) -> Self {
        let BandwidthSchedulerConfig {
            max_shard_bandwidth,
            max_single_grant,
            max_allowance,
            max_base_bandwidth,
        } = params.bandwidth_scheduler_config;
        let other_links = num_shards.saturating_sub(1).max(1);
        let base_bandwidth =
            (max_shard_bandwidth.saturating_sub(max_single_grant) / other_links).min(max_base_bandwidth);
        Self {
            base_bandwidth,
            max_shard_bandwidth,
            max_single_grant,
            max_receipt_size: params.wasm_config.limit_config.max_receipt_size,
            max_allowance,
        }
    }

    /// The values that a request can name, ascending: evenly spaced above the base up to the largest grant.
    pub fn request_values(&self) -> [Bandwidth; BANDWIDTH_REQUEST_VALUES_NUM] {
        let span = self.max_single_grant.saturating_sub(self.base_bandwidth);
        let mut step = 0;
        [(); BANDWIDTH_REQUEST_VALUES_NUM].map(|()| {
            step += 1;
            self.base_bandwidth + span * step / BANDWIDTH_REQUEST_VALUES_NUM as u64
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params_for(num_shards: u64) -> BandwidthSchedulerParams {
        BandwidthSchedulerParams::new(num_shards, &Params::production_86())
    }

    #[test]
    fn base_bandwidth_leaves_room_for_one_largest_receipt() {
        for num_shards in 1..64 {
            let params = params_for(num_shards);
            let others = (num_shards - 1) * params.base_bandwidth;
            assert!(
                others + params.max_receipt_size <= params.max_shard_bandwidth,
                "{num_shards} shards"
            );
        }
    }

    #[test]
    fn base_bandwidth_of_known_layouts() {
        assert_eq!(params_for(1).base_bandwidth, 100_000);
        assert_eq!(params_for(6).base_bandwidth, 61_139);
        assert_eq!(params_for(9).base_bandwidth, 38_212);
    }

    #[test]
    fn values_rise_evenly_from_above_the_base_to_the_largest_grant() {
        let params = params_for(6);
        let values = params.request_values();
        assert_eq!(values[..3], [164_468, 267_797, 371_126]);
        assert_eq!(values[38..], [4_090_974, params.max_single_grant]);
        assert!(values.is_sorted());
    }
}
