//! Canonical bytes of an artefact: exactly one encoding for each artefact, trailing bytes are an error.
//!
//! All numbers are little-endian; a list is its length (4 bytes) and its items; a name is its length (4 bytes) and its UTF-8 bytes.
//!
//! ```text
//! "ZKPROG01", variant 4, verdict 1, initial pages 4, max pages 4,
//! code: list of rows of 16 bytes, entries: list of (pc 4, type 4),
//! image: list of (index 4, 8 cells of 8), indices ascending, no leaf all zero,
//! interface: types: list of (parameters: list of 1, results: list of 1), imports: list of (module, name, type 4),
//!            exports: list of (name, kind 1, index 4, value type 1), names ascending, start + 1: 4
//! ```

use alloc::string::String;
use alloc::vec::Vec;

use super::{
    Artefact, Entry, Export, ExportKind, FunctionType, Image, ImageLeaf, Import, Interface, ValueType, Verdict,
};
use crate::isa::instruction::INSTRUCTION_BYTES;
use crate::isa::spaces::LEAF_CELLS;
use crate::isa::{Instruction, InstructionError};

const MAGIC: &[u8; 8] = b"ZKPROG01";

/// Why bytes are not an artefact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArtefactError {
    /// The bytes end before the artefact does.
    #[error("artefact ends early: {expected} more bytes expected at offset {offset}")]
    EndsEarly {
        /// Where more bytes were expected.
        offset: usize,
        /// How many (bytes).
        expected: usize,
    },
    /// The first bytes are not those of an artefact of this version.
    #[error("not an artefact of this version")]
    Magic,
    /// Bytes follow the artefact.
    #[error("{0} bytes after the end of the artefact")]
    TrailingBytes(usize),
    /// A code row is not canonical.
    #[error("code row {row}: {error}")]
    Instruction {
        /// Row number.
        row: usize,
        /// What is wrong with it.
        error: InstructionError,
    },
    /// A field has a value that no lowering yields.
    #[error("{0} is not canonical")]
    NotCanonical(&'static str),
}

/// The canonical bytes.
#[must_use]
pub fn to_bytes(artefact: &Artefact) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(
        artefact.code.len() * INSTRUCTION_BYTES
            + artefact.entries.len() * 8
            + artefact.image.leaves().len() * 68
            + 4096,
    );
    bytes.extend_from_slice(MAGIC);
    put_u32(&mut bytes, artefact.variant);
    bytes.push(artefact.verdict as u8);
    put_u32(&mut bytes, artefact.initial_pages);
    put_u32(&mut bytes, artefact.max_pages);
    put_len(&mut bytes, artefact.code.len());
    for row in &artefact.code {
        bytes.extend_from_slice(&row.to_bytes());
    }
    put_len(&mut bytes, artefact.entries.len());
    for entry in &artefact.entries {
        put_u32(&mut bytes, entry.pc);
        put_u32(&mut bytes, entry.type_index);
    }
    put_len(&mut bytes, artefact.image.leaves().len());
    for leaf in artefact.image.leaves() {
        put_u32(&mut bytes, leaf.index);
        for cell in leaf.cells {
            bytes.extend_from_slice(&cell.to_le_bytes());
        }
    }
    put_interface(&mut bytes, &artefact.interface);
    bytes
}

/// The canonical bytes of an interface; their digest is part of the header.
#[must_use]
pub fn interface_bytes(interface: &Interface) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_interface(&mut bytes, interface);
    bytes
}

fn put_u32(bytes: &mut Vec<u8>, value: u32) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

fn put_len(bytes: &mut Vec<u8>, len: usize) {
    put_u32(bytes, len as u32);
}

fn put_name(bytes: &mut Vec<u8>, name: &str) {
    put_len(bytes, name.len());
    bytes.extend_from_slice(name.as_bytes());
}

fn put_types(bytes: &mut Vec<u8>, types: &[ValueType]) {
    put_len(bytes, types.len());
    bytes.extend(types.iter().map(|value_type| *value_type as u8));
}

fn put_interface(bytes: &mut Vec<u8>, interface: &Interface) {
    put_len(bytes, interface.types.len());
    for function_type in &interface.types {
        put_types(bytes, &function_type.parameters);
        put_types(bytes, &function_type.results);
    }
    put_len(bytes, interface.imports.len());
    for import in &interface.imports {
        put_name(bytes, &import.module);
        put_name(bytes, &import.name);
        put_u32(bytes, import.type_index);
    }
    put_len(bytes, interface.exports.len());
    for export in &interface.exports {
        put_name(bytes, &export.name);
        let (kind, index, value_type) = match export.kind {
            ExportKind::Function(index) => (0, index, 0),
            ExportKind::Table(index) => (1, index, 0),
            ExportKind::Memory => (2, 0, 0),
            ExportKind::Global(index, value_type) => (3, index, value_type as u8),
        };
        bytes.push(kind);
        put_u32(bytes, index);
        bytes.push(value_type);
    }
    put_u32(bytes, interface.start.map_or(0, |start| start + 1));
}

