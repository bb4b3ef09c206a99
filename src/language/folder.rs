//! A model directory in the layout of Hugging Face and sentence-transformers: what its small files say.
//!
//! Two spellings are in use. The older one keeps the maximum length in `sentence_bert_config.json` and the pooling as
//! `pooling_mode_mean_tokens: true`; the newer one keeps the length in `tokenizer_config.json` and writes
//! `pooling_mode: "mean"`.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::LanguageError;
use super::bert::BertConfig;
use super::pooling::Pooling;
use super::weights::{self, WEIGHTS};

pub(super) const TOKENIZER: &str = "tokenizer.json";
const CONFIG: &str = "config.json";

/// The architectures that are built in, by the name `config.json` gives them.
const KNOWN: &[&str] = &["bert"];

/// Files whose bytes decide a vector, besides those of the modules.
const DECIDING: &[&str] =
    &[CONFIG, "modules.json", "sentence_bert_config.json", TOKENIZER, "tokenizer_config.json", WEIGHTS];

/// What a model is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelInfo {
    /// The directory's name.
    pub name: String,
    /// The architecture: `bert`.
    pub architecture: String,
    /// Length of a vector.
    pub dim: usize,
    /// Transformer layers.
    pub layers: usize,
    /// Numbers in the file of weights.
    pub parameters: u64,
    /// Longer texts are cut at this many tokens.
    pub max_tokens: usize,
    /// How token vectors become one: `mean`, `cls`, `max`.
    pub pooling: String,
    /// Whether vectors are brought to unit length.
    pub normalize: bool,
    /// BLAKE3 of the files that decide a vector, in hexadecimal.
    pub fingerprint: String,
}

/// A model directory whose small files were read and make sense.
#[derive(Clone, Debug)]
pub(super) struct ModelFolder {
    pub path: PathBuf,
    pub config: BertConfig,
    pub pooling: Pooling,
    pub lower_case: bool,
    pub info: ModelInfo,
}

/// Reads what a model directory says about its model. The weights are hashed, not loaded.
///
/// # Errors
/// A file that is missing, unreadable or makes no sense; an architecture that is not built in.
pub fn model_info(dir: &Path) -> Result<ModelInfo, LanguageError> {
    ModelFolder::read(dir).map(|folder| folder.info)
}

impl ModelFolder {
    pub fn read(dir: &Path) -> Result<Self, LanguageError> {
        let config = json(dir, CONFIG)?
            .ok_or_else(|| LanguageError::Missing { file: CONFIG.to_owned(), dir: dir.to_owned() })?;
        if !dir.join(TOKENIZER).is_file() {
            return Err(LanguageError::Missing { file: TOKENIZER.to_owned(), dir: dir.to_owned() });
        }
        let architecture = config["model_type"].as_str().unwrap_or("unknown").to_owned();
        if !KNOWN.contains(&architecture.as_str()) {
            let known = KNOWN.join(", ");
            return Err(LanguageError::UnknownArchitecture { found: architecture, known, dir: dir.to_owned() });
        }
        let config = BertConfig::read(config).map_err(|why| fault(dir, CONFIG, why))?;
        let modules = Modules::read(dir)?;
        let sentence = json(dir, "sentence_bert_config.json")?.unwrap_or_default();
        let tokenizer = json(dir, "tokenizer_config.json")?.unwrap_or_default();
        let max_tokens = max_tokens(&sentence, &tokenizer, config.max_position_embeddings);
        let info = ModelInfo {
            name: dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            architecture,
            dim: config.hidden_size,
            layers: config.num_hidden_layers,
            parameters: weights::count(dir)?,
            max_tokens,
            pooling: modules.pooling.to_string(),
            normalize: modules.normalize,
            fingerprint: fingerprint(dir, &modules.files)?,
        };
        let lower_case = sentence["do_lower_case"].as_bool().unwrap_or(false);
        Ok(Self { path: dir.to_owned(), config, pooling: modules.pooling, lower_case, info })
    }
}

/// Where longer texts are cut: the older spelling's number as it stands, else the smallest of what the tokenizer and
/// the table of positions allow.
fn max_tokens(sentence: &Value, tokenizer: &Value, positions: usize) -> usize {
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok()).filter(|n| *n > 0);
    let asked = number(&sentence["max_seq_length"]).or_else(|| number(&tokenizer["model_max_length"]));
    asked.unwrap_or(positions).min(positions)
}

/// What comes after the transformer.
struct Modules {
    pooling: Pooling,
    normalize: bool,
    /// Their configuration files, relative to the directory.
    files: Vec<String>,
}

impl Modules {
    fn read(dir: &Path) -> Result<Self, LanguageError> {
        const LIST: &str = "modules.json";
        // A bare transformer: sentence-transformers too takes the mean then, and leaves its length.
        let mut found = Self { pooling: Pooling::Mean, normalize: false, files: Vec::new() };
        let Some(list) = json(dir, LIST)? else { return Ok(found) };
        let list = list.as_array().ok_or_else(|| fault(dir, LIST, "it is not a list"))?;
        for module in list {
            let kind = module["type"].as_str().and_then(|path| path.rsplit('.').next()).unwrap_or_default();
            match kind {
                "Transformer" => {}
                "Normalize" => found.normalize = true,
                "Pooling" => {
                    let file = format!("{}/{CONFIG}", module["path"].as_str().unwrap_or("1_Pooling"));
                    let config = json(dir, &file)?
                        .ok_or_else(|| LanguageError::Missing { file: file.clone(), dir: dir.to_owned() })?;
                    found.pooling = Pooling::read(&config).map_err(|why| fault(dir, &file, why))?;
                    found.files.push(file);
                }
                other => {
                    return Err(fault(dir, LIST, format!("the module `{other}` is not built in")));
                }
            }
        }
        Ok(found)
    }
}

fn fingerprint(dir: &Path, modules: &[String]) -> Result<String, LanguageError> {
    let mut all = blake3::Hasher::new();
    for name in DECIDING.iter().copied().chain(modules.iter().map(String::as_str)) {
        let path = dir.join(name);
        let mut one = blake3::Hasher::new();
        match File::open(&path).and_then(|file| one.update_reader(file).map(|_| ())) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(LanguageError::Read { source, path }),
        }
        all.update(name.as_bytes()).update(&[0]).update(one.finalize().as_bytes());
    }
    Ok(all.finalize().to_hex().to_string())
}

/// A JSON file of the directory; none if there is no such file.
fn json(dir: &Path, name: &str) -> Result<Option<Value>, LanguageError> {
    let path = dir.join(name);
    let mut text = String::new();
    match File::open(&path).and_then(|mut file| file.read_to_string(&mut text)) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(LanguageError::Read { source, path }),
    }
    serde_json::from_str(&text).map(Some).map_err(|error| fault(dir, name, error.to_string()))
}

fn fault(dir: &Path, name: &str, why: impl Into<String>) -> LanguageError {
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
