//! Sparse storage: linear memory by pages of 64 KiB, other spaces by pages of 512 cells. Untouched pages do not exist.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use crate::isa::spaces::PAGE_BYTES;

const PAGE: usize = PAGE_BYTES as usize;
const CELLS: usize = 512;

/// The limit on storage is reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Full;

/// Storage that may still be taken (bytes).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance(pub(crate) u64);

impl Allowance {
    fn take(&mut self, bytes: usize) -> Result<(), Full> {
        self.0 = self.0.checked_sub(bytes as u64).ok_or(Full)?;
        Ok(())
    }
}

/// A zeroed boxed array, made without passing through the stack.
fn zeroed<T: Clone + Default, const N: usize>() -> Box<[T; N]> {
    vec![T::default(); N]
        .into_boxed_slice()
        .try_into()
        .unwrap_or_else(|_| unreachable!("the length is N"))
}

/// Linear memory.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    pages: Vec<Option<Box<[u8; PAGE]>>>,
    len: u64,
    allowance: Allowance,
}

impl Memory {
    pub(crate) fn new(pages: u32, allowance: Allowance) -> Self {
        let mut memory = Self {
            pages: Vec::new(),
            len: 0,
            allowance,
        };
        memory.resize(pages);
        memory
    }

    /// Size (bytes).
    #[inline(always)]
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Size (Wasm pages).
    pub(crate) fn pages(&self) -> u32 {
        self.pages.len() as u32
    }

    /// Sets the size, which only grows (Wasm pages).
    pub(crate) fn resize(&mut self, pages: u32) {
        self.pages.resize(pages as usize, None);
        self.len = u64::from(pages) * PAGE_BYTES;
    }

    /// Reads `N` little-endian bytes, at most 8; the range lies within [`Self::len`].
    #[inline(always)]
    pub(crate) fn read<const N: usize>(&self, address: u64) -> u64 {
        let offset = address as usize % PAGE;
        if offset + N <= PAGE {
            match self.pages.get(address as usize / PAGE) {
                Some(Some(page)) => {
                    let mut bytes = [0; 8];
                    bytes[..N].copy_from_slice(&page[offset..offset + N]);
                    u64::from_le_bytes(bytes)
                }
                _ => 0,
            }
        } else {
            self.read_across::<N>(address)
        }
    }

    #[cold]
    fn read_across<const N: usize>(&self, address: u64) -> u64 {
        let mut bytes = [0; 8];
        self.read_bytes(address, &mut bytes[..N]);
        u64::from_le_bytes(bytes)
    }

    /// Writes the low `N` bytes; the range lies within [`Self::len`].
    #[inline(always)]
    pub(crate) fn write<const N: usize>(&mut self, address: u64, value: u64) -> Result<(), Full> {
        let offset = address as usize % PAGE;
        if offset + N <= PAGE {
            let page = match self.pages.get_mut(address as usize / PAGE) {
                Some(Some(page)) => page,
                _ => self.page(address as usize / PAGE)?,
            };
            page[offset..offset + N].copy_from_slice(&value.to_le_bytes()[..N]);
            Ok(())
        } else {
            self.write_bytes(address, &value.to_le_bytes()[..N])
        }
    }

    #[cold]
    fn page(&mut self, index: usize) -> Result<&mut Box<[u8; PAGE]>, Full> {
        let page = self.pages.get_mut(index).ok_or(Full)?;
        if page.is_none() {
            self.allowance.take(PAGE)?;
        }
        Ok(page.get_or_insert_with(zeroed))
    }

    /// The 8-byte cell with this index.
    pub(crate) fn cell(&self, index: u64) -> u64 {
        self.read::<8>(index * 8)
    }

    /// Reads a range that lies within [`Self::len`].
    pub(crate) fn read_bytes(&self, address: u64, bytes: &mut [u8]) {
        let mut at = address as usize;
        let mut rest = bytes;
        while !rest.is_empty() {
            let offset = at % PAGE;
            let part = rest.len().min(PAGE - offset);
            let (now, later) = rest.split_at_mut(part);
            match self.pages.get(at / PAGE) {
                Some(Some(page)) => now.copy_from_slice(&page[offset..offset + part]),
                _ => now.fill(0),
            }
            at += part;
            rest = later;
        }
    }

    /// Writes a range that lies within [`Self::len`].
    pub(crate) fn write_bytes(&mut self, address: u64, bytes: &[u8]) -> Result<(), Full> {
        let mut at = address as usize;
        let mut rest = bytes;
        while !rest.is_empty() {
            let offset = at % PAGE;
            let part = rest.len().min(PAGE - offset);
            let (now, later) = rest.split_at(part);
            self.page(at / PAGE)?[offset..offset + part].copy_from_slice(now);
            at += part;
            rest = later;
        }
        Ok(())
    }
}

/// Cells of a sparse space; untouched ones are 0.
#[derive(Clone, Debug)]
pub(crate) struct Cells {
    pages: Vec<Option<Box<[u64; CELLS]>>>,
    allowance: Allowance,
}

impl Cells {
    pub(crate) fn new(allowance: Allowance) -> Self {
        Self {
            pages: Vec::new(),
            allowance,
        }
    }

    #[inline]
    pub(crate) fn get(&self, index: u64) -> u64 {
        match self.pages.get(index as usize / CELLS) {
            Some(Some(page)) => page[index as usize % CELLS],
            _ => 0,
        }
    }

    #[inline]
    pub(crate) fn set(&mut self, index: u64, value: u64) -> Result<(), Full> {
        match self.pages.get_mut(index as usize / CELLS) {
            Some(Some(page)) => page[index as usize % CELLS] = value,
            _ => self.page(index as usize / CELLS)?[index as usize % CELLS] = value,
        }
        Ok(())
    }

    #[cold]
    fn page(&mut self, index: usize) -> Result<&mut Box<[u64; CELLS]>, Full> {
        if index >= self.pages.len() {
            self.allowance
                .take((index + 1 - self.pages.len()) * size_of::<usize>())?;
            self.pages.resize(index + 1, None);
        }
        let page = self.pages.get_mut(index).ok_or(Full)?;
        if page.is_none() {
            self.allowance.take(CELLS * 8)?;
        }
        Ok(page.get_or_insert_with(zeroed))
    }
}
