//! Cohorts: sets of users whose events are looked at together, and what is forecast of them.
//!
//! A cohort's share is what its users' shares come to: each user counts as the events that are expected of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Period};
use crate::events::UserId;
use crate::forecast::bands::band::Band;
use crate::forecast::bands::cell::{ACTIVITY_GROUPS, activity_group};
use crate::forecast::past::history::{Past, Question, RECENT, recent_counts};
use crate::forecast::past::tally::leading;
use crate::observe::{Cancelled, Watch};

/// By what users are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CohortRule {
    /// Whoever was active before the origin.
    Everyone,
    /// Whose last active periods before the origin held most events of this interest.
    Leading(u16),
    /// How many active periods a user had before the origin; see [`ACTIVITY_GROUPS`].
    Activity(usize),
}

impl CohortRule {
    /// A short name. `label` tells what an interest is called.
    pub fn name(self, label: impl Fn(u16) -> String, calendar: Calendar) -> String {
        match self {
            Self::Everyone => "Everyone".to_owned(),
            Self::Leading(interest) => format!("Leading interest: {}", label(interest)),
            Self::Activity(group) => {
                let periods = ACTIVITY_GROUPS.get(group).copied().unwrap_or_default();
                format!("{periods} active {}s", calendar.length)
            }
        }
    }

    /// The rule in a sentence without a stop.
    pub fn words(self, label: impl Fn(u16) -> String, calendar: Calendar, origin: Period) -> String {
        let before = calendar.label(origin);
        match self {
            Self::Everyone => format!("Users with an event before {before}"),
            Self::Leading(interest) => format!(
                "Users whose last {RECENT} active {}s before {before} held more events of “{}” than of any other interest",
                calendar.length,
                label(interest)
            ),
            Self::Activity(group) => {
                let periods = ACTIVITY_GROUPS.get(group).copied().unwrap_or_default();
                format!("Users who were active in {periods} {}s before {before}", calendar.length)
            }
        }
    }
}

/// A set of users, as it stood at an origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cohort {
    /// By what they are put together.
    pub rule: CohortRule,
    /// Who, ascending.
    pub users: Vec<UserId>,
}

impl Cohort {
    /// The usual cohorts at an origin: everyone, by leading interest, by activity; none that is empty. Only what lies
    /// before the origin is looked at.
    pub fn usual(pasts: &[Past], origin: Period) -> Vec<Self> {
        let mut users: BTreeMap<CohortRule, Vec<UserId>> = BTreeMap::new();
        for (user, past) in (0..).map(UserId).zip(pasts) {
            let Some(known) = past.known_before(origin) else { continue };
            users.entry(CohortRule::Everyone).or_default().push(user);
            if let Some(interest) = leading_before(past, known) {
                users.entry(CohortRule::Leading(interest)).or_default().push(user);
            }
            let group = activity_group(u32::try_from(known + 1).unwrap_or(u32::MAX));
            users.entry(CohortRule::Activity(group)).or_default().push(user);
        }
        users.into_iter().map(|(rule, users)| Self { rule, users }).collect()
    }

    /// The cohort's events by interest in a period, as `pasts` hold them.
    pub fn observed(&self, pasts: &[Past], period: Period) -> Vec<f64> {
        let mut events: Vec<f64> = Vec::new();
        for past in self.users.iter().filter_map(|user| pasts.get(user.index())) {
            let Ok(at) = past.periods.binary_search(&period) else { continue };
            let counts = past.counts(at);
            events.resize(counts.len(), 0.0);
            events.iter_mut().zip(counts).for_each(|(sum, events)| *sum += f64::from(*events));
        }
        events
    }
}

/// The interest that most events of a user's last active periods up to `known` belong to.
pub fn leading_before(past: &Past, known: usize) -> Option<u16> {
    leading(&recent_counts(past, known)).and_then(|interest| u16::try_from(interest).ok())
}

/// What the users of a cohort come to in one period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CohortSum {
    /// Events expected.
    pub events: f64,
    /// Shares of them, by interest.
    pub shares: Vec<f32>,
    /// Of how many independent events the share of each interest would scatter as much.
    pub independent: Vec<f64>,
}

/// A model's answers about users, of whom cohorts are put together.
#[derive(Clone, Copy, Debug)]
pub struct OfUsers<'a> {
    /// The questions.
    pub questions: &'a [Question],
    /// Events expected for each, silence counted as none.
    pub expected: &'a [f32],
    /// Events expected for each if the user is active.
    pub usual: &'a [f32],
    /// Shares, questions × interests.
    pub shares: &'a [f32],
    /// How far each share is usually off; empty where nobody knows.
    pub scales: &'a [f32],
    /// How many interests there are.
    pub interests: usize,
}

