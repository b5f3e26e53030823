//! Looking into a run: a trace of instructions, a profile by function.

use std::collections::BTreeMap;
use std::io::{self, Write};

use zk_processor::executor::Machine;
use zk_processor::lowering::Symbols;

use crate::run::Observer;

/// Writes each instruction with its function and the slots it reads.
#[derive(Debug)]
pub struct Trace<W> {
    to: W,
    function: String,
}

impl<W: Write> Trace<W> {
    /// A trace that goes to `to`.
    pub fn new(to: W) -> Self {
        Self {
            to,
            function: String::new(),
        }
    }
}

impl<W: Write> Observer for Trace<W> {
    fn before(&mut self, machine: &Machine<'_>, symbols: &Symbols) {
        let Some((_, position, row)) = machine.next() else {
            return;
        };
        let function = symbols.function_at(position.pc).unwrap_or("?");
        if function != self.function {
            function.clone_into(&mut self.function);
            let _ = writeln!(self.to, "{function}:");
        }
        let _ = write!(
            self.to,
            "{:8}  fp {:<6} {:40}",
            position.pc,
            position.fp,
            row.to_string()
        );
        for slot in row.slots_read().into_iter().flatten() {
            let _ = write!(self.to, " s{slot}={}", machine.slot(slot) as i64);
        }
        // Nobody reads the rest of a trace whose reader is gone.
        let _ = writeln!(self.to);
    }
}

/// Counts instructions by call stack.
#[derive(Debug, Default)]
pub struct Profile {
    /// The functions being executed: frame pointer and node.
    stack: Vec<(u32, usize)>,
    nodes: Vec<Node>,
    children: BTreeMap<(usize, String), usize>,
}

#[derive(Debug)]
struct Node {
    parent: usize,
    function: String,
    instructions: u64,
}

/// No parent.
const ROOT: usize = usize::MAX;

impl Profile {
    fn node(&mut self, parent: usize, function: &str) -> usize {
        if let Some(node) = self.children.get(&(parent, function.to_owned())) {
            return *node;
        }
        self.nodes.push(Node {
            parent,
            function: function.to_owned(),
            instructions: 0,
        });
        self.children
            .insert((parent, function.to_owned()), self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// Writes one line for each call stack: functions joined by `;`, then the number of instructions, as flame graph tools read it.
    ///
    /// # Errors
    /// What writing returns.
    pub fn write_folded(&self, to: &mut impl Write) -> io::Result<()> {
        for node in self.nodes.iter().filter(|node| node.instructions > 0) {
            let mut names = vec![node.function.replace(';', ":")];
            let mut at = node.parent;
            while let Some(parent) = self.nodes.get(at) {
                names.push(parent.function.replace(';', ":"));
                at = parent.parent;
            }
            names.reverse();
            writeln!(to, "{} {}", names.join(";"), node.instructions)?;
        }
        Ok(())
    }
}

impl Observer for Profile {
    fn before(&mut self, machine: &Machine<'_>, symbols: &Symbols) {
        let Some((_, position, _)) = machine.next() else { return };
        while self.stack.last().is_some_and(|(fp, _)| *fp > position.fp) {
            self.stack.pop();
        }
        let function = symbols.function_at(position.pc).unwrap_or("?");
        let is_same = |(fp, node): &(u32, usize)| *fp == position.fp && self.nodes[*node].function == function;
        if !self.stack.last().is_some_and(is_same) {
            if self.stack.last().is_some_and(|(fp, _)| *fp == position.fp) {
                self.stack.pop();
            }
            let parent = self.stack.last().map_or(ROOT, |(_, node)| *node);
            let node = self.node(parent, function);
            self.stack.push((position.fp, node));
        }
        if let Some((_, node)) = self.stack.last() {
            self.nodes[*node].instructions += 1;
        }
    }
}

/// Two observers at once.
#[derive(Debug)]
pub struct Both<A, B>(pub A, pub B);

impl<A: Observer, B: Observer> Observer for Both<A, B> {
    fn before(&mut self, machine: &Machine<'_>, symbols: &Symbols) {
        self.0.before(machine, symbols);
        self.1.before(machine, symbols);
    }
}
