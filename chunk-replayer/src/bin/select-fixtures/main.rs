//! Makes the embedded selection of `testnet-fixtures` from the full archives.
//!
//! `cargo run --release --bin select-fixtures -- --out testnet-fixtures <archives>…`
//!
//! The choice is a function of the archives: first the chunks named below, then, for every feature that any chunk has (see
//! `chunk_replayer::features`), the smallest chunks that have it, rarest feature first, then a large chunk of every set, then busy chunks. Within
//! the selection a pair of height and shard occurs once, so `replay-chunk --height N --shard S` names one chunk.

mod parts;

use chunk_replayer::features::features;
use chunk_replayer::folder::{ChunkFolder, ChunkId};
use chunk_replayer::record::Record;
use chunk_replayer::source::{Source, SourceError, Visitor};
use clap::Parser;
use parts::PartCounts;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Chunks that other places of this repository name, and why.
const NAMED: [(&str, &str); 20] = [
    ("transfers/180000016-s1", "benchmark: 64 transactions and 23 receipts"),
    ("transfers/180000018-s0", "benchmark: 264 transactions and 57 receipts"),
    ("transfers/180000018-s1", "benchmark: a busy chunk of transfers"),
    ("transfers/180000018-s2", "benchmark: a busy chunk of transfers"),
    ("transfers/180000018-s3", "benchmark: a busy chunk of transfers"),
    ("transfers/180000019-s0", "benchmark: receipts of the busy chunks"),
    ("transfers/180000019-s1", "benchmark: receipts of the busy chunks"),
    ("transfers/180000019-s2", "benchmark: 238 receipts"),
    ("transfers/180000019-s3", "benchmark: receipts of the busy chunks"),
    ("transfers/180000011-s0", "size ladder: 1 receipt"),
    ("transfers/180000015-s3", "size ladder: 18 receipts"),
    ("transfers/180000017-s2", "size ladder: 67 receipts"),
    (
        "transfers/180000008-s3",
        "size ladder: 1 signed transaction, the first transfer",
    ),
    ("transfers/180000012-s3", "size ladder: 3 signed transactions"),
    ("transfers/180000014-s3", "size ladder: 11 signed transactions"),
    ("wnear/180000030-s2", "contract calls: one receipt for wNEAR"),
    ("wnear/180000042-s2", "contract calls: 64 receipts for wNEAR"),
    (
        "staking_pool/180000060-s0",
        "contract calls: staking pool, a failing call",
    ),
    ("multisig/180000024-s0", "contract calls: two receipts for the multisig"),
    (
        "deterministic_account_id.test_deterministic_state_init_above_zba/11-s1",
        "failure ActionError/LackBalanceForState",
    ),
];

/// How many chunks stand for one feature.
const CHUNKS_PER_FEATURE: usize = 3;
/// Strongest setting of zstd that needs no special permission to decode.
const ZSTD_LEVEL: i32 = 19;
/// The most the selection may weigh, in bytes.
const MAX_PACKED_LEN_BYTES: usize = 12 << 20;

/// Makes the embedded selection from the full archives.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder of the crate `testnet-fixtures`; `index.toml` and `chunks/*.tar.zst` are written there.
    #[arg(long)]
    out: PathBuf,
    /// Print every feature with the number of chunks that have it, and stop.
    #[arg(long)]
    survey: bool,
    /// Archives or directories of recorded chunks.
    #[arg(required = true)]
    sources: Vec<PathBuf>,
}

/// What is known of a chunk before choosing.
struct Candidate {
    height_and_shard: (u64, u64),
    len_bytes: usize,
    features: BTreeSet<String>,
}

/// First pass: features of every chunk.
#[derive(Default)]
struct Survey {
    candidates: BTreeMap<ChunkId, Candidate>,
    parts: PartCounts,
    errors: Vec<String>,
}

impl Visitor for Survey {
    fn wants(&mut self, _id: &ChunkId, _name: &str) -> bool {
        true
    }

    fn folder(&mut self, folder: ChunkFolder) {
        let id = folder.id.clone();
        let len_bytes = folder.files.values().map(Vec::len).sum();
        let Some(height_and_shard) = id.height_and_shard() else {
            self.errors.push(format!("{id}: expected a name like 180000018-s1"));
            return;
        };
        let surveyed = Record::read(folder)
            .map_err(|error| error.to_string())
            .and_then(|record| {
                self.parts.narrow(&record)?;
                features(&record).map_err(|error| error.to_string())
            });
        match surveyed {
            Ok(features) => {
                self.candidates.insert(
                    id,
                    Candidate {
                        height_and_shard,
                        len_bytes,
                        features,
                    },
                );
            }
            Err(error) => self.errors.push(format!("{id}: {error}")),
        }
    }
}

