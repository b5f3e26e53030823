//! Honest and forged boundaries.

use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::columns::BoundaryCols;
use super::{Boundary, BoundaryEvent, PUBLIC_VALUES, Point, SegmentRecord, boundary_trace};
use crate::chips::builder::{Chip, Sign, Val};
use crate::chips::buses::{Message, ReadTree, Tag};
use crate::chips::byte_table::{ByteLookups, ByteTable, byte_table_trace};
use crate::chips::check::{CheckBuilder, Failure, Ledger, Table};
use crate::chips::event::State;
use crate::chips::trace::Trace;
use crate::isa::{ControlCell, Space};

fn eval(builder: &mut CheckBuilder<'_>) {
    Boundary.eval(builder);
}

fn digest(seed: u32) -> [u32; 8] {
    core::array::from_fn(|element| seed * 100 + element as u32)
}

fn point(context: u32, seed: u32) -> Point {
    Point {
        pc: 10 + seed,
        frame_pointer: 1 + seed,
        context,
        pages: 17,
        gas_left: 1000 * seed,
        stack_left: 9 * seed,
        memory_root: digest(seed),
        sandbox_root: [0; 8],
    }
}

fn state(point: &Point, handle: u32, time: u32) -> State {
    State {
        handle,
        pc: point.pc,
        frame_pointer: point.frame_pointer,
        time,
        context: point.context,
        pages: point.pages,
        gas_left: point.gas_left,
        stack_left: point.stack_left,
    }
}

/// A segment of ten instructions that starts in the runtime with no sandbox and ends in one; or the other way round, and halts.
fn event(is_second: bool) -> BoundaryEvent {
    let (mut start, mut end) = (point(0, 1), point(4, 2));
    end.sandbox_root = digest(7);
    if is_second {
        (start, end) = (end, start);
        end.memory_root = [0; 8];
    }
    let end_time = 88;
    BoundaryEvent {
        record: SegmentRecord {
            program_root: digest(50),
            input_root: digest(60),
            start,
            end,
            end_time,
            output: is_second.then(|| core::array::from_fn(|limb| 65_000 + limb as u16)),
        },
        start: state(&start, if is_second { 3 } else { 1 }, 8),
        end: state(&end, if is_second { 1 } else { 3 }, end_time),
        live: if is_second { [4, 0] } else { [0, 4] },
        sandbox_program: digest(70),
        reads: [(0, 1), (0, 1), (0, 1), (43, end_time)],
        input_times: 2,
    }
}

/// What everybody else says, from the event alone.
fn partners(event: &BoundaryEvent) -> Vec<(Sign, Message<Val>)> {
    let record = &event.record;
    let digest = |digest: [u32; 8]| digest.map(Val::from_u32);
    let program = |handle: u32, root| {
        let fields = core::iter::once(Val::from_u32(handle)).chain(digest(root));
        (Sign::Receive, Message::new(Tag::Program, fields))
    };
    let zero = Val::ZERO;
    let mut all = Vec::from([
        (Sign::Receive, event.start.message()),
        (Sign::Send, event.end.message()),
        program(1, record.program_root),
        (Sign::Receive, Message::open(zero, digest(record.start.memory_root))),
        (Sign::Send, Message::close(zero, digest(record.end.memory_root))),
    ]);
    if event.start.context != 0 {
        all.push(program(event.start.handle, event.sandbox_program));
    }
    for (live, root, open) in [
        (event.live[0], record.start.sandbox_root, true),
        (event.live[1], record.end.sandbox_root, false),
    ] {
        let number = Val::from_u32(live);
        match (live, open) {
            (0, _) => {}
            (_, true) => all.push((Sign::Receive, Message::open(number, digest(root)))),
            (_, false) => all.push((Sign::Send, Message::close(number, digest(root)))),
        }
    }
    let half = |from: usize| core::array::from_fn(|element| event.sandbox_program[from + element]);
    let cells = [
        (ControlCell::Live, [event.live[0], 0, 0, 0]),
        (ControlCell::ProgramRootLow, half(0)),
        (ControlCell::ProgramRootHigh, half(4)),
        (ControlCell::Live, [event.live[1], 0, 0, 0]),
    ];
    for ((cell, value), (previous, time)) in cells.into_iter().zip(event.reads) {
        let message = |time: u32| {
            let key = [Space::Control as u32, 0, cell as u32, time];
            Message::new(Tag::Memory, key.into_iter().chain(value).map(Val::from_u32))
        };
        all.push((Sign::Send, message(previous)));
        all.push((Sign::Receive, message(time)));
    }
    if let Some(output) = record.output {
        all.push((Sign::Send, Message::new(Tag::Output, output.map(Val::from_u16))));
    }
    let root = Message::read_node(
        zero,
        ReadTree::Input,
        Val::from_u32(25),
        zero,
        digest(record.input_root),
    );
    all.extend((0..event.input_times).map(|_| (Sign::Send, root.clone())));
    all
}

