//! Builds the programs of the processor, compiled to wasm32: crates of the workspace `zk-processor/guests`, and the chunk guest,
//! which is a crate of the workspace around it because it is made of the same sources as the native replay.
//!
//! Tests and tools ask for a guest by name and get its Wasm bytes; cargo decides whether anything has to be compiled. Three
//! guests are part of the processor itself and lie in `zk-processor/assets` as well; `cargo run -p guest-builder` refreshes
//! them, and a test fails when they do not come from their sources.
//!
//! The bytes depend on sources, lock file, profile and compiler, not on where the checkout or cargo's home lie: path dependencies
//! are inside their workspace, and the paths of downloaded crates, which panic messages name, are mapped away.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// A program of the processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guest {
    /// Name of its crate.
    pub name: &'static str,
    /// What the compiler may use beyond Wasm's first version.
    target_flags: &'static str,
    /// Its place in `zk-processor/assets`, if it is part of the processor.
    asset: Option<&'static str>,
    /// Where its crate belongs to.
    home: Home,
}

/// A workspace that guests are built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    /// `zk-processor/guests`.
    Guests,
    /// The workspace around it; profile `guest`.
    Main,
}

/// Routines are lowered into programs of any feature set, so they use the first version only.
const FIRST_VERSION: &str = "-Ctarget-cpu=mvp";

/// What every guest is compiled for.
const TARGET: &str = "wasm32-unknown-unknown";

/// A call costs more than its instructions: more is inlined than by default.
const MAIN_FLAGS: [&str; 1] = ["-Cllvm-args=--inline-threshold=600"];

/// Everything that the processor executes well and the compiler gets right. It does not get wide arithmetic right (LLVM of Rust 1.95):
/// where one result of `i64.add128` stays on the operand stack and the other is an earlier operand of the same expression, it reads
/// the other's local before it is written, so that `u128::checked_add`, `saturating_add` and `saturating_sub` lose the upper half.
const ALL_FEATURES: &str = "-Ctarget-feature=+bulk-memory,+sign-ext,+nontrapping-fptoint,+multivalue";

/// The soft-float routines.
pub const SOFTFLOAT_MODULE: Guest = Guest {
    name: "softfloat-module",
    target_flags: FIRST_VERSION,
    asset: Some("softfloat.wasm"),
    home: Home::Guests,
};

/// The runtime of plain programs.
pub const PLAIN_DRIVER: Guest = guest("plain-driver", Some("plain-driver.wasm"));

/// The program whose proof is that of a chunk.
pub const CHUNK_GUEST: Guest = Guest {
    home: Home::Main,
    ..guest("chunk-guest", Some("chunk-guest.wasm"))
};

/// Fibonacci numbers.
pub const FIBONACCI: Guest = guest("fibonacci", None);

/// A chain of SHA-256 digests.
pub const SHA256_CHAIN: Guest = guest("sha256-chain", None);

/// The interpreter wasmi.
pub const WASMI_INTERPRETER: Guest = guest("wasmi-interpreter", None);

/// A runtime of a second program.
pub const TWO_PROGRAMS: Guest = guest("two-programs", None);

/// Programs that are measured; a plain module.
pub const WORKLOADS: Guest = guest("workloads", None);

/// Every guest.
pub const GUESTS: &[Guest] = &[
    TWO_PROGRAMS,
    WORKLOADS,
    SOFTFLOAT_MODULE,
    PLAIN_DRIVER,
    CHUNK_GUEST,
    FIBONACCI,
    SHA256_CHAIN,
    WASMI_INTERPRETER,
];

const fn guest(name: &'static str, asset: Option<&'static str>) -> Guest {
    Guest {
        name,
        target_flags: ALL_FEATURES,
        asset,
        home: Home::Guests,
    }
}

impl Guest {
    /// Compiles the guest if its sources changed and returns its Wasm bytes.
    ///
    /// # Errors
    /// The compiler could not be run or failed, or its output could not be read.
    pub fn build(&self) -> io::Result<Vec<u8>> {
        let (workspace, profile) = match self.home {
            Home::Guests => (guests(), "release"),
            Home::Main => (guests().join("../.."), "guest"),
        };
        // A folder for each set of flags: guests of different sets do not evict each other's dependencies.
        let target = guests()
            .join("../../target/guests")
            .join(match (self.home, self.target_flags) {
                (Home::Main, _) => "chunk",
                (Home::Guests, FIRST_VERSION) => "mvp",
                (Home::Guests, _) => "full",
            });
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--quiet", "--package", self.name, "--profile", profile])
            .args(["--target", TARGET])
            .current_dir(&workspace)
            .env("CARGO_TARGET_DIR", &target)
            // What the caller's build was configured with is not part of a guest.
            .env("CARGO_ENCODED_RUSTFLAGS", self.compiler_flags()?)
            .env_remove("RUSTFLAGS")
            .env_remove("RUSTC_WRAPPER")
            .env_remove("RUSTC_WORKSPACE_WRAPPER")
            .output()?;
        if !output.status.success() {
            let message = format!("building {}: {}", self.name, String::from_utf8_lossy(&output.stderr));
            return Err(io::Error::other(message));
        }
        let file = format!("{}.wasm", self.name.replace('-', "_"));
        fs::read(target.join(TARGET).join(profile).join(file))
    }

    /// Flags of the compiler, as cargo takes them: separated by a control character, so that paths may have blanks.
    fn compiler_flags(&self) -> io::Result<String> {
        let mut flags = vec![self.target_flags.to_owned()];
        if self.home == Home::Main {
            flags.extend(MAIN_FLAGS.map(str::to_owned));
            let remapped = [(cargo_home(), "/cargo"), (library_sources()?, "/rust")];
            for (path, name) in remapped {
                flags.extend(path.map(|path| format!("--remap-path-prefix={}={name}", path.display())));
            }
        }
        Ok(flags.join("\x1f"))
    }

    /// Where the checked-in copy lies.
    #[must_use]
    pub fn asset_path(&self) -> Option<PathBuf> {
        self.asset.map(|name| guests().join("../assets").join(name))
    }
}

fn guests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../guests")
}

/// Where the sources of the standard library lie, which generic functions are compiled from.
fn library_sources() -> io::Result<Option<PathBuf>> {
    let output = Command::new("rustc")
        .args(["--print", "sysroot"])
        .current_dir(guests())
        .output()?;
    let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok((!sysroot.is_empty()).then(|| Path::new(&sysroot).join("lib/rustlib/src/rust")))
}

/// Where cargo keeps the sources of downloaded crates.
fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
}
