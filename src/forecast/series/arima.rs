//! ARIMA of one order: estimation and forecast.
//!
//! Conditional least squares give the start, the exact likelihood the end (Gardner, Harvey and Phillips 1980; Durbin
//! and Koopman 2012). Autoregressive parameters go through partial autocorrelations, so that every step of the second
//! stage is a stationary process (Monahan 1984). The order is found in `search`.

use super::difference::{difference, undoing};
use super::fitted::{Fitted, SeriesError, SeriesForecast, SeriesModel, aicc, check};
use super::likelihood::{Conditional, Filter};
use super::optimise::bfgs;
use super::polynomial::{invert, multiply, outside};
use super::scale::scaled;

/// ARIMA with its order chosen by the stepwise search of Hyndman and Khandakar (2008, Journal of Statistical Software
/// 27(3)), by AICc.
#[derive(Debug, Clone, Copy, Default)]
pub struct Arima;

impl SeriesModel for Arima {
    fn fit(&self, values: &[f64], season: usize) -> Result<Fitted, SeriesError> {
        check(values)?;
        let (values, scale) = scaled(values);
        Ok(super::search::search(&values, season.max(1), scale))
    }
}

/// The form of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    pub p: usize,
    pub d: usize,
    pub q: usize,
    pub seasonal_p: usize,
    pub seasonal_d: usize,
    pub seasonal_q: usize,
    pub m: usize,
    /// A mean (no difference) or a drift (one).
    pub constant: bool,
}

impl Order {
    pub fn name(&self) -> String {
        let mut name = format!("ARIMA({},{},{})", self.p, self.d, self.q);
        if self.m > 1 && self.seasonal_p + self.seasonal_d + self.seasonal_q > 0 {
            name += &format!("({},{},{})[{}]", self.seasonal_p, self.seasonal_d, self.seasonal_q, self.m);
        }
        match (self.constant, self.d + self.seasonal_d) {
            (true, 0) => name + " with non-zero mean",
            (true, _) => name + " with drift",
            (false, 0) => name + " with zero mean",
            (false, _) => name,
        }
    }

    /// Parameters beside the variance.
    fn parameters(&self) -> usize {
        self.p + self.q + self.seasonal_p + self.seasonal_q + usize::from(self.constant)
    }

    /// Lag coefficients of both polynomials from the parameters (p, q, seasonal p, seasonal q).
    fn expand(&self, parameters: &[f64], phi: &mut Vec<f64>, theta: &mut Vec<f64>) {
        let (ar, rest) = parameters.split_at(self.p);
        let (ma, rest) = rest.split_at(self.q);
        let (seasonal_ar, rest) = rest.split_at(self.seasonal_p);
        multiply(ar, seasonal_ar, self.m, -1.0, phi);
        multiply(ma, &rest[..self.seasonal_q], self.m, 1.0, theta);
    }

    /// Makes both moving averages invertible.
    fn invert(&self, parameters: &mut [f64]) {
        let (_, rest) = parameters.split_at_mut(self.p);
        let (ma, rest) = rest.split_at_mut(self.q);
        let (_, rest) = rest.split_at_mut(self.seasonal_p);
        invert(ma);
        invert(&mut rest[..self.seasonal_q]);
    }
}

/// Partial autocorrelations' inverse hyperbolic tangents → autoregressive coefficients, in place.
fn to_coefficients(values: &mut [f64]) {
    for value in values.iter_mut() {
        *value = value.tanh();
    }
    let mut work = [0.0; 8];
    for j in 1..values.len() {
        for k in 0..j {
            work[k] = values[k] - values[j] * values[j - k - 1];
        }
        values[..j].copy_from_slice(&work[..j]);
    }
}

/// The way back; false if the process is not stationary.
fn to_partial(values: &mut [f64]) -> bool {
    let mut work = [0.0; 8];
    for j in (1..values.len()).rev() {
        let a = values[j];
        for k in 0..j {
            work[k] = (values[k] + a * values[j - k - 1]) / (1.0 - a * a);
        }
        values[..j].copy_from_slice(&work[..j]);
    }
    for value in values.iter_mut() {
        *value = value.atanh();
    }
    values.iter().all(|value| value.is_finite())
}

