//! The effective address of a load or store.
//!
//! # Proves
//! page · 2^16 + 8 · `cell_in_page` + byte = base + offset as integers, where byte < 8 is the chip's and `page` comes out as an expression. 32-bit
//! addresses exceed p, so only limbs and the cell's index (below 2^29) ever stand in the field (rule 12).
//!
//! # How
//! The low 16 bits, 8 · `cell_in_page` + byte, are a 16-bit value and so is `cell_in_page`: both below 2^20, nothing wraps, and byte is the address
//! modulo 8. The carry into the upper limb is (base₀ + offset₀ − low) / 2^16 and must be a bit. `page` is base₁ + offset₁ + carry, at most
//! 2^17 − 1; its 17th bit is bit 33 of the address, and the bound on `page` that the row proves excludes it.
//!
//! # Assumes
//! Limbs of base and offset are 16-bit values: the first come from the memory bus, the second from the program.

use p3_field::PrimeCharacteristicRing;

use crate::chips::builder::{ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::byte_table::ByteLookups;
use crate::columns;

/// 2^-16 modulo p: a carry is what a limb sum leaves over, divided by 2^16.
pub const INVERSE_OF_2_16: u32 = 2_130_673_921;

columns! {
    /// What an effective address adds to a row.
    pub struct AddressCols<T> {
        /// x0 x1: limbs of the offset. Bound by the fetch.
        offset: [T; 2],
        /// Limbs of the address operand. Bound by the read of its slot.
        base: [T; 2],
        /// Bits 3..16 of the address. Bound by *the address is the sum* and two range lookups.
        cell_in_page: T,
    }
}

/// Cells of [`AddressCols`].
pub const ADDRESS_CELLS: usize = <AddressCols<Val> as Columns<Val>>::WIDTH;

/// An effective address in the two forms that rows need.
#[derive(Clone, Debug)]
pub struct Address<E> {
    /// Bits 16.. of the address, below 2^17.
    pub page: E,
    /// The address divided by 8, if the page is below 2^16.
    pub cell: E,
}

impl<T: Copy> AddressCols<T> {
    /// The address base + offset, whose remainder modulo 8 is `byte`; `count` is 0 or 1 by a claim of the chip.
    pub fn effective<B: ChipBuilder<Var = T>>(
        &self,
        builder: &mut B,
        byte: B::Expr,
        count: &B::Expr,
    ) -> Address<B::Expr>
    where
        T: Into<B::Expr>,
    {
        let [base, offset]: [[B::Expr; 2]; 2] = [self.base, self.offset].map(|limbs| limbs.map(Into::into));
        let ([base_low, base_high], [offset_low, offset_high]) = (base, offset);
        let cell_in_page: B::Expr = self.cell_in_page.into();
        let low = cell_in_page.clone() * B::Expr::from_u32(8) + byte;
        builder.send(Message::range16(low.clone()), count.clone());
        builder.send(Message::range16(cell_in_page.clone()), count.clone());
        let carry = (base_low + offset_low - low) * B::Expr::from_u32(INVERSE_OF_2_16);
        builder.claim_boolean("the address is the sum", carry.clone());
        let page = base_high + offset_high + carry;
        Address {
            cell: cell_in_page + page.clone() * B::Expr::from_u32(1 << 13),
            page,
        }
    }
}

/// Selectors of where an access begins: `at[i]` is 1 if the address is 2i modulo 8, all 0 on padding. Returns the row's count and the address modulo 8.
pub fn begins_at_limb<B: ChipBuilder, const N: usize>(builder: &mut B, at: [B::Var; N]) -> (B::Expr, B::Expr) {
    let (mut count, mut byte) = (B::Expr::ZERO, B::Expr::ZERO);
    for (limb, selector) in (0..).zip(at) {
        builder.claim_boolean("each offset is a bit", selector);
        let selector: B::Expr = selector.into();
        count += selector.clone();
        byte += selector * B::Expr::from_u32(2 * limb);
    }
    builder.claim_boolean("one offset or padding", count.clone());
    (count, byte)
}

/// The selectors of [`begins_at_limb`] for an address.
pub fn limb_selectors<const N: usize>(address: u32) -> [Val; N] {
    core::array::from_fn(|limb| Val::from_bool(address as usize % 8 / 2 == limb))
}

/// The limb that the selectors of [`begins_at_limb`] choose, `ahead` limbs further on.
pub fn chosen<B: ChipBuilder>(at: &[B::Var], limbs: &[B::Var], ahead: usize) -> B::Expr {
    at.iter()
        .zip(limbs.iter().skip(ahead))
        .fold(B::Expr::ZERO, |sum, (selector, limb)| {
            sum + Into::<B::Expr>::into(*selector) * Into::<B::Expr>::into(*limb)
        })
}

impl AddressCols<Val> {
    /// The columns of an address, with the lookups it asks for.
    pub fn filled(base: u32, offset: u32, lookups: &mut ByteLookups) -> Self {
        let low = base.wrapping_add(offset) as u16;
        lookups.ask_range16(low);
        lookups.ask_range16(low >> 3);
        let limbs = |value: u32| [Val::from_u16(value as u16), Val::from_u16((value >> 16) as u16)];
        Self {
            offset: limbs(offset),
            base: limbs(base),
            cell_in_page: Val::from_u16(low >> 3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_is_the_inverse() {
        assert_eq!(Val::from_u32(INVERSE_OF_2_16) * Val::from_u32(1 << 16), Val::ONE);
    }
}
