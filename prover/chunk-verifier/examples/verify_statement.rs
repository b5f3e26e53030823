//! A node's side, with the verifier alone: `verify_statement STATEMENT.borsh PROOF`.
//!
//! A real node derives the statement from its own headers (`state_witness::derive_statement`); here it comes from a file.

use std::process::ExitCode;

use chunk_verifier::verify_chunk;
use state_witness::ChunkStatement;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(statement), Some(proof)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: verify_statement STATEMENT.borsh PROOF");
        return ExitCode::from(2);
    };
    let (Ok(statement), Ok(proof)) = (std::fs::read(statement), std::fs::read(proof)) else {
        eprintln!("the files cannot be read");
        return ExitCode::from(2);
    };
    let statement = match ChunkStatement::decode(&statement) {
        Ok(statement) => statement,
        Err(error) => {
            eprintln!("not a statement: {error}");
            return ExitCode::from(2);
        }
    };
    match verify_chunk(&statement, &proof) {
        Ok(outcome) => {
            println!("proved with {:.1} bits", outcome.security_bits);
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("not proved: {error}");
            ExitCode::FAILURE
        }
    }
}
