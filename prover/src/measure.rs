//! What the operating system says of this process and machine.

use std::fs;

/// A line of a `/proc` file: the number behind `name`, in bytes.
fn kilobytes_of(path: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line
        .trim_start_matches(':')
        .trim()
        .trim_end_matches("kB")
        .trim()
        .parse()
        .ok()?;
    Some(kilobytes * 1024)
}

/// Largest memory that this process ever had resident (bytes), where the system says so.
#[must_use]
pub fn peak_memory_bytes() -> Option<u64> {
    kilobytes_of("/proc/self/status", "VmHWM")
}

/// Makes [`peak_memory_bytes`] begin anew, where the system can; elsewhere the peak stays that of the whole process.
pub fn forget_peak_memory() {
    // proc(5): 5 resets the peak resident set size.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// Memory that the machine can still give (bytes), where the system says so.
#[must_use]
pub fn available_memory_bytes() -> Option<u64> {
    kilobytes_of("/proc/meminfo", "MemAvailable")
}
