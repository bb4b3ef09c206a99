//! Files of a model directory, and what is wrong with them in words that name the file.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use serde_json::Value;

use super::LanguageError;

/// A JSON file of the directory; none if there is no such file.
pub(super) fn json(dir: &Path, name: &str) -> Result<Option<Value>, LanguageError> {
    let path = dir.join(name);
    let mut text = String::new();
    match File::open(&path).and_then(|mut file| file.read_to_string(&mut text)) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(LanguageError::Read { source, path }),
    }
    serde_json::from_str(&text).map(Some).map_err(|error| fault(dir, name, error.to_string()))
}

/// What is wrong with what a file of the directory says.
pub(super) fn fault(dir: &Path, name: &str, why: impl Into<String>) -> LanguageError {
    LanguageError::Config { why: why.into(), path: dir.join(name) }
}

/// The size of a file of the directory; missing files are named.
pub(super) fn size(dir: &Path, name: &str) -> Result<u64, LanguageError> {
    let path = dir.join(name);
    match fs::metadata(&path) {
        Ok(meta) => Ok(meta.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(LanguageError::Missing { file: name.to_owned(), dir: dir.to_owned() })
        }
        Err(source) => Err(LanguageError::Read { source, path }),
    }
}
