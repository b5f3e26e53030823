//! Each limit of the options at NEAR's value: one less and exactly as much is a program, one more is refused by name.

use std::borrow::Cow;

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ElementSection, Elements, EntityType, Function, FunctionSection, ImportSection,
    Instruction as I, MemorySection, Module, TableSection, TypeSection, ValType,
};
use zk_processor::lowering::{Features, Limits, LoweringError, MemoryRule, Metering, Options, lower};

use crate::modules::{memory_type, table_type};

/// Nearcore's limits, and its way of counting.
const NEAR: Options<'static> = Options {
    features: Features::NEAR,
    limits: Limits {
        types: 1_024,
        functions: 10_000,
        locals: 1_000_000,
        body_bytes: 196_608,
        tables: 1,
        table_initial: 10_000,
        table_elements: 10_000,
        parameters_per_function: 64,
        parameters: 50_000,
        operand_stack_bytes: 8_192,
        blocks_per_function: 5_000,
        blocks: 50_000,
        memory: MemoryRule::Fixed {
            initial_pages: 1_024,
            max_pages: 2_048,
        },
        import_module: Some("env"),
    },
    metering: Some(Metering::NEAR),
    intrinsics: false,
    ..Options::PLAIN
};

/// A function by its measures.
#[derive(Clone, Copy, Default)]
struct Shape {
    parameters: u64,
    locals: u64,
    blocks: u64,
    nops: u64,
    /// Operands of 8 bytes that lie on the stack together.
    operands: u64,
}

