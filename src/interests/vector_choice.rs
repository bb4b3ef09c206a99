//! In which vectors interests are found: the language model's own, or words mapped to behaviour. The log's own past
//! decides, by what interests found in either say about what users took next.

use super::InterestsError;
use super::centroids::{Centroids, nearest};
use super::cluster::{Effort, Points};
use super::co_occurrence::{CoOccurrence, basket_length};
use super::find::unasked;
use super::item_likelihood::{ItemNats, JudgedTime, NOBODYS, item_nats};
use super::sample::Sample;
use super::text_mapping::{FEW, Taught, TextMapping};
use super::vectors_used::{Comparison, VectorsUsed};
use crate::calendar::{Calendar, Period, PeriodLength, WallTime};
use crate::events::EventTable;
use crate::language::SpooledVectors;
use crate::observe::Watch;

/// Texts by whose events a choice is made, those with most events first.
const JUDGED: usize = 8192;
/// Of these, texts whose co-occurrence is counted.
const COUNTED: usize = 4096;
/// Fewer texts with more than five events teach nothing.
const TAUGHT: usize = 200;
/// Events to be judged in each fold; with fewer, chance decides.
const EVENTS: usize = 1000;
/// Of the log's time, the part that a fold holds back.
const HELD_BACK: i32 = 8;
/// Folds: this many parts at the log's end are held back, one after the other.
const FOLDS: i32 = 2;
/// Windows of a fold, at each of which users' pasts are brought up to date.
const WINDOWS: i32 = 3;
/// A mapping is used if it gains this much, in nats an event; less is chance of where k-means starts.
const WORTH: f64 = 0.01;
/// How interests are gathered while it is chosen.
const EFFORT: Effort = Effort { attempts: 2, rounds: 25 };
/// Directions of behaviour, weight of the ridge, and whether the text stands beside.
const TRIED: [(usize, f64, bool); 6] =
    [(32, 30.0, false), (32, 300.0, false), (64, 30.0, false), (64, 300.0, false), (32, 300.0, true), (64, 30.0, true)];

/// Learns words mapped to behaviour from all that happens before `until`, where the log's past before it says that
/// interests found so are worth more: each of several mappings is learnt on what came before two folds of the log's time
/// and held against raw vectors there. No mapping where raw vectors are as good, or where there is too little to learn
/// from. `count` interests are looked for.
///
/// # Errors
/// [`InterestsError::Cancelled`], what libtorch or the disk reports.
pub fn choose_vectors(
    events: &EventTable,
    vectors: &mut SpooledVectors,
    until: Option<WallTime>,
    count: Option<u16>,
    seed: u64,
    watch: &Watch,
) -> Result<(Option<TextMapping>, VectorsUsed), InterestsError> {
    if vectors.len() != events.texts.len() {
        return Err(InterestsError::Mismatch { texts: events.texts.len(), vectors: vectors.len() });
    }
    let Some(trial) = Trial::of(events, vectors, until.unwrap_or(WallTime(i64::MAX)), count, seed)? else {
        return Ok((None, VectorsUsed::TooLittle));
    };
    trial.choose(watch)
}

/// What is tried on.
struct Trial<'a> {
    events: &'a EventTable,
    until: WallTime,
    /// Texts judged, those whose co-occurrence is counted first.
    texts: Vec<usize>,
    /// Of these, how many are counted.
    counted: usize,
    /// Texts × `dim`.
    vectors: Vec<f32>,
    dim: usize,
    calendar: Calendar,
    /// Where folds begin, latest last, and where the last of them ends.
    borders: Vec<WallTime>,
    /// The same in periods.
    first: Period,
    held: i32,
    grid: Calendar,
    count: Option<u16>,
    seed: u64,
}

