//! Texts → vectors, window by window, so that neither a log of millions of texts nor a kill costs more than a window.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;

use super::folder::ModelFolder;
use super::store::{Segment, Store};
use super::tokens::{Key, Reader, Tokens};
use super::{Device, Encoder, LanguageError, Precision, SpooledVectors, Vectors, place};
use crate::observe::{Meter, Stage, Watch};

/// Changes whenever batches are cut differently: a vector then differs in its last bits.
const BATCHING: &str = "b2";
/// Texts in memory at once, with their tokens and vectors.
const WINDOW: usize = 16_384;
/// Vectors gathered before they go to disk.
const SEGMENT_ROWS: usize = 8192;

/// A language model and how to use it.
#[derive(Clone, Debug)]
pub struct Embedding {
    /// The model's directory.
    pub model: PathBuf,
    /// The folder where vectors are kept.
    pub cache: PathBuf,
    /// Where to compute.
    pub device: Device,
    /// What to compute in.
    pub precision: Precision,
}

/// What embedding the texts of a log came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Embedded {
    /// Texts.
    pub texts: u64,
    /// Texts that the model's tokenizer tells apart: it drops spaces, and some drop case or accents.
    pub distinct: u64,
    /// Of these, how many were kept from earlier.
    pub kept: u64,
    /// Texts longer than the model's maximum length, which lost their ends.
    pub cut: u64,
    /// Tokens of the texts that were computed.
    pub tokens: u64,
    /// Time the model took to load, in seconds; 0 if nothing had to be computed.
    pub seconds_loading: f64,
    /// Time spent on computing, in seconds.
    pub seconds_computing: f64,
}

impl Embedded {
    /// Texts computed in a second; none if all were kept.
    pub fn texts_per_second(&self) -> Option<f64> {
        let computed = self.distinct - self.kept;
        (computed > 0).then(|| computed as f64 / self.seconds_computing.max(1e-9))
    }
}

impl Embedding {
    /// The vectors of texts, in their order. What the cache has of that model is taken from there; only for the rest is
    /// the model loaded, and the rest is then kept, also when the work is stopped.
    ///
    /// # Errors
    /// As of [`Encoder::load`] and [`Encoder::embed`]. A cache that cannot be read or written is no error: the texts
    /// are embedded, and a note says that they could not be kept.
    pub fn all(&self, texts: &[String], watch: &Watch) -> Result<(Vectors, Embedded), LanguageError> {
        let mut vectors = Vectors::default();
        let done = self.each(texts, watch, |dim, rows| {
            if vectors.data.is_empty() {
                vectors = Vectors { dim, data: Vec::with_capacity(texts.len() * dim) };
            }
            vectors.data.extend_from_slice(rows);
            Ok::<(), LanguageError>(())
        })?;
        Ok((vectors, done))
    }

    /// Like [`Self::all`], but needs memory for few vectors however many there are: they wait on disk.
    ///
    /// # Errors
    /// As [`Self::all`], and [`LanguageError::Spool`] where the disk does not take them.
    pub fn spooled(&self, texts: &[String], watch: &Watch) -> Result<(SpooledVectors, Embedded), LanguageError> {
        let mut vectors = SpooledVectors::within(&self.cache);
        let done = self.each(texts, watch, |dim, rows| vectors.push(dim, rows))?;
        Ok((vectors, done))
    }

    /// Like [`Self::all`], but hands the vectors to `take` window by window, in the texts' order: the length of a vector
    /// and the next rows. Needs memory for one window only.
    ///
    /// # Errors
    /// As [`Self::all`], and what `take` reports.
    pub fn each<E: From<LanguageError>>(
        &self,
        texts: &[String],
        watch: &Watch,
        mut take: impl FnMut(usize, &[f32]) -> Result<(), E>,
    ) -> Result<Embedded, E> {
        let mut work = Work::begin(self, texts.len() as u64, watch)?;
        let mut failed = None;
        for window in texts.chunks(WINDOW) {
            let rows = work.window(window, &mut failed)?;
            take(work.dim, &rows)?;
        }
        if let Some(error) = failed {
            let place = work.store.path().display();
            watch.note(format!("The vectors could not be kept for next time: {error}: {place}"));
        }
        Ok(work.done)
    }
}

/// Embedding at work.
struct Work<'a> {
    how: &'a Embedding,
    watch: &'a Watch,
    meter: Meter,
    /// None once the model is loaded.
    folder: Option<(ModelFolder, Reader)>,
    encoder: Option<Encoder>,
    store: Store,
    dim: usize,
    done: Embedded,
}

