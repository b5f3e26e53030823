//! Records a chip: evaluates it once, symbolically, and keeps what it claims and sends as the backend's AIR.

use std::collections::BTreeMap;

use p3_air::symbolic::{BaseEntry, BaseLeaf, SymbolicExpr, SymbolicExpression, SymbolicVariable};
use p3_field::{Algebra, PrimeCharacteristicRing};
use zk_backend::air::{Polynomial, RecordedAir, RecordedMessage, Step};
use zk_processor::chips::builder::{Chip, ChipBuilder, Columns, Multiplicity, Sign, Val};
use zk_processor::chips::buses::Message;

/// A chip that the backend cannot carry. Chips are code, so this is found by the first test that records them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{chip}: {what}")]
pub struct Unrecordable {
    /// The chip.
    pub chip: &'static str,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Evaluates a chip once and keeps what it claims and sends.
///
/// # Errors
/// Messages of a degree, or over cells, that the backend's rules do not allow (rule 5).
pub fn record<C: Chip>(chip: &C) -> Result<RecordedAir, Unrecordable> {
    let mut recorder = Recorder::default();
    chip.eval(&mut recorder);
    let unrecordable = |what| Unrecordable {
        chip: chip.name(),
        what,
    };
    let degree = recorder
        .claims
        .iter()
        .map(|claim| claim.degree_multiple_with_transition(1))
        .max();
    if degree.unwrap_or(0) > chip.max_degree() {
        return Err(unrecordable("a claim of a higher degree than the chip says"));
    }
    let mut program = Ssa::default();
    let mut claims = Vec::with_capacity(recorder.claims.len());
    for claim in &recorder.claims {
        let value = program.value(claim);
        claims.push((program.nodes.len(), value));
    }
    let (steps, registers) = program.allocate(&claims);
    let message = |(message, count, sign): &(Message<Expr>, Multiplicity<Expr>, Sign)| {
        let (count, is_boolean) = match count {
            Multiplicity::Boolean(count) => (count, true),
            Multiplicity::Provided(count) => (count, false),
        };
        let mut count = polynomial(count).ok_or("a count of degree above 2, or over another row")?;
        if *sign == Sign::Receive {
            negate(&mut count);
        }
        let fields = message.clone().padded();
        let fields = fields.iter().map(|field| {
            polynomial(field)
                .filter(is_affine)
                .ok_or("a field of degree above 1, or over another row")
        });
        Ok(RecordedMessage {
            bus: message.tag.bus().name(),
            fields: fields.collect::<Result<_, &'static str>>()?,
            count,
            is_boolean,
        })
    };
    let messages = recorder
        .messages
        .iter()
        .map(message)
        .collect::<Result<_, &'static str>>();
    Ok(RecordedAir {
        name: chip.name(),
        width: chip.width(),
        max_degree: chip.max_degree(),
        uses_next_row: chip.uses_next_row(),
        public_values: chip.public_values(),
        steps,
        registers,
        messages: messages.map_err(unrecordable)?,
    })
}

/// The expression as a sum of terms; `None` if it is of a higher degree or over other leaves.
fn polynomial(expression: &Expr) -> Option<Polynomial> {
    let mut sums: BTreeMap<(Option<u16>, Option<u16>), Val> = BTreeMap::new();
    for (coefficient, first, second) in terms(expression)? {
        let key = if second.is_some() && second < first {
            (second, first)
        } else {
            (first, second)
        };
        *sums.entry(key).or_default() += coefficient;
    }
    let mut all: Vec<_> = sums
        .into_iter()
        .filter(|(_, coefficient)| *coefficient != Val::ZERO)
        .map(|((first, second), coefficient)| (coefficient, first, second))
        .collect();
    all.sort_by_key(|(_, first, second)| (*first, *second));
    Some(Polynomial(all))
}

/// A coefficient and up to two columns each.
type Terms = Vec<(Val, Option<u16>, Option<u16>)>;

fn terms(expression: &Expr) -> Option<Terms> {
    Some(match expression {
        SymbolicExpr::Leaf(BaseLeaf::Constant(value)) => vec![(*value, None, None)],
        SymbolicExpr::Leaf(BaseLeaf::Variable(variable)) => match variable.entry {
            BaseEntry::Main { offset: 0 } => vec![(Val::ONE, Some(variable.index as u16), None)],
            _ => return None,
        },
        SymbolicExpr::Leaf(_) => return None,
        SymbolicExpr::Add { x, y, .. } => {
            let mut sum = terms(x)?;
            sum.extend(terms(y)?);
            sum
        }
        SymbolicExpr::Sub { x, y, .. } => {
            let mut difference = terms(x)?;
            difference.extend(terms(y)?.into_iter().map(|(c, a, b)| (-c, a, b)));
            difference
        }
        SymbolicExpr::Neg { x, .. } => terms(x)?.into_iter().map(|(c, a, b)| (-c, a, b)).collect(),
        SymbolicExpr::Mul { x, y, .. } => {
            let (left, right) = (polynomial(x)?, polynomial(y)?);
            let mut product = Vec::new();
            for (c, a, b) in &left.0 {
                for (d, e, f) in &right.0 {
                    let mut columns = [a, b, e, f].into_iter().copied().flatten();
                    product.push((*c * *d, columns.next(), columns.next()));
                    if columns.next().is_some() {
                        return None;
                    }
                }
            }
            product
        }
    })
}

fn is_affine(polynomial: &Polynomial) -> bool {
    polynomial.0.iter().all(|(_, _, second)| second.is_none())
}

fn negate(polynomial: &mut Polynomial) {
    for (coefficient, ..) in &mut polynomial.0 {
        *coefficient = -*coefficient;
    }
}

type Expr = SymbolicExpression<Val>;

/// What a chip says of a symbolic row.
#[derive(Default)]
struct Recorder {
    claims: Vec<Expr>,
    messages: Vec<(Message<Expr>, Multiplicity<Expr>, Sign)>,
}

impl Recorder {
    fn row<C: Columns<SymbolicVariable<Val>>>(offset: usize) -> C {
        let column = |index| SymbolicVariable::new(BaseEntry::Main { offset }, index);
        let row: Vec<_> = (0..C::WIDTH).map(column).collect();
        C::read(&row, column(0))
    }
}

impl ChipBuilder for Recorder
where
    Expr: Algebra<Val> + Algebra<SymbolicVariable<Val>>,
{
    type Expr = Expr;
    type Var = SymbolicVariable<Val>;

    fn current<C: Columns<Self::Var>>(&self) -> C {
        Self::row(0)
    }

    fn next<C: Columns<Self::Var>>(&self) -> C {
        Self::row(1)
    }

    fn is_first_row(&self) -> Expr {
        SymbolicExpr::Leaf(BaseLeaf::IsFirstRow)
    }

    fn is_transition(&self) -> Expr {
        SymbolicExpr::Leaf(BaseLeaf::IsTransition)
    }

    fn public_value(&self, index: usize) -> Expr {
        let public = SymbolicVariable::new(BaseEntry::Public, index);
        SymbolicExpr::Leaf(BaseLeaf::Variable(public))
    }

    fn claim(&mut self, _name: &'static str, zero: impl Into<Expr>) {
        self.claims.push(zero.into());
    }

    fn message(&mut self, message: Message<Expr>, count: Multiplicity<Expr>, sign: Sign) {
        self.messages.push((message, count, sign));
    }
}

/// The claims with every subexpression computed once: a step's `to` is its own place in the list.
#[derive(Default)]
struct Ssa {
    nodes: Vec<Step>,
    known: BTreeMap<Step, u16>,
    seen: BTreeMap<*const Expr, u16>,
}

impl Ssa {
    /// The node that computes an expression.
    fn value(&mut self, expression: &Expr) -> u16 {
        let address: *const Expr = expression;
        if let Some(node) = self.seen.get(&address) {
            return *node;
        }
        let to = 0;
        let step = match expression {
            SymbolicExpr::Leaf(leaf) => match leaf {
                BaseLeaf::Constant(value) => Step::Constant { to, value: *value },
                BaseLeaf::IsFirstRow => Step::FirstRow { to },
                BaseLeaf::Variable(variable) => {
                    let column = variable.index as u16;
                    match variable.entry {
                        BaseEntry::Main { offset: 0 } => Step::Current { to, column },
                        BaseEntry::Public => Step::Public { to, index: column },
                        _ => Step::Next { to, column },
                    }
                }
                _ => Step::Transition { to },
            },
            SymbolicExpr::Add { x, y, .. } => {
                let (a, b) = (self.value(x), self.value(y));
                Step::Add { to, a, b }
            }
            SymbolicExpr::Sub { x, y, .. } => {
                let (a, b) = (self.value(x), self.value(y));
                Step::Sub { to, a, b }
            }
            SymbolicExpr::Mul { x, y, .. } => {
                let (a, b) = (self.value(x), self.value(y));
                Step::Mul { to, a, b }
            }
            SymbolicExpr::Neg { x, .. } => Step::Neg { to, a: self.value(x) },
        };
        let next = self.nodes.len() as u16;
        let node = *self.known.entry(step).or_insert(next);
        if node == next {
            self.nodes.push(step);
        }
        // The claims live as long as this list, so an address stays one expression's.
        self.seen.insert(address, node);
        node
    }

