//! Decimals of Parquet files: whole numbers with so many digits behind the mark.
//!
//! polars has a type of its own for them, which it is not built with here: it would be compiled into every operation for
//! the sake of a column or two. They are read as what they are stored as and scaled here.

use std::collections::HashMap;

use polars::io::parquet::metadata::FileMetadata;
use polars::prelude::{
    Column, DataType, Float64Chunked, Int64Chunked, NewChunkedArray as _, PlSmallStr, PolarsResult, StringChunked,
};
use polars_parquet::parquet::metadata::SchemaDescriptor;
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::parquet::schema::types::{
    ParquetType, PhysicalType, PrimitiveConvertedType, PrimitiveLogicalType, PrimitiveType,
};

use super::Cells;

/// A floating-point number holds so many digits, whatever they are.
const EXACT: usize = 15;
/// So many digits always fit into eight bytes.
const WHOLE: usize = 18;

/// A column of decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// Digits in all.
    precision: usize,
    /// Digits behind the mark.
    scale: usize,
}

/// Makes a file's decimals what they are stored as. Answers which columns they are.
pub fn as_stored(metadata: &mut FileMetadata) -> HashMap<String, Decimal> {
    let schema = &metadata.schema_descr;
    let mut fields = schema.fields().to_vec();
    let decimals: HashMap<String, Decimal> = fields
        .iter_mut()
        .filter_map(|field| {
            let name = field.name().to_owned();
            Some((name, take_decimal(field)?))
        })
        .collect();
    if !decimals.is_empty() {
        metadata.schema_descr = SchemaDescriptor::new(schema.name().into(), fields);
    }
    decimals
}

fn take_decimal(field: &mut ParquetType) -> Option<Decimal> {
    let ParquetType::PrimitiveType(PrimitiveType { field_info, logical_type, converted_type, physical_type, .. }) =
        field
    else {
        return None;
    };
    let (precision, scale) = match (&*logical_type, &*converted_type) {
        (Some(PrimitiveLogicalType::Decimal(precision, scale)), _)
        | (None, Some(PrimitiveConvertedType::Decimal(precision, scale))) => (*precision, *scale),
        _ => return None,
    };
    let stored = match physical_type {
        PhysicalType::FixedLenByteArray(bytes) => *bytes <= size_of::<i128>(),
        PhysicalType::Int32 | PhysicalType::Int64 => true,
        _ => false,
    };
    // Lists keep their type, by which they are refused; so do sizes that nobody writes.
    if !stored || field_info.repetition == Repetition::Repeated || precision > 38 || scale > precision {
        return None;
    }
    (*logical_type, *converted_type) = (None, None);
    Some(Decimal { precision, scale })
}

impl Decimal {
    /// The values of a column, from what is stored. By the digits that the column may have, they become whole numbers,
    /// numbers, or texts that are read as exactly as if somebody had typed them.
    pub fn cells(self, column: &Column) -> PolarsResult<Cells> {
        let series = column.as_materialized_series();
        let name = PlSmallStr::EMPTY;
        let stored: Box<dyn Iterator<Item = Option<i128>>> = match series.dtype() {
            DataType::Binary => Box::new(series.binary()?.iter().map(|bytes| bytes.map(whole))),
            _ => {
                let integers = series.cast(&DataType::Int64)?.i64()?.clone();
                let values: Vec<Option<i128>> = integers.iter().map(|value| value.map(i128::from)).collect();
                Box::new(values.into_iter())
            }
        };
        Ok(if self.scale == 0 && self.precision <= WHOLE {
            let integers: Vec<Option<i64>> = stored.map(|value| i64::try_from(value?).ok()).collect();
            Cells::Integer(Int64Chunked::from_slice_options(name, &integers))
        } else if self.precision <= EXACT {
            // Both are exact, so the quotient is the nearest there is.
            let one = 10_f64.powi(self.scale as i32);
            let numbers: Vec<Option<f64>> = stored.map(|value| Some(value? as f64 / one)).collect();
            Cells::Number(Float64Chunked::from_slice_options(name, &numbers))
        } else {
            let texts: Vec<Option<String>> = stored.map(|value| Some(self.spelled(value?))).collect();
            Cells::Text(StringChunked::from_slice_options(name, &texts))
        })
    }

    /// A value as a person would write it.
    fn spelled(self, value: i128) -> String {
        let digits = format!("{:0>width$}", value.unsigned_abs(), width = self.scale + 1);
        let (whole, part) = digits.split_at(digits.len() - self.scale);
        let (sign, part) = (if value < 0 { "-" } else { "" }, part.trim_end_matches('0'));
        if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }
}

/// A number of at most sixteen bytes, the highest first, in two's complement.
fn whole(bytes: &[u8]) -> i128 {
    let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(sign, |value: i128, byte| value << 8 | i128::from(*byte))
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
    fn many_digits_are_spelled_as_they_are() {
        let spelled = |scale, value| Decimal { precision: 38, scale }.spelled(value);
        assert_eq!(spelled(2, 1250), "12.5");
        assert_eq!(spelled(2, -5), "-0.05");
        assert_eq!(spelled(3, 7000), "7");
        assert_eq!(spelled(0, 90), "90");
        assert_eq!(spelled(20, 12_345_678_901_234_567_890_123), "123.45678901234567890123");
    }
}
