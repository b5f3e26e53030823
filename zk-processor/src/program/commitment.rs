//! The root R: Poseidon2 over KoalaBear (width 16, the published parameters of `p3-koala-bear`).
//!
//! * compression: `compress(l, r)` = the first 8 elements of the permutation of `l ‖ r`;
//! * a leaf has 32 elements e: `compress(compress(e0..8, e8..16), compress(e16..24, e24..32))`;
//! * trees have a fixed depth, absent leaves are zero, inner nodes are `compress(left, right)`;
//! * code tree: 4 rows of 8 elements a leaf, depth 22; entry map: 16 entries (pc, type) a leaf, depth 16; context tree: 8 cells
//!   of four 16-bit limbs a leaf, depth 29;
//! * interface: its canonical bytes as 16-bit little-endian limbs, zero-padded to blocks of 8; the state starts as
//!   (0 × 8, length in bytes, 0 × 7); each block overwrites elements 0..8, then the permutation; the first 8 elements result;
//! * R = compress(compress(compress(compress(scalars, code root), entry root), initial root), interface digest), where the
//!   scalars are ISA version, variant, verdict, initial pages, max pages, rows, functions, start + 1.

use alloc::vec::Vec;
use core::array;

use p3_field::{Field, PackedValue, PrimeCharacteristicRing, PrimeField32};
use p3_koala_bear::{KoalaBear, Poseidon2KoalaBear, default_koalabear_poseidon2_16};
use p3_symmetric::Permutation;

use super::{Artefact, Header, encoding};
use crate::isa::spaces::{ISA_VERSION, LEAF_CELLS};

/// Eight canonical KoalaBear elements.
pub type Digest = [u32; 8];

/// The field's modulus p.
pub const MODULUS: u32 = KoalaBear::ORDER_U32;

/// The digest of nothing: absent parts of a refused artefact.
pub const ZERO_DIGEST: Digest = [0; 8];

/// Depth of the code tree.
pub const CODE_DEPTH: usize = 22;
/// Depth of the entry map.
pub const ENTRY_DEPTH: usize = 16;
/// Depth of a context tree.
pub const CONTEXT_DEPTH: usize = 29;
/// Rows in a leaf of the code tree.
pub const ROWS_PER_LEAF: usize = 4;
/// Entries in a leaf of the entry map.
pub const ENTRIES_PER_LEAF: usize = 16;

const LEAF_ELEMENTS: usize = 32;

/// Eight field elements: a digest as tables hold it.
pub type Node = [KoalaBear; 8];

/// The elements of a leaf.
type LeafElements = [KoalaBear; LEAF_ELEMENTS];

/// As many elements as the processor's vectors hold.
type Packed = <KoalaBear as Field>::Packing;

/// The permutation with its constants at hand.
#[derive(Clone, Debug)]
pub struct Hasher {
    permutation: Poseidon2KoalaBear<16>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

impl Hasher {
    /// A hasher; making one allocates the round constants.
    #[must_use]
    pub fn new() -> Self {
        Self {
            permutation: default_koalabear_poseidon2_16(),
        }
    }

    /// The step of the precompile: elements 0..8 of the state become the block (modulo p), then the permutation.
    pub fn absorb(&self, state: &mut [u32; 16], block: &[u32; 8]) {
        let mut elements = state.map(element);
        for (to, from) in elements.iter_mut().zip(block) {
            *to = element(*from);
        }
        self.permutation.permute_mut(&mut elements);
        *state = elements.map(|element| element.as_canonical_u32());
    }

    /// The 2-to-1 compression.
    #[must_use]
    pub fn compress(&self, left: &Digest, right: &Digest) -> Digest {
        to_digest(&self.compress_nodes(&left.map(element), &right.map(element)))
    }

