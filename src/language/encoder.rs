//! Texts in batches through the model.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use tch::{Kind, Tensor};
use tokenizers::{Tokenizer, TruncationDirection, TruncationParams};

use super::folder::{ModelFolder, TOKENIZER};
use super::layers::{Input, Transformer};
use super::pooling::Pooling;
use super::{Device, LanguageError, ModelInfo, Vectors};
use crate::observe::{Meter, Stage, Watch};

/// Tokens of a batch, padding included. Twice as many are embedded a little faster, but a job looks only between batches
/// whether it should stop, and is to stop within 250 ms on two cores.
pub(super) const BATCH_TOKENS: usize = 1024;
/// Texts tokenised between two looks at the token that says stop.
const TOKENISED_AT_ONCE: usize = 8192;
/// Fewest tokens a model may allow: two of its own and one of the text.
const FEWEST_TOKENS: usize = 3;

/// A language model ready to turn texts into vectors.
pub struct Encoder {
    info: ModelInfo,
    model: Box<dyn Transformer>,
    tokenizer: Tokenizer,
    pooling: Pooling,
    lower_case: bool,
    typed: bool,
    /// Tokens of the prompt that do not count in the pooling.
    prompt_tokens: usize,
    vocabulary: usize,
    device: Device,
    path: PathBuf,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").field("info", &self.info).field("device", &self.device).finish_non_exhaustive()
    }
}

impl Encoder {
    /// Loads the model of a Hugging Face directory in 32-bit floats.
    ///
    /// # Errors
    /// A file that is missing, unreadable, damaged or of another model; an architecture that is not built in; too
    /// little memory.
    pub fn load(dir: &Path, device: Device) -> Result<Self, LanguageError> {
        Self::from_folder(ModelFolder::read(dir)?, device)
    }

    pub(super) fn from_folder(folder: ModelFolder, device: Device) -> Result<Self, LanguageError> {
        let _frozen = tch::no_grad_guard();
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
        let weights = folder.weights.below(folder.architecture.anchor(), device.tch(), Kind::Float);
        let model = folder.architecture.load(&weights)?;
        let vocabulary = folder.architecture.sizes().vocabulary;
        let prompt_tokens = if folder.pooling.include_prompt || folder.info.prompt.is_empty() {
            0
        } else {
            prompt_tokens(&tokenizer, &folder.info.prompt).map_err(failed)?
        };
        let ModelFolder { pooling, lower_case, typed, info, .. } = folder;
        Ok(Self { info, model, tokenizer, pooling, lower_case, typed, prompt_tokens, vocabulary, device, path })
    }

    /// What the model is.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// The vectors of texts, in their order. A text that occurs twice is embedded once.
    ///
    /// # Errors
    /// [`LanguageError::Cancelled`], a tokenizer that fails, or what libtorch reports.
    pub fn embed(&self, texts: &[&str], watch: &Watch) -> Result<Vectors, LanguageError> {
        let mut place = HashMap::new();
        let mut distinct = Vec::new();
        for text in texts {
            place.entry(*text).or_insert_with(|| {
                distinct.push(*text);
                distinct.len() - 1
            });
        }
        let dim = self.info.dim;
        let mut found = vec![0.0; distinct.len() * dim];
        let mut meter = watch.meter(Stage::Embed, "texts", Some(distinct.len() as u64));
        self.embed_distinct(&distinct, watch, &mut meter, |batch, rows| {
            for (text, row) in batch.iter().zip(rows.chunks_exact(dim)) {
                found[text * dim..(text + 1) * dim].copy_from_slice(row);
            }
        })?;
        let mut data = Vec::with_capacity(texts.len() * dim);
        for text in texts {
            let place = place[text];
            data.extend_from_slice(&found[place * dim..(place + 1) * dim]);
        }
        Ok(Vectors { dim, data })
    }

