//! A machine named by what it constrains.
//!
//! The digest covers each chip's shape and the *values* of all its claims and messages at fixed pseudo-random points. Two machines whose constraints
//! differ as polynomials differ in the digest except with probability about 2^-200 over the points; a refactoring that changes no
//! constraint changes nothing here. It is an identity for honest builders, pinned in the repository and absorbed by the transcript.

use p3_field::{PrimeCharacteristicRing, PrimeField32};
use sha2::{Digest, Sha256};
use zk_processor::chips::builder::{Chip, ChipBuilder, Columns, Multiplicity, Sign, Val};
use zk_processor::chips::buses::Message;

/// Points at which each chip is evaluated.
const POINTS: u32 = 8;

/// Absorbs the identity of one chip.
pub fn absorb_chip<C: Chip>(hasher: &mut Sha256, chip: &C) {
    let shape = [
        chip.width(),
        chip.max_degree(),
        usize::from(chip.uses_next_row()),
        chip.public_values(),
    ];
    hasher.update((chip.name().len() as u64).to_le_bytes());
    hasher.update(chip.name().as_bytes());
    for number in shape {
        hasher.update((number as u64).to_le_bytes());
    }
    for point in 0..POINTS {
        let mut builder = FingerprintBuilder::at(point, chip.width());
        chip.eval(&mut builder);
        hasher.update((builder.transcript.len() as u64).to_le_bytes());
        hasher.update(&builder.transcript);
    }
}

/// A row of pseudo-random cells; claims and messages are written down by value.
struct FingerprintBuilder {
    current: Vec<Val>,
    next: Vec<Val>,
    selectors: [Val; 2],
    public_seed: u32,
    transcript: Vec<u8>,
}

impl FingerprintBuilder {
    fn at(point: u32, width: usize) -> Self {
        let cells = |row: u32| (0..width).map(|column| element(point, row, column as u32)).collect();
        Self {
            current: cells(0),
            next: cells(1),
            selectors: [element(point, 2, 0), element(point, 2, 1)],
            public_seed: point,
            transcript: Vec::new(),
        }
    }

    fn write(&mut self, value: Val) {
        self.transcript.extend(value.as_canonical_u32().to_le_bytes());
    }
}

/// A field element from its place: SHA-256 of the place, reduced.
fn element(point: u32, row: u32, column: u32) -> Val {
    let mut hasher = Sha256::new();
    hasher.update(b"zk-processor constraint fingerprint");
    for number in [point, row, column] {
        hasher.update(number.to_le_bytes());
    }
    let digest = hasher.finalize();
    Val::from_u64(
        digest
            .iter()
            .take(8)
            .fold(0, |value, byte| value << 8 | u64::from(*byte)),
    )
}

impl ChipBuilder for FingerprintBuilder {
    type Expr = Val;
    type Var = Val;

    fn current<C: Columns<Val>>(&self) -> C {
        C::read(&self.current, Val::ZERO)
    }

    fn next<C: Columns<Val>>(&self) -> C {
        C::read(&self.next, Val::ZERO)
    }

    fn is_first_row(&self) -> Val {
        self.selectors[0]
    }

    fn is_transition(&self) -> Val {
        self.selectors[1]
    }

    fn public_value(&self, index: usize) -> Val {
        element(self.public_seed, 3, index as u32)
    }

    fn claim(&mut self, _name: &'static str, zero: impl Into<Val>) {
        self.transcript.push(0);
        self.write(zero.into());
    }

    fn message(&mut self, message: Message<Val>, count: Multiplicity<Val>, sign: Sign) {
        let (kind, count) = match count {
            Multiplicity::Boolean(count) => (1, count),
            Multiplicity::Provided(count) => (2, count),
        };
        self.transcript.extend([kind, u8::from(sign == Sign::Send)]);
        self.transcript.extend_from_slice(message.tag.bus().name().as_bytes());
        self.write(count);
        for field in message.padded() {
            self.write(field);
        }
    }
}