    /// The 2-to-1 compression of field elements.
    pub fn compress_nodes(&self, left: &Node, right: &Node) -> Node {
        let mut state = [KoalaBear::ZERO; 16];
        let (low, high) = state.split_at_mut(8);
        low.copy_from_slice(left);
        high.copy_from_slice(right);
        self.permutation.permute_mut(&mut state);
        first_eight(&state)
    }

    /// The 2-to-1 compressions of many pairs, as many at once as the processor's vectors hold.
    pub fn compress_all(&self, pairs: &[[Node; 2]]) -> Vec<Node> {
        let mut digests = Vec::with_capacity(pairs.len());
        for part in pairs.chunks(Packed::WIDTH) {
            if let [[left, right]] = part {
                digests.push(self.compress_nodes(left, right));
                continue;
            }
            let lane = |lane: usize, at: usize| part.get(lane).map_or(KoalaBear::ZERO, |pair| pair[at / 8][at % 8]);
            let mut state: [Packed; 16] = array::from_fn(|at| Packed::from_fn(|index| lane(index, at)));
            self.permutation.permute_mut(&mut state);
            let digest = |lane: usize| array::from_fn(|at| state[at].as_slice()[lane]);
            digests.extend((0..part.len()).map(digest));
        }
        digests
    }

    /// Digest of a leaf.
    pub(crate) fn leaf(&self, elements: &LeafElements) -> Node {
        let [left, right] = halves(elements).map(|[left, right]| self.compress_nodes(&left, &right));
        self.compress_nodes(&left, &right)
    }

    /// Digests of many leaves.
    pub(crate) fn leaves(&self, leaves: impl Iterator<Item = LeafElements>) -> Vec<Node> {
        let pairs: Vec<_> = leaves.flat_map(|elements| halves(&elements)).collect();
        self.compress_all(self.compress_all(&pairs).as_chunks().0)
    }

    /// Root of a tree whose leaves other than these are zero. `leaves` ascend by index.
    fn root(&self, leaves: impl Iterator<Item = (u32, LeafElements)>, depth: usize) -> Node {
        let (mut indices, leaves): (Vec<u32>, Vec<_>) = leaves.unzip();
        let mut nodes = self.leaves(leaves.into_iter());
        let mut empty = self.leaf(&[KoalaBear::ZERO; LEAF_ELEMENTS]);
        for _ in 0..depth {
            let mut pairs: Vec<[Node; 2]> = Vec::with_capacity(nodes.len());
            let mut parents: Vec<u32> = Vec::with_capacity(nodes.len());
            for (index, node) in indices.iter().zip(&nodes) {
                if parents.last() != Some(&(index / 2)) {
                    parents.push(index / 2);
                    pairs.push([empty; 2]);
                }
                if let Some(pair) = pairs.last_mut() {
                    pair[*index as usize % 2] = *node;
                }
            }
            nodes = self.compress_all(&pairs);
            indices = parents;
            empty = self.compress_nodes(&empty, &empty);
        }
        nodes.first().copied().unwrap_or(empty)
    }

    /// Digest of a byte string, as the interface is hashed.
    #[must_use]
    pub fn bytes(&self, bytes: &[u8]) -> Digest {
        let mut state = [0; 16];
        state[8] = bytes.len() as u32;
        for block in bytes.chunks(16) {
            let mut elements = [0; 8];
            for (element, pair) in elements.iter_mut().zip(block.chunks(2)) {
                *element = pair.iter().rev().fold(0, |limb, byte| limb << 8 | u32::from(*byte));
            }
            self.absorb(&mut state, &elements);
        }
        let mut digest = ZERO_DIGEST;
        digest.copy_from_slice(&state[..8]);
        digest
    }

    /// Root of a code tree.
    #[must_use]
    pub fn code_root(&self, code: &[crate::isa::Instruction]) -> Digest {
        to_digest(&self.root((0..).zip(code_leaves(code)), CODE_DEPTH))
    }

    /// Root of an entry map.
    #[must_use]
    pub fn entry_root(&self, entries: &[super::Entry]) -> Digest {
        to_digest(&self.root((0..).zip(entry_leaves(entries)), ENTRY_DEPTH))
    }

