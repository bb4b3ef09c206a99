//! Exponential smoothing in its state space form, its components chosen by AICc.
//!
//! Hyndman, Koehler, Ord and Snyder 2008, *Forecasting with Exponential Smoothing: The State Space Approach*. Errors
//! add or multiply, a trend adds and may be damped, a season adds or multiplies; unstable mixtures are left out.

use super::fitted::{Fitted, SeriesError, SeriesForecast, SeriesModel, State, aicc, check, flat};
use super::linear::{least_squares, line};
use super::optimise::simplex;
use super::scale::{is_constant, scaled};
use super::seasonal::{Join, profile};
use super::smoothing::{Form, Parameters};

/// Exponential smoothing with its form chosen by AICc.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ets;

const LOWER: [f64; 4] = [1e-4, 1e-4, 1e-4, 0.8];
const UPPER: [f64; 4] = [0.9999, 0.9999, 0.9999, 0.98];

impl SeriesModel for Ets {
    fn fit(&self, values: &[f64], season: usize) -> Result<Fitted, SeriesError> {
        check(values)?;
        let (values, scale) = scaled(values);
        let n = values.len();
        if n <= 6 || is_constant(&values) {
            return Ok(flat("ETS(A,N,N)", &values, scale));
        }
        let m = if season < 2 || n <= season { 1 } else { season };
        let positive = values.iter().all(|value| *value > 0.0);
        let mut upper = UPPER;
        let mut best: Option<EtsEstimate> = None;
        for form in forms(positive, m > 1) {
            let bar = best.as_ref().map_or(f64::INFINITY, |best| best.aicc);
            if let Some(estimate) = estimate(&values, m, form, &mut upper)
                && estimate.aicc < bar
            {
                best = Some(estimate);
            }
        }
        Ok(match best {
            Some(best) => best.fitted(&values, scale),
            None => flat("ETS(A,N,N)", &values, scale),
        })
    }
}

fn forms(positive: bool, seasonal: bool) -> Vec<Form> {
    let mut forms = Vec::new();
    for multiplied_error in [false, true] {
        for trend in [false, true] {
            for season in [None, Some(Join::Add), Some(Join::Multiply)] {
                for damped in [true, false] {
                    let unstable = !multiplied_error && season == Some(Join::Multiply);
                    let needs_positive = multiplied_error || season == Some(Join::Multiply);
                    let pointless = (damped && !trend) || (season.is_some() && !seasonal);
                    if !unstable && !pointless && (positive || !needs_positive) {
                        forms.push(Form { multiplied_error, trend, damped, season });
                    }
                }
            }
        }
    }
    forms
}

struct EtsEstimate {
    form: Form,
    minus_twice: f64,
    aicc: f64,
    variance: f64,
    state: EtsState,
}

fn estimate(values: &[f64], m: usize, form: Form, upper: &mut [f64; 4]) -> Option<EtsEstimate> {
    let m = if form.season.is_some() { m } else { 1 };
    let states = start(values, m, form)?;
    let (mut point, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new());
    let mut push = |value: f64, lower: f64, upper: f64| {
        point.push(value);
        low.push(lower);
        high.push(upper);
    };
    let alpha = LOWER[0] + 0.2 * (upper[0] - LOWER[0]) / m as f64;
    push(alpha, LOWER[0], upper[0]);
    // As in the reference the limits grow tighter from form to form.
    if form.trend {
        upper[1] = upper[1].min(alpha);
        push(LOWER[1] + 0.1 * (upper[1] - LOWER[1]), LOWER[1], upper[1]);
    }
    if form.season.is_some() {
        upper[2] = upper[2].min(1.0 - alpha);
        push(LOWER[2] + 0.05 * (upper[2] - LOWER[2]), LOWER[2], upper[2]);
    }
    if form.damped {
        push(LOWER[3] + 0.99 * (upper[3] - LOWER[3]), LOWER[3], upper[3]);
    }
    for state in states {
        push(state, f64::NEG_INFINITY, f64::INFINITY);
    }
    let n = values.len();
    if point.len() >= n - 1 {
        return None;
    }
    let mut season = vec![0.0; m];
    let (point, _) = simplex(&point, &low, &high, |point| {
        let (parameters, states) = form.split(point);
        match form.begin(states, &mut season) {
            Some(begun) => form.smooth(values, &parameters, begun, &mut season).minus_twice(n),
            None => f64::INFINITY,
        }
    });
    let (parameters, states) = form.split(&point);
    let begun = form.begin(states, &mut season)?;
    let smoothed = form.smooth(values, &parameters, begun, &mut season);
    let minus_twice = smoothed.minus_twice(n);
    let k = point.len() + 1;
    if !minus_twice.is_finite() || !smoothed.level.is_finite() {
        return None;
    }
    season.rotate_left(n % m);
    let variance = smoothed.squares / (n as f64 - k as f64 - 1.0).max(1.0);
    Some(EtsEstimate {
        form,
        minus_twice,
        aicc: aicc(minus_twice, k, n),
        variance,
        state: EtsState { form, parameters, level: smoothed.level, trend: smoothed.trend, season, variance },
    })
}

