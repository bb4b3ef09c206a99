//! The way to recommendations: log → vectors → the next items of every user.

use std::sync::Arc;

use jiff::civil::Date;

use super::walk::Road;
use crate::calendar::WallTime;
use crate::events::EventTable;
use crate::language::LanguageError;
use crate::observe::{self, Watch};
use crate::pipeline::Store;
use crate::project::Settings;
use crate::recommend::{RecommendConfig, Recommended, Taken, TextVectors, recommend};

/// Texts with more than these are not embedded for recommendations: their vectors would not fit into memory.
const MOST_TEXTS: usize = 1_000_000;

/// What is asked of recommendations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecommendScope {
    /// A day in the past: nothing from it on is seen, and what came then is held against the models.
    pub cut: Option<Date>,
    /// Days of the window that is asked about.
    pub days: u32,
    /// Items for each user.
    pub top: usize,
}

/// What recommending ends in.
#[derive(Clone, Debug)]
pub struct RecommendOutcome {
    /// The clean log.
    pub events: Arc<EventTable>,
    /// What is recommended, and what that was worth in the past.
    pub recommended: Recommended,
    /// What the analyst should know, a sentence each.
    pub notes: Vec<String>,
    /// The device used, and why, in words.
    pub device: String,
}

/// Recommends the next items of every user.
///
/// # Errors
/// What is wrong with the log, the settings, the model or the machine, in words for the analyst; a wish to stop.
pub fn next_items(
    settings: &Settings,
    scope: &RecommendScope,
    store: &Store,
    watch: &Watch,
) -> anyhow::Result<RecommendOutcome> {
    let mut road = Road::begin(settings, settings, store, &mut None, watch)?;
    let mut notes = road.log.notes.clone();
    let vectors = text_vectors(&mut road, &mut notes)?;
    let taken = Taken::of(&road.log.events);
    let cut = scope.cut.map(|day| WallTime::from_datetime(day.at(0, 0, 0, 0)));
    let config = RecommendConfig { cut, days: i64::from(scope.days), top: scope.top, seed: settings.seed };
    let recommended = road.clock.time(observe::Stage::Train, || recommend(taken, &vectors, &config, watch))?;
    notes.extend(recommended.notes.iter().cloned());
    Ok(RecommendOutcome { events: road.log.events, recommended, notes, device: road.device.describe() })
}

fn text_vectors(road: &mut Road, notes: &mut Vec<String>) -> anyhow::Result<TextVectors> {
    let texts = road.log.events.texts.len();
    if texts > MOST_TEXTS {
        notes.push(format!(
            "The log has {texts} distinct texts, more than the {MOST_TEXTS} whose vectors are held in memory: items are \
             ranked without what their words mean."
        ));
        return Ok(TextVectors::default());
    }
    let mut spooled = road.take_vectors()?;
    let mut vectors = TextVectors { dim: spooled.dim(), data: Vec::with_capacity(texts * spooled.dim()) };
    spooled.each(|_, rows| {
        vectors.data.extend_from_slice(rows);
        Ok::<(), LanguageError>(())
    })?;
    Ok(vectors)
}
