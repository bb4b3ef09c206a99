//! Decimals of Parquet files: whole numbers with so many digits behind the mark.
//!
//! polars has a type of its own for them, which it is not built with here: it would be compiled into every operation for
//! the sake of a column or two. They are read as what they are stored as and scaled here.

use polars::prelude::{
    DataType, Float64Chunked, Int64Chunked, NewChunkedArray as _, PlSmallStr, PolarsResult, Series, StringChunked,
};

use crate::events::source::Cells;

/// A floating-point number holds so many digits, whatever they are.
const EXACT: usize = 15;
/// So many digits always fit into eight bytes.
const WHOLE: usize = 18;

/// A column of decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// Digits in all.
    pub precision: usize,
    /// Digits behind the mark.
    pub scale: usize,
}

impl Decimal {
    /// The values of a column, from what is stored. By the digits that the column may have, they become whole numbers,
    /// numbers, or texts that are read as exactly as if somebody had typed them.
    pub fn cells(self, stored: &Series) -> PolarsResult<Cells> {
        let name = PlSmallStr::EMPTY;
        let text = |texts: Vec<Option<String>>| Cells::Text(StringChunked::from_slice_options(name.clone(), &texts));
        let values: Vec<Option<i128>> = match stored.dtype() {
            DataType::Binary => {
                let bytes = stored.binary()?;
                if bytes.iter().flatten().any(|bytes| bytes.len() > size_of::<i128>()) {
                    return Ok(text(
                        bytes.iter().map(|bytes| Some(self.placed(below_zero(bytes?), digits(bytes?)))).collect(),
                    ));
                }
                bytes.iter().map(|bytes| bytes.map(whole)).collect()
            }
            _ => stored.cast(&DataType::Int64)?.i64()?.iter().map(|value| value.map(i128::from)).collect(),
        };
        // A number with more digits than its column may have stays what it is.
        let most = 10_i128.saturating_pow(self.precision as u32);
        let as_said = values.iter().flatten().all(|value| -most < *value && *value < most);
        Ok(if as_said && self.scale == 0 && self.precision <= WHOLE {
            let integers: Vec<Option<i64>> = values.iter().map(|value| i64::try_from((*value)?).ok()).collect();
            Cells::Integer(Int64Chunked::from_slice_options(name, &integers))
        } else if as_said && self.precision <= EXACT {
            // Both are exact, so the quotient is the nearest there is.
            let one = 10_f64.powi(self.scale as i32);
            let numbers: Vec<Option<f64>> = values.iter().map(|value| Some((*value)? as f64 / one)).collect();
            Cells::Number(Float64Chunked::from_slice_options(name, &numbers))
        } else {
            text(values.iter().map(|value| Some(self.spelled((*value)?))).collect())
        })
    }

    /// A value as a person would write it.
    fn spelled(self, value: i128) -> String {
        self.placed(value < 0, value.unsigned_abs().to_string())
    }

    /// Digits with the mark where it belongs.
    fn placed(self, negative: bool, digits: String) -> String {
        let digits = format!("{digits:0>width$}", width = self.scale + 1);
        let (whole, part) = digits.split_at(digits.len() - self.scale);
        let (sign, part) = (if negative { "-" } else { "" }, part.trim_end_matches('0'));
        if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }
}

/// Whether the highest bit of the highest byte says so.
fn below_zero(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|byte| byte & 0x80 != 0)
}

/// A number of at most sixteen bytes, the highest first, in two's complement.
fn whole(bytes: &[u8]) -> i128 {
    let sign = if below_zero(bytes) { -1 } else { 0 };
    bytes.iter().fold(sign, |value: i128, byte| value << 8 | i128::from(*byte))
}

/// The digits of a number of any length, the highest byte first, in two's complement; without its sign.
fn digits(bytes: &[u8]) -> String {
    let negative = below_zero(bytes);
    let mut carry = negative;
    let mut size: Vec<u8> = bytes
        .iter()
        .rev()
        .map(|byte| {
            let (turned, over) = (if negative { !byte } else { *byte }).overflowing_add(u8::from(carry));
            carry = over;
            turned
        })
        .collect();
    // Nine digits at a time, the lowest first.
    let mut nines = Vec::new();
    while let Some(highest) = size.iter().rposition(|byte| *byte != 0) {
        size.truncate(highest + 1);
        let mut rest = 0_u64;
        for byte in size.iter_mut().rev() {
            rest = rest << 8 | u64::from(*byte);
            *byte = (rest / 1_000_000_000) as u8;
            rest %= 1_000_000_000;
        }
        nines.push(rest);
    }
    let mut text = nines.pop().unwrap_or(0).to_string();
    nines.iter().rev().for_each(|nine| text.push_str(&format!("{nine:09}")));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_bytes_are_numbers() {
        assert_eq!([whole(&[0, 1]), whole(&[0xff]), whole(&[0xff, 0x7f]), whole(&[])], [1, -1, -129, 0]);
        assert_eq!(whole(&i128::MIN.to_be_bytes()), i128::MIN);
    }

    #[test]
    fn numbers_of_any_length_have_digits() {
        let text = |value: i128| digits(&value.to_be_bytes());
        for value in [0, 1, 999_999_999, 1_000_000_000, i128::MAX, -1, -1_000_000_000, i128::MIN] {
            assert_eq!(text(value), value.unsigned_abs().to_string());
        }
        // 2²⁴⁸ and a decimal of two digits in 32 bytes.
        let mut wide = [0; 32];
        wide[0] = 1;
        assert_eq!(digits(&wide), "452312848583266388373324160190187140051835877600158453279131187530910662656");
        assert_eq!(digits(&[0xff; 32]), "1");
        assert_eq!(digits(&[]), "0");
    }

    #[test]
    fn many_digits_are_spelled_as_they_are() {
        let spelled = |scale, value| Decimal { precision: 38, scale }.spelled(value);
        assert_eq!(spelled(2, 1250), "12.5");
        assert_eq!(spelled(2, -5), "-0.05");
        assert_eq!(spelled(3, 7000), "7");
        assert_eq!(spelled(0, 90), "90");
        assert_eq!(spelled(20, 12_345_678_901_234_567_890_123), "123.45678901234567890123");
    }
}