/// Starting states: level, trend, and the season at the times m − 1, …, 1.
fn start(values: &[f64], m: usize, form: Form) -> Option<Vec<f64>> {
    let n = values.len();
    let mut adjusted = values.to_vec();
    let mut season = Vec::new();
    if let Some(join) = form.season {
        let whole: Vec<f64> = if n < 3 * m { wave(values, m, join)? } else { profile(values, m, join)? };
        season = (1..m).rev().map(|at| whole[at]).collect();
        if join == Join::Multiply {
            season.iter_mut().for_each(|value| *value = value.max(1e-2));
            if season.iter().sum::<f64>() > m as f64 {
                let sum: f64 = season.iter().map(|value| value + 1e-2).sum();
                season.iter_mut().for_each(|value| *value /= sum);
            }
        }
        for (at, value) in adjusted.iter_mut().enumerate() {
            let now = if whole.len() == m { whole[at % m] } else { whole[at] };
            match join {
                Join::Add => *value -= now,
                Join::Multiply => *value /= now.max(1e-2),
            }
        }
    }
    let first = &adjusted[..n.min((2 * m).max(10))];
    let mut states = if form.trend {
        let (level, trend) = line(first);
        if (level + trend).abs() < 1e-8 { vec![level * 1.001, trend * 0.999] } else { vec![level, trend] }
    } else {
        vec![first.iter().sum::<f64>() / first.len() as f64]
    };
    states.append(&mut season);
    states.iter().all(|value| value.is_finite()).then_some(states)
}

/// Season of a short series: what a straight line with one sine and cosine leaves beside the line, at every time.
fn wave(values: &[f64], m: usize, join: Join) -> Option<Vec<f64>> {
    let angle = |at: usize| 2.0 * std::f64::consts::PI * (at + 1) as f64 / m as f64;
    let (level, slope) = if m > 2 {
        let fit = least_squares(values, |at| [1.0, (at + 1) as f64, angle(at).cos(), angle(at).sin()])?;
        (fit[0], fit[1])
    } else {
        let fit = least_squares(values, |at| [1.0, (at + 1) as f64, angle(at).cos()])?;
        (fit[0], fit[1])
    };
    let line = |at: usize| level + slope * (at + 1) as f64;
    Some(match join {
        Join::Add => values.iter().enumerate().map(|(at, value)| value - line(at)).collect(),
        Join::Multiply => values.iter().enumerate().map(|(at, value)| value / line(at)).collect(),
    })
}

/// The state after the last value.
#[derive(Debug, Clone)]
pub(super) struct EtsState {
    form: Form,
    parameters: Parameters,
    level: f64,
    trend: f64,
    season: Vec<f64>,
    variance: f64,
}

impl EtsEstimate {
    fn fitted(self, values: &[f64], scale: f64) -> Fitted {
        let shift = values.len() as f64 * scale.ln();
        let unit = if self.form.multiplied_error { 1.0 } else { scale * scale };
        Fitted {
            name: self.form.name(),
            log_likelihood: -0.5 * self.minus_twice - shift,
            aicc: self.aicc + 2.0 * shift,
            variance: self.variance * unit,
            scale,
            last: values[values.len() - 1] * scale,
            state: State::Ets(self.state),
        }
    }
}

impl EtsState {
    /// Means and the variances of chapter 6 of the book: exact where the season adds, its approximation for small
    /// errors where it multiplies.
    pub fn forecast(&self, steps: usize) -> SeriesForecast {
        let p = &self.parameters;
        let m = self.season.len();
        let add = self.form.season == Some(Join::Add);
        let multiply = self.form.season == Some(Join::Multiply);
        let (mut mean, mut sd) = (Vec::with_capacity(steps), Vec::with_capacity(steps));
        let (mut weights, mut spread): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        let (mut damping, mut power) = (0.0, 1.0);
        for h in 0..steps {
            power *= p.phi;
            damping += power;
            let season = self.season[h % m];
            let base = self.level + damping * self.trend;
            let value = base + if add { season } else { 0.0 };
            let sum: f64 = if self.form.multiplied_error {
                weights.iter().zip(spread.iter().rev()).map(|(c, s): (&f64, &f64)| c * c * s).sum()
            } else {
                weights.iter().map(|c| c * c).sum()
            };
            let mut variance = if self.form.multiplied_error {
                let square = value * value + self.variance * sum;
                spread.push(square);
                let years = (h / m) as i32;
                let swing = if multiply { (1.0 + p.gamma * p.gamma * self.variance).powi(years) } else { 1.0 };
                (1.0 + self.variance) * square * swing - value * value
            } else {
                self.variance * (1.0 + sum)
            };
            if multiply {
                variance *= season * season;
            }
            mean.push(if multiply { value * season } else { value });
            sd.push(variance.max(0.0).sqrt());
            let again = if add && (h + 1).is_multiple_of(m) { p.gamma } else { 0.0 };
            weights.push(p.alpha + p.beta * damping + again);
        }
        SeriesForecast { mean, sd }
    }
}
