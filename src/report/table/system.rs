//! Between a table's writer and the system: what the system refused is told in its own words.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::report::ReportError;

/// Has something written through a buffer, and tells a refusal of the system before what followed from it.
pub(super) fn through_buffer<W: Write, T, E: From<ReportError>>(
    file: W,
    path: &Path,
    write: impl FnOnce(&mut BufWriter<Remembering<W>>) -> Result<T, E>,
) -> Result<T, E> {
    let mut buffer = BufWriter::new(Remembering { file, refusal: None });
    let written = write(&mut buffer);
    let flushed = buffer.flush();
    match buffer.get_mut().refusal.take() {
        Some(refusal) => Err(ReportError::write(path, refusal).into()),
        None => {
            let told = written?;
            flushed.map_err(|error| ReportError::write(path, error))?;
            Ok(told)
        }
    }
}

/// Keeps the first refusal of the system: the table writer passes on only its words, and a full disk would read as a
/// fault of the file.
pub(super) struct Remembering<W> {
    file: W,
    refusal: Option<io::Error>,
}

impl<W: Write> Remembering<W> {
    fn remember<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &done
            && error.kind() != io::ErrorKind::Interrupted
        {
            let copy = error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
            self.refusal.get_or_insert(copy);
        }
        done
    }
}

impl<W: Write> Write for Remembering<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.file.write(bytes);
        self.remember(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.file.flush();
        self.remember(done)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use polars::prelude::Column;

    use super::super::Table;
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_disk_that_fills_up_while_writing_is_told_as_such() {
        for name in ["out/forecast.parquet", "out/forecast.csv"] {
            let full = File::options().write(true).open("/dev/full").unwrap();
            let numbers: Vec<_> = (0..100_000).map(|row| row as f32 * 0.37).collect();
            let table = Table::whole("forecast", vec![Column::new("share".into(), numbers)]);
            let error = table.write_into(full, Path::new(name)).unwrap_err();
            assert!(error.to_string().contains("the disk is full"), "{error}");
        }
    }
}