impl<'a> Trial<'a> {
    /// None where there is too little.
    fn of(
        events: &'a EventTable,
        vectors: &mut SpooledVectors,
        until: WallTime,
        count: Option<u16>,
        seed: u64,
    ) -> Result<Option<Self>, InterestsError> {
        let events_of = events.text_counts_before(until);
        let mut texts: Vec<usize> = (0..events_of.len()).filter(|text| events_of[*text] > 0).collect();
        texts.sort_by_key(|text| (std::cmp::Reverse(events_of[*text]), *text));
        texts.truncate(JUDGED);
        let counted = texts.iter().take(COUNTED).take_while(|text| events_of[**text] > FEW).count();
        let times = || events.time.iter().filter(|time| **time < until);
        let (Some(first), Some(last)) = (times().min(), times().max()) else { return Ok(None) };
        let length = basket_length(events, until);
        // Folds begin where baskets do, as long as there are enough of these.
        let months = Calendar::new(PeriodLength::Month);
        let enough = months.period(*last).since(months.period(*first)) + 1 >= HELD_BACK;
        let grid = if length == PeriodLength::Month && enough { months } else { Calendar::new(PeriodLength::Day) };
        let (first, end) = (grid.period(*first), grid.period(*last).plus(1));
        let held = (end.since(first) / HELD_BACK).max(1);
        if counted < TAUGHT || end.since(first) < HELD_BACK {
            return Ok(None);
        }
        let borders: Vec<WallTime> = (0..=FOLDS).rev().map(|fold| grid.start(end.plus(-fold * held))).collect();
        let (data, dim) = picked(vectors, &texts)?;
        let calendar = Calendar::new(length);
        Ok(Some(Self {
            events,
            until,
            texts,
            counted,
            vectors: data,
            dim,
            calendar,
            borders,
            first,
            held,
            grid,
            count,
            seed,
        }))
    }

    fn choose(&self, watch: &Watch) -> Result<(Option<TextMapping>, VectorsUsed), InterestsError> {
        let mut together = CoOccurrence::of(self.events, &self.texts[..self.counted], self.calendar);
        let mut known = WallTime(i64::MIN);
        let mut judged: Vec<Vec<ItemNats>> = vec![Vec::new(); TRIED.len() + 1];
        for fold in 0..FOLDS as usize {
            let (from, end) = (self.borders[fold], self.borders[fold + 1].min(self.until));
            together.add(self.events, (known, from));
            known = from;
            let time = self.judged(from, end);
            let mut judge = |at: usize, mapping: Option<&TextMapping>| -> Result<bool, InterestsError> {
                watch.check()?;
                let interest = self.gather(mapping, from)?;
                let nats = item_nats(self.events, &interest.0, interest.1, &time).filter(|nats| nats.events >= EVENTS);
                judged[at].extend(nats);
                Ok(nats.is_some())
            };
            if !judge(TRIED.len(), None)? {
                return Ok((None, VectorsUsed::TooLittle));
            }
            for (at, mapping) in self.learn(&together, from, &TRIED)?.iter().enumerate() {
                judge(at, Some(mapping))?;
            }
        }
        watch.check()?;
        let mean = |at: usize| mean(&judged[at]);
        let raw = mean(TRIED.len());
        let best = (0..TRIED.len()).min_by(|a, b| mean(*a).nats.total_cmp(&mean(*b).nats)).unwrap_or(0);
        let (rank, ridge, beside) = TRIED[best];
        let (from, until) = (self.borders[0], self.borders[FOLDS as usize].min(self.until));
        let compared = Comparison { raw, mapped: mean(best), rank, ridge, beside, from, until };
        let always = judged[best].iter().zip(&judged[TRIED.len()]).all(|(mapped, raw)| mapped.nats < raw.nats);
        if compared.gain() < WORTH || !always {
            return Ok((None, VectorsUsed::NotBetter(compared)));
        }
        together.add(self.events, (known, self.until));
        let mapping = self.learn(&together, self.until, &TRIED[best..=best])?.pop();
        Ok((mapping, VectorsUsed::Mapped(compared)))
    }

    /// What of a fold is judged.
    fn judged(&self, from: WallTime, end: WallTime) -> JudgedTime {
        let begins = self.grid.period(from);
        let step = (self.held / WINDOWS).max(1);
        let starts =
            (0..WINDOWS).map(|window| begins.plus(window * step)).filter(|start| start.since(begins) < self.held);
        let recent = Period(begins.plus(-FOLDS * self.held).0.max(self.first.0));
        JudgedTime {
            recent: self.grid.start(recent),
            starts: starts.map(|start| self.grid.start(start)).collect(),
            end,
        }
    }

