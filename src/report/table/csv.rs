//! Tables as a spreadsheet opens them.

use std::io::Write;

use polars::io::csv::write::BatchedWriter;
use polars::prelude::{Column, CsvWriter, DataFrame, DataType, PolarsResult, Schema, SerWriter as _, StringChunked};

use crate::events::defused;

/// A CSV file in the making: UTF-8 with its mark, by which a spreadsheet knows the encoding.
pub(super) struct CsvFile<W: Write>(BatchedWriter<W>);

impl<W: Write> CsvFile<W> {
    pub fn begin(writer: W, schema: &Schema) -> PolarsResult<Self> {
        let schema: Schema = schema.iter().map(|(name, dtype)| (name.clone(), shown_as(dtype))).collect();
        let writer = CsvWriter::new(writer)
            .include_bom(true)
            // Spreadsheets know no `T` between day and hour.
            .with_datetime_format(Some("%Y-%m-%d %H:%M:%S".into()));
        Ok(Self(writer.batched(&schema)?))
    }

    pub fn write(&mut self, part: &DataFrame) -> PolarsResult<()> {
        let columns = part.columns().iter().map(shown).collect::<PolarsResult<Vec<_>>>()?;
        self.0.write_batch(&DataFrame::new(part.height(), columns)?)
    }

    pub fn end(mut self) -> PolarsResult<()> {
        self.0.finish()
    }
}

/// The type of a column on the page: a list is words.
fn shown_as(dtype: &DataType) -> DataType {
    if dtype.is_list() { DataType::String } else { dtype.clone() }
}

/// A column as it stands on the page. Numbers and dates are what they are; words may be anything.
fn shown(column: &Column) -> PolarsResult<Column> {
    let words: StringChunked = match column.dtype() {
        DataType::String => column.str()?.iter().map(|cell| cell.map(defused)).collect(),
        DataType::List(_) => {
            let join = |list: Option<polars::prelude::Series>| -> PolarsResult<Option<String>> {
                let Some(list) = list else { return Ok(None) };
                let words: Vec<&str> = list.str()?.iter().flatten().collect();
                Ok(Some(defused(&words.join(", ")).into_owned()))
            };
            let lists = column.list()?;
            (0..lists.len()).map(|row| join(lists.get_as_series(row))).collect::<PolarsResult<_>>()?
        }
        _ => return Ok(column.clone()),
    };
    Ok(polars::prelude::IntoColumn::into_column(words.with_name(column.name().clone())))
}
