//! Whether a user will be active again: a discrete-time hazard model.
//!
//! For every active period and every period after it until the next, the model says how likely it was that the silence
//! would end just then. Logistic regression with a small ridge, fitted by Newton's method (iteratively reweighted least
//! squares); Allison, *Discrete-time methods for the analysis of event histories*, 1982.

use tch::{Kind, Tensor};

use crate::calendar::{Calendar, Period};
use crate::forecast::ForecastError;
use crate::forecast::past::history::Past;
use crate::observe::Watch;

/// Numbers that describe a chance to come back, a constant among them.
const NUMBERS: usize = 10;
/// Strength of the ridge: as if so many chances spoke for even odds.
const RIDGE: f64 = 1.0;
/// Newton's steps at most; it settles in well under ten.
const STEPS: usize = 25;
/// Periods after an active one that are learnt from at most: the silence of users long gone would drown the rest.
const LONGEST_SILENCE: i32 = 24;
/// Periods back that count as recent.
const RECENT: i32 = 6;

/// A fitted model.
#[derive(Clone, Debug)]
pub struct Returning {
    calendar: Calendar,
    weights: [f64; NUMBERS],
}

impl Returning {
    /// Fits the model to everything before `origin`.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn fit(pasts: &[Past], origin: Period, calendar: Calendar, watch: &Watch) -> Result<Self, ForecastError> {
        let (mut rows, mut outcomes) = (Vec::new(), Vec::new());
        for past in pasts {
            for known in 0..past.len() {
                let next = past.periods.get(known + 1).copied().unwrap_or(origin);
                for ahead in 1..=LONGEST_SILENCE {
                    let period = past.periods[known].plus(ahead);
                    if period >= origin || period > next {
                        break;
                    }
                    rows.extend(describe(past, known, ahead, period, calendar));
                    outcomes.push(f64::from(u8::from(period == next)));
                }
            }
        }
        let mut weights = [0.0; NUMBERS];
        if !outcomes.is_empty() {
            let rows = Tensor::f_from_slice(&rows)?.f_reshape([-1, NUMBERS as i64])?;
            let fitted = newton(&rows, &Tensor::f_from_slice(&outcomes)?, watch)?;
            weights.copy_from_slice(&Vec::<f64>::try_from(&fitted)?);
        }
        Ok(Self { calendar, weights })
    }

    /// Probability that a user is active in `period`, knowing what came before it; 0 for a user without a past.
    pub fn chance(&self, past: &Past, period: Period) -> f32 {
        let Some(known) = past.known_before(period) else { return 0.0 };
        self.after(past, known, period.since(past.periods[known]), period) as f32
    }
}

impl Returning {
    /// Probabilities that a user is active in each of `horizon` periods from `origin` on, knowing the active periods up to
    /// `known`: the silence may end in the period itself, or have ended before and begun anew.
    pub fn chances(&self, past: &Past, known: usize, origin: Period, horizon: usize) -> Vec<f32> {
        let mut chances: Vec<f64> = Vec::with_capacity(horizon);
        let silent = origin.since(past.periods[known]);
        let mut still = 1.0;
        // `quiet[j]`: active in period j of those ahead and silent since.
        let mut quiet: Vec<f64> = Vec::with_capacity(horizon);
        for (step, period) in (0..).map(|step| (step, origin.plus(step))).take(horizon) {
            let after = |ahead| self.after(past, known, ahead, period);
            let first = after(silent + step);
            let mut chance = still * first;
            still *= 1.0 - first;
            for (since, quiet) in (0..).zip(&mut quiet) {
                let again = after(step - since);
                chance += *quiet * again;
                *quiet *= 1.0 - again;
            }
            quiet.push(chance);
            chances.push(chance);
        }
        chances.into_iter().map(|chance| chance as f32).collect()
    }

    /// Probability that a silence of `ahead` periods ends in `period`.
    fn after(&self, past: &Past, known: usize, ahead: i32, period: Period) -> f64 {
        let numbers = describe(past, known, ahead, period, self.calendar);
        let odds: f64 = numbers.iter().zip(self.weights).map(|(number, weight)| number * weight).sum();
        1.0 / (1.0 + (-odds).exp())
    }
}

/// A chance in numbers: how long silent, how often and how lately active, where in the season.
fn describe(past: &Past, known: usize, ahead: i32, period: Period, calendar: Calendar) -> [f64; NUMBERS] {
    let last = past.periods[known];
    let (count, age) = (known as f64 + 1.0, f64::from(last.since(past.periods[0])) + 1.0);
    let recently = past.periods[..=known].iter().rev().take_while(|period| last.since(**period) < RECENT).count();
    let (silence, usual_gap) = (f64::from(ahead).ln(), (age / count).ln());
    let (sin, cos) = (calendar.season_phase(period) * std::f64::consts::TAU).sin_cos();
    let recently = recently as f64 / f64::from(RECENT);
    [
        1.0,
        silence,
        silence * silence,
        usual_gap,
        silence * usual_gap,
        count.ln(),
        recently,
        silence * recently,
        sin,
        cos,
    ]
}

