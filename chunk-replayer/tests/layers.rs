//! The arrows between the rooms go one way: manifests and sources are read and compared with the table of ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms it may use outside its tests.
const MAY_USE: [(&str, &[&str]); 9] = [
    ("no-std-near-core", &[]),
    ("host-functions", &["no-std-near-core"]),
    ("state-witness", &["no-std-near-core"]),
    ("zk-processor", &[]),
    (
        CHUNK_GUEST,
        &["no-std-near-core", "host-functions", "state-witness", "zk-processor"],
    ),
    ("prover", &["zk-processor"]),
    (
        CHUNK_VERIFIER,
        &[
            "no-std-near-core",
            "state-witness",
            "zk-processor",
            CHUNK_GUEST,
            "prover",
        ],
    ),
    (
        "chunk-replayer",
        &[
            "no-std-near-core",
            "host-functions",
            "state-witness",
            "zk-processor",
            CHUNK_GUEST,
            CHUNK_VERIFIER,
            "prover",
            "testnet-fixtures",
        ],
    ),
    ("testnet-fixtures", &[]),
];

/// Rooms whose library also runs as a guest.
const NO_STD: [&str; 5] = [
    "no-std-near-core",
    "host-functions",
    "state-witness",
    "zk-processor",
    CHUNK_GUEST,
];

/// A crate in the machine's folder and no part of the machine: the program that runs NEAR on it.
const CHUNK_GUEST: &str = "zk-processor/chunk-guest";

/// A crate in the prover's folder and no part of it: what a node links to verify chunks.
const CHUNK_VERIFIER: &str = "prover/chunk-verifier";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace")
        .to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names under `[dependencies]` (and its kin for one target), without dev- and build-dependencies.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut counts = false;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            counts = line == "[dependencies]" || (line.starts_with("[target.") && line.ends_with(".dependencies]"));
            if let Some(name) = line.strip_prefix("[dependencies.") {
                names.insert(name.trim_end_matches(']').to_owned());
            }
        } else if counts && !line.starts_with('#') && line.contains('=') {
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            names.insert(name.trim_matches('"').to_owned());
        }
    }
    names
}

fn rust_files(directory: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Folders of all crates; a crate inside a room's folder (`prover/verifier`) belongs to that room.
fn members() -> Vec<String> {
    let manifest = read(&root().join("Cargo.toml"));
    let members = manifest
        .split("members = [")
        .nth(1)
        .and_then(|rest| rest.split(']').next())
        .expect("a list of members");
    members.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn room_of(member: &str) -> &str {
    if member == CHUNK_GUEST || member == CHUNK_VERIFIER {
        return member;
    }
    member.split('/').next().unwrap_or_default()
}

/// The room of every crate, by the crate's name.
fn rooms() -> BTreeMap<String, String> {
    let named = |member: &String| {
        let manifest = read(&root().join(member).join("Cargo.toml"));
        let name = manifest
            .lines()
            .find_map(|line| line.strip_prefix("name = "))
            .expect("a name")
            .trim_matches('"')
            .to_owned();
        (name, room_of(member).to_owned())
    };
    members().iter().map(named).collect()
}

fn may_use(room: &str, other: &str) -> bool {
    room == other
        || MAY_USE
            .iter()
            .any(|(name, others)| *name == room && others.contains(&other))
}

#[test]
fn manifests_follow_the_table() {
    let rooms = rooms();
    for member in members() {
        for name in dependencies(&read(&root().join(&member).join("Cargo.toml"))) {
            let Some(other) = rooms.get(&name) else { continue };
            assert!(
                may_use(room_of(&member), other),
                "{member} depends on {name}; see the table for {}",
                room_of(&member)
            );
        }
    }
}

#[test]
fn sources_follow_the_table() {
    let rooms = rooms();
    for member in members() {
        let mut files = Vec::new();
        rust_files(&root().join(&member).join("src"), &mut files);
        for file in files {
            let text = read(&file);
            for line in text
                .lines()
                .map(str::trim)
                .filter(|line| line.starts_with("use ") || line.starts_with("pub use "))
            {
                let path = line
                    .trim_start_matches("pub ")
                    .trim_start_matches("use ")
                    .trim_start_matches("::");
                let first = path.split([':', ';', ' ']).next().unwrap_or_default().replace('_', "-");
                let allowed = rooms.get(&first).is_none_or(|other| may_use(room_of(&member), other));
                assert!(
                    allowed,
                    "{}: `{line}`; see the table for {}",
                    file.display(),
                    room_of(&member)
                );
            }
        }
    }
}

#[test]
fn every_member_of_the_workspace_is_in_a_room_of_the_table() {
    let found: BTreeSet<String> = members().iter().map(|member| room_of(member).to_owned()).collect();
    let rooms: BTreeSet<String> = MAY_USE.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(found, rooms);
}

#[test]
fn guest_code_is_no_std() {
    for room in NO_STD {
        let library = read(&root().join(room).join("src/lib.rs"));
        assert!(library.contains("#![no_std]"), "{room}/src/lib.rs lacks #![no_std]");
    }
}

#[test]
fn crates_of_nearcore_stay_in_tests_and_at_the_edge() {
    for (room, _) in MAY_USE {
        let found = dependencies(&read(&root().join(room).join("Cargo.toml")));
        let of_nearcore: Vec<&String> = found.iter().filter(|name| name.starts_with("near-")).collect();
        assert!(
            room == "chunk-replayer" || of_nearcore.is_empty(),
            "{room} depends on {of_nearcore:?} outside its tests"
        );
    }
}
