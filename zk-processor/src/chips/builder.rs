//! What a chip is written against: a row, named claims, and messages on buses.
//!
//! Chips never see the proof backend. The prover adapts this trait to Plonky3's builders, the no-proof check ([`super::check`]) implements it on plain
//! field elements, and both run the same `eval`. A claim carries its name, so that a failing row can say which promise it broke.

use core::ops::{Add, Mul, Sub};

use p3_field::Algebra;
use p3_koala_bear::KoalaBear;

use super::buses::Message;

/// The field of every table: KoalaBear, p = 2^31 − 2^24 + 1.
pub type Val = KoalaBear;

/// Columns of one chip, read from and written to a row in declaration order. Implemented by [`columns!`](crate::columns).
pub trait Columns<T: Copy>: Sized {
    /// Number of columns.
    const WIDTH: usize;
    /// Names of the columns in order; an array `x: [4]` gives `x` four times.
    const NAMES: &'static [&'static str];
    /// Reads the columns from the start of `row`; missing cells read as `zero`, so a short row cannot panic.
    fn read(row: &[T], zero: T) -> Self;
    /// Writes the columns to the start of `row`.
    fn write(&self, row: &mut [T]);
}

/// How often a message counts, with the bound that the backend's height check relies on.
#[derive(Clone, Debug)]
pub enum Multiplicity<E> {
    /// Constrained to 0 or 1 by a claim of the same chip.
    Boolean(E),
    /// Free, allowed only on the providing side of a lookup (rule 3): the table's content is constrained, so counting it often or never
    /// adds no message that is not in the table.
    Provided(E),
}

/// The row under evaluation, and where its claims and messages go.
pub trait ChipBuilder: Sized {
    /// An expression in the cells of the current and next row.
    type Expr: Algebra<Val> + Algebra<Self::Var>;
    /// One cell.
    type Var: Copy
        + Into<Self::Expr>
        + Add<Self::Var, Output = Self::Expr>
        + Add<Self::Expr, Output = Self::Expr>
        + Sub<Self::Var, Output = Self::Expr>
        + Sub<Self::Expr, Output = Self::Expr>
        + Mul<Self::Var, Output = Self::Expr>
        + Mul<Self::Expr, Output = Self::Expr>;

    /// Columns of this row.
    fn current<C: Columns<Self::Var>>(&self) -> C;
    /// Columns of the next row. The last row is its own successor under one backend and meets the first row under the other: claims that use
    /// it are multiplied by [`is_transition`](Self::is_transition), messages never use it (rule 5).
    fn next<C: Columns<Self::Var>>(&self) -> C;
    /// 1 on the first row, else 0.
    fn is_first_row(&self) -> Self::Expr;
    /// 0 on the last row, else 1.
    fn is_transition(&self) -> Self::Expr;
    /// The `index`-th public value of this table.
    fn public_value(&self, index: usize) -> Self::Expr;

    /// States that `zero` is 0 on every row.
    fn claim(&mut self, name: &'static str, zero: impl Into<Self::Expr>);
    /// One message with a signed count: positive is sent, negative is received.
    fn message(&mut self, message: Message<Self::Expr>, count: Multiplicity<Self::Expr>, sign: Sign);

    /// States that `bit` is 0 or 1.
    fn claim_boolean(&mut self, name: &'static str, bit: impl Into<Self::Expr>) {
        let bit = bit.into();
        self.claim(name, bit.clone() * bit.clone() - bit);
    }

    /// States that `left` equals `right`.
    fn claim_equal(&mut self, name: &'static str, left: impl Into<Self::Expr>, right: impl Into<Self::Expr>) {
        self.claim(name, left.into() - right.into());
    }

    /// Sends a message `count` times; `count` is 0 or 1 by a claim of this chip.
    fn send(&mut self, message: Message<Self::Expr>, count: impl Into<Self::Expr>) {
        self.message(message, Multiplicity::Boolean(count.into()), Sign::Send);
    }

    /// Receives a message `count` times; `count` is 0 or 1 by a claim of this chip.
    fn receive(&mut self, message: Message<Self::Expr>, count: impl Into<Self::Expr>) {
        self.message(message, Multiplicity::Boolean(count.into()), Sign::Receive);
    }

    /// Provides a table row to those who look it up (they [`send`](Self::send) the key), as often as was asked for.
    fn provide(&mut self, message: Message<Self::Expr>, times: impl Into<Self::Expr>) {
        self.message(message, Multiplicity::Provided(times.into()), Sign::Receive);
    }
}

/// A chip as the machine, the check and the backend see it.
pub trait Chip: Sync {
    /// Its name in failures, reports and tables.
    fn name(&self) -> &'static str;
    /// Number of columns.
    fn width(&self) -> usize;
    /// Largest degree of a claim in the cells, row selectors counted as 1.
    fn max_degree(&self) -> usize;
    /// Does any claim read the next row? (A table without is opened once instead of twice.)
    fn uses_next_row(&self) -> bool;
    /// Number of public values.
    fn public_values(&self) -> usize {
        0
    }
    /// Its claims and messages on one row.
    fn eval<B: ChipBuilder>(&self, builder: &mut B);
}

/// Direction of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Counts positively.
    Send,
    /// Counts negatively.
    Receive,
}

