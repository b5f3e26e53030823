//! THE list of opcodes. Everything that must know every opcode is generated from it: the enum, the mnemonics, the operand
//! shapes, the chip families, the rows that may consume an instruction, and the tables of `docs/isa.md`.
//!
//! Naming legend: a number is the width in bits (`add32`); `_imm` takes the second operand from the row; `_s` and `_u` are
//! signed and unsigned; `br_` compares and branches; `_begin` settles a bulk operation and `_step` does a bounded part of it
//! and stays at its own pc until it is done. 32-bit results are zero-extended: the upper half of a 32-bit slot is always 0.
//!
//! A line: code, variant, mnemonic, family (one chip each), shape (operand fields), rows with exclusive guards, meaning.
//! The row `OutOfGas` belongs to every opcode and is not repeated.

use super::rows::Row;

/// Which operands an instruction has and in which fields they travel; all other fields are 0.
///
/// Fields: `dst` (32 bits), `a` (16 bits), `x` (64 bits, four limbs x0..x3 of 16 bits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// No operand.
    Nullary,
    /// x0: trap code.
    TrapCode,
    /// a: slot read.
    Slot,
    /// dst: target row.
    Target,
    /// a: index slot; x0 x1: number of entries before the default.
    Table,
    /// a: frame offset (at least 1); dst: target row; x0 x1: callee's stack charge (bytes); x2 x3: callee's entry gas (operators).
    Call,
    /// a: index slot; dst: frame offset (at least 1); x0 x1: base cell of the table; x2 x3: type.
    CallIndirect,
    /// x0 x1: stack charge (bytes); x2 x3: entry gas (operators).
    Prologue,
    /// x0 x1: operators.
    Charge,
    /// a: slot of the linear part; x0 x1: constant part (operators).
    ChargeLinear,
    /// dst: slot written.
    Dst,
    /// dst: slot written; a: slot read.
    DstA,
    /// dst: slot written; x: constant.
    DstImm,
    /// dst: slot written; a, x0: slots read.
    DstAB,
    /// dst: slot written; a, x0: slots read; x1: second slot written.
    Wide,
    /// dst: slot written; a, x0: slots read; x1: slot of the carry, read.
    Carry,
    /// dst: slot written; a: slot read; x0 x1: immediate.
    DstAImm32,
    /// dst: slot written; a: slot read; x: immediate.
    DstAImm64,
    /// dst: slot written; a: slot read if the condition holds; x0: slot read if not; x1: slot of the condition.
    Select,
    /// dst: slot written; x0 x1: global; x2 x3: immediate (0 for the plain move).
    GlobalGet,
    /// a: slot read; x0 x1: global written; x2 x3: immediate (0 for the plain move).
    GlobalSet,
    /// dst: target row; a, x0: slots read.
    BranchAB,
    /// dst: target row; a: slot read; x0 x1: immediate.
    BranchAImm32,
    /// dst: target row; a: slot read; x: immediate.
    BranchAImm64,
    /// dst: slot written; a: address slot; x0 x1: offset.
    Load,
    /// dst: value slot (read); a: address slot; x0 x1: offset.
    Store,
    /// a: address slot; x0 x1: offset; x2 x3: value.
    StoreImm,
    /// dst: slot written; a: slot read; x0 x1: limit (pages).
    Grow,
    /// dst: slot written; a: index slot; x0 x1: base cell of the table.
    TableGet,
    /// dst: value slot (read); a: index slot; x0 x1: base cell of the table.
    TableSet,
    /// dst: slot written; x0 x1: base cell of the table.
    TableSize,
    /// dst: slot written; a: slot read; x0 x1: base cell of the table; x2 x3: limit (elements).
    TableGrow,
    /// x0 x1: base cell of the segment.
    Segment,
    /// a: first of the operand slots; x0 x1: base cell of the destination table; x2 x3: base cell of the source table or
    /// segment (0 where there is none).
    Bulk,
    /// a, x0, x1: slots read (function, gas, stack).
    Enter,
    /// a, x0: slots read.
    AB,
    /// dst: slot written; x0: control cell.
    ControlGet,
    /// x0 x1: number of the imported function.
    Import,
}

macro_rules! families {
    ($( $name:ident $meaning:literal; )*) => {
        /// Opcodes that share a chip.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Family { $( #[doc = $meaning] $name, )* }

        impl Family {
            /// Every family, in the order of the list.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )* ];

            /// What the family's chip does.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $( Self::$name => $meaning, )* }
            }
        }
    };
}

