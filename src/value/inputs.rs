//! What Driftline's own model reads of a user at a cut: recency, counts and value at several windows, the same season a
//! year before, gaps, returns, sizes of orders.

use std::f64::consts::TAU;

use super::ledger::{Ledger, UserDay};
use crate::events::UserId;

/// Windows before the cut, in days; the last is all.
const WINDOWS: [i64; 7] = [14, 30, 60, 90, 180, 365, 1 << 40];
/// Half-lives of decayed sums, in days.
const HALF_LIVES: [f64; 4] = [30.0, 90.0, 180.0, 365.0];
const YEAR: i64 = 365;

/// Numbers that are read of one user.
pub(super) const WIDTH: usize = 2 * WINDOWS.len() + 8 + 4 + 10 + 2 * HALF_LIVES.len() + 4;

/// Writes the numbers of one user at a cut behind `into`; what is not known is not a number.
pub(super) fn write_inputs(ledger: &Ledger, user: UserId, cut: i64, days: i64, into: &mut Vec<f32>) {
    let own = ledger.within(user, i64::MIN..cut);
    let within = |from: i64, to: i64| ledger.within(user, from..to);
    let net = |of: &[UserDay]| of.iter().map(|day| day.gross - day.back).sum::<f64>().max(0.0);
    let orders = |of: &[UserDay]| of.iter().map(|day| f64::from(day.orders)).sum::<f64>();
    let lines = |of: &[UserDay]| of.iter().map(|day| f64::from(day.lines)).sum::<f64>();
    let back = |of: &[UserDay]| of.iter().map(|day| day.back).sum::<f64>();
    let mut put = |number: f64| into.push(number as f32);
    for window in WINDOWS {
        let of = within(cut.saturating_sub(window), cut);
        put(net(of));
        put(orders(of));
    }
    let (quarter, year) = (within(cut - 90, cut), within(cut - YEAR, cut));
    [lines(quarter), lines(year), lines(own), back(quarter), back(year)].into_iter().for_each(&mut put);
    put(net(within(cut - 180, cut - 90)));
    put(net(within(cut - 270, cut - 180)));
    put(net(within(cut - YEAR - 90, cut - YEAR)));
    let season = within(cut - YEAR, cut - YEAR + days);
    [net(season), orders(season)].into_iter().for_each(&mut put);
    let about = within(cut - YEAR - 30, cut - YEAR + days + 30);
    [net(about), orders(about)].into_iter().for_each(&mut put);

    let bought: Vec<&UserDay> = own.iter().filter(|day| day.orders > 0).collect();
    let since = |day: Option<&&UserDay>| day.map_or(f64::NAN, |day| (cut - day.day) as f64);
    let (recency, age) = (since(bought.last()), since(bought.first()));
    let mut gaps: Vec<f64> = bought.windows(2).map(|pair| (pair[1].day - pair[0].day) as f64).collect();
    let last_gap = gaps.last().copied().unwrap_or(f64::NAN);
    gaps.sort_by(f64::total_cmp);
    let mean_gap = mean(&gaps);
    let scatter = mean(&gaps.iter().map(|gap| (gap - mean_gap).powi(2)).collect::<Vec<_>>()).sqrt();
    let mut worth: Vec<f64> = bought.iter().map(|day| day.gross).collect();
    let last_worth = worth.last().copied().unwrap_or(f64::NAN);
    worth.sort_by(f64::total_cmp);
    [recency, age, mean_gap, scatter, last_gap, middle(&gaps)].into_iter().for_each(&mut put);
    [mean(&worth), middle(&worth), last_worth, worth.last().copied().unwrap_or(f64::NAN)]
        .into_iter()
        .for_each(&mut put);
    for half_life in HALF_LIVES {
        let fades = |day: &UserDay| (-((cut - day.day) as f64) / half_life).exp2();
        put(bought.iter().map(|day| fades(day) * day.gross).sum());
        put(bought.iter().map(|day| fades(day) * f64::from(day.orders)).sum());
    }
    put(recency / if mean_gap.is_nan() { age + 30.0 } else { mean_gap.max(1.0) });
    put(recency / (age + 1.0));
    let turn = (cut as f64 + days as f64 / 2.0) / 365.25 * TAU;
    [turn.sin(), turn.cos()].into_iter().for_each(&mut put);
}

fn mean(of: &[f64]) -> f64 {
    if of.is_empty() { f64::NAN } else { of.iter().sum::<f64>() / of.len() as f64 }
}

fn middle(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
