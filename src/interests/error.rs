//! What can go wrong between vectors and interests.

use crate::language::LanguageError;
use crate::observe::Cancelled;

/// Why no interests came out.
#[derive(Debug, thiserror::Error)]
pub enum InterestsError {
    /// Somebody asked to stop.
    #[error("cancelled")]
    Cancelled(#[from] Cancelled),
    /// There is nothing to gather.
    #[error("no interests can be found: the log has no events with words; check the columns given as text")]
    NoEvents,
    /// The vectors are not those of the log's texts.
    #[error("there are {vectors} vectors for {texts} texts; embed the log's texts again")]
    Mismatch {
        /// How many texts the log has.
        texts: usize,
        /// How many vectors came.
        vectors: usize,
    },
    /// A mapping learnt on the vectors of another language model.
    #[error(
        "texts are mapped to behaviour from vectors of {mapping} numbers, and these have {vectors}; use the language model that the mapping was learnt with, or train anew"
    )]
    Width {
        /// Length that the mapping takes.
        mapping: usize,
        /// Length that came.
        vectors: usize,
    },
    /// The vectors could not be read back.
    #[error(transparent)]
    Vectors(#[from] LanguageError),
    /// Libtorch reported a fault, for instance too little memory.
    #[error("libtorch could not gather the vectors: {0}")]
    Torch(String),
}

impl From<tch::TchError> for InterestsError {
    fn from(error: tch::TchError) -> Self {
        // The first line says what happened; a C++ call stack follows it.
        Self::Torch(error.to_string().lines().next().unwrap_or_default().to_owned())
    }
}
