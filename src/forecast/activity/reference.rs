//! Questions about activity: will a user be active in a period, with how many events, and for how much? And the simple
//! answers, which the networks' heads correct.
//!
//! Shares are asked about only where a user was active. Here silent periods count as well, or chances would be far too
//! high.

use std::ops::Range;

use tch::{Kind, TchError, Tensor};

use super::outlook::Outlook;
use super::returning::Returning;
use crate::calendar::{Calendar, Period};
use crate::events::UserId;
use crate::forecast::network::heads::surprise;
use crate::forecast::past::history::Past;

/// Numbers of a simple answer: log-odds of activity, log of the events beyond the first, log of the size of their negative
/// binomial distribution, log of the spend in means of the market.
pub const STARTS: usize = 4;
/// Numbers that describe a question.
pub const CONTEXT: usize = 16 + LAGS as usize;
/// What was seen: activity (0 or 1), events beyond the first, spend in means of the market, and how many questions like
/// this one it stands for.
pub const SEEN: usize = 4;
/// Periods right before the one asked about whose activity is told one by one.
const LAGS: i32 = 6;
/// What an active period counts less than the next, for the levels of events and spend.
const KEPT: f32 = 0.8;
/// Active periods by which a user's level is drawn towards the market's mean.
const PRIOR: f32 = 2.0;
/// Periods of silence that are all asked about; of later ones ever fewer, or users long gone would drown the rest. Each
/// that is asked stands for those that are not, so chances stay what they are.
const ALL_ASKED: i32 = 8;
/// Chances are kept this far from certainty.
const DOUBT: f32 = 1e-4;
/// Sizes tried for the negative binomial distribution.
const SIZES: usize = 24;

/// A question about one period, knowing what came before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActivityQuestion {
    /// Who.
    pub user: UserId,
    /// The user's last active period before `target`, counted from 0.
    pub known: usize,
    /// The period asked about.
    pub target: Period,
    /// The active period that the target turned out to be; none where the user was silent, or nobody knows.
    pub answer: Option<usize>,
    /// How many questions it stands for.
    pub weight: f32,
}

/// The questions to one user about the periods of `targets`. With `thin`, silence beyond [`ALL_ASKED`] periods is asked
/// about ever more seldom; which periods are left depends on the user's number and on nothing that happened.
pub fn questions(past: &Past, user: UserId, targets: Range<Period>, thin: bool) -> Vec<ActivityQuestion> {
    let mut asked = Vec::new();
    let Some(first) = past.periods.first() else { return asked };
    let mut target = targets.start.max(first.plus(1));
    let Some(mut known) = past.known_before(target) else { return asked };
    while target < targets.end {
        if past.periods.get(known + 1).is_some_and(|next| *next < target) {
            known += 1;
        }
        let ahead = target.since(past.periods[known]);
        let answer = past.periods.get(known + 1).is_some_and(|next| *next == target).then_some(known + 1);
        let apart = if thin && answer.is_none() { spacing(ahead) } else { 1 };
        if (i64::from(ahead) + i64::from(user.0)) % i64::from(apart) == 0 {
            asked.push(ActivityQuestion { user, known, target, answer, weight: apart as f32 });
        }
        target = target.plus(1);
    }
    asked
}

/// Of so many periods one is asked about after `ahead` periods of silence.
fn spacing(ahead: i32) -> i32 {
    let octaves = ((ahead - 1) / ALL_ASKED + 1).max(1) as u32;
    octaves.next_power_of_two() as i32
}

/// The simple answers, fitted to what was before a period.
#[derive(Clone, Debug)]
pub struct Reference {
    returning: Returning,
    calendar: Calendar,
    /// Mean events of an active period.
    events: f32,
    /// Log of the size of the negative binomial distribution of the events beyond the first.
    log_size: f32,
    /// Mean spend of an active period; none where the log has no value, or nobody spent anything.
    pub scale: Option<f32>,
}

