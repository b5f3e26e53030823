//! Builds the programs of the processor: crates of the workspace `zk-processor/guests`, compiled to wasm32.
//!
//! Tests and tools ask for a guest by name and get its Wasm bytes; cargo decides whether anything has to be compiled. Two
//! guests are part of the processor itself and lie in `zk-processor/assets` as well; `cargo run -p guest-builder` refreshes
//! them, and a test fails when they do not come from their sources.

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
}

/// Routines are lowered into programs of any feature set, so they use the first version only.
const FIRST_VERSION: &str = "-Ctarget-cpu=mvp";

/// Everything that the processor executes well.
const ALL_FEATURES: &str = "-Ctarget-feature=+wide-arithmetic,+bulk-memory,+sign-ext,+nontrapping-fptoint,+multivalue";

/// The soft-float routines.
pub const SOFTFLOAT_MODULE: Guest = Guest {
    name: "softfloat-module",
    target_flags: FIRST_VERSION,
    asset: Some("softfloat.wasm"),
};

/// The runtime of plain programs.
pub const PLAIN_DRIVER: Guest = guest("plain-driver", Some("plain-driver.wasm"));

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
    FIBONACCI,
    SHA256_CHAIN,
    WASMI_INTERPRETER,
];

const fn guest(name: &'static str, asset: Option<&'static str>) -> Guest {
    Guest {
        name,
        target_flags: ALL_FEATURES,
        asset,
    }
}

impl Guest {
    /// Compiles the guest if its sources changed and returns its Wasm bytes.
    ///
    /// # Errors
    /// The compiler could not be run or failed, or its output could not be read.
    pub fn build(&self) -> io::Result<Vec<u8>> {
        let workspace = workspace();
        // A folder for each set of flags: guests of different sets do not evict each other's dependencies.
        let target = workspace
            .join("../../target/guests")
            .join(if self.target_flags == FIRST_VERSION {
                "mvp"
            } else {
                "full"
            });
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--release", "--quiet", "--package", self.name])
            .current_dir(&workspace)
            .env("CARGO_TARGET_DIR", &target)
            // What the caller's build was configured with is not part of a guest.
            .env("RUSTFLAGS", self.target_flags)
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("RUSTC_WRAPPER")
            .env_remove("RUSTC_WORKSPACE_WRAPPER")
            .output()?;
        if !output.status.success() {
            let message = format!("building {}: {}", self.name, String::from_utf8_lossy(&output.stderr));
            return Err(io::Error::other(message));
        }
        let file = format!("{}.wasm", self.name.replace('-', "_"));
        fs::read(target.join("wasm32-unknown-unknown/release").join(file))
    }

    /// Where the checked-in copy lies.
    #[must_use]
    pub fn asset_path(&self) -> Option<PathBuf> {
        self.asset.map(|name| workspace().join("../assets").join(name))
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../guests")
}