impl Survey {
    /// Chunks that have each feature.
    fn by_feature(&self) -> BTreeMap<&str, Vec<&ChunkId>> {
        let mut by_feature: BTreeMap<&str, Vec<&ChunkId>> = BTreeMap::new();
        for (id, candidate) in &self.candidates {
            for feature in &candidate.features {
                by_feature.entry(feature).or_default().push(id);
            }
        }
        for ids in by_feature.values_mut() {
            ids.sort_by_key(|id| (self.candidates[*id].len_bytes, *id));
        }
        by_feature
    }
}

/// The chosen chunks with the reasons.
#[derive(Default)]
struct Selection {
    chosen: BTreeMap<ChunkId, Vec<String>>,
    taken: BTreeSet<(u64, u64)>,
}

impl Selection {
    /// True when a chosen chunk has the feature.
    fn has(&self, survey: &Survey, feature: &str) -> bool {
        self.chosen.keys().any(|id| {
            survey
                .candidates
                .get(id)
                .is_some_and(|chunk| chunk.features.contains(feature))
        })
    }

    /// Takes the chunk unless its height and shard are taken; says whether it is in the selection now.
    fn take(&mut self, survey: &Survey, id: &ChunkId, why: &str) -> bool {
        if let Some(reasons) = self.chosen.get_mut(id) {
            reasons.push(why.to_owned());
            return true;
        }
        let Some(candidate) = survey.candidates.get(id) else {
            return false;
        };
        if !self.taken.insert(candidate.height_and_shard) {
            return false;
        }
        self.chosen.insert(id.clone(), vec![why.to_owned()]);
        true
    }
}

fn select(survey: &Survey) -> Result<Selection, String> {
    let mut selection = Selection::default();
    for (id, why) in NAMED {
        if !selection.take(survey, &ChunkId::new(id), why) {
            return Err(format!(
                "{id} is named in this program, but the sources lack it or another chunk has its height and shard"
            ));
        }
    }
    let by_feature = survey.by_feature();
    let mut rarest_first: Vec<_> = by_feature.iter().collect();
    rarest_first.sort_by_key(|(feature, ids)| (ids.len(), **feature));
    // One for each before a second for any, so that a feature with many chunks does not take the only place of another.
    for (feature, ids) in &rarest_first {
        if !selection.has(survey, feature) && !ids.iter().any(|id| selection.take(survey, id, feature)) {
            println!("nothing free stands for {feature:?}");
        }
    }
    for (feature, ids) in &rarest_first {
        let mut have = 0;
        for id in *ids {
            if have < CHUNKS_PER_FEATURE && selection.take(survey, id, feature) {
                have += 1;
            }
        }
    }
    let sets: BTreeSet<&str> = survey.candidates.keys().map(ChunkId::set).collect();
    for set in sets {
        if selection.chosen.keys().any(|id| id.set() == set) {
            continue;
        }
        // The largest chunk of a set says most about it.
        let of_set = survey.candidates.iter().filter(|(id, _)| id.set() == set);
        let mut of_set: Vec<_> = of_set.map(|(id, candidate)| (candidate.len_bytes, id)).collect();
        of_set.sort();
        let _ = of_set
            .iter()
            .rev()
            .any(|(_, id)| selection.take(survey, id, "largest chunk of its set that fits"));
    }
    // What is still free goes to busy chunks, the largest first.
    let busy = survey
        .candidates
        .iter()
        .filter(|(_, candidate)| !candidate.features.contains("empty chunk"));
    let mut busy: Vec<_> = busy.map(|(id, candidate)| (candidate.len_bytes, id)).collect();
    busy.sort();
    for (_, id) in busy.iter().rev() {
        if !selection.chosen.contains_key(*id) {
            selection.take(survey, id, "busy chunk at a height and shard that nothing else took");
        }
    }
    Ok(selection)
}

/// Second pass: the files of the chosen chunks.
struct Collect<'a> {
    selection: &'a Selection,
    folders: BTreeMap<ChunkId, ChunkFolder>,
}

