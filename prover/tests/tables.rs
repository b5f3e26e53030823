//! Two real chips and a partner that asks them: proved, verified, and attacked in the bytes of the proof.

use std::sync::OnceLock;

use p3_field::PrimeCharacteristicRing;
use zk_backend::air::RecordedAir;
use zk_backend::config::SECURITY_BITS;
use zk_backend::proof::{Keys, ProofError, TableStatement, check, decode, encode};
use zk_backend::prove::{FilledTable, prove_tables};
use zk_processor::chips::builder::{Chip, ChipBuilder, Columns, Val};
use zk_processor::chips::buses::Message;
use zk_processor::chips::byte_table::{ByteLookups, ByteTable, HEIGHT_LOG2, byte_table_trace};
use zk_processor::chips::poseidon2::{Poseidon2, PoseidonLookups, poseidon2_trace};
use zk_processor::chips::trace::Trace;
use zk_processor::columns;
use zk_verifier::record::record;

const KEY: [u8; 32] = [7; 32];
const SMALL_LOG2: u32 = 7;

columns! {
    /// Asks for one conjunction and one compression a row.
    struct PartnerCols<T> {
        /// 1 on real rows.
        is_real: T,
        /// a, b, a AND b.
        bytes: [T; 3],
        /// left, right, output.
        hash: [T; 24],
    }
}

#[derive(Clone, Copy, Debug)]
enum TestChip {
    Bytes(ByteTable),
    Poseidon(Poseidon2),
    Partner,
}

impl Chip for TestChip {
    fn name(&self) -> &'static str {
        match self {
            Self::Bytes(chip) => chip.name(),
            Self::Poseidon(chip) => chip.name(),
            Self::Partner => "partner",
        }
    }

    fn width(&self) -> usize {
        match self {
            Self::Bytes(chip) => chip.width(),
            Self::Poseidon(chip) => chip.width(),
            Self::Partner => PartnerCols::<Val>::WIDTH,
        }
    }

    fn max_degree(&self) -> usize {
        match self {
            Self::Bytes(chip) => chip.max_degree(),
            Self::Poseidon(chip) => chip.max_degree(),
            Self::Partner => 2,
        }
    }

    fn uses_next_row(&self) -> bool {
        matches!(self, Self::Bytes(_))
    }

    fn public_values(&self) -> usize {
        usize::from(matches!(self, Self::Partner))
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        match self {
            Self::Bytes(chip) => chip.eval(builder),
            Self::Poseidon(chip) => chip.eval(builder),
            Self::Partner => {
                let row: PartnerCols<B::Var> = builder.current();
                builder.claim_boolean("real or padding", row.is_real);
                let first = builder.is_first_row();
                let wanted = builder.public_value(0);
                builder.claim(
                    "the first conjunction is public",
                    first * (row.bytes[2].into() - wanted),
                );
                let [a, b, and] = row.bytes;
                builder.send(Message::bytes(a, b, and), row.is_real);
                let at = |from: usize| core::array::from_fn(|i| row.hash[from + i].into());
                builder.send(Message::poseidon(at(0), at(8), at(16)), row.is_real);
            }
        }
    }
}

fn air(chip: TestChip) -> &'static RecordedAir {
    Box::leak(Box::new(record(&chip).expect("the chip obeys the rules of messages")))
}

fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| {
        let chips = [
            TestChip::Bytes(ByteTable),
            TestChip::Poseidon(Poseidon2),
            TestChip::Partner,
        ];
        Keys::of(&chips.map(air)).expect("keys")
    })
}

fn filled(rows: u32) -> (Vec<FilledTable<'static>>, Val) {
    let mut bytes = ByteLookups::default();
    let mut hashes = PoseidonLookups::default();
    let mut partner = Trace::with_rows(PartnerCols::<Val>::WIDTH, rows as usize, SMALL_LOG2);
    let mut public = Val::ZERO;
    for row in 0..rows {
        let (a, b) = ((row * 7 + 201) as u8, (row * 3 + 77) as u8);
        bytes.ask_bytes(a, b);
        let (left, right) = ([Val::from_u32(row); 8], [Val::from_u32(row + 1); 8]);
        let output = hashes.ask(&left, &right);
        let mut values = left.into_iter().chain(right).chain(output);
        let columns = PartnerCols {
            is_real: Val::ONE,
            bytes: [a, b, a & b].map(Val::from_u8),
            hash: core::array::from_fn(|_| values.next().expect("24 values")),
        };
        if row == 0 {
            public = columns.bytes[2];
        }
        partner.write(row as usize, &columns);
    }
    let public_values: &'static [Val] = Vec::leak(vec![public]);
    let tables = vec![
        FilledTable {
            air: air(TestChip::Bytes(ByteTable)),
            height_log2: HEIGHT_LOG2,
            columns: byte_table_trace(&bytes).into_columns(),
            public_values: &[],
        },
        FilledTable {
            air: air(TestChip::Poseidon(Poseidon2)),
            height_log2: SMALL_LOG2,
            columns: poseidon2_trace(&hashes, SMALL_LOG2).into_columns(),
            public_values: &[],
        },
        FilledTable {
            air: air(TestChip::Partner),
            height_log2: SMALL_LOG2,
            columns: partner.into_columns(),
            public_values,
        },
    ];
    (tables, public)
}

