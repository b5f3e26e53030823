//! Sections: interface, image, bodies, in the order of the module.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use wasmparser::{
    ConstExpr, DataKind, ElementItems, ElementKind, ExternalKind, FuncToValidate, FuncValidatorAllocations,
    FunctionBody, Operator, OperatorsReader, OperatorsReaderAllocations, Parser, Payload, TypeRef, ValidPayload,
    Validator, ValidatorResources,
};

use super::budget::Budget;
use super::error::LoweringError;
use super::function::Function;
use super::image_builder::ImageBuilder;
use super::module::{Global, ImportKind, ModuleInfo, Table, reference_type_of, value_type_of};
use super::operators::FunctionLowering;
use super::options::{GUEST_PAGES, MemoryRule, Options};
use super::output::{Output, Placed};
use super::symbols::{SymbolSource, Symbols};
use super::{BodyRows, Lowered};
use crate::isa::intrinsics::{INTRINSIC_MODULE, WordType};
use crate::isa::spaces::{MAX_FRAME_SLOTS, PAGE_BYTES};
use crate::isa::{Instruction, Intrinsic, Opcode, Space};
use crate::program::commitment::{CODE_DEPTH, ENTRIES_PER_LEAF, ENTRY_DEPTH, ROWS_PER_LEAF};
use crate::program::{Artefact, Entry, Export, ExportKind, FunctionType, Import, Interface, ValueType, Verdict};

/// Cells of a space.
const SPACE_CELLS: u64 = 1 << 29;

/// State of a module on its way to a program.
pub(super) struct Sections<'a> {
    pub(super) options: &'a Options<'a>,
    pub(super) info: ModuleInfo,
    pub(super) interface: Interface,
    pub(super) image: ImageBuilder,
    pub(super) output: Output,
    pub(super) function: Function,
    pub(super) allocations: FuncValidatorAllocations,
    pub(super) operator_allocations: OperatorsReaderAllocations,
    pub(super) is_guest: bool,
    pub(super) initial_pages: u32,
    pub(super) has_memory: bool,
    pub(super) verdict: Verdict,
    /// Functions that may be entered or called indirectly.
    pub(super) reachable: Vec<bool>,
    pub(super) entries: Vec<Entry>,
    pub(super) bodies: u32,
    /// Next free cell of the segment space.
    pub(super) segment_cell: u64,
    pub(super) data_bases: Vec<u32>,
    pub(super) names: BTreeMap<u32, String>,
    pub(super) placed: Vec<(u32, SymbolSource)>,
    pub(super) body_rows: Vec<BodyRows>,
    pub(super) operators: u64,
    pub(super) locals_left: u64,
    pub(super) locals_budget: Budget,
    pub(super) operands_budget: Budget,
    pub(super) parameters_left: u64,
    pub(super) blocks_left: u64,
    pub(super) max_rows: u64,
}

/// Lowers a module.
pub(super) fn lower(wasm: &[u8], options: &Options<'_>) -> Result<Lowered, LoweringError> {
    let mut sections = Sections::new(wasm, options);
    let mut validator = Validator::new_with_features(options.features.0);
    let mut parser = Parser::new(0);
    parser.set_features(options.features.0);
    for payload in parser.parse_all(wasm) {
        let payload = payload?;
        match validator.payload(&payload)? {
            ValidPayload::Func(function, body) => sections.body(function, &body)?,
            ValidPayload::Parser(_) => return Err(LoweringError::Unsupported("a component")),
            ValidPayload::Ok | ValidPayload::End(_) => sections.payload(payload)?,
        }
    }
    sections.finish()
}

impl<'a> Sections<'a> {
    fn new(wasm: &[u8], options: &'a Options<'a>) -> Self {
        let reference_bytes = options.metering.map_or(8, |metering| metering.reference_bytes as u8);
        let info = ModuleInfo {
            metering: options.metering,
            bulk_base: options.metering.map_or(0, |metering| metering.bulk_base),
            reference_bytes,
            ..ModuleInfo::default()
        };
        let mut output = Output::default();
        // Row 0 belongs to no function: where an absent entry, or a call of nothing, would lead.
        output.push(Instruction::ZERO);
        Self {
            options,
            info,
            interface: Interface::default(),
            image: ImageBuilder::default(),
            output,
            function: Function::default(),
            allocations: FuncValidatorAllocations::default(),
            operator_allocations: OperatorsReaderAllocations::default(),
            is_guest: false,
            initial_pages: 0,
            has_memory: false,
            verdict: Verdict::Accepted,
            reachable: Vec::new(),
            entries: Vec::new(),
            bodies: 0,
            segment_cell: 0,
            data_bases: Vec::new(),
            names: BTreeMap::new(),
            placed: Vec::new(),
            body_rows: Vec::new(),
            operators: 0,
            locals_left: options.limits.locals,
            locals_budget: Budget::locals(wasm.len()),
            operands_budget: Budget::operands(wasm.len()),
            parameters_left: options.limits.parameters,
            blocks_left: options.limits.blocks,
            max_rows: (8 * wasm.len() as u64 + (1 << 16)).min((ROWS_PER_LEAF as u64) << CODE_DEPTH),
        }
    }

