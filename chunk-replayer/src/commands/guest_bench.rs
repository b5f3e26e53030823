//! The section "Chunk guest" of `docs/benchmarks.md`: what the guest costs, in all and for one more receipt or transaction.

use super::CommandError;
use super::bench::{prepared, table};
use crate::flame;
use crate::guest::{Execution, Observed, input, observe, program};
use crate::inventory::Inventory;
use crate::source::Source;
use prover::observe::Profile;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

/// The chunks that are measured, with their numbers of transactions and receipts.
const CHUNKS: [(&str, u64, u64); 10] = [
    ("transfers/180000010-s0", 0, 0),
    ("transfers/180000011-s0", 0, 1),
    ("transfers/180000015-s3", 0, 18),
    ("transfers/180000017-s2", 0, 67),
    ("transfers/180000019-s2", 0, 238),
    ("transfers/180000008-s3", 1, 0),
    ("transfers/180000012-s3", 3, 1),
    ("transfers/180000014-s0", 19, 5),
    ("transfers/180000016-s1", 64, 23),
    ("transfers/180000018-s0", 264, 57),
];

/// Two chunks that differ in receipts only.
const RECEIPTS: (&str, &str) = ("transfers/180000017-s2", "transfers/180000019-s2");
/// Pairs of chunks that differ in transactions and, known from the others, receipts: small ones, and full ones, whose transactions share
/// signers and trie nodes.
const TRANSACTIONS: [(&str, &str); 2] = [
    ("transfers/180000012-s3", "transfers/180000014-s0"),
    ("transfers/180000016-s1", "transfers/180000018-s0"),
];

/// Functions of the guest that check a signature, by a part of their names.
const SIGNATURES: [&str; 4] = [
    "verify_ed25519",
    "verify_one_of_many",
    "verify_secp256k1",
    "verify_ml_dsa_65",
];

/// The functions that are listed.
const LISTED: usize = 12;

/// What one chunk costs.
#[derive(Clone, Copy, Debug)]
struct Cost {
    id: &'static str,
    transactions: u64,
    receipts: u64,
    instructions: u64,
    /// Those that check signatures.
    signatures: u64,
    hash_blocks: u64,
}

impl Cost {
    const fn without_signatures(&self) -> u64 {
        self.instructions - self.signatures
    }
}

/// Measures and prints; draws the flame graph of the chunk with most receipts to `flame_graph`.
///
/// # Errors
/// When a chunk does not run, or the output is closed.
pub(super) fn bench(
    sources: &[Source],
    inventory: &Inventory,
    flame_graph: Option<&Path>,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let mut costs = Vec::new();
    let mut receipts_profile = String::new();
    for (id, transactions, receipts) in CHUNKS {
        // The embedded selection has no empty chunk.
        let Ok(prepared) = prepared(id, sources, inventory) else {
            continue;
        };
        let unusable = |error: &dyn core::fmt::Display| CommandError::Usage(format!("{id}: {error}"));
        let input = input(&prepared).map_err(|error| unusable(&error))?;
        let mut observed = Observed {
            hash_blocks: 0,
            profile: Some(Profile::default()),
            receipts: None,
        };
        let Execution { output, instructions } =
            observe(program(), input.window(), &mut observed).map_err(|error| unusable(&error))?;
        if output != input.digest.0 {
            return Err(unusable(&"the guest's output is not the native digest"));
        }
        let folded = folded(&observed)?;
        costs.push(Cost {
            id,
            transactions,
            receipts,
            instructions,
            signatures: within(&folded, &SIGNATURES),
            hash_blocks: observed.hash_blocks,
        });
        if id == RECEIPTS.1 {
            receipts_profile = folded;
        }
    }
    if let Some(path) = flame_graph {
        fs::write(path, flame::svg(&receipts_profile))?;
    }
    print(&costs, &receipts_profile, out)
}

fn folded(observed: &Observed) -> Result<String, CommandError> {
    let mut bytes = Vec::new();
    if let Some(profile) = &observed.profile {
        profile.write_folded(&mut bytes)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Instructions of stacks in which one of these occurs.
fn within(folded: &str, names: &[&str]) -> u64 {
    folded
        .lines()
        .filter(|line| names.iter().any(|name| line.contains(name)))
        .filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok())
        .sum()
}

fn print(costs: &[Cost], receipts_profile: &str, out: &mut dyn Write) -> Result<(), CommandError> {
    let header = [
        "chunk",
        "transactions",
        "receipts",
        "instructions",
        "of them signatures",
        "SHA-256 blocks",
    ];
    let mut chunks = table(true, &header);
    for cost in costs {
        chunks.add_row(vec![
            cost.id.to_owned(),
            cost.transactions.to_string(),
            cost.receipts.to_string(),
            cost.instructions.to_string(),
            cost.signatures.to_string(),
            cost.hash_blocks.to_string(),
        ]);
    }
    writeln!(out, "## Chunk guest\n\n{chunks}\n")?;
    let find = |id: &str| costs.iter().find(|cost| cost.id == id);
    let (Some(few), Some(many)) = (find(RECEIPTS.0), find(RECEIPTS.1)) else {
        return Ok(());
    };
    let more = (many.receipts - few.receipts) as f64;
    let receipt = (
        (many.instructions - few.instructions) as f64 / more,
        (many.hash_blocks - few.hash_blocks) as f64 / more,
    );
    writeln!(
        out,
        "One more transfer receipt ({} less {}): {:.0} instructions, {:.1} SHA-256 blocks.",
        RECEIPTS.1, RECEIPTS.0, receipt.0, receipt.1
    )?;
    for (fewer, more) in TRANSACTIONS {
        let (Some(few), Some(many)) = (find(fewer), find(more)) else {
            continue;
        };
        let more = (many.transactions - few.transactions) as f64;
        let receipts = (many.receipts - few.receipts) as f64;
        let instructions = (many.without_signatures() - few.without_signatures()) as f64 - receipts * receipt.0;
        let blocks = (many.hash_blocks - few.hash_blocks) as f64 - receipts * receipt.1;
        let signature = (many.signatures - few.signatures) as f64 / more;
        writeln!(
            out,
            "One more transaction without its signature ({} less {}, less their receipts): {:.0} instructions, {:.1} SHA-256 blocks.",
            many.id,
            few.id,
            instructions / more,
            blocks / more
        )?;
        writeln!(out, "One Ed25519 signature as guest code: {signature:.0} instructions.")?;
    }
    print_functions(receipts_profile, out)
}

/// Where the instructions of the chunk with most receipts go.
fn print_functions(folded: &str, out: &mut dyn Write) -> Result<(), CommandError> {
    let mut own = BTreeMap::<String, u64>::new();
    let mut all = 0u64;
    for line in folded.lines() {
        let Some((stack, count)) = line.rsplit_once(' ') else {
            continue;
        };
        let count: u64 = count.parse().unwrap_or(0);
        let name = stack.rsplit(';').next().unwrap_or_default();
        *own.entry(flame::readable(name)).or_default() += count;
        all += count;
    }
    let mut functions: Vec<(String, u64)> = own.into_iter().collect();
    functions.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
    writeln!(
        out,
        "\nWhere the instructions of {} go, without what is called:\n",
        RECEIPTS.1
    )?;
    let mut listed = table(true, &["function", "instructions", "%"]);
    for (name, count) in functions.into_iter().take(LISTED) {
        listed.add_row(vec![
            format!("`{name}`"),
            count.to_string(),
            format!("{:.1}", 100.0 * count as f64 / all.max(1) as f64),
        ]);
    }
    writeln!(out, "{listed}")?;
    Ok(())
}