impl<'a> Work<'a> {
    fn begin(how: &'a Embedding, texts: u64, watch: &'a Watch) -> Result<Self, LanguageError> {
        let folder = ModelFolder::read(&how.model)?;
        let reader = Reader::open(&folder)?;
        let dim = folder.info.dim;
        let device = if matches!(how.device.tch(), tch::Device::Cpu) { "cpu" } else { "gpu" };
        let fingerprint = folder.info.fingerprint.get(..32).unwrap_or(&folder.info.fingerprint);
        let name = format!("{fingerprint}-{device}-{}-{BATCHING}", how.precision.name());
        let store = Store::open(&how.cache.join("vectors"), &name, dim, place::vectors_limit());
        let meter = watch.meter(Stage::Embed, "text", Some(texts));
        let done = Embedded { texts, ..Embedded::default() };
        Ok(Self { how, watch, meter, folder: Some((folder, reader)), encoder: None, store, dim, done })
    }

    /// The vectors of some texts. `failed` becomes the first fault in keeping them.
    fn window(&mut self, texts: &[String], failed: &mut Option<io::Error>) -> Result<Vec<f32>, LanguageError> {
        let dim = self.dim;
        let tokens = self.read(texts)?;
        self.done.cut += tokens.iter().filter(|text| text.cut).count() as u64;
        let mut known: HashMap<Key, usize> = HashMap::with_capacity(texts.len());
        let (mut keys, mut first) = (Vec::new(), Vec::new());
        let mut place = Vec::with_capacity(texts.len());
        for text in &tokens {
            let key = text.key();
            place.push(*known.entry(key).or_insert_with(|| {
                keys.push(key);
                first.push(text);
                keys.len() - 1
            }));
        }
        // Texts of every group: progress counts texts.
        let mut weight = vec![0_u64; keys.len()];
        place.iter().for_each(|group| weight[*group] += 1);

        let mut found = vec![0.0; keys.len() * dim];
        let mut missing = vec![true; keys.len()];
        self.store.fetch(&keys, self.watch, |group, row| {
            found[group * dim..(group + 1) * dim].copy_from_slice(row);
            missing[group] = false;
        })?;
        let missing: Vec<usize> = (0..keys.len()).filter(|group| missing[*group]).collect();
        let computed: u64 = missing.iter().map(|group| weight[*group]).sum();
        self.meter.skip(texts.len() as u64 - computed)?;
        self.done.distinct += keys.len() as u64;
        self.done.kept += (keys.len() - missing.len()) as u64;
        if !missing.is_empty() {
            self.load()?;
            let began = Instant::now();
            let rest: Vec<&Tokens> = missing.iter().map(|group| first[*group]).collect();
            self.done.tokens += rest.iter().map(|text| text.ids.len() as u64).sum::<u64>();
            let (store, meter) = (&mut self.store, &mut self.meter);
            let mut segment = Segment::default();
            let mut keep = |segment: &mut Segment| {
                if let Err(error) = store.write(&std::mem::take(segment)) {
                    failed.get_or_insert(error);
                }
            };
            let embedded = self.encoder.as_ref().map_or(Ok(()), |encoder| {
                encoder.embed_tokens(&rest, self.watch, |batch, rows| {
                    for (text, row) in batch.iter().zip(rows.chunks_exact(dim)) {
                        let group = missing[*text];
                        found[group * dim..(group + 1) * dim].copy_from_slice(row);
                        segment.keys.push(keys[group]);
                        segment.rows.extend_from_slice(row);
                    }
                    if segment.keys.len() >= SEGMENT_ROWS {
                        keep(&mut segment);
                    }
                    let texts = batch.iter().map(|text| weight[missing[*text]]).sum();
                    Ok(meter.advance(texts)?)
                })
            });
            keep(&mut segment);
            self.done.seconds_computing += began.elapsed().as_secs_f64();
            embedded?;
        }
        Ok(place.iter().flat_map(|group| &found[group * dim..(group + 1) * dim]).copied().collect())
    }

    fn read(&self, texts: &[String]) -> Result<Vec<Tokens>, LanguageError> {
        match (&self.folder, &self.encoder) {
            (Some((_, reader)), _) => reader.read(texts, self.watch),
            (None, Some(encoder)) => encoder.reader().read(texts, self.watch),
            (None, None) => Ok(Vec::new()),
        }
    }

    fn load(&mut self) -> Result<(), LanguageError> {
        if let Some((folder, reader)) = self.folder.take() {
            let began = Instant::now();
            self.encoder = Some(Encoder::from_folder(folder, reader, self.how.device, self.how.precision)?);
            self.done.seconds_loading = began.elapsed().as_secs_f64();
        }
        Ok(())
    }
}
