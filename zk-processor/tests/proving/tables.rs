//! The no-proof check of a whole segment.

use zk_processor::chips::check::Failure;
use zk_processor::proving::FilledSegment;

/// What does not hold in the tables of a segment.
pub(crate) fn failures(segment: &FilledSegment) -> Vec<Failure> {
    segment.failures()
}
