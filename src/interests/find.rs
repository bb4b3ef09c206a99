//! Interests found in a log: the regions into which its texts gather.

use rayon::prelude::*;

use super::centroids::{Centroids, nearest};
use super::cluster::{Effort, Points};
use super::labels::label;
use super::sample::Sample;
use super::{Interest, InterestSpace, InterestsError, Source};
use crate::calendar::WallTime;
use crate::events::EventTable;
use crate::language::SpooledVectors;
use crate::observe::Watch;
use crate::wording::counted;

/// Fewest and most interests chosen unasked: fewer say little, more cannot be told apart in one chart.
const UNASKED: (usize, usize) = (4, 24);
/// Texts that an interest should have for each interest there is. The number then grows with the square root of the
/// texts, as one does when sorting by hand: sixteen interests for five thousand texts.
const TEXTS_PER_SQUARE: f64 = 20.0;
/// How sharply a text's weight falls with its distance; a cosine is divided by it.
const TEMPERATURE: f64 = 0.07;

/// Gathers the texts of a log into interests by spherical k-means on their vectors (one a text, by text number) and
/// names each by the words that set it apart. With no `count` asked for, a number that grows with the texts. Of more
/// texts than memory should hold, a sample decides where the interests lie, and every text goes to its nearest one.
///
/// A text counts by the square root of its events: what sells often shapes an interest more than what sells rarely, but
/// one best-seller does not own one.
///
/// # Errors
/// [`InterestsError::NoEvents`] if no text has an event, [`InterestsError::Cancelled`], or what libtorch or the disk
/// reports.
pub fn find(
    events: &EventTable,
    vectors: &mut SpooledVectors,
    count: Option<u16>,
    seed: u64,
    watch: &Watch,
) -> Result<InterestSpace, InterestsError> {
    gather(&events.texts, &events.text_counts(), vectors, count, seed, watch)
}

/// As [`find`], but as if nothing were known of what happens at and after `until`: only events before it count. Texts
/// first seen later go to their nearest interest.
///
/// # Errors
/// As [`find`].
pub fn find_before(
    events: &EventTable,
    vectors: &mut SpooledVectors,
    until: WallTime,
    count: Option<u16>,
    seed: u64,
    watch: &Watch,
) -> Result<InterestSpace, InterestsError> {
    gather(&events.texts, &events.text_counts_before(until), vectors, count, seed, watch)
}

/// The texts of a log among interests that are known already, which lie where `centroids` (interests × length of a
/// vector) say: every text goes to its nearest interest. Shares are those of this log.
///
/// # Errors
/// As [`find`]; [`InterestsError::Mismatch`] also for vectors of another length than the centroids.
pub fn place(
    events: &EventTable,
    vectors: &mut SpooledVectors,
    mut interests: Vec<Interest>,
    centroids: Vec<f32>,
    watch: &Watch,
) -> Result<InterestSpace, InterestsError> {
    let dim = vectors.dim();
    if vectors.len() != events.texts.len() || centroids.len() != interests.len() * dim {
        return Err(InterestsError::Mismatch { texts: events.texts.len(), vectors: vectors.len() });
    }
    let counts = events.text_counts();
    let total: f64 = counts.iter().map(|events| f64::from(*events)).sum();
    if total == 0.0 {
        return Err(InterestsError::NoEvents);
    }
    let (text_interest, text_weight) = places(vectors, Centroids::new(&centroids, dim), watch)?;
    let mut sizes = vec![0_u64; interests.len()];
    for (interest, events) in text_interest.iter().zip(&counts) {
        sizes[usize::from(*interest)] += u64::from(*events);
    }
    for (interest, events) in interests.iter_mut().zip(sizes) {
        interest.share = events as f64 / total;
    }
    Ok(InterestSpace { interests, dim, centroids, text_interest, text_weight })
}

