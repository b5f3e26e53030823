//! The lowering: small functions as text, determinism, bounds, and modules that mean harm.

use std::borrow::Cow;

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ElementSection, Elements, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction as I, MemArg, MemorySection, MemoryType,
    Module, RefType, TableSection, TableType, TypeSection, ValType,
};
use zk_processor::isa::{Opcode, Space, Trap};
use zk_processor::lowering::{Features, Limits, Lowered, LoweringError, MemoryRule, Metering, Options, lower};
use zk_processor::program::{Artefact, Verdict};

const I32: ValType = ValType::I32;

/// A function: parameters, results, locals, body.
type Definition<'a> = (&'a [ValType], &'a [ValType], &'a [(u32, ValType)], &'a [I<'a>]);

/// A module with a memory of one page, a mutable global, and functions (parameters, results, locals, body) exported as f0, f1, ….
fn module(functions: &[Definition<'_>]) -> Vec<u8> {
    let (mut types, mut declared, mut exports, mut code) = (
        TypeSection::new(),
        FunctionSection::new(),
        ExportSection::new(),
        CodeSection::new(),
    );
    for (index, (parameters, results, locals, body)) in (0..).zip(functions) {
        types.ty().function(parameters.iter().copied(), results.iter().copied());
        declared.function(index);
        exports.export(&format!("f{index}"), ExportKind::Func, index);
        let mut function = Function::new(locals.iter().copied());
        for instruction in *body {
            function.instruction(instruction);
        }
        function.instruction(&I::End);
        code.function(&function);
    }
    let mut memory = MemorySection::new();
    memory.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut globals = GlobalSection::new();
    globals.global(
        GlobalType {
            val_type: I32,
            mutable: true,
            shared: false,
        },
        &ConstExpr::i32_const(4096),
    );
    let mut module = Module::new();
    module
        .section(&types)
        .section(&declared)
        .section(&memory)
        .section(&globals)
        .section(&exports)
        .section(&code);
    module.finish()
}

fn near() -> Options<'static> {
    Options {
        features: Features::NEAR,
        metering: Some(Metering::NEAR),
        intrinsics: false,
        ..Options::PLAIN
    }
}

/// Disassembly of the first function.
fn disassemble(wasm: &[u8], options: &Options<'_>) -> String {
    let lowered = lower(wasm, options).expect("a valid module");
    let body = lowered.body_rows()[0];
    let rows = &lowered.artefact.code[body.start as usize..body.end as usize];
    rows.iter().map(|row| format!("{row}\n")).collect()
}

fn check(function: Definition<'_>, expected: &str) {
    let found = disassemble(&module(&[function]), &Options::PLAIN);
    let expected: String = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(found, expected);
}

fn memarg(offset: u64) -> MemArg {
    MemArg {
        offset,
        align: 0,
        target: wasm_encoder::MemArgTarget::Memory(0),
        ordering: None,
    }
}

#[test]
fn locals_and_constants_become_operands_and_results_go_to_slot_0() {
    check(
        (
            &[I32, I32],
            &[I32],
            &[],
            &[I::LocalGet(0), I::LocalGet(1), I::I32Add, I::I32Const(3), I::I32Mul],
        ),
        "add32 s2, s0, s1
         mul32_imm s0, s2, 3
         ret",
    );
}

#[test]
fn a_set_changes_the_row_that_computes_the_value() {
    check(
        (
            &[I32],
            &[I32],
            &[(1, I32)],
            &[
                I::LocalGet(0),
                I::I32Load(memarg(8)),
                I::LocalTee(1),
                I::LocalGet(1),
                I::I32Xor,
                I::LocalSet(0),
                I::LocalGet(0),
            ],
        ),
        "load32_u s1, [s0 + 8]
         xor32 s0, s1, s1
         ret",
    );
}

#[test]
fn a_local_that_waits_on_the_stack_is_copied_before_it_changes() {
    check(
        (
            &[I32],
            &[I32],
            &[],
            &[
                I::LocalGet(0),
                I::I32Const(1),
                I::LocalSet(0),
                I::LocalGet(0),
                I::I32Sub,
            ],
        ),
        "mov s1, s0
         li s0, 1
         sub32 s0, s1, s0
         ret",
    );
}