    fn payload(&mut self, payload: Payload<'_>) -> Result<(), LoweringError> {
        match payload {
            Payload::TypeSection(reader) => {
                check("types", u64::from(reader.count()), self.options.limits.types)?;
                for function_type in reader.into_iter_err_on_gc_types() {
                    self.add_type(&function_type?)?;
                }
            }
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    self.import(&import?)?;
                }
            }
            Payload::FunctionSection(reader) => {
                let functions = self.info.functions.len() as u64 + u64::from(reader.count());
                check("functions", functions, self.options.limits.functions)?;
                machine("functions", functions, (ENTRIES_PER_LEAF as u64) << ENTRY_DEPTH)?;
                for type_index in reader {
                    self.info.functions.push(type_index?);
                }
            }
            Payload::TableSection(reader) => {
                for table in reader {
                    let table = table?;
                    self.add_table(table.ty.initial, table.ty.maximum)?;
                }
            }
            Payload::MemorySection(reader) => {
                for memory in reader {
                    let memory = memory?;
                    self.add_memory(memory.initial, memory.maximum)?;
                }
            }
            Payload::GlobalSection(reader) => {
                for global in reader {
                    let global = global?;
                    let value = self.constant(&global.init_expr)?;
                    self.add_global(global.ty.content_type, global.ty.mutable, value)?;
                }
            }
            Payload::ExportSection(reader) => {
                for export in reader {
                    let export = export?;
                    self.export(export.name, export.kind, export.index)?;
                }
            }
            Payload::StartSection { func, .. } => {
                self.interface.start = Some(func);
                self.mark_reachable(func);
            }
            Payload::ElementSection(reader) => {
                for element in reader {
                    self.element(element?)?;
                }
            }
            Payload::CodeSectionStart { .. } => self.begin_code()?,
            Payload::DataSection(reader) => {
                for data in reader {
                    let data = data?;
                    self.data(&data.kind, data.data)?;
                }
            }
            Payload::CustomSection(reader) => {
                if let wasmparser::KnownCustom::Name(names) = reader.as_known() {
                    self.read_names(names);
                }
            }
            Payload::TagSection(_) => return Err(LoweringError::Unsupported("exception tags")),
            _ => {}
        }
        Ok(())
    }

    fn add_type(&mut self, function_type: &wasmparser::FuncType) -> Result<(), LoweringError> {
        let convert = |types: &[wasmparser::ValType]| -> Result<Vec<ValueType>, LoweringError> {
            types.iter().map(|value_type| known_type(*value_type)).collect()
        };
        let converted = FunctionType {
            parameters: convert(function_type.params())?,
            results: convert(function_type.results())?,
        };
        self.info.types.push(converted);
        Ok(())
    }

    /// Distinct types, in the order of their first appearance.
    fn canonicalise_types(&mut self) {
        let mut distinct: BTreeMap<&FunctionType, u32> = BTreeMap::new();
        for function_type in &self.info.types {
            let next = distinct.len() as u32;
            let index = *distinct.entry(function_type).or_insert_with(|| {
                self.interface.types.push(function_type.clone());
                next
            });
            self.info.canonical.push(index);
        }
    }

    fn import(&mut self, import: &wasmparser::Import<'_>) -> Result<(), LoweringError> {
        let refused = |reason| LoweringError::Import {
            module: import.module.to_string(),
            name: import.name.to_string(),
            reason,
        };
        if let Some(module) = self.options.limits.import_module
            && (import.module != module || !matches!(import.ty, TypeRef::Func(_)))
        {
            return Err(LoweringError::Limit {
                what: "imports other than functions of the host",
                limit: 0,
                found: 1,
            });
        }
        match import.ty {
            TypeRef::Func(type_index) => {
                let index = self.info.functions.len() as u32;
                check("functions", u64::from(index) + 1, self.options.limits.functions)?;
                let kind = if self.options.intrinsics && import.module == INTRINSIC_MODULE {
                    self.is_guest = true;
                    let intrinsic = Intrinsic::find(import.name).ok_or_else(|| refused("no such intrinsic"))?;
                    if !has_signature(self.info.type_at(type_index), intrinsic) {
                        return Err(refused("the intrinsic has another signature"));
                    }
                    ImportKind::Intrinsic(intrinsic)
                } else {
                    ImportKind::Host(index)
                };
                self.info.imports.push(kind);
                self.info.functions.push(type_index);
                self.interface.imports.push(Import {
                    module: import.module.to_string(),
                    name: import.name.to_string(),
                    type_index,
                });
            }
            TypeRef::Global(global_type) => {
                let found = self
                    .options
                    .imported_globals
                    .iter()
                    .find(|global| global.module == import.module && global.name == import.name);
                let value = found.ok_or_else(|| refused("no value for this global"))?.value;
                self.add_global(global_type.content_type, global_type.mutable, value)?;
            }
            TypeRef::Memory(_) => {
                let found = self
                    .options
                    .imported_memories
                    .iter()
                    .find(|memory| memory.module == import.module && memory.name == import.name);
                let memory = found.ok_or_else(|| refused("no size for this memory"))?;
                self.add_memory(u64::from(memory.initial), Some(u64::from(memory.max)))?;
            }
            TypeRef::Table(_) => {
                let found = self
                    .options
                    .imported_tables
                    .iter()
                    .find(|table| table.module == import.module && table.name == import.name);
                let table = found.ok_or_else(|| refused("no size for this table"))?;
                self.add_table(u64::from(table.initial), Some(u64::from(table.max)))?;
            }
            TypeRef::Tag(_) | TypeRef::FuncExact(_) => return Err(refused("not a kind that the machine has")),
        }
        Ok(())
    }

    fn add_table(&mut self, initial: u64, maximum: Option<u64>) -> Result<(), LoweringError> {
        let limits = &self.options.limits;
        check("tables", self.info.tables.len() as u64 + 1, limits.tables)?;
        check("initial elements of a table", initial, limits.table_initial)?;
        let cap = u64::from(limits.table_elements);
        machine("initial elements of a table", initial, cap)?;
        let limit = maximum.map_or(cap, |maximum| maximum.min(cap)) as u32;
        let base = self
            .info
            .tables
            .last()
            .map_or(0, |table| u64::from(table.base) + 1 + u64::from(table.limit));
        machine("elements of all tables", base + 1 + u64::from(limit), SPACE_CELLS)?;
        self.image.set(Space::Table, base as u32, initial);
        self.info.tables.push(Table {
            base: base as u32,
            initial: initial as u32,
            limit,
        });
        Ok(())
    }

    fn add_memory(&mut self, initial: u64, maximum: Option<u64>) -> Result<(), LoweringError> {
        if let MemoryRule::Declared { max_pages } = self.options.limits.memory {
            machine("initial pages", initial, u64::from(max_pages))?;
            let max_pages = maximum.map_or(u64::from(max_pages), |maximum| maximum.min(u64::from(max_pages)));
            self.initial_pages = initial as u32;
            self.info.max_pages = max_pages as u32;
        }
        self.has_memory = true;
        Ok(())
    }

    fn add_global(&mut self, value_type: wasmparser::ValType, mutable: bool, value: u64) -> Result<(), LoweringError> {
        let value_type = known_type(value_type)?;
        let cell = self.info.globals.len() as u32;
        let constant = (!mutable).then_some(value);
        self.info.globals.push(Global {
            value_type,
            bytes: self.info.bytes(value_type),
            constant,
            initial: value,
        });
        self.image.set(Space::Global, cell, value);
        Ok(())
    }

    fn export(&mut self, name: &str, kind: ExternalKind, index: u32) -> Result<(), LoweringError> {
        let kind = match kind {
            ExternalKind::Func | ExternalKind::FuncExact => {
                self.mark_reachable(index);
                self.names.entry(index).or_insert_with(|| name.to_string());
                ExportKind::Function(index)
            }
            ExternalKind::Table => ExportKind::Table(index),
            ExternalKind::Global => ExportKind::Global(index, self.info.global(index).value_type),
            ExternalKind::Memory => match self.options.limits.memory {
                MemoryRule::Fixed { .. } => return Ok(()),
                MemoryRule::Declared { .. } => ExportKind::Memory,
            },
            ExternalKind::Tag => return Err(LoweringError::Unsupported("exception tags")),
        };
        self.interface.exports.push(Export {
            name: name.to_string(),
            kind,
        });
        Ok(())
    }

    fn mark_reachable(&mut self, function: u32) {
        let functions = self.info.functions.len();
        if self.reachable.len() < functions {
            self.reachable.resize(functions, false);
        }
        if let Some(flag) = self.reachable.get_mut(function as usize) {
            *flag = true;
        }
    }

    /// Value of a constant expression, as a slot holds it.
    fn constant(&mut self, expression: &ConstExpr<'_>) -> Result<u64, LoweringError> {
        let mut value = 0;
        for operator in expression.get_operators_reader() {
            match operator? {
                Operator::I32Const { value: constant } => value = u64::from(constant as u32),
                Operator::I64Const { value: constant } => value = constant as u64,
                Operator::F32Const { value: constant } => value = u64::from(constant.bits()),
                Operator::F64Const { value: constant } => value = constant.bits(),
                Operator::RefNull { .. } => value = 0,
                Operator::RefFunc { function_index } => {
                    self.mark_reachable(function_index);
                    value = u64::from(function_index) + 1;
                }
                Operator::GlobalGet { global_index } => value = self.info.global(global_index).initial,
                Operator::End => {}
                _ => {
                    return Err(LoweringError::Unsupported(
                        "a constant expression of a feature that is not enabled",
                    ));
                }
            }
        }
        Ok(value)
    }

    fn element(&mut self, element: wasmparser::Element<'_>) -> Result<(), LoweringError> {
        let mut items = Vec::new();
        match element.items {
            ElementItems::Functions(functions) => {
                for function in functions {
                    let function = function?;
                    self.mark_reachable(function);
                    items.push(u64::from(function) + 1);
                }
            }
            ElementItems::Expressions(reference, expressions) => {
                reference_type_of(reference).ok_or(LoweringError::Unsupported("a reference type"))?;
                for expression in expressions {
                    let item = self.constant(&expression?)?;
                    items.push(item);
                }
            }
        }
        let base = self.new_segment(items.len() as u64 + 1)?;
        self.info.elements.push(base);
        match element.kind {
            ElementKind::Passive => {
                self.image.set(Space::Segment, base, items.len() as u64);
                for (cell, item) in (base + 1..).zip(items) {
                    self.image.set(Space::Segment, cell, item);
                }
            }
            ElementKind::Active {
                table_index,
                offset_expr,
            } => {
                let offset = self.constant(&offset_expr)?;
                let Some(table) = self.info.tables.get(table_index.unwrap_or(0) as usize).copied() else {
                    return Ok(());
                };
                if offset + items.len() as u64 > u64::from(table.initial) {
                    self.trap_at_instantiation(Verdict::TableSegmentTraps);
                    return Ok(());
                }
                for (cell, item) in (table.base + 1 + offset as u32..).zip(items) {
                    self.image.set(Space::Table, cell, item);
                }
            }
            ElementKind::Declared => {}
        }
        Ok(())
    }

    fn trap_at_instantiation(&mut self, verdict: Verdict) {
        if self.verdict == Verdict::Accepted {
            self.verdict = verdict;
        }
    }

    /// Cells for a segment: its length, then its contents.
    fn new_segment(&mut self, cells: u64) -> Result<u32, LoweringError> {
        let base = self.segment_cell;
        self.segment_cell += cells;
        machine("cells of all segments", self.segment_cell, SPACE_CELLS)?;
        Ok(base as u32)
    }

    fn data(&mut self, kind: &DataKind<'_>, bytes: &[u8]) -> Result<(), LoweringError> {
        let contents = if matches!(kind, DataKind::Passive) {
            (bytes.len() as u64).div_ceil(8)
        } else {
            0
        };
        let base = self.new_segment(1 + contents)?;
        self.data_bases.push(base);
        match kind {
            DataKind::Passive => {
                self.image.set(Space::Segment, base, bytes.len() as u64);
                self.image.write(Space::Segment, base + 1, 0, bytes);
            }
            DataKind::Active { offset_expr, .. } => {
                let offset = self.constant(offset_expr)?;
                if offset + bytes.len() as u64 > u64::from(self.memory_pages().0) * PAGE_BYTES {
                    self.trap_at_instantiation(Verdict::MemorySegmentTraps);
                } else {
                    self.image.write(Space::Memory, 0, offset as u32, bytes);
                }
            }
        }
        Ok(())
    }

    /// Initial and greatest size of the memory (pages).
    fn memory_pages(&self) -> (u32, u32) {
        match self.options.limits.memory {
            MemoryRule::Fixed {
                initial_pages,
                max_pages,
            } => (initial_pages, max_pages),
            MemoryRule::Declared { .. } if !self.has_memory => (0, 0),
            MemoryRule::Declared { .. } if self.is_guest => (self.initial_pages, self.info.max_pages.min(GUEST_PAGES)),
            MemoryRule::Declared { .. } => (self.initial_pages, self.info.max_pages),
        }
    }

    /// Before the first body: everything that bodies refer to is known, except data segments.
    fn begin_code(&mut self) -> Result<(), LoweringError> {
        if self.is_guest && self.options.metering.is_some() {
            return Err(LoweringError::Unsupported("a metered guest"));
        }
        let (initial, max) = self.memory_pages();
        machine("pages", u64::from(initial), u64::from(max))?;
        self.info.max_pages = max;
        self.canonicalise_types();
        for import in &mut self.interface.imports {
            import.type_index = self
                .info
                .canonical
                .get(import.type_index as usize)
                .copied()
                .unwrap_or_default();
        }
        self.mark_reachable(u32::MAX);
        self.entry_rows()?;
        for index in 0..self.info.imports.len() {
            self.import_rows(index as u32)?;
        }
        Ok(())
    }

    fn body(
        &mut self,
        function: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'_>,
    ) -> Result<(), LoweringError> {
        let limits = &self.options.limits;
        let range = body.range();
        check("bytes of a function body", range.end - range.start, limits.body_bytes)?;
        let index = self.info.imports.len() as u32 + self.bodies;
        self.bodies += 1;
        let type_index = self.info.function_type(index);
        let mut validator = function.into_validator(core::mem::take(&mut self.allocations));
        let mut reader = body.get_binary_reader();
        validator.read_locals(&mut reader)?;
        let parameters = self.info.type_at(type_index).parameters.len();
        let locals = validator.len_locals();
        let declared = u64::from(locals).saturating_sub(parameters as u64);
        spend(
            "locals of all functions",
            declared,
            limits.locals,
            &mut self.locals_left,
        )?;
        self.locals_budget.spend(u64::from(locals))?;
        self.operands_budget
            .spend(self.info.type_at(type_index).results.len() as u64)?;
        check(
            "parameters of a function",
            parameters as u64,
            limits.parameters_per_function,
        )?;
        spend(
            "parameters of all functions",
            parameters as u64,
            limits.parameters,
            &mut self.parameters_left,
        )?;
        machine("locals of a function", u64::from(locals), u64::from(MAX_FRAME_SLOTS))?;
        self.function.local_bytes.clear();
        for local in 0..locals {
            let value_type = validator.get_local_type(local).map_or(Ok(ValueType::I64), known_type)?;
            self.function.local_bytes.push(self.info.bytes(value_type));
        }
        self.function.begin(parameters, self.info.metering.is_some())?;
        let mut operators = OperatorsReader::new_with_allocs(reader, core::mem::take(&mut self.operator_allocations));
        let mut lowering = FunctionLowering {
            f: &mut self.function,
            module: &self.info,
            output: &mut self.output,
            max_rows: self.max_rows,
        };
        lowering.enter_function(type_index);
        while !operators.eof() {
            let (operator, offset) = operators.read_with_offset()?;
            self.operands_budget.spend(lowering.operands(&operator))?;
            validator.op(offset, &operator)?;
            lowering.operator(&operator)?;
            self.operators += 1;
        }
        let end = operators.get_binary_reader();
        end.finish_expression(&validator.visitor(end.original_position()))?;
        self.operator_allocations = operators.into_allocations();
        self.allocations = validator.into_allocations();
        self.place(index, type_index)
    }

    /// Appends the function at hand.
    fn place(&mut self, index: u32, type_index: u32) -> Result<(), LoweringError> {
        let limits = &self.options.limits;
        check("blocks of a function", self.function.blocks, limits.blocks_per_function)?;
        spend(
            "blocks of all functions",
            self.function.blocks,
            limits.blocks,
            &mut self.blocks_left,
        )?;
        check(
            "bytes of the operand stack",
            self.function.meter.max(),
            limits.operand_stack_bytes,
        )?;
        let (stack_charge, entry_gas) = self.entry_charges();
        let first = self.output.rows.len() as u32;
        let is_reachable = self.reachable.get(index as usize).copied().unwrap_or_default();
        if is_reachable && (stack_charge > 0 || entry_gas > 0) {
            let x = u64::from(stack_charge) | u64::from(entry_gas) << 32;
            self.output.push(Instruction::new(Opcode::Prologue, 0, 0, x));
        }
        let pc = self.output.rows.len() as u32;
        self.output.functions.push(Placed {
            pc,
            stack_charge,
            entry_gas,
        });
        self.placed.push((first, SymbolSource::Function(index)));
        self.entries.push(Entry {
            pc: if is_reachable { first } else { 0 },
            type_index: self.info.canonical_type(type_index),
        });
        self.output.place(&mut self.function);
        let end = self.output.rows.len() as u32;
        self.body_rows.push(BodyRows {
            start: pc,
            end,
            stack_charge,
            entry_gas,
        });
        machine("code rows", self.output.rows.len() as u64, 2 * self.max_rows)
    }

    /// Stack charge (bytes) and entry gas (operators) of the function at hand.
    fn entry_charges(&self) -> (u32, u32) {
        let Some(metering) = self.info.metering else {
            return (0, 0);
        };
        let locals: u64 = self.function.local_bytes.iter().map(|bytes| u64::from(*bytes)).sum();
        let frame = u64::from(metering.frame_base_bytes) + locals;
        let gas = frame.div_ceil(u64::from(metering.frame_bytes_per_operator.max(1)));
        let stack = frame + self.function.meter.max();
        (
            stack.min(u64::from(u32::MAX)) as u32,
            gas.min(u64::from(u32::MAX)) as u32,
        )
    }

    fn read_names(&mut self, names: wasmparser::NameSectionReader<'_>) {
        for section in names.into_iter().flatten() {
            if let wasmparser::Name::Function(functions) = section {
                for naming in functions.into_iter().flatten() {
                    self.names.insert(naming.index, naming.name.to_string());
                }
            }
        }
    }

    fn finish(mut self) -> Result<Lowered, LoweringError> {
        if self.output.rows.len() == 1 {
            self.begin_code()?;
        }
        self.soft_float()?;
        let bases = core::mem::take(&mut self.data_bases);
        self.output
            .complete(|data| bases.get(data as usize).copied().unwrap_or_default());
        self.interface
            .exports
            .sort_by(|first, second| first.name.cmp(&second.name));
        let (initial_pages, max_pages) = self.memory_pages();
        let artefact = Artefact {
            variant: self.options.variant,
            verdict: self.verdict,
            initial_pages,
            max_pages,
            code: self.output.rows,
            entries: self.entries,
            image: self.image.finish(),
            interface: self.interface,
        };
        let symbols = Symbols::new(self.placed, &self.names);
        Ok(Lowered {
            artefact,
            is_guest: self.is_guest,
            symbols,
            bodies: self.body_rows,
            operators: self.operators,
        })
    }
}

