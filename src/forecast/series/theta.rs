//! The theta method in its four state space forms, the one with the smallest error chosen.
//!
//! Assimakopoulos and Nikolopoulos 2000, International Journal of Forecasting 16(4); Fiorucci, Pellegrini, Louzada,
//! Petropoulos and Koehler 2016, International Journal of Forecasting 32(4): standard and optimised theta with a fixed
//! straight line (STM, OTM) or one that follows the series (DSTM, DOTM).

use super::fitted::{Fitted, SeriesError, SeriesForecast, SeriesModel, State, aicc, check, flat, gaussian};
use super::linear::line;
use super::optimise::simplex;
use super::scale::{is_constant, scaled};
use super::seasonal::{Join, profile};

/// The theta method with its form chosen by its one-step error.
#[derive(Debug, Clone, Copy, Default)]
pub struct Theta;

/// One-step errors that the choice leaves out, while the line through the first values is still loose.
const SKIPPED: usize = 3;

impl SeriesModel for Theta {
    fn fit(&self, values: &[f64], season: usize) -> Result<Fitted, SeriesError> {
        check(values)?;
        let (values, scale) = scaled(values);
        let n = values.len();
        if n <= SKIPPED + 1 || is_constant(&values) {
            return Ok(flat("STM", &values, scale));
        }
        let found = if is_seasonal(&values, season) { decompose(&values, season) } else { None };
        let (adjusted, season) = match found {
            Some((season, join)) => {
                let m = season.len();
                let without = values.iter().enumerate().map(|(at, value)| match join {
                    Join::Add => value - season[at % m],
                    Join::Multiply => value / season[at % m],
                });
                (without.collect(), Some((season, join)))
            }
            None => (values.clone(), None),
        };
        let mut best: Option<(ThetaForm, f64, f64, f64, f64)> = None;
        for form in [ThetaForm::Standard, ThetaForm::Optimised, ThetaForm::DynamicStandard, ThetaForm::DynamicOptimised]
        {
            let (level, alpha, theta) = form.optimise(&adjusted);
            let error = run(&adjusted, form, level, alpha, theta).error;
            if error.is_finite() && best.as_ref().is_none_or(|best| error < best.4) {
                best = Some((form, level, alpha, theta, error));
            }
        }
        let Some((form, level, alpha, theta, _)) = best else { return Ok(flat("STM", &values, scale)) };
        let end = run(&adjusted, form, level, alpha, theta);
        let count = n - SKIPPED;
        let variance = end.squares / (count.max(2) - 1) as f64;
        let likelihood = gaussian(end.squares, count) - count as f64 * scale.ln();
        let k = if form.optimises_theta() { 4 } else { 3 };
        let season = season.map(|(mut season, join)| {
            let m = season.len();
            season.rotate_left(n % m);
            (season, join)
        });
        Ok(Fitted {
            name: form.name().to_owned(),
            log_likelihood: likelihood,
            aicc: aicc(-2.0 * likelihood, k, count),
            variance: variance * scale * scale,
            scale,
            last: values[n - 1] * scale,
            state: State::Theta(ThetaState { form, row: end.row, n, alpha, theta, season, variance }),
        })
    }
}