#[test]
fn comparisons_merge_with_branches_and_blocks_cost_nothing() {
    check(
        (
            &[I32],
            &[],
            &[],
            &[
                I::Block(BlockType::Empty),
                I::Loop(BlockType::Empty),
                I::LocalGet(0),
                I::I32Eqz,
                I::BrIf(1),
                I::LocalGet(0),
                I::I32Const(1),
                I::I32Sub,
                I::LocalTee(0),
                I::I32Const(10),
                I::I32GtS,
                I::BrIf(0),
                I::End,
                I::End,
            ],
        ),
        "br_eq32_imm s0, 0, @5
         add32_imm s0, s0, -1
         br_ge_s32_imm s0, 11, @2
         ret",
    );
}

#[test]
fn locals_are_zeroed_only_if_they_may_be_read_before_they_are_assigned() {
    let body = [
        I::LocalGet(1),
        I::LocalSet(2),
        I::Block(BlockType::Empty),
        I::LocalGet(0),
        I::BrIf(0),
        I::I32Const(7),
        I::LocalSet(1),
        I::End,
        I::LocalGet(1),
        I::LocalGet(2),
        I::I32Add,
    ];
    check(
        (&[I32], &[I32], &[(2, I32)], &body),
        "li s1, 0
         li s2, 0
         br_ne32_imm s0, 0, @6
         li s1, 7
         add32 s0, s1, s2
         ret",
    );
}

#[test]
fn a_stack_pointer_moves_in_one_row() {
    let body = [
        I::GlobalGet(0),
        I::I32Const(16),
        I::I32Sub,
        I::LocalTee(0),
        I::I32Const(0),
        I::I32Store(memarg(4)),
        I::LocalGet(0),
        I::I32Const(16),
        I::I32Add,
        I::GlobalSet(0),
    ];
    check(
        (&[], &[], &[(1, I32)], &body),
        "global_get_add s0, g0, -16
         store32_imm [s0 + 4], 0
         global_set_add g0, s0, 16
         ret",
    );
}

