//! Bandwidth requests and the scheduler's state.
