//! Modules that mean harm, of about a given length.

use std::borrow::Cow;

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, CustomSection, DataSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction as I,
    MemorySection, MemoryType, Module, RefType, TableSection, TableType, TypeSection, ValType,
};

const I32: ValType = ValType::I32;

/// Operands of the widest types: as many as Wasm's validator accepts.
const WIDE: usize = 1000;

/// So many that moving them takes almost as many rows as there may be.
const NARROW: usize = 29;

/// A module, what it tries, and what becomes of it as any program.
pub(crate) struct Hostile {
    pub(crate) name: &'static str,
    /// The beginning of [`PROGRAM`] or of the error's text.
    pub(crate) outcome: &'static str,
    pub(crate) wasm: Vec<u8>,
}

/// It can be lowered.
pub(crate) const PROGRAM: &str = "a program";

const INVALID: &str = "invalid module";
const OPERANDS: &str = "operands of calls, blocks and branches beyond the machine";
const ROWS: &str = "code rows beyond the machine";
const LOCALS: &str = "locals of all functions beyond the machine";

type Maker = (&'static str, &'static str, fn(usize) -> Vec<u8>);

/// Ways of doing harm.
const MAKERS: &[Maker] = &[
    ("zeros", INVALID, |len| vec![0; len]),
    ("ones", INVALID, |len| vec![0xff; len]),
    ("header and zeros", INVALID, |len| [HEADER, &vec![0; len]].concat()),
    ("header and random bytes", INVALID, |len| {
        [HEADER, &random_bytes(len)].concat()
    }),
    ("random type section", INVALID, |len| random_section(1, len)),
    ("random code section", INVALID, |len| random_section(10, len)),
    ("random arithmetic", PROGRAM, random_arithmetic),
    ("nops", PROGRAM, |len| repeated(len, &[I::Nop])),
    ("constants dropped", PROGRAM, |len| {
        repeated(len / 3, &[I::I32Const(1), I::Drop])
    }),
    (
        "stack of constants",
        "slots of a frame beyond the machine",
        stack_of_constants,
    ),
    ("nested blocks", PROGRAM, |len| {
        nested(len / 3, &[I::Block(BlockType::Empty)])
    }),
    ("nested loops", PROGRAM, |len| {
        nested(len / 3, &[I::Loop(BlockType::Empty)])
    }),
    ("nested ifs", PROGRAM, |len| {
        nested(len / 5, &[I::I32Const(1), I::If(BlockType::Empty)])
    }),
    ("one large branch table", PROGRAM, |len| branch_tables(1, len)),
    ("many branch tables", PROGRAM, |len| branch_tables(len / 260, 256)),
    ("branch table with values", OPERANDS, branch_table_with_values),
    ("branches with many values", ROWS, |len| {
        branches_with_values(len, 1, WIDE)
    }),
    ("branches with values", PROGRAM, |len| {
        branches_with_values(len, 3, NARROW)
    }),
    ("dead branches with values", OPERANDS, |len| {
        wide_dead(len / 2, &I::Br(0))
    }),
    ("dead calls of wide functions", OPERANDS, |len| {
        wide_dead(len / 2, &I::Call(0))
    }),
    ("dead calls, many parameters", OPERANDS, |len| dead_calls(len / 2)),
    ("nested wide blocks", OPERANDS, |len| wide_blocks(len / 3)),
    ("huge locals", LOCALS, |len| {
        functions(len / 8, 0, &[(50_000, ValType::I64)])
    }),
    ("many functions", PROGRAM, |len| {
        functions((len / 4).min(1_000_000), 0, &[])
    }),
    ("functions of many parameters", LOCALS, |len| {
        functions(len / 5, WIDE, &[])
    }),
    ("waiting locals", PROGRAM, |len| waiting_locals(len / 2)),
    ("soft floats", PROGRAM, |len| {
        repeated(len / 11, &[I::F64Const(1.0.into()), I::F64Sqrt, I::Drop])
    }),
    ("square roots", PROGRAM, square_roots),
    ("bulk fills", PROGRAM, |len| repeated(len / 10, &BULK_FILL)),
    ("many types", PROGRAM, |len| types((len / 3).min(1_000_000))),
    ("wide types", PROGRAM, |len| wide_types(len / WIDE)),
    ("many imports", PROGRAM, |len| imports(len / 5)),
    ("many exports", PROGRAM, |len| exports(len / 8)),
    ("many globals", PROGRAM, |len| globals(len / 5)),
    ("large segments", PROGRAM, large_segments),
    ("many small segments", PROGRAM, |len| {
        small_segments((len / 12).min(100_000))
    }),
    ("many names", PROGRAM, names),
];

