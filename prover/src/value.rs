//! Wasm values as text: `i64:-5`, `f32:1.5`.

use std::fmt;
use std::str::FromStr;

use zk_processor::program::ValueType;

/// A value; floats are their bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    slot: u64,
    value_type: ValueType,
}

impl Value {
    /// The value as a slot holds it.
    #[must_use]
    pub fn to_slot(&self) -> u64 {
        self.slot
    }

    /// The value in a slot.
    #[must_use]
    pub fn from_slot(slot: u64, value_type: ValueType) -> Self {
        let slot = match value_type {
            ValueType::I32 | ValueType::F32 => u64::from(slot as u32),
            _ => slot,
        };
        Self { slot, value_type }
    }

    /// Its type.
    #[must_use]
    pub fn value_type(&self) -> ValueType {
        self.value_type
    }
}

/// Integers are printed signed.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.value_type.name())?;
        match self.value_type {
            ValueType::I32 => write!(f, "{}", self.slot as u32 as i32),
            ValueType::I64 => write!(f, "{}", self.slot as i64),
            ValueType::F32 => write!(f, "{:?}", f32::from_bits(self.slot as u32)),
            ValueType::F64 => write!(f, "{:?}", f64::from_bits(self.slot)),
            ValueType::FuncRef | ValueType::ExternRef => match self.slot.checked_sub(1) {
                None => write!(f, "null"),
                Some(index) => write!(f, "{index}"),
            },
        }
    }
}

/// A text that is not a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a value like `i32:-1`, `i64:5`, `f32:1.5` or `f64:nan`, found `{0}`")]
pub struct ValueError(String);

/// Integers may be signed or unsigned, decimal or (with `0x`) hexadecimal.
impl FromStr for Value {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let parsed = text.split_once(':').and_then(|(value_type, number)| {
            Some(match value_type {
                "i32" => {
                    let value = integer(number)?;
                    let fits = i32::try_from(value).is_ok() || u32::try_from(value).is_ok();
                    Self {
                        slot: fits.then_some(u64::from(value as u32))?,
                        value_type: ValueType::I32,
                    }
                }
                "i64" => {
                    let value = integer(number)?;
                    let fits = i64::try_from(value).is_ok() || u64::try_from(value).is_ok();
                    Self {
                        slot: fits.then_some(value as u64)?,
                        value_type: ValueType::I64,
                    }
                }
                "f32" => Self {
                    slot: number.parse::<f32>().ok()?.to_bits().into(),
                    value_type: ValueType::F32,
                },
                "f64" => Self {
                    slot: number.parse::<f64>().ok()?.to_bits(),
                    value_type: ValueType::F64,
                },
                _ => return None,
            })
        });
        parsed.ok_or_else(|| ValueError(text.to_owned()))
    }
}

fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    // A second sign is not a number.
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let magnitude = match digits.strip_prefix("0x") {
        Some(hexadecimal) => i128::from_str_radix(hexadecimal, 16),
        None => digits.parse(),
    };
    magnitude
        .ok()
        .map(|magnitude| if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_values_and_back() {
        for text in [
            "i32:-1",
            "i64:5",
            "i64:-9223372036854775808",
            "f32:1.5",
            "f64:-inf",
            "f64:NaN",
        ] {
            assert_eq!(
                text.parse::<Value>().map(|value| value.to_string()),
                Ok(text.to_owned())
            );
        }
        assert_eq!(
            "i32:4294967295".parse::<Value>().map(|value| value.to_string()),
            Ok("i32:-1".to_owned())
        );
        assert_eq!("i64:0xff".parse::<Value>().map(|value| value.to_slot()), Ok(255));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "5",
            "i32",
            "i32:",
            "i32:4294967296",
            "i32:-2147483649",
            "i64:--1",
            "i64:1.0",
            "v128:0",
            "f32:x",
        ] {
            assert_eq!(text.parse::<Value>(), Err(ValueError(text.to_owned())));
        }
    }
}