families! {
    Trap "Traps by the program's own will.";
    Branch "Unconditional branches.";
    BranchTable "Branches by an index.";
    Call "Direct calls and function prologues.";
    CallIndirect "Calls through a table.";
    Return "Returns, to a caller or from the sandbox.";
    Charge "Charges too large for a row, and linear ones.";
    Move "Copies and constants.";
    Select "Choice between two slots.";
    Global "Globals, with the addition that moves a stack pointer.";
    AddSub32 "32-bit sums and differences.";
    Logic32 "32-bit logic.";
    Shift32 "32-bit shifts and rotations.";
    Mul32 "32-bit products.";
    DivRem32 "32-bit quotients and remainders.";
    Bits32 "32-bit bit counts.";
    Equal32 "32-bit equality as a value.";
    Less32 "32-bit order as a value.";
    BranchEqual32 "Branches on 32-bit equality.";
    BranchLess32 "Branches on 32-bit order.";
    AddSub64 "64-bit sums and differences.";
    Logic64 "64-bit logic.";
    Shift64 "64-bit shifts and rotations.";
    Mul64 "64-bit products.";
    DivRem64 "64-bit quotients and remainders.";
    Bits64 "64-bit bit counts.";
    Equal64 "64-bit equality as a value.";
    Less64 "64-bit order as a value.";
    BranchEqual64 "Branches on 64-bit equality.";
    BranchLess64 "Branches on 64-bit order.";
    Extend "Narrowing and sign extension.";
    MulWide "128-bit products.";
    Carry64 "64-bit sums and differences with carry.";
    Load8 "Byte loads.";
    Load16 "2-byte loads.";
    Load32 "4-byte loads.";
    Load64 "8-byte loads.";
    Store8 "Byte stores.";
    Store16 "2-byte stores.";
    Store32 "4-byte stores.";
    Store64 "8-byte stores.";
    MemoryPages "Size and growth of linear memory.";
    Table "Tables and dropped segments.";
    Bulk "Bulk operations and precompiles, in bounded steps.";
    Sandbox "Control between runtime and sandbox.";
    Halt "The end of a run.";
}

/// What the list says of an opcode.
#[derive(Clone, Copy, Debug)]
pub struct OpcodeInfo {
    /// The opcode.
    pub opcode: Opcode,
    /// Name of the variant.
    pub name: &'static str,
    /// Name in the disassembly.
    pub mnemonic: &'static str,
    /// Chip family.
    pub family: Family,
    /// Operand fields.
    pub shape: Shape,
    /// Rows that may consume it, besides [`Row::OutOfGas`].
    pub rows: &'static [Row],
    /// What the ordinary row does.
    pub meaning: &'static str,
}

macro_rules! opcodes {
    ($( $code:literal $name:ident $mnemonic:literal $family:ident $shape:ident [$($row:ident),*] $meaning:literal; )*) => {
        /// An operation of the processor. The discriminant is part of the ROM row and of every program root.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Opcode { $( #[doc = $meaning] $name = $code, )* }

        /// THE list, by ascending code.
        pub const OPCODES: &[OpcodeInfo] = &[ $(
            OpcodeInfo {
                opcode: Opcode::$name,
                name: stringify!($name),
                mnemonic: $mnemonic,
                family: Family::$family,
                shape: Shape::$shape,
                rows: &[ $( Row::$row ),* ],
                meaning: $meaning,
            },
        )* ];
    };
}

