//! The texts and their vectors, for `driftline embed`.

use std::path::Path;

use polars::prelude::{
    Column, DataType, Float32Type, IntoSeries as _, ListBuilderTrait as _, ListPrimitiveChunkedBuilder,
};

use super::ReportError;
use super::output::write_whole;
use super::parquet::write_table_into;

/// Writes texts and their vectors (columns `text`, `embedding`), whole or not at all. `data` holds texts × `dim`
/// numbers, row by row.
///
/// # Errors
/// If the numbers are not texts × `dim`, or the file cannot be written.
pub fn write_vectors(path: &Path, texts: &[String], dim: usize, data: &[f32]) -> Result<(), ReportError> {
    if data.len() != texts.len() * dim {
        let why = format!("{} numbers are no {} vectors of {dim}", data.len(), texts.len());
        return Err(ReportError::Table { why, path: path.to_owned() });
    }
    let mut vectors =
        ListPrimitiveChunkedBuilder::<Float32Type>::new("embedding".into(), texts.len(), data.len(), DataType::Float32);
    for row in 0..texts.len() {
        vectors.append_slice(&data[row * dim..(row + 1) * dim]);
    }
    let text = Column::new("text".into(), texts.iter().map(String::as_str).collect::<Vec<_>>());
    let columns = vec![text, vectors.finish().into_series().into()];
    write_whole(path, |file| write_table_into(file, path, texts.len(), columns))
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
        write_vectors(&path, &texts, 2, &[0.5, -0.5, 1.0, 0.0, 0.25, 0.125]).unwrap();
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
        let error = write_vectors(&path, &["tea".into(), "lamp".into()], 2, &[0.5, 0.5, 1.0]).unwrap_err();
        assert!(error.to_string().contains("3 numbers are no 2 vectors of 2"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
