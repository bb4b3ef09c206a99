//! The simple answers to questions about activity, which the networks' heads correct.

use tch::{Kind, TchError, Tensor};

use super::negative_binomial::surprise;
use super::outlook::Outlook;
use super::returning::Returning;
use crate::calendar::{Calendar, Period};
use crate::forecast::ForecastError;
use crate::forecast::past::activity_questions::ActivityQuestion;
use crate::forecast::past::history::Past;
use crate::observe::Watch;

/// Numbers of a simple answer: log-odds of activity, log of the events beyond the first, log of the size of their negative
/// binomial distribution, log of the spend in means of the market.
pub const STARTS: usize = 4;
/// Numbers that describe a question.
pub const ACTIVITY_CONTEXT: usize = 16 + LAGS as usize;
/// What was seen: activity (0 or 1), events beyond the first, spend in means of the market, and how many questions like
/// this one it stands for.
pub const SEEN: usize = 4;
/// Columns of what was seen.
pub const SEEN_ACTIVE: i64 = 0;
/// See [`SEEN_ACTIVE`].
pub const SEEN_EVENTS: i64 = 1;
/// See [`SEEN_ACTIVE`].
pub const SEEN_SPEND: i64 = 2;
/// See [`SEEN_ACTIVE`].
pub const SEEN_WEIGHT: i64 = 3;
/// Periods right before the one asked about whose activity is told one by one.
const LAGS: i32 = 6;
/// What an active period counts less than the next, for the levels of events and spend.
const KEPT: f32 = 0.8;
/// Active periods by which a user's level is drawn towards the market's mean.
const PRIOR: f32 = 2.0;
/// Chances are kept this far from certainty.
const DOUBT: f32 = 1e-4;
/// Sizes tried for the negative binomial distribution.
const SIZES: usize = 24;

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
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn fit(pasts: &[Past], before: Period, calendar: Calendar, watch: &Watch) -> Result<Self, ForecastError> {
        let returning = Returning::fit(pasts, before, calendar, watch)?;
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

    /// Probabilities that a user is active in each of `horizon` periods from `origin` on, knowing the active periods up to
    /// `known`.
    pub fn chances(&self, past: &Past, known: usize, origin: Period, horizon: usize) -> Vec<f32> {
        self.returning.chances(past, known, origin, horizon)
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
