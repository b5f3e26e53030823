//! Runs as tables: the executor's events satisfy every claim of every chip, and all buses balance.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]

mod coverage;
mod every_row;
#[path = "../machine/programs.rs"]
mod programs;
mod random;
mod texts;
mod visits;

use texts::{SANDBOX, escaped, guest, metered};
use zk_processor::executor::{Input, Limits, Machine};
use zk_processor::program::Artefact;
use zk_processor::proving::{FilledSegment, InputTree, Memories, Programs, SegmentLimits, Walk, collect, fill};

/// Segments of at most this many instructions, filled, until the run halts or so many are done.
fn segments(guest: &Artefact, input: &Input, instructions: u32, most: usize) -> Vec<FilledSegment> {
    segments_with(guest, &[], input, instructions, most)
}

/// The same with programs that the guest may open.
fn segments_with(
    guest: &Artefact,
    library: &[Artefact],
    input: &Input,
    instructions: u32,
    most: usize,
) -> Vec<FilledSegment> {
    let mut machine = Machine::with_runtime(guest, input.clone(), Limits::default()).expect("the image is small");
    let mut programs = Programs::default();
    programs.add(guest);
    for program in library {
        machine.add_program(program.root(), program);
        programs.add(program);
    }
    let input = InputTree::new(input.clone());
    let mut memories = Memories::default();
    memories.open(0, &guest.image);
    let limits = SegmentLimits {
        instructions,
        ..SegmentLimits::FULL
    };
    let mut filled: Vec<FilledSegment> = Vec::new();
    while filled.len() < most && filled.last().is_none_or(|segment| segment.record.output.is_none()) {
        let mut walk = Walk::new(&mut machine).expect("a runtime");
        let segment = collect(&mut walk, &limits).expect("every instruction is proved");
        filled.push(fill(&segment, &programs, &input, &mut memories));
    }
    filled
}

/// A sandboxed program with a function for each trap, from number 1 on.
const TRAPS: &str = r#"(module
    (memory 1) (table 2 funcref) (elem (i32.const 0) $nothing) (type $other (func (param i64)))
    (func $nothing)
    (func (export "load") (drop (i64.load (i32.const 65530))))
    (func (export "store") (i32.store8 (i32.const 65536) (i32.const 1)))
    (func (export "by_zero") (param i32) (drop (i32.rem_u (i32.const 1) (local.get 0))))
    (func (export "overflow") (drop (i64.div_s (i64.const -9223372036854775808) (i64.const -1))))
    (func (export "undefined") (call_indirect (i32.const 2)))
    (func (export "null") (call_indirect (i32.const 1)))
    (func (export "mismatch") (call_indirect (type $other) (i64.const 0) (i32.const 0)))
    (func (export "fill") (memory.fill (i32.const 65535) (i32.const 0) (i32.const 2)))
    (func (export "copy") (memory.copy (i32.const 0) (i32.const 65535) (i32.const 2)))
    (func (export "table_get") (drop (table.get 0 (i32.const 2))))
    (func (export "table_copy") (table.copy (i32.const 1) (i32.const 0) (i32.const 2)))
    (func (export "unreachable") (unreachable)))"#;

/// Their trap codes.
const TRAP_CODES: [u8; 12] = [1, 1, 6, 7, 3, 4, 5, 1, 1, 2, 2, 0];

#[test]
fn every_trap_of_a_sandbox_holds() {
    let program = metered(TRAPS);
    let root = escaped(program.root());
    let visits: String = (1..=TRAP_CODES.len())
        .map(|function| {
            format!(
                "(call $open (i32.const 64)) (call $enter (i32.const {function}) (i32.const 1000) (i32.const 5000))
                (i32.store8 (i32.const {}) (i32.wrap_i64 (call $detail))) (call $drop)",
                function - 1
            )
        })
        .collect();
    let guest = guest(&format!(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (import "zk" "sandbox_open" (func $open (param i32)))
            (import "zk" "sandbox_enter" (func $enter (param i32 i32 i32)))
            (import "zk" "sandbox_drop" (func $drop))
            (import "zk" "event_detail" (func $detail (result i64)))
            (memory 1)
            (data (i32.const 64) "{root}")
            (func (export "main") {visits} (call $halt (i32.const 0))))"#
    ));
    let all = segments_with(&guest, &[program], &Input::new(&[], &[]), 10_000, 1);
    let segment = all.first().expect("a segment");
    for failure in segment.failures().iter().take(20) {
        println!("{failure}");
    }
    assert!(segment.failures().is_empty());
    let output = segment.record.output.expect("it halts").map(u16::to_le_bytes);
    assert_eq!(output.as_flattened()[..TRAP_CODES.len()], TRAP_CODES);
}

