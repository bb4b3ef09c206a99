//! How often bands held what came: of all shares, of those with events, by activity and by how many events were expected.

use serde::{Deserialize, Serialize};

use super::cell::{ACTIVITY_GROUPS, activity_group};

/// Parts of like size by expected events.
const PARTS: usize = 10;

/// The part of what was judged that lay within its limits, from 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Of all.
    pub held: f64,
    /// How many were judged.
    pub judged: u64,
    /// Of those that had events; none where none had.
    pub with_events: Option<f64>,
    /// By how many active periods the user had before the origin, groups without any left out.
    pub by_activity: Vec<(String, f64)>,
    /// By tenths of the events that were expected of the user: up to how many, and the part held.
    pub by_events: Vec<(f32, f64)>,
}

/// A cell, or a whole path, and whether its band held it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// Active periods of the user before the origin.
    pub active_periods: u32,
    /// Events expected of the user.
    pub expected_events: f32,
    /// Whether there were events.
    pub any: bool,
    /// Whether it was held.
    pub held: bool,
}

impl Coverage {
    /// Of so many inside among all, without parts.
    pub fn plain(inside: u64, judged: u64) -> Self {
        Self {
            held: inside as f64 / judged.max(1) as f64,
            judged,
            with_events: None,
            by_activity: Vec::new(),
            by_events: Vec::new(),
        }
    }

    /// Counts; none where nothing was judged.
    pub fn of(judged: &[Judged]) -> Option<Self> {
        let held = part(judged.iter())?;
        let by_activity = ACTIVITY_GROUPS.iter().enumerate().filter_map(|(group, name)| {
            let own = judged.iter().filter(|judged| activity_group(judged.active_periods) == group);
            Some(((*name).to_owned(), part(own)?))
        });
        let limits = tenths(judged.iter().map(|judged| judged.expected_events));
        let by_events = limits.iter().enumerate().filter_map(|(at, limit)| {
            let own = judged.iter().filter(|judged| tenth(&limits, judged.expected_events) == at);
            Some((*limit, part(own)?))
        });
        Some(Self {
            held,
            judged: judged.len() as u64,
            with_events: part(judged.iter().filter(|judged| judged.any)),
            by_activity: by_activity.collect(),
            by_events: by_events.collect(),
        })
    }
}

fn part<'a>(judged: impl Iterator<Item = &'a Judged>) -> Option<f64> {
    let (held, all) = judged.fold((0_u64, 0_u64), |(held, all), judged| (held + u64::from(judged.held), all + 1));
    (all > 0).then(|| held as f64 / all as f64)
}

/// Up to which numbers the tenths of some numbers reach, the last to the largest; fewer where many are alike.
pub fn tenths(numbers: impl Iterator<Item = f32>) -> Vec<f32> {
    let mut numbers: Vec<f32> = numbers.collect();
    numbers.sort_by(f32::total_cmp);
    let last = numbers.len().saturating_sub(1);
    let mut limits: Vec<f32> =
        (1..=PARTS).filter_map(|part| numbers.get((part * numbers.len() / PARTS).min(last)).copied()).collect();
    limits.dedup();
    limits
}

/// In which of the tenths up to `limits` a number lies.
pub fn tenth(limits: &[f32], number: f32) -> usize {
    limits.partition_point(|limit| *limit < number).min(limits.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_by_what_they_are_of() {
        let judged: Vec<Judged> = (0..1000)
            .map(|at| Judged {
                active_periods: if at < 300 { 2 } else { 12 },
                expected_events: at as f32,
                any: at % 2 == 0,
                held: at >= 100,
            })
            .collect();
        let coverage = Coverage::of(&judged).unwrap();
        assert_eq!((coverage.held, coverage.judged, coverage.with_events), (0.9, 1000, Some(0.9)));
        let few = 2.0 / 3.0;
        assert_eq!(coverage.by_activity, [("1 to 3".to_owned(), few), ("10 and more".to_owned(), 1.0)]);
        assert_eq!(coverage.by_events.len(), PARTS);
        let (limit, held) = coverage.by_events[0];
        assert!(limit == 100.0 && held < 0.011, "{limit} {held}");
        assert_eq!(coverage.by_events[9], (999.0, 1.0));
        assert_eq!(Coverage::of(&[]), None);
    }

    #[test]
    fn like_numbers_are_in_one_part() {
        let limits = tenths((0..100).map(|at| if at < 70 { 1.0 } else { 5.0 }));
        assert_eq!(limits, [1.0, 5.0]);
        assert_eq!((tenth(&limits, 1.0), tenth(&limits, 5.0), tenth(&limits, 9.0)), (0, 1, 1));
        assert!(tenths(std::iter::empty()).is_empty());
    }
}
