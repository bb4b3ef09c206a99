//! Tables as Parquet, the same bytes for the same table.

use std::io::Write;
use std::path::Path;

use polars::io::parquet::write::{BatchedWriter, KeyValueMetadata};
use polars::prelude::{
    ArrowDataType, ArrowField, ArrowSchema, Column, CompatLevel, DataFrame, ParquetWriter, PolarsResult, Schema,
    SchemaExt as _,
};
use polars_parquet::write::schema_to_metadata_key;

use super::system::through_buffer;
use crate::report::ReportError;

/// A Parquet file in the making.
pub(super) struct ParquetFile<W: Write>(BatchedWriter<W>);

impl<W: Write + Send> ParquetFile<W> {
    pub fn begin(writer: W, schema: &Schema) -> PolarsResult<Self> {
        let described = plain_schema(schema);
        Ok(Self(ParquetWriter::new(writer).with_key_value_metadata(Some(described)).batched(schema)?))
    }

    /// Each part becomes a row group.
    pub fn write(&mut self, part: &DataFrame) -> PolarsResult<()> {
        self.0.write_batch(part)
    }

    pub fn end(self) -> PolarsResult<()> {
        self.0.finish().map(drop)
    }
}

/// Writes a table into an open file part by part as it comes. `make` is handed what writes a part: its number of rows and
/// its columns, which are those of `schema`.
pub(in crate::report) fn write_parts_into<T, E: From<ReportError>>(
    file: impl Write + Send,
    path: &Path,
    schema: &Schema,
    make: impl FnOnce(&mut dyn FnMut(usize, Vec<Column>) -> Result<(), ReportError>) -> Result<T, E>,
) -> Result<T, E> {
    let fault = |error| ReportError::table(path, error);
    through_buffer(file, path, |buffer| {
        let mut file = ParquetFile::begin(buffer, schema).map_err(fault)?;
        let told = make(&mut |rows, columns| {
            let part = DataFrame::new(rows, columns).map_err(fault)?;
            file.write(&part).map_err(fault)
        })?;
        file.end().map_err(fault)?;
        Ok(told)
    })
}

/// What a file says of its columns in Arrow's words. Polars would say "string view", as it holds them in memory, and
/// what is older than that type, or cannot turn a list of it into its own, then refuses the file. On disk both are the
/// same bytes.
fn plain_schema(schema: &Schema) -> KeyValueMetadata {
    let plain: ArrowSchema =
        schema.to_arrow(CompatLevel::newest()).iter().map(|(name, field)| (name.clone(), plain_field(field))).collect();
    KeyValueMetadata::Static(vec![schema_to_metadata_key(&plain)])
}

fn plain_field(field: &ArrowField) -> ArrowField {
    ArrowField { dtype: plain(&field.dtype), ..field.clone() }
}

