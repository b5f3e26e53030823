//! The command line: what can be asked, and the help that teaches it.

use clap::{Args, Parser, Subcommand, ValueEnum};
use no_std_near_core::params::ProtocolVariant;
use prover::estimate::SegmentSize;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  replay-chunk --height 180000018              every embedded chunk at that height (four shards)
  replay-chunk --height 180000018 --shard 1    one of them
  replay-chunk --chunk transfers/180000018-s1  the same, by its id
  replay-chunk --all                           the whole embedded selection
  replay-chunk --set resharding_v3 -v          every chunk whose id starts so, with details
  replay-chunk --source scenarios/transfers.tar.gz --source suite/ --all
                                               archives and directories, searched recursively
  replay-chunk --source recorded/180000018-s1  one chunk folder; naming it is choosing it
  replay-chunk --source dumps/witness_180000019_1_abc_0.bin
                                               a witness dumped by `neard view-state state-witness dump-latest … binary`,
                                               with blocks.borsh and blocks.json beside it
  replay-chunk --all --json | jq 'select(.result == \"different\")'
  replay-chunk headers --chunk transfers/180000018-s1 --out chunk.headers
  replay-chunk --chunk transfers/180000011-s0 --prove --out chunk.proof --report chunk.html
                                               a proof, and a page that draws where instructions, cells and time went
  replay-chunk verify --proof chunk.proof --headers chunk.headers
  replay-chunk bench --markdown                the tables of docs/benchmarks.md
  replay-chunk bench --prove --set transfers --report bench.html
                                               what proving each of these chunks takes, side by side
  replay-chunk guest --height 180000019        the same chunks as a program of the zk processor, on its executor
  replay-chunk guest --chunk transfers/180000019-s2 --blocks --flame flame.svg
                                               what that costs, and where

Words:
  --height is the height of the block whose chunk is applied, --shard that chunk's own shard; the witness that proves it
  belongs to the next chunk. A chunk's id is its path in the archive.

Results:
  equal                everything that nearcore recorded came out the same, to the last bit
  different            something did not; the first difference is printed in words
  needs_contracts      the chunk runs a contract, which this program cannot do yet; not counted as passed
  incomplete           the recording lacks an input that nearcore had; which one is printed
  unsupported_version  not protocol version 86
  bad_input            the files are damaged or contradict each other

Exit status:
  0  at least one chunk is equal, none is different or bad; the chunk is proved; the proof holds
  1  a difference; the proof does not hold or is about something else
  2  wrong usage, or bad input
  3  nothing could be checked (contracts needed, another version, incomplete)";

/// Replay recorded or dumped NEAR chunks and compare them with nearcore, bit for bit.
#[derive(Debug, Parser)]
#[command(name = "replay-chunk", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do instead of replaying.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to replay and how to report it.
    #[command(flatten)]
    pub replay: ReplayArguments,
}

/// Other things to do with chunks.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write what a validator holds without the witness: blocks, the witnessed header, epoch facts, base-block flags.
    Headers(HeadersArguments),
    /// Verify that a proof proves a chunk's transition, from headers alone: no witness is opened.
    Verify(VerifyArguments),
    /// Measure validation against nearcore's recorded time, and the compressed witness; with `--prove`, what proofs take.
    Bench(BenchArguments),
    /// Run chunks through the chunk guest on the processor's executor, and compare its output with the native statement digest.
    Guest(GuestArguments),
}

/// Where chunks come from.
#[derive(Clone, Debug, Default, Args)]
pub struct SourceArguments {
    /// A chunk folder, a directory or a .tar, .tar.gz or .tar.zst archive, searched recursively, or a dumped witness; may be given
    /// several times [default: the selection built into this program]
    #[arg(long, value_name = "PATH")]
    pub source: Vec<PathBuf>,
    /// A directory or archive with contract code, `contracts/<base58 of the SHA-256>.wasm`; such folders inside sources are found
    /// by themselves
    #[arg(long, value_name = "PATH")]
    pub contracts: Vec<PathBuf>,
}

/// Which chunks are meant.
#[derive(Clone, Debug, Default, Args)]
pub struct ChoiceArguments {
    /// Height of the block whose chunk is applied
    #[arg(long, value_name = "N")]
    pub height: Option<u64>,
    /// That chunk's own shard
    #[arg(long, value_name = "S")]
    pub shard: Option<u64>,
    /// Beginning of the id: the scenario or the test
    #[arg(long, value_name = "PREFIX")]
    pub set: Option<String>,
    /// Id of one chunk, or the end of it; may be given several times
    #[arg(long, value_name = "ID")]
    pub chunk: Vec<String>,
    /// Every chunk of the sources
    #[arg(long)]
    pub all: bool,
}

impl ChoiceArguments {
    /// Whether any chunk is asked for.
    pub const fn names_something(&self) -> bool {
        self.height.is_some() || self.shard.is_some() || self.set.is_some() || !self.chunk.is_empty() || self.all
    }
}

