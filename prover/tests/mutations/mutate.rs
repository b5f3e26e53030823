//! Mutations of bytes, the same on every machine.

/// A sequence of pseudo-random numbers.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// What was done to the bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mutation {
    FlipBit { at: usize, bit: usize },
    SetByte { at: usize, to: u8 },
    Truncate { len: usize },
    Extend { by: usize },
    CutOut { at: usize, len: usize },
    Repeat { at: usize, len: usize },
    Swap { first: usize, second: usize, len: usize },
    Promise { at: usize },
}

/// Mutated copies of some bytes, never equal to them.
pub(crate) struct Mutations<'a> {
    honest: &'a [u8],
    numbers: Numbers,
    made: usize,
}

impl<'a> Mutations<'a> {
    pub(crate) fn of(honest: &'a [u8], seed: u64) -> Self {
        Self {
            honest,
            numbers: Numbers::new(seed),
            made: 0,
        }
    }

    /// The next mutation that changes anything. Every third one flips a bit at a place that walks through all of the bytes, so that every field is met; so does
    /// every early byte, where the fields are small.
    pub(crate) fn next(&mut self) -> (Mutation, Vec<u8>) {
        loop {
            let mutation = self.choose();
            let forged = apply(self.honest, mutation);
            self.made += 1;
            if forged != self.honest {
                return (mutation, forged);
            }
        }
    }

    fn choose(&mut self) -> Mutation {
        let len = self.honest.len();
        let at = self.numbers.below(len);
        let part = 1 + self.numbers.below(400.min(len / 2));
        if self.made.is_multiple_of(3) {
            let walked = self.made / 3 * 7_919 % len;
            let bit = self.numbers.below(8);
            return Mutation::FlipBit { at: walked, bit };
        }
        match self.numbers.below(8) {
            0 => Mutation::FlipBit {
                at: at % 400,
                bit: part % 8,
            },
            1 => Mutation::SetByte {
                at,
                to: [0, 0xff, 0x7f, 0x80, 1][part % 5],
            },
            2 => Mutation::Truncate { len: at },
            3 => Mutation::Extend { by: part },
            4 => Mutation::CutOut { at, len: part },
            5 => Mutation::Repeat { at, len: part },
            6 => Mutation::Swap {
                first: at,
                second: self.numbers.below(len),
                len: part,
            },
            _ => Mutation::Promise { at },
        }
    }
}

fn apply(honest: &[u8], mutation: Mutation) -> Vec<u8> {
    let mut bytes = honest.to_vec();
    let end = |at: usize, len: usize| (at + len).min(honest.len());
    match mutation {
        Mutation::FlipBit { at, bit } => bytes[at] ^= 1 << bit,
        Mutation::SetByte { at, to } => bytes[at] = to,
        Mutation::Truncate { len } => bytes.truncate(len),
        Mutation::Extend { by } => bytes.extend((0..by).map(|byte| byte as u8)),
        Mutation::CutOut { at, len } => drop(bytes.drain(at..end(at, len))),
        Mutation::Repeat { at, len } => {
            bytes.splice(at..at, honest[at..end(at, len)].iter().copied());
        }
        Mutation::Swap { first, second, len } => {
            let (first, second) = (first.min(second), first.max(second));
            let len = len.min(second - first).min(honest.len() - second);
            bytes[first..first + len].copy_from_slice(&honest[second..second + len]);
            bytes[second..second + len].copy_from_slice(&honest[first..first + len]);
        }
        // A length of 2^63 in the encoding of numbers that proofs use.
        Mutation::Promise { at } => {
            bytes.splice(at..=at, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]);
        }
    }
    bytes
}