/// Gathers texts that have so many events each.
fn gather(
    texts: &[String],
    counts: &[u32],
    vectors: &mut SpooledVectors,
    count: Option<u16>,
    seed: u64,
    watch: &Watch,
) -> Result<InterestSpace, InterestsError> {
    if vectors.len() != texts.len() {
        return Err(InterestsError::Mismatch { texts: texts.len(), vectors: vectors.len() });
    }
    let total: f64 = counts.iter().map(|events| f64::from(*events)).sum();
    if total == 0.0 {
        return Err(InterestsError::NoEvents);
    }
    let weights: Vec<f64> = counts.iter().map(|events| f64::from(*events).sqrt()).collect();
    let points = Points::new(Sample::take(vectors, &weights, seed)?)?;
    let distinct = points.distinct();
    let asked = count.map_or_else(|| unasked(counts), usize::from).max(1);
    let count_found = asked.min(distinct).min(usize::from(u16::MAX));
    if count.is_some() && count_found < asked {
        watch.note(format!(
            "{} instead of {asked}: the log has only {}.",
            counted(count_found, "interest"),
            counted(distinct, "distinct text")
        ));
    }
    let dim = vectors.dim();
    let centroids = points.gather(count_found, seed, Effort::CAREFUL, watch)?.centroids;
    let (of, text_weight) = places(vectors, Centroids::new(&centroids, dim), watch)?;

    let mut sizes = vec![0_u64; count_found];
    for (cluster, events) in of.iter().zip(counts) {
        sizes[usize::from(*cluster)] += u64::from(*events);
    }
    // Largest first; `place` is a cluster's number among the interests.
    let mut order: Vec<usize> = (0..count_found).collect();
    order.sort_by_key(|cluster| (std::cmp::Reverse(sizes[*cluster]), *cluster));
    let mut place = vec![0_u16; count_found];
    for (interest, cluster) in order.iter().enumerate() {
        place[*cluster] = interest as u16;
    }
    let text_interest: Vec<u16> = of.iter().map(|cluster| place[usize::from(*cluster)]).collect();

    watch.check()?;
    let names = label(texts, counts, &text_interest, count_found);
    let interests = names.into_iter().zip(&order).map(|(name, cluster)| Interest {
        label: name.label,
        terms: name.terms,
        share: sizes[*cluster] as f64 / total,
        source: Source::Found,
    });
    let rows = order.iter().map(|cluster| &centroids[cluster * dim..(cluster + 1) * dim]);
    Ok(InterestSpace {
        interests: interests.collect(),
        dim,
        centroids: rows.collect::<Vec<_>>().concat(),
        text_interest,
        text_weight,
    })
}

/// The nearest centroid of every text, and how surely it is that one.
fn places(
    vectors: &mut SpooledVectors,
    centroids: Centroids<'_>,
    watch: &Watch,
) -> Result<(Vec<u16>, Vec<f32>), InterestsError> {
    let dim = vectors.dim();
    let mut all = (Vec::with_capacity(vectors.len()), Vec::with_capacity(vectors.len()));
    vectors.each(|_, rows| {
        watch.check()?;
        let window = rows.par_chunks_exact(dim).map(|vector| {
            let cosines: Vec<f32> = centroids.cosines(vector).collect();
            let own = nearest(&cosines);
            (own as u16, surety(&cosines, own))
        });
        let window: Vec<(u16, f32)> = window.collect();
        all.extend(window);
        Ok::<(), InterestsError>(())
    })?;
    Ok(all)
}

/// The number of interests chosen for a log whose texts have so many events each.
pub(super) fn unasked(counts: &[u32]) -> usize {
    let texts = counts.iter().filter(|events| **events > 0).count() as f64;
    ((texts / TEXTS_PER_SQUARE).sqrt().round() as usize).clamp(UNASKED.0, UNASKED.1)
}

