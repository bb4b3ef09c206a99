//! The files of weights: `model.safetensors`, or several named by `model.safetensors.index.json`.
//!
//! Only the headers are read ahead; each weight is read from its place in the file when the model asks for it, so that
//! loading needs little more memory than the model itself.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use safetensors::SafeTensorError;
use safetensors::tensor::{Dtype, Metadata};
use serde_json::Value;
use tch::{Device, Kind, Tensor};

use super::LanguageError;
use super::files;

const WHOLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
/// Weights in forms that are not read, by the names of their files.
const OTHER_FORMS: [&str; 7] = [
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
    "model.pt",
    "tf_model.h5",
    "flax_model.msgpack",
    "model.ckpt.index",
    "model.onnx",
];
/// How older checkpoints spell what newer ones call a weight and a bias: TensorFlow's words for a norm's, OpenAI's
/// letters.
const OLDER: [(&str, [&str; 2]); 2] = [(".weight", [".gamma", ".g"]), (".bias", [".beta", ".b"])];
/// The longest header that safetensors allows, in bytes.
const LONGEST_HEADER: u64 = 100_000_000;

/// Where a weight lies.
#[derive(Clone, Debug)]
struct Place {
    file: usize,
    dtype: Dtype,
    shape: Vec<usize>,
    from: u64,
    bytes: usize,
}

/// Weights by name, in one file or several.
#[derive(Debug)]
pub(super) struct WeightFiles {
    paths: Vec<PathBuf>,
    places: HashMap<String, Place>,
}

/// The names of a directory's files of weights, the index first where there is one.
pub(super) fn names(dir: &Path) -> Result<Vec<String>, LanguageError> {
    if dir.join(WHOLE).is_file() {
        return Ok(vec![WHOLE.to_owned()]);
    }
    let Some(index) = files::json(dir, INDEX)? else {
        let other = OTHER_FORMS.iter().find(|name| dir.join(name).is_file());
        return Err(match other {
            Some(file) => LanguageError::OtherForm { file: (*file).to_owned(), dir: dir.to_owned() },
            None => LanguageError::Missing { file: WHOLE.to_owned(), dir: dir.to_owned() },
        });
    };
    let fault = |why: &str| LanguageError::Config { why: why.to_owned(), path: dir.join(INDEX) };
    let map = index["weight_map"].as_object().ok_or_else(|| fault("it has no `weight_map`"))?;
    let files: Option<BTreeSet<&str>> = map.values().map(Value::as_str).collect();
    let files = files.ok_or_else(|| fault("its `weight_map` names no files"))?;
    // A name that leads out of the directory is none of this model's.
    if files.iter().any(|name| Path::new(name).components().count() != 1 || name.starts_with('.')) {
        return Err(fault("its `weight_map` names a file outside the directory"));
    }
    Ok([INDEX].into_iter().chain(files).map(str::to_owned).collect())
}

impl WeightFiles {
    /// Reads the headers of a directory's files of weights.
    ///
    /// # Errors
    /// A file that is missing, unreadable, cut off or not what its header says.
    pub fn open(dir: &Path) -> Result<Self, LanguageError> {
        let mut found = Self { paths: Vec::new(), places: HashMap::new() };
        for name in names(dir)?.into_iter().filter(|name| name != INDEX) {
            let path = dir.join(&name);
            let size = files::size(dir, &name)?;
            let (header, begin) = header(&path, size)?;
            let file = found.paths.len();
            for (name, info) in header.tensors() {
                let (from, to) = info.data_offsets;
                let place = Place {
                    file,
                    dtype: info.dtype,
                    shape: info.shape.clone(),
                    from: begin + from as u64,
                    bytes: to - from,
                };
                found.places.insert(name, place);
            }
            found.paths.push(path);
        }
        Ok(found)
    }

    /// How many numbers the files hold that are weights; positions are stored as integers.
    pub fn count(&self) -> u64 {
        let weights = self.places.values().filter(|place| kind(place.dtype).is_some());
        weights.map(|place| place.shape.iter().map(|size| *size as u64).product::<u64>()).sum()
    }

    /// How many bytes the weights take up on disk.
    pub fn bytes(&self) -> u64 {
        self.places.values().map(|place| place.bytes as u64).sum()
    }

