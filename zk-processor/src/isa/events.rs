//! Traps, and the reasons for which a sandbox gives control back to the runtime.

use core::fmt;

macro_rules! traps {
    ($( $code:literal $name:ident $text:literal, $meaning:literal; )*) => {
        /// Why a program trapped. The discriminant is the trap code of `trap` rows and of the `event_detail` cell.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Trap {
            $( #[doc = $meaning] $name = $code, )*
        }

        impl Trap {
            /// Every trap, by ascending code.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )* ];

            /// The trap's text, as the Wasm specification's test suite writes it.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $( Self::$name => $text, )* }
            }

            /// What causes the trap.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $( Self::$name => $meaning, )* }
            }
        }
    };
}

traps! {
    0 Unreachable "unreachable", "The `unreachable` operator, or a row that no lowering emitted (an all-zero row).";
    1 MemoryOutOfBounds "out of bounds memory access", "An access or bulk operation outside linear memory or a passive segment.";
    2 TableOutOfBounds "out of bounds table access", "A table operator outside a table or a passive segment.";
    3 UndefinedElement "undefined element", "An indirect call with an index outside the table.";
    4 UninitializedElement "uninitialized element", "An indirect call to a null element.";
    5 IndirectCallTypeMismatch "indirect call type mismatch", "An indirect call to a function of another type.";
    6 DivideByZero "integer divide by zero", "An integer division or remainder by zero.";
    7 IntegerOverflow "integer overflow", "A signed division or a float conversion whose result does not fit.";
    8 InvalidConversion "invalid conversion to integer", "The conversion of a NaN to an integer.";
    9 StackExhausted "call stack exhausted", "The stack budget or the frame space does not cover the callee.";
    10 Fault "machine fault", "A privileged opcode outside context 0, or one that the sandbox's state does not allow.";
    11 Panic "panic", "A guest's panic; the executor shows the message.";
}

impl Trap {
    /// The trap with this code.
    #[must_use]
    pub fn from_code(code: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|trap| u32::from(*trap as u8) == code)
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// Why a sandbox gave control back to the runtime (control cell `event_kind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum EventKind {
    /// No sandbox ran since the last `open`.
    None = 0,
    /// The function entered by `enter` returned; its results lie in slots 0, 1, … of the sandbox's frame.
    Returned = 1,
    /// The program trapped; the detail is the trap code. The sandbox cannot be resumed.
    Trapped = 2,
    /// The program called the imported function whose number is the detail; its arguments lie in slots 0, 1, … of the
    /// sandbox's frame, where `argument_set` puts the results before `resume`.
    HostCall = 3,
    /// The loaded gas does not cover the next charge; the detail is the charge in operators. `resume` with a larger budget
    /// executes the same instruction again.
    OutOfGas = 4,
}

impl EventKind {
    /// The event with this number.
    #[must_use]
    pub fn from_u8(value: u8) -> Option<Self> {
        [
            Self::None,
            Self::Returned,
            Self::Trapped,
            Self::HostCall,
            Self::OutOfGas,
        ]
        .get(usize::from(value))
        .copied()
    }
}
