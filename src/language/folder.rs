//! A model directory in the layout of Hugging Face and sentence-transformers: what its small files say.
//!
//! Two spellings are in use. The older one keeps the maximum length in `sentence_bert_config.json` and the pooling as
//! `pooling_mode_mean_tokens: true`; the newer one keeps the length in `tokenizer_config.json` and writes
//! `pooling_mode: "mean"`.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::LanguageError;
use super::architecture::{Architecture, KNOWN};
use super::card::languages;
use super::files::{fault, json};
use super::pooling::Pooling;
use super::weights::{self, WeightFiles};

pub(super) const TOKENIZER: &str = "tokenizer.json";
const CONFIG: &str = "config.json";

/// Where a model without positions of its own, and without a word on it, cuts a text.
const USUAL_LENGTH: usize = 512;

/// Files whose bytes decide a vector, besides those of the modules and the weights.
const DECIDING: &[&str] = &[
    CONFIG,
    "modules.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    TOKENIZER,
    "tokenizer_config.json",
];

/// What a model is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ModelInfo {
    /// The directory's name.
    pub name: String,
    /// The architecture, as `config.json` names it: `bert`, `mpnet`, …
    pub architecture: String,
    /// Length of a vector.
    pub dim: usize,
    /// Transformer layers.
    pub layers: usize,
    /// Numbers in the file of weights.
    pub parameters: u64,
    /// Bytes that the weights take up on disk.
    pub bytes: u64,
    /// The languages its card names, mostly by codes such as `en`; empty if it names none.
    pub languages: Vec<String>,
    /// Longer texts are cut at this many tokens.
    pub max_tokens: usize,
    /// How token vectors become one: `mean`, `cls`, `lasttoken`, …
    pub pooling: String,
    /// Whether the directory says so; else the mean is taken, as sentence-transformers does.
    pub pooling_stated: bool,
    /// Whether vectors are brought to unit length.
    pub normalize: bool,
    /// What is put before every text; mostly nothing.
    pub prompt: String,
    /// BLAKE3 of the files that decide a vector, in hexadecimal.
    pub fingerprint: String,
}

/// A model directory whose small files were read and make sense.
#[derive(Clone, Debug)]
pub(super) struct ModelFolder {
    pub path: PathBuf,
    pub architecture: Architecture,
    pub pooling: Pooling,
    pub lower_case: bool,
    /// Whether a text that is too long loses its beginning instead of its end.
    pub cut_left: bool,
    /// Whether the model is told the types of the tokens.
    pub typed: bool,
    pub weights: Arc<WeightFiles>,
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
        let modules = Modules::read(dir)?;
        let config = json(dir, CONFIG)?
            .ok_or_else(|| LanguageError::Missing { file: CONFIG.to_owned(), dir: dir.to_owned() })?;
        if !dir.join(TOKENIZER).is_file() {
            return Err(LanguageError::Missing { file: TOKENIZER.to_owned(), dir: dir.to_owned() });
        }
        let model_type = config["model_type"].as_str().unwrap_or("unknown").to_owned();
        let Some(architecture) = Architecture::read(&model_type, config) else {
            let known = KNOWN.join(", ");
            return Err(LanguageError::UnknownArchitecture { found: model_type, known, dir: dir.to_owned() });
        };
        let architecture = architecture.map_err(|why| fault(dir, CONFIG, why))?;
        let sizes = architecture.sizes();
        let sentence = json(dir, "sentence_bert_config.json")?.unwrap_or_default();
        let tokenizer = json(dir, "tokenizer_config.json")?.unwrap_or_default();
        let prompts = json(dir, "config_sentence_transformers.json")?.unwrap_or_default();
        let weights = WeightFiles::open(dir)?;
        let pooling = modules.pooling.clone().unwrap_or_else(Pooling::mean);
        let info = ModelInfo {
            name: dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            architecture: model_type,
            dim: sizes.dim * pooling.parts(),
            layers: sizes.layers,
            parameters: weights.count(),
            bytes: weights.bytes(),
            languages: fs::read_to_string(dir.join("README.md")).map_or_else(|_| Vec::new(), |card| languages(&card)),
            max_tokens: max_tokens(&sentence, &tokenizer, sizes.positions),
            pooling: pooling.to_string(),
            pooling_stated: modules.pooling.is_some(),
            normalize: modules.normalize,
            prompt: prompt(&prompts),
            fingerprint: fingerprint(dir, &modules.files)?,
        };
        let lower_case = sentence["do_lower_case"].as_bool().unwrap_or(false);
        let cut_left = tokenizer["truncation_side"].as_str() == Some("left");
        let (typed, weights) = (typed(&tokenizer), Arc::new(weights));
        Ok(Self { path: dir.to_owned(), architecture, pooling, lower_case, cut_left, typed, weights, info })
    }
}