/// Sums over the users of a cohort.
#[derive(Clone, Debug)]
struct Summed {
    /// N
    events: f64,
    /// Σ N p
    weighed: Vec<f64>,
    /// Σ N E
    twice: f64,
    /// Σ N E p
    twice_weighed: Vec<f64>,
    /// Σ N E (s² + p²)
    squares: Vec<f64>,
}

impl Summed {
    fn none(interests: usize) -> Self {
        let none = || vec![0.0; interests];
        Self { events: 0.0, weighed: none(), twice: 0.0, twice_weighed: none(), squares: none() }
    }

    fn add(&mut self, expected: f64, usual: f64, shares: &[f32], scales: &[f32]) {
        self.events += expected;
        self.twice += expected * usual;
        for (interest, share) in shares.iter().enumerate() {
            let share = f64::from(*share);
            let off = scales.get(interest).map_or(0.0, |scale| f64::from(*scale));
            self.weighed[interest] += expected * share;
            self.twice_weighed[interest] += expected * usual * share;
            self.squares[interest] += expected * usual * (off * off + share * share);
        }
    }

    fn sum(self, known: bool) -> CohortSum {
        let Self { events, weighed, twice, twice_weighed, squares } = self;
        // Of whom nothing at all is expected, all interests are.
        let even = 1.0 / weighed.len() as f64;
        let shares: Vec<f64> = weighed.iter().map(|part| if events > 0.0 { part / events } else { even }).collect();
        let independent = |(interest, share): (usize, &f64)| {
            let apart = squares[interest] - 2.0 * share * twice_weighed[interest] + share * share * twice;
            let variance = apart / (events * events).max(f64::MIN_POSITIVE);
            if known && variance > 0.0 { share * (1.0 - share) / variance } else { events }
        };
        CohortSum {
            independent: shares.iter().enumerate().map(independent).collect(),
            shares: shares.iter().map(|share| *share as f32).collect(),
            events,
        }
    }
}

/// What the cohorts of each origin come to, by origin, place among its cohorts, and horizon: the mean of the users' shares,
/// each weighed by the events expected of it.
///
/// Who of a cohort will be active is a matter of chance, and so is what these do: a share that is the mean of users' shares
/// `p`, each off by about `s` and weighed by `E` events in the share `N/E` of all cases, scatters with the variance
/// Σ N E (s² + (p − f)²) / (Σ N)² around the cohort's share `f`. Where every user is one event, that is a binomial's.
///
/// # Errors
/// [`Cancelled`] once somebody asked to stop, heard at every question.
pub fn sums(
    cohorts: &BTreeMap<Period, Vec<Cohort>>,
    of: OfUsers,
    watch: &Watch,
) -> Result<BTreeMap<(Period, usize, usize), CohortSum>, Cancelled> {
    // To which cohorts a user belongs, by origin.
    let of_user = |cohorts: &Vec<Cohort>| {
        let mut of_user: BTreeMap<UserId, Vec<usize>> = BTreeMap::new();
        for (place, cohort) in cohorts.iter().enumerate() {
            cohort.users.iter().for_each(|user| of_user.entry(*user).or_default().push(place));
        }
        of_user
    };
    let member: BTreeMap<Period, _> = cohorts.iter().map(|(origin, cohorts)| (*origin, of_user(cohorts))).collect();
    let mut sums: BTreeMap<(Period, usize, usize), Summed> = BTreeMap::new();
    for (at, (question, shares)) in of.questions.iter().zip(of.shares.chunks_exact(of.interests)).enumerate() {
        watch.check()?;
        let places = member.get(&question.origin).and_then(|member| member.get(&question.user));
        let scales = of.scales.get(at * of.interests..(at + 1) * of.interests).unwrap_or_default();
        for place in places.into_iter().flatten() {
            let key = (question.origin, *place, question.horizon());
            let sum = sums.entry(key).or_insert_with(|| Summed::none(of.interests));
            sum.add(f64::from(of.expected[at]), f64::from(of.usual[at]), shares, scales);
        }
    }
    Ok(sums.into_iter().map(|(key, sum)| (key, sum.sum(!of.scales.is_empty()))).collect())
}