/// Whether the autocorrelation at the season's lag is significant at 90 %.
fn is_seasonal(values: &[f64], m: usize) -> bool {
    if m < 4 || values.len() < 2 * m {
        return false;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviations: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let whole: f64 = deviations.iter().map(|value| value * value).sum();
    let correlation = |lag: usize| deviations[lag..].iter().zip(&deviations).map(|(a, b)| a * b).sum::<f64>() / whole;
    let before: f64 = (1..m).map(|lag| correlation(lag).powi(2)).sum();
    correlation(m).abs() / ((1.0 + 2.0 * before) / n).sqrt() > 1.644_853_626_951_472_7
}

/// The season, by multiplication if the series allows it.
fn decompose(values: &[f64], m: usize) -> Option<(Vec<f64>, Join)> {
    if values.iter().all(|value| *value > 0.0)
        && let Some(season) = profile(values, m, Join::Multiply)
        && season.iter().all(|value| *value >= 0.01)
    {
        return Some((season, Join::Multiply));
    }
    profile(values, m, Join::Add).map(|season| (season, Join::Add))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ThetaForm {
    Standard,
    Optimised,
    DynamicStandard,
    DynamicOptimised,
}

impl ThetaForm {
    fn name(self) -> &'static str {
        match self {
            ThetaForm::Standard => "STM",
            ThetaForm::Optimised => "OTM",
            ThetaForm::DynamicStandard => "DSTM",
            ThetaForm::DynamicOptimised => "DOTM",
        }
    }

    fn optimises_theta(self) -> bool {
        matches!(self, ThetaForm::Optimised | ThetaForm::DynamicOptimised)
    }

    fn is_dynamic(self) -> bool {
        matches!(self, ThetaForm::DynamicStandard | ThetaForm::DynamicOptimised)
    }

    /// First level, smoothing parameter and theta with the smallest error.
    fn optimise(self, values: &[f64]) -> (f64, f64, f64) {
        let k = if self.optimises_theta() { 3 } else { 2 };
        let start = [values[0] / 2.0, 0.5, 2.0];
        let (lower, upper) = ([-1e10, 0.1, 1.0], [1e10, 0.99, 1e10]);
        let (point, _) = simplex(&start[..k], &lower[..k], &upper[..k], |point| {
            run(values, self, point[0], point[1], point.get(2).copied().unwrap_or(2.0)).error
        });
        (point[0], point[1], point.get(2).copied().unwrap_or(2.0))
    }
}

/// Level, mean so far, and the line's intercept and slope.
#[derive(Debug, Clone, Copy)]
struct Row {
    level: f64,
    mean: f64,
    intercept: f64,
    slope: f64,
}

struct End {
    squares: f64,
    /// Squares in units of the series' size, by which forms are compared.
    error: f64,
    row: Row,
}

impl Row {
    /// Forecast of the value with number `at` (from 0); `decay` is `(1 − alpha)^at`.
    fn forecast(&self, alpha: f64, theta: f64, decay: f64) -> f64 {
        let line = self.intercept * decay + self.slope * (1.0 - decay * (1.0 - alpha)) / alpha;
        self.level + (1.0 - 1.0 / theta) * line
    }

    fn follow(&mut self, value: f64, at: usize, form: ThetaForm, alpha: f64) {
        let at = at as f64;
        self.level = alpha * value + (1.0 - alpha) * self.level;
        let before = self.mean;
        self.mean = (at * before + value) / (at + 1.0);
        if form.is_dynamic() {
            self.slope = ((at - 1.0) * self.slope + 6.0 * (value - before) / (at + 1.0)) / (at + 2.0);
            self.intercept = self.mean - self.slope * (at + 2.0) / 2.0;
        }
    }
}

fn run(values: &[f64], form: ThetaForm, level: f64, alpha: f64, theta: f64) -> End {
    let (intercept, slope) = if form.is_dynamic() { (values[0], 0.0) } else { line(values) };
    let mut row = Row { level: alpha * values[0] + (1.0 - alpha) * level, mean: values[0], intercept, slope };
    let (mut squares, mut decay, mut size) = (0.0, 1.0, values[0].abs());
    for (at, value) in values.iter().enumerate().skip(1) {
        decay *= 1.0 - alpha;
        let error = value - row.forecast(alpha, theta, decay);
        if at >= SKIPPED {
            squares += error * error;
        }
        size += value.abs();
        row.follow(*value, at, form, alpha);
    }
    let error = squares / (size / values.len() as f64).max(1e-10);
    End { squares, error: if error.is_nan() { f64::INFINITY } else { error }, row }
}

/// The state after the last value.
#[derive(Debug, Clone)]
pub(super) struct ThetaState {
    form: ThetaForm,
    row: Row,
    n: usize,
    alpha: f64,
    theta: f64,
    season: Option<(Vec<f64>, Join)>,
    variance: f64,
}

impl ThetaState {
    /// Means by the recursions fed with their own forecasts; variance `1 + (h − 1) alpha²` times the residuals', that
    /// of the exponential smoothing inside (Fiorucci et al. 2016, §2).
    pub fn forecast(&self, steps: usize) -> SeriesForecast {
        let mut row = self.row;
        let (mut mean, mut sd) = (Vec::with_capacity(steps), Vec::with_capacity(steps));
        for h in 0..steps {
            let at = self.n + h;
            let decay = (1.0 - self.alpha).powi(i32::try_from(at).unwrap_or(i32::MAX));
            let value = row.forecast(self.alpha, self.theta, decay);
            row.follow(value, at, self.form, self.alpha);
            let spread = (self.variance * (1.0 + h as f64 * self.alpha * self.alpha)).sqrt();
            let (value, spread) = match &self.season {
                None => (value, spread),
                Some((season, Join::Add)) => (value + season[h % season.len()], spread),
                Some((season, Join::Multiply)) => {
                    let now = season[h % season.len()];
                    (value * now, spread * now.abs())
                }
            };
            mean.push(value);
            sd.push(spread);
        }
        SeriesForecast { mean, sd }
    }
}