/// The proof demands that a carry that is read is 0 or 1: the row before wrote it, whatever the operands are.
#[test]
fn a_carry_is_written_by_the_row_before_the_one_that_reads_it() {
    let i64 = ValType::I64;
    let operands: [&[I<'_>]; 3] = [
        &[I::LocalGet(0), I::LocalGet(1), I::LocalGet(2), I::LocalGet(3)],
        &[I::LocalGet(3), I::I64Const(5), I::LocalGet(3), I::I64Const(7)],
        &[
            I::LocalGet(0),
            I::LocalGet(0),
            I::I64Clz,
            I::I64Const(-1),
            I::LocalTee(2),
            I::LocalGet(2),
        ],
    ];
    for operands in operands {
        for (operator, out, with) in [
            (I::I64Add128, Opcode::AddCarry64, Opcode::AddWithCarry64),
            (I::I64Sub128, Opcode::SubBorrow64, Opcode::SubWithBorrow64),
        ] {
            let body: Vec<_> = operands.iter().cloned().chain([operator]).collect();
            let wasm = module(&[(&[i64; 4], &[i64; 2], &[], &body)]);
            for options in [
                Options::PLAIN,
                Options {
                    metering: Some(Metering::NEAR),
                    ..Options::PLAIN
                },
            ] {
                let code = lower(&wasm, &options).expect("a valid module").artefact.code;
                let reads: Vec<_> = (0..code.len()).filter(|row| code[*row].opcode == with).collect();
                let [row] = reads[..] else {
                    panic!("one sum, found {reads:?}");
                };
                assert_eq!((code[row - 1].opcode, code[row - 1].c()), (out, code[row].c()));
            }
        }
    }
}

#[test]
fn values_of_conditional_branches_are_moved_on_the_way_out_only() {
    let body = [
        I::Block(BlockType::Result(I32)),
        I::LocalGet(0),
        I::LocalGet(1),
        I::BrIf(0),
        I::I32Const(5),
        I::I32Add,
        I::End,
    ];
    check(
        (&[I32, I32], &[I32], &[], &body),
        "br_eq32_imm s1, 0, @5
         mov s2, s0
         br @6
         add32_imm s2, s0, 5
         mov s0, s2
         ret",
    );
}

#[test]
fn calls_carry_stack_and_gas_of_their_callee() {
    let wasm = module(&[
        (
            &[I32],
            &[I32],
            &[],
            &[I::LocalGet(0), I::I32Const(2), I::Call(1), I::I32Const(1), I::I32Add],
        ),
        (
            &[I32, I32],
            &[I32],
            &[(3, ValType::I64)],
            &[I::LocalGet(0), I::LocalGet(1), I::I32Add],
        ),
    ]);
    // Frame of the callee: 64 + 2 · 4 + 3 · 8 = 96 bytes, 12 operators; its operand stack takes 8 bytes.
    let expected =
        "mov s1, s0 ; gas 3\nli s2, 2\ncall @10, frame +1, stack 104, gas 12\nadd32_imm s0, s1, 1 ; gas 2\nret\n";
    let found = disassemble(&wasm, &near());
    let lowered = lower(&wasm, &near()).expect("a valid module");
    let callee = lowered.body_rows()[1].start;
    assert_eq!(found, expected.replace("@10", &format!("@{callee}")));
    assert_eq!(
        lowered.artefact.code[callee as usize - 1].to_string(),
        "prologue stack 104, gas 12"
    );
}

#[test]
fn charges_that_no_row_carries_are_rows() {
    let mut body = vec![I::Nop; 300];
    body.extend([I::I32Const(0), I::I32Const(0), I::LocalGet(0), I::MemoryFill(0)]);
    let found = disassemble(&module(&[(&[I32], &[], &[], &body)]), &near());
    let expected = "charge 303\nli s1, 0\nli s2, 0\nmov s3, s0\ncharge_linear 32 + s3\nmemory_fill_begin s1.., 0, 0\nmemory_fill_step s1.., 0, 0\nret\n";
    assert_eq!(found, expected);
}

#[test]
fn a_segment_that_does_not_fit_is_a_verdict() {
    let with_data = |offset: i32| {
        let mut memory = MemorySection::new();
        memory.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(offset), [1, 2, 3]);
        let mut module = Module::new();
        module.section(&memory).section(&data);
        lower(&module.finish(), &Options::PLAIN)
            .expect("a valid module")
            .artefact
    };
    assert_eq!(with_data(65_534).verdict, Verdict::MemorySegmentTraps);
    let fits = with_data(65_533);
    assert_eq!(fits.verdict, Verdict::Accepted);
    assert_eq!(
        fits.image.cell(Space::Memory, 8191),
        u64::from_le_bytes([0, 0, 0, 0, 0, 1, 2, 3])
    );
}

#[test]
fn artefacts_are_deterministic_and_their_bytes_round_trip() {
    for name in ["compute", "inscription", "rs_test"] {
        let path = format!("{}/testdata/contracts/{name}.wasm", env!("CARGO_MANIFEST_DIR"));
        let wasm = std::fs::read(path).expect("a contract");
        let [first, second] = [(); 2].map(|()| lower(&wasm, &near()).expect("a valid contract").artefact);
        let bytes = first.to_bytes();
        assert_eq!(bytes, second.to_bytes());
        assert_eq!(Artefact::from_bytes(&bytes).as_ref(), Ok(&first));
        assert!(
            Artefact::from_bytes(&bytes[..bytes.len() - 1]).is_err(),
            "bytes are missing"
        );
        assert!(
            first.code.iter().all(|row| row.is_canonical()),
            "{name}: rows are canonical"
        );
        assert_eq!(first.code[0].opcode, Opcode::Trap);
        assert_eq!(Trap::from_code(first.code[0].low()), Some(Trap::Unreachable));
    }
}

/// An error, or a result within the stated bound.
fn survives(wasm: &[u8], options: &Options<'_>) -> Result<Lowered, LoweringError> {
    let lowered = lower(wasm, options)?;
    let rows = lowered.artefact.code.len();
    assert!(
        rows <= 2 * (8 * wasm.len() + (1 << 16)),
        "{rows} rows from {} bytes",
        wasm.len()
    );
    Ok(lowered)
}

