//! Buses: who tells whom what.
//!
//! Every message starts with a tag, a constant that no cell can change, and is padded with literal zeros to the full width of its bus (rule 21).
//! There are three buses by width, because the backend folds the messages of one bus under the same powers.
//!
//! | bus.tag | fields | sent by | received by |
//! |---|---|---|---|
//! | machine.Exec | handle, pc, fp, ts, ctx, pages, gas, stack | boundary row 0, execution chips | execution chips, boundary row 0 |
//! | machine.Memory | kind, ctx, cell, ts, l0..l3 | leaves (ts 0), accesses (new) | accesses (old), leaves (final) |
//! | machine.Fetch | handle, pc, op, dst, a, x0..x3, gas | execution chips | ROM leaves, free |
//! | machine.Entry | handle, function, pc, type | indirect calls, enter | entry leaves, free |
//! | machine.Input | cell, l0..l3 | input loads, bulk steps, SHA-256 | input leaves, free |
//! | machine.Operation | op, ts, step, v0..v5 | multi-row chips | the same |
//! | narrow.Range16 | value | all | byte table, free |
//! | narrow.Bytes | a, b, a AND b | logic, SHA-256 | byte table, free |
//! | narrow.BytePair | a, b | high bytes of time differences | byte table, free |
//! | hash.HashState | ts, cell, window, phase, 16 limbs | hash heads, SHA-256 rows | the same |
//! | hash.Poseidon | in0..in15, out0..out7 | leaves, trees, programs | Poseidon2 chip, free |
//! | hash.Node | ctx, level, index, old8, new8 | tree rows (their children) | tree rows, memory leaves, once |
//! | hash.ReadNode | handle, tree, level, index, digest8 | leaves and nodes of read-only trees | their parents, programs, boundary (input); free |
//! | hash.Program | handle, R8 | boundary, enter, resume | program table, free |
//! | hash.Header | handle, scalars8, initial root8 | enter | program table, free |
//! | hash.Open / hash.Close | ctx, root8 | boundary, sandbox_open / root rows | root rows / boundary, sandbox_drop |
//! | hash.Output | limb0..limb15 | halt | boundary, if the segment halted |
//! | hash.HandOver | pc, fp, ts, ctx, pages, gas, stack, kind, d0..d2, settled | rows that give control back | hand_over |
//!
//! [`super::check`] counts senders and receivers of every tag; a test fails on a tag that only one side uses.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

/// A bus of the machine. Messages of different buses never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bus {
    /// Execution, memory, programs: 12 fields with the tag.
    Machine,
    /// Small lookup tables: 4 fields with the tag.
    Narrow,
    /// Hashes: 25 fields with the tag.
    Hash,
}

impl Bus {
    /// Fields of every message on this bus, the tag included.
    pub const fn width(self) -> usize {
        match self {
            Self::Machine => 12,
            Self::Narrow => 4,
            Self::Hash => 25,
        }
    }

    /// The name under which the backend keeps this bus apart.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Narrow => "narrow",
            Self::Hash => "hash",
        }
    }
}

