//! The file of weights.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, Metadata};
use safetensors::{SafeTensorError, SafeTensors};
use tch::{Device, Kind, Tensor};

use super::LanguageError;
use super::folder;

pub(super) const WEIGHTS: &str = "model.safetensors";

/// How many numbers the file of weights holds, read from its header.
pub(super) fn count(dir: &Path) -> Result<u64, LanguageError> {
    let path = dir.join(WEIGHTS);
    let size = folder::size(dir, WEIGHTS)?;
    let read = |source| LanguageError::Read { source, path: path.clone() };
    let mut file = File::open(&path).map_err(read)?;
    let mut length = [0; 8];
    if size < 8 {
        return Err(damaged(&path, SafeTensorError::HeaderTooSmall));
    }
    file.read_exact(&mut length).map_err(read)?;
    let length = u64::from_le_bytes(length);
    if length > size - 8 {
        return Err(damaged(&path, SafeTensorError::InvalidHeaderLength));
    }
    let mut header = Vec::new();
    file.take(length).read_to_end(&mut header).map_err(read)?;
    let header: Metadata = serde_json::from_slice(&header).map_err(|error| damaged(&path, error.into()))?;
    if header.data_len() as u64 != size - 8 - length {
        return Err(damaged(&path, SafeTensorError::MetadataIncompleteBuffer));
    }
    let numbers = |info: &&safetensors::tensor::TensorInfo| info.shape.iter().map(|n| *n as u64).product::<u64>();
    Ok(header.tensors().values().filter(|info| is_number(info.dtype)).map(numbers).sum())
}

/// Whether a tensor of the file holds weights; positions are stored as integers.
fn is_number(dtype: Dtype) -> bool {
    kind(dtype).is_some()
}

fn kind(dtype: Dtype) -> Option<Kind> {
    match dtype {
        Dtype::F32 => Some(Kind::Float),
        Dtype::F16 => Some(Kind::Half),
        Dtype::BF16 => Some(Kind::BFloat16),
        _ => None,
    }
}

fn damaged(path: &Path, error: SafeTensorError) -> LanguageError {
    let why = match error {
        SafeTensorError::HeaderTooSmall
        | SafeTensorError::InvalidHeaderLength
        | SafeTensorError::MetadataIncompleteBuffer => "the file is shorter or longer than its header says".to_owned(),
        other => other.to_string(),
    };
    LanguageError::Weights { why, path: path.to_owned() }
}

/// A file of weights in memory.
pub(super) struct WeightFile {
    bytes: Vec<u8>,
    path: PathBuf,
}

impl WeightFile {
    pub fn read(dir: &Path) -> Result<Self, LanguageError> {
        folder::size(dir, WEIGHTS)?;
        let path = dir.join(WEIGHTS);
        match fs::read(&path) {
            Ok(bytes) => Ok(Self { bytes, path }),
            Err(source) => Err(LanguageError::Read { source, path }),
        }
    }

    /// The weights by name, below a prefix if the file's names have it; they go to `device` as 32-bit floats.
    pub fn open(&self, prefix: &str, device: Device) -> Result<Weights<'_>, LanguageError> {
        let tensors = SafeTensors::deserialize(&self.bytes).map_err(|error| damaged(&self.path, error))?;
        let prefix = if tensors.names().iter().any(|name| name.starts_with(prefix)) { prefix } else { "" };
        Ok(Weights { tensors, prefix: prefix.to_owned(), path: &self.path, device })
    }
}

/// A view into a file of weights.
pub(super) struct Weights<'a> {
    tensors: SafeTensors<'a>,
    prefix: String,
    path: &'a Path,
    device: Device,
}

impl Weights<'_> {
    /// One weight, in the shape the configuration asks for.
    pub fn take(&self, name: &str, shape: &[usize]) -> Result<Tensor, LanguageError> {
        let name = format!("{}{name}", self.prefix);
        let path = || self.path.to_owned();
        let view = self
            .tensors
            .tensor(&name)
            .map_err(|_| LanguageError::MissingWeight { name: name.clone(), path: path() })?;
        if view.shape() != shape {
            let (expected, found) = (shape.to_vec(), view.shape().to_vec());
            return Err(LanguageError::WeightShape { name, expected, found, path: path() });
        }
        let Some(kind) = kind(view.dtype()) else {
            let why = format!("`{name}` is stored as {}; F32, F16 and BF16 can be read", view.dtype());
            return Err(LanguageError::Weights { why, path: path() });
        };
        let sizes: Vec<i64> = shape.iter().map(|size| *size as i64).collect();
        Ok(Tensor::f_from_data_size(view.data(), &sizes, kind)?.f_to_device_(self.device, Kind::Float, false, false)?)
    }
}