fn one_function(body: &[I<'_>], locals: &[(u32, ValType)]) -> Vec<u8> {
    module(&[(&[], &[], locals, body)])
}

#[test]
fn deep_nesting_is_lowered() {
    let depth = 200_000;
    let mut body = vec![I::Block(BlockType::Empty); depth];
    body.push(I::Br(depth as u32 - 1));
    body.extend(vec![I::End; depth]);
    let wasm = one_function(&body, &[]);
    survives(&wasm, &Options::PLAIN).expect("valid");
    let limits = Limits {
        blocks_per_function: depth as u64 - 1,
        ..Limits::NONE
    };
    let refused = survives(&wasm, &Options { limits, ..near() });
    assert!(matches!(
        refused,
        Err(LoweringError::Limit {
            what: "blocks of a function",
            ..
        })
    ));
}

#[test]
fn branch_tables_with_many_targets_are_lowered() {
    let mut body = vec![I::Block(BlockType::Empty); 1000];
    let targets: Vec<u32> = (0..120_000).map(|index| index % 1000).collect();
    body.extend([I::I32Const(0), I::BrTable(Cow::Owned(targets), 999)]);
    body.extend(vec![I::End; 1000]);
    survives(&one_function(&body, &[]), &near()).expect("valid");
}

#[test]
fn results_of_many_values_cannot_multiply_without_bound() {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([], vec![I32; 500]);
    let mut declared = FunctionSection::new();
    declared.function(0);
    let mut function = Function::new([]);
    for _ in 0..400 {
        function.instruction(&I::Block(BlockType::FunctionType(1)));
    }
    for _ in 0..500 {
        function.instruction(&I::I32Const(1));
    }
    let targets: Vec<u32> = (0..400).collect();
    for _ in 0..50 {
        function.instruction(&I::I32Const(0));
        function.instruction(&I::BrIf(200));
    }
    function.instruction(&I::I32Const(0));
    function.instruction(&I::BrTable(Cow::Owned(targets), 0));
    for _ in 0..400 {
        function.instruction(&I::End);
        function.instruction(&I::Unreachable);
    }
    function.instruction(&I::End);
    let mut code = CodeSection::new();
    code.function(&function);
    let mut module = Module::new();
    module.section(&types).section(&declared).section(&code);
    let result = survives(&module.finish(), &Options::PLAIN);
    assert!(
        matches!(result, Err(LoweringError::Machine { .. })),
        "{:?}",
        result.err()
    );
}

#[test]
fn locals_of_all_functions_are_bounded_by_the_module_length() {
    let functions: Vec<Definition<'_>> = vec![(&[], &[], &[(50_000, I32)], &[]); 30];
    let result = survives(&module(&functions), &Options::PLAIN);
    assert!(
        matches!(
            result,
            Err(LoweringError::Machine {
                what: "locals of all functions",
                ..
            })
        ),
        "{:?}",
        result.err()
    );
    survives(&module(&functions[..20]), &near()).expect("a million locals, as many as NEAR allows");
}

#[test]
fn frames_beyond_the_machine_are_a_typed_error() {
    let body: Vec<I<'_>> = std::iter::repeat_n(I::I32Const(1), 70_000)
        .chain(std::iter::repeat_n(I::Drop, 70_000))
        .collect();
    let result = survives(&one_function(&body, &[]), &Options::PLAIN);
    assert!(
        matches!(
            result,
            Err(LoweringError::Machine {
                what: "slots of a frame",
                ..
            })
        ),
        "{:?}",
        result.err()
    );
    survives(&one_function(&[], &[(50_000, ValType::I64)]), &near()).expect("as many locals as Wasm allows");
    let result = survives(&one_function(&[], &[(u32::MAX, ValType::I64)]), &near());
    assert!(
        matches!(result, Err(LoweringError::Invalid { .. })),
        "{:?}",
        result.err()
    );
}

fn repeated(part: &[I<'static>], count: usize) -> Vec<I<'static>> {
    part.iter().cloned().cycle().take(count).collect()
}

#[test]
fn megabytes_of_one_thing_are_lowered() {
    let count = 500_000;
    let bodies: [Vec<I<'_>>; 5] = [
        vec![I::Nop; count],
        repeated(&[I::I32Const(1), I::Drop], count),
        repeated(&[I::LocalGet(0), I::LocalGet(1), I::LocalSet(0), I::LocalSet(1)], count),
        repeated(&[I::LocalGet(0), I::BrIf(0)], count),
        vec![I::Unreachable; count],
    ];
    for body in &bodies {
        survives(&one_function(body, &[(2, I32)]), &near()).expect("valid");
    }
}

#[test]
fn many_segments_and_large_tables_are_lowered_or_refused() {
    let mut memory = MemorySection::new();
    memory.memory(MemoryType {
        minimum: 65_536,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut data = DataSection::new();
    for index in 0..50_000 {
        data.active(0, &ConstExpr::i32_const(index * 4096), [1]);
    }
    let mut module = Module::new();
    module.section(&memory).section(&data);
    let lowered = survives(&module.finish(), &Options::PLAIN).expect("valid");
    assert_eq!(lowered.artefact.image.leaves().len(), 50_000);

    let table = |minimum| {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut tables = TableSection::new();
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            minimum,
            maximum: None,
            table64: false,
            shared: false,
        });
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(3), Elements::Functions(Cow::Owned(vec![0])));
        let mut imports = ImportSection::new();
        imports.import("env", "f", wasm_encoder::EntityType::Function(0));
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&tables)
            .section(&elements);
        module.finish()
    };
    let limits = Limits {
        table_initial: 10_000,
        table_elements: 10_000,
        ..Limits::NONE
    };
    let options = Options { limits, ..near() };
    assert_eq!(
        survives(&table(10_000), &options).expect("valid").artefact.verdict,
        Verdict::Accepted
    );
    assert_eq!(
        survives(&table(3), &options).expect("valid").artefact.verdict,
        Verdict::TableSegmentTraps
    );
    assert!(matches!(
        survives(&table(10_001), &options),
        Err(LoweringError::Limit {
            limit: 10_000,
            found: 10_001,
            ..
        })
    ));
}

#[test]
fn limits_hold_to_the_last_unit() {
    let wasm = module(&[
        (&[I32, I32], &[], &[(3, I32)], &[I::Block(BlockType::Empty), I::End]),
        (
            &[I32],
            &[I32],
            &[(2, I32)],
            &[I::Block(BlockType::Empty), I::End, I::LocalGet(0)],
        ),
    ]);
    let exact = Limits {
        types: 2,
        functions: 2,
        locals: 5,
        parameters_per_function: 2,
        parameters: 3,
        operand_stack_bytes: 4,
        blocks_per_function: 1,
        blocks: 2,
        body_bytes: 9,
        ..Limits::NONE
    };
    lower(
        &wasm,
        &Options {
            limits: exact,
            ..near()
        },
    )
    .expect("within the limits");
    let one_less = [
        Limits { types: 1, ..exact },
        Limits { functions: 1, ..exact },
        Limits { locals: 4, ..exact },
        Limits {
            parameters_per_function: 1,
            ..exact
        },
        Limits { parameters: 2, ..exact },
        Limits {
            operand_stack_bytes: 3,
            ..exact
        },
        Limits {
            blocks_per_function: 0,
            ..exact
        },
        Limits { blocks: 1, ..exact },
        Limits { body_bytes: 8, ..exact },
    ];
    for limits in one_less {
        let result = lower(&wasm, &Options { limits, ..near() });
        assert!(matches!(result, Err(LoweringError::Limit { .. })), "{limits:?}");
    }
    let fixed = MemoryRule::Fixed {
        initial_pages: 1024,
        max_pages: 2048,
    };
    let lowered = lower(
        &wasm,
        &Options {
            limits: Limits { memory: fixed, ..exact },
            ..near()
        },
    )
    .expect("valid");
    assert_eq!(
        (lowered.artefact.initial_pages, lowered.artefact.max_pages),
        (1024, 2048)
    );
}

#[test]
fn damaged_modules_never_panic() {
    let path = format!("{}/testdata/contracts/compute.wasm", env!("CARGO_MANIFEST_DIR"));
    let wasm = std::fs::read(path).expect("a contract");
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize % bound
    };
    for _ in 0..1500 {
        let mut damaged = wasm.clone();
        for _ in 0..=random(3) {
            let (at, bit) = (random(damaged.len()), random(8));
            damaged[at] ^= 1 << bit;
        }
        if random(4) == 0 {
            damaged.truncate(random(damaged.len()));
        }
        for options in [near(), Options::PLAIN] {
            let _ = survives(&damaged, &options);
        }
    }
}
