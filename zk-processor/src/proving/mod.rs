//! From a run to tables: what the executor does, told instruction by instruction, and each chip's rows made of it.
//!
//! [`walk`] steps the executor and yields an event for every instruction. [`segment`] collects the events of one segment by chip, with the memory leaves they
//! touch, until the tables are full. [`mod@fill`] turns a segment into filled tables and the record that its proof states, with the trees that [`memory`] keeps
//! from segment to segment and [`programs`] opens. Nothing here knows a proof system.

pub mod asked;
mod fill;
pub mod memory;
pub mod programs;
pub mod route;
pub mod segment;
pub mod walk;

pub use fill::{FilledSegment, FilledTable, InputTree, fill};
pub use memory::Memories;
pub use programs::Programs;
pub use route::{Unproved, route};
pub use segment::{Segment, SegmentLimits, collect};
pub use walk::Walk;
