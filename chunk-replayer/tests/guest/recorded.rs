//! Recorded chunks: the embedded ones, and the full archives where they lie beside a checkout.

use std::env;
use std::path::PathBuf;

use chunk_replayer::folder::{ChunkFolder, ChunkId};
use chunk_replayer::inventory::Inventory;
use chunk_replayer::replay::{Prepared, Replayer, prepare};
use chunk_replayer::source::{Source, Visitor};

/// Beside a checkout, where the full archives may lie.
const FULL_ARCHIVES: &str = "../../shared/fixtures";
/// Names another place.
const VARIABLE: &str = "RECORDED_CHUNKS";

/// The full archives, if they are there.
pub(crate) fn full_archives() -> Option<Vec<Source>> {
    let root = env::var_os(VARIABLE).map_or_else(|| PathBuf::from(FULL_ARCHIVES), PathBuf::from);
    let parts = ["scenarios", "suite"].map(|part| root.join(part));
    let roots = if parts.iter().all(|part| part.exists()) {
        parts.to_vec()
    } else {
        vec![root]
    };
    let sources: Vec<Source> = roots.iter().filter_map(|root| Source::open(root).ok()).collect();
    if sources.is_empty() {
        println!("the full archives are not beside this checkout, nor does {VARIABLE} name them");
    }
    (!sources.is_empty()).then_some(sources)
}

/// Calls `check` with the chunks of the sources that are wanted.
struct Each<'a, W, F> {
    replayer: Replayer<'a>,
    is_wanted: W,
    check: F,
}

impl<W: Fn(&ChunkId) -> bool, F: FnMut(&ChunkId, Prepared)> Visitor for Each<'_, W, F> {
    fn wants(&mut self, id: &ChunkId, _name: &str) -> bool {
        (self.is_wanted)(id)
    }

    fn folder(&mut self, folder: ChunkFolder) {
        let id = folder.id.clone();
        if (self.is_wanted)(&id)
            && let Ok(prepared) = prepare(&self.replayer, folder)
        {
            (self.check)(&id, prepared);
        }
    }
}

pub(crate) fn for_each(
    sources: &[Source],
    is_wanted: impl Fn(&ChunkId) -> bool,
    check: impl FnMut(&ChunkId, Prepared),
) {
    let inventory = Inventory::take(sources, &[]);
    let mut each = Each {
        replayer: Replayer {
            inventory: &inventory,
            variant: None,
        },
        is_wanted,
        check,
    };
    for source in sources {
        source.visit(&mut each).unwrap_or_else(|error| panic!("{error}"));
    }
}