/// A guest that opens the program with this root three times; the results lie at 0.
fn visitor(root: [u32; 8]) -> Artefact {
    let root = escaped(root);
    guest(&format!(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (import "zk" "sandbox_open" (func $open (param i32)))
            (import "zk" "sandbox_enter" (func $enter (param i32 i32 i32)))
            (import "zk" "sandbox_resume" (func $resume (param i32)))
            (import "zk" "sandbox_drop" (func $drop))
            (import "zk" "argument_get" (func $get (param i32) (result i64)))
            (import "zk" "argument_set" (func $set (param i32 i64)))
            (import "zk" "event_kind" (func $kind (result i32)))
            (import "zk" "event_detail" (func $detail (result i64)))
            (import "zk" "sandbox_gas" (func $gas (result i32)))
            (memory 1)
            (data (i32.const 64) "{root}")
            (func (export "main")
                (call $open (i32.const 64))
                (call $set (i32.const 0) (i64.const 5))
                (call $enter (i32.const 1) (i32.const 3) (i32.const 5000))
                (i64.store (i32.const 0) (call $detail))
                (call $resume (i32.const 1000))
                (call $set (i32.const 0) (i64.add (call $get (i32.const 0)) (i64.const 100)))
                (call $resume (call $gas))
                (i64.store (i32.const 8) (call $get (i32.const 0)))
                (call $set (i32.const 0) (i64.const 9))
                (call $enter (i32.const 1) (i32.const 1000) (i32.const 5000))
                (call $drop)
                (call $open (i32.const 64))
                (call $enter (i32.const 2) (i32.const 1000) (i32.const 5000))
                (i32.store (i32.const 16) (call $kind))
                (call $drop)
                (call $open (i32.const 64))
                (call $enter (i32.const 3) (i32.const 1000) (i32.const 100))
                (i64.store (i32.const 24) (call $detail))
                (call $halt (i32.const 0))))"#
    ))
}

/// Cut every 13 instructions: inside and outside of sandboxes, between an event and its answer.
#[test]
fn sandboxes_hold_across_segments() {
    let program = metered(SANDBOX);
    let guest = visitor(program.root());
    let all = segments_with(&guest, &[program], &Input::new(&[], &[]), 13, 100);
    for (number, segment) in all.iter().enumerate() {
        let failures = segment.failures();
        for failure in failures.iter().take(20) {
            println!("segment {number}: {failure}");
        }
        assert!(failures.is_empty());
    }
    for pair in all.windows(2) {
        assert_eq!(pair[0].record.end, pair[1].record.start);
    }
    let output = all.last().and_then(|segment| segment.record.output).expect("it halts");
    // 6 + 100 + 1 is what `serve` returns; the trap and the exhausted stack are events 2 and trap 9.
    assert_eq!([output[4], output[8], output[12]], [107, 2, 9]);
    assert!(all.len() > 3);
}

#[test]
fn a_loop_with_calls_and_memory_holds() {
    let guest = guest(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (memory 1)
            (global $sum (mut i64) (i64.const 0))
            (func $step (param i32) (result i32)
                (i64.store (i32.shl (local.get 0) (i32.const 3)) (i64.xor (i64.extend_i32_u (local.get 0)) (i64.const 77)))
                (i32.store8 (i32.const 9000) (local.get 0))
                (global.set $sum (i64.add (global.get $sum) (i64.load (i32.shl (local.get 0) (i32.const 3)))))
                (i32.add (local.get 0) (i32.const 1)))
            (func (export "main") (local i32)
                (loop
                    (local.set 0 (call $step (local.get 0)))
                    (br_if 0 (i32.lt_u (local.get 0) (i32.const 20))))
                (call $halt (i32.const 0))))"#,
    );
    for segment in segments(&guest, &Input::new(&[], &[]), 90, 2) {
        for failure in segment.failures().iter().take(20) {
            println!("{failure}");
        }
        assert!(segment.failures().is_empty());
    }
}

/// Asserts that the first segments of a guest hold.
fn assert_holds(text: &str, input: &Input, instructions: u32, most: usize) {
    for segment in segments(&guest(text), input, instructions, most) {
        let failures = segment.failures();
        for failure in failures.iter().take(20) {
            println!("{failure}");
        }
        assert!(failures.is_empty());
    }
}

