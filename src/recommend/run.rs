//! What is asked of this room: the next items of every user, and what the models were worth in the past.

use std::time::Instant;

use super::RecommendError;
use super::holdout::holdout;
use super::judge::{RankingScores, judge};
use super::known::{Known, TextVectors};
use super::learn::learn;
use super::next::{Recommendation, next_items};
use super::taken::{Taken, days, plus_days};
use crate::calendar::WallTime;
use crate::observe::{Stage, Watch};
use crate::wording::counted;

/// Users who must have taken an item before a cut for it to be scored.
pub const FEWEST_BUYERS: usize = 5;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecommendConfig {
    /// A moment of the past: nothing from it on is seen, and what came then is held against the models. None stands at
    /// the end of the log.
    pub cut: Option<WallTime>,
    /// Days of the window that is asked about.
    pub days: i64,
    /// Items for each user.
    pub top: usize,
    /// Where chance comes from.
    pub seed: u64,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Recommended {
    /// The log as users × items.
    pub taken: Taken,
    /// The text that each item had most often before the cut, by item.
    pub texts: Vec<u32>,
    /// Nothing from here on was seen.
    pub cut: WallTime,
    /// Items that were ranked.
    pub items: usize,
    /// The next items, by user and rank.
    pub next: Vec<Recommendation>,
    /// Every model on the window from the cut on; nothing where no cut was asked for.
    pub scores: Vec<RankingScores>,
    /// Users without a past before the cut, to whom nothing is recommended.
    pub unknown_users: usize,
    /// What the analyst should know.
    pub notes: Vec<String>,
    /// Seconds it took to learn, and to rank all items for all users.
    pub seconds: (f64, f64),
}

/// Recommends.
///
/// # Errors
/// [`RecommendError`]: no past, no window, a wish to stop, what libtorch reports.
pub fn recommend(
    taken: Taken,
    vectors: &TextVectors,
    config: &RecommendConfig,
    watch: &Watch,
) -> Result<Recommended, RecommendError> {
    let times = || taken.takes.iter().map(|take| take.time);
    let (first, last) = (times().min().unwrap_or(WallTime(0)), times().max().unwrap_or(WallTime(0)));
    let cut = config.cut.unwrap_or(WallTime(last.0.saturating_add(1)));
    let date = |time: WallTime| time.datetime().date().to_string();
    if first >= cut {
        return Err(RecommendError::NoPast { cut: date(cut), first: date(first), last: date(last) });
    }
    let mut notes = Vec::new();
    if config.cut.is_some() {
        if last < cut {
            return Err(RecommendError::NoWindow { cut: date(cut), last: date(last), days: config.days });
        }
        let seen = days(cut, last);
        if plus_days(last, 1) < plus_days(cut, config.days) {
            notes.push(format!(
                "The log ends {} after the cut, before the window that was asked for ({}) is over: scores rest on what was \
                 taken until then.",
                counted(seen.ceil().max(0.0) as u64, "day"),
                counted(config.days, "day")
            ));
        }
    }
    let fewest = if config.cut.is_some() { FEWEST_BUYERS } else { 1 };
    let began = Instant::now();
    let mixture = learn(&taken, vectors, (cut, config.days), fewest, config.seed, watch)?;
    if mixture.is_none() {
        notes.push(format!(
            "Nobody came back within {} at any earlier cut, so nothing could be learnt: items are ranked by \
             `personal-frequency-recent`.",
            counted(config.days, "day")
        ));
    }
    let known = Known::at(&taken, vectors, cut, fewest, config.days, watch)?;
    let learnt = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let users = known.past.users.iter().filter(|user| !user.own.is_empty()).count();
    let mut meter = watch.meter(Stage::Forecast, "user", Some(users as u64));
    let next = next_items(&known, mixture.as_ref(), config.days, config.top, &mut meter)?;
    let ranked = began.elapsed().as_secs_f64();
    let mut scores = Vec::new();
    if config.cut.is_some() {
        let truth = holdout(&taken, &known.past, cut, config.days);
        let asked = truth.iter().filter(|truth| !truth.is_empty()).count();
        if asked == 0 {
            notes.push("Nobody with a past took anything in the window, so no model has a score.".to_owned());
        }
        let mut meter = watch.meter(Stage::Forecast, "user", Some(asked as u64));
        scores = judge(&known, mixture.as_ref(), &truth, config.days, &mut meter)?;
    }
    let (items, unknown_users) = (known.past.items.len(), taken.users() - users);
    let texts = known.texts;
    Ok(Recommended { cut, items, next, scores, unknown_users, notes, seconds: (learnt, ranked), taken, texts })
}
