//! Congestion info, as chunk headers carry it.