#[test]
fn tables_and_indirect_calls_hold() {
    assert_holds(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (memory 1)
            (type $unary (func (param i32) (result i32)))
            (table $functions 6 30 funcref)
            (elem (table $functions) (i32.const 1) func $double $negate $double)
            (func $double (type $unary) (i32.shl (local.get 0) (i32.const 1)))
            (func $negate (type $unary) (i32.sub (i32.const 0) (local.get 0)))
            (func $choose (param i32) (result i32)
                (block $default (block $two (block $one (block $zero
                    (br_table $zero $one $two $default (local.get 0)))
                    (return (i32.const 100)))
                    (return (i32.const 200)))
                    (return (i32.const 300)))
                (i32.const 400))
            (func (export "main") (local i32 i32)
                (drop (table.grow $functions (ref.null func) (i32.const 500)))
                (drop (table.grow $functions (ref.null func) (i32.const -1)))
                (table.set $functions (i32.const 4) (table.get $functions (i32.const 2)))
                (table.set $functions (i32.const 5) (ref.func $double))
                (local.set 1 (table.size $functions))
                (loop
                    (local.set 1 (i32.add (local.get 1) (call $choose (local.get 0))))
                    (local.set 1 (call_indirect $functions (type $unary) (local.get 1)
                        (i32.add (i32.const 1) (i32.and (local.get 0) (i32.const 1)))))
                    (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                    (br_if 0 (i32.lt_u (local.get 0) (i32.const 8))))
                (local.set 1 (call_indirect $functions (type $unary) (local.get 1) (i32.const 4)))
                (local.set 1 (call_indirect $functions (type $unary) (local.get 1) (i32.const 5)))
                (i32.store (i32.const 0) (local.get 1))
                (loop (br 0))
                (call $halt (i32.const 0))))"#,
        &Input::new(&[], &[]),
        70,
        4,
    );
}

#[test]
fn memory_at_every_address_holds() {
    assert_holds(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (memory 1 3)
            (global $sum (mut i64) (i64.const 0))
            (func $add (param i64) (global.set $sum (i64.add (global.get $sum) (local.get 0))))
            (func $touch (param i32) (param i64)
                (i64.store (local.get 0) (local.get 1))
                (call $add (i64.load (local.get 0)))
                (i32.store offset=1 (local.get 0) (i32.wrap_i64 (local.get 1)))
                (call $add (i64.load32_s offset=1 (local.get 0)))
                (call $add (i64.load32_u offset=3 (local.get 0)))
                (i32.store16 offset=5 (local.get 0) (i32.const 0x8765))
                (i64.store32 offset=2 (local.get 0) (i64.const 0x87654321))
                (i64.store offset=9 (local.get 0) (i64.const 0x87654321))
                (call $add (i64.load16_s offset=5 (local.get 0)))
                (call $add (i64.extend_i32_u (i32.load16_s offset=5 (local.get 0))))
                (call $add (i64.load16_u offset=7 (local.get 0))))
            (func $read (param i32)
                (call $add (i64.load (local.get 0)))
                (call $add (i64.load32_s (local.get 0)))
                (call $add (i64.load16_u (local.get 0))))
            (func (export "main") (local i32)
                (call $add (i64.extend_i32_u (memory.size)))
                (call $add (i64.extend_i32_u (memory.grow (i32.const 1))))
                (call $add (i64.extend_i32_s (memory.grow (i32.const 2))))
                (call $add (i64.extend_i32_s (memory.grow (i32.const -1))))
                (call $add (i64.extend_i32_u (memory.grow (i32.const 0))))
                (loop
                    (call $touch (i32.add (i32.const 65520) (local.get 0)) (i64.const 0x8123456789abcdef))
                    (call $touch (i32.sub (i32.const 131055) (local.get 0)) (i64.const -2))
                    (call $read (i32.add (i32.const 0x80000000) (local.get 0)))
                    (call $read (i32.sub (i32.const 0xfffffff8) (local.get 0)))
                    (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                    (br_if 0 (i32.lt_u (local.get 0) (i32.const 8))))
                (i64.store (i32.const 0) (global.get $sum))
                (loop (br 0))
                (call $halt (i32.const 0))))"#,
        &Input::raw((0..=255).collect()),
        400,
        5,
    );
}