/// A differenced series ready for many orders.
pub(super) struct Prepared<'a> {
    /// The series as given.
    pub values: &'a [f64],
    /// Differenced, in units of its own standard deviation.
    pub differenced: Vec<f64>,
    /// That standard deviation.
    pub unit: f64,
    filter: Filter,
    conditional: Conditional,
}

impl<'a> Prepared<'a> {
    pub fn new(values: &'a [f64], d: usize, seasonal_d: usize, m: usize) -> Self {
        let mut differenced = values.to_vec();
        for _ in 0..seasonal_d {
            differenced = difference(&differenced, m);
        }
        for _ in 0..d {
            differenced = difference(&differenced, 1);
        }
        let n = differenced.len() as f64;
        let mean = differenced.iter().sum::<f64>() / n;
        let deviation = (differenced.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
        let unit = if deviation > 0.0 && deviation.is_finite() { deviation } else { 1.0 };
        differenced.iter_mut().for_each(|value| *value /= unit);
        Self { values, differenced, unit, filter: Filter::default(), conditional: Conditional::default() }
    }
}

/// One order's estimate.
#[derive(Debug, Clone)]
pub(super) struct ArimaEstimate {
    pub order: Order,
    pub log_likelihood: f64,
    /// Infinite if the order is not to be chosen.
    pub aicc: f64,
    variance: f64,
    phi: Vec<f64>,
    theta: Vec<f64>,
    mean: f64,
    state: Vec<f64>,
}

/// Estimates one order; `None` if it cannot be estimated on this series.
pub(super) fn estimate(series: &mut Prepared<'_>, order: Order) -> Option<ArimaEstimate> {
    let Prepared { differenced: w, filter, conditional, .. } = series;
    let n = w.len();
    let arma = order.p + order.q + order.seasonal_p + order.seasonal_q;
    let count = order.parameters();
    if n == 0 {
        return None;
    }
    let (mut phi, mut theta) = (Vec::new(), Vec::new());
    let mut parameters = vec![0.0; count];
    if order.constant {
        parameters[arma] = w.iter().sum::<f64>() / n as f64;
    }
    let skipped = order.p + order.m * order.seasonal_p;
    if skipped >= n {
        return None;
    }
    if count > 0 {
        let mut start = parameters.clone();
        let (_, settled) = bfgs(&mut start, 100, |x| {
            order.expand(x, &mut phi, &mut theta);
            let mean = x.get(arma).copied().unwrap_or(0.0);
            conditional.run(w, mean, &phi, &theta, skipped).map_or(f64::INFINITY, |square| 0.5 * square.ln())
        })?;
        if settled {
            parameters = start;
        }
        order.invert(&mut parameters);
    }
    let seasonal = order.p + order.q..order.p + order.q + order.seasonal_p;
    if !to_partial(&mut parameters[..order.p]) || !to_partial(&mut parameters[seasonal.clone()]) {
        return None;
    }
    let length = n as f64;
    let mut natural = vec![0.0; count];
    let (objective, _) = bfgs(&mut parameters, 100, |x| {
        natural.copy_from_slice(x);
        to_coefficients(&mut natural[..order.p]);
        to_coefficients(&mut natural[seasonal.clone()]);
        order.expand(&natural, &mut phi, &mut theta);
        let mean = natural.get(arma).copied().unwrap_or(0.0);
        match filter.run(w, mean, &phi, &theta) {
            Some(sums) if sums.squares > 0.0 => 0.5 * ((sums.squares / length).ln() + sums.logs / length),
            _ => f64::INFINITY,
        }
    })?;
    to_coefficients(&mut parameters[..order.p]);
    to_coefficients(&mut parameters[seasonal]);
    order.invert(&mut parameters);
    order.expand(&parameters, &mut phi, &mut theta);
    let mean = parameters.get(arma).copied().unwrap_or(0.0);
    let (sums, state) = filter.run_to_state(w, mean, &phi, &theta)?;
    let minus_twice =
        length * (2.0 * objective + 1.0 + (2.0 * std::f64::consts::PI).ln()) + 2.0 * length * series.unit.ln();
    let chosen_by = aicc(minus_twice, count + 1, n);
    let usable = far_from_unit_circle(&phi, -1.0) && far_from_unit_circle(&theta, 1.0);
    Some(ArimaEstimate {
        order,
        log_likelihood: -0.5 * minus_twice,
        aicc: if usable { chosen_by } else { f64::INFINITY },
        variance: sums.squares / (n.saturating_sub(count).max(1)) as f64,
        phi,
        theta,
        mean,
        state,
    })
}

/// The bar for a form: roots outside the circle of radius 1.01. A lone first coefficient is let through, as in the
/// reference (in R it is not): a trend with noise about it is then an ARIMA(0,1,1) with drift, and most often the best.
fn far_from_unit_circle(coefficients: &[f64], sign: f64) -> bool {
    match coefficients.iter().rposition(|value| value.abs() > 1e-8) {
        Some(last) if last > 0 => outside(&coefficients[..=last], sign, 1.01),
        _ => true,
    }
}

/// What forecasting needs of an estimate.
#[derive(Debug, Clone)]
pub(super) struct ArimaState {
    phi: Vec<f64>,
    /// Infinite moving average's seed.
    theta: Vec<f64>,
    mean: f64,
    state: Vec<f64>,
    undoing: Vec<f64>,
    tail: Vec<f64>,
    unit: f64,
    variance: f64,
}

impl ArimaEstimate {
    /// A form that meets the differenced series exactly.
    pub fn without_error(order: Order, mean: f64) -> Self {
        Self {
            order,
            log_likelihood: f64::INFINITY,
            aicc: f64::NEG_INFINITY,
            variance: 0.0,
            phi: Vec::new(),
            theta: Vec::new(),
            mean,
            state: vec![0.0],
        }
    }

