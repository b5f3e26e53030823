//! Asking for bandwidth: from the sizes of buffered receipts to the values named in a request.

use super::BandwidthSchedulerParams;
use crate::types::ShardId;
use crate::types::bandwidth::{Bandwidth, BandwidthRequest, BandwidthRequestBitmap};

/// The request for sending receipts of the given sizes, in order, to a shard; none if the base suffices.
///
/// For each receipt that does not fit into the base together with those before it, the request names the least value that fits
/// them all. What fits no value is not asked for.
///
/// # Errors
/// Whatever reading a size fails with. A total beyond `u64` ends the request like a total beyond all values.
pub fn make_bandwidth_request<E>(
    to_shard: ShardId,
    receipt_sizes: impl Iterator<Item = Result<Bandwidth, E>>,
    params: &BandwidthSchedulerParams,
) -> Result<Option<BandwidthRequest>, E> {
    // Most shards wait for nothing: then the values are not needed.
    let mut values = None;
    let mut next_value = 0;
    let mut requested: u64 = 0;
    let mut total: Bandwidth = 0;
    for size in receipt_sizes {
        total = total.saturating_add(size?);
        if total <= params.base_bandwidth {
            continue;
        }
        let values = values.get_or_insert_with(|| params.request_values());
        while values.get(next_value).is_some_and(|value| *value < total) {
            next_value += 1;
        }
        if next_value == values.len() {
            break;
        }
        requested |= 1 << next_value;
    }
    if requested == 0 {
        return Ok(None);
    }
    let [data @ .., _, _, _] = requested.to_le_bytes();
    Ok(Some(BandwidthRequest {
        to_shard: to_shard as u16,
        requested_values_bitmap: BandwidthRequestBitmap { data },
    }))
}

/// The bitmap as an integer: bit `i` says that value `i` is named.
pub(super) fn requested_bits(bitmap: &BandwidthRequestBitmap) -> u64 {
    let [first, second, third, fourth, fifth] = bitmap.data;
    u64::from_le_bytes([first, second, third, fourth, fifth, 0, 0, 0])
}

#[cfg(test)]
mod tests {
    use core::convert::Infallible;

    use alloc::vec::Vec;

    use super::*;
    use crate::params::Params;

    fn params() -> BandwidthSchedulerParams {
        BandwidthSchedulerParams::new(6, &Params::production_86())
    }

    /// Which values are named for receipts of these sizes.
    fn named(sizes: &[Bandwidth]) -> Vec<usize> {
        let sizes = sizes.iter().map(|size| Ok::<_, Infallible>(*size));
        let Ok(request) = make_bandwidth_request(3, sizes, &params());
        let bits = request.map_or(0, |request| requested_bits(&request.requested_values_bitmap));
        (0..64).filter(|bit| bits >> bit & 1 == 1).collect()
    }

    #[test]
    fn what_fits_the_base_is_not_asked_for() {
        let base = params().base_bandwidth;
        assert_eq!(named(&[]), []);
        assert_eq!(named(&[10_000, 20, 999, 2362]), []);
        assert_eq!(named(&[10_000, base - 10_000]), []);
        assert_eq!(named(&[10_000, base - 10_000, 1]), [0]);
        assert_eq!(named(&[base + 1]), [0]);
    }

    #[test]
    fn the_least_value_that_fits_is_named() {
        let values = params().request_values();
        assert_eq!(named(&[values[20]]), [20]);
        assert_eq!(named(&[values[20] + 1]), [21]);
        assert_eq!(named(&[values[39]]), [39]);
    }

    #[test]
    fn what_fits_no_value_ends_the_request() {
        let largest = params().max_receipt_size;
        assert_eq!(named(&[largest, largest]), [39]);
        assert_eq!(named(&[largest + 1, 1]), []);
        assert_eq!(named(&[u64::MAX, u64::MAX, 1]), []);
    }

    #[test]
    fn many_small_receipts_name_every_value() {
        assert_eq!(named(&[1_000; 10_000]), (0..40).collect::<Vec<_>>());
    }

    #[test]
    fn a_size_that_cannot_be_read_is_the_callers_error() {
        let sizes = [Ok(5_000_000_000), Err("missing")];
        assert_eq!(
            make_bandwidth_request(3, sizes.into_iter().skip(1), &params()),
            Err("missing")
        );
        assert_eq!(make_bandwidth_request(3, sizes.into_iter(), &params()), Ok(None));
    }
}