    /// Root of the context tree of an image.
    #[must_use]
    pub fn context_root(&self, image: &super::Image) -> Digest {
        let leaves = image
            .leaves()
            .iter()
            .map(|leaf| (leaf.index, cell_elements(&leaf.cells)));
        to_digest(&self.root(leaves, CONTEXT_DEPTH))
    }
}

/// The leaves of a code tree that hold rows, in order.
pub(crate) fn code_leaves(code: &[crate::isa::Instruction]) -> impl Iterator<Item = LeafElements> + '_ {
    code.chunks(ROWS_PER_LEAF)
        .map(|rows| leaf_of(rows.iter().flat_map(|row| row.to_elements())))
}

/// The leaves of an entry map that hold entries, in order.
pub(crate) fn entry_leaves(entries: &[super::Entry]) -> impl Iterator<Item = LeafElements> + '_ {
    entries
        .chunks(ENTRIES_PER_LEAF)
        .map(|part| leaf_of(part.iter().flat_map(|entry| [entry.pc, entry.type_index])))
}

/// A leaf that begins with these values; the others are zero.
fn leaf_of(values: impl Iterator<Item = u32>) -> LeafElements {
    let mut elements = [KoalaBear::ZERO; LEAF_ELEMENTS];
    for (to, from) in elements.iter_mut().zip(values) {
        *to = element(from);
    }
    elements
}

/// A leaf as the two pairs that are compressed first.
fn halves(elements: &LeafElements) -> [[Node; 2]; 2] {
    array::from_fn(|half| array::from_fn(|part| array::from_fn(|at| elements[16 * half + 8 * part + at])))
}

fn element(value: u32) -> KoalaBear {
    KoalaBear::from_u32(value)
}

fn first_eight(state: &[KoalaBear; 16]) -> Node {
    let mut node = [KoalaBear::ZERO; 8];
    node.copy_from_slice(&state[..8]);
    node
}

pub(crate) fn to_digest(node: &Node) -> Digest {
    node.map(|element| element.as_canonical_u32())
}

/// The 32 elements of a leaf of cells: four 16-bit limbs each.
pub(crate) fn cell_elements(cells: &[u64; LEAF_CELLS]) -> LeafElements {
    leaf_of(
        cells
            .iter()
            .flat_map(|cell| (0..4).map(move |limb| (cell >> (16 * limb) & 0xffff) as u32)),
    )
}

/// The header of an artefact, with all roots computed.
#[must_use]
pub fn header(artefact: &Artefact) -> Header {
    let hasher = Hasher::new();
    let roots = [hasher.code_root(&artefact.code), hasher.entry_root(&artefact.entries)];
    header_with(artefact, roots)
}

/// The header of an artefact whose code root and entry root are known.
pub(crate) fn header_with(artefact: &Artefact, [code_root, entry_root]: [Digest; 2]) -> Header {
    let hasher = Hasher::new();
    Header {
        isa_version: ISA_VERSION,
        variant: artefact.variant,
        verdict: artefact.verdict,
        initial_pages: artefact.initial_pages,
        max_pages: artefact.max_pages,
        code_rows: artefact.code.len() as u32,
        functions: artefact.entries.len() as u32,
        start: artefact.interface.start.map_or(0, |start| start + 1),
        code_root,
        entry_root,
        initial_root: hasher.context_root(&artefact.image),
        interface_digest: hasher.bytes(&encoding::interface_bytes(&artefact.interface)),
    }
}

/// The root R of a header.
#[must_use]
pub fn header_root(header: &Header) -> Digest {
    let hasher = Hasher::new();
    [
        &header.code_root,
        &header.entry_root,
        &header.initial_root,
        &header.interface_digest,
    ]
    .into_iter()
    .fold(header.scalars(), |digest, part| hasher.compress(&digest, part))
}