    /// The model, for a series that was divided by `scale`.
    pub fn fitted(self, series: &Prepared<'_>, scale: f64) -> Fitted {
        let order = self.order;
        let undoing = undoing(order.d, order.seasonal_d, order.m);
        let n = series.values.len();
        let shift = series.differenced.len() as f64 * scale.ln();
        Fitted {
            name: order.name(),
            log_likelihood: self.log_likelihood - shift,
            aicc: self.aicc + 2.0 * shift,
            variance: self.variance * (series.unit * scale).powi(2),
            scale,
            last: series.values[n - 1] * scale,
            state: super::fitted::State::Arima(ArimaState {
                phi: self.phi,
                theta: self.theta,
                mean: self.mean,
                state: self.state,
                tail: series.values[n - undoing.len()..].to_vec(),
                undoing,
                unit: series.unit,
                variance: self.variance,
            }),
        }
    }
}

impl ArimaState {
    /// Means by running the filter's state on and undoing the differences; variances by the weights of the infinite
    /// moving average.
    pub fn forecast(&self, steps: usize) -> SeriesForecast {
        let r = self.state.len();
        let mut state = self.state.clone();
        let mut values = self.tail.clone();
        let known = values.len();
        let mut psi: Vec<f64> = Vec::with_capacity(steps);
        let mut plain: Vec<f64> = Vec::with_capacity(steps);
        let (mut sum, mut sd) = (0.0, Vec::with_capacity(steps));
        for h in 0..steps {
            let ahead = state.first().copied().unwrap_or(0.0);
            let mut value = (ahead + self.mean) * self.unit;
            for (k, coefficient) in self.undoing.iter().enumerate() {
                value += coefficient * values[known + h - k - 1];
            }
            values.push(value);
            for i in 0..r {
                let next = if i + 1 < r { state[i + 1] } else { 0.0 };
                state[i] = next + self.phi.get(i).map_or(0.0, |phi| phi * ahead);
            }
            let mut weight = if h == 0 { 1.0 } else { self.theta.get(h - 1).copied().unwrap_or(0.0) };
            for (k, phi) in self.phi.iter().enumerate().take(h) {
                weight += phi * plain[h - k - 1];
            }
            plain.push(weight);
            for (k, coefficient) in self.undoing.iter().enumerate().take(h) {
                weight += coefficient * psi[h - k - 1];
            }
            psi.push(weight);
            sum += weight * weight;
            sd.push((sum * self.variance).sqrt() * self.unit);
        }
        SeriesForecast { mean: values.split_off(known), sd }
    }
}