    /// Embeds texts that are all different. Every batch goes to `take`: the texts' numbers and their vectors.
    pub(super) fn embed_distinct(
        &self,
        texts: &[&str],
        watch: &Watch,
        meter: &mut Meter,
        mut take: impl FnMut(&[usize], &[f32]),
    ) -> Result<(), LanguageError> {
        let _frozen = tch::no_grad_guard();
        let tokens = self.tokenize(texts, watch)?;
        // Longest first: what does not fit into memory fails at once, and the time left is never underrated.
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|text| (std::cmp::Reverse(tokens[*text].ids.len()), *text));
        let lengths: Vec<usize> = order.iter().map(|text| tokens[*text].ids.len()).collect();
        for range in batches(&lengths) {
            watch.check()?;
            let batch = &order[range];
            let rows: Vec<&Tokens> = batch.iter().map(|text| &tokens[*text]).collect();
            take(batch, &self.forward(&rows)?);
            meter.advance(batch.len() as u64)?;
        }
        Ok(())
    }

    fn tokenize(&self, texts: &[&str], watch: &Watch) -> Result<Vec<Tokens>, LanguageError> {
        let fault = |why: String| LanguageError::Tokenizer { why, path: self.path.clone() };
        let mut tokens = Vec::with_capacity(texts.len());
        for some in texts.chunks(TOKENISED_AT_ONCE) {
            watch.check()?;
            let encodings = if self.lower_case || !self.info.prompt.is_empty() {
                let prompted = some.iter().map(|text| format!("{}{text}", self.info.prompt));
                let folded = prompted.map(|text| if self.lower_case { text.to_lowercase() } else { text });
                self.tokenizer.encode_batch_fast(folded.collect(), true)
            } else {
                self.tokenizer.encode_batch_fast(some.to_vec(), true)
            };
            for encoding in encodings.map_err(|error| fault(error.to_string()))? {
                let beyond = |id: &&u32| **id as usize >= self.vocabulary;
                if let Some(id) = encoding.get_ids().iter().find(beyond) {
                    return Err(fault(format!(
                        "it gives token {id}, but the model knows {} tokens; the two belong to different models",
                        self.vocabulary
                    )));
                }
                let types = encoding.get_type_ids();
                let told = self.typed && types.iter().any(|kind| *kind != 0);
                let types = if told { types.to_vec() } else { Vec::new() };
                tokens.push(Tokens { ids: encoding.get_ids().to_vec(), types });
            }
        }
        Ok(tokens)
    }

    /// One batch of texts, the longest first → their vectors, row by row.
    fn forward(&self, rows: &[&Tokens]) -> Result<Vec<f32>, LanguageError> {
        let width = rows.first().map_or(0, |row| row.ids.len()).max(1);
        let shape = [rows.len() as i64, width as i64];
        let padded = |row: &[u32]| {
            let row = row.iter().map(|id| i64::from(*id)).collect::<Vec<_>>();
            row.into_iter().chain(std::iter::repeat(0)).take(width).collect::<Vec<_>>()
        };
        let place = |numbers: Vec<i64>| Tensor::f_from_slice(&numbers)?.f_to(self.device.tch());
        let ids = place(rows.iter().flat_map(|row| padded(&row.ids)).collect())?.f_reshape(shape)?;
        let typed = rows.iter().any(|row| !row.types.is_empty());
        let types = typed.then(|| place(rows.iter().flat_map(|row| padded(&row.types)).collect())?.f_reshape(shape));
        let lengths = place(rows.iter().map(|row| row.ids.len() as i64).collect())?;
        let places = Tensor::f_arange(shape[1], (Kind::Int64, self.device.tch()))?;
        let text = places.f_unsqueeze(0)?.f_lt_tensor(&lengths.f_unsqueeze(1)?)?;
        let counts = match self.prompt_tokens {
            0 => text.f_to_kind(Kind::Float)?,
            prompt => text.f_logical_and(&places.f_ge(prompt as i64)?)?.f_to_kind(Kind::Float)?,
        };
        let mask = rows.iter().any(|row| row.ids.len() < width);
        let mask = mask.then(|| text.f_reshape([shape[0], 1, 1, shape[1]])).transpose()?;
        let tokens = self.model.forward(&Input { ids, types: types.transpose()?, mask })?.f_to_kind(Kind::Float)?;
        let mut vectors = self.pooling.pool(&tokens, &counts, &lengths, self.prompt_tokens as i64)?;
        if self.info.normalize {
            let length = vectors.f_norm_scalaropt_dim(2.0, [1_i64], true)?;
            vectors = vectors.f_div(&length.f_clamp_min(1e-12)?)?;
        }
        let vectors = vectors.f_to_device_(tch::Device::Cpu, Kind::Float, false, false)?.f_contiguous()?;
        Ok(Vec::try_from(vectors.f_reshape([-1])?)?)
    }
}

/// A text as the model reads it.
#[derive(Debug)]
struct Tokens {
    ids: Vec<u32>,
    /// Types of the tokens; empty if all are 0.
    types: Vec<u32>,
}

/// How many tokens a prompt takes up at the beginning of a text: without the one that ends every text.
fn prompt_tokens(tokenizer: &Tokenizer, prompt: &str) -> tokenizers::Result<usize> {
    let encoding = tokenizer.encode_fast(prompt, true)?;
    let ends = encoding.get_special_tokens_mask().last() == Some(&1);
    Ok(encoding.len() - usize::from(ends))
}

/// Cuts lengths sorted from the longest down into batches of at most [`BATCH_TOKENS`] tokens, padding included. A text
/// longer than that stands alone.
fn batches(lengths: &[usize]) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let mut start = 0;
    while let Some(longest) = lengths.get(start) {
        let fit = (BATCH_TOKENS / (*longest).max(1)).max(1);
        let end = (start + fit).min(lengths.len());
        cuts.push(start..end);
        start = end;
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_every_text_once_and_stay_in_budget() {
        let mut lengths: Vec<usize> = (0..5000).map(|n| 3 + n % 40).collect();
        lengths.push(5000);
        lengths.sort_by_key(|length| std::cmp::Reverse(*length));
        let cuts = batches(&lengths);
        assert_eq!(cuts[0], 0..1, "a text beyond the budget stands alone");
        assert_eq!(cuts.iter().flat_map(Clone::clone).collect::<Vec<_>>(), (0..lengths.len()).collect::<Vec<_>>());
        assert!(cuts[1..].iter().all(|cut| cut.len() * lengths[cut.start] <= BATCH_TOKENS));
        assert!(batches(&[]).is_empty());
    }
}