/// Every way of doing harm, in modules of about `len` bytes.
pub(crate) fn all(len: usize) -> impl Iterator<Item = Hostile> {
    MAKERS.iter().map(move |&(name, outcome, make)| Hostile {
        name,
        outcome,
        wasm: make(len),
    })
}

const BULK_FILL: [I<'static>; 4] = [I::I32Const(0), I::I32Const(0), I::I32Const(0), I::MemoryFill(0)];

const HEADER: &[u8] = b"\0asm\x01\0\0\0";

fn random_bytes(len: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64 ^ len as u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(len).collect()
}

fn leb128(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// A section that claims as many items as it has bytes, of random bytes.
fn random_section(id: u8, len: usize) -> Vec<u8> {
    let contents = [leb128(len), random_bytes(len)].concat();
    [HEADER, &[id], &leb128(contents.len()), &contents].concat()
}

/// Two constants, an operator on them that nobody chose, and a drop, again and again.
fn random_arithmetic(len: usize) -> Vec<u8> {
    let operators = random_bytes(len / 6).into_iter();
    let mut function = Function::new([]);
    function.raw(operators.flat_map(|byte| [0x41, byte & 0x3f, 0x41, byte >> 2, 0x6a + byte % 15, 0x1a]));
    function.instruction(&I::End);
    one_function(&function)
}

pub(crate) fn memory_type(minimum: u64) -> MemoryType {
    MemoryType {
        minimum,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    }
}

pub(crate) fn table_type(minimum: u64) -> TableType {
    TableType {
        element_type: RefType::FUNCREF,
        minimum,
        maximum: None,
        table64: false,
        shared: false,
    }
}

/// A module with a memory, and one function without parameters and results.
fn one_function(function: &Function) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let (mut declared, mut memory, mut exports, mut code) = (
        FunctionSection::new(),
        MemorySection::new(),
        ExportSection::new(),
        CodeSection::new(),
    );
    declared.function(0);
    memory.memory(memory_type(1));
    exports.export("f", ExportKind::Func, 0);
    code.function(function);
    let mut module = Module::new();
    module.section(&types).section(&declared).section(&memory);
    module.section(&exports).section(&code);
    module.finish()
}

fn body(instructions: Vec<I<'_>>) -> Vec<u8> {
    let mut function = Function::new([(1, I32)]);
    for instruction in &instructions {
        function.instruction(instruction);
    }
    function.instruction(&I::End);
    one_function(&function)
}

fn times<'a>(count: usize, instructions: &[I<'a>]) -> Vec<I<'a>> {
    instructions
        .iter()
        .cycle()
        .take(count * instructions.len())
        .cloned()
        .collect()
}

fn repeated(count: usize, instructions: &[I<'_>]) -> Vec<u8> {
    body(times(count, instructions))
}

/// More operands than a frame has slots.
fn stack_of_constants(len: usize) -> Vec<u8> {
    let count = (len / 3).max(70_000);
    body([vec![I::I32Const(1); count], vec![I::Drop; count]].concat())
}

fn nested(depth: usize, opening: &[I<'static>]) -> Vec<u8> {
    body([times(depth, opening), vec![I::End; depth]].concat())
}

/// Branch tables whose targets are 100 different frames.
fn branch_tables(tables: usize, targets: usize) -> Vec<u8> {
    const FRAMES: u32 = 100;
    let targets: Vec<u32> = (0..targets as u32).map(|index| index % FRAMES).collect();
    let mut instructions = vec![I::Block(BlockType::Empty); FRAMES as usize];
    for _ in 0..tables {
        instructions.extend([I::I32Const(7), I::BrTable(Cow::Owned(targets.clone()), 3)]);
    }
    instructions.extend(vec![I::End; FRAMES as usize]);
    body(instructions)
}

/// A module with one function and four types: of nothing, of [`WIDE`] results, of as many parameters and results, of [`NARROW`]
/// results.
fn wide_module(function: &Function) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([], vec![I32; WIDE]);
    types.ty().function(vec![I32; WIDE], vec![I32; WIDE]);
    types.ty().function([], vec![I32; NARROW]);
    let (mut imports, mut declared, mut code) = (ImportSection::new(), FunctionSection::new(), CodeSection::new());
    imports.import("env", "wide", EntityType::Function(2));
    declared.function(0);
    code.function(function);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&imports)
        .section(&declared)
        .section(&code);
    module.finish()
}

