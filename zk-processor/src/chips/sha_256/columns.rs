//! The row of SHA-256.

use super::ROUNDS;
use crate::chips::gadgets::access::ACCESS_CELLS;
use crate::columns;

columns! {
    /// A chaining value, or four rounds.
    pub struct Sha256Cols<T> {
        /// 1 on a state row. Bound by *a row is a state or four rounds* and the message.
        is_state: T,
        /// 1 on a state row that ends a block. Bound by *a block ends with a state*.
        is_joined: T,
        /// 1 on a state row that begins a block. Bound by *rounds follow each other*.
        starts: T,
        /// Which sixteen rounds: one of the four is 1 on a row of rounds. Bound by *rounds follow each other*.
        group: [T; 4],
        /// Which four of the sixteen. Bound like `group`.
        quarter: [T; 4],
        /// Time of the step. Bound by *a step keeps its time* and the message.
        time: T,
        /// The next cell to read. Bound by *a row of block words reads two cells* and the message.
        cell: T,
        /// 1 if the blocks lie in the input window. Bound by *a step keeps its place* and the message.
        is_window: T,
        /// Bits of a after each round, least significant first; on a state row d, c, b, a. Bound by *a is the sum* or *a state is the sum*.
        a: [[T; 32]; ROUNDS],
        /// Bits of e after each round; on a state row h, g, f, e. Bound by *e is the sum* or *a state is the sum*.
        e: [[T; 32]; ROUNDS],
        /// Bits of the message words; on a state row the first sixteen cells are the limbs of the state before. Bound by the cells read, by *the schedule goes on*,
        /// or by the message.
        w: [[T; 32]; ROUNDS],
        /// Limbs of Σ0(a) + Maj(a, b, c) of each round, unreduced. Bound by *sigma and majority*.
        upper_sum: [[T; 2]; ROUNDS],
        /// Limbs of Σ1(e) + Ch(e, f, g) of each round, unreduced. Bound by *sigma and choice*.
        lower_sum: [[T; 2]; ROUNDS],
        /// Limbs of `w[t]` + σ0(`w[t+1]`) for the four t of the row before. Bound by *the schedule's first sum*.
        first_sum: [[T; 2]; ROUNDS],
        /// The same for the four t two rows before, with `w[t+9]` where it is known. Bound by *the schedule's second sum*.
        second_sum: [[T; 2]; ROUNDS],
        /// The same for the four t three rows before, complete. Bound by *the schedule's third sum* and *the schedule goes on*.
        third_sum: [[T; 2]; ROUNDS],
        /// Carries of the limbs of e, three times this bit and `e_carry_rest`. Bound by *a carry is small*.
        e_carry_threes: [[T; 2]; ROUNDS],
        /// 0, 1 or 2. Bound by *a carry is small*.
        e_carry_rest: [[T; 2]; ROUNDS],
        /// Bits of the carries of the limbs of a, plus 1: two for the low limb, two for the high one. On a state row the carries of its sums: those of `a`, then
        /// those of `e`. Bound by *a carry is small*.
        a_carry: [[T; 4]; ROUNDS],
        /// Bits of the carries of the limbs of w, two for each. Bound by *a carry is small*.
        w_carry: [[T; 4]; ROUNDS],
        /// Reads of the two cells, unused in the window.
        reads: [[T; ACCESS_CELLS]; 2],
    }
}
