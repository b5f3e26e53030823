//! An engine that counts as NEAR's does: `finite-wasm`'s points inserted into the module as calls, executed by `wasmi`.

use core::convert::Infallible;

use finite_wasm::gas::InstrumentationKind;
use finite_wasm::max_stack::SizeConfig;
use finite_wasm::prefix_sum_vec::PrefixSumVec;
use finite_wasm::wasmparser as wp;
use finite_wasm::{Analysis, AnalysisOutcome, Fee};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, EntityType, Function, ImportSection, Instruction, Module, SectionId, TypeSection, ValType,
};
use wasmi::{Caller, Linker, Store, Val};

/// nearcore's cost model, in units of one operator.
struct OperatorCosts;

macro_rules! costs {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        $( fn $visit(&mut self $($(, _: $argty)*)?) -> Fee { costs!(@cost $visit) } )*
    };
    (@cost visit_block) => { Fee::ZERO };
    (@cost visit_end) => { Fee::ZERO };
    (@cost visit_else) => { Fee::ZERO };
    (@cost visit_memory_init) => { Fee { constant: 32, linear: 1 } };
    (@cost visit_memory_copy) => { Fee { constant: 32, linear: 1 } };
    (@cost visit_memory_fill) => { Fee { constant: 32, linear: 1 } };
    (@cost visit_memory_grow) => { Fee { constant: 32, linear: 1 } };
    (@cost visit_table_init) => { Fee { constant: 32, linear: 1 } };
    (@cost visit_table_copy) => { Fee { constant: 32, linear: 1 } };
    (@cost visit_table_fill) => { Fee { constant: 32, linear: 1 } };
    (@cost visit_table_grow) => { Fee { constant: 32, linear: 1 } };
    (@cost $visit:ident) => { Fee::constant(1) };
}

impl<'a> wp::VisitOperator<'a> for OperatorCosts {
    type Output = Fee;
    wp::for_each_visit_operator!(costs);
}

impl<'a> wp::VisitSimdOperator<'a> for OperatorCosts {
    wp::for_each_visit_simd_operator!(costs);
}

struct Sizes;

impl SizeConfig for Sizes {
    fn size_of_value(&self, value: wp::ValType) -> u8 {
        match value {
            wp::ValType::I32 | wp::ValType::F32 => 4,
            wp::ValType::I64 | wp::ValType::F64 | wp::ValType::Ref(_) => 8,
            wp::ValType::V128 => 16,
        }
    }

    fn size_of_function_activation(&self, locals: &PrefixSumVec<wp::ValType, u32>) -> u64 {
        let mut size = 64;
        let mut next = 0;
        for (last, value) in locals {
            size += (u64::from(*last) + 1 - next) * u64::from(self.size_of_value(*value));
            next = u64::from(*last) + 1;
        }
        size
    }
}

/// The host functions, before all others: charge (operators), charge an operand as well, enter and leave a function.
const HOST_FUNCTIONS: u32 = 4;
const CHARGE: u32 = 0;
const CHARGE_LINEAR: u32 = 1;
const ENTER: u32 = 2;
const LEAVE: u32 = 3;

struct Instrumenter {
    analysis: AnalysisOutcome,
    /// Results of each function that has a body.
    results: Vec<Option<ValType>>,
    first_type: u32,
    bodies: usize,
}

/// The module with its points as calls. It imports nothing itself, and its functions have at most one result.
fn instrument(wasm: &[u8]) -> Vec<u8> {
    let analysis = Analysis::new()
        .with_stack(Sizes)
        .with_gas(OperatorCosts)
        .analyze(wasm)
        .expect("a valid module can be analysed");
    let mut instrumenter = Instrumenter {
        analysis,
        results: results(wasm),
        first_type: 0,
        bodies: 0,
    };
    let mut module = Module::new();
    instrumenter
        .parse_core_module(&mut module, wasmparser::Parser::new(0), wasm)
        .expect("a valid module can be encoded again");
    module.finish()
}

fn results(wasm: &[u8]) -> Vec<Option<ValType>> {
    let mut types = Vec::new();
    let mut results = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        match payload.expect("the module is valid") {
            wasmparser::Payload::TypeSection(section) => {
                for function_type in section.into_iter_err_on_gc_types() {
                    let function_type = function_type.expect("the module is valid");
                    let result = function_type.results().first().copied();
                    types.push(result.map(|result| ValType::try_from(result).expect("a type that can be encoded")));
                }
            }
            wasmparser::Payload::FunctionSection(section) => {
                results.extend(
                    section
                        .into_iter()
                        .map(|index| types[index.expect("the module is valid") as usize]),
                );
            }
            _ => {}
        }
    }
    results
}

impl Instrumenter {
    fn host_functions(&self, imports: &mut ImportSection) {
        for (name, offset) in [("charge", 0), ("charge_linear", 1), ("enter", 2), ("leave", 0)] {
            imports.import("count", name, EntityType::Function(self.first_type + offset));
        }
    }
}

