//! The guests that are part of the processor.
#![expect(clippy::tests_outside_test_module, reason = "an integration test is its own module")]

use guest_builder::{GUESTS, SOFTFLOAT_MODULE};
use wasmparser::{Operator, Parser, Payload, TypeRef};

#[test]
fn assets_come_from_their_sources() {
    for guest in GUESTS {
        if let Some(path) = guest.asset_path() {
            let checked_in = std::fs::read(path).expect("the asset is checked in");
            let built = guest.build().expect("the guest builds");
            assert!(
                checked_in == built,
                "{} differs from its sources: cargo run -p guest-builder",
                guest.name
            );
        }
    }
}

/// The routines run in the frames of other programs, whose memory, tables and globals are not theirs.
#[test]
fn soft_float_routines_use_slots_only() {
    let path = SOFTFLOAT_MODULE.asset_path().expect("it is an asset");
    let wasm = std::fs::read(path).expect("the asset is checked in");
    let mut routines = 0;
    for payload in Parser::new(0).parse_all(&wasm) {
        match payload.expect("the module parses") {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.expect("the module parses");
                    assert_eq!(import.module, "trap");
                    assert!(matches!(import.ty, TypeRef::Func(_)), "{}", import.name);
                    assert!(
                        ["integer overflow", "invalid conversion to integer"].contains(&import.name),
                        "{}",
                        import.name
                    );
                }
            }
            Payload::ExportSection(section) => {
                routines = section
                    .into_iter()
                    .filter(|export| export.as_ref().is_ok_and(|export| export.name.contains('.')))
                    .count();
            }
            Payload::DataSection(_) | Payload::ElementSection(_) | Payload::StartSection { .. } => {
                panic!("state of its own")
            }
            Payload::CodeSectionEntry(body) => {
                for operator in body.get_operators_reader().expect("the module parses") {
                    assert_uses_slots_only(&operator.expect("the module parses"));
                }
            }
            _ => {}
        }
    }
    assert_eq!(routines, 2 * 17 + 2 + 8 + 8 + 8);
}

fn assert_uses_slots_only(operator: &Operator<'_>) {
    let name = format!("{operator:?}");
    let touches_state = ["Load", "Store", "Memory", "Global", "Table", "CallIndirect"]
        .iter()
        .any(|part| name.contains(part));
    let uses_floats = name.contains("F32") || name.contains("F64");
    assert!(!touches_state && !uses_floats, "{name}");
}