macro_rules! tags {
    ($( $(#[$doc:meta])* $name:ident = $value:literal on $bus:ident, $fields:literal fields; )*) => {
        /// The kind of a message: the first field, a constant of the chip's code. THE list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u32)]
        pub enum Tag { $( $(#[$doc])* $name = $value, )* }

        impl Tag {
            /// Every tag, in the order of the list.
            pub const ALL: &'static [Self] = &[$( Self::$name, )*];

            /// The bus that carries this kind.
            pub const fn bus(self) -> Bus {
                match self { $( Self::$name => Bus::$bus, )* }
            }

            /// Fields after the tag, before the zero padding.
            pub const fn fields(self) -> usize {
                match self { $( Self::$name => $fields, )* }
            }
        }
    };
}

tags! {
    /// The execution tuple (rule 1).
    Exec = 1 on Machine, 8 fields;
    /// One cell of memory at one time (rule 8).
    Memory = 2 on Machine, 8 fields;
    /// One row of a program.
    Fetch = 3 on Machine, 10 fields;
    /// One entry of a program's entry map.
    Entry = 4 on Machine, 4 fields;
    /// One cell of the read-only input.
    Input = 5 on Machine, 5 fields;
    /// Between rows of one multi-row operation (rule 5).
    Operation = 6 on Machine, 9 fields;
    /// A value below 2^16.
    Range16 = 7 on Narrow, 1 fields;
    /// Two bytes and their conjunction.
    Bytes = 8 on Narrow, 3 fields;
    /// Two bytes.
    BytePair = 10 on Narrow, 2 fields;
    /// A node of a context's memory tree, before and after the segment.
    Node = 11 on Hash, 19 fields;
    /// A context's memory is opened with this root.
    Open = 12 on Hash, 9 fields;
    /// A context's memory is closed with this root.
    Close = 13 on Hash, 9 fields;
    /// A node of a read-only tree.
    ReadNode = 14 on Hash, 12 fields;
    /// A program by its handle.
    Program = 15 on Hash, 9 fields;
    /// What a program's header says to those who enter it.
    Header = 16 on Hash, 17 fields;
    /// A state of SHA-256 between two blocks of one step.
    HashState = 20 on Hash, 20 fields;
    /// A Poseidon2 compression: 16 elements to 8.
    Poseidon = 9 on Hash, 24 fields;
    /// The public output of a run that halted: 32 bytes as 16-bit limbs.
    Output = 17 on Hash, 16 fields;
    /// A sandbox gives control back: its tuple as it is to be saved, and why.
    HandOver = 18 on Hash, 12 fields;
}

impl Tag {
    /// The tag whose constant is `value`, if any.
    pub fn from_value(value: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|tag| *tag as u32 == value)
    }
}

/// Which read-only tree a node belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum ReadTree {
    /// A program's rows.
    Code = 1,
    /// A program's entry map.
    Entry = 2,
    /// The read-only input; its handle is 0.
    Input = 3,
}

/// A message before padding.
#[derive(Clone, Debug)]
pub struct Message<E> {
    /// Its kind.
    pub tag: Tag,
    /// Its fields after the tag; exactly [`Tag::fields`] of them.
    pub fields: Vec<E>,
}

impl<E: PrimeCharacteristicRing> Message<E> {
    /// A message of kind `tag`. The number of fields is a property of the chip's code, so a wrong one is caught by the first test that evaluates it.
    pub fn new(tag: Tag, fields: impl IntoIterator<Item = E>) -> Self {
        let fields: Vec<E> = fields.into_iter().collect();
        debug_assert_eq!(fields.len(), tag.fields(), "{tag:?}: number of fields");
        Self { tag, fields }
    }

    /// Tag, fields and zero padding: what travels on the bus.
    pub fn padded(self) -> Vec<E> {
        let width = self.tag.bus().width();
        let mut all = Vec::with_capacity(width);
        all.push(E::from_u32(self.tag as u32));
        all.extend(self.fields);
        all.resize(width, E::ZERO);
        all
    }

    /// `value` is below 2^16.
    pub fn range16(value: impl Into<E>) -> Self {
        Self::new(Tag::Range16, [value.into()])
    }

    /// `a` and `b` are bytes and `conjunction` is their bitwise AND.
    pub fn bytes(a: impl Into<E>, b: impl Into<E>, conjunction: impl Into<E>) -> Self {
        Self::new(Tag::Bytes, [a.into(), b.into(), conjunction.into()])
    }

    /// `a` and `b` are bytes.
    pub fn byte_pair(a: impl Into<E>, b: impl Into<E>) -> Self {
        Self::new(Tag::BytePair, [a.into(), b.into()])
    }

    /// The node at `level` (0 is a leaf) and `index` of the memory tree of `context` has the digests `old` and `new`.
    pub fn node(context: E, level: E, index: E, old: [E; 8], new: [E; 8]) -> Self {
        Self::new(Tag::Node, [context, level, index].into_iter().chain(old).chain(new))
    }

    /// The memory of `context` is opened with `root`.
    pub fn open(context: E, root: [E; 8]) -> Self {
        Self::new(Tag::Open, core::iter::once(context).chain(root))
    }

    /// The memory of `context` is closed with `root`.
    pub fn close(context: E, root: [E; 8]) -> Self {
        Self::new(Tag::Close, core::iter::once(context).chain(root))
    }

    /// The node at `level` (0 is a leaf) and `index` of a read-only tree of the program `handle` has this digest.
    pub fn read_node(handle: E, tree: ReadTree, level: E, index: E, digest: [E; 8]) -> Self {
        let key = [handle, E::from_u32(tree as u32), level, index];
        Self::new(Tag::ReadNode, key.into_iter().chain(digest))
    }

    /// The row `pc` of the program `handle`, in the order of the leaf: op, gas, a, dst, x0..x3.
    pub fn fetch(handle: E, pc: E, row: [E; 8]) -> Self {
        let [opcode, gas, a, dst, x0, x1, x2, x3] = row;
        Self::new(Tag::Fetch, [handle, pc, opcode, dst, a, x0, x1, x2, x3, gas])
    }

    /// `output` is the Poseidon2 compression of `left` and `right`.
    pub fn poseidon(left: [E; 8], right: [E; 8], output: [E; 8]) -> Self {
        Self::new(Tag::Poseidon, left.into_iter().chain(right).chain(output))
    }
}