fn statement(public: &[Val]) -> [TableStatement<'_>; 3] {
    [
        TableStatement {
            air: air(TestChip::Bytes(ByteTable)),
            height_log2: HEIGHT_LOG2,
            public_values: &[],
        },
        TableStatement {
            air: air(TestChip::Poseidon(Poseidon2)),
            height_log2: SMALL_LOG2,
            public_values: &[],
        },
        TableStatement {
            air: air(TestChip::Partner),
            height_log2: SMALL_LOG2,
            public_values: public,
        },
    ]
}

#[test]
fn honest_tables_prove_and_everything_else_is_rejected() {
    let (tables, public) = filled(100);
    let proof = prove_tables(&KEY, keys(), tables).expect("proof");
    let bytes = encode(&proof).expect("encoding");
    let decoded = decode(&bytes).expect("canonical");
    let bits = check(&KEY, keys(), &statement(&[public]), &decoded).expect("verified");
    assert!(bits >= SECURITY_BITS as f64, "{bits} proven bits");

    let other_public = check(&KEY, keys(), &statement(&[public + Val::ONE]), &decoded);
    assert!(matches!(other_public, Err(ProofError::Rejected(_))), "{other_public:?}");
    let other_key = check(&[8; 32], keys(), &statement(&[public]), &decoded);
    assert!(matches!(other_key, Err(ProofError::Rejected(_))), "{other_key:?}");
    let mut taller = statement(core::slice::from_ref(&public));
    taller[1].height_log2 += 1;
    assert!(matches!(
        check(&KEY, keys(), &taller, &decoded),
        Err(ProofError::Rejected(_) | ProofError::Security(_))
    ));
    let mut absurd = statement(core::slice::from_ref(&public));
    absurd[2].height_log2 = 60;
    assert!(matches!(
        check(&KEY, keys(), &absurd, &decoded),
        Err(ProofError::Height { found: 60, .. })
    ));
    assert!(matches!(
        check(&KEY, keys(), &statement(&[]), &decoded),
        Err(ProofError::PublicValueCount { .. })
    ));

    assert!(matches!(
        decode(&bytes[..bytes.len() - 1]),
        Err(ProofError::Encoding(_))
    ));
    let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
    assert!(matches!(decode(&longer), Err(ProofError::Encoding(_))));
    attack_bytes(&bytes, public);
}

/// Flips bits all over the proof: each must fail to decode or be rejected, without a panic.
fn attack_bytes(bytes: &[u8], public: Val) {
    let step = bytes.len() / 150 + 1;
    for at in (0..bytes.len()).step_by(step) {
        let mut forged = bytes.to_vec();
        forged[at] ^= 1 << (at % 8);
        if let Ok(proof) = decode(&forged) {
            let verdict = check(&KEY, keys(), &statement(&[public]), &proof);
            assert!(verdict.is_err(), "byte {at} flipped and accepted");
        }
    }
}

#[test]
fn a_lie_about_a_conjunction_does_not_verify() {
    let (mut tables, _) = filled(3);
    let column = 3; // bytes[2]
    tables[2].columns[(column << SMALL_LOG2) + 1] = Val::from_u32(999);
    let public = tables[2].public_values.to_vec();
    // With debug assertions the backend notices the unbalanced bus itself and panics: that too is no proof.
    let proof = std::panic::catch_unwind(|| prove_tables(&KEY, keys(), tables));
    let accepted = matches!(proof, Ok(Ok(proof)) if check(&KEY, keys(), &statement(&public), &proof).is_ok());
    assert!(!accepted, "a false conjunction was proved");
}
