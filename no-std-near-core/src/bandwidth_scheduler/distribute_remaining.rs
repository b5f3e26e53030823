//! Spreading the bandwidth that is left after the base and the requests.
//!
//! Poorest first: a shard that comes later has at least as much per link as the one before it, so dividing what is left by the
//! number of links left wastes little, and nothing is ever granted beyond a budget.

use alloc::vec::Vec;

use super::scheduler::{Link, Links};
use crate::types::bandwidth::Bandwidth;

/// What one shard can still send, or receive.
#[derive(Debug, Clone, Copy)]
struct Endpoint {
    bandwidth_left: Bandwidth,
    links_left: u64,
}

impl Endpoint {
    /// What each link would get if all got the same.
    fn average(&self) -> Bandwidth {
        self.bandwidth_left.checked_div(self.links_left).unwrap_or(0)
    }

    fn take(&mut self, bandwidth: Bandwidth) {
        self.bandwidth_left -= bandwidth;
        self.links_left -= 1;
    }
}

/// Calls `grant` with what each allowed link gets on top.
pub(super) fn distribute_remaining_bandwidth(
    sender_budgets: &[Bandwidth],
    receiver_budgets: &[Bandwidth],
    is_allowed: &Links<bool>,
    mut grant: impl FnMut(Link, Bandwidth),
) {
    let num_shards = sender_budgets.len();
    let mut senders = endpoints(sender_budgets);
    let mut receivers = endpoints(receiver_budgets);
    for link in Links::<bool>::all(num_shards).filter(|link| is_allowed.get(*link)) {
        senders[link.sender].links_left += 1;
        receivers[link.receiver].links_left += 1;
    }
    let receiver_order = poorest_first(&receivers);
    for sender in poorest_first(&senders) {
        for receiver in receiver_order.iter().copied() {
            let link = Link { sender, receiver };
            if !is_allowed.get(link) {
                continue;
            }
            let (from, to) = (&mut senders[sender], &mut receivers[receiver]);
            let bandwidth = from.average().min(to.average());
            grant(link, bandwidth);
            from.take(bandwidth);
            to.take(bandwidth);
        }
    }
}

fn endpoints(budgets: &[Bandwidth]) -> Vec<Endpoint> {
    budgets
        .iter()
        .map(|budget| Endpoint {
            bandwidth_left: *budget,
            links_left: 0,
        })
        .collect()
}

/// Indices by average bandwidth per link, ties by index.
fn poorest_first(endpoints: &[Endpoint]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..endpoints.len()).collect();
    order.sort_by_key(|index| endpoints[*index].average());
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    type Grant = (usize, usize, Bandwidth);

    fn distribute(senders: &[Bandwidth], receivers: &[Bandwidth], allowed: Option<&[(usize, usize)]>) -> Vec<Grant> {
        let mut is_allowed = Links::new(senders.len(), allowed.is_none());
        for (sender, receiver) in allowed.into_iter().flatten().copied() {
            is_allowed.set(Link { sender, receiver }, true);
        }
        let mut grants = Vec::new();
        distribute_remaining_bandwidth(senders, receivers, &is_allowed, |link, bandwidth| {
            grants.push((link.sender, link.receiver, bandwidth));
        });
        grants.sort_unstable();
        grants
    }

    #[test]
    fn one_link_gets_the_smaller_budget() {
        assert_eq!(distribute(&[50], &[100], None), [(0, 0, 50)]);
        assert_eq!(distribute(&[100], &[50], None), [(0, 0, 50)]);
        assert_eq!(distribute(&[50], &[100], Some(&[])), []);
    }

    #[test]
    fn equal_shards_share_equally() {
        let grants = distribute(&[300; 3], &[300; 3], None);
        assert_eq!(grants.len(), 9);
        assert!(grants.iter().all(|(_, _, bandwidth)| *bandwidth == 100));
    }

    #[test]
    fn only_allowed_links_share() {
        let grants = distribute(&[100; 3], &[100; 3], Some(&[(1, 0), (1, 2), (0, 1), (2, 1)]));
        assert_eq!(grants, [(0, 1, 50), (1, 0, 50), (1, 2, 50), (2, 1, 50)]);
    }

    #[test]
    fn a_congested_receiver_gives_its_whole_budget_to_its_one_sender() {
        let grants = distribute(&[300; 3], &[300; 3], Some(&[(0, 0), (0, 1), (1, 0), (1, 2), (2, 0)]));
        assert_eq!(
            grants,
            [(0, 0, 100), (0, 1, 200), (1, 0, 100), (1, 2, 200), (2, 0, 100)]
        );
    }

    #[test]
    fn budgets_are_never_exceeded_and_almost_used_up() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut draw = move |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        for _ in 0..500 {
            let num_shards = 1 + draw(9) as usize;
            let senders: Vec<_> = (0..num_shards).map(|_| draw(1000)).collect();
            let receivers: Vec<_> = (0..num_shards).map(|_| draw(1000)).collect();
            let grants = distribute(&senders, &receivers, None);
            for shard in 0..num_shards {
                let sum = |side: fn(&Grant) -> usize| -> u64 {
                    grants
                        .iter()
                        .filter(|grant| side(grant) == shard)
                        .map(|grant| grant.2)
                        .sum()
                };
                assert!(sum(|grant| grant.0) <= senders[shard]);
                assert!(sum(|grant| grant.1) <= receivers[shard]);
            }
            let total: u64 = grants.iter().map(|grant| grant.2).sum();
            let possible = senders.iter().sum::<u64>().min(receivers.iter().sum());
            assert!(total >= possible * 99 / 100, "{total} of {possible}");
        }
    }
}
