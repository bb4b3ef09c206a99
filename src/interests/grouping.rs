//! Whether a grouping of texts hangs together, and how far two groupings agree.

use std::collections::{BTreeMap, BTreeSet};

use crate::calendar::WallTime;
use crate::events::EventTable;

/// Normalised pointwise mutual information of the most frequent texts of each group, over baskets from `from` up to
/// `until`: 1 where two texts are only ever taken together, 0 where by chance, −1 where never. The mean over all pairs
/// of the `top` texts of a group by `weight` that occur in these baskets; none where there is no pair. Baskets are those
/// of the log, or a user's day where it has none.
///
/// Bouma: Normalized (Pointwise) Mutual Information in Collocation Extraction, 2009.
pub fn coherence(
    events: &EventTable,
    group: &[u16],
    weight: &[u32],
    top: usize,
    (from, until): (WallTime, WallTime),
) -> Option<f64> {
    let mut baskets: BTreeMap<(usize, i64), BTreeSet<usize>> = BTreeMap::new();
    for user in events.user_ids() {
        for row in events.rows(user).filter(|row| events.time[*row] >= from && events.time[*row] < until) {
            let basket = match &events.basket {
                Some(basket) => (usize::MAX, i64::from(basket.codes[row])),
                None => (user.index(), events.time[row].day()),
            };
            baskets.entry(basket).or_default().insert(events.text[row].index());
        }
    }
    let mut holding: Vec<Vec<usize>> = vec![Vec::new(); events.texts.len()];
    for (number, texts) in baskets.values().enumerate() {
        texts.iter().for_each(|text| holding[*text].push(number));
    }
    let mut members: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
    for (text, group) in group.iter().enumerate().filter(|(text, _)| weight[*text] > 0) {
        members.entry(*group).or_default().push(text);
    }
    let (mut sum, mut pairs) = (0.0, 0);
    let part = |count: usize| count as f64 / baskets.len() as f64;
    for mut texts in members.into_values() {
        texts.sort_by_key(|text| (std::cmp::Reverse(weight[*text]), *text));
        texts.truncate(top);
        texts.retain(|text| !holding[*text].is_empty());
        for (at, a) in texts.iter().enumerate() {
            for b in &texts[..at] {
                let both = part(holding[*a].iter().filter(|basket| holding[*b].binary_search(basket).is_ok()).count());
                let chance = part(holding[*a].len()) * part(holding[*b].len());
                sum += match both {
                    0.0 => -1.0,
                    // In every basket: nothing can be told apart.
                    1.0 => 0.0,
                    both => (both / chance).ln() / -both.ln(),
                };
                pairs += 1;
            }
        }
    }
    (pairs > 0).then(|| sum / f64::from(pairs))
}