/// Shares to come of cohorts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CohortForecast {
    /// How periods are numbered.
    pub calendar: Calendar,
    /// The first period forecast; memberships were settled by what came before it.
    pub origin: Period,
    /// How many periods are forecast.
    pub horizon: usize,
    /// How many interests there are.
    pub interests: usize,
    /// The cohorts.
    pub cohorts: Vec<Cohort>,
    /// Events expected, cohorts × horizon.
    pub events: Vec<f32>,
    /// Shares, cohorts × horizon × interests; those of a cohort's period add up to 1.
    pub share: Vec<f32>,
    /// Bands laid out like `share`, narrowest level first; limits are NaN as far ahead as there was too little past to
    /// calibrate them, and there are none where that is everywhere.
    pub bands: Vec<Band>,
    /// Why there are no bands, where there are none or none from some step on.
    pub no_bands: Option<String>,
}

impl CohortForecast {
    /// Place in [`Self::share`] and in the bands of a cohort's period and interest; `step` counts periods from 0.
    pub fn cell(&self, cohort: usize, step: usize, interest: usize) -> usize {
        (cohort * self.horizon + step) * self.interests + interest
    }

    /// Where a cohort stands in [`Self::cohorts`].
    pub fn place(&self, rule: CohortRule) -> Option<usize> {
        self.cohorts.iter().position(|cohort| cohort.rule == rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::testing::trajectories;

    fn pasts() -> Vec<Past> {
        let log = trajectories(
            2,
            &[
                &[(0, &[4, 0]), (2, &[0, 9])],
                &[(1, &[3, 1])],
                &[(0, &[0, 1]), (1, &[0, 2]), (2, &[5, 0])],
                &[(2, &[1, 1])],
            ],
        );
        (0..4).map(|user| Past::of(&log, UserId(user))).collect()
    }

    fn users(cohorts: &[Cohort], rule: CohortRule) -> Vec<u32> {
        let found = cohorts.iter().find(|cohort| cohort.rule == rule);
        found.map_or_else(Vec::new, |cohort| cohort.users.iter().map(|user| user.0).collect())
    }

    #[test]
    fn membership_is_settled_by_what_came_before() {
        let at = Cohort::usual(&pasts(), Period(2));
        assert_eq!(users(&at, CohortRule::Everyone), [0, 1, 2], "the fourth was not seen yet");
        assert_eq!(users(&at, CohortRule::Leading(0)), [0, 1]);
        assert_eq!(users(&at, CohortRule::Leading(1)), [2]);
        let later = Cohort::usual(&pasts(), Period(3));
        assert_eq!(users(&later, CohortRule::Leading(1)), [0], "nine events outweigh four");
        assert_eq!(users(&later, CohortRule::Activity(0)), [0, 1, 2, 3]);
        assert_eq!(users(&later, CohortRule::Activity(2)), [0_u32; 0]);
    }

    #[test]
    fn a_cohort_comes_to_what_its_users_come_to() {
        let (pasts, origin) = (pasts(), Period(2));
        let cohorts = BTreeMap::from([(origin, Cohort::usual(&pasts, origin))]);
        let asked: Vec<Question> = (0..3)
            .map(|user| Question { user: UserId(user), known: 0, origin, target: origin, answer: None })
            .collect();
        let shares = [0.5, 0.5, 1.0, 0.0, 0.2, 0.8];
        let of = OfUsers {
            questions: &asked,
            expected: &[2.0, 1.0, 7.0],
            usual: &[2.0, 2.0, 7.0],
            shares: &shares,
            scales: &[],
            interests: 2,
        };
        let found = sums(&cohorts, of, &Watch::silent()).unwrap();
        let everyone = &found[&(origin, 0, 1)];
        assert_eq!(everyone.events, 10.0);
        // (2 · 0.5 + 1 · 1 + 7 · 0.2) / 10
        assert!((everyone.shares[0] - 0.34).abs() < 1e-6 && (everyone.shares[1] - 0.66).abs() < 1e-6);
        for sum in found.values() {
            assert!((sum.shares.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        }
        assert_eq!(everyone.independent, [10.0, 10.0], "where nobody knows how far shares are off, events are");
        // Were every user one event, shares would scatter as binomials do; the surer they are, the less.
        let one = |off: f32| {
            let scales: Vec<f32> = shares.iter().map(|share| off * (share * (1.0 - share)).sqrt()).collect();
            let of = OfUsers { expected: &[0.5, 0.5, 1.0], usual: &[1.0; 3], scales: &scales, ..of };
            sums(&cohorts, of, &Watch::silent()).unwrap()[&(origin, 0, 1)].independent[0]
        };
        assert!((one(1.0) - 2.0).abs() < 1e-6 && one(0.5) > 2.0, "{} {}", one(1.0), one(0.5));
        let observed = cohorts[&origin][0].observed(&pasts, Period(2));
        assert_eq!(observed, [5.0, 9.0]);
        assert!(cohorts[&origin][0].observed(&pasts, Period(7)).is_empty(), "nobody was active");
    }
}