/// The honest table, and what everybody else says.
fn table(event: &BoundaryEvent) -> (Trace, Ledger) {
    let mut lookups = ByteLookups::default();
    let trace = boundary_trace(event, 2, &mut lookups);
    let mut ledger = Ledger::default();
    ledger.add_partners(&partners(event));
    let bytes = byte_table_trace(&lookups);
    assert_eq!(
        ledger.add_table(&Table::of(&|b| ByteTable.eval(b), "byte_table", &bytes)),
        []
    );
    (trace, ledger)
}

fn failures_of(trace: &Trace, others: &Ledger, public_values: &[Val]) -> Vec<Failure> {
    let mut ledger = others.clone();
    let mut failures = ledger.add_table(&Table {
        name: "boundary",
        eval: &eval,
        trace,
        public_values,
    });
    failures.extend(ledger.surplus());
    failures
}

fn breaks(failures: &[Failure], name: &str) -> bool {
    failures
        .iter()
        .any(|failure| matches!(failure, Failure::Claim { claim, .. } if *claim == name))
}

#[test]
fn honest_boundaries_balance() {
    for is_second in [false, true] {
        let event = event(is_second);
        let (trace, others) = table(&event);
        let public = event.record.public_values();
        assert_eq!(public.len(), PUBLIC_VALUES);
        assert_eq!(failures_of(&trace, &others, &public), []);
        assert_eq!(event.record.check_bounds(), Ok(()));
        assert_eq!(event.record.instructions(), 10);
    }
}

#[test]
fn every_public_value_is_bound() {
    for is_second in [false, true] {
        let event = event(is_second);
        let (trace, others) = table(&event);
        for index in 0..PUBLIC_VALUES {
            let mut public = event.record.public_values();
            public[index] += Val::ONE;
            let failures = failures_of(&trace, &others, &public);
            assert!(breaks(&failures, "the record is public"), "public value {index}");
        }
    }
}

fn column(name: &str) -> usize {
    let names = <BoundaryCols<Val> as crate::chips::builder::Columns<Val>>::NAMES;
    names.iter().position(|column| *column == name).expect("a column")
}

#[test]
fn forged_boundaries_break_the_claim_they_lie_about() {
    let (first, second) = (event(false), event(true));
    let lies: &[(&BoundaryEvent, usize, &str, usize, u32, &str)] = &[
        // A second start; a start that says nothing.
        (&first, 1, "first", 0, 1, "the first row is the only one"),
        (&first, 0, "first", 0, 0, "the first row is the only one"),
        (&first, 1, "is_halted", 0, 1, "padding says nothing"),
        (&first, 1, "starts_in_sandbox", 0, 1, "padding says nothing"),
        (&first, 1, "is_live", 1, 1, "padding says nothing"),
        (&first, 1, "input_times", 0, 1, "padding provides nothing"),
        (&first, 0, "is_halted", 0, 2, "halted is a bit"),
        // The runtime under another handle, another start of the clock.
        (&first, 0, "start", 0, 2, "the start belongs to its context"),
        (&first, 0, "start", 3, 16, "the clock starts at 8"),
        // A start in a context that is not the live sandbox's.
        (&first, 0, "start", 4, 4, "the start belongs to its context"),
        (&second, 0, "live", 0, 5, "the start belongs to its context"),
        (
            &second,
            0,
            "starts_in_sandbox",
            0,
            0,
            "the start belongs to its context",
        ),
        // A live sandbox that nobody opens, or none that is opened.
        (&second, 0, "is_live", 0, 0, "the flag says whether a sandbox is live"),
        (&first, 0, "is_live", 0, 1, "the flag says whether a sandbox is live"),
        (&first, 0, "sandbox_roots", 0, 1, "no sandbox has no root"),
    ];
    for (event, row, name, index, value, claim) in lies {
        let (mut trace, others) = table(event);
        trace.set(*row, column(name) + index, Val::from_u32(*value));
        let failures = failures_of(&trace, &others, &event.record.public_values());
        assert!(breaks(&failures, claim), "{name} on row {row}: {failures:?}");
    }
}

#[test]
fn every_column_is_bound() {
    for is_second in [false, true] {
        let event = event(is_second);
        let public = event.record.public_values();
        let (honest, others) = table(&event);
        for at in 0..honest.width() {
            // The inverse of a number that is 0 may be anything: it is multiplied by 0.
            let side = at.wrapping_sub(column("live_inverse"));
            if event.live.get(side) == Some(&0) {
                continue;
            }
            for add in [1, 12_345] {
                let mut trace = honest.clone();
                trace.set(0, at, trace.cell(0, at) + Val::from_u32(add));
                let failures = failures_of(&trace, &others, &public);
                assert!(!failures.is_empty(), "column {at} changed unnoticed");
            }
        }
    }
}