/// A field of a column struct: one cell, an array of cells, or an array of arrays.
pub trait Cells<T: Copy>: Sized {
    /// How many cells.
    const LEN: usize;
    /// Takes the cells one by one.
    fn take(next: &mut impl FnMut() -> T) -> Self;
    /// Gives the cells one by one.
    fn give(&self, put: &mut impl FnMut(T));
}

impl<T: Copy> Cells<T> for T {
    const LEN: usize = 1;

    fn take(next: &mut impl FnMut() -> T) -> Self {
        next()
    }

    fn give(&self, put: &mut impl FnMut(T)) {
        put(*self);
    }
}

impl<T: Copy, const N: usize> Cells<T> for [T; N] {
    const LEN: usize = N;

    fn take(next: &mut impl FnMut() -> T) -> Self {
        core::array::from_fn(|_| next())
    }

    fn give(&self, put: &mut impl FnMut(T)) {
        for cell in self {
            put(*cell);
        }
    }
}

impl<T: Copy, const N: usize, const M: usize> Cells<T> for [[T; N]; M] {
    const LEN: usize = N * M;

    fn take(next: &mut impl FnMut() -> T) -> Self {
        core::array::from_fn(|_| core::array::from_fn(|_| next()))
    }

    fn give(&self, put: &mut impl FnMut(T)) {
        for cell in self.iter().flatten() {
            put(*cell);
        }
    }
}

/// Declares the columns of a chip: a struct generic over the cell type `T`, with its width, names, reading and writing.
///
/// Fields are of type `T` (one cell), `[T; N]` or `[[T; N]; M]`. Each carries a doc comment: meaning, unit or range, and what binds it.
#[macro_export]
macro_rules! columns {
    (
        $(#[$outer:meta])*
        $vis:vis struct $name:ident<$t:ident> {
            $( $(#[$inner:meta])* $field:ident: $type:ty ),* $(,)?
        }
    ) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug)]
        $vis struct $name<$t> {
            $( $(#[$inner])* $vis $field: $type, )*
        }

        impl<$t: Copy> $crate::chips::builder::Columns<$t> for $name<$t> {
            const WIDTH: usize = 0 $( + <$type as $crate::chips::builder::Cells<$t>>::LEN )*;
            const NAMES: &'static [&'static str] = &{
                // The names do not depend on the cell type; counting them over `u8` lets the array length be a constant.
                type Counted = u8;
                const LEN: usize = <$name<Counted> as $crate::chips::builder::Columns<Counted>>::WIDTH;
                let mut names = [""; LEN];
                let mut at = 0;
                $(
                    let mut left = <$type as $crate::chips::builder::Cells<$t>>::LEN;
                    while left > 0 {
                        names[at] = stringify!($field);
                        at += 1;
                        left -= 1;
                    }
                )*
                let _ = at;
                names
            };

            fn read(row: &[$t], zero: $t) -> Self {
                let mut cells = row.iter().copied();
                let mut next = || cells.next().unwrap_or(zero);
                Self { $( $field: $crate::chips::builder::Cells::take(&mut next), )* }
            }

            fn write(&self, row: &mut [$t]) {
                let mut cells = row.iter_mut();
                let mut put = |value| {
                    if let Some(cell) = cells.next() {
                        *cell = value;
                    }
                };
                $( $crate::chips::builder::Cells::give(&self.$field, &mut put); )*
            }
        }
    };
}
