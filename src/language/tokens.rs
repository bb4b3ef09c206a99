//! Texts → the numbers of their tokens.

use std::path::PathBuf;

use tokenizers::{Encoding, Tokenizer, TruncationDirection, TruncationParams};

use super::LanguageError;
use super::folder::{ModelFolder, TOKENIZER};
use crate::observe::Watch;

/// Texts tokenised between two looks at the token that says stop.
const TOKENISED_AT_ONCE: usize = 4096;
/// Fewest tokens a model may allow: two of its own and one of the text.
const FEWEST_TOKENS: usize = 3;
/// Bytes of a [`Key`].
pub(super) const KEY: usize = 16;

/// What tells the tokens of two texts apart: half a BLAKE3 hash. Texts that differ only in what the model's tokenizer
/// drops, such as case or spaces, share one.
pub(super) type Key = [u8; KEY];

/// A text as the model reads it.
#[derive(Debug)]
pub(super) struct Tokens {
    pub ids: Vec<u32>,
    /// Types of the tokens; empty if all are 0.
    pub types: Vec<u32>,
    /// Whether the text was longer and lost a part.
    pub cut: bool,
}

impl Tokens {
    pub fn key(&self) -> Key {
        let mut hasher = blake3::Hasher::new();
        let numbers = [self.ids.len() as u32].into_iter().chain(self.ids.iter().chain(&self.types).copied());
        numbers.for_each(|number| {
            hasher.update(&number.to_le_bytes());
        });
        let mut key = Key::default();
        key.copy_from_slice(&hasher.finalize().as_bytes()[..KEY]);
        key
    }
}

/// A model's tokenizer with what the directory says about its use.
pub(super) struct Reader {
    tokenizer: Tokenizer,
    prompt: String,
    lower_case: bool,
    /// Whether the model is handed the types of tokens.
    typed: bool,
    /// Tokens of the prompt that do not count in the pooling.
    pub prompt_tokens: usize,
    vocabulary: usize,
    path: PathBuf,
}

impl Reader {
    /// # Errors
    /// A tokenizer that cannot be read, or a maximum length that leaves no room for a text.
    pub fn open(folder: &ModelFolder) -> Result<Self, LanguageError> {
        let path = folder.path.join(TOKENIZER);
        let failed = |error: tokenizers::Error| LanguageError::Tokenizer { why: error.to_string(), path: path.clone() };
        let mut tokenizer = Tokenizer::from_file(&path).map_err(failed)?;
        let max_length = folder.info.max_tokens;
        if max_length < FEWEST_TOKENS {
            let why = format!("a maximum length of {max_length} tokens leaves no room for a text");
            return Err(LanguageError::Tokenizer { why, path });
        }
        let direction = if folder.cut_left { TruncationDirection::Left } else { TruncationDirection::Right };
        let truncation = TruncationParams { max_length, direction, ..TruncationParams::default() };
        tokenizer.with_padding(None).with_truncation(Some(truncation)).map_err(failed)?;
        let prompt = folder.info.prompt.clone();
        let prompt_tokens = if folder.pooling.include_prompt || prompt.is_empty() {
            0
        } else {
            prompt_tokens(&tokenizer, &prompt).map_err(failed)?
        };
        let vocabulary = folder.architecture.sizes().vocabulary;
        let (lower_case, typed) = (folder.lower_case, folder.typed);
        Ok(Self { tokenizer, prompt, lower_case, typed, prompt_tokens, vocabulary, path })
    }

    /// The tokens of every text, on all cores.
    ///
    /// # Errors
    /// A tokenizer that fails or belongs to another model; a wish to stop.
    pub fn read<T: AsRef<str> + Sync>(&self, texts: &[T], watch: &Watch) -> Result<Vec<Tokens>, LanguageError> {
        let mut tokens = Vec::with_capacity(texts.len());
        for some in texts.chunks(TOKENISED_AT_ONCE) {
            watch.check()?;
            let encodings = if self.lower_case || !self.prompt.is_empty() {
                let prompted = some.iter().map(|text| format!("{}{}", self.prompt, text.as_ref()));
                let folded = prompted.map(|text| if self.lower_case { text.to_lowercase() } else { text });
                self.tokenizer.encode_batch_fast(folded.collect(), true)
            } else {
                self.tokenizer.encode_batch_fast(some.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), true)
            };
            for encoding in encodings.map_err(|error| self.fault(error.to_string()))? {
                tokens.push(self.checked(&encoding)?);
            }
        }
        Ok(tokens)
    }

    fn checked(&self, encoding: &Encoding) -> Result<Tokens, LanguageError> {
        let ids = encoding.get_ids();
        if let Some(id) = ids.iter().find(|id| **id as usize >= self.vocabulary) {
            return Err(self.fault(format!(
                "it gives token {id}, but the model knows {} tokens; the two belong to different models",
                self.vocabulary
            )));
        }
        let types = encoding.get_type_ids();
        let told = self.typed && types.iter().any(|kind| *kind != 0);
        let types = if told { types.to_vec() } else { Vec::new() };
        Ok(Tokens { ids: ids.to_vec(), types, cut: !encoding.get_overflowing().is_empty() })
    }

    fn fault(&self, why: String) -> LanguageError {
        LanguageError::Tokenizer { why, path: self.path.clone() }
    }
}

/// How many tokens a prompt takes up at the beginning of a text: without the one that ends every text.
fn prompt_tokens(tokenizer: &Tokenizer, prompt: &str) -> tokenizers::Result<usize> {
    let encoding = tokenizer.encode_fast(prompt, true)?;
    let ends = encoding.get_special_tokens_mask().last() == Some(&1);
    Ok(encoding.len() - usize::from(ends))
}
