//! Every recorded chunk ends as it must: equal, or one of the few other ways, by name.

use chunk_replayer::cli::Variant;
use chunk_replayer::folder::{ChunkFolder, ChunkId};
use chunk_replayer::inventory::Inventory;
use chunk_replayer::record::Record;
use chunk_replayer::replay::{Replayer, replay_folder};
use chunk_replayer::report::{Row, Summary, Verdict};
use chunk_replayer::source::{Source, Visitor};
use near_primitives::account::AccountContract;
use near_primitives::transaction::{ExecutionMetadata, ExecutionStatus};
use std::collections::BTreeMap;
use std::path::Path;

/// Beside a checkout, where the full archives may lie.
const FULL_ARCHIVES: &str = "../../shared/fixtures";

/// What the recording itself says about contracts in a chunk.
#[derive(Clone, Copy, Debug, Default)]
struct Contracts {
    /// Some receiver had a contract when an action ran.
    attached: bool,
    /// Some contract was loaded and ran.
    ran: bool,
}

fn contracts(record: &Record) -> Contracts {
    let mut found = Contracts::default();
    for outcome in record.outcomes.iter().flatten() {
        if let ExecutionMetadata::V4(metadata) = &outcome.outcome.metadata {
            found.attached |= metadata
                .contracts
                .iter()
                .any(|contract| *contract != AccountContract::None);
            let profile = format!("{:?}", metadata.profile);
            found.ran |= profile.contains("contract_loading_base");
        }
        found.ran |= !outcome.outcome.logs.is_empty();
        if let ExecutionStatus::SuccessValue(value) = &outcome.outcome.status {
            found.ran |= !value.is_empty();
        }
    }
    found
}

struct ReplayAll<'a> {
    replayer: Replayer<'a>,
    rows: Vec<Row>,
    contracts: BTreeMap<ChunkId, Contracts>,
}

impl Visitor for ReplayAll<'_> {
    fn wants(&mut self, _id: &ChunkId, _name: &str) -> bool {
        true
    }

    fn folder(&mut self, folder: ChunkFolder) {
        let record = Record::read(folder.clone()).unwrap_or_else(|error| panic!("{}: {error}", folder.id));
        self.contracts.insert(folder.id.clone(), contracts(&record));
        self.rows.push(replay_folder(&self.replayer, folder));
    }
}

/// Replays everything, and checks each verdict against what the recording says of contracts.
fn replay_all(sources: &[Source], variant: Option<Variant>) -> Vec<Row> {
    let inventory = Inventory::take(sources, &[]);
    assert!(inventory.broken.is_empty(), "{:?}", inventory.broken);
    let replayer = Replayer {
        inventory: &inventory,
        variant,
    };
    let mut all = ReplayAll {
        replayer,
        rows: Vec::new(),
        contracts: BTreeMap::new(),
    };
    for source in sources {
        source.visit(&mut all).unwrap_or_else(|error| panic!("{error}"));
    }
    for row in &all.rows {
        let contracts = all.contracts[&row.id];
        match &row.verdict {
            Verdict::NeedsContracts(_) => assert!(contracts.attached, "{}: nothing has a contract there", row.id),
            Verdict::Equal => assert!(
                !contracts.ran,
                "{}: a contract ran there, and no contract can run here",
                row.id
            ),
            _ => {}
        }
    }
    all.rows
}

fn summary(rows: &[Row]) -> Summary {
    let mut summary = Summary::default();
    rows.iter().for_each(|row| summary.count(&row.verdict));
    summary
}

/// Fails with the reasons of all chunks that ended one of the forbidden ways.
fn nothing_is(kinds: &[&str], rows: &[Row]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter(|row| kinds.contains(&row.verdict.kind()))
        .map(|row| {
            format!(
                "{} {}: {}",
                row.id,
                row.verdict.kind(),
                row.verdict.reason().unwrap_or_default()
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{} chunks:\n{}", wrong.len(), wrong.join("\n"));
}

/// `incomplete` has one reason in these recordings.
fn incomplete_chunks_lack_an_update(rows: &[Row]) {
    for row in rows.iter().filter(|row| row.verdict.kind() == "incomplete") {
        let reason = row.verdict.reason().unwrap_or_default();
        assert!(reason.contains("update of validator accounts"), "{}: {reason}", row.id);
    }
}

#[test]
fn every_embedded_chunk_ends_as_it_must() {
    let rows = replay_all(&[Source::Embedded], None);
    nothing_is(&["different", "bad_input"], &rows);
    incomplete_chunks_lack_an_update(&rows);
    let summary = summary(&rows);
    assert_eq!(rows.len(), testnet_fixtures::chunks().len());
    assert!(
        summary.equal >= 470 && summary.incomplete <= 4 && summary.unsupported_version <= 8,
        "{summary:?}"
    );
}

#[test]
fn deep_full_archives() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(FULL_ARCHIVES);
    let paths = [root.join("scenarios"), root.join("suite/nearcore-test-loop.tar.gz")];
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        println!(
            "skipped: the full archives are not beside this checkout ({} does not exist)",
            missing.display()
        );
        return;
    }
    let mut sources = Vec::new();
    let scenarios = std::fs::read_dir(&paths[0])
        .expect("a directory")
        .flatten()
        .map(|entry| entry.path());
    for path in scenarios.chain([paths[1].clone()]) {
        sources.push(Source::open(&path).unwrap_or_else(|error| panic!("{error}")));
    }
    let rows = replay_all(&sources, None);
    nothing_is(&["different", "bad_input"], &rows);
    incomplete_chunks_lack_an_update(&rows);
    let recorded = summary(&rows);
    println!("{} chunks: {recorded:?}", rows.len());
    assert!(recorded.equal >= 2956 && recorded.incomplete <= 22, "{recorded:?}");

    // The two switches in which released nodes differ concern contracts, so that nothing here changes with them.
    let released = replay_all(&sources, Some(Variant::Released));
    nothing_is(&["different", "bad_input"], &released);
    assert_eq!(summary(&released), recorded);
}
