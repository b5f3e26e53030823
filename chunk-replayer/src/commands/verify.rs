//! `verify`: whether a proof proves a chunk's transition, from headers alone.

use super::CommandError;
use crate::cli::VerifyArguments;
use crate::headers_file::HeadersFile;
use chunk_verifier::{ChunkProof, ChunkVerifyError};
use serde_json::json;
use std::fs;
use std::io::Write;
use std::path::Path;

/// The proof does not hold, or is about something else.
const EXIT_REJECTED: u8 = 1;

/// Derives the statement from the headers file and compares it with what the proof proves; never opens a witness. Exit status 0 yes, 1 no.
///
/// # Errors
/// Files that cannot be read or are no such files.
pub fn verify(arguments: &VerifyArguments, out: &mut dyn Write) -> Result<u8, CommandError> {
    let usage =
        |path: &Path, error: &dyn core::fmt::Display| CommandError::Usage(format!("{}: {error}", path.display()));
    let read = |path: &Path| fs::read(path).map_err(|error| usage(path, &error));
    let headers = HeadersFile::decode(&read(&arguments.headers)?).map_err(|error| usage(&arguments.headers, &error))?;
    let expected = headers
        .statement()
        .map_err(|error| usage(&arguments.headers, &error))?
        .statement;
    let bytes = read(&arguments.proof)?;
    let verdict = match ChunkProof::decode(&bytes) {
        Ok(proof) => proof.verify(&expected),
        Err(error @ ChunkVerifyError::Encoding(_)) => return Err(usage(&arguments.proof, &error)),
        Err(error) => Err(error),
    };
    match verdict {
        Ok(outcome) => {
            if arguments.json {
                writeln!(out, "{}", json!({ "verified": true, "id": headers.id() }))?;
            } else {
                writeln!(
                    out,
                    "yes: {} is proved ({} instructions, {} segment{}, {:.1} bits)",
                    headers.id(),
                    outcome.instructions,
                    outcome.segments,
                    if outcome.segments == 1 { "" } else { "s" },
                    outcome.security_bits
                )?;
            }
            Ok(0)
        }
        Err(error) => {
            if arguments.json {
                writeln!(out, "{}", json!({ "verified": false, "reason": error.to_string() }))?;
            } else {
                writeln!(out, "no: {error}")?;
            }
            Ok(EXIT_REJECTED)
        }
    }
}
