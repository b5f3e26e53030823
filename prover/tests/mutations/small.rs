//! The smallest statement with everything that a proof has: a table that asks, one that answers, a public value. It is quick to check, so that many
//! mutations can be.

use p3_field::PrimeCharacteristicRing;
use zk_backend::air::RecordedAir;
use zk_backend::proof::{Keys, ProofError, TableStatement, check, decode, encode};
use zk_backend::prove::{FilledTable, prove_tables};
use zk_processor::chips::builder::{Chip, ChipBuilder, Columns, Val};
use zk_processor::chips::buses::Message;
use zk_processor::chips::poseidon2::{Poseidon2, PoseidonLookups, poseidon2_trace};
use zk_processor::chips::trace::Trace;
use zk_processor::columns;
use zk_verifier::record::record;

const KEY: [u8; 32] = [7; 32];
const HEIGHT_LOG2: u32 = 7;

columns! {
    /// Asks for one compression a row.
    struct AskerCols<T> {
        /// 1 on real rows.
        is_real: T,
        /// left, right, output.
        hash: [T; 24],
    }
}

#[derive(Clone, Copy, Debug)]
struct Asker;

impl Chip for Asker {
    fn name(&self) -> &'static str {
        "asker"
    }

    fn width(&self) -> usize {
        AskerCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        3
    }

    fn uses_next_row(&self) -> bool {
        true
    }

    fn public_values(&self) -> usize {
        1
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let (row, next): (AskerCols<B::Var>, AskerCols<B::Var>) = (builder.current(), builder.next());
        builder.claim_boolean("real or padding", row.is_real);
        let (is_first, is_transition) = (builder.is_first_row(), builder.is_transition());
        let wanted = builder.public_value(0);
        builder.claim("the first row is public", is_first * (row.hash[0].into() - wanted));
        builder.claim(
            "padding comes last",
            is_transition * next.is_real.into() * (B::Expr::ONE - row.is_real.into()),
        );
        let at = |from: usize| core::array::from_fn(|i| row.hash[from + i].into());
        builder.send(Message::poseidon(at(0), at(8), at(16)), row.is_real);
    }
}

/// An honest proof, encoded, and the check of any other.
pub(crate) struct Small {
    airs: [RecordedAir; 2],
    keys: Keys,
    public: [Val; 1],
    pub(crate) honest: Vec<u8>,
}

impl Small {
    pub(crate) fn prove() -> Self {
        let airs = [record(&Asker), record(&Poseidon2)].map(|air| air.expect("the chip obeys the rules of messages"));
        let mut hashes = PoseidonLookups::default();
        let mut asker = Trace::zero(AskerCols::<Val>::WIDTH, HEIGHT_LOG2);
        let public = [Val::from_u32(5)];
        for row in 0..100 {
            let (left, right) = ([Val::from_u32(row + 5); 8], [Val::from_u32(row); 8]);
            let output = hashes.ask(&left, &right);
            let mut values = left.into_iter().chain(right).chain(output);
            let columns = AskerCols {
                is_real: Val::ONE,
                hash: core::array::from_fn(|_| values.next().expect("24 values")),
            };
            asker.write(row as usize, &columns);
        }
        let tables = vec![
            FilledTable {
                air: &airs[0],
                columns: asker.into_columns(),
                height_log2: HEIGHT_LOG2,
                public_values: &public,
            },
            FilledTable {
                air: &airs[1],
                columns: poseidon2_trace(&hashes, HEIGHT_LOG2).into_columns(),
                height_log2: HEIGHT_LOG2,
                public_values: &[],
            },
        ];
        let keys = Keys::of(&[&airs[0], &airs[1]]).expect("keys");
        let proof = prove_tables(&KEY, &keys, tables).expect("a proof");
        Self {
            honest: encode(&proof).expect("an encoding"),
            keys,
            airs,
            public,
        }
    }

    /// Decodes and checks a proof of the statement.
    pub(crate) fn verdict(&self, bytes: &[u8]) -> Result<f64, ProofError> {
        let [asker, hashes] = &self.airs;
        let table = |air, public_values| TableStatement {
            air,
            height_log2: HEIGHT_LOG2,
            public_values,
        };
        let tables = [table(asker, &self.public), table(hashes, &[])];
        check(&KEY, &self.keys, &tables, &decode(bytes)?)
    }
}
