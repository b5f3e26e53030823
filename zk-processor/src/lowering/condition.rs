//! Compare opcodes as values and as branches.

use crate::isa::Opcode;

/// A comparison that the machine has. The others exchange operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Equal,
    NotEqual,
    LessSigned,
    LessUnsigned,
    NotLessSigned,
    NotLessUnsigned,
}

const CONDITIONS: [Condition; 6] = [
    Condition::Equal,
    Condition::NotEqual,
    Condition::LessSigned,
    Condition::LessUnsigned,
    Condition::NotLessSigned,
    Condition::NotLessUnsigned,
];

/// Compare opcodes by width and condition: value, value with immediate; branches follow in the list in the same order.
const VALUES: [[[Opcode; 2]; 6]; 2] = [
    [
        [Opcode::Eq32, Opcode::Eq32Imm],
        [Opcode::Ne32, Opcode::Ne32Imm],
        [Opcode::LtS32, Opcode::LtS32Imm],
        [Opcode::LtU32, Opcode::LtU32Imm],
        [Opcode::GeS32, Opcode::GeS32Imm],
        [Opcode::GeU32, Opcode::GeU32Imm],
    ],
    [
        [Opcode::Eq64, Opcode::Eq64Imm],
        [Opcode::Ne64, Opcode::Ne64Imm],
        [Opcode::LtS64, Opcode::LtS64Imm],
        [Opcode::LtU64, Opcode::LtU64Imm],
        [Opcode::GeS64, Opcode::GeS64Imm],
        [Opcode::GeU64, Opcode::GeU64Imm],
    ],
];

const BRANCHES: [[[Opcode; 2]; 6]; 2] = [
    [
        [Opcode::BranchEq32, Opcode::BranchEq32Imm],
        [Opcode::BranchNe32, Opcode::BranchNe32Imm],
        [Opcode::BranchLtS32, Opcode::BranchLtS32Imm],
        [Opcode::BranchLtU32, Opcode::BranchLtU32Imm],
        [Opcode::BranchGeS32, Opcode::BranchGeS32Imm],
        [Opcode::BranchGeU32, Opcode::BranchGeU32Imm],
    ],
    [
        [Opcode::BranchEq64, Opcode::BranchEq64Imm],
        [Opcode::BranchNe64, Opcode::BranchNe64Imm],
        [Opcode::BranchLtS64, Opcode::BranchLtS64Imm],
        [Opcode::BranchLtU64, Opcode::BranchLtU64Imm],
        [Opcode::BranchGeS64, Opcode::BranchGeS64Imm],
        [Opcode::BranchGeU64, Opcode::BranchGeU64Imm],
    ],
];

/// A compare opcode, taken apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compare {
    pub(super) condition: Condition,
    pub(super) wide: bool,
    pub(super) immediate: bool,
}

impl Condition {
    fn index(self) -> usize {
        self as usize
    }

    /// The condition that holds when this one does not.
    pub(super) const fn inverted(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::LessSigned => Self::NotLessSigned,
            Self::LessUnsigned => Self::NotLessUnsigned,
            Self::NotLessSigned => Self::LessSigned,
            Self::NotLessUnsigned => Self::LessUnsigned,
        }
    }
}

impl Compare {
    /// The comparison whose value this opcode computes.
    pub(super) fn of_value(opcode: Opcode) -> Option<Self> {
        let code = opcode as u8;
        let wide = code >= Opcode::Eq64 as u8;
        let first = if wide { Opcode::Eq64 } else { Opcode::Eq32 } as u8;
        let offset = code.checked_sub(first)?;
        let condition = CONDITIONS.get(usize::from(offset / 2)).copied()?;
        Some(Self {
            condition,
            wide,
            immediate: offset % 2 == 1,
        })
    }

    /// The opcode that computes the comparison's value.
    pub(super) fn value(self) -> Opcode {
        VALUES[usize::from(self.wide)][self.condition.index()][usize::from(self.immediate)]
    }

    /// The opcode that branches on the comparison.
    pub(super) fn branch(self) -> Opcode {
        BRANCHES[usize::from(self.wide)][self.condition.index()][usize::from(self.immediate)]
    }

    /// The opposite comparison.
    pub(super) const fn inverted(self) -> Self {
        Self {
            condition: self.condition.inverted(),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::opcodes::OPCODES;

    #[test]
    fn compare_opcodes_come_apart_and_together() {
        let mut found = 0;
        for info in OPCODES {
            if let Some(compare) = Compare::of_value(info.opcode) {
                assert_eq!(compare.value(), info.opcode);
                assert_eq!(compare.branch().mnemonic().strip_prefix("br_"), Some(info.mnemonic));
                assert_eq!(compare.inverted().inverted().value(), info.opcode);
                found += 1;
            }
        }
        assert_eq!(found, 24);
    }
}
