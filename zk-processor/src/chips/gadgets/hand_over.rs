//! A row of a sandbox that gives control back to the runtime: a trap, a host call, a return, or a charge that is not covered.
//!
//! # Proves
//! The row consumes its tuple and its line of the program. In place of a next tuple it sends `HandOver`: the sandbox's tuple as it is to be saved, and the
//! reason. Frame, pages and stack are saved as they are; pc and gas are the chip's.
//!
//! # How
//! One message, received once by [`super::super::hand_over`], which requires that the context is a sandbox, checks that gas is in [0, 2^30), writes the control
//! cells and goes on with the runtime's tuple. So a row that takes its own charge before it traps need not prove that it was covered.
//!
//! # Events
//! The accesses of such an event are the row's own, then those of the hand-over: the last [`HAND_OVER_ACCESSES`].

use p3_field::PrimeCharacteristicRing;

use super::execution::{ExecutionCols, Fetched};
use crate::chips::builder::ChipBuilder;
use crate::chips::buses::{Message, Tag};
use crate::chips::event::{Access, Event};
use crate::isa::{EventKind, Trap};

/// Accesses to control cells with which an event ends that gives control back: the runtime's and the sandbox's tuple, two each, then kind, detail, settled,
/// gas left and pages.
pub const HAND_OVER_ACCESSES: usize = 9;

/// Why a sandbox gives control back, and what of its tuple changes.
#[derive(Clone, Debug)]
pub struct Reason<E> {
    /// The row where it may go on.
    pub pc: E,
    /// Gas afterwards.
    pub gas_left: E,
    /// An [`EventKind`].
    pub kind: E,
    /// 16-bit limbs of the event's detail.
    pub detail: [E; 3],
    /// Operators of a call's own charge that are covered but not taken.
    pub settled: E,
}

impl<T: Copy> ExecutionCols<T> {
    /// A trap with this code, after the row's own charge.
    pub fn trap<E>(&self, gas: E, code: E) -> Reason<E>
    where
        T: Into<E>,
        E: PrimeCharacteristicRing,
    {
        Reason {
            pc: self.pc.into(),
            gas_left: self.gas_left.into() - gas,
            kind: E::from_u32(EventKind::Trapped as u32),
            detail: [code, E::ZERO, E::ZERO],
            settled: E::ZERO,
        }
    }

    /// Consumes the tuple, fetches the instruction and gives control back; `count` is 0 or 1 by a claim of the chip.
    pub fn give_back<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        fetched: Fetched<B::Expr>,
        reason: Reason<B::Expr>,
        count: &B::Expr,
    ) where
        T: Into<B::Expr>,
    {
        self.consume(builder, fetched, count);
        let [d0, d1, d2] = reason.detail;
        let fields = [
            reason.pc,
            self.frame_pointer.into(),
            self.time.into(),
            self.context.into(),
            self.pages.into(),
            reason.gas_left,
            self.stack_left.into(),
            reason.kind,
            d0,
            d1,
            d2,
            reason.settled,
        ];
        builder.send(Message::new(Tag::HandOver, fields), count.clone());
    }
}

/// The code of a trap as an expression.
pub fn code_of<E: PrimeCharacteristicRing>(trap: Trap) -> E {
    E::from_u32(trap as u32)
}

/// An event that gives control back: the row's own accesses, and those of the hand-over. `None` if there are too few.
pub fn split_accesses(event: &Event) -> Option<(&[Access], &[Access; HAND_OVER_ACCESSES])> {
    event.accesses.split_last_chunk()
}