/// The part of a softmax over cosines that falls to a text's own interest.
fn surety(cosines: &[f32], own: usize) -> f32 {
    let own = f64::from(cosines[own]);
    let mut falls: Vec<f64> = cosines.iter().map(|cosine| ((f64::from(*cosine) - own) / TEMPERATURE).exp()).collect();
    // Added up in the order of their size, so that the order of the interests changes no bit.
    falls.sort_by(f64::total_cmp);
    (1.0 / falls.iter().sum::<f64>()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::TextId;

    fn spooled(rows: &[f32]) -> SpooledVectors {
        let mut vectors = SpooledVectors::within(&std::env::temp_dir());
        vectors.push(2, rows).unwrap();
        vectors
    }

    /// One user and some texts, each with its number of events and its direction in the plane, in degrees.
    fn log(texts: &[(&str, u32, f32)]) -> (EventTable, SpooledVectors) {
        let mut events = EventTable { users: vec!["a".into()], ..EventTable::default() };
        let mut vectors = spooled(&[]);
        for (number, (text, count, degrees)) in texts.iter().enumerate() {
            events.texts.push((*text).into());
            events.text.extend((0..*count).map(|_| TextId(number as u32)));
            vectors.push(2, &[degrees.to_radians().cos(), degrees.to_radians().sin()]).unwrap();
        }
        events.time = vec![WallTime(0); events.text.len()];
        events.offsets = vec![0, events.text.len()];
        (events, vectors)
    }

    const SHOP: &[(&str, u32, f32)] = &[
        ("red mug", 3, 0.0),
        ("blue mug", 2, 5.0),
        ("green mug", 1, 9.0),
        ("oil lamp", 20, 90.0),
        ("table lamp", 10, 95.0),
        ("wall lamp", 0, 97.0),
    ];

    #[test]
    fn the_largest_interest_comes_first_and_shares_add_up() {
        let (events, mut vectors) = log(SHOP);
        let space = find(&events, &mut vectors, Some(2), 3, &Watch::silent()).unwrap();
        assert_eq!(space.text_interest, [1, 1, 1, 0, 0, 0], "a text that was only returned has a place too");
        assert!((space.interests[0].share - 30.0 / 36.0).abs() < 1e-12);
        assert!((space.interests.iter().map(|interest| interest.share).sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(space.interests[0].label.contains("amp") && space.interests[1].label.contains("ug"));
        assert!(space.text_weight.iter().all(|weight| *weight > 0.9 && *weight <= 1.0));
    }

    #[test]
    fn fewer_texts_than_interests_give_fewer_interests() {
        let (events, mut vectors) = log(SHOP);
        let space = find(&events, &mut vectors, Some(40), 3, &Watch::silent()).unwrap();
        assert_eq!(space.len(), 5, "a text without events opens no interest");
        let (events, mut vectors) = log(&[("mug", 1, 0.0)]);
        assert_eq!(find(&events, &mut vectors, None, 3, &Watch::silent()).unwrap().len(), 1);
    }

    #[test]
    fn a_log_without_events_is_refused() {
        let (events, mut vectors) = log(&[("mug", 0, 0.0)]);
        assert!(matches!(find(&events, &mut vectors, None, 3, &Watch::silent()), Err(InterestsError::NoEvents)));
        let mut few = spooled(&[]);
        assert!(matches!(find(&events, &mut few, None, 3, &Watch::silent()), Err(InterestsError::Mismatch { .. })));
    }

    #[test]
    fn what_comes_later_shapes_no_interest_and_goes_to_the_nearest() {
        let (mut events, mut vectors) = log(SHOP);
        // The last ten events, of the table lamp, come late.
        let late = events.time.len() - 10;
        events.time[late..].fill(WallTime(9));
        let mut before =
            |events: &EventTable| find_before(events, &mut vectors, WallTime(5), Some(2), 3, &Watch::silent());
        let space = before(&events).unwrap();
        assert_eq!(space.text_interest, [1, 1, 1, 0, 0, 0]);
        assert!((space.interests[0].share - 20.0 / 26.0).abs() < 1e-12, "late events do not count");
        assert!((space.centroids[1] - 1.0).abs() < 1e-6, "the lamps' centre is the oil lamp: {:?}", space.centroids);
        events.text[late..].fill(TextId(0));
        assert_eq!(before(&events).unwrap(), space, "whatever comes later, nothing changes");
    }

    #[test]
    fn interests_that_are_known_take_their_texts_back_and_the_nearest_of_the_new() {
        let (events, mut vectors) = log(SHOP);
        let space = find(&events, &mut vectors, Some(2), 3, &Watch::silent()).unwrap();
        let known = |log: (EventTable, SpooledVectors)| {
            let (events, mut vectors) = log;
            place(&events, &mut vectors, space.interests.clone(), space.centroids.clone(), &Watch::silent())
        };
        assert_eq!(known((events, vectors)).unwrap(), space);
        let other = known(log(&[("desk lamp", 1, 88.0), ("white mug", 3, 10.0)])).unwrap();
        assert_eq!((other.text_interest, other.interests[1].share), (vec![0, 1], 0.75));
        assert_eq!(other.interests[0].label, space.interests[0].label);
    }

    #[test]
    fn the_number_grows_with_the_texts() {
        assert_eq!(unasked(&[1; 10]), 4);
        assert_eq!(unasked(&[1; 5241]), 16);
        assert_eq!(unasked(&[1; 200_000]), 24);
    }
}