opcodes! {

// control
  0 Trap                   "trap"                     Trap          TrapCode         [Trapped] "Trap with the code in x0.";
  1 Panic                  "panic"                    Trap          Slot             [Trapped] "Trap `panic`; slots a and a + 1 hold address and length of a message that only the executor reads.";
  2 Branch                 "br"                       Branch        Target           [Step] "Go to the target.";
  3 BranchTable            "br_table"                 BranchTable   Table            [Step] "Go to pc + 1 + min(a, count); `count + 1` branches follow.";
  4 Call                   "call"                     Call          Call             [Step, StackExhausted, EntryOutOfGas] "Write the link (pc + 1, fp, stack_left) at fp + offset; take the charge, then the callee's stack charge, then its entry gas; go to the target with fp + offset.";
  5 CallIndirect           "call_indirect"            CallIndirect  CallIndirect     [Step, UndefinedElement, UninitializedElement, TypeMismatch, StackExhausted] "Read the table element; if its entry has the type, write the link and go to the entry (its prologue charges).";
  6 Prologue               "prologue"                 Call          Prologue         [Step, StackExhausted, EntryOutOfGas] "First row of a function reached by `call_indirect` or `enter`: take its stack charge, then its entry gas.";
  7 Return                 "ret"                      Return        Nullary          [Step, SandboxReturn] "Go back to the link at fp with the caller's fp and stack_left; an empty link gives control back to the runtime (event returned).";
  8 Charge                 "charge"                   Charge        Charge           [Step] "Take the immediate charge (operators).";
  9 ChargeLinear           "charge_linear"            Charge        ChargeLinear     [Step] "Take the immediate charge plus the low 32 bits of a (operators).";

// moves
 10 Move                   "mov"                      Move          DstA             [Step] "dst = a.";
 11 Constant               "li"                       Move          DstImm           [Step] "dst = immediate (64 bits).";
 12 Select                 "select"                   Select        Select           [Step] "dst = a if the condition's low 32 bits are not 0, else b.";
 13 GlobalGet              "global_get"               Global        GlobalGet        [Step] "dst = global.";
 14 GlobalSet              "global_set"               Global        GlobalSet        [Step] "global = a.";
 15 GlobalGetAdd           "global_get_add"           Global        GlobalGet        [Step] "dst = (global + immediate) mod 2^32.";
 16 GlobalSetAdd           "global_set_add"           Global        GlobalSet        [Step] "global = (a + immediate) mod 2^32.";

// 32-bit arithmetic
 17 Add32                  "add32"                    AddSub32      DstAB            [Step] "dst = (a + b) mod 2^32.";
 18 Add32Imm               "add32_imm"                AddSub32      DstAImm32        [Step] "dst = (a + b) mod 2^32; b is the immediate.";
 19 Sub32                  "sub32"                    AddSub32      DstAB            [Step] "dst = (a - b) mod 2^32.";
 20 And32                  "and32"                    Logic32       DstAB            [Step] "dst = a & b.";
 21 And32Imm               "and32_imm"                Logic32       DstAImm32        [Step] "dst = a & b; b is the immediate.";
 22 Or32                   "or32"                     Logic32       DstAB            [Step] "dst = a | b.";
 23 Or32Imm                "or32_imm"                 Logic32       DstAImm32        [Step] "dst = a | b; b is the immediate.";
 24 Xor32                  "xor32"                    Logic32       DstAB            [Step] "dst = a ^ b.";
 25 Xor32Imm               "xor32_imm"                Logic32       DstAImm32        [Step] "dst = a ^ b; b is the immediate.";
 26 Shl32                  "shl32"                    Shift32       DstAB            [Step] "dst = (a << (b mod 32)) mod 2^32.";
 27 Shl32Imm               "shl32_imm"                Shift32       DstAImm32        [Step] "dst = (a << (b mod 32)) mod 2^32; b is the immediate.";
 28 ShrS32                 "shr_s32"                  Shift32       DstAB            [Step] "dst = a >> (b mod 32), filled with the sign bit.";
 29 ShrS32Imm              "shr_s32_imm"              Shift32       DstAImm32        [Step] "dst = a >> (b mod 32), filled with the sign bit; b is the immediate.";
 30 ShrU32                 "shr_u32"                  Shift32       DstAB            [Step] "dst = a >> (b mod 32).";
 31 ShrU32Imm              "shr_u32_imm"              Shift32       DstAImm32        [Step] "dst = a >> (b mod 32); b is the immediate.";
 32 Rotl32                 "rotl32"                   Shift32       DstAB            [Step] "dst = a rotated left by b mod 32.";
 33 Rotl32Imm              "rotl32_imm"               Shift32       DstAImm32        [Step] "dst = a rotated left by b mod 32; b is the immediate.";
 34 Rotr32                 "rotr32"                   Shift32       DstAB            [Step] "dst = a rotated right by b mod 32.";
 35 Mul32                  "mul32"                    Mul32         DstAB            [Step] "dst = (a * b) mod 2^32.";
 36 Mul32Imm               "mul32_imm"                Mul32         DstAImm32        [Step] "dst = (a * b) mod 2^32; b is the immediate.";
 37 DivS32                 "div_s32"                  DivRem32      DstAB            [Step, DivideByZero, DivideOverflow] "dst = a / b, signed, towards zero.";
 38 DivS32Imm              "div_s32_imm"              DivRem32      DstAImm32        [Step, DivideByZero, DivideOverflow] "dst = a / b, signed, towards zero; b is the immediate.";
 39 DivU32                 "div_u32"                  DivRem32      DstAB            [Step, DivideByZero] "dst = a / b, unsigned.";
 40 DivU32Imm              "div_u32_imm"              DivRem32      DstAImm32        [Step, DivideByZero] "dst = a / b, unsigned; b is the immediate.";
 41 RemS32                 "rem_s32"                  DivRem32      DstAB            [Step, DivideByZero] "dst = a - b * (a / b), signed.";
 42 RemS32Imm              "rem_s32_imm"              DivRem32      DstAImm32        [Step, DivideByZero] "dst = a - b * (a / b), signed; b is the immediate.";
 43 RemU32                 "rem_u32"                  DivRem32      DstAB            [Step, DivideByZero] "dst = a mod b, unsigned.";
 44 RemU32Imm              "rem_u32_imm"              DivRem32      DstAImm32        [Step, DivideByZero] "dst = a mod b, unsigned; b is the immediate.";
 45 Clz32                  "clz32"                    Bits32        DstA             [Step] "dst = number of leading zero bits of a (32 for 0).";
 46 Ctz32                  "ctz32"                    Bits32        DstA             [Step] "dst = number of trailing zero bits of a (32 for 0).";
 47 Popcnt32               "popcnt32"                 Bits32        DstA             [Step] "dst = number of one bits of a.";
 48 Eq32                   "eq32"                     Equal32       DstAB            [Step] "dst = 1 if a = b, else 0.";
 49 Eq32Imm                "eq32_imm"                 Equal32       DstAImm32        [Step] "dst = 1 if a = b, else 0; b is the immediate.";
 50 Ne32                   "ne32"                     Equal32       DstAB            [Step] "dst = 1 if a != b, else 0.";
 51 Ne32Imm                "ne32_imm"                 Equal32       DstAImm32        [Step] "dst = 1 if a != b, else 0; b is the immediate.";
 52 LtS32                  "lt_s32"                   Less32        DstAB            [Step] "dst = 1 if a < b, signed, else 0.";
 53 LtS32Imm               "lt_s32_imm"               Less32        DstAImm32        [Step] "dst = 1 if a < b, signed, else 0; b is the immediate.";
 54 LtU32                  "lt_u32"                   Less32        DstAB            [Step] "dst = 1 if a < b, unsigned, else 0.";
 55 LtU32Imm               "lt_u32_imm"               Less32        DstAImm32        [Step] "dst = 1 if a < b, unsigned, else 0; b is the immediate.";
 56 GeS32                  "ge_s32"                   Less32        DstAB            [Step] "dst = 1 if a >= b, signed, else 0.";
 57 GeS32Imm               "ge_s32_imm"               Less32        DstAImm32        [Step] "dst = 1 if a >= b, signed, else 0; b is the immediate.";
 58 GeU32                  "ge_u32"                   Less32        DstAB            [Step] "dst = 1 if a >= b, unsigned, else 0.";
 59 GeU32Imm               "ge_u32_imm"               Less32        DstAImm32        [Step] "dst = 1 if a >= b, unsigned, else 0; b is the immediate.";
 60 BranchEq32             "br_eq32"                  BranchEqual32 BranchAB         [Step] "Go to the target if a = b, else to pc + 1.";
 61 BranchEq32Imm          "br_eq32_imm"              BranchEqual32 BranchAImm32     [Step] "Go to the target if a = b, else to pc + 1; b is the immediate.";
 62 BranchNe32             "br_ne32"                  BranchEqual32 BranchAB         [Step] "Go to the target if a != b, else to pc + 1.";
 63 BranchNe32Imm          "br_ne32_imm"              BranchEqual32 BranchAImm32     [Step] "Go to the target if a != b, else to pc + 1; b is the immediate.";
 64 BranchLtS32            "br_lt_s32"                BranchLess32  BranchAB         [Step] "Go to the target if a < b, signed, else to pc + 1.";
 65 BranchLtS32Imm         "br_lt_s32_imm"            BranchLess32  BranchAImm32     [Step] "Go to the target if a < b, signed, else to pc + 1; b is the immediate.";
 66 BranchLtU32            "br_lt_u32"                BranchLess32  BranchAB         [Step] "Go to the target if a < b, unsigned, else to pc + 1.";
 67 BranchLtU32Imm         "br_lt_u32_imm"            BranchLess32  BranchAImm32     [Step] "Go to the target if a < b, unsigned, else to pc + 1; b is the immediate.";
 68 BranchGeS32            "br_ge_s32"                BranchLess32  BranchAB         [Step] "Go to the target if a >= b, signed, else to pc + 1.";
 69 BranchGeS32Imm         "br_ge_s32_imm"            BranchLess32  BranchAImm32     [Step] "Go to the target if a >= b, signed, else to pc + 1; b is the immediate.";
 70 BranchGeU32            "br_ge_u32"                BranchLess32  BranchAB         [Step] "Go to the target if a >= b, unsigned, else to pc + 1.";
 71 BranchGeU32Imm         "br_ge_u32_imm"            BranchLess32  BranchAImm32     [Step] "Go to the target if a >= b, unsigned, else to pc + 1; b is the immediate.";

// 64-bit arithmetic
 72 Add64                  "add64"                    AddSub64      DstAB            [Step] "dst = (a + b) mod 2^64.";
 73 Add64Imm               "add64_imm"                AddSub64      DstAImm64        [Step] "dst = (a + b) mod 2^64; b is the immediate.";
 74 Sub64                  "sub64"                    AddSub64      DstAB            [Step] "dst = (a - b) mod 2^64.";
 75 And64                  "and64"                    Logic64       DstAB            [Step] "dst = a & b.";
 76 And64Imm               "and64_imm"                Logic64       DstAImm64        [Step] "dst = a & b; b is the immediate.";
 77 Or64                   "or64"                     Logic64       DstAB            [Step] "dst = a | b.";
 78 Or64Imm                "or64_imm"                 Logic64       DstAImm64        [Step] "dst = a | b; b is the immediate.";
 79 Xor64                  "xor64"                    Logic64       DstAB            [Step] "dst = a ^ b.";
 80 Xor64Imm               "xor64_imm"                Logic64       DstAImm64        [Step] "dst = a ^ b; b is the immediate.";
 81 Shl64                  "shl64"                    Shift64       DstAB            [Step] "dst = (a << (b mod 64)) mod 2^64.";
 82 Shl64Imm               "shl64_imm"                Shift64       DstAImm64        [Step] "dst = (a << (b mod 64)) mod 2^64; b is the immediate.";
 83 ShrS64                 "shr_s64"                  Shift64       DstAB            [Step] "dst = a >> (b mod 64), filled with the sign bit.";
 84 ShrS64Imm              "shr_s64_imm"              Shift64       DstAImm64        [Step] "dst = a >> (b mod 64), filled with the sign bit; b is the immediate.";
 85 ShrU64                 "shr_u64"                  Shift64       DstAB            [Step] "dst = a >> (b mod 64).";
 86 ShrU64Imm              "shr_u64_imm"              Shift64       DstAImm64        [Step] "dst = a >> (b mod 64); b is the immediate.";
 87 Rotl64                 "rotl64"                   Shift64       DstAB            [Step] "dst = a rotated left by b mod 64.";
 88 Rotl64Imm              "rotl64_imm"               Shift64       DstAImm64        [Step] "dst = a rotated left by b mod 64; b is the immediate.";
 89 Rotr64                 "rotr64"                   Shift64       DstAB            [Step] "dst = a rotated right by b mod 64.";
 90 Mul64                  "mul64"                    Mul64         DstAB            [Step] "dst = (a * b) mod 2^64.";
 91 Mul64Imm               "mul64_imm"                Mul64         DstAImm64        [Step] "dst = (a * b) mod 2^64; b is the immediate.";
 92 DivS64                 "div_s64"                  DivRem64      DstAB            [Step, DivideByZero, DivideOverflow] "dst = a / b, signed, towards zero.";
 93 DivS64Imm              "div_s64_imm"              DivRem64      DstAImm64        [Step, DivideByZero, DivideOverflow] "dst = a / b, signed, towards zero; b is the immediate.";
 94 DivU64                 "div_u64"                  DivRem64      DstAB            [Step, DivideByZero] "dst = a / b, unsigned.";
 95 DivU64Imm              "div_u64_imm"              DivRem64      DstAImm64        [Step, DivideByZero] "dst = a / b, unsigned; b is the immediate.";
 96 RemS64                 "rem_s64"                  DivRem64      DstAB            [Step, DivideByZero] "dst = a - b * (a / b), signed.";
 97 RemS64Imm              "rem_s64_imm"              DivRem64      DstAImm64        [Step, DivideByZero] "dst = a - b * (a / b), signed; b is the immediate.";
 98 RemU64                 "rem_u64"                  DivRem64      DstAB            [Step, DivideByZero] "dst = a mod b, unsigned.";
 99 RemU64Imm              "rem_u64_imm"              DivRem64      DstAImm64        [Step, DivideByZero] "dst = a mod b, unsigned; b is the immediate.";
100 Clz64                  "clz64"                    Bits64        DstA             [Step] "dst = number of leading zero bits of a (64 for 0).";
101 Ctz64                  "ctz64"                    Bits64        DstA             [Step] "dst = number of trailing zero bits of a (64 for 0).";
102 Popcnt64               "popcnt64"                 Bits64        DstA             [Step] "dst = number of one bits of a.";
103 Eq64                   "eq64"                     Equal64       DstAB            [Step] "dst = 1 if a = b, else 0.";
104 Eq64Imm                "eq64_imm"                 Equal64       DstAImm64        [Step] "dst = 1 if a = b, else 0; b is the immediate.";
105 Ne64                   "ne64"                     Equal64       DstAB            [Step] "dst = 1 if a != b, else 0.";
106 Ne64Imm                "ne64_imm"                 Equal64       DstAImm64        [Step] "dst = 1 if a != b, else 0; b is the immediate.";
107 LtS64                  "lt_s64"                   Less64        DstAB            [Step] "dst = 1 if a < b, signed, else 0.";
108 LtS64Imm               "lt_s64_imm"               Less64        DstAImm64        [Step] "dst = 1 if a < b, signed, else 0; b is the immediate.";
109 LtU64                  "lt_u64"                   Less64        DstAB            [Step] "dst = 1 if a < b, unsigned, else 0.";
110 LtU64Imm               "lt_u64_imm"               Less64        DstAImm64        [Step] "dst = 1 if a < b, unsigned, else 0; b is the immediate.";
111 GeS64                  "ge_s64"                   Less64        DstAB            [Step] "dst = 1 if a >= b, signed, else 0.";
112 GeS64Imm               "ge_s64_imm"               Less64        DstAImm64        [Step] "dst = 1 if a >= b, signed, else 0; b is the immediate.";
113 GeU64                  "ge_u64"                   Less64        DstAB            [Step] "dst = 1 if a >= b, unsigned, else 0.";
114 GeU64Imm               "ge_u64_imm"               Less64        DstAImm64        [Step] "dst = 1 if a >= b, unsigned, else 0; b is the immediate.";
115 BranchEq64             "br_eq64"                  BranchEqual64 BranchAB         [Step] "Go to the target if a = b, else to pc + 1.";
116 BranchEq64Imm          "br_eq64_imm"              BranchEqual64 BranchAImm64     [Step] "Go to the target if a = b, else to pc + 1; b is the immediate.";
117 BranchNe64             "br_ne64"                  BranchEqual64 BranchAB         [Step] "Go to the target if a != b, else to pc + 1.";
118 BranchNe64Imm          "br_ne64_imm"              BranchEqual64 BranchAImm64     [Step] "Go to the target if a != b, else to pc + 1; b is the immediate.";
119 BranchLtS64            "br_lt_s64"                BranchLess64  BranchAB         [Step] "Go to the target if a < b, signed, else to pc + 1.";
120 BranchLtS64Imm         "br_lt_s64_imm"            BranchLess64  BranchAImm64     [Step] "Go to the target if a < b, signed, else to pc + 1; b is the immediate.";
121 BranchLtU64            "br_lt_u64"                BranchLess64  BranchAB         [Step] "Go to the target if a < b, unsigned, else to pc + 1.";
122 BranchLtU64Imm         "br_lt_u64_imm"            BranchLess64  BranchAImm64     [Step] "Go to the target if a < b, unsigned, else to pc + 1; b is the immediate.";
123 BranchGeS64            "br_ge_s64"                BranchLess64  BranchAB         [Step] "Go to the target if a >= b, signed, else to pc + 1.";
124 BranchGeS64Imm         "br_ge_s64_imm"            BranchLess64  BranchAImm64     [Step] "Go to the target if a >= b, signed, else to pc + 1; b is the immediate.";
125 BranchGeU64            "br_ge_u64"                BranchLess64  BranchAB         [Step] "Go to the target if a >= b, unsigned, else to pc + 1.";
126 BranchGeU64Imm         "br_ge_u64_imm"            BranchLess64  BranchAImm64     [Step] "Go to the target if a >= b, unsigned, else to pc + 1; b is the immediate.";

// conversions
127 Wrap64                 "wrap64"                   Extend        DstA             [Step] "dst = a mod 2^32.";
128 Extend8S32             "extend8_s32"              Extend        DstA             [Step] "dst = low 8 bits of a, sign-extended to 32 bits.";
129 Extend16S32            "extend16_s32"             Extend        DstA             [Step] "dst = low 16 bits of a, sign-extended to 32 bits.";
130 Extend8S64             "extend8_s64"              Extend        DstA             [Step] "dst = low 8 bits of a, sign-extended to 64 bits.";
131 Extend16S64            "extend16_s64"             Extend        DstA             [Step] "dst = low 16 bits of a, sign-extended to 64 bits.";
132 Extend32S64            "extend32_s64"             Extend        DstA             [Step] "dst = low 32 bits of a, sign-extended to 64 bits.";

// wide arithmetic
133 MulWideS               "mul_wide_s"               MulWide       Wide             [Step] "(dst, second) = low and high 64 bits of the signed product a * b.";
134 MulWideU               "mul_wide_u"               MulWide       Wide             [Step] "(dst, second) = low and high 64 bits of the unsigned product a * b.";
135 AddCarry64             "add_carry64"              Carry64       Wide             [Step] "dst = (a + b) mod 2^64; second = carry, 0 or 1.";
136 SubBorrow64            "sub_borrow64"             Carry64       Wide             [Step] "dst = (a - b) mod 2^64; second = borrow, 0 or 1.";
137 AddWithCarry64         "add_with_carry64"         Carry64       Carry            [Step] "dst = (a + b + carry) mod 2^64; the carry slot holds 0 or 1.";
138 SubWithBorrow64        "sub_with_borrow64"        Carry64       Carry            [Step] "dst = (a - b - borrow) mod 2^64; the borrow slot holds 0 or 1.";

// linear memory: address = low 32 bits of a + offset, a 33-bit sum
139 Load8U                 "load8_u"                  Load8         Load             [Step, Window, OutOfBounds] "dst = byte.";
140 Load8S32               "load8_s32"                Load8         Load             [Step, Window, OutOfBounds] "dst = byte, sign-extended to 32 bits.";
141 Load8S64               "load8_s64"                Load8         Load             [Step, Window, OutOfBounds] "dst = byte, sign-extended to 64 bits.";
142 Load16U                "load16_u"                 Load16        Load             [Step, Crossing, Window, WindowCrossing, OutOfBounds] "dst = 2 bytes.";
143 Load16S32              "load16_s32"               Load16        Load             [Step, Crossing, Window, WindowCrossing, OutOfBounds] "dst = 2 bytes, sign-extended to 32 bits.";
144 Load16S64              "load16_s64"               Load16        Load             [Step, Crossing, Window, WindowCrossing, OutOfBounds] "dst = 2 bytes, sign-extended to 64 bits.";
145 Load32U                "load32_u"                 Load32        Load             [Step, Crossing, Window, WindowCrossing, OutOfBounds] "dst = 4 bytes.";
146 Load32S64              "load32_s64"               Load32        Load             [Step, Crossing, Window, WindowCrossing, OutOfBounds] "dst = 4 bytes, sign-extended to 64 bits.";
147 Load64                 "load64"                   Load64        Load             [Step, Crossing, Window, WindowCrossing, OutOfBounds] "dst = 8 bytes.";
148 Store8                 "store8"                   Store8        Store            [Step, OutOfBounds] "Write the low 1 byte of the value.";
149 Store8Imm              "store8_imm"               Store8        StoreImm         [Step, OutOfBounds] "Write the low 1 byte of the immediate.";
150 Store16                "store16"                  Store16       Store            [Step, Crossing, OutOfBounds] "Write the low 2 bytes of the value.";
151 Store16Imm             "store16_imm"              Store16       StoreImm         [Step, Crossing, OutOfBounds] "Write the low 2 bytes of the immediate.";
152 Store32                "store32"                  Store32       Store            [Step, Crossing, OutOfBounds] "Write the low 4 bytes of the value.";
153 Store32Imm             "store32_imm"              Store32       StoreImm         [Step, Crossing, OutOfBounds] "Write the low 4 bytes of the immediate.";
154 Store64                "store64"                  Store64       Store            [Step, Crossing, OutOfBounds] "Write the low 8 bytes of the value.";
155 Store64Imm             "store64_imm"              Store64       StoreImm         [Step, Crossing, OutOfBounds] "Write the low 8 bytes of the immediate (32 bits, zero-extended).";
156 MemorySize             "memory_size"              MemoryPages   Dst              [Step] "dst = pages.";
157 MemoryGrow             "memory_grow"              MemoryPages   Grow             [Grown, Refused] "If pages + a is at most the limit: dst = pages and pages += a; else dst = 2^32 - 1.";

// tables and segments
158 TableGet               "table_get"                Table         TableGet         [Step, TableOutOfBounds] "dst = element a of the table.";
159 TableSet               "table_set"                Table         TableSet         [Step, TableOutOfBounds] "Element a of the table = value.";
160 TableSize              "table_size"               Table         TableSize        [Step] "dst = number of elements of the table.";
161 TableGrow              "table_grow"               Table         TableGrow        [Grown, Refused] "If size + a is at most the limit: dst = size and size += a; else dst = 2^32 - 1. The fill of the new elements follows as a bulk operation.";
162 SegmentDrop            "segment_drop"             Table         Segment          [Step] "The segment has length 0 from now on.";

// bulk operations: operands in slots a, a + 1, a + 2 (destination, source or value, count), which the steps advance
163 MemoryCopyBegin        "memory_copy_begin"        Bulk          Bulk             [Step, OutOfBounds] "Check both ranges; slot a + 3 = 1 if destination > source (copy from the end), else 0.";
164 MemoryCopyStep         "memory_copy_step"         Bulk          Bulk             [Advance, Done, OutOfBounds] "Copy up to 256 cells.";
165 MemoryFillBegin        "memory_fill_begin"        Bulk          Bulk             [Step, OutOfBounds] "Check the range.";
166 MemoryFillStep         "memory_fill_step"         Bulk          Bulk             [Advance, Done, OutOfBounds] "Fill up to 256 cells with the low byte of slot a + 1.";
167 MemoryInitBegin        "memory_init_begin"        Bulk          Bulk             [Step, OutOfBounds] "Check the range and the segment's length.";
168 MemoryInitStep         "memory_init_step"         Bulk          Bulk             [Advance, Done, OutOfBounds] "Copy what lies in one cell of the segment and one of the destination.";
169 MemoryCompareBegin     "memory_compare_begin"     Bulk          Bulk             [Step, OutOfBounds] "Check both ranges; slot a + 3 = 0.";
170 MemoryCompareStep      "memory_compare_step"      Bulk          Bulk             [Advance, Done, OutOfBounds] "Compare what lies in one cell of each range; at the first difference slot a + 3 = 1 (first range greater) or 2^32 - 1 and the count is 0. The last row sets slot a = slot a + 3.";
171 TableCopyBegin         "table_copy_begin"         Bulk          Bulk             [Step, TableOutOfBounds] "Check both ranges; slot a + 3 as in `memory_copy_begin`.";
172 TableCopyStep          "table_copy_step"          Bulk          Bulk             [Advance, Done, TableOutOfBounds] "Copy one element.";
173 TableFillBegin         "table_fill_begin"         Bulk          Bulk             [Step, TableOutOfBounds] "Check the range.";
174 TableFillStep          "table_fill_step"          Bulk          Bulk             [Advance, Done, TableOutOfBounds] "Set one element to slot a + 1.";
175 TableInitBegin         "table_init_begin"         Bulk          Bulk             [Step, TableOutOfBounds] "Check the range and the segment's length.";
176 TableInitStep          "table_init_step"          Bulk          Bulk             [Advance, Done, TableOutOfBounds] "Copy one element from the segment.";

// context 0 only: precompiles, the sandbox, the end
177 Sha256Begin            "sha256_begin"             Bulk          Bulk             [Step, OutOfBounds, Fault] "State (8 words of 4 bytes, slot a) and blocks (64 bytes each, slot a + 1) lie 8-byte aligned; check both ranges.";
178 Sha256Step             "sha256_step"              Bulk          Bulk             [Advance, Done, OutOfBounds, Fault] "Compress up to 256 blocks into the state.";
179 Poseidon2Begin         "poseidon2_begin"          Bulk          Bulk             [Step, OutOfBounds, Fault] "State (16 elements of 4 bytes, slot a) and blocks (8 elements each, slot a + 1) lie 8-byte aligned; check both ranges.";
180 Poseidon2Step          "poseidon2_step"           Bulk          Bulk             [Advance, Done, OutOfBounds, Fault] "For one block: elements 0..8 of the state = block, then permute. Inputs count modulo p, results are canonical.";
181 SandboxReadBegin       "sandbox_read_begin"       Bulk          Bulk             [Step, OutOfBounds, Fault] "Check the range here and the source range in the sandbox.";
182 SandboxReadStep        "sandbox_read_step"        Bulk          Bulk             [Advance, Done, OutOfBounds, Fault] "Copy up to 256 cells from the sandbox.";
183 SandboxWriteBegin      "sandbox_write_begin"      Bulk          Bulk             [Step, OutOfBounds, Fault] "Check the source range here and the range in the sandbox.";
184 SandboxWriteStep       "sandbox_write_step"       Bulk          Bulk             [Advance, Done, OutOfBounds, Fault] "Copy up to 256 cells to the sandbox.";
185 SandboxOpen            "sandbox_open"             Sandbox       Slot             [Step, OutOfBounds, Fault] "Open a fresh context for the program whose root (8 elements of 4 bytes, modulo p) lies at the 8-byte aligned address a; none may be live, the program must be accepted. Its frame pointer is 1, its event none.";
186 SandboxEnter           "sandbox_enter"            Sandbox       Enter            [Step, Fault] "Give control to function a (below 2^20) of the live sandbox with gas b and stack c; its event must be none or returned.";
187 SandboxResume          "sandbox_resume"           Sandbox       Slot             [Step, Fault] "Give control back to the sandbox with gas a; its event must be a host call or out of gas.";
188 SandboxDrop            "sandbox_drop"             Sandbox       Nullary          [Step, Fault] "Discard the live sandbox.";
189 ControlGet             "control_get"              Sandbox       ControlGet       [Step, Fault] "dst = control cell.";
190 ArgumentGet            "argument_get"             Sandbox       DstA             [Step, Fault] "dst = slot a (mod 2^16) of the sandbox's frame.";
191 ArgumentSet            "argument_set"             Sandbox       AB               [Step, Fault] "Slot a (mod 2^16) of the sandbox's frame = b.";
192 Halt                   "halt"                     Halt          Slot             [Step, OutOfBounds, Fault] "End of the run; the 32 bytes at the 8-byte aligned address a are the public output.";

// sandbox only
193 HostCall               "host_call"                Sandbox       Import           [Step, Fault] "Give control to the runtime (event host call, detail the import's number); `sandbox_resume` continues at pc + 1.";}

