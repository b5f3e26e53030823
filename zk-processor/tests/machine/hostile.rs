//! Hostile modules end in a typed error or a result, within the limits that the caller sets.

use wasm_encoder::{
    BlockType, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    ImportSection, Instruction, MemorySection, MemoryType, Module, TypeSection, ValType,
};
use zk_processor::executor::{ExecutionError, Limits, Machine, Stop};
use zk_processor::isa::{EventKind, Trap};
use zk_processor::lowering::{Metering, Options, lower};
use zk_processor::program::Verdict;

use crate::programs::{Numbers, generated, wasm};

/// Lowers and, if there is a program, runs its functions briefly. Never panics.
fn survive(wasm: &[u8]) {
    for metering in [None, Some(Metering::NEAR)] {
        let options = Options {
            intrinsics: false,
            metering,
            ..Options::PLAIN
        };
        let Ok(lowered) = lower(wasm, &options) else { continue };
        if lowered.artefact.verdict != Verdict::Accepted {
            continue;
        }
        let mut machine = Machine::new(Limits {
            instructions: 200_000,
            memory_bytes: 1 << 24,
        });
        if machine.open(&lowered.artefact).is_err() {
            continue;
        }
        for function in 0..lowered.artefact.entries.len().min(8) as u32 {
            if machine.enter(function, 1 << 20, 1 << 18).is_err() || machine.run().is_err() {
                break;
            }
            machine.abandon_call();
        }
    }
}

/// A module with one exported function.
fn module(parameters: &[ValType], locals: Vec<(u32, ValType)>, body: &[Instruction<'_>]) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function(parameters.iter().copied(), []);
    module.section(&types);
    let mut functions = FunctionSection::new();
    functions.function(0);
    module.section(&functions);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    module.section(&memories);
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, 0);
    module.section(&exports);
    let mut code = CodeSection::new();
    let mut function = Function::new(locals);
    body.iter().for_each(|instruction| {
        function.instruction(instruction);
    });
    code.function(&function);
    module.section(&code);
    module.finish()
}

#[test]
fn nested_blocks_are_lowered_in_linear_time() {
    for depth in [1_000, 100_000] {
        let mut body = vec![Instruction::Block(BlockType::Empty); depth];
        body.extend(vec![Instruction::End; depth + 1]);
        survive(&module(&[], vec![], &body));
        let mut body: Vec<_> = (0..depth)
            .flat_map(|_| [Instruction::I32Const(1), Instruction::If(BlockType::Empty)])
            .collect();
        body.extend(vec![Instruction::End; depth + 1]);
        survive(&module(&[], vec![], &body));
    }
}

#[test]
fn branch_tables_do_not_explode() {
    let targets: Vec<u32> = (0..60_000).map(|index| index % 50).collect();
    let mut body = vec![Instruction::Block(BlockType::Empty); 60];
    for _ in 0..20 {
        body.extend([
            Instruction::I32Const(7),
            Instruction::BrTable(targets.clone().into(), 3),
        ]);
    }
    body.extend(vec![Instruction::End; 61]);
    survive(&module(&[], vec![], &body));
}

#[test]
fn huge_locals_are_an_error_or_a_program() {
    for locals in [1, 49_999, 50_000, 50_001, 65_000, 65_536, 1 << 20, u32::MAX] {
        survive(&module(&[], vec![(locals, ValType::I64)], &[Instruction::End]));
    }
    survive(&module(
        &[ValType::I64; 1000],
        vec![(20_000, ValType::F64)],
        &[Instruction::End],
    ));
}

#[test]
fn four_mebibytes_of_anything_end() {
    const LEN: usize = 4 << 20;
    survive(&vec![0; LEN]);
    survive(&vec![0xff; LEN]);
    let mut header = b"\0asm\x01\0\0\0".to_vec();
    header.resize(LEN, 0x00);
    survive(&header);
    survive(&module(
        &[],
        vec![],
        &[vec![Instruction::Nop; LEN], vec![Instruction::End]].concat(),
    ));
    let constants: Vec<_> = (0..LEN / 4)
        .flat_map(|_| [Instruction::I32Const(1), Instruction::Drop])
        .collect();
    survive(&module(&[], vec![], &[constants, vec![Instruction::End]].concat()));
}

#[test]
fn many_imports_and_globals_end() {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    module.section(&types);
    let mut imports = ImportSection::new();
    for _ in 0..50_000 {
        imports.import("env", "f", EntityType::Function(0));
    }
    module.section(&imports);
    let mut globals = GlobalSection::new();
    for value in 0..50_000 {
        let global_type = wasm_encoder::GlobalType {
            val_type: ValType::I64,
            mutable: true,
            shared: false,
        };
        globals.global(global_type, &wasm_encoder::ConstExpr::i64_const(value));
    }
    module.section(&globals);
    survive(&module.finish());
}

#[test]
fn mutated_modules_never_panic() {
    for seed in 0..150 {
        let Some(mut wasm) = generated(seed, true, 50) else {
            continue;
        };
        let mut numbers = Numbers::new(seed);
        for _ in 0..6 {
            let at = numbers.next() as usize % wasm.len();
            wasm[at] = numbers.next() as u8;
            survive(&wasm);
        }
        wasm.truncate(numbers.next() as usize % wasm.len());
        survive(&wasm);
    }
}

#[test]
fn limits_are_typed_errors() {
    let lowered = lower(
        &wasm(
            r#"(module (memory 100) (func (export "f") (param i32) (loop (i32.store (local.get 0) (i32.const 1))
        (local.set 0 (i32.add (local.get 0) (i32.const 65536))) (br_if 0 (i32.lt_u (local.get 0) (i32.const 6553600))))) (func (export "g") (loop (br 0))))"#,
        ),
        &Options::PLAIN,
    );
    let lowered = lowered.expect("the module is valid");
    let run = |function, limits: Limits| {
        let mut machine = Machine::new(limits);
        machine
            .open(&lowered.artefact)
            .and_then(|()| machine.enter(function, 0, 1 << 20))
            .and_then(|()| machine.run())
    };
    let memory = Limits {
        memory_bytes: 99 * 65536,
        ..Limits::default()
    };
    assert_eq!(
        run(0, memory),
        Err(ExecutionError::MemoryLimit {
            limit_bytes: 99 * 65536
        })
    );
    let enough = Limits {
        memory_bytes: 100 * 65536,
        ..Limits::default()
    };
    assert!(matches!(run(0, enough), Ok(Stop::Event(event)) if event.kind == EventKind::Returned));
    let instructions = Limits {
        instructions: 1000,
        ..Limits::default()
    };
    assert_eq!(
        run(1, instructions),
        Err(ExecutionError::InstructionLimit { limit: 1000 })
    );
}

#[test]
fn endless_recursion_exhausts_the_frames() {
    let lowered =
        lower(&wasm(r#"(module (func $f (export "f") (call $f)))"#), &Options::PLAIN).expect("the module is valid");
    let mut machine = Machine::new(Limits::default());
    machine
        .open(&lowered.artefact)
        .and_then(|()| machine.enter(0, 0, u32::MAX))
        .expect("it can be entered");
    let Ok(Stop::Event(event)) = machine.run() else {
        panic!("the run ends in an event")
    };
    assert_eq!(event.trap(), Some(Trap::StackExhausted));
}