/// `count` operators that move a thousand operands each, where nothing is reached.
fn wide_dead(count: usize, operator: &I<'_>) -> Vec<u8> {
    let mut function = Function::new([]);
    function
        .instruction(&I::Block(BlockType::FunctionType(1)))
        .instruction(&I::Unreachable);
    for _ in 0..count {
        function.instruction(operator);
    }
    function
        .instruction(&I::End)
        .instruction(&I::Unreachable)
        .instruction(&I::End);
    wide_module(&function)
}

/// Calls of a function of a thousand parameters, where nothing is reached; no feature is needed.
fn dead_calls(count: usize) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function(vec![I32; WIDE], []);
    let (mut imports, mut declared, mut code) = (ImportSection::new(), FunctionSection::new(), CodeSection::new());
    imports.import("env", "wide", EntityType::Function(1));
    declared.function(0);
    let mut function = Function::new([]);
    function.instruction(&I::Unreachable);
    for _ in 0..count {
        function.instruction(&I::Call(0));
    }
    function.instruction(&I::End);
    code.function(&function);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&imports)
        .section(&declared)
        .section(&code);
    module.finish()
}

fn wide_blocks(depth: usize) -> Vec<u8> {
    let mut function = Function::new([]);
    function.instruction(&I::Unreachable);
    for _ in 0..depth {
        function.instruction(&I::Block(BlockType::FunctionType(2)));
    }
    for _ in 0..depth {
        function.instruction(&I::End);
    }
    function.instruction(&I::Unreachable).instruction(&I::End);
    wide_module(&function)
}

/// Conditional branches that carry the values of a block to where they are not.
fn branches_with_values(len: usize, block_type: u32, values: usize) -> Vec<u8> {
    let mut function = Function::new([]);
    function.instruction(&I::Block(BlockType::FunctionType(block_type)));
    function.instruction(&I::I32Const(1));
    for _ in 0..values {
        function.instruction(&I::I32Const(1));
    }
    for _ in 0..len / 4 {
        function.instruction(&I::I32Const(0)).instruction(&I::BrIf(0));
    }
    function
        .instruction(&I::Br(0))
        .instruction(&I::End)
        .instruction(&I::Unreachable)
        .instruction(&I::End);
    wide_module(&function)
}

/// A branch table to many frames that expect a thousand values each.
fn branch_table_with_values(len: usize) -> Vec<u8> {
    const FRAMES: usize = 100;
    let mut function = Function::new([]);
    for _ in 0..FRAMES {
        function.instruction(&I::Block(BlockType::FunctionType(1)));
    }
    function.instruction(&I::I32Const(1));
    for _ in 0..=WIDE {
        function.instruction(&I::I32Const(1));
    }
    let targets: Vec<u32> = (0..len).map(|index| (index % FRAMES) as u32).collect();
    function.instruction(&I::BrTable(Cow::Owned(targets), 0));
    for _ in 0..FRAMES {
        function.instruction(&I::End).instruction(&I::Unreachable);
    }
    function.instruction(&I::End);
    wide_module(&function)
}

/// Functions that do nothing, with these parameters and locals.
fn functions(count: usize, parameters: usize, locals: &[(u32, ValType)]) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function(vec![I32; parameters], []);
    let (mut declared, mut code) = (FunctionSection::new(), CodeSection::new());
    let mut function = Function::new(locals.iter().copied());
    function.instruction(&I::End);
    for _ in 0..count {
        declared.function(0);
        code.function(&function);
    }
    let mut module = Module::new();
    module.section(&types).section(&declared).section(&code);
    module.finish()
}

