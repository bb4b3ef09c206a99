//! The order of an ARIMA: differences by tests, the rest by a stepwise search for the lowest AICc.
//!
//! Hyndman and Khandakar 2008, Journal of Statistical Software 27(3), algorithm 1, without approximation: every
//! candidate has its exact likelihood.

use super::arima::{ArimaEstimate, Order, Prepared, estimate};
use super::fitted::{Fitted, flat};
use super::scale::is_constant;
use super::unit_root::{differences, seasonal_difference};

/// Most candidates of one search.
const CANDIDATES: usize = 94;
const MOST: usize = 5;
const MOST_SEASONAL: usize = 2;

/// The neighbours of a form, in the order in which they are tried: changes of (seasonal p, seasonal q), then (p, q).
const NEIGHBOURS: [(i8, i8); 8] = [(-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)];

/// The best ARIMA of `values` (a series divided by `scale`).
pub(super) fn search(values: &[f64], m: usize, scale: f64) -> Fitted {
    let n = values.len();
    if n == 1 || is_constant(values) {
        return flat("ARIMA(0,0,0) with non-zero mean", values, scale);
    }
    let seasonal_d = usize::from(seasonal_difference(values, m));
    let mut without_season = values.to_vec();
    if seasonal_d == 1 {
        without_season = super::difference::difference(values, m);
    }
    let d = differences(&without_season, 2);
    let series = Prepared::new(values, d, seasonal_d, m);
    if series.differenced.is_empty() {
        return flat("ARIMA(0,0,0) with non-zero mean", values, scale);
    }
    if is_constant(&series.differenced) {
        return polynomial(values, d, seasonal_d, m, scale);
    }
    let limit = |most: usize| if m > 1 { most.min(n / 3).min(m - 1) } else { most.min(n / 3) };
    let seasonal_limit = if m > 1 { MOST_SEASONAL.min(n / 3 / m) } else { 0 };
    let mut walk = Walk { series, tried: Vec::new(), best: None };
    let may_have_constant = d + seasonal_d <= 1;
    let none = Order { p: 0, d, q: 0, seasonal_p: 0, seasonal_d, seasonal_q: 0, m, constant: may_have_constant };
    walk.run(none, limit(MOST), seasonal_limit, n < 10);
    match walk.best {
        Some(best) => best.fitted(&walk.series, scale),
        None => last_resort(walk.series, none, scale),
    }
}

/// Where no candidate is usable (a handful of values): the plainest form, whatever its criterion.
fn last_resort(mut series: Prepared<'_>, none: Order, scale: f64) -> Fitted {
    match estimate(&mut series, none) {
        Some(plain) => plain.fitted(&series, scale),
        None => flat("ARIMA(0,0,0) with non-zero mean", series.values, scale),
    }
}

/// A series that its differences make constant: it goes on without error.
fn polynomial(values: &[f64], d: usize, seasonal_d: usize, m: usize, scale: f64) -> Fitted {
    let constant = d + seasonal_d <= 1;
    let order = Order { p: 0, d, q: 0, seasonal_p: 0, seasonal_d, seasonal_q: 0, m, constant };
    let series = Prepared::new(values, d, seasonal_d, m);
    let mean = if constant { series.differenced[0] } else { 0.0 };
    ArimaEstimate::without_error(order, mean).fitted(&series, scale)
}

struct Walk<'a> {
    series: Prepared<'a>,
    tried: Vec<Order>,
    best: Option<ArimaEstimate>,
}

impl Walk<'_> {
    /// Estimates a form unless it was before; true if it is the best so far.
    fn improves(&mut self, order: Order) -> bool {
        if self.tried.len() >= CANDIDATES || self.tried.contains(&order) {
            return false;
        }
        self.tried.push(order);
        let Some(candidate) = estimate(&mut self.series, order) else { return false };
        let bar = self.best.as_ref().map_or(f64::INFINITY, |best| best.aicc);
        if candidate.aicc < bar {
            self.best = Some(candidate);
            return true;
        }
        false
    }

    fn run(&mut self, none: Order, most: usize, most_seasonal: usize, short: bool) {
        let (start, seasonal_start) = if short { (1, 0) } else { (2, 1) };
        let one = 1.min(most);
        let seasonal_one = 1.min(most_seasonal);
        let mut current = Order {
            p: start.min(most),
            q: start.min(most),
            seasonal_p: seasonal_start.min(most_seasonal),
            seasonal_q: seasonal_start.min(most_seasonal),
            ..none
        };
        let mut openings = vec![current, none];
        openings.push(Order { p: one, seasonal_p: seasonal_one, ..none });
        openings.push(Order { q: one, seasonal_q: seasonal_one, ..none });
        if none.constant {
            openings.push(Order { constant: false, ..none });
        }
        for opening in openings {
            if self.improves(opening) {
                // The reference goes on from the opening without a constant with the constant back in.
                current = Order { constant: none.constant, ..opening };
            }
        }
        while let Some(next) = self.step(current, most, most_seasonal, none.constant) {
            current = next;
        }
    }

    /// The first neighbour that improves.
    fn step(&mut self, current: Order, most: usize, most_seasonal: usize, constants: bool) -> Option<Order> {
        for (dp, dq) in NEIGHBOURS {
            let moved =
                (shifted(current.seasonal_p, dp, most_seasonal), shifted(current.seasonal_q, dq, most_seasonal));
            if let (Some(seasonal_p), Some(seasonal_q)) = moved {
                let next = Order { seasonal_p, seasonal_q, ..current };
                if self.improves(next) {
                    return Some(next);
                }
            }
        }
        for (dp, dq) in NEIGHBOURS {
            if let (Some(p), Some(q)) = (shifted(current.p, dp, most), shifted(current.q, dq, most)) {
                let next = Order { p, q, ..current };
                if self.improves(next) {
                    return Some(next);
                }
            }
        }
        if constants {
            let next = Order { constant: !current.constant, ..current };
            if self.improves(next) {
                return Some(next);
            }
        }
        None
    }
}

fn shifted(value: usize, by: i8, most: usize) -> Option<usize> {
    value.checked_add_signed(by.into()).filter(|value| *value <= most)
}