impl Opcode {
    /// Number of opcodes.
    pub const COUNT: usize = OPCODES.len();

    /// The opcode with this code.
    #[must_use]
    pub fn from_u8(code: u8) -> Option<Self> {
        OPCODES.get(usize::from(code)).map(|info| info.opcode)
    }

    /// The opcode's line in the list.
    #[must_use]
    pub const fn info(self) -> &'static OpcodeInfo {
        &OPCODES[self as usize]
    }

    /// Name in the disassembly.
    #[must_use]
    pub const fn mnemonic(self) -> &'static str {
        self.info().mnemonic
    }

    /// Operand fields.
    #[must_use]
    pub const fn shape(self) -> Shape {
        self.info().shape
    }

    /// Chip family.
    #[must_use]
    pub const fn family(self) -> Family {
        self.info().family
    }

    /// Whether only context 0 may execute it (a sandbox that tries gets the trap `machine fault`).
    #[must_use]
    pub const fn is_privileged(self) -> bool {
        let code = self as u8;
        code >= Self::Sha256Begin as u8 && code <= Self::Halt as u8
    }

    /// Whether control may continue elsewhere than at pc + 1 (a bulk step stays at its own pc and is not meant).
    #[must_use]
    pub const fn is_branch(self) -> bool {
        matches!(
            self.shape(),
            Shape::Target | Shape::Table | Shape::BranchAB | Shape::BranchAImm32 | Shape::BranchAImm64
        )
    }
}

// The list is dense and sorted, so that `info` may index it.
const _: () = {
    let mut code = 0;
    while code < OPCODES.len() {
        assert!(
            OPCODES[code].opcode as usize == code,
            "codes of the list are 0, 1, 2, …"
        );
        code += 1;
    }
    assert!(OPCODES.len() <= 256, "an opcode fits a byte");
};
