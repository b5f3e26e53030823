//! `replay-chunk`: see `--help`.

fn main() {}
