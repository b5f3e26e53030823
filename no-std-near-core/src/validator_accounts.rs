//! Stake returns and rewards, applied in the first block of an epoch.
