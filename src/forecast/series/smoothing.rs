//! The recursions of exponential smoothing over a series, and the likelihood they give.
//!
//! Every form is written in terms of the one-step error (Hyndman et al. 2008, chapter 2), which leaves one
//! multiplication and one addition between a value and the next; each form is compiled by itself. A choice of form calls
//! them some ten thousand times.

use super::seasonal::Join;

/// Which components there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    pub multiplied_error: bool,
    pub trend: bool,
    pub damped: bool,
    pub season: Option<Join>,
}

#[derive(Debug, Clone, Copy)]
pub struct Parameters {
    pub alpha: f64,
    pub beta: f64,
    pub gamma: f64,
    pub phi: f64,
}

impl Form {
    pub fn name(&self) -> String {
        let error = if self.multiplied_error { 'M' } else { 'A' };
        let trend = match (self.trend, self.damped) {
            (false, _) => "N",
            (true, false) => "A",
            (true, true) => "Ad",
        };
        let season = match self.season {
            None => 'N',
            Some(Join::Add) => 'A',
            Some(Join::Multiply) => 'M',
        };
        format!("ETS({error},{trend},{season})")
    }

    /// Splits a point of the simplex into parameters and states.
    pub fn split<'a>(&self, point: &'a [f64]) -> (Parameters, &'a [f64]) {
        let mut at = 1;
        let mut next = |there: bool, otherwise: f64| {
            if there {
                at += 1;
                point[at - 1]
            } else {
                otherwise
            }
        };
        let beta = next(self.trend, 0.0);
        let gamma = next(self.season.is_some(), 0.0);
        let phi = next(self.damped, 1.0);
        (Parameters { alpha: point[0], beta, gamma, phi }, &point[at..])
    }

    /// Level, trend and season at the beginning from the simplex's states; `season[k]` is that of the times `k`,
    /// `k + m`, …. `None` if a season that multiplies is negative.
    pub fn begin(&self, states: &[f64], season: &mut [f64]) -> Option<(f64, f64)> {
        let trend = if self.trend { states[1] } else { 0.0 };
        if let Some(join) = self.season {
            let given = &states[1 + usize::from(self.trend)..];
            let whole = if join == Join::Multiply { season.len() as f64 } else { 0.0 };
            let (first, rest) = season.split_at_mut(1);
            let mut sum = 0.0;
            for (to, value) in rest.iter_mut().rev().zip(given) {
                *to = *value;
                sum += value;
            }
            first[0] = whole - sum;
            if join == Join::Multiply && season.iter().any(|value| *value < 0.0) {
                return None;
            }
        }
        Some((states[0], trend))
    }

    /// Runs the recursions over the series; `season` ends as that of the last `m` times.
    pub fn smooth(&self, values: &[f64], p: &Parameters, (level, trend): (f64, f64), season: &mut [f64]) -> Smoothed {
        let run = match (self.season, self.trend, self.multiplied_error) {
            (None, false, false) => run::<NONE, false, false>,
            (None, false, true) => run::<NONE, false, true>,
            (None, true, false) => run::<NONE, true, false>,
            (None, true, true) => run::<NONE, true, true>,
            (Some(Join::Add), false, false) => run::<ADD, false, false>,
            (Some(Join::Add), false, true) => run::<ADD, false, true>,
            (Some(Join::Add), true, false) => run::<ADD, true, false>,
            (Some(Join::Add), true, true) => run::<ADD, true, true>,
            (Some(Join::Multiply), false, false) => run::<MULTIPLY, false, false>,
            (Some(Join::Multiply), false, true) => run::<MULTIPLY, false, true>,
            (Some(Join::Multiply), true, false) => run::<MULTIPLY, true, false>,
            (Some(Join::Multiply), true, true) => run::<MULTIPLY, true, true>,
        };
        run(values, p, level, trend, season)
    }
}

/// What one pass over a series gives.
#[derive(Debug, Clone, Copy)]
pub struct Smoothed {
    pub squares: f64,
    /// Σ ln |one-step forecast|, where errors multiply.
    logs: f64,
    pub level: f64,
    pub trend: f64,
}

impl Smoothed {
    /// Minus twice the log-likelihood, less what all forms have in common.
    pub fn minus_twice(&self, n: usize) -> f64 {
        let squares = if self.squares > 0.0 { self.squares } else { 1e-8 };
        let value = n as f64 * squares.ln() + 2.0 * self.logs;
        if value.is_nan() { f64::INFINITY } else { value }
    }
}

const NONE: u8 = 0;
const ADD: u8 = 1;
const MULTIPLY: u8 = 2;

/// Divisors below this are no divisors, as in the reference.
const TINY: f64 = 1e-10;
/// What such a quotient counts as.
const HUGE: f64 = 1e10;
/// Forecasts whose logarithm is taken at once, of their product.
const BLOCK: usize = 4;

fn run<const SEASON: u8, const TREND: bool, const RELATIVE: bool>(
    values: &[f64],
    p: &Parameters,
    level: f64,
    trend: f64,
    season: &mut [f64],
) -> Smoothed {
    let gain = if TREND { p.alpha + p.phi * p.beta } else { p.alpha };
    let turn = p.phi * p.beta;
    // The trend is carried as what it adds to the next forecast.
    let mut damped = p.phi * trend;
    let mut base = level + damped;
    let (mut squares, mut logs, mut product) = (0.0, 0.0, 1.0f64);
    let mut at = 0;
    for part in values.chunks(BLOCK) {
        let mut block = 1.0f64;
        for &value in part {
            let now = if SEASON == NONE { 0.0 } else { season[at] };
            let forecast = match SEASON {
                NONE => base,
                ADD => base + now,
                _ => base * now,
            };
            let error = value - forecast;
            // Quotients that nothing waits for: neither is on the way from one error to the next.
            let (by_season, by_base) = if SEASON == MULTIPLY { (1.0 / now, 1.0 / base) } else { (1.0, 1.0) };
            if RELATIVE {
                let relative = if forecast.abs() < TINY {
                    error / (forecast + TINY)
                } else if SEASON == MULTIPLY {
                    error * (by_base * by_season)
                } else {
                    error / forecast
                };
                squares += relative * relative;
                block *= if forecast == 0.0 { 1e-8 } else { forecast.abs() };
            } else {
                squares += error * error;
            }
            // The error in units of the level.
            let seen = match SEASON {
                MULTIPLY if now.abs() < TINY => HUGE - base,
                MULTIPLY => error * by_season,
                _ => error,
            };
            match SEASON {
                NONE => {}
                ADD => season[at] = now + p.gamma * error,
                _ => {
                    let share = if base.abs() < TINY { HUGE - now } else { error * by_base };
                    season[at] = now + p.gamma * share;
                }
            }
            if SEASON != NONE {
                at = if at + 1 == season.len() { 0 } else { at + 1 };
            }
            if TREND {
                let slowed = p.phi * damped;
                base = (base + slowed) + gain * seen;
                damped = slowed + turn * seen;
            } else {
                base += gain * seen;
            }
        }
        if RELATIVE {
            product *= block;
            if !(1e-150..1e150).contains(&product) {
                logs += product.max(f64::MIN_POSITIVE).ln();
                product = 1.0;
            }
        }
    }
    let level = base - damped;
    let trend = if TREND { damped / p.phi } else { 0.0 };
    Smoothed { squares, logs: if RELATIVE { logs + product.ln() } else { 0.0 }, level, trend }
}