/// The adjusted Rand index of two groupings of the same things: 1 where they are the same, 0 where they agree as chance
/// would. Things count alike.
///
/// Hubert, Arabie: Comparing Partitions, 1985.
pub fn adjusted_rand(a: &[u16], b: &[u16]) -> f64 {
    let pairs = |count: u64| (count * count.saturating_sub(1)) as f64 / 2.0;
    let mut both: BTreeMap<(u16, u16), u64> = BTreeMap::new();
    let (mut of_a, mut of_b): (BTreeMap<u16, u64>, BTreeMap<u16, u64>) = Default::default();
    for (a, b) in a.iter().zip(b) {
        *both.entry((*a, *b)).or_default() += 1;
        *of_a.entry(*a).or_default() += 1;
        *of_b.entry(*b).or_default() += 1;
    }
    let together: f64 = both.values().map(|count| pairs(*count)).sum();
    let (in_a, in_b): (f64, f64) = (of_a.values().map(|n| pairs(*n)).sum(), of_b.values().map(|n| pairs(*n)).sum());
    let all = pairs(a.len().min(b.len()) as u64);
    let chance = if all > 0.0 { in_a * in_b / all } else { 0.0 };
    let most = f64::midpoint(in_a, in_b);
    if most == chance { 1.0 } else { (together - chance) / (most - chance) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::TextId;
    use proptest::prelude::*;

    /// A user a basket, all on one day.
    fn baskets(texts: usize, baskets: &[&[u32]]) -> EventTable {
        let offsets = (0..=baskets.len()).map(|at| baskets[..at].iter().map(|basket| basket.len()).sum());
        let text: Vec<TextId> = baskets.concat().into_iter().map(TextId).collect();
        EventTable {
            users: (0..baskets.len()).map(|user| user.to_string()).collect(),
            texts: (0..texts).map(|text| text.to_string()).collect(),
            offsets: offsets.collect(),
            time: vec![WallTime(5); text.len()],
            text,
            ..EventTable::default()
        }
    }

    const DAY: (WallTime, WallTime) = (WallTime(0), WallTime(9));

    #[test]
    fn texts_taken_together_cohere_and_those_never_taken_together_do_not() {
        let events = baskets(4, &[&[0, 1], &[0, 1], &[2], &[3]]);
        let of = |group: &[u16]| coherence(&events, group, &[2, 2, 1, 1], 15, DAY);
        assert_eq!(of(&[0, 0, 1, 2]), Some(1.0));
        assert_eq!(of(&[0, 1, 2, 2]), Some(-1.0));
        assert_eq!(of(&[0, 0, 1, 1]), Some(0.0), "the mean of both");
        assert_eq!(of(&[0, 1, 2, 3]), None);
        assert_eq!(coherence(&events, &[0; 4], &[2, 2, 1, 1], 2, DAY), Some(1.0), "only the most frequent two");
        assert_eq!(coherence(&events, &[0; 4], &[1; 4], 15, (WallTime(6), WallTime(9))), None);
        // Together in one basket of three, each in two: ln((1/3) / (4/9)) / ln 3.
        let mixed = coherence(&baskets(2, &[&[0, 1], &[0], &[1]]), &[0, 0], &[1, 1], 15, DAY).unwrap();
        assert!((mixed - (0.75_f64).ln() / 3.0_f64.ln()).abs() < 1e-12, "{mixed}");
    }

    #[test]
    fn known_values_of_agreement() {
        // From scikit-learn's documentation of `adjusted_rand_score`.
        assert_eq!(adjusted_rand(&[0, 0, 1, 1], &[1, 1, 0, 0]), 1.0);
        assert!((adjusted_rand(&[0, 0, 1, 2], &[0, 0, 1, 1]) - 0.571_428_571).abs() < 1e-8);
        assert_eq!(adjusted_rand(&[0, 0, 0, 0], &[0, 1, 2, 3]), 0.0);
        assert!((adjusted_rand(&[0, 0, 1, 1], &[0, 1, 0, 1]) + 0.5).abs() < 1e-12);
        assert_eq!((adjusted_rand(&[], &[]), adjusted_rand(&[3], &[1])), (1.0, 1.0));
    }

    proptest! {
        #[test]
        fn agreement_is_that_of_pairs(pairs in proptest::collection::vec((0..4_u16, 0..4_u16), 2..40)) {
            let (a, b): (Vec<u16>, Vec<u16>) = pairs.iter().copied().unzip();
            let (mut both, mut in_a, mut in_b, mut all) = (0.0, 0.0, 0.0, 0.0);
            for i in 0..a.len() {
                for j in 0..i {
                    all += 1.0;
                    in_a += f64::from(a[i] == a[j]);
                    in_b += f64::from(b[i] == b[j]);
                    both += f64::from(a[i] == a[j] && b[i] == b[j]);
                }
            }
            let chance = in_a * in_b / all;
            let plain = if in_a + in_b == 2.0 * chance { 1.0 } else { (both - chance) / ((in_a + in_b) / 2.0 - chance) };
            prop_assert!((adjusted_rand(&a, &b) - plain).abs() < 1e-9);
            prop_assert!((adjusted_rand(&a, &b) - adjusted_rand(&b, &a)).abs() < 1e-12);
        }
    }
}