fn plain(dtype: &ArrowDataType) -> ArrowDataType {
    match dtype {
        ArrowDataType::Utf8View | ArrowDataType::LargeUtf8 => ArrowDataType::Utf8,
        ArrowDataType::BinaryView | ArrowDataType::LargeBinary => ArrowDataType::Binary,
        ArrowDataType::LargeList(field) | ArrowDataType::List(field) => {
            ArrowDataType::List(Box::new(plain_field(field)))
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use polars::prelude::{DataType, ParquetReader, SerReader as _, TimeUnit};
    use polars_parquet::parquet::schema::types::{ParquetType, PhysicalType, PrimitiveLogicalType};
    use polars_parquet::read::read_metadata;

    use super::*;
    use crate::report::columns::{column, dates, times};
    use crate::report::table::{Table, TableFormat};

    /// Of each kind of column that a table has one.
    fn every_kind() -> Vec<Column> {
        use polars::prelude::{
            IntoSeries as _, ListBuilderTrait as _, ListStringChunkedBuilder, NamedFrom as _, Series,
        };
        let mut terms = ListStringChunkedBuilder::new("terms".into(), 2, 3);
        terms.append_values_iter(["tea", "cup"].into_iter());
        terms.append_values_iter(["灯"].into_iter());
        let vectors = Series::new(
            "embedding".into(),
            [Series::new("".into(), [0.5_f32, 1.0]), Series::new("".into(), [0.25_f32])],
        );
        let calendar = crate::calendar::Calendar::new(crate::calendar::PeriodLength::Month);
        let wall = crate::calendar::WallTime;
        vec![
            column("label", ["Tea sets", "Lamps"].into_iter()),
            column("flags", [None, Some("bot")].into_iter()),
            terms.finish().into_series().into(),
            vectors.into(),
            dates("period", calendar, [crate::calendar::Period(500), crate::calendar::Period(501)].into_iter()),
            times("first", [wall(1_000_000), wall(2_000_000)].into_iter()),
            column("events", [1_i64, 2].into_iter()),
            column("interest", [0_i32, 1].into_iter()),
            column("share", [0.5_f32, 0.25].into_iter()),
            column("loss", [0.5_f64, 0.25].into_iter()),
            column("chosen", [true, false].into_iter()),
        ]
    }

    #[test]
    fn columns_are_described_in_types_that_every_reader_knows() {
        use ArrowDataType as A;
        let folder = tempfile::tempdir().unwrap();
        let table = Table::whole("every_kind", every_kind());
        let files = table.write(folder.path(), TableFormat::Parquet).unwrap();
        let about = read_metadata(&mut File::open(&files[0]).unwrap()).unwrap();
        let told = about.key_value_metadata.as_ref().unwrap();
        let of = |name: &str, dtype: A| (name.into(), ArrowField::new(name.into(), dtype, true));
        let list = |dtype: A| A::List(Box::new(ArrowField::new("item".into(), dtype, true)));
        let expected = ArrowSchema::from_iter([
            of("label", A::Utf8),
            of("flags", A::Utf8),
            of("terms", list(A::Utf8)),
            of("embedding", list(A::Float32)),
            of("period", A::Date32),
            of("first", A::Timestamp(polars::prelude::ArrowTimeUnit::Microsecond, None)),
            of("events", A::Int64),
            of("interest", A::Int32),
            of("share", A::Float32),
            of("loss", A::Float64),
            of("chosen", A::Boolean),
        ]);
        assert_eq!(told.as_slice(), [schema_to_metadata_key(&expected)], "the only description, and this one");
        // And in Parquet's own words, for readers that know no Arrow.
        let ParquetType::PrimitiveType(label) = &about.schema().fields()[0] else { panic!("a group") };
        assert_eq!(label.physical_type, PhysicalType::ByteArray);
        assert_eq!(label.logical_type, Some(PrimitiveLogicalType::String));
        let ParquetType::GroupType { fields, .. } = &about.schema().fields()[2] else { panic!("no group") };
        assert!(matches!(&fields[0], ParquetType::GroupType { fields, .. } if fields.len() == 1));

        let back = ParquetReader::new(File::open(&files[0]).unwrap()).finish().unwrap();
        assert_eq!(back.columns()[2].dtype(), &DataType::List(Box::new(DataType::String)));
        assert_eq!(back.columns()[5].dtype(), &DataType::Datetime(TimeUnit::Microseconds, None));
        assert!(back.equals_missing(&DataFrame::new(2, every_kind()).unwrap()));
    }

    #[test]
    fn a_table_of_many_parts_and_one_of_none_come_back() {
        let folder = tempfile::tempdir().unwrap();
        for rows in [0, 3, (1 << 18) * 2 + 5] {
            let table = Table::by_part("many", rows, |range| {
                let words = range.clone().map(|row| ["tea", "lamp", "cup"][row % 3]);
                vec![column("row", range.map(|row| row as i64)), column("text", words)]
            });
            let files = table.write(folder.path(), TableFormat::Both).unwrap();
            let about = read_metadata(&mut File::open(&files[0]).unwrap()).unwrap();
            assert_eq!(about.row_groups.len(), rows.div_ceil(1 << 18));
            let back = ParquetReader::new(File::open(&files[0]).unwrap()).finish().unwrap();
            assert_eq!(back.height(), rows);
            let numbers = back.column("row").unwrap();
            assert!(numbers.i64().unwrap().iter().flatten().eq(0..rows as i64));
            let page = std::fs::read_to_string(&files[1]).unwrap();
            assert_eq!(page.lines().count(), rows + 1);
            assert_eq!(page.matches('\u{feff}').count(), 1, "one mark, however many parts");
        }
    }
}
