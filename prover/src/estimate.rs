//! What proving a run will take, before it starts.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use indicatif::{HumanBytes, HumanCount, HumanDuration};
use p3_field::PrimeCharacteristicRing;
use zk_backend::Val;
use zk_backend::proof::{TableStatement, Term, security, stacked_cells};
use zk_processor::chips::boundary::PUBLIC_VALUES;
use zk_processor::chips::builder::Chip;
use zk_processor::chips::machine::{MachineChip, TableId};
use zk_processor::proving::SegmentLimits;
use zk_verifier::machine::air;
use zk_verifier::run::MAX_SEGMENTS;

use crate::measure::available_memory_bytes;
use crate::prove::Plan;

/// How much a segment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentSize {
    /// A quarter of a full one.
    Quarter,
    /// Half of a full one.
    Half,
    /// 2^26 cells and 2^25 messages.
    Full,
}

impl SegmentSize {
    /// When a segment is full.
    #[must_use]
    pub fn limits(self) -> SegmentLimits {
        let shift = match self {
            Self::Quarter => 2,
            Self::Half => 1,
            Self::Full => 0,
        };
        SegmentLimits {
            instructions: SegmentLimits::MAX_INSTRUCTIONS,
            cells: SegmentLimits::FULL.cells >> shift,
            messages: SegmentLimits::FULL.messages >> shift,
        }
    }
}

impl fmt::Display for SegmentSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Quarter => "quarter",
            Self::Half => "half",
            Self::Full => "full",
        })
    }
}

impl FromStr for SegmentSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Quarter, Self::Half, Self::Full]
            .into_iter()
            .find(|size| size.to_string() == text)
            .ok_or_else(|| format!("`{text}` is no size: full, half or quarter"))
    }
}

/// Cells of an instruction with its share of memory leaves, code leaves and lookup tables, as measured: 40 for arithmetic, 75 for
/// chunks, which hash (docs/benchmarks-processor.md).
const CELLS_PER_INSTRUCTION: u64 = 60;
/// Time of a cell with its share of messages, as measured on two cores (docs/benchmarks-processor.md).
const NANOSECONDS_PER_CELL: u64 = 165;
/// Memory of a cell while it is proved, as measured on full segments.
const BYTES_PER_CELL: u64 = 70;
/// Cells of a segment in which nothing happens: every table has its smallest height.
const CELLS_OF_NOTHING: u64 = 1 << 21;

/// What proving a run will take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Instructions of the run.
    pub instructions: u64,
    /// Cells of all tables of all segments.
    pub cells: u64,
    /// Number of segments.
    pub segments: u64,
    /// Peak memory (bytes).
    pub memory_bytes: u64,
    /// Time on two cores.
    pub time: Duration,
}

impl Estimate {
    /// The estimate for a run that was planned.
    #[must_use]
    pub fn of(plan: &Plan, size: SegmentSize) -> Self {
        let per_segment = size.limits().cells as u64;
        let work = plan.instructions * CELLS_PER_INSTRUCTION;
        let segments = work.div_ceil(per_segment - CELLS_OF_NOTHING).max(1);
        let cells = work + segments * CELLS_OF_NOTHING;
        Self {
            instructions: plan.instructions,
            cells,
            segments,
            memory_bytes: cells.div_ceil(segments).next_power_of_two().min(per_segment) * BYTES_PER_CELL + (256 << 20),
            time: Duration::from_nanos(cells * NANOSECONDS_PER_CELL),
        }
    }

    /// Why it should not be started: the run is too long, or the memory will not suffice.
    #[must_use]
    pub fn obstacle(&self) -> Option<String> {
        if self.segments > MAX_SEGMENTS as u64 {
            return Some(format!(
                "the run needs about {} segments; a proof has at most {MAX_SEGMENTS}",
                self.segments
            ));
        }
        let available = available_memory_bytes()?;
        (available < self.memory_bytes).then(|| {
            format!(
                "proving needs about {}, this machine has {} to give; smaller segments need less (--segment half or quarter)",
                HumanBytes(self.memory_bytes),
                HumanBytes(available)
            )
        })
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} instructions: about {} cells in {} segment{}, {} of memory, {}",
            HumanCount(self.instructions),
            HumanCount(self.cells),
            self.segments,
            if self.segments == 1 { "" } else { "s" },
            HumanBytes(self.memory_bytes),
            HumanDuration(self.time)
        )
    }
}

/// Proven bits of a segment's proof with about this many cells, in all and by term.
///
/// # Errors
/// A size that has no parameters.
pub fn security_of(cells: usize) -> Result<(f64, Vec<Term>), String> {
    let statement = |raised: u32| -> Vec<TableStatement<'static>> {
        let table = |table: TableId| {
            let (least, most) = table.chip.heights();
            TableStatement {
                air: air(table.chip),
                height_log2: (least + raised).min(most),
                public_values: public_values(table.chip),
            }
        };
        MachineChip::all_tables().into_iter().map(table).collect()
    };
    let fits = |raised: &u32| stacked_cells(&statement(*raised)) <= cells;
    let raised = (0..32).take_while(fits).last().unwrap_or(0);
    security(&statement(raised)).map_err(|error| error.to_string())
}

/// Any record has as many public values.
fn public_values(chip: MachineChip) -> &'static [Val] {
    const ANY: [Val; PUBLIC_VALUES] = [Val::ZERO; PUBLIC_VALUES];
    if chip.public_values() == 0 { &[] } else { &ANY }
}
