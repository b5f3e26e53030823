//! `replay-chunk`: replay recorded or dumped NEAR chunks and compare them with nearcore, bit for bit.
fn main() {}
