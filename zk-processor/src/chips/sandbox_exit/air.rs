//! Why an exit cannot lie.

use p3_field::PrimeCharacteristicRing;

use super::columns::SandboxExitCols;
use crate::chips::builder::{Chip, ChipBuilder, Columns, Val};
use crate::chips::buses::Message;
use crate::chips::gadgets::access::{AccessCols, high_bytes_of};
use crate::chips::gadgets::execution::Fetched;
use crate::chips::gadgets::hand_over::{Reason, code_of};
use crate::chips::gadgets::link::access_link;
use crate::chips::gadgets::slots::execution_of;
use crate::isa::{EventKind, Opcode, Trap};

/// The chip.
#[derive(Clone, Copy, Debug)]
pub struct SandboxExit;

impl Chip for SandboxExit {
    fn name(&self) -> &'static str {
        "sandbox_exit"
    }

    fn width(&self) -> usize {
        SandboxExitCols::<Val>::WIDTH
    }

    fn max_degree(&self) -> usize {
        2
    }

    fn uses_next_row(&self) -> bool {
        false
    }

    fn eval<B: ChipBuilder>(&self, builder: &mut B) {
        let row: SandboxExitCols<B::Var> = builder.current();
        let real = one_case_or_padding(builder, &row);
        let fetched = Fetched {
            opcode: opcode(builder, &row),
            dst: row.dst.into(),
            a: row.a.into(),
            x: row.x.map(Into::into),
            gas: row.gas.into(),
        };
        detail_is_the_cases(builder, &row);
        let execution = execution_of(&row.execution);
        let nothing = || [B::Expr::ZERO, B::Expr::ZERO, B::Expr::ZERO];
        let (read, is_return) = (AccessCols::from_cells(row.read), row.is_return.into());
        let frame = execution.frame_pointer.into();
        access_link(builder, &read, &execution, frame, [nothing(), nothing()], &is_return);
        high_bytes_of(builder, read.difference_high, B::Expr::ZERO, &is_return);

        let kind = |kind: EventKind| B::Expr::from_u32(kind as u32);
        let trapped = row.is_trap + row.is_panic + row.is_privileged.into();
        let [d0, d1] = row.detail.map(Into::into);
        let reason = Reason {
            pc: execution.pc.into() + row.is_host_call.into(),
            gas_left: execution.gas_left.into() - row.gas.into(),
            kind: trapped * kind(EventKind::Trapped)
                + row.is_host_call.into() * kind(EventKind::HostCall)
                + row.is_return.into() * kind(EventKind::Returned),
            detail: [d0, d1, B::Expr::ZERO],
            settled: B::Expr::ZERO,
        };
        execution.give_back(builder, fetched, reason, &real);
    }
}

fn one_case_or_padding<B: ChipBuilder>(builder: &mut B, row: &SandboxExitCols<B::Var>) -> B::Expr {
    let mut real = B::Expr::ZERO;
    for case in [
        row.is_trap,
        row.is_panic,
        row.is_privileged,
        row.is_host_call,
        row.is_return,
    ] {
        builder.claim_boolean("one case or padding", case);
        real += case.into();
    }
    builder.claim_boolean("one case or padding", real.clone());
    real
}

/// Privileged opcodes are a range: 177 plus a number below 16, for it and 16 times it are bytes.
fn opcode<B: ChipBuilder>(builder: &mut B, row: &SandboxExitCols<B::Var>) -> B::Expr {
    let (is_privileged, privileged): (B::Expr, B::Expr) = (row.is_privileged.into(), row.privileged.into());
    builder.claim(
        "only a privileged opcode counts",
        (B::Expr::ONE - is_privileged.clone()) * privileged.clone(),
    );
    let sixteenfold = privileged.clone() * B::Expr::from_u32(16);
    builder.send(
        Message::byte_pair(privileged.clone(), sixteenfold),
        is_privileged.clone(),
    );
    let code = |opcode: Opcode| B::Expr::from_u32(opcode as u32);
    row.is_trap.into() * code(Opcode::Trap)
        + row.is_panic.into() * code(Opcode::Panic)
        + is_privileged * code(Opcode::Sha256Begin)
        + privileged
        + row.is_host_call.into() * code(Opcode::HostCall)
        + row.is_return.into() * code(Opcode::Return)
}

const _: () = assert!(Opcode::Halt as u32 - Opcode::Sha256Begin as u32 == 15);

fn detail_is_the_cases<B: ChipBuilder>(builder: &mut B, row: &SandboxExitCols<B::Var>) {
    let ([x0, x1, ..], [d0, d1]) = (row.x, row.detail);
    let name = "the detail is the case's";
    let code = (row.is_trap + row.is_host_call) * x0.into()
        + row.is_panic.into() * code_of::<B::Expr>(Trap::Panic)
        + row.is_privileged.into() * code_of::<B::Expr>(Trap::Fault);
    builder.claim_equal(name, d0, code);
    builder.claim_equal(name, d1, row.is_host_call * x1);
}
