//! The values of one column in one batch, in the few kinds the room tells apart.

use std::sync::Arc;

use polars::prelude::{
    BooleanChunked, Column, DataType, Float64Chunked, Int64Chunked, PolarsResult, StringChunked, TimeUnit,
};

use crate::calendar::WallTime;

/// One value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    Absent,
    Text(&'a str),
    Integer(i64),
    Number(f64),
    Truth(bool),
    Time(WallTime),
    Date(WallTime),
    /// A moment in UTC.
    Instant(WallTime),
}

/// Pieces of one text.
#[derive(Clone, Debug)]
pub struct Fields {
    pub text: Arc<String>,
    /// Where each begins and ends.
    pub spans: Vec<(u32, u32)>,
}

impl Fields {
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        let piece = |(from, to): &(u32, u32)| self.text.get(*from as usize..*to as usize);
        self.spans.iter().map(move |span| piece(span).filter(|text| !text.is_empty()))
    }
}

/// A column's values in one batch.
#[derive(Clone, Debug)]
pub enum Cells {
    Text(StringChunked),
    /// Fields of lines of text; an empty one is absent.
    Lines(Fields),
    Integer(Int64Chunked),
    Number(Float64Chunked),
    Truth(BooleanChunked),
    /// Counts since 1970-01-01, this many to a microsecond or this many microseconds each.
    Time(Int64Chunked, TimeUnit),
    /// The same, in UTC.
    Instant(Int64Chunked, TimeUnit),
    /// Days since 1970-01-01.
    Date(Int64Chunked),
    /// A type whose values mean nothing here; how many rows.
    Opaque(usize),
}

const MICROS_PER_DAY: i64 = 86_400_000_000;

impl Cells {
    /// Sorts a polars column into its kind.
    pub fn from_column(column: &Column) -> PolarsResult<Self> {
        let series = column.as_materialized_series();
        Ok(match series.dtype() {
            DataType::String => Self::Text(series.str()?.clone()),
            DataType::Boolean => Self::Truth(series.bool()?.clone()),
            DataType::Float32 | DataType::Float64 => Self::Number(series.cast(&DataType::Float64)?.f64()?.clone()),
            DataType::UInt64 => {
                // Identifiers beyond 2⁶³ exist (hashes); as text none of them is lost.
                match series.strict_cast(&DataType::Int64) {
                    Ok(integers) => Self::Integer(integers.i64()?.clone()),
                    Err(_) => Self::Text(series.cast(&DataType::String)?.str()?.clone()),
                }
            }
            kind if kind.is_integer() => Self::Integer(series.cast(&DataType::Int64)?.i64()?.clone()),
            DataType::Datetime(unit, None) => Self::Time(series.to_physical_repr().i64()?.clone(), *unit),
            DataType::Datetime(unit, Some(_)) => Self::Instant(series.to_physical_repr().i64()?.clone(), *unit),
            DataType::Date => Self::Date(series.to_physical_repr().cast(&DataType::Int64)?.i64()?.clone()),
            DataType::Binary => match series.cast(&DataType::String) {
                Ok(text) => Self::Text(text.str()?.clone()),
                Err(_) => Self::Opaque(series.len()),
            },
            _ => Self::Opaque(series.len()),
        })
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Lines(fields) => fields.spans.len(),
            Self::Integer(values) | Self::Time(values, _) | Self::Instant(values, _) | Self::Date(values) => {
                values.len()
            }
            Self::Number(values) => values.len(),
            Self::Truth(values) => values.len(),
            Self::Opaque(rows) => *rows,
        }
    }

    /// Hands every value to `take`, first row to last. What is no number (NaN) counts as absent.
    pub fn each(&self, mut take: impl FnMut(Cell<'_>)) {
        match self {
            Self::Text(values) => values.iter().for_each(|value| take(value.map_or(Cell::Absent, Cell::Text))),
            Self::Lines(fields) => fields.iter().for_each(|value| take(value.map_or(Cell::Absent, Cell::Text))),
            Self::Integer(values) => values.iter().for_each(|value| take(value.map_or(Cell::Absent, Cell::Integer))),
            Self::Number(values) => values
                .iter()
                .for_each(|value| take(value.filter(|value| !value.is_nan()).map_or(Cell::Absent, Cell::Number))),
            Self::Truth(values) => values.iter().for_each(|value| take(value.map_or(Cell::Absent, Cell::Truth))),
            Self::Time(values, unit) => values
                .iter()
                .for_each(|value| take(value.map_or(Cell::Absent, |value| Cell::Time(micros(value, *unit))))),
            Self::Instant(values, unit) => values
                .iter()
                .for_each(|value| take(value.map_or(Cell::Absent, |value| Cell::Instant(micros(value, *unit))))),
            Self::Date(values) => values.iter().for_each(|value| {
                take(value.map_or(Cell::Absent, |days| Cell::Date(WallTime(days.saturating_mul(MICROS_PER_DAY)))));
            }),
            Self::Opaque(rows) => (0..*rows).for_each(|_| take(Cell::Absent)),
        }
    }
}

fn micros(count: i64, unit: TimeUnit) -> WallTime {
    WallTime(match unit {
        TimeUnit::Nanoseconds => count.div_euclid(1000),
        TimeUnit::Microseconds => count,
        TimeUnit::Milliseconds => count.saturating_mul(1000),
    })
}

impl Cell<'_> {
    /// A value that is neither absent nor a text.
    pub fn plain(self) -> Option<Cell<'static>> {
        Some(match self {
            Cell::Absent | Cell::Text(_) => return None,
            Cell::Integer(value) => Cell::Integer(value),
            Cell::Number(value) => Cell::Number(value),
            Cell::Truth(value) => Cell::Truth(value),
            Cell::Time(time) => Cell::Time(time),
            Cell::Date(time) => Cell::Date(time),
            Cell::Instant(time) => Cell::Instant(time),
        })
    }

    /// The value as a person would write it: whole numbers without a fraction, times in ISO 8601. None where absent.
    pub fn spelled(&self) -> Option<String> {
        Some(match self {
            Self::Absent => return None,
            Self::Text(text) => (*text).to_owned(),
            Self::Integer(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Truth(value) => value.to_string(),
            Self::Time(time) | Self::Instant(time) => time.to_string(),
            Self::Date(time) => time.datetime().date().to_string(),
        })
    }
}