    /// Events before a time of every text that is judged.
    fn events_before(&self, time: WallTime) -> Vec<u32> {
        let all = self.events.text_counts_before(time);
        self.texts.iter().map(|text| all[*text]).collect()
    }

    /// Mappings of each kind asked for, from what was taken together so far.
    fn learn(
        &self,
        together: &CoOccurrence,
        before: WallTime,
        asked: &[(usize, f64, bool)],
    ) -> Result<Vec<TextMapping>, InterestsError> {
        let widest = asked.iter().map(|(rank, ..)| *rank).max().unwrap_or(0);
        let (behaviour, rank) = together.directions(widest)?;
        let events = &self.events_before(before)[..self.counted];
        let vectors = &self.vectors[..self.counted * self.dim];
        let taught = Taught { vectors, dim: self.dim, events, behaviour: &behaviour, rank };
        let ridges: Vec<(usize, f64)> = asked.iter().map(|(asked, ridge, _)| ((*asked).min(rank), *ridge)).collect();
        let mut learnt = TextMapping::learn(taught, &ridges)?;
        learnt.iter_mut().zip(asked).for_each(|(mapping, (.., beside))| mapping.beside = *beside);
        Ok(learnt)
    }

    /// The interest of every text of the log, by what came before a time, and how many there are.
    fn gather(&self, mapping: Option<&TextMapping>, before: WallTime) -> Result<(Vec<u16>, usize), InterestsError> {
        let events = self.events_before(before);
        let dim = mapping.map_or(self.dim, TextMapping::width);
        let rows: Vec<f32> = match mapping {
            None => self.vectors.clone(),
            Some(mapping) => self.vectors.chunks_exact(self.dim).flat_map(|vector| mapping.map(vector)).collect(),
        };
        let known: Vec<usize> = (0..self.texts.len()).filter(|at| events[*at] > 0).collect();
        let data = known.iter().flat_map(|at| &rows[at * dim..(at + 1) * dim]).copied().collect();
        let weights = known.iter().map(|at| f64::from(events[*at]).sqrt()).collect();
        let points = Points::new(Sample { data, dim, weights })?;
        let asked = self.count.map_or_else(|| unasked(&events), usize::from);
        let count = asked.min(points.distinct()).clamp(1, usize::from(NOBODYS));
        let centroids = points.gather(count, self.seed, EFFORT, &Watch::silent())?.centroids;
        let centroids = Centroids::new(&centroids, dim);
        let mut interest = vec![NOBODYS; self.events.texts.len()];
        for (text, row) in self.texts.iter().zip(rows.chunks_exact(dim)) {
            interest[*text] = nearest(&centroids.cosines(row).collect::<Vec<_>>()) as u16;
        }
        Ok((interest, count))
    }
}

/// The vectors of some texts, in the order of `texts`, and their length.
fn picked(vectors: &mut SpooledVectors, texts: &[usize]) -> Result<(Vec<f32>, usize), InterestsError> {
    let dim = vectors.dim();
    let mut order: Vec<(usize, usize)> = texts.iter().enumerate().map(|(at, text)| (*text, at)).collect();
    order.sort_unstable();
    let mut data = vec![0.0; texts.len() * dim];
    let mut next = order.into_iter().peekable();
    vectors.each(|first, rows| {
        while let Some((text, at)) = next.next_if(|(text, _)| (text - first + 1) * dim <= rows.len()) {
            data[at * dim..(at + 1) * dim].copy_from_slice(&rows[(text - first) * dim..][..dim]);
        }
        Ok::<(), InterestsError>(())
    })?;
    Ok((data, dim))
}

