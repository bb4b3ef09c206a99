//! Teaches the mixture on cuts before the one that is asked about.

use rayon::prelude::*;

use super::RecommendError;
use super::features::{Voices, candidates, common_candidates};
use super::holdout::holdout;
use super::known::{Known, TextVectors};
use super::mixture::{Lesson, Mixture};
use super::taken::{Taken, plus_days};
use crate::calendar::WallTime;
use crate::observe::{Stage, Watch};

/// Earlier cuts to learn from, a window apart.
const CUTS: i64 = 4;
/// Users at each of them, evenly drawn where there are more; so memory does not grow with the log.
const MOST_LESSONS: usize = 1500;

/// Learns from what users took after the cuts before `cut`, whose windows end at `cut` or earlier. None where nobody came
/// back in any of them.
///
/// # Errors
/// A wish to stop; what libtorch reports.
pub fn learn(
    taken: &Taken,
    vectors: &TextVectors,
    (cut, days): (WallTime, i64),
    fewest: usize,
    seed: u64,
    watch: &Watch,
) -> Result<Option<Mixture>, RecommendError> {
    let first = taken.takes.iter().map(|take| take.time).min().unwrap_or(cut);
    let mut meter = watch.meter(Stage::Train, "cut", Some(CUTS as u64 + 1));
    let mut lessons = Vec::new();
    for back in 1..=CUTS {
        let earlier = plus_days(cut, -days * back);
        if earlier > first {
            let known = Known::at(taken, vectors, earlier, fewest, days, watch)?;
            lessons.extend(lessons_at(&known, &holdout(taken, &known.past, earlier, days), days));
        }
        meter.advance(1)?;
    }
    let mixture = Mixture::learn(lessons, seed, watch)?;
    meter.advance(1)?;
    Ok(mixture)
}

fn lessons_at(known: &Known, truth: &[Vec<u32>], days: i64) -> Vec<Lesson> {
    let asked: Vec<usize> = (0..truth.len()).filter(|user| !truth[*user].is_empty()).collect();
    let every = asked.len().div_ceil(MOST_LESSONS).max(1);
    let common = common_candidates(known);
    let items = known.past.items.len();
    let chosen: Vec<usize> = asked.into_iter().step_by(every).collect();
    (chosen.par_iter())
        .map_init(
            || Voices::new(items),
            |voices, user| {
                voices.hear(known, *user);
                let candidates = candidates(known, *user, voices, &common, days);
                let place = |column: &u32| candidates.columns.binary_search(column).ok();
                let taken = truth[*user].iter().filter_map(place).collect();
                Lesson { candidates, taken }
            },
        )
        .collect()
}