/// Weights that make the outcomes (`[rows]`, 0 or 1) likeliest given the rows (`[rows, NUMBERS]`).
fn newton(rows: &Tensor, outcomes: &Tensor, watch: &Watch) -> Result<Tensor, ForecastError> {
    let _frozen = tch::no_grad_guard();
    let mut weights = Tensor::f_zeros([NUMBERS as i64], (Kind::Double, rows.device()))?;
    let ridge = Tensor::f_eye(NUMBERS as i64, (Kind::Double, rows.device()))?.f_mul_scalar(RIDGE)?;
    let columns = rows.f_transpose(0, 1)?;
    for _ in 0..STEPS {
        watch.check()?;
        let chance = rows.f_mv(&weights)?.f_sigmoid()?;
        let slope = columns.f_mv(&outcomes.f_sub(&chance)?)?.f_sub(&weights.f_mul_scalar(RIDGE)?)?;
        let spread = chance.f_mul(&chance.f_neg()?.f_add_scalar(1.0)?)?.f_unsqueeze(1)?;
        let curvature = columns.f_matmul(&rows.f_mul(&spread)?)?.f_add(&ridge)?;
        let step = Tensor::f_linalg_solve(&curvature, &slope, true)?;
        weights = weights.f_add(&step)?;
        if f64::try_from(step.f_abs()?.f_max()?)? < 1e-8 {
            break;
        }
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::PeriodLength;
    use crate::events::UserId;
    use crate::forecast::testing::{lively, trajectories};

    fn pasts(log: &crate::interests::Trajectories) -> Vec<Past> {
        (0..log.users() as u32).map(|user| Past::of(log, UserId(user))).collect()
    }

    #[test]
    fn chances_add_up_to_what_happened() {
        let log = lively(300, 20, 3, 9);
        let pasts = pasts(&log);
        let before = Period(19);
        let model = Returning::fit(&pasts, before, log.calendar, &Watch::silent()).unwrap();
        let asked: Vec<&Past> = pasts.iter().filter(|past| past.known_before(before).is_some()).collect();
        let expected: f32 = asked.iter().map(|past| model.chance(past, before)).sum();
        let came = asked.iter().filter(|past| past.periods.contains(&before)).count() as f32;
        assert!((expected / came - 1.0).abs() < 0.15, "{expected} expected, {came} came");
    }

    #[test]
    fn regulars_are_expected_back_and_strangers_are_not() {
        let every: Vec<(i32, &[u32])> = (0..16).map(|period| (period, &[1_u32] as &[u32])).collect();
        let twice: Vec<(i32, &[u32])> = vec![(3, &[1]), (4, &[1])];
        let users: Vec<&[(i32, &[u32])]> = (0..100).flat_map(|_| [every.as_slice(), twice.as_slice()]).collect();
        let pasts = pasts(&trajectories(1, &users));
        let model = Returning::fit(&pasts, Period(16), Calendar::new(PeriodLength::Month), &Watch::silent()).unwrap();
        assert!(model.chance(&pasts[0], Period(16)) > 0.9);
        assert!(model.chance(&pasts[1], Period(16)) < 0.1);
    }

    #[test]
    fn chances_further_ahead_add_up_to_what_happened_too() {
        let log = lively(300, 20, 3, 9);
        let pasts = pasts(&log);
        let origin = Period(17);
        let model = Returning::fit(&pasts, origin, log.calendar, &Watch::silent()).unwrap();
        let mut expected = [0.0; 3];
        for past in &pasts {
            let Some(known) = past.known_before(origin) else { continue };
            let chances = model.chances(past, known, origin, 3);
            assert!((chances[0] - model.chance(past, origin)).abs() < 1e-6, "one ahead there is one way");
            expected.iter_mut().zip(chances).for_each(|(sum, chance)| *sum += chance);
        }
        for (step, expected) in expected.into_iter().enumerate() {
            let came = pasts.iter().filter(|past| past.periods.contains(&origin.plus(step as i32))).count() as f32;
            assert!((expected / came - 1.0).abs() < 0.15, "{} ahead: {expected} expected, {came} came", step + 1);
        }
    }

    #[test]
    fn a_log_without_a_second_period_gives_even_odds_and_a_stranger_none() {
        let nobody = Returning::fit(&[], Period(3), Calendar::new(PeriodLength::Month), &Watch::silent()).unwrap();
        let pasts = pasts(&trajectories(1, &[&[(2, &[1])]]));
        assert_eq!(nobody.chance(&pasts[0], Period(3)), 0.5);
        assert_eq!(nobody.chance(&pasts[0], Period(2)), 0.0);
    }
}
