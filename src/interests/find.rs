//! Interests found in a log: the regions into which its texts gather.

use super::cluster::Points;
use super::labels::label;
use super::{Interest, InterestSpace, InterestsError, Source};
use crate::events::EventTable;
use crate::language::Vectors;
use crate::observe::Watch;

/// Fewest and most interests chosen unasked: fewer say little, more cannot be told apart in one chart.
const UNASKED: (usize, usize) = (4, 24);
/// Texts that an interest should have for each interest there is. The number then grows with the square root of the
/// texts, as one does when sorting by hand: sixteen interests for five thousand texts.
const TEXTS_PER_SQUARE: f64 = 20.0;
/// How sharply a text's weight falls with its distance; a cosine is divided by it.
const TEMPERATURE: f64 = 0.07;

/// Gathers the texts of a log into interests by spherical k-means on their vectors (texts × dim, by text number) and
/// names each by the words that set it apart. With no `count` asked for, a number that grows with the texts.
///
/// A text counts by the square root of its events: what sells often shapes an interest more than what sells rarely, but
/// one best-seller does not own one.
///
/// # Errors
/// [`InterestsError::NoEvents`] if no text has an event, [`InterestsError::Cancelled`], or what libtorch reports.
pub fn find(
    events: &EventTable,
    vectors: &Vectors,
    count: Option<u16>,
    seed: u64,
    watch: &Watch,
) -> Result<InterestSpace, InterestsError> {
    if vectors.len() != events.texts.len() {
        return Err(InterestsError::Mismatch { texts: events.texts.len(), vectors: vectors.len() });
    }
    let counts = events.text_counts();
    if counts.iter().all(|events| *events == 0) {
        return Err(InterestsError::NoEvents);
    }
    let weights = counts.iter().map(|events| f64::from(*events).sqrt()).collect();
    let points = Points::new(&vectors.data, vectors.dim, weights)?;
    let distinct = points.distinct();
    let asked = count.map_or_else(|| unasked(&counts), usize::from).max(1);
    let count_found = asked.min(distinct).min(usize::from(u16::MAX));
    if count.is_some() && count_found < asked {
        watch.note(format!("{count_found} interests instead of {asked}: the log has only {distinct} distinct texts."));
    }
    let found = points.gather(count_found, seed, watch)?;

    let mut sizes = vec![0_u64; count_found];
    for (cluster, events) in found.of.iter().zip(&counts) {
        sizes[*cluster] += u64::from(*events);
    }
    // Largest first; `place` is a cluster's number among the interests.
    let mut order: Vec<usize> = (0..count_found).collect();
    order.sort_by_key(|cluster| (std::cmp::Reverse(sizes[*cluster]), *cluster));
    let mut place = vec![0_u16; count_found];
    for (interest, cluster) in order.iter().enumerate() {
        place[*cluster] = interest as u16;
    }
    let text_interest: Vec<u16> = found.of.iter().map(|cluster| place[*cluster]).collect();
    let text_weight =
        found.cosines.chunks_exact(count_found).zip(&found.of).map(|(row, own)| surety(row, *own)).collect();

    watch.check()?;
    let total = events.len() as f64;
    let names = label(&events.texts, &counts, &text_interest, count_found);
    let interests = names.into_iter().zip(&order).map(|(name, cluster)| Interest {
        label: name.label,
        terms: name.terms,
        share: sizes[*cluster] as f64 / total,
        source: Source::Found,
    });
    let dim = vectors.dim;
    let rows = order.iter().map(|cluster| &found.centroids[cluster * dim..(cluster + 1) * dim]);
    Ok(InterestSpace {
        interests: interests.collect(),
        dim,
        centroids: rows.flatten().copied().collect(),
        text_interest,
        text_weight,
    })
}

/// The number of interests chosen for a log whose texts have so many events each.
fn unasked(counts: &[u32]) -> usize {
    let texts = counts.iter().filter(|events| **events > 0).count() as f64;
    ((texts / TEXTS_PER_SQUARE).sqrt().round() as usize).clamp(UNASKED.0, UNASKED.1)
}

/// The part of a softmax over cosines that falls to a text's own interest.
fn surety(cosines: &[f32], own: usize) -> f32 {
    let own = f64::from(cosines[own]);
    let sum: f64 = cosines.iter().map(|cosine| ((f64::from(*cosine) - own) / TEMPERATURE).exp()).sum();
    (1.0 / sum) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::WallTime;
    use crate::events::TextId;

    /// One user and some texts, each with its number of events and its direction in the plane, in degrees.
    fn log(texts: &[(&str, u32, f32)]) -> (EventTable, Vectors) {
        let mut events = EventTable { users: vec!["a".into()], ..EventTable::default() };
        let mut vectors = Vectors { dim: 2, data: Vec::new() };
        for (number, (text, count, degrees)) in texts.iter().enumerate() {
            events.texts.push((*text).into());
            events.text.extend((0..*count).map(|_| TextId(number as u32)));
            vectors.data.extend([degrees.to_radians().cos(), degrees.to_radians().sin()]);
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
        let (events, vectors) = log(SHOP);
        let space = find(&events, &vectors, Some(2), 3, &Watch::silent()).unwrap();
        assert_eq!(space.text_interest, [1, 1, 1, 0, 0, 0], "a text that was only returned has a place too");
        assert!((space.interests[0].share - 30.0 / 36.0).abs() < 1e-12);
        assert!((space.interests.iter().map(|interest| interest.share).sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(space.interests[0].label.contains("amp") && space.interests[1].label.contains("ug"));
        assert!(space.text_weight.iter().all(|weight| *weight > 0.9 && *weight <= 1.0));
    }

    #[test]
    fn fewer_texts_than_interests_give_fewer_interests() {
        let (events, vectors) = log(SHOP);
        let space = find(&events, &vectors, Some(40), 3, &Watch::silent()).unwrap();
        assert_eq!(space.len(), 5, "a text without events opens no interest");
        let (events, vectors) = log(&[("mug", 1, 0.0)]);
        assert_eq!(find(&events, &vectors, None, 3, &Watch::silent()).unwrap().len(), 1);
    }

    #[test]
    fn a_log_without_events_is_refused() {
        let (events, vectors) = log(&[("mug", 0, 0.0)]);
        assert!(matches!(find(&events, &vectors, None, 3, &Watch::silent()), Err(InterestsError::NoEvents)));
        let few = Vectors { dim: 2, data: Vec::new() };
        assert!(matches!(find(&events, &few, None, 3, &Watch::silent()), Err(InterestsError::Mismatch { .. })));
    }

    #[test]
    fn the_number_grows_with_the_texts() {
        assert_eq!(unasked(&[1; 10]), 4);
        assert_eq!(unasked(&[1; 5241]), 16);
        assert_eq!(unasked(&[1; 200_000]), 24);
    }
}
