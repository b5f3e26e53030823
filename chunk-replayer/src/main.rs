//! `replay-chunk`: see `--help`.

use chunk_replayer::cli::{Cli, Command};
use chunk_replayer::commands;
use clap::Parser;
use std::io::{self, Write};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: prover::allocator::Jemalloc = prover::allocator::Jemalloc;

/// Wrong usage or bad input.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = io::stdout().lock();
    let ended = match &cli.command {
        None if cli.replay.prove => commands::prove(&cli.replay, &mut out),
        None => commands::replay(&cli.replay, &mut out),
        Some(Command::Headers(arguments)) => commands::headers(arguments, &mut out),
        Some(Command::Verify(arguments)) => commands::verify(arguments, &mut out),
        Some(Command::Bench(arguments)) => commands::bench(arguments, &mut out),
        Some(Command::Guest(arguments)) => commands::guest(arguments, &mut out),
    };
    match ended {
        Ok(status) => ExitCode::from(status),
        Err(commands::CommandError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "replay-chunk: {error}");
            ExitCode::from(USAGE)
        }
    }
}