/// Copies of a local that wait on the stack each time it changes.
fn waiting_locals(count: usize) -> Vec<u8> {
    let waiting = vec![I::LocalGet(0); 20_000.min(count / 4)];
    let changes = times((count - waiting.len()) / 4, &[I::LocalGet(0), I::LocalSet(0)]);
    let ends = vec![I::Drop; waiting.len()];
    body([waiting, changes, ends].concat())
}

/// One routine call for each byte.
fn square_roots(len: usize) -> Vec<u8> {
    let mut instructions = vec![I::F64Const(2.0.into())];
    instructions.extend(vec![I::F64Sqrt; len]);
    instructions.push(I::Drop);
    body(instructions)
}

fn types(count: usize) -> Vec<u8> {
    let mut types = TypeSection::new();
    for _ in 0..count {
        types.ty().function([], []);
    }
    let mut module = Module::new();
    module.section(&types);
    module.finish()
}

/// Types that differ in their last parameter only.
fn wide_types(count: usize) -> Vec<u8> {
    const KINDS: [ValType; 4] = [ValType::I32, ValType::I64, ValType::F32, ValType::F64];
    let mut types = TypeSection::new();
    for index in 0..count {
        let parameters = (0..WIDE).map(|at| {
            let digit = (WIDE - 1 - at) as u32;
            KINDS[(index >> (2 * digit).min(usize::BITS - 2)) % 4]
        });
        types.ty().function(parameters, []);
    }
    let mut module = Module::new();
    module.section(&types);
    module.finish()
}

fn imports(count: usize) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    for _ in 0..count {
        imports.import("", "", EntityType::Function(0));
    }
    let mut module = Module::new();
    module.section(&types).section(&imports);
    module.finish()
}

fn exports(count: usize) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let (mut declared, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
    declared.function(0);
    for index in 0..count {
        exports.export(&format!("{index:x}"), ExportKind::Func, 0);
    }
    let mut function = Function::new([]);
    function.instruction(&I::End);
    code.function(&function);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&declared)
        .section(&exports)
        .section(&code);
    module.finish()
}

fn globals(count: usize) -> Vec<u8> {
    let mut globals = GlobalSection::new();
    for _ in 0..count {
        let global_type = GlobalType {
            val_type: I32,
            mutable: true,
            shared: false,
        };
        globals.global(global_type, &ConstExpr::i32_const(1));
    }
    let mut module = Module::new();
    module.section(&globals);
    module.finish()
}

/// Half a segment of functions, half one of bytes.
fn large_segments(len: usize) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    imports.import("env", "f", EntityType::Function(0));
    let elements_len = len / 2;
    let (mut tables, mut memory) = (TableSection::new(), MemorySection::new());
    tables.table(table_type(elements_len as u64));
    memory.memory(memory_type(len as u64 / 65_536 + 1));
    let (mut elements, mut data) = (ElementSection::new(), DataSection::new());
    let functions = Elements::Functions(Cow::Owned(vec![0; elements_len]));
    elements.active(None, &ConstExpr::i32_const(0), functions);
    data.active(0, &ConstExpr::i32_const(3), vec![1; len / 2]);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&tables);
    module.section(&memory).section(&elements).section(&data);
    module.finish()
}

/// Segments of one byte, each in a leaf of its own.
fn small_segments(count: usize) -> Vec<u8> {
    let (mut memory, mut data) = (MemorySection::new(), DataSection::new());
    memory.memory(memory_type(65_536));
    for index in 0..count {
        data.active(0, &ConstExpr::i32_const((index * 8192) as i32), [1]);
    }
    let mut module = Module::new();
    module.section(&memory).section(&data);
    module.finish()
}

/// Names for functions that do not exist.
fn names(len: usize) -> Vec<u8> {
    let count = len / 5;
    let mut map = leb128(count);
    for index in 0..count {
        map.extend(leb128(index + 0x4000));
        map.extend([1, b'n']);
    }
    let contents = [&[1][..], &leb128(map.len()), &map].concat();
    let mut module = Module::new();
    module.section(&CustomSection {
        name: Cow::Borrowed("name"),
        data: Cow::Owned(contents),
    });
    module.finish()
}