impl Reference {
    /// Fits to everything before `before`.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn fit(pasts: &[Past], before: Period, calendar: Calendar) -> Result<Self, TchError> {
        let returning = Returning::fit(pasts, before, calendar)?;
        let mean = |of: fn(&Past) -> &[f32]| {
            let known = pasts.iter().flat_map(|past| past.periods.iter().zip(of(past)));
            let (sum, count) = known
                .filter(|(period, _)| **period < before)
                .fold((0.0, 0.0), |(sum, count), (_, seen)| (sum + f64::from(seen.max(0.0)), count + 1.0));
            if count > 0.0 { (sum / count) as f32 } else { 0.0 }
        };
        let events = mean(|past| &past.events).max(1.0);
        let scale = Some(mean(|past| &past.spend)).filter(|mean| *mean > 0.0);
        let mut fitted = Self { returning, calendar, events, log_size: 0.0, scale };
        fitted.log_size = fitted.likeliest_size(pasts, before)?;
        Ok(fitted)
    }

    /// The size under which the events that followed a level are likeliest.
    fn likeliest_size(&self, pasts: &[Past], before: Period) -> Result<f32, TchError> {
        let _frozen = tch::no_grad_guard();
        let (mut means, mut seen) = (Vec::new(), Vec::new());
        for past in pasts {
            let levels = levels(&past.events, self.events);
            for (known, level) in levels.iter().enumerate() {
                if past.periods.get(known + 1).is_some_and(|next| *next < before) {
                    means.push(beyond_first(*level).ln());
                    seen.push((past.events[known + 1] - 1.0).max(0.0));
                }
            }
        }
        let (means, seen) = (Tensor::f_from_slice(&means)?, Tensor::f_from_slice(&seen)?);
        let mut best = (f64::INFINITY, 0.0);
        for at in 0..SIZES {
            let log_size = -3.0 + 6.0 * at as f32 / (SIZES - 1) as f32;
            let sizes = means.f_full_like(f64::from(log_size))?;
            let nats = f64::try_from(surprise(&seen, &means, &sizes)?.f_sum(Kind::Double)?)?;
            if nats < best.0 {
                best = (nats, log_size);
            }
        }
        Ok(best.1)
    }

    /// The questions to a user in numbers, each behind what `start`, `context` and `seen` hold already.
    pub fn lay_out(
        &self,
        past: &Past,
        questions: &[ActivityQuestion],
        start: &mut Vec<f32>,
        context: &mut Vec<f32>,
        seen: &mut Vec<f32>,
    ) {
        let events = levels(&past.events, self.events);
        let scale = self.scale.unwrap_or(1.0);
        let spend = levels(&past.spend, self.scale.unwrap_or(0.0));
        let sums = past.events.iter().scan(0.0, |sum, new| {
            *sum += new;
            Some(*sum)
        });
        let totals: Vec<f32> = sums.collect();
        for question in questions {
            let known = question.known;
            let chance = self.returning.chance(past, question.target).clamp(DOUBT, 1.0 - DOUBT);
            let odds = (chance / (1.0 - chance)).ln();
            let more = beyond_first(events[known]).ln();
            let worth = spend.get(known).map_or(0.0, |level| (level.max(0.0) / scale).max(1e-3).ln());
            start.extend([odds, more, self.log_size, worth]);
            let last_worth = past.spend.get(known).map_or(0.0, |spend| (spend.max(0.0) / scale).ln_1p());
            self.describe(past, question, into_context(odds, more, worth, totals[known], last_worth), context);
            let answer = |of: &[f32]| question.answer.and_then(|at| of.get(at).copied()).unwrap_or(0.0).max(0.0);
            seen.extend([
                f32::from(u8::from(question.answer.is_some())),
                (answer(&past.events) - 1.0).max(0.0),
                answer(&past.spend) / scale,
                question.weight,
            ]);
        }
    }

    fn describe(&self, past: &Past, question: &ActivityQuestion, levels: [f32; 5], into: &mut Vec<f32>) {
        let (known, target) = (question.known, question.target);
        let (first, last) = (past.periods[0], past.periods[known]);
        let ahead = target.since(last) as f32;
        let gap = if known == 0 { 0.0 } else { last.since(past.periods[known - 1]) as f32 };
        let usual = (last.since(first) as f32 + 1.0) / (known as f32 + 1.0);
        let (sin, cos) = (self.calendar.season_phase(target) * std::f64::consts::TAU).sin_cos();
        let was_active =
            |back: i32| f32::from(u8::from(past.periods[..=known].binary_search(&target.plus(-back)).is_ok()));
        into.extend(levels);
        into.extend([
            ahead.ln(),
            gap.ln_1p(),
            usual.ln(),
            if known == 0 { 0.0 } else { (ahead / gap).ln().clamp(-2.0, 2.0) },
            // One where the rhythm of the last gap comes round.
            f32::from(u8::from(ahead == gap)),
            sin as f32,
            cos as f32,
            (known as f32 + 1.0).ln() / 3.0,
            0.3 * past.events[known].ln_1p(),
            was_active(self.calendar.length.season()),
            (target.since(first) as f32).ln() / 3.0,
        ]);
        into.extend((1..=LAGS).map(was_active));
    }

    /// The simple answers to questions, sorted by user, about pasts by user number.
    pub fn answers(&self, pasts: &[Past], questions: &[ActivityQuestion]) -> Outlook {
        let (mut start, mut context, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        for of_user in questions.chunk_by(|a, b| a.user == b.user) {
            self.lay_out(&pasts[of_user[0].user.index()], of_user, &mut start, &mut context, &mut seen);
            context.clear();
            seen.clear();
        }
        let mut found = Outlook::default();
        for numbers in start.chunks_exact(STARTS) {
            let chance = 1.0 / (1.0 + (-numbers[0]).exp());
            found.chance.push(chance);
            found.events.push(chance * (1.0 + numbers[1].exp()));
            if let Some(scale) = self.scale {
                found.spend.push(chance * scale * numbers[3].exp());
            }
        }
        found
    }
}