/// Where longer texts are cut: the older spelling's number as it stands, else the smallest of what the tokenizer and
/// the table of positions allow.
fn max_tokens(sentence: &Value, tokenizer: &Value, positions: Option<usize>) -> usize {
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok()).filter(|n| *n > 0);
    let asked = number(&sentence["max_seq_length"]).or_else(|| number(&tokenizer["model_max_length"]));
    // A tokenizer without a limit says so by a number beyond any machine's memory.
    asked.or(positions).unwrap_or(USUAL_LENGTH).min(positions.unwrap_or(1 << 20))
}

/// Whether the tokenizer hands the types of its tokens on: as its configuration says, else as its class does. Only
/// XLNet gives a single text more than one type.
fn typed(tokenizer: &Value) -> bool {
    match tokenizer["model_input_names"].as_array() {
        Some(names) => names.iter().any(|name| name == "token_type_ids"),
        None => tokenizer["tokenizer_class"].as_str().is_some_and(|class| class.starts_with("XLNet")),
    }
}

/// The prompt that stands before every text unless another is asked for.
fn prompt(config: &Value) -> String {
    let name = config["default_prompt_name"].as_str();
    name.and_then(|name| config["prompts"][name].as_str()).unwrap_or_default().to_owned()
}

/// What comes after the transformer.
struct Modules {
    /// None if the directory says nothing of it.
    pooling: Option<Pooling>,
    normalize: bool,
    /// Their configuration files, relative to the directory.
    files: Vec<String>,
}

impl Modules {
    fn read(dir: &Path) -> Result<Self, LanguageError> {
        const LIST: &str = "modules.json";
        // A bare transformer: sentence-transformers too takes the mean then, and leaves its length.
        let mut found = Self { pooling: None, normalize: false, files: Vec::new() };
        let Some(list) = json(dir, LIST)? else { return Ok(found) };
        let list = list.as_array().ok_or_else(|| fault(dir, LIST, "it is not a list"))?;
        for module in list {
            let kind = module["type"].as_str().and_then(|path| path.rsplit('.').next()).unwrap_or_default();
            match kind {
                "Transformer" => match module["path"].as_str().unwrap_or_default().trim_end_matches('/') {
                    "" | "." => {}
                    elsewhere => {
                        let why = format!(
                            "it keeps its transformer in the folder `{elsewhere}`; load the model with \
                             sentence-transformers and save it again, which puts it beside this file"
                        );
                        return Err(fault(dir, LIST, why));
                    }
                },
                "Normalize" => found.normalize = true,
                "Pooling" => {
                    let folder = module["path"].as_str().unwrap_or("1_Pooling");
                    let within = |part| matches!(part, Component::Normal(_) | Component::CurDir);
                    if !Path::new(folder).components().all(within) {
                        return Err(fault(dir, LIST, format!("its path `{folder}` leads out of the directory")));
                    }
                    let file = Path::new(folder).join(CONFIG).to_string_lossy().into_owned();
                    let config = json(dir, &file)?
                        .ok_or_else(|| LanguageError::Missing { file: file.clone(), dir: dir.to_owned() })?;
                    found.pooling = Some(Pooling::read(&config).map_err(|why| fault(dir, &file, why))?);
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
    let weights = weights::names(dir)?;
    let names = DECIDING.iter().copied().chain(weights.iter().chain(modules).map(String::as_str));
    for name in names {
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
