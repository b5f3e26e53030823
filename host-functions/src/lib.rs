//! What a NEAR contract can call: the room of the host functions, `no_std`.
//!
//! Empty until contracts run. A function call on an account that has code asks `no_std_near_core::contract_runner::ContractRunner`, whose only implementation
//! answers *needs contracts*; the runner that lives here will implement that trait. Its list of functions, charges and limits is spec §D.
#![no_std]
