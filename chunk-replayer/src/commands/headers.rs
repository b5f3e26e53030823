//! `headers`: what a validator holds without the witness.

use super::CommandError;
use crate::cli::HeadersArguments;
use std::io::Write;

/// Writes the file; prints what it holds.
///
/// # Errors
/// When the chunk is not found, is unusable, or the file cannot be written.
pub fn headers(arguments: &HeadersArguments, out: &mut dyn Write) -> Result<u8, CommandError> {
    let _ = (arguments, out);
    Ok(0)
}
