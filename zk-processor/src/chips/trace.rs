//! The filled table of one chip, kept column by column as the backend commits it.

use alloc::vec;
use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::builder::{Columns, Val};

/// A table: `width` columns of 2^`height_log2` cells, one column after the other.
#[derive(Clone, Debug)]
pub struct Trace {
    width: usize,
    height_log2: u32,
    cells: Vec<Val>,
    /// The row that is being written; kept, so that a row costs no allocation.
    row: Vec<Val>,
}

impl Trace {
    /// A table of zeros.
    pub fn zero(width: usize, height_log2: u32) -> Self {
        Self {
            width,
            height_log2,
            cells: vec![Val::ZERO; width << height_log2],
            row: Vec::new(),
        }
    }

    /// The smallest table of at least `minimum_log2` that holds `rows` rows.
    pub fn with_rows(width: usize, rows: usize, minimum_log2: u32) -> Self {
        Self::zero(width, rows.max(1).next_power_of_two().ilog2().max(minimum_log2))
    }

    /// Number of columns.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Rows, as a power of two.
    pub const fn height_log2(&self) -> u32 {
        self.height_log2
    }

    /// Number of rows.
    pub const fn height(&self) -> usize {
        1 << self.height_log2
    }

    /// One column, if there is one with this number.
    pub fn column(&self, column: usize) -> Option<&[Val]> {
        self.cells.chunks_exact(self.height()).nth(column)
    }

    /// The cell in `column` of `row`.
    ///
    /// # Panics
    /// If there is no such cell: traces are made here, never read from outside.
    pub fn cell(&self, row: usize, column: usize) -> Val {
        self.cells[column * self.height() + row]
    }

    /// Overwrites one cell. See [`Self::cell`] on panics.
    pub fn set(&mut self, row: usize, column: usize, value: Val) {
        let at = column * self.height() + row;
        self.cells[at] = value;
    }

    /// Writes the columns of `row`.
    pub fn write<C: Columns<Val>>(&mut self, row: usize, columns: &C) {
        let mut cells = core::mem::take(&mut self.row);
        cells.clear();
        cells.resize(C::WIDTH, Val::ZERO);
        columns.write(&mut cells);
        for (column, cell) in cells.iter().enumerate() {
            self.set(row, column, *cell);
        }
        self.row = cells;
    }

    /// The cells of one row in column order.
    pub fn row(&self, row: usize) -> Vec<Val> {
        (0..self.width).map(|column| self.cell(row, column)).collect()
    }

    /// All cells, column after column: the layout that the backend commits.
    pub fn into_columns(self) -> Vec<Val> {
        self.cells
    }
}