/// The mean over folds, all of one weight.
fn mean(folds: &[ItemNats]) -> ItemNats {
    let mean = |of: fn(&ItemNats) -> f64| folds.iter().map(of).sum::<f64>() / folds.len().max(1) as f64;
    ItemNats {
        nats: mean(|fold| fold.nats),
        popularity: mean(|fold| fold.popularity),
        events: folds.iter().map(|fold| fold.events).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::TextId;

    const DAY: i64 = 86_400_000_000;
    const TEXTS: u32 = 240;

    /// A year of a shop with two worlds: even texts are taken together, and odd ones, by users of their own. `words` gives
    /// each text its vector; what stands in it of the world is little where words lead elsewhere.
    fn shop(users: u32, words: impl Fn(u32) -> [f32; 3]) -> (EventTable, SpooledVectors) {
        let mut events = EventTable { offsets: vec![0], ..EventTable::default() };
        events.texts = (0..TEXTS).map(|text| format!("text {text}")).collect();
        for user in 0..users {
            events.users.push(format!("{user:04}"));
            for (visit, day) in (user % 24..360).step_by(24).enumerate() {
                for step in 0..4 {
                    let of = (user * 31 + visit as u32 * 17 + step * 37) % (TEXTS / 2);
                    events.text.push(TextId(2 * of + user % 2));
                    events.time.push(WallTime(i64::from(day) * DAY + i64::from(step)));
                }
            }
            events.offsets.push(events.text.len());
        }
        let mut vectors = SpooledVectors::within(&std::env::temp_dir());
        (0..TEXTS).for_each(|text| vectors.push(3, &words(text)).unwrap());
        (events, vectors)
    }

    /// Words that lie on a wide circle which means nothing, and a little apart by their world.
    fn misleading(text: u32) -> [f32; 3] {
        let (sin, cos) = (text as f32 * 0.7).sin_cos();
        [sin, cos, if text.is_multiple_of(2) { 0.4 } else { -0.4 }]
    }

    fn chosen(
        events: &EventTable,
        vectors: &mut SpooledVectors,
        until: Option<i64>,
    ) -> (Option<TextMapping>, VectorsUsed) {
        let until = until.map(|day| WallTime(day * DAY));
        choose_vectors(events, vectors, until, Some(2), 7, &Watch::silent()).unwrap()
    }

    #[test]
    fn where_words_mislead_and_people_do_not_words_are_mapped() {
        let (events, mut vectors) = shop(240, misleading);
        let (mapping, used) = chosen(&events, &mut vectors, None);
        let VectorsUsed::Mapped(compared) = used else { panic!("{used:?}") };
        assert!(compared.gain() > 0.2 && compared.raw.popularity >= compared.mapped.nats, "{compared:?}");
        let mapping = mapping.unwrap();
        // A new text of the even world lies with its world, wherever on the circle.
        let (new, even, odd) =
            (mapping.map(&[0.1, 0.99, 0.4]), mapping.map(&misleading(6)), mapping.map(&misleading(7)));
        let cosine = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        assert!(cosine(&new, &even) > cosine(&new, &odd) + 0.5);
        let (again, same) = chosen(&events, &mut vectors, None);
        assert_eq!((again.unwrap(), same), (mapping, VectorsUsed::Mapped(compared)), "the same bits twice");
    }

    #[test]
    fn where_words_say_it_all_they_stay_as_they_are() {
        let (events, mut vectors) =
            shop(240, |text| if text.is_multiple_of(2) { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] });
        let (mapping, used) = chosen(&events, &mut vectors, None);
        assert!(matches!(used, VectorsUsed::NotBetter(_)), "{used:?}");
        assert_eq!(mapping, None);
    }

    #[test]
    fn what_comes_at_the_origin_or_later_changes_nothing() {
        let (mut events, mut vectors) = shop(240, misleading);
        let before = chosen(&events, &mut vectors, Some(280));
        assert!(before.0.is_some(), "{:?}", before.1);
        for at in 0..events.len() {
            if events.time[at] >= WallTime(280 * DAY) {
                events.text[at] = TextId((events.text[at].0 * 5 + 1) % TEXTS);
            }
        }
        assert_eq!(chosen(&events, &mut vectors, Some(280)), before);
    }

    #[test]
    fn too_little_is_told() {
        let (events, mut vectors) = shop(3, misleading);
        assert_eq!(chosen(&events, &mut vectors, None), (None, VectorsUsed::TooLittle));
        let (events, mut vectors) = shop(240, misleading);
        assert_eq!(chosen(&events, &mut vectors, Some(5)), (None, VectorsUsed::TooLittle));
        assert_eq!(chosen(&events, &mut vectors, Some(-5)), (None, VectorsUsed::TooLittle));
        let mut none = SpooledVectors::within(&std::env::temp_dir());
        let refused = choose_vectors(&events, &mut none, None, None, 7, &Watch::silent());
        assert!(matches!(refused, Err(InterestsError::Mismatch { .. })));
    }
}