pub(super) fn known_type(value_type: wasmparser::ValType) -> Result<ValueType, LoweringError> {
    value_type_of(value_type).ok_or(LoweringError::Unsupported(
        "a value type of a feature that is not enabled",
    ))
}

fn has_signature(function_type: &FunctionType, intrinsic: &Intrinsic) -> bool {
    let word = |word: &WordType| match word {
        WordType::I32 => ValueType::I32,
        WordType::I64 => ValueType::I64,
    };
    function_type
        .parameters
        .iter()
        .copied()
        .eq(intrinsic.parameters.iter().map(word))
        && function_type
            .results
            .iter()
            .copied()
            .eq(intrinsic.result.iter().map(word))
}

/// A bound of the options.
fn check(what: &'static str, found: u64, limit: u64) -> Result<(), LoweringError> {
    if found > limit {
        Err(LoweringError::Limit { what, limit, found })
    } else {
        Ok(())
    }
}

/// A bound of the machine.
pub(super) fn machine(what: &'static str, found: u64, limit: u64) -> Result<(), LoweringError> {
    if found > limit {
        Err(LoweringError::Machine { what, limit })
    } else {
        Ok(())
    }
}

/// A bound on a sum.
fn spend(what: &'static str, amount: u64, limit: u64, left: &mut u64) -> Result<(), LoweringError> {
    *left = left.checked_sub(amount).ok_or_else(|| LoweringError::Limit {
        what,
        limit,
        found: limit.saturating_add(amount - *left),
    })?;
    Ok(())
}