/// Every operation that the arithmetic tables take, on operands that change.
#[test]
fn arithmetic_of_every_kind_holds() {
    let two = |width: &str, operators: &[&str]| -> String {
        operators
            .iter()
            .map(|operator| format!("(call $mix{width} (i{width}.{operator} (local.get 0) (local.get 1)))\n"))
            .collect()
    };
    let binary = [
        "mul", "shl", "shr_s", "shr_u", "rotl", "rotr", "div_s", "div_u", "rem_s", "rem_u",
    ];
    let constants = |width: &str| -> String {
        binary
            .iter()
            .map(|operator| format!("(call $mix{width} (i{width}.{operator} (local.get 0) (i{width}.const -7)))\n"))
            .collect()
    };
    let one = |width: &str| -> String {
        ["clz", "ctz", "popcnt"]
            .iter()
            .map(|operator| format!("(call $mix{width} (i{width}.{operator} (local.get 0)))\n"))
            .collect()
    };
    let wide: String = ["add128", "sub128"]
        .iter()
        .map(|operator| {
            format!(
                "(i64.{operator} (local.get 0) (local.get 1) (local.get 1) (local.get 0)) (call $mix64) (call $mix64)\n"
            )
        })
        .chain(
            ["mul_wide_s", "mul_wide_u"]
                .iter()
                .map(|operator| format!("(i64.{operator} (local.get 0) (local.get 1)) (call $mix64) (call $mix64)\n")),
        )
        .collect();
    let text = format!(
        r#"(module
            (import "zk" "halt" (func $halt (param i32)))
            (memory 1)
            (global $sum (mut i64) (i64.const 0))
            (func $mix64 (param i64) (global.set $sum (i64.xor (i64.rotl (global.get $sum) (i64.const 9)) (local.get 0))))
            (func $mix32 (param i32) (call $mix64 (i64.extend_i32_u (local.get 0))))
            (func $narrow (param i32 i32) {}{}{})
            (func $wide (param i64 i64) {}{}{}{wide})
            (func (export "main") (local i64 i64)
                (local.set 0 (i64.const 0x9234567880000000))
                (local.set 1 (i64.const 0x0000000100000003))
                (loop
                    (call $wide (local.get 0) (local.get 1))
                    (call $wide (local.get 1) (local.get 0))
                    (call $narrow (i32.wrap_i64 (local.get 0)) (i32.wrap_i64 (local.get 1)))
                    (local.set 0 (i64.shr_s (local.get 0) (i64.const 13)))
                    (local.set 1 (i64.or (i64.mul (local.get 1) (i64.const -5)) (i64.const 1)))
                    (br_if 0 (i64.ne (local.get 0) (i64.const -1))))
                (call $wide (i64.const 0x8000000000000001) (i64.const -1))
                (i64.store (i32.const 0) (global.get $sum))
                (loop (br 0))
                (call $halt (i32.const 0))))"#,
        two("32", &binary),
        constants("32"),
        one("32"),
        two("64", &binary),
        constants("64"),
        one("64"),
    );
    assert_holds(&text, &Input::new(&[], &[]), 900, 6);
}

#[test]
fn copies_fills_and_hashes_hold() {
    let witness: Vec<u8> = (0..=255).collect();
    assert_holds(
        r#"(module
            (import "zk" "sha256" (func $sha256 (param i32 i32 i32)))
            (memory 1)
            (func (export "main")
                (memory.fill (i32.const 3) (i32.const 0x1ab) (i32.const 3000))
                (memory.copy (i32.const 0x1001) (i32.const 0) (i32.const 2500))
                (memory.copy (i32.const 0x1005) (i32.const 0x1001) (i32.const 2500))
                (memory.copy (i32.const 0x100) (i32.const 0x80000013) (i32.const 31))
                (memory.copy (i32.const 0) (i32.const 0) (i32.const 0))
                (call $sha256 (i32.const 0x1000) (i32.const 0x80000010) (i32.const 3))
                (call $sha256 (i32.const 0x1000) (i32.const 0x0ff8) (i32.const 2))
                (loop (br 0))))"#,
        &Input::new(&[], &witness),
        100,
        1,
    );
}

#[test]
fn comparisons_and_poseidon_steps_hold() {
    let witness: Vec<u8> = (0..=255).collect();
    assert_holds(
        r#"(module
            (import "zk" "poseidon2" (func $poseidon2 (param i32 i32 i32)))
            (import "zk" "memory_compare" (func $compare (param i32 i32 i32) (result i32)))
            (memory 1)
            (data (i32.const 0x103) "abcdefghijklmnopqrstuvwxyz")
            (data (i32.const 0x206) "abcdefghijklmnopqrstUvwxyz")
            (func (export "main")
                (i32.store (i32.const 0) (call $compare (i32.const 0x103) (i32.const 0x206) (i32.const 20)))
                (i32.store (i32.const 4) (call $compare (i32.const 0x103) (i32.const 0x206) (i32.const 26)))
                (i32.store (i32.const 8) (call $compare (i32.const 0x206) (i32.const 0x103) (i32.const 26)))
                (i32.store (i32.const 12) (call $compare (i32.const 0x80000003) (i32.const 0x103) (i32.const 26)))
                (i32.store (i32.const 16) (call $compare (i32.const 0x105) (i32.const 0x105) (i32.const 26)))
                (call $poseidon2 (i32.const 0x1000) (i32.const 0x80000010) (i32.const 3))
                (call $poseidon2 (i32.const 0x1000) (i32.const 0x1000) (i32.const 2))
                (loop (br 0))))"#,
        &Input::new(&[], &witness),
        200,
        1,
    );
}