fn into_context(odds: f32, more: f32, worth: f32, total: f32, last_worth: f32) -> [f32; 5] {
    [odds / 3.0, 0.3 * more, 0.3 * worth, 0.3 * total.ln_1p(), 0.5 * last_worth]
}

/// A user's decayed mean after each active period, drawn towards the market's.
fn levels(series: &[f32], market: f32) -> Vec<f32> {
    let (mut sum, mut weight) = (0.0, 0.0);
    let level = |seen: &f32| {
        sum = KEPT * sum + seen;
        weight = KEPT * weight + 1.0;
        (sum + PRIOR * market) / (weight + PRIOR)
    };
    series.iter().map(level).collect()
}

/// What of a mean number of events lies beyond the first, which is certain where there is activity.
fn beyond_first(level: f32) -> f32 {
    (level - 1.0).max(0.05)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::testing::trajectories;

    #[test]
    fn every_period_after_the_first_is_asked_about_and_thinning_loses_no_weight() {
        let log = trajectories(1, &[&[(2, &[1]), (5, &[2]), (90, &[1])], &[(99, &[1])]]);
        let past = Past::of(&log, UserId(0));
        let all = questions(&past, UserId(0), Period(0)..Period(90), false);
        assert_eq!(all.len(), 87);
        assert_eq!(all.iter().filter(|asked| asked.answer.is_some()).count(), 1);
        for asked in &all {
            assert!(past.periods[asked.known] < asked.target);
            assert!(past.periods.get(asked.known + 1).is_none_or(|next| *next >= asked.target));
        }
        for user in 0..16 {
            let thinned = questions(&past, UserId(user), Period(0)..Period(100), true);
            let weight: f32 = thinned.iter().map(|asked| asked.weight).sum();
            assert!(thinned.len() < 50 && (weight - 97.0).abs() < 20.0, "{} {weight}", thinned.len());
            assert_eq!(thinned.iter().filter(|asked| asked.answer.is_some()).count(), 2, "activity is never left out");
        }
    }
}