/// Arguments of a replay.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// Where chunks come from.
    #[command(flatten)]
    pub sources: SourceArguments,
    /// Which of them.
    #[command(flatten)]
    pub choice: ChoiceArguments,
    /// Which build of version 86 to follow [default: fork for recorded folders, released for dumps]
    #[arg(long, value_enum)]
    pub variant: Option<Variant>,
    /// One JSON object per line and chunk, and a summary
    #[arg(long)]
    pub json: bool,
    /// Only a Markdown table of how many chunks ended which way, by scenario, as it stands in the README
    #[arg(long, conflicts_with = "json")]
    pub counts: bool,
    /// Every chunk in the table, with what was compared
    #[arg(short, long)]
    pub verbose: bool,
    /// Prove the transition of the one chunk that is meant, and verify the proof
    #[arg(long, conflicts_with_all = ["counts", "verbose"])]
    pub prove: bool,
    /// Where the proof goes; finished segments wait in `<FILE>.segments` (default `<height>-s<shard>.proof`)
    #[arg(long, value_name = "FILE", requires = "prove")]
    pub out: Option<PathBuf>,
    /// How much a segment of the proof holds: `full` proves fastest, `half` and `quarter` need less memory
    #[arg(long, value_name = "SIZE", requires = "prove", default_value = "full")]
    pub segment: SegmentSize,
    /// Draw where instructions, cells and time went: one self-contained page
    #[arg(long, value_name = "OUT.html", requires = "prove")]
    pub report: Option<PathBuf>,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The proof
    #[arg(long, value_name = "FILE")]
    pub proof: PathBuf,
    /// What the validator holds about the chunk, as `replay-chunk headers` writes it
    #[arg(long, value_name = "F")]
    pub headers: PathBuf,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `headers`.
#[derive(Debug, Args)]
pub struct HeadersArguments {
    /// Where the chunk comes from.
    #[command(flatten)]
    pub sources: SourceArguments,
    /// Id of the chunk, or the end of it
    #[arg(long, value_name = "ID")]
    pub chunk: String,
    /// File to write
    #[arg(long, value_name = "F")]
    pub out: PathBuf,
}

/// Arguments of `guest`.
#[derive(Debug, Args)]
pub struct GuestArguments {
    /// Where chunks come from.
    #[command(flatten)]
    pub sources: SourceArguments,
    /// Which of them.
    #[command(flatten)]
    pub choice: ChoiceArguments,
    /// Which build of version 86 to follow [default: fork for recorded folders, released for dumps]
    #[arg(long, value_enum)]
    pub variant: Option<Variant>,
    /// One JSON object per line and chunk, and a summary
    #[arg(long)]
    pub json: bool,
    /// Count SHA-256 blocks too: slower
    #[arg(long)]
    pub blocks: bool,
    /// Write instructions by call stack (folded stacks, as flame graph tools read them) to a file
    #[arg(long, value_name = "OUT")]
    pub profile: Option<PathBuf>,
    /// Draw what `--profile` writes: a flame graph, one SVG
    #[arg(long, value_name = "OUT.svg")]
    pub flame: Option<PathBuf>,
    /// Another build of the guest in place of the pinned one
    #[arg(long, value_name = "FILE")]
    pub wasm: Option<PathBuf>,
    /// Write the parts of the input window, `<id>.public` and `<id>.witness`, to a directory: what `zk-wasm run` takes
    #[arg(long, value_name = "DIRECTORY")]
    pub inputs: Option<PathBuf>,
    /// Print the section "Chunk guest" of docs/benchmarks.md instead
    #[arg(long, conflicts_with_all = ["json", "blocks", "profile", "wasm", "inputs"])]
    pub markdown: bool,
}

/// Arguments of `bench`.
#[derive(Debug, Args)]
pub struct BenchArguments {
    /// Where chunks come from.
    #[command(flatten)]
    pub sources: SourceArguments,
    /// Which of them are proved.
    #[command(flatten)]
    pub choice: ChoiceArguments,
    /// Print Markdown tables, as they stand in docs/benchmarks.md
    #[arg(long)]
    pub markdown: bool,
    /// Runs of each chunk; the fastest counts
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub runs: u32,
    /// Prove the chunks that are meant [default: a ladder of transfers and signatures], and measure that
    #[arg(long)]
    pub prove: bool,
    /// One JSON object per line and proof
    #[arg(long, requires = "prove", conflicts_with = "markdown")]
    pub json: bool,
    /// How much a segment of a proof holds: `full`, `half` or `quarter`
    #[arg(long, value_name = "SIZE", requires = "prove", default_value = "full")]
    pub segment: SegmentSize,
    /// Draw the proofs side by side: one self-contained page
    #[arg(long, value_name = "OUT.html", requires = "prove")]
    pub report: Option<PathBuf>,
}

/// The builds of nearcore that call themselves protocol version 86.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Variant {
    /// The commit that recorded the chunks.
    Fork,
    /// nearcore 2.13 as released.
    Released,
}

impl Variant {
    /// The switches of this build.
    pub const fn switches(self) -> ProtocolVariant {
        match self {
            Self::Fork => ProtocolVariant::RECORDED,
            Self::Released => ProtocolVariant::RELEASED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