    /// Registers instead of places in the list: a register is free again after the last use of what it holds. `claims` are (behind how many nodes, node).
    fn allocate(&self, claims: &[(usize, u16)]) -> (Vec<Step>, usize) {
        let mut last_use = vec![0; self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            for operand in operands(*node) {
                last_use[usize::from(operand)] = at;
            }
        }
        for (behind, node) in claims {
            let used = &mut last_use[usize::from(*node)];
            *used = (*used).max(*behind);
        }
        let mut steps = Vec::with_capacity(self.nodes.len() + claims.len());
        let (mut register_of, mut free, mut registers) = (vec![0; self.nodes.len()], Vec::new(), 0);
        let mut dying: Vec<Vec<u16>> = vec![Vec::new(); self.nodes.len() + 1];
        let mut claims = claims.iter().peekable();
        for at in 0..=self.nodes.len() {
            while let Some((_, node)) = claims.next_if(|(behind, _)| *behind == at) {
                steps.push(Step::Claim {
                    a: register_of[usize::from(*node)],
                });
            }
            let Some(node) = self.nodes.get(at) else { break };
            // What was used last before this node is free for it.
            free.append(&mut dying[at]);
            let to = free.pop().unwrap_or_else(|| {
                registers += 1;
                registers - 1
            });
            register_of[at] = to;
            let dies = last_use[at].max(at) + 1;
            if let Some(dying) = dying.get_mut(dies) {
                dying.push(to);
            }
            steps.push(with_registers(*node, to, &register_of));
        }
        (steps, usize::from(registers))
    }
}

fn operands(step: Step) -> impl Iterator<Item = u16> {
    let (a, b) = match step {
        Step::Add { a, b, .. } | Step::Sub { a, b, .. } | Step::Mul { a, b, .. } => (Some(a), Some(b)),
        Step::Neg { a, .. } | Step::Claim { a } => (Some(a), None),
        _ => (None, None),
    };
    a.into_iter().chain(b)
}

fn with_registers(step: Step, to: u16, registers: &[u16]) -> Step {
    let at = |node: u16| registers[usize::from(node)];
    match step {
        Step::Current { column, .. } => Step::Current { to, column },
        Step::Next { column, .. } => Step::Next { to, column },
        Step::Public { index, .. } => Step::Public { to, index },
        Step::FirstRow { .. } => Step::FirstRow { to },
        Step::Transition { .. } => Step::Transition { to },
        Step::Constant { value, .. } => Step::Constant { to, value },
        Step::Add { a, b, .. } => Step::Add { to, a: at(a), b: at(b) },
        Step::Sub { a, b, .. } => Step::Sub { to, a: at(a), b: at(b) },
        Step::Mul { a, b, .. } => Step::Mul { to, a: at(a), b: at(b) },
        Step::Neg { a, .. } => Step::Neg { to, a: at(a) },
        Step::Claim { a } => Step::Claim { a: at(a) },
    }
}

#[cfg(test)]
mod tests {
    use zk_processor::chips::machine::MachineChip;

    use super::*;

    /// Rule 5, and what a chip says of its own degree.
    #[test]
    fn every_chip_obeys_the_rules_of_the_backend() {
        let errors: Vec<_> = MachineChip::ALL.iter().filter_map(|chip| record(chip).err()).collect();
        assert_eq!(errors, []);
    }
}
