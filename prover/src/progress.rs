//! Progress on a terminal: a bar over the run's instructions, whose text is the segment and its phase; and where time and rows went.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use zk_processor::chips::builder::Chip;
use zk_processor::chips::event::Event;
use zk_processor::chips::hash_step::HashStep;
use zk_processor::chips::machine::{MachineChip, TableId};
use zk_processor::isa::Opcode;
use zk_processor::proving::Segment;
use zk_verifier::run::SegmentProof;

use crate::prove::{Phase, Progress};

/// What all tables of a chip hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChipSize {
    /// Rows, padding included.
    pub height: u64,
    /// Cells: rows times columns.
    pub cells: u64,
    /// Messages: each is a leaf of the lookup argument.
    pub messages: u64,
}

/// A bar, and what was measured on the way.
#[derive(Debug)]
pub struct Bars {
    bar: ProgressBar,
    behind: u64,
    since: Option<(Phase, Instant)>,
    /// Time spent in each phase.
    pub seconds: Vec<(Phase, f64)>,
    /// Rows of each chip that consumes instructions, by its name.
    pub rows: BTreeMap<&'static str, u64>,
    /// What the tables of each chip hold, by its name.
    pub sizes: BTreeMap<&'static str, ChipSize>,
    /// Blocks that SHA-256 compressed.
    pub hash_blocks: u64,
}

impl Bars {
    /// A bar over so many instructions; quiet, it only measures.
    #[must_use]
    pub fn new(instructions: u64, is_quiet: bool) -> Self {
        let bar = if is_quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(instructions)
        };
        let style = ProgressStyle::with_template("{bar:30} {percent:>3} % {msg}, {elapsed} elapsed, {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self {
            bar,
            behind: 0,
            since: None,
            seconds: Vec::new(),
            rows: BTreeMap::new(),
            sizes: BTreeMap::new(),
            hash_blocks: 0,
        }
    }

    /// Takes the bar away.
    pub fn finish(&mut self) {
        self.account();
        self.bar.finish_and_clear();
    }

    /// Time spent in one phase of all segments.
    #[must_use]
    pub fn seconds_in(&self, phase: Phase) -> f64 {
        let of_phase = self.seconds.iter().filter(|(of, _)| *of == phase);
        of_phase.map(|(_, seconds)| seconds).sum()
    }

    fn account(&mut self) {
        if let Some((phase, since)) = self.since.take() {
            self.seconds.push((phase, since.elapsed().as_secs_f64()));
        }
    }
}

fn sha_256_blocks(event: &Event) -> u64 {
    match HashStep::of(event) {
        Some(step) if event.instruction.opcode == Opcode::Sha256Step => u64::from(step.part),
        _ => 0,
    }
}

impl Progress for Bars {
    fn phase(&mut self, segment: usize, phase: Phase, instructions: u64) {
        self.account();
        self.since = Some((phase, Instant::now()));
        let what = match phase {
            Phase::Execute => "executing",
            Phase::Fill => "filling tables",
            Phase::Prove => "proving",
            Phase::Resumed => "already proved",
        };
        self.behind = instructions;
        self.bar.set_message(format!("segment {}: {what}", segment + 1));
    }

    fn segment(&mut self, segment: &Segment, proof: &SegmentProof) {
        self.account();
        self.bar.set_position(self.behind);
        for (TableId { chip, .. }, height_log2) in MachineChip::all_tables().into_iter().zip(&proof.heights) {
            let height = 1 << u64::from(*height_log2);
            let size = self.sizes.entry(chip.name()).or_default();
            size.height += height;
            size.cells += height * chip.width() as u64;
            size.messages += height * chip.messages().len() as u64;
        }
        for (chip, events) in MachineChip::INSTRUCTIONS.iter().zip(&segment.events) {
            *self.rows.entry(chip.name()).or_default() += events.len() as u64;
            if *chip == MachineChip::HashStep {
                self.hash_blocks += events.iter().map(sha_256_blocks).sum::<u64>();
            }
        }
        self.bar.println(format!(
            "segment of {} instructions done",
            HumanCount(segment.instructions() as u64)
        ));
    }
}