impl Visitor for Collect<'_> {
    fn wants(&mut self, id: &ChunkId, _name: &str) -> bool {
        self.selection.chosen.contains_key(id)
    }

    fn folder(&mut self, folder: ChunkFolder) {
        if self.selection.chosen.contains_key(&folder.id) {
            self.folders.insert(folder.id.clone(), folder);
        }
    }
}

/// One archive per scenario, one for the test suite: similar chunks side by side pack best.
fn archive_of(id: &ChunkId) -> &str {
    if id.set().contains('.') { "suite" } else { id.set() }
}

/// A tar archive whose bytes depend on the contents alone.
fn pack<'a>(folders: impl Iterator<Item = &'a ChunkFolder>) -> io::Result<Vec<u8>> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), ZSTD_LEVEL)?;
    encoder.include_checksum(true)?;
    let mut builder = tar::Builder::new(encoder);
    for folder in folders {
        for (name, content) in &folder.files {
            let mut header = tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(0);
            builder.append_data(&mut header, format!("{}/{name}", folder.id), content.as_slice())?;
        }
    }
    builder.into_inner()?.finish()
}

fn index(selection: &Selection, survey: &Survey) -> String {
    let mut text = String::from(
        "# Which recorded chunks are built in, and why each is here. Made by\n\
         # `cargo run --release --bin select-fixtures -- --out testnet-fixtures <full archives>`; do not edit.\n",
    );
    for (id, reasons) in &selection.chosen {
        let (height, shard) = survey.candidates[id].height_and_shard;
        text.push_str(&format!(
            "\n[[chunk]]\nid = \"{id}\"\nheight = {height}\nshard = {shard}\nwhy = [\n"
        ));
        for reason in reasons {
            text.push_str(&format!("    \"{}\",\n", reason.replace('"', "'")));
        }
        text.push_str("]\n");
    }
    text
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let open = |path: &PathBuf| Source::open(path);
    let sources: Vec<Source> = arguments
        .sources
        .iter()
        .map(open)
        .collect::<Result<_, SourceError>>()
        .map_err(|e| e.to_string())?;
    let mut survey = Survey::default();
    for source in &sources {
        source.visit(&mut survey).map_err(|error| error.to_string())?;
    }
    if let Some(error) = survey.errors.first() {
        return Err(format!(
            "{} chunks cannot be read; the first: {error}",
            survey.errors.len()
        ));
    }
    if arguments.survey {
        for (feature, ids) in survey.by_feature() {
            println!("{:5}  {feature}  ({})", ids.len(), ids[0]);
        }
        return Ok(());
    }
    let selection = select(&survey)?;
    let mut collect = Collect {
        selection: &selection,
        folders: BTreeMap::new(),
    };
    for source in &sources {
        source.visit(&mut collect).map_err(|error| error.to_string())?;
    }
    let chunks = arguments.out.join("chunks");
    let write =
        |path: PathBuf, bytes: &[u8]| fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()));
    fs::create_dir_all(&chunks).map_err(|error| format!("{}: {error}", chunks.display()))?;
    let archives: BTreeSet<&str> = collect.folders.keys().map(archive_of).collect();
    let mut total_len_bytes = 0;
    for archive in archives {
        let folders = collect
            .folders
            .values()
            .filter(|folder| archive_of(&folder.id) == archive);
        let count = folders.clone().count();
        let bytes = pack(folders).map_err(|error| format!("{archive}: {error}"))?;
        total_len_bytes += bytes.len();
        println!("{archive}: {count} chunks, {} bytes packed", bytes.len());
        write(chunks.join(format!("{archive}.tar.zst")), &bytes)?;
    }
    println!("{} chunks, {total_len_bytes} bytes packed", collect.folders.len());
    if total_len_bytes > MAX_PACKED_LEN_BYTES {
        return Err(format!(
            "expected at most {MAX_PACKED_LEN_BYTES} bytes packed, found {total_len_bytes}"
        ));
    }
    write(arguments.out.join("index.toml"), index(&selection, &survey).as_bytes())?;
    let (part_counts, open) = survey.parts.write();
    for set in open {
        println!("number of parts stays open for {set}");
    }
    write(arguments.out.join("part_counts.txt"), part_counts.as_bytes())
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "select-fixtures: {error}");
            ExitCode::FAILURE
        }
    }
}
