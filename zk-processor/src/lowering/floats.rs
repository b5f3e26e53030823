//! Float operators: calls to the routines of the soft-float module, which are part of the artefact.

use wasmparser::Operator;

/// The routine of an operator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Routine {
    /// Name of the export.
    pub(super) name: &'static str,
    pub(super) arguments: u32,
    /// Size of the result as the metering counts it (bytes).
    pub(super) bytes: u8,
    pub(super) kind: RoutineKind,
}

/// How the metering sees an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RoutineKind {
    /// Operands and result have one type.
    Arithmetic,
    /// The result has a type of its own.
    Other,
}

/// The soft-float module: each float operator is an export under its own name, integers only.
pub(super) const SOFT_FLOAT: &[u8] = include_bytes!("../../assets/softfloat.wasm");

/// Operations whose operands and result have one type.
const ARITHMETIC: [&str; 11] = [
    "add", "sub", "mul", "div", "min", "max", "sqrt", "ceil", "floor", "trunc", "nearest",
];

/// The routine that computes an operator.
pub(super) fn routine(operator: &Operator<'_>) -> Option<Routine> {
    let (name, arguments, bytes) = match operator {
        Operator::F32Add => ("f32.add", 2, 4),
        Operator::F32Sub => ("f32.sub", 2, 4),
        Operator::F32Mul => ("f32.mul", 2, 4),
        Operator::F32Div => ("f32.div", 2, 4),
        Operator::F32Min => ("f32.min", 2, 4),
        Operator::F32Max => ("f32.max", 2, 4),
        Operator::F32Sqrt => ("f32.sqrt", 1, 4),
        Operator::F32Ceil => ("f32.ceil", 1, 4),
        Operator::F32Floor => ("f32.floor", 1, 4),
        Operator::F32Trunc => ("f32.trunc", 1, 4),
        Operator::F32Nearest => ("f32.nearest", 1, 4),
        Operator::F32Eq => ("f32.eq", 2, 4),
        Operator::F32Ne => ("f32.ne", 2, 4),
        Operator::F32Lt => ("f32.lt", 2, 4),
        Operator::F32Gt => ("f32.gt", 2, 4),
        Operator::F32Le => ("f32.le", 2, 4),
        Operator::F32Ge => ("f32.ge", 2, 4),
        Operator::F64Add => ("f64.add", 2, 8),
        Operator::F64Sub => ("f64.sub", 2, 8),
        Operator::F64Mul => ("f64.mul", 2, 8),
        Operator::F64Div => ("f64.div", 2, 8),
        Operator::F64Min => ("f64.min", 2, 8),
        Operator::F64Max => ("f64.max", 2, 8),
        Operator::F64Sqrt => ("f64.sqrt", 1, 8),
        Operator::F64Ceil => ("f64.ceil", 1, 8),
        Operator::F64Floor => ("f64.floor", 1, 8),
        Operator::F64Trunc => ("f64.trunc", 1, 8),
        Operator::F64Nearest => ("f64.nearest", 1, 8),
        Operator::F64Eq => ("f64.eq", 2, 4),
        Operator::F64Ne => ("f64.ne", 2, 4),
        Operator::F64Lt => ("f64.lt", 2, 4),
        Operator::F64Gt => ("f64.gt", 2, 4),
        Operator::F64Le => ("f64.le", 2, 4),
        Operator::F64Ge => ("f64.ge", 2, 4),
        Operator::F32DemoteF64 => ("f32.demote_f64", 1, 4),
        Operator::F64PromoteF32 => ("f64.promote_f32", 1, 8),
        Operator::F32ConvertI32S => ("f32.convert_i32_s", 1, 4),
        Operator::I32TruncF32S => ("i32.trunc_f32_s", 1, 4),
        Operator::I32TruncSatF32S => ("i32.trunc_sat_f32_s", 1, 4),
        Operator::F32ConvertI32U => ("f32.convert_i32_u", 1, 4),
        Operator::I32TruncF32U => ("i32.trunc_f32_u", 1, 4),
        Operator::I32TruncSatF32U => ("i32.trunc_sat_f32_u", 1, 4),
        Operator::F32ConvertI64S => ("f32.convert_i64_s", 1, 4),
        Operator::I64TruncF32S => ("i64.trunc_f32_s", 1, 8),
        Operator::I64TruncSatF32S => ("i64.trunc_sat_f32_s", 1, 8),
        Operator::F32ConvertI64U => ("f32.convert_i64_u", 1, 4),
        Operator::I64TruncF32U => ("i64.trunc_f32_u", 1, 8),
        Operator::I64TruncSatF32U => ("i64.trunc_sat_f32_u", 1, 8),
        Operator::F64ConvertI32S => ("f64.convert_i32_s", 1, 8),
        Operator::I32TruncF64S => ("i32.trunc_f64_s", 1, 4),
        Operator::I32TruncSatF64S => ("i32.trunc_sat_f64_s", 1, 4),
        Operator::F64ConvertI32U => ("f64.convert_i32_u", 1, 8),
        Operator::I32TruncF64U => ("i32.trunc_f64_u", 1, 4),
        Operator::I32TruncSatF64U => ("i32.trunc_sat_f64_u", 1, 4),
        Operator::F64ConvertI64S => ("f64.convert_i64_s", 1, 8),
        Operator::I64TruncF64S => ("i64.trunc_f64_s", 1, 8),
        Operator::I64TruncSatF64S => ("i64.trunc_sat_f64_s", 1, 8),
        Operator::F64ConvertI64U => ("f64.convert_i64_u", 1, 8),
        Operator::I64TruncF64U => ("i64.trunc_f64_u", 1, 8),
        Operator::I64TruncSatF64U => ("i64.trunc_sat_f64_u", 1, 8),
        _ => return None,
    };
    let arithmetic = matches!(name.split_once('.'), Some((_, operation)) if ARITHMETIC.contains(&operation));
    let kind = if arithmetic {
        RoutineKind::Arithmetic
    } else {
        RoutineKind::Other
    };
    Some(Routine {
        name,
        arguments,
        bytes,
        kind,
    })
}
