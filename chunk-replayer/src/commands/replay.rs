//! The main job: replay every chunk that is meant, and report.

use super::{CommandError, open_sources};
use crate::cli::ReplayArguments;
use crate::folder::{ChunkFolder, ChunkId};
use crate::inventory::Inventory;
use crate::replay::{Replayer, replay_folder};
use crate::report::{Row, Summary, Verdict, json_line, json_summary, print_counts, print_table};
use crate::source::{Source, Visitor};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};

/// From this many chunks on a bar shows the progress, if a person is watching.
const MIN_CHUNKS_FOR_BAR: usize = 20;

/// Replays what the arguments mean; the exit status is [`Summary::exit_status`].
///
/// # Errors
/// When nothing can be replayed at all, or the output is closed.
pub fn replay(arguments: &ReplayArguments, out: &mut dyn Write) -> Result<u8, CommandError> {
    let (sources, contracts) = open_sources(&arguments.sources)?;
    let inventory = Inventory::take(&sources, &contracts);
    let chosen = inventory
        .choose(&arguments.choice, &sources)
        .map_err(CommandError::Usage)?;
    let total = chosen.iter().map(BTreeSet::len).sum();
    let replayer = Replayer {
        inventory: &inventory,
        variant: arguments.variant,
    };
    let mut pass = SecondPass {
        replayer,
        chosen: &BTreeSet::new(),
        json: arguments.json.then_some(out),
        rows: Vec::new(),
        summary: Summary::default(),
        written: Ok(()),
        bar: progress_bar(total),
    };
    for (index, source) in sources.iter().enumerate() {
        if let Some(chosen) = chosen.get(index).filter(|chosen| !chosen.is_empty()) {
            pass.chosen = chosen;
            pass.read(source, inventory.broken.iter().all(|(broken, _)| *broken != index));
        }
    }
    for (index, error) in &inventory.broken {
        let origin = sources
            .get(*index)
            .map_or_else(|| "--contracts".to_owned(), Source::describe);
        pass.add(Row::of(
            ChunkId::of_source(&origin),
            Verdict::BadInput(error.to_string()),
        ));
    }
    pass.bar.finish_and_clear();
    let SecondPass {
        rows,
        summary,
        written,
        json,
        ..
    } = pass;
    written?;
    match json {
        Some(out) => writeln!(out, "{}", json_summary(&summary))?,
        None if arguments.counts => print_counts(out, &rows)?,
        None => print_table(out, &rows, &summary, arguments.verbose)?,
    }
    Ok(summary.exit_status())
}

/// Replays the chosen folders as they come.
struct SecondPass<'a> {
    replayer: Replayer<'a>,
    chosen: &'a BTreeSet<ChunkId>,
    json: Option<&'a mut dyn Write>,
    rows: Vec<Row>,
    summary: Summary,
    written: io::Result<()>,
    bar: ProgressBar,
}

impl SecondPass<'_> {
    /// Reads one source; an error that the first pass did not see is reported.
    fn read(&mut self, source: &Source, was_whole: bool) {
        if let Err(error) = source.visit(self)
            && was_whole
        {
            self.add(Row::of(
                ChunkId::of_source(&source.describe()),
                Verdict::BadInput(error.to_string()),
            ));
        }
    }

    fn add(&mut self, row: Row) {
        self.summary.count(&row.verdict);
        match &mut self.json {
            Some(out) if self.written.is_ok() => self.written = writeln!(out, "{}", json_line(&row)),
            Some(_) => {}
            None => self.rows.push(row),
        }
        self.bar.inc(1);
    }
}

impl Visitor for SecondPass<'_> {
    fn wants(&mut self, id: &ChunkId, _name: &str) -> bool {
        self.written.is_ok() && self.chosen.contains(id)
    }

    fn folder(&mut self, folder: ChunkFolder) {
        if self.written.is_ok() && self.chosen.contains(&folder.id) {
            self.bar.set_message(folder.id.as_str().to_owned());
            let row = replay_folder(&self.replayer, folder);
            self.add(row);
        }
    }
}

/// A bar on the error output, hidden where nobody watches.
fn progress_bar(total: usize) -> ProgressBar {
    let watched = total >= MIN_CHUNKS_FOR_BAR && io::stderr().is_terminal();
    let target = if watched {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(total as u64), target);
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len} {elapsed} {msg}") {
        bar.set_style(style);
    }
    bar
}