impl Reencode for Instrumenter {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(function + HOST_FUNCTIONS)
    }

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_type_section(self, types, section)?;
        self.first_type = types.len();
        types.ty().function([ValType::I64], []);
        types.ty().function([ValType::I32, ValType::I64], [ValType::I32]);
        types.ty().function([ValType::I64, ValType::I64], []);
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), Error> {
        self.host_functions(imports);
        utils::parse_import_section(self, imports, section)
    }

    fn intersperse_section_hook(
        &mut self,
        module: &mut Module,
        after: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Result<(), Error> {
        if after == Some(SectionId::Type) && before != Some(SectionId::Import) {
            let mut imports = ImportSection::new();
            self.host_functions(&mut imports);
            module.section(&imports);
        }
        Ok(())
    }

    fn parse_function_body(&mut self, code: &mut CodeSection, body: wasmparser::FunctionBody<'_>) -> Result<(), Error> {
        let index = self.bodies;
        self.bodies += 1;
        let frame = self.analysis.function_frame_sizes[index];
        let stack = frame + self.analysis.function_operand_stack_sizes[index];
        let points: Vec<_> = self.analysis.gas_offsets[index]
            .iter()
            .zip(&*self.analysis.gas_costs[index])
            .zip(&*self.analysis.gas_kinds[index])
            .map(|((offset, cost), kind)| (*offset as u64, *cost, matches!(kind, InstrumentationKind::Unreachable)))
            .collect();
        let mut points = points.into_iter().peekable();
        let mut function = self.new_function_with_parsed_locals(&body)?;
        for constant in [stack, frame.div_ceil(8)] {
            function.instruction(&Instruction::I64Const(constant as i64));
        }
        function.instruction(&Instruction::Call(ENTER));
        let block = self.results[index].map_or(BlockType::Empty, BlockType::Result);
        function.instruction(&Instruction::Block(block));
        let leave = |function: &mut Function| {
            function.instruction(&Instruction::I64Const(stack as i64));
            function.instruction(&Instruction::Call(LEAVE));
        };
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let offset = operators.original_position();
            while let Some((_, cost, is_unreachable)) = points.next_if(|(at, ..)| *at == offset) {
                if !is_unreachable {
                    charge(&mut function, cost);
                }
            }
            let instruction = self.parse_instruction(&mut operators)?;
            if matches!(instruction, Instruction::Return) || operators.eof() {
                if operators.eof() {
                    function.instruction(&Instruction::End);
                }
                leave(&mut function);
            }
            function.instruction(&instruction);
        }
        code.function(&function);
        Ok(())
    }
}

fn charge(function: &mut Function, cost: Fee) {
    if cost == Fee::ZERO {
        return;
    }
    function.instruction(&Instruction::I64Const(cost.constant as i64));
    function.instruction(&Instruction::Call(if cost.linear == 0 {
        CHARGE
    } else {
        CHARGE_LINEAR
    }));
}

/// What happened in a run with gas without end.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    /// Every charge, in order (operators).
    pub(crate) charges: Vec<u64>,
    stack_left: u64,
    max_charges: usize,
    /// The run was cut short because there were enough charges.
    pub(crate) is_cut: bool,
    /// The stack budget did not cover a function.
    pub(crate) stack_is_exhausted: bool,
    /// The program trapped by itself.
    pub(crate) trapped: bool,
}

impl Counted {
    fn take(&mut self, operators: u64) -> Result<(), wasmi::Error> {
        if self.charges.len() == self.max_charges {
            self.is_cut = true;
            return Err(wasmi::Error::new("enough charges"));
        }
        self.charges.push(operators);
        Ok(())
    }
}

/// Instantiates a module and calls one function without arguments; stops after `max_charges` charges.
pub(crate) fn count(wasm: &[u8], export: &str, stack_bytes: u64, max_charges: usize) -> Counted {
    let mut config = wasmi::Config::default();
    config.set_max_recursion_depth(1_000_000);
    config.set_max_stack_height(64 << 20);
    let engine = wasmi::Engine::new(&config);
    let module = wasmi::Module::new(&engine, instrument(wasm)).expect("the instrumented module is valid");
    let mut store = Store::new(
        &engine,
        Counted {
            stack_left: stack_bytes,
            max_charges,
            ..Counted::default()
        },
    );
    let mut linker: Linker<Counted> = Linker::new(&engine);
    let defined = linker
        .func_wrap("count", "charge", |mut caller: Caller<'_, Counted>, operators: u64| {
            caller.data_mut().take(operators)
        })
        .and_then(|linker| {
            linker.func_wrap(
                "count",
                "charge_linear",
                |mut caller: Caller<'_, Counted>, operand: u32, operators: u64| {
                    caller.data_mut().take(operators + u64::from(operand)).map(|()| operand)
                },
            )
        })
        .and_then(|linker| {
            linker.func_wrap(
                "count",
                "enter",
                |mut caller: Caller<'_, Counted>, stack: u64, operators: u64| {
                    let counted = caller.data_mut();
                    if counted.stack_left < stack {
                        counted.stack_is_exhausted = true;
                        return Err(wasmi::Error::new("stack exhausted"));
                    }
                    counted.stack_left -= stack;
                    counted.take(operators)
                },
            )
        })
        .and_then(|linker| {
            linker.func_wrap("count", "leave", |mut caller: Caller<'_, Counted>, stack: u64| {
                caller.data_mut().stack_left += stack;
            })
        });
    assert!(defined.is_ok(), "the names differ");
    let result = linker.instantiate_and_start(&mut store, &module).and_then(|instance| {
        let function = instance.get_func(&store, export).expect("the module exports it");
        let types = function.ty(&store).results().to_vec();
        let mut results: Vec<Val> = types.into_iter().map(Val::default_for_ty).collect();
        function.call(&mut store, &[], &mut results)
    });
    let mut counted = store.into_data();
    counted.trapped = result.is_err() && !counted.is_cut && !counted.stack_is_exhausted;
    counted
}
