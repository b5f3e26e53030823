//! The no-proof check: do these tables satisfy every claim, and does every bus balance?
//!
//! It runs each chip's own `eval` on plain field elements, row by row, with the next row as both backends have it, and names what fails:
//! the chip, the row, the claim; for a bus the message, its surplus, and rows that sent or received it. Whatever passes here is what a proof can
//! be made of, and a forged trace must fail here by the name of the claim it breaks.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use p3_field::{PrimeCharacteristicRing, PrimeField32};

use super::builder::{ChipBuilder, Columns, Multiplicity, Sign, Val};
use super::buses::{Bus, Message, Tag};
use super::trace::Trace;

/// One table to check: a name, an evaluation, its cells and its public values.
pub struct Table<'a> {
    /// The chip's name.
    pub name: &'a str,
    /// The chip's claims and messages.
    pub eval: &'a dyn Fn(&mut CheckBuilder<'_>),
    /// The filled table.
    pub trace: &'a Trace,
    /// Public values of this table.
    pub public_values: &'a [Val],
}

impl<'a> Table<'a> {
    /// A table without public values.
    pub fn of(eval: &'a dyn Fn(&mut CheckBuilder<'_>), name: &'a str, trace: &'a Trace) -> Self {
        Self {
            name,
            eval,
            trace,
            public_values: &[],
        }
    }
}

impl fmt::Debug for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("name", &self.name)
            .field("height", &self.trace.height())
            .finish()
    }
}

/// What the check found wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A claim does not hold on a row.
    Claim {
        /// The chip.
        chip: String,
        /// The row.
        row: usize,
        /// The claim's name.
        claim: &'static str,
    },
    /// A multiplicity that must be 0 or 1 is neither: no claim of the chip constrains it as the bus relies on.
    Multiplicity {
        /// The chip.
        chip: String,
        /// The row.
        row: usize,
        /// The message's kind.
        tag: Tag,
    },
    /// A message was not received as often as it was sent.
    Bus {
        /// The message's kind.
        tag: Tag,
        /// The message: fields after the tag.
        fields: Vec<u32>,
        /// Sent minus received, modulo p.
        surplus: u32,
        /// Some rows that sent or received it.
        seen_at: Vec<(String, usize)>,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claim { chip, row, claim } => write!(f, "{chip}, row {row}: \"{claim}\" does not hold"),
            Self::Multiplicity { chip, row, tag } => {
                write!(f, "{chip}, row {row}: a {tag:?} message counts neither 0 nor 1 times")
            }
            Self::Bus {
                tag,
                fields,
                surplus,
                seen_at,
            } => {
                write!(
                    f,
                    "{tag:?} {fields:?}: sent minus received is {surplus}, seen at {seen_at:?}"
                )
            }
        }
    }
}

/// Rows remembered for each distinct message.
const PLACES_KEPT: usize = 3;

#[derive(Clone, Default)]
struct Balance {
    net: Val,
    seen_at: Vec<(String, usize)>,
}