    /// The weights of a model by its `landmarks`: checkpoints that were saved with a head name the model's own weights
    /// `bert.…`, `model.…` or `transformer.…`. They go to `device` as numbers of `kind`.
    ///
    /// # Errors
    /// Several models side by side.
    pub fn below(&self, landmarks: &Landmarks, device: Device, kind: Kind) -> Result<Weights<'_>, LanguageError> {
        let embedding = self.prefix(landmarks.embedding)?;
        let prefix = match &embedding {
            Some(prefix) => prefix.clone(),
            None => self.prefix(landmarks.layer)?.unwrap_or_default(),
        };
        // A head that shares the table of words with the model may be the only one of both that was stored.
        let tied = match embedding {
            Some(_) => None,
            None => self.shared(landmarks.tied)?.map(|name| (landmarks.embedding, name)),
        };
        Ok(Weights { files: self, open: Mutex::new(None), prefix, tied, device, kind })
    }

    /// What stands before a weight's name: the shortest where it is there more than once, as the heads beside a model
    /// have names of their own.
    fn prefix(&self, landmark: &str) -> Result<Option<String>, LanguageError> {
        let name = self.shared(&[landmark])?;
        Ok(name.and_then(|name| name.strip_suffix(landmark).map(str::to_owned)))
    }

    /// The weight that is called so, whatever stands before it.
    fn shared(&self, names: &[&str]) -> Result<Option<String>, LanguageError> {
        let called = |full: &str| {
            names
                .iter()
                .any(|name| full.strip_suffix(name).is_some_and(|prefix| prefix.is_empty() || prefix.ends_with('.')))
        };
        let depth = |name: &str| name.matches('.').count();
        let mut found: Vec<&String> = self.places.keys().filter(|name| called(name)).collect();
        found.sort_by_key(|name| (depth(name), name.as_str()));
        if let [one, other, ..] = found.as_slice()
            && depth(one) == depth(other)
        {
            let why = format!("it holds several models (`{one}`, `{other}`), and which one is meant cannot be told");
            return Err(LanguageError::Weights { why, path: self.paths.first().cloned().unwrap_or_default() });
        }
        Ok(found.first().map(|name| (*name).clone()))
    }
}

/// Names by which a model's weights are found among others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Landmarks {
    /// The table of words.
    pub embedding: &'static str,
    /// A weight of the first layer.
    pub layer: &'static str,
    /// What heads call the table of words where they share it.
    pub tied: &'static [&'static str],
}

/// The header of a file of weights, and where the weights begin.
fn header(path: &Path, size: u64) -> Result<(Metadata, u64), LanguageError> {
    let read = |source| LanguageError::Read { source, path: path.to_owned() };
    let mut file = File::open(path).map_err(read)?;
    let mut length = [0; 8];
    if size < 8 {
        return Err(damaged(path, SafeTensorError::HeaderTooSmall));
    }
    file.read_exact(&mut length).map_err(read)?;
    let length = u64::from_le_bytes(length);
    if length > size - 8 || length > LONGEST_HEADER {
        return Err(damaged(path, SafeTensorError::InvalidHeaderLength));
    }
    let mut header = Vec::new();
    file.take(length).read_to_end(&mut header).map_err(read)?;
    let header: Metadata = serde_json::from_slice(&header).map_err(|error| damaged(path, error.into()))?;
    if header.data_len() as u64 != size - 8 - length {
        return Err(damaged(path, SafeTensorError::MetadataIncompleteBuffer));
    }
    Ok((header, 8 + length))
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

/// A model's own weights within the files.
#[derive(Debug)]
pub(super) struct Weights<'a> {
    files: &'a WeightFiles,
    /// The file read last, since neighbours are mostly asked for together.
    open: Mutex<Option<(usize, File)>>,
    prefix: String,
    /// The table of words, and under what name it is stored, if under a head's.
    tied: Option<(&'static str, String)>,
    device: Device,
    kind: Kind,
}

impl Weights<'_> {
    /// Where the weights go.
    pub fn device(&self) -> Device {
        self.device
    }

    /// One weight, in the shape the configuration asks for.
    ///
    /// # Errors
    /// A weight that is missing, of another shape, or stored as something that is no weight.
    pub fn take(&self, name: &str, shape: &[usize]) -> Result<Tensor, LanguageError> {
        let name = self.stored_as(name);
        let Some(place) = self.files.places.get(&name) else {
            let path = self.files.paths.first().cloned().unwrap_or_default();
            return Err(LanguageError::MissingWeight { name, path });
        };
        let path = || self.files.paths[place.file].clone();
        if place.shape != shape {
            let (expected, found) = (shape.to_vec(), place.shape.clone());
            return Err(LanguageError::WeightShape { name, expected, found, path: path() });
        }
        let Some(stored) = kind(place.dtype) else {
            let why = format!("`{name}` is stored as {}; F32, F16 and BF16 can be read", place.dtype);
            return Err(LanguageError::Weights { why, path: path() });
        };
        let bytes = self.read(place).map_err(|source| LanguageError::Read { source, path: path() })?;
        let sizes: Vec<i64> = shape.iter().map(|size| *size as i64).collect();
        Ok(Tensor::f_from_data_size(&bytes, &sizes, stored)?.f_to_device_(self.device, self.kind, false, false)?)
    }

    /// A weight's name in the files: its own, or the one that older checkpoints have.
    fn stored_as(&self, name: &str) -> String {
        if let Some((_, stored)) = self.tied.as_ref().filter(|(table, _)| *table == name) {
            return stored.clone();
        }
        let newer = format!("{}{name}", self.prefix);
        let known = |name: &String| self.files.places.contains_key(name);
        if known(&newer) {
            return newer;
        }
        let ending = OLDER.iter().find_map(|(ending, older)| Some((newer.strip_suffix(ending)?, older)));
        let older = ending.and_then(|(stem, older)| older.iter().map(|ending| format!("{stem}{ending}")).find(known));
        older.unwrap_or(newer)
    }

    fn read(&self, place: &Place) -> std::io::Result<Vec<u8>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, file) = match open.take_if(|(file, _)| *file == place.file) {
            Some(same) => open.insert(same),
            None => open.insert((place.file, File::open(&self.files.paths[place.file])?)),
        };
        file.seek(SeekFrom::Start(place.from))?;
        let mut bytes = vec![0; place.bytes];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}
