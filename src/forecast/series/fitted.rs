//! What every model of a series takes and answers.

use super::{arima::ArimaState, ets::EtsState, theta::ThetaState};

/// Why a series cannot be fitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeriesError {
    /// There is no value.
    #[error("a series without values cannot be forecast; give it at least one period")]
    Empty,
    /// A value is NaN or infinite.
    #[error("value {at} of the series is not a finite number; fill gaps before fitting")]
    NotFinite {
        /// Position of the first such value.
        at: usize,
    },
}

/// A model that chooses its own form for one series.
pub trait SeriesModel {
    /// Fits `values` (oldest first, no gaps) with a season of `season` steps; 0 and 1 mean none.
    ///
    /// Series too short for the model's smallest form get a plain one (the mean or the last value).
    ///
    /// # Errors
    ///
    /// If there are no values, or one of them is not finite.
    fn fit(&self, values: &[f64], season: usize) -> Result<Fitted, SeriesError>;
}

/// A fitted model of one series.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// Kind and order, such as `ETS(A,Ad,N)`, `ARIMA(1,1,1)(0,1,1)[12] with drift`, `DOTM`.
    pub name: String,
    /// Log-likelihood at the estimate. Infinite for a series that the model meets without error.
    pub log_likelihood: f64,
    /// Akaike's criterion corrected for short series; infinite where the series is too short for it.
    pub aicc: f64,
    /// Variance of the one-step residuals (relative ones where the error is multiplicative).
    pub variance: f64,
    pub(super) scale: f64,
    pub(super) last: f64,
    pub(super) state: State,
}

/// What a model needs to go on from the last value.
#[derive(Debug, Clone)]
pub(super) enum State {
    Arima(ArimaState),
    Ets(EtsState),
    Theta(ThetaState),
    /// The same value for ever, with variance `start + step × (h − 1)`.
    Flat {
        level: f64,
        start: f64,
        step: f64,
    },
}

/// Means and standard deviations of the next values.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesForecast {
    /// Expected values, one for each step.
    pub mean: Vec<f64>,
    /// Standard deviations of the forecast's error, one for each step.
    pub sd: Vec<f64>,
}

impl Fitted {
    /// Forecasts the next `steps` values. Every number in it is finite.
    pub fn forecast(&self, steps: usize) -> SeriesForecast {
        let mut forecast = match &self.state {
            State::Arima(state) => state.forecast(steps),
            State::Ets(state) => state.forecast(steps),
            State::Theta(state) => state.forecast(steps),
            State::Flat { level, start, step } => SeriesForecast {
                mean: vec![*level; steps],
                sd: (0..steps).map(|h| (start + step * h as f64).sqrt()).collect(),
            },
        };
        let mut last = self.last;
        for mean in &mut forecast.mean {
            let value = *mean * self.scale;
            last = if value.is_nan() { last } else { value.clamp(-f64::MAX, f64::MAX) };
            *mean = last;
        }
        let mut last = 0.0;
        for sd in &mut forecast.sd {
            let value = *sd * self.scale;
            last = if value.is_nan() { last } else { value.min(f64::MAX) };
            *sd = last;
        }
        forecast
    }
}

/// The first value that is not finite, or the lack of any, as an error.
pub(super) fn check(values: &[f64]) -> Result<(), SeriesError> {
    if values.is_empty() {
        return Err(SeriesError::Empty);
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(at) => Err(SeriesError::NotFinite { at }),
        None => Ok(()),
    }
}

/// A series too short for more: the mean of what is there.
pub(super) fn flat(name: &str, values: &[f64], scale: f64) -> Fitted {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let variance = if values.len() > 1 { squares / (n - 1.0) } else { 0.0 };
    Fitted {
        name: name.to_owned(),
        log_likelihood: gaussian(squares, values.len()) - n * scale.ln(),
        aicc: f64::INFINITY,
        variance: variance * scale * scale,
        scale,
        last: values[values.len() - 1] * scale,
        state: State::Flat { level: mean, start: variance * (1.0 + 1.0 / n), step: 0.0 },
    }
}

/// Log-likelihood of `n` normal errors whose squares add up to `squares`, at the best variance.
pub(super) fn gaussian(squares: f64, n: usize) -> f64 {
    if squares <= 0.0 {
        return f64::INFINITY;
    }
    let n = n as f64;
    -0.5 * n * ((squares / n).ln() + 1.0 + (2.0 * std::f64::consts::PI).ln())
}

/// Akaike's criterion from minus twice the log-likelihood, corrected for `n` values and `k` parameters.
pub(super) fn aicc(minus_twice: f64, k: usize, n: usize) -> f64 {
    if n <= k + 1 {
        return f64::INFINITY;
    }
    let (k, n) = (k as f64, n as f64);
    minus_twice + 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0)
}