/// A module of these functions, after `extra_types` types that nobody uses.
fn module(functions: &[Shape], extra_types: u64) -> Vec<u8> {
    let mut parameter_counts: Vec<u64> = functions.iter().map(|shape| shape.parameters).collect();
    parameter_counts.sort_unstable();
    parameter_counts.dedup();
    let (mut types, mut declared, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
    for _ in 0..extra_types {
        types.ty().function([], []);
    }
    for count in &parameter_counts {
        types.ty().function(vec![ValType::I32; *count as usize], []);
    }
    for shape in functions {
        let of_type = parameter_counts
            .binary_search(&shape.parameters)
            .expect("it was collected");
        declared.function((extra_types as usize + of_type) as u32);
        let mut function = Function::new((shape.locals > 0).then_some((shape.locals as u32, ValType::I64)));
        let parts = [
            (shape.blocks, I::Block(BlockType::Empty)),
            (shape.blocks, I::End),
            (shape.nops, I::Nop),
            (shape.operands, I::I64Const(1)),
            (shape.operands, I::Drop),
            (1, I::End),
        ];
        for (count, instruction) in parts {
            for _ in 0..count {
                function.instruction(&instruction);
            }
        }
        code.function(&function);
    }
    let mut module = Module::new();
    module.section(&types).section(&declared).section(&code);
    module.finish()
}

/// Functions that share an amount, each with at most `most` of it.
fn shared(amount: u64, most: u64, shape: impl Fn(u64) -> Shape) -> Vec<u8> {
    let full = (0..amount / most).map(|_| shape(most));
    module(&full.chain([shape(amount % most)]).collect::<Vec<_>>(), 0)
}

fn tables(count: u64, initial: u64) -> Vec<u8> {
    let mut tables = TableSection::new();
    for _ in 0..count {
        tables.table(table_type(initial));
    }
    let mut module = Module::new();
    module.section(&tables);
    module.finish()
}

/// One less, exactly and one more than `limit`.
fn check(what: &'static str, limit: u64, make: impl Fn(u64) -> Vec<u8>) {
    for amount in [limit - 1, limit] {
        let result = lower(&make(amount), &NEAR);
        assert!(result.is_ok(), "{what}, {amount}: {:?}", result.err());
    }
    let result = lower(&make(limit + 1), &NEAR).map(|_| ());
    let found = limit + 1;
    assert_eq!(result, Err(LoweringError::Limit { what, limit, found }));
}

#[test]
fn limits_on_sections_hold_to_the_last_unit() {
    let limits = NEAR.limits;
    let nothing = Shape::default();
    check("types", limits.types, |types| module(&[nothing], types - 1));
    check("functions", limits.functions, |count| {
        module(&vec![nothing; count as usize], 0)
    });
    check("functions", limits.functions, |count| {
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        types.ty().function([], []);
        for _ in 0..count {
            imports.import("env", "f", EntityType::Function(0));
        }
        let mut module = Module::new();
        module.section(&types).section(&imports);
        module.finish()
    });
    check("tables", limits.tables, |count| tables(count, 1));
    check("initial elements of a table", limits.table_initial, |initial| {
        tables(1, initial)
    });
}

#[test]
fn limits_on_functions_hold_to_the_last_unit() {
    let limits = NEAR.limits;
    // A body also has the number of its groups of locals and an `end`.
    check("bytes of a function body", limits.body_bytes, |bytes| {
        module(
            &[Shape {
                nops: bytes - 2,
                ..Shape::default()
            }],
            0,
        )
    });
    check("locals of all functions", limits.locals, |locals| {
        shared(locals, 50_000, |locals| Shape {
            locals,
            ..Shape::default()
        })
    });
    check(
        "parameters of a function",
        limits.parameters_per_function,
        |parameters| {
            module(
                &[Shape {
                    parameters,
                    ..Shape::default()
                }],
                0,
            )
        },
    );
    check("parameters of all functions", limits.parameters, |parameters| {
        shared(parameters, 64, |parameters| Shape {
            parameters,
            ..Shape::default()
        })
    });
    check("blocks of a function", limits.blocks_per_function, |blocks| {
        module(
            &[Shape {
                blocks,
                ..Shape::default()
            }],
            0,
        )
    });
    check("blocks of all functions", limits.blocks, |blocks| {
        shared(blocks, 5_000, |blocks| Shape {
            blocks,
            ..Shape::default()
        })
    });
}

/// Operands come in units of 4 and 8 bytes.
#[test]
fn the_limit_on_the_operand_stack_holds_to_the_last_operand() {
    let limit = NEAR.limits.operand_stack_bytes;
    for operands in [limit / 8 - 1, limit / 8] {
        let wasm = module(
            &[Shape {
                operands,
                ..Shape::default()
            }],
            0,
        );
        assert!(lower(&wasm, &NEAR).is_ok(), "{operands} operands");
    }
    let wasm = module(
        &[Shape {
            operands: limit / 8 + 1,
            ..Shape::default()
        }],
        0,
    );
    let what = "bytes of the operand stack";
    let expected = LoweringError::Limit {
        what,
        limit,
        found: limit + 8,
    };
    assert_eq!(lower(&wasm, &NEAR).map(|_| ()), Err(expected));
}

#[test]
fn tables_and_memories_of_the_machine_hold_to_the_last_unit() {
    let elements = 10_000;
    let cap = Options {
        limits: Limits {
            table_elements: elements,
            memory: MemoryRule::Declared { max_pages: 100 },
            ..Limits::NONE
        },
        ..NEAR
    };
    let elements = u64::from(elements);
    for initial in [elements - 1, elements] {
        assert!(lower(&tables(1, initial), &cap).is_ok(), "{initial} elements");
    }
    let what = "initial elements of a table";
    let expected = LoweringError::Machine { what, limit: elements };
    assert_eq!(lower(&tables(1, elements + 1), &cap).map(|_| ()), Err(expected));

    let memory = |pages| {
        let mut memories = MemorySection::new();
        memories.memory(memory_type(pages));
        let mut module = Module::new();
        module.section(&memories);
        module.finish()
    };
    for pages in [99, 100] {
        let lowered = lower(&memory(pages), &cap).expect("it fits");
        assert_eq!(u64::from(lowered.artefact.initial_pages), pages);
    }
    let expected = LoweringError::Machine {
        what: "initial pages",
        limit: 100,
    };
    assert_eq!(lower(&memory(101), &cap).map(|_| ()), Err(expected));
    for pages in [0, 1_024, 65_536] {
        let artefact = lower(&memory(pages), &NEAR)
            .expect("what it declares does not matter")
            .artefact;
        assert_eq!((artefact.initial_pages, artefact.max_pages), (1_024, 2_048));
    }
}

#[test]
fn only_functions_of_the_host_are_imported() {
    let import = |name: &str, entity: EntityType| {
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        types.ty().function([], []);
        imports.import(name, "f", entity);
        let mut module = Module::new();
        module.section(&types).section(&imports);
        lower(&module.finish(), &NEAR).map(|_| ())
    };
    let what = "imports other than functions of the host";
    let refused = Err(LoweringError::Limit {
        what,
        limit: 0,
        found: 1,
    });
    assert_eq!(import("env", EntityType::Function(0)), Ok(()));
    assert_eq!(import("en", EntityType::Function(0)), refused);
    assert_eq!(import("env", EntityType::Memory(memory_type(1))), refused);
    assert_eq!(import("env", EntityType::Table(table_type(1))), refused);
}

/// A frame has 2^16 slots: locals, operands, and 6 more for what one operator may need.
#[test]
fn frames_hold_to_the_last_slot() {
    let locals = 50_000;
    let operands = (1 << 16) - 6 - locals;
    let unlimited = Options {
        limits: Limits::NONE,
        ..NEAR
    };
    let with = |operands| {
        module(
            &[Shape {
                locals,
                operands,
                ..Shape::default()
            }],
            0,
        )
    };
    for operands in [operands - 1, operands] {
        assert!(lower(&with(operands), &unlimited).is_ok(), "{operands} operands");
    }
    let expected = LoweringError::Machine {
        what: "slots of a frame",
        limit: 1 << 16,
    };
    assert_eq!(lower(&with(operands + 1), &unlimited).map(|_| ()), Err(expected));
}

#[test]
fn a_segment_of_elements_fits_to_the_last_element() {
    let module = |offset| {
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        types.ty().function([], []);
        imports.import("env", "f", EntityType::Function(0));
        let (mut tables, mut elements) = (TableSection::new(), ElementSection::new());
        tables.table(table_type(10_000));
        let functions = Elements::Functions(Cow::Owned(vec![0; 5_000]));
        elements.active(None, &ConstExpr::i32_const(offset), functions);
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&tables)
            .section(&elements);
        lower(&module.finish(), &NEAR).expect("a valid module").artefact.verdict
    };
    use zk_processor::program::Verdict::{Accepted, TableSegmentTraps};
    assert_eq!(
        [4_999, 5_000, 5_001].map(module),
        [Accepted, Accepted, TableSegmentTraps]
    );
}
