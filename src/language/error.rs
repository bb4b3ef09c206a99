//! What can go wrong between a text and its vector.

use std::io;
use std::path::PathBuf;

use crate::observe::Cancelled;

/// Why no vectors came out.
#[derive(Debug, thiserror::Error)]
pub enum LanguageError {
    /// Somebody asked to stop.
    #[error("cancelled")]
    Cancelled(#[from] Cancelled),
    /// A file of the model is not there.
    #[error(
        "the language model has no {file}; run `cargo xtask setup` to fetch the built-in model, or name the directory \
         of another one: {}", dir.display()
    )]
    Missing {
        /// The file's name.
        file: String,
        /// The model directory.
        dir: PathBuf,
    },
    /// A file is there but could not be read.
    #[error("a file of the language model could not be read: {source}: {}", path.display())]
    Read {
        /// What the system said.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// A configuration file does not say what it should.
    #[error("the language model's configuration makes no sense: {why}: {}", path.display())]
    Config {
        /// What is wrong with it.
        why: String,
        /// The file.
        path: PathBuf,
    },
    /// An architecture that is not built in.
    #[error(
        "the language model is of type `{found}`, which is not built in; models of type {known} are: {}", dir.display()
    )]
    UnknownArchitecture {
        /// The type its configuration names.
        found: String,
        /// The types that are built in.
        known: String,
        /// The model directory.
        dir: PathBuf,
    },
    /// The weights are there, but in a form that is not read.
    #[error(
        "the language model's weights are in `{file}`, and only safetensors are read here (other forms may run programs \
         of their own); convert them once with Python: `from transformers import AutoModel; \
         AutoModel.from_pretrained('DIR').save_pretrained('DIR', safe_serialization=True)`, where DIR is {}", dir.display()
    )]
    OtherForm {
        /// The file's name.
        file: String,
        /// The model directory.
        dir: PathBuf,
    },
    /// The file of weights is cut off or not what its name says.
    #[error("the language model's weights are damaged: {why}; fetch the file again: {}", path.display())]
    Weights {
        /// What is wrong with it.
        why: String,
        /// The file.
        path: PathBuf,
    },
    /// A weight that the architecture needs is not in the file.
    #[error("the language model lacks the weight `{name}`; the file belongs to another model: {}", path.display())]
    MissingWeight {
        /// The weight's name in the file.
        name: String,
        /// The file.
        path: PathBuf,
    },
    /// A weight has another shape than the configuration asks for.
    #[error(
        "the weight `{name}` has the shape {found:?} where the model's configuration asks for {expected:?}: {}",
        path.display()
    )]
    WeightShape {
        /// The weight's name in the file.
        name: String,
        /// The shape the configuration asks for.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
        /// The file.
        path: PathBuf,
    },
    /// The tokenizer could not be read, or could not read a text.
    #[error("the language model's tokenizer failed: {why}: {}", path.display())]
    Tokenizer {
        /// What it said.
        why: String,
        /// The file.
        path: PathBuf,
    },
    /// A GPU was asked for that cannot be used.
    #[error("the GPU `{asked}` cannot be used: {why}; use --device auto or --device cpu")]
    NoGpu {
        /// The device asked for.
        asked: String,
        /// Why not.
        why: String,
    },
    /// The vectors of a large log wait on disk, and the disk failed.
    #[error(
        "the vectors of so many texts go to disk, which failed: {source}; make room there, or set DRIFTLINE_CACHE to a \
         folder on another disk: {}", folder.display()
    )]
    Spool {
        /// What the system said.
        source: io::Error,
        /// Where they went.
        folder: PathBuf,
    },
    /// There is too little memory, even for one text at a time.
    #[error("the memory does not suffice for the language model: {0}; close other programs or take a smaller model")]
    Memory(String),
    /// Libtorch reported a fault.
    #[error("libtorch could not compute the vectors: {0}")]
    Torch(String),
}

impl From<tch::TchError> for LanguageError {
    fn from(error: tch::TchError) -> Self {
        // The first line says what happened; a C++ call stack follows it.
        let why = error.to_string().lines().next().unwrap_or_default().to_owned();
        let memory = ["can't allocate memory", "not enough memory", "out of memory"];
        if memory.iter().any(|words| why.contains(words)) { Self::Memory(why) } else { Self::Torch(why) }
    }
}
