//! The input window: what a guest reads from address 2^31 on.
//!
//! The window is read-only and as long as the address space allows; behind the input it reads 0. By convention of the guest SDK
//! it begins with two lengths, so that a guest finds what the statement is about (public) apart from what only helps to prove
//! it (witness):
//!
//! ```text
//! length of the public input (8 bytes), length of the witness (8 bytes),
//! public input, padded with zeros to a multiple of 8 bytes, witness
//! ```

use alloc::vec::Vec;

use sha2::Digest;

/// The content of the input window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    bytes: Vec<u8>,
}

impl Input {
    /// The window that the guest SDK expects.
    #[must_use]
    pub fn new(public: &[u8], witness: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(16 + public.len() + 8 + witness.len());
        bytes.extend_from_slice(&(public.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&(witness.len() as u64).to_le_bytes());
        bytes.extend_from_slice(public);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes.extend_from_slice(witness);
        Self { bytes }
    }

    /// A window with exactly these bytes.
    #[must_use]
    pub fn raw(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// The bytes, from the start of the window.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The public output of a guest of the SDK that commits to these bytes: the SHA-256 digest of the public input's length, the
    /// public input and the bytes.
    #[must_use]
    pub fn output_digest(&self, output: &[u8]) -> [u8; 32] {
        let len = self.bytes.first_chunk().map_or(0, |len| u64::from_le_bytes(*len));
        let public = usize::try_from(len)
            .ok()
            .and_then(|len| self.bytes.get(16..)?.get(..len))
            .unwrap_or_default();
        let mut hasher = sha2::Sha256::new();
        hasher.update(len.to_le_bytes());
        hasher.update(public);
        hasher.update(output);
        hasher.finalize().into()
    }

    /// A cell of the window: 8 little-endian bytes.
    #[must_use]
    pub fn cell(&self, cell: u32) -> u64 {
        self.read::<8>(u64::from(cell) * 8)
    }

    /// Eight cells of the window.
    #[must_use]
    pub fn leaf(&self, leaf: u32) -> [u64; 8] {
        core::array::from_fn(|cell| self.cell(leaf * 8 + cell as u32))
    }

    /// `N` little-endian bytes at an offset into the window.
    pub(crate) fn read<const N: usize>(&self, offset: u64) -> u64 {
        let mut value = [0; 8];
        self.read_bytes(offset, &mut value[..N]);
        u64::from_le_bytes(value)
    }

    pub(crate) fn read_bytes(&self, offset: u64, bytes: &mut [u8]) {
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|offset| self.bytes.get(offset..))
            .unwrap_or_default();
        let present = rest.len().min(bytes.len());
        let (from_input, behind) = bytes.split_at_mut(present);
        from_input.copy_from_slice(&rest[..present]);
        behind.fill(0);
    }
}
