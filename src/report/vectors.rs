//! The texts and their vectors, for `driftline embed`.

use std::path::Path;

use polars::prelude::{
    Column, DataType, Float32Type, IntoSeries as _, ListBuilderTrait as _, ListPrimitiveChunkedBuilder,
};

use super::ReportError;
use super::output::write_whole;
use super::table::{schema_of, write_parts_into};

/// Writes texts and their vectors (columns `text`, `embedding`), whole or not at all. `make` is handed what takes the
/// vectors of the next texts: the length of a vector, and the rows one after the other.
///
/// # Errors
/// If there are more or fewer vectors than texts, the file cannot be written, or `make` fails.
pub fn write_vectors<T, E: From<ReportError>>(
    path: &Path,
    texts: &[String],
    make: impl FnOnce(&mut dyn FnMut(usize, &[f32]) -> Result<(), ReportError>) -> Result<T, E>,
) -> Result<T, E> {
    let fault = |why| ReportError::Table { why, path: path.to_owned() };
    let schema = schema_of(&[("text", DataType::String), ("embedding", DataType::List(Box::new(DataType::Float32)))]);
    write_whole(path, |file| {
        write_parts_into(file, path, &schema, |write| {
            let mut at = 0;
            let told = make(&mut |dim, data| {
                let rows = data.len().checked_div(dim).unwrap_or(0);
                let Some(texts) = texts.get(at..at + rows).filter(|_| rows * dim == data.len()) else {
                    return Err(fault(format!("{} numbers are no {} vectors of {dim}", data.len(), texts.len() - at)));
                };
                at += rows;
                write(rows, columns(texts, dim, data))
            })?;
            if at < texts.len() {
                return Err(fault(format!("there are {at} vectors where the texts are {}", texts.len())).into());
            }
            Ok(told)
        })
    })
}

fn columns(texts: &[String], dim: usize, data: &[f32]) -> Vec<Column> {
    let mut vectors =
        ListPrimitiveChunkedBuilder::<Float32Type>::new("embedding".into(), texts.len(), data.len(), DataType::Float32);
    data.chunks_exact(dim).for_each(|row| vectors.append_slice(row));
    let text = Column::new("text".into(), texts.iter().map(String::as_str).collect::<Vec<_>>());
    vec![text, vectors.finish().into_series().into()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars::prelude::{ParquetReader, SerReader as _};
    use std::fs::File;

    #[test]
    fn vectors_come_back_beside_their_texts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors.parquet");
        let texts = ["tea", " tea, green ", "灯"].map(String::from);
        let written = write_vectors(&path, &texts, |write| {
            write(2, &[0.5, -0.5, 1.0, 0.0])?;
            write(2, &[0.25, 0.125])
        });
        written.unwrap();
        let table = ParquetReader::new(File::open(&path).unwrap()).finish().unwrap();
        let spelled: Vec<_> = table.column("text").unwrap().str().unwrap().iter().flatten().map(String::from).collect();
        assert_eq!(spelled, texts, "each text as the log spells it");
        let embedding = table.column("embedding").unwrap();
        assert_eq!(embedding.dtype(), &DataType::List(Box::new(DataType::Float32)));
        let third = embedding.list().unwrap().get_as_series(2).unwrap();
        assert_eq!(third.f32().unwrap().iter().flatten().collect::<Vec<_>>(), [0.25, 0.125]);
    }

    #[test]
    fn too_few_numbers_leave_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors.parquet");
        let two = ["tea".to_owned(), "lamp".to_owned()];
        let error = write_vectors(&path, &two, |write| write(2, &[0.5, 0.5, 1.0])).unwrap_err();
        assert!(error.to_string().contains("3 numbers are no 2 vectors of 2"), "{error}");
        let error = write_vectors(&path, &two, |write| write(2, &[0.5, 0.5])).unwrap_err();
        assert!(error.to_string().contains("1 vectors where the texts are 2"), "{error}");
        let error = write_vectors(&path, &two, |write| write(1, &[0.5, 0.5, 1.0])).unwrap_err();
        assert!(error.to_string().contains("3 numbers are no 2 vectors of 1"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