/// Reads canonical bytes.
///
/// # Errors
/// Bytes that are not the canonical encoding of an artefact.
pub fn from_bytes(bytes: &[u8]) -> Result<Artefact, ArtefactError> {
    let mut reader = Reader { bytes, offset: 0 };
    if reader.array()? != *MAGIC {
        return Err(ArtefactError::Magic);
    }
    let variant = reader.u32()?;
    let verdict = Verdict::from_u8(reader.u8()?).ok_or(ArtefactError::NotCanonical("verdict"))?;
    let (initial_pages, max_pages) = (reader.u32()?, reader.u32()?);
    let code = reader.list(INSTRUCTION_BYTES, |reader, row| {
        Instruction::from_bytes(&reader.array()?).map_err(|error| ArtefactError::Instruction { row, error })
    })?;
    let entries = reader.list(8, |reader, _| {
        Ok(Entry {
            pc: reader.u32()?,
            type_index: reader.u32()?,
        })
    })?;
    let leaves = reader.list(4 + 8 * LEAF_CELLS, |reader, _| {
        let mut leaf = ImageLeaf {
            index: reader.u32()?,
            cells: [0; LEAF_CELLS],
        };
        for cell in &mut leaf.cells {
            *cell = u64::from_le_bytes(reader.array()?);
        }
        if leaf.cells == [0; LEAF_CELLS] {
            Err(ArtefactError::NotCanonical("zero leaf"))
        } else {
            Ok(leaf)
        }
    })?;
    let image = Image::from_leaves(leaves).ok_or(ArtefactError::NotCanonical("order of leaves"))?;
    let interface = read_interface(&mut reader)?;
    match reader.bytes.len() - reader.offset {
        0 => Ok(Artefact {
            variant,
            verdict,
            initial_pages,
            max_pages,
            code,
            entries,
            image,
            interface,
        }),
        trailing => Err(ArtefactError::TrailingBytes(trailing)),
    }
}

fn read_interface(reader: &mut Reader<'_>) -> Result<Interface, ArtefactError> {
    let types = reader.list(8, |reader, _| {
        Ok(FunctionType {
            parameters: reader.value_types()?,
            results: reader.value_types()?,
        })
    })?;
    let imports = reader.list(12, |reader, _| {
        Ok(Import {
            module: reader.name()?,
            name: reader.name()?,
            type_index: reader.u32()?,
        })
    })?;
    let exports = reader.list(10, |reader, _| {
        let name = reader.name()?;
        let (kind, index, value_type) = (reader.u8()?, reader.u32()?, reader.u8()?);
        let kind = match (kind, index, value_type) {
            (0, _, 0) => ExportKind::Function(index),
            (1, _, 0) => ExportKind::Table(index),
            (2, 0, 0) => ExportKind::Memory,
            (3, ..) => {
                let value_type = ValueType::from_u8(value_type).ok_or(ArtefactError::NotCanonical("value type"))?;
                ExportKind::Global(index, value_type)
            }
            _ => return Err(ArtefactError::NotCanonical("export")),
        };
        Ok(Export { name, kind })
    })?;
    if !exports
        .windows(2)
        .all(|pair| matches!(pair, [first, second] if first.name < second.name))
    {
        return Err(ArtefactError::NotCanonical("order of exports"));
    }
    let start = reader.u32()?.checked_sub(1);
    Ok(Interface {
        types,
        imports,
        exports,
        start,
    })
}

struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], ArtefactError> {
        let rest = self.bytes.get(self.offset..).unwrap_or_default();
        let taken = rest.get(..len).ok_or(ArtefactError::EndsEarly {
            offset: self.offset,
            expected: len,
        })?;
        self.offset += len;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ArtefactError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u8(&mut self) -> Result<u8, ArtefactError> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    fn u32(&mut self) -> Result<u32, ArtefactError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// A list; `item_len` is the least length of an item, so that a length that cannot be true is refused before allocating.
    fn list<T>(
        &mut self,
        item_len: usize,
        mut item: impl FnMut(&mut Self, usize) -> Result<T, ArtefactError>,
    ) -> Result<Vec<T>, ArtefactError> {
        let len = self.u32()? as usize;
        let expected = len.saturating_mul(item_len);
        if self.bytes.len() - self.offset < expected {
            return Err(ArtefactError::EndsEarly {
                offset: self.offset,
                expected,
            });
        }
        (0..len).map(|index| item(self, index)).collect()
    }

    fn name(&mut self) -> Result<String, ArtefactError> {
        let len = self.u32()? as usize;
        let bytes = self.take(len)?;
        core::str::from_utf8(bytes)
            .map(String::from)
            .map_err(|_| ArtefactError::NotCanonical("name"))
    }

    fn value_types(&mut self) -> Result<Vec<ValueType>, ArtefactError> {
        self.list(1, |reader, _| {
            ValueType::from_u8(reader.u8()?).ok_or(ArtefactError::NotCanonical("value type"))
        })
    }
}
