//! Refreshes the guests that are part of the processor (`zk-processor/assets`).

use std::{fs, io};

fn main() -> io::Result<()> {
    for guest in guest_builder::GUESTS {
        if let Some(path) = guest.asset_path() {
            let wasm = guest.build()?;
            fs::write(&path, &wasm)?;
            println!("{}: {} bytes", guest.name, wasm.len());
        }
    }
    Ok(())
}
