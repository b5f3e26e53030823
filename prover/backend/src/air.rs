//! A chip as a Plonky3 AIR: what it claims as a straight-line program, what it sends as sums over columns.
//!
//! The backend is generic over builders and instantiates an AIR for each of them; with one AIR type for all chips it does so once, not once per chip. Interpreting
//! costs little: a step works on a whole packed row, and equal subexpressions are computed once. Fields of messages are kept apart from claims,
//! so that builders that only ask for claims never compute them.

use p3_air::{Air, BaseAir, WindowAccess};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::{Count, InteractionBuilder};

use crate::Val;

/// A chip as the backend sees it: recorded once, interpreted by every builder.
#[derive(Clone, Debug)]
pub struct RecordedAir {
    /// The chip's name.
    pub name: &'static str,
    /// Number of columns.
    pub width: usize,
    /// Largest degree of a claim.
    pub max_degree: usize,
    /// Does any claim read the next row?
    pub uses_next_row: bool,
    /// Number of public values.
    pub public_values: usize,
    /// The program that computes the claims.
    pub steps: Vec<Step>,
    /// Registers of the program.
    pub registers: usize,
    /// What a row sends and receives.
    pub messages: Vec<RecordedMessage>,
}

/// A step of the program that computes the claims. `to`, `a` and `b` are registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "the fields are registers, columns and constants, as their names say"
)]
pub enum Step {
    /// A cell of this row.
    Current { to: u16, column: u16 },
    /// A cell of the next row.
    Next { to: u16, column: u16 },
    /// A public value.
    Public { to: u16, index: u16 },
    /// 1 on the first row.
    FirstRow { to: u16 },
    /// 0 on the last row.
    Transition { to: u16 },
    /// A constant.
    Constant { to: u16, value: Val },
    /// a + b.
    Add { to: u16, a: u16, b: u16 },
    /// a - b.
    Sub { to: u16, a: u16, b: u16 },
    /// a · b.
    Mul { to: u16, a: u16, b: u16 },
    /// -a.
    Neg { to: u16, a: u16 },
    /// a is 0.
    Claim { a: u16 },
}

/// A message: its fields are of degree 1 in the columns of the row, its count at most of degree 2.
#[derive(Clone, Debug)]
pub struct RecordedMessage {
    /// Name of the bus.
    pub bus: &'static str,
    /// Fields, the tag first.
    pub fields: Vec<Polynomial>,
    /// How often it counts; negative if it is received.
    pub count: Polynomial,
    /// The count is 0 or 1 by a claim; else it is free, because it provides.
    pub is_boolean: bool,
}

/// A sum of terms: a coefficient, and no, one or two columns of the current row.
#[derive(Clone, Debug, Default)]
pub struct Polynomial(pub Vec<(Val, Option<u16>, Option<u16>)>);

impl BaseAir<Val> for RecordedAir {
    fn width(&self) -> usize {
        self.width
    }

    fn num_public_values(&self) -> usize {
        self.public_values
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        if self.uses_next_row {
            (0..self.width).collect()
        } else {
            Vec::new()
        }
    }

    fn max_constraint_degree(&self) -> Option<usize> {
        Some(self.max_degree)
    }
}

impl<AB: InteractionBuilder<F = Val>> Air<AB> for RecordedAir {
    fn eval(&self, builder: &mut AB) {
        let window = builder.main();
        let (current, next) = (window.current_slice(), window.next_slice());
        let mut registers = vec![AB::Expr::ZERO; self.registers];
        for step in &self.steps {
            let value = |register: u16| registers[usize::from(register)].clone();
            let (to, value) = match *step {
                Step::Current { to, column } => (to, current[usize::from(column)].into()),
                Step::Next { to, column } => (to, next[usize::from(column)].into()),
                Step::Public { to, index } => (to, builder.public_values()[usize::from(index)].into()),
                Step::FirstRow { to } => (to, builder.is_first_row()),
                Step::Transition { to } => (to, builder.is_transition()),
                Step::Constant { to, value } => (to, AB::Expr::from(value)),
                Step::Add { to, a, b } => (to, value(a) + value(b)),
                Step::Sub { to, a, b } => (to, value(a) - value(b)),
                Step::Mul { to, a, b } => (to, value(a) * value(b)),
                Step::Neg { to, a } => (to, -value(a)),
                Step::Claim { a } => {
                    builder.assert_zero(value(a));
                    continue;
                }
            };
            registers[usize::from(to)] = value;
        }
        for message in &self.messages {
            let count: AB::Expr = message.count.eval::<AB>(current);
            let count = if message.is_boolean {
                Count::bounded(count, 1)
            } else {
                Count::provided(count)
            };
            let fields = message.fields.iter().map(|field| field.eval::<AB>(current));
            builder.push_interaction(message.bus, fields, count);
        }
    }
}

/// A chip as the security sum sees it: as wide, with as many claims, of the same degree, and the same messages, but with nothing to compute. The sum depends on
/// these numbers alone, and reading them off the chip itself takes longer than checking a proof.
#[derive(Clone, Copy, Debug)]
pub struct Outline<'a>(pub &'a RecordedAir);

impl BaseAir<Val> for Outline<'_> {
    fn width(&self) -> usize {
        self.0.width
    }

    fn num_public_values(&self) -> usize {
        self.0.public_values
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        self.0.main_next_row_columns()
    }

    fn max_constraint_degree(&self) -> Option<usize> {
        Some(self.0.max_degree)
    }
}

impl<AB: InteractionBuilder<F = Val>> Air<AB> for Outline<'_> {
    fn eval(&self, builder: &mut AB) {
        let Some(cell) = builder.main().current_slice().first().copied() else {
            return;
        };
        let claims = self.0.steps.iter().filter(|step| matches!(step, Step::Claim { .. }));
        for _ in claims {
            builder.assert_zero(cell);
        }
        for message in &self.0.messages {
            let window = builder.main();
            let count: AB::Expr = message.count.eval::<AB>(window.current_slice());
            let count = if message.is_boolean {
                Count::bounded(count, 1)
            } else {
                Count::provided(count)
            };
            let fields = message.fields.iter().map(|_| AB::Expr::from(cell));
            builder.push_interaction(message.bus, fields, count);
        }
    }
}

impl Polynomial {
    fn eval<AB: InteractionBuilder<F = Val>>(&self, row: &[AB::Var]) -> AB::Expr {
        let column = |column: u16| -> AB::Expr { row[usize::from(column)].into() };
        let mut sum = AB::Expr::ZERO;
        for (coefficient, first, second) in &self.0 {
            let product = match (first, second) {
                (Some(first), Some(second)) => column(*first) * column(*second),
                (Some(first), None) | (None, Some(first)) => column(*first),
                (None, None) => {
                    sum += AB::Expr::from(*coefficient);
                    continue;
                }
            };
            if *coefficient == Val::ONE {
                sum += product;
            } else if *coefficient == Val::NEG_ONE {
                sum -= product;
            } else {
                sum += product * *coefficient;
            }
        }
        sum
    }
}