/// Checks tables against their claims and all buses together. Empty means: everything holds.
///
/// What holds is seen from one sum over all messages ([`holds`]), in constant memory; only where something fails all messages are kept and compared, to name it.
pub fn check(tables: &[Table<'_>]) -> Vec<Failure> {
    if holds(tables) {
        Vec::new()
    } else {
        check_with(tables, &[])
    }
}

/// Whether the tables satisfy their claims and all buses balance. Messages are compared by fingerprints of some 120 bits: tables are not made to deceive it.
#[must_use]
pub fn holds(tables: &[Table<'_>]) -> bool {
    let mut sum = [Val::ZERO; FINGERPRINT_ELEMENTS];
    for table in tables {
        let mut is_sound = true;
        for_each_row(table, |_, found| {
            is_sound &= found.broken.is_empty() && found.not_boolean.is_empty();
            for (bus, fields, count) in found.messages {
                for (sum, part) in sum.iter_mut().zip(fingerprint(bus, &fields)) {
                    *sum += part * count;
                }
            }
        });
        if !is_sound {
            return false;
        }
    }
    sum == [Val::ZERO; FINGERPRINT_ELEMENTS]
}

/// Field elements of a fingerprint.
const FINGERPRINT_ELEMENTS: usize = 4;
/// Odd constants of 64 bits, one for each lane of the state (digits of π and e).
const LANES: [u64; 2] = [0x243f_6a88_85a3_08d3, 0xb7e1_5162_8aed_2a6b];

/// A message as field elements that tell nothing else apart: a sum of them, weighted by counts, is 0 only if the counts of each message add up to 0.
fn fingerprint(bus: Bus, fields: &[Val]) -> [Val; FINGERPRINT_ELEMENTS] {
    // Multiplying into 128 bits and folding mixes each element into the whole state.
    let mix = |state: u64, word: u64, constant: u64| {
        let product = u128::from(state ^ word ^ constant) * u128::from(constant.rotate_left(23) | 1);
        (product as u64) ^ ((product >> 64) as u64).rotate_left(17).wrapping_mul(constant)
    };
    let mut state = LANES;
    let elements = fields.iter().map(|field| u64::from(field.as_canonical_u32()));
    for word in core::iter::once(bus as u64 + (1 << 32)).chain(elements) {
        for (state, constant) in state.iter_mut().zip(LANES) {
            *state = mix(*state, word, constant);
        }
    }
    let [low, high] = state;
    let word = |index: u64| mix(low.wrapping_add(index.wrapping_mul(LANES[1])), high, LANES[0]);
    core::array::from_fn(|index| Val::from_u64(word(index as u64)))
}

/// Like [`check`], with messages of partners that are not there: what a test expects the missing chips to send and receive.
pub fn check_with(tables: &[Table<'_>], partners: &[(Sign, Message<Val>)]) -> Vec<Failure> {
    let mut ledger = Ledger::default();
    ledger.add_partners(partners);
    let mut failures: Vec<_> = tables.iter().flat_map(|table| ledger.add_table(table)).collect();
    failures.extend(ledger.surplus());
    failures
}

/// All buses at once: what was sent minus what was received, message by message.
#[derive(Clone, Default)]
pub struct Ledger {
    balances: BTreeMap<(Bus, Vec<Val>), Balance>,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("messages", &self.balances.len())
            .finish()
    }
}

impl Ledger {
    /// Books messages of partners that are not there.
    pub fn add_partners(&mut self, partners: &[(Sign, Message<Val>)]) {
        for (sign, message) in partners {
            let count = if *sign == Sign::Send { Val::ONE } else { Val::NEG_ONE };
            self.balances
                .entry((message.tag.bus(), message.clone().padded()))
                .or_default()
                .net += count;
        }
    }

    /// Books the messages of a table and returns the claims that do not hold in it.
    pub fn add_table(&mut self, table: &Table<'_>) -> Vec<Failure> {
        let mut failures = Vec::new();
        for_each_row(table, |row, found| {
            let Found {
                broken,
                not_boolean,
                messages,
            } = found;
            let chip = || String::from(table.name);
            failures.extend(broken.into_iter().map(|claim| Failure::Claim {
                chip: chip(),
                row,
                claim,
            }));
            failures.extend(
                not_boolean
                    .into_iter()
                    .map(|tag| Failure::Multiplicity { chip: chip(), row, tag }),
            );
            for (bus, fields, count) in messages {
                let balance = self.balances.entry((bus, fields)).or_default();
                balance.net += count;
                if balance.seen_at.len() < PLACES_KEPT {
                    balance.seen_at.push((chip(), row));
                }
            }
        });
        failures
    }

    /// Every message that was not received as often as it was sent.
    pub fn surplus(&self) -> Vec<Failure> {
        let unbalanced = self.balances.iter().filter(|(_, balance)| balance.net != Val::ZERO);
        unbalanced
            .filter_map(|((_, fields), balance)| {
                let (first, fields) = fields.split_first()?;
                // Tags are constants of the chips' code: each has its entry in the list.
                let tag = Tag::from_value(first.as_canonical_u32())?;
                Some(Failure::Bus {
                    tag,
                    fields: fields
                        .iter()
                        .take(tag.fields())
                        .map(PrimeField32::as_canonical_u32)
                        .collect(),
                    surplus: balance.net.as_canonical_u32(),
                    seen_at: balance.seen_at.clone(),
                })
            })
            .collect()
    }
}

/// What a row says, and what is wrong with it.
#[derive(Debug, Default)]
struct Found {
    broken: Vec<&'static str>,
    not_boolean: Vec<Tag>,
    messages: Vec<(Bus, Vec<Val>, Val)>,
}

/// Evaluates a table's claims and messages on each row.
fn for_each_row(table: &Table<'_>, mut see: impl FnMut(usize, Found)) {
    let height = table.trace.height();
    let mut current = table.trace.row(0);
    for row in 0..height {
        // The last row is its own successor; the other backend wraps. Claims are multiplied by `is_transition`, so neither may matter.
        let next = table.trace.row((row + 1).min(height - 1));
        let mut builder = CheckBuilder {
            current: &current,
            next: &next,
            row,
            height,
            public_values: table.public_values,
            found: Found::default(),
        };
        (table.eval)(&mut builder);
        see(row, builder.found);
        current = next;
    }
}

/// A row of plain field elements.
#[derive(Debug)]
pub struct CheckBuilder<'a> {
    current: &'a [Val],
    next: &'a [Val],
    row: usize,
    height: usize,
    public_values: &'a [Val],
    found: Found,
}

impl ChipBuilder for CheckBuilder<'_> {
    type Expr = Val;
    type Var = Val;

    fn current<C: Columns<Val>>(&self) -> C {
        C::read(self.current, Val::ZERO)
    }

    fn next<C: Columns<Val>>(&self) -> C {
        C::read(self.next, Val::ZERO)
    }

    fn is_first_row(&self) -> Val {
        Val::from_bool(self.row == 0)
    }

    fn is_transition(&self) -> Val {
        Val::from_bool(self.row + 1 != self.height)
    }

    fn public_value(&self, index: usize) -> Val {
        self.public_values.get(index).copied().unwrap_or(Val::ZERO)
    }

    fn claim(&mut self, name: &'static str, zero: impl Into<Val>) {
        if zero.into() != Val::ZERO {
            self.found.broken.push(name);
        }
    }

    fn message(&mut self, message: Message<Val>, count: Multiplicity<Val>, sign: Sign) {
        let (tag, bus) = (message.tag, message.tag.bus());
        let count = match count {
            Multiplicity::Boolean(count) => {
                if count != Val::ZERO && count != Val::ONE {
                    self.found.not_boolean.push(tag);
                }
                count
            }
            Multiplicity::Provided(count) => count,
        };
        if count != Val::ZERO {
            let signed = if sign == Sign::Send { count } else { -count };
            self.found.messages.push((bus, message.padded(), signed));
        }
    }
}
