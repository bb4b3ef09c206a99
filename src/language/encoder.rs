//! Texts in batches through the model.

use std::collections::HashMap;
use std::path::Path;

use tch::{Kind, Tensor};

use super::batches;
use super::folder::ModelFolder;
use super::layers::{Input, Transformer};
use super::pooling::Pooling;
use super::tokens::{Reader, Tokens};
use super::workers::{in_halves, side_by_side};
use super::{Device, LanguageError, ModelInfo, Precision, Vectors};
use crate::observe::{Stage, Watch};

/// A model that is read from several threads at once.
struct Frozen(Box<dyn Transformer>);

#[expect(unsafe_code, reason = "tch does not say that tensors may be read from several threads; libtorch does")]
// SAFETY: nothing writes to a model's tensors once it is loaded: `Transformer::forward` takes the model unchanged, no
// gradients are recorded, and libtorch counts references to a tensor atomically.
unsafe impl Sync for Frozen {}

/// A language model ready to turn texts into vectors.
pub struct Encoder {
    info: ModelInfo,
    model: Frozen,
    reader: Reader,
    pooling: Pooling,
    device: Device,
    precision: Precision,
    /// Tokens of a batch, padding included.
    budget: usize,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").field("info", &self.info).field("device", &self.device).finish_non_exhaustive()
    }
}

impl Encoder {
    /// Loads the model of a Hugging Face directory.
    ///
    /// # Errors
    /// A file that is missing, unreadable, damaged or of another model; an architecture that is not built in; too
    /// little memory.
    pub fn load(dir: &Path, device: Device, precision: Precision) -> Result<Self, LanguageError> {
        let folder = ModelFolder::read(dir)?;
        let reader = Reader::open(&folder)?;
        Self::from_folder(folder, reader, device, precision)
    }

    pub(super) fn from_folder(
        folder: ModelFolder,
        reader: Reader,
        device: Device,
        precision: Precision,
    ) -> Result<Self, LanguageError> {
        let _frozen = tch::no_grad_guard();
        let weights = folder.weights.below(&folder.architecture.landmarks(), device.tch(), precision.kind())?;
        let model = Frozen(folder.architecture.load(&weights)?);
        let sizes = folder.architecture.sizes();
        let words = sizes.vocabulary as u64 * sizes.dim as u64;
        let gpu = matches!(device.tch(), tch::Device::Cuda(_));
        let budget = batches::budget(folder.info.parameters.saturating_sub(words), gpu);
        let ModelFolder { pooling, info, .. } = folder;
        Ok(Self { info, model, reader, pooling, device, precision, budget })
    }

    /// What the model is.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    pub(super) fn reader(&self) -> &Reader {
        &self.reader
    }

    /// What it computes in.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The vectors of texts, in their order. Texts that the tokenizer does not tell apart are embedded once.
    ///
    /// # Errors
    /// [`LanguageError::Cancelled`], a tokenizer that fails, or what libtorch reports.
    pub fn embed(&self, texts: &[&str], watch: &Watch) -> Result<Vectors, LanguageError> {
        let tokens = self.reader.read(texts, watch)?;
        let mut known = HashMap::with_capacity(tokens.len());
        let mut distinct = Vec::new();
        let place = tokens.iter().map(|text| {
            *known.entry(text.key()).or_insert_with(|| {
                distinct.push(text);
                distinct.len() - 1
            })
        });
        let place: Vec<usize> = place.collect();
        let dim = self.info.dim;
        let mut found = vec![0.0; distinct.len() * dim];
        let mut meter = watch.meter(Stage::Embed, "text", Some(distinct.len() as u64));
        self.embed_tokens(&distinct, watch, |batch, rows| {
            for (text, row) in batch.iter().zip(rows.chunks_exact(dim)) {
                found[text * dim..(text + 1) * dim].copy_from_slice(row);
            }
            Ok(meter.advance(batch.len() as u64)?)
        })?;
        let data = place.iter().flat_map(|place| &found[place * dim..(place + 1) * dim]).copied().collect();
        Ok(Vectors { dim, data })
    }

    /// Embeds texts that are all different. Every batch goes to `take`: the texts' numbers and their vectors.
    pub(super) fn embed_tokens(
        &self,
        texts: &[&Tokens],
        watch: &Watch,
        mut take: impl FnMut(&[usize], &[f32]) -> Result<(), LanguageError>,
    ) -> Result<(), LanguageError> {
        let _frozen = tch::no_grad_guard();
        let lengths: Vec<usize> = texts.iter().map(|text| text.ids.len()).collect();
        let (order, cuts) = batches::plan(&lengths, self.budget);
        let threads = match self.device.tch() {
            tch::Device::Cpu => usize::try_from(tch::get_num_threads()).unwrap_or(1),
            _ => 1,
        };
        let work = |batch: usize| {
            let rows: Vec<&Tokens> = order[cuts[batch].clone()].iter().map(|text| texts[*text]).collect();
            in_halves(&rows, &|rows: &[&Tokens]| self.forward(rows))
        };
        side_by_side(cuts.len(), threads, watch, work, |batch, rows| take(&order[cuts[batch].clone()], &rows))
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
        let counts = match self.reader.prompt_tokens {
            0 => text.f_to_kind(Kind::Float)?,
            prompt => text.f_logical_and(&places.f_ge(prompt as i64)?)?.f_to_kind(Kind::Float)?,
        };
        let mask = rows.iter().any(|row| row.ids.len() < width);
        let mask = mask.then(|| text.f_reshape([shape[0], 1, 1, shape[1]])).transpose()?;
        let tokens = self.model.0.forward(&Input { ids, types: types.transpose()?, mask })?.f_to_kind(Kind::Float)?;
        let mut vectors = self.pooling.pool(&tokens, &counts, &lengths, self.reader.prompt_tokens as i64)?;
        if self.info.normalize {
            let length = vectors.f_norm_scalaropt_dim(2.0, [1_i64], true)?;
            vectors = vectors.f_div(&length.f_clamp_min(1e-12)?)?;
        }
        let vectors = vectors.f_to_device_(tch::Device::Cpu, Kind::Float, false, false)?.f_contiguous()?;
        Ok(Vec::try_from(vectors.f_reshape([-1])?)?)
    }
}
