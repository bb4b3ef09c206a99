//! Users drawn from known parameters, and users that no model expects.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::{RepeatBuying, RepeatModel};

/// How simulated users leave.
#[derive(Clone, Copy)]
pub(super) enum Leaving {
    /// After each order, by a chance drawn from a beta distribution; after the first too, or not.
    AfterOrders { a: f64, b: f64, first: bool },
    /// At a moment of an exponential distribution whose rate is drawn from a gamma distribution.
    InTime { s: f64, beta: f64 },
}

/// A draw from the gamma distribution of scale 1 (Marsaglia, Tsang: A simple method for generating gamma variables,
/// 2000).
pub(super) fn gamma(random: &mut ChaCha8Rng, shape: f64) -> f64 {
    if shape < 1.0 {
        return gamma(random, shape + 1.0) * random.random::<f64>().powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    loop {
        let (u, w): (f64, f64) = (1.0 - random.random::<f64>(), random.random());
        let normal = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * w).cos();
        let cube = (1.0 + normal / (9.0 * d).sqrt()).powi(3);
        if cube > 0.0 && random.random::<f64>().ln() < 0.5 * normal * normal + d - d * cube + d * cube.ln() {
            return d * cube;
        }
    }
}

/// Users of known parameters, first met up to 400 days before the cut.
pub(super) fn simulate(users: usize, seed: u64, (r, alpha): (f64, f64), leaving: Leaving) -> Vec<RepeatBuying> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let one = |_| {
        let age_days = 100.0 + 300.0 * random.random::<f64>();
        let rate = gamma(&mut random, r) / alpha;
        let (chance, until, first) = match leaving {
            Leaving::AfterOrders { a, b, first } => {
                let (one, other) = (gamma(&mut random, a), gamma(&mut random, b));
                (one / (one + other), f64::INFINITY, first)
            }
            Leaving::InTime { s, beta } => {
                let leaves = gamma(&mut random, s) / beta;
                (0.0, -(1.0 - random.random::<f64>()).ln() / leaves, false)
            }
        };
        let (mut repeats, mut recency_days) = (0.0, 0.0);
        if first && random.random::<f64>() < chance {
            return RepeatBuying { repeats, recency_days, age_days };
        }
        loop {
            let next = recency_days - (1.0 - random.random::<f64>()).ln() / rate;
            if next > age_days.min(until) {
                return RepeatBuying { repeats, recency_days, age_days };
            }
            repeats += 1.0;
            recency_days = next;
            if random.random::<f64>() < chance {
                return RepeatBuying { repeats, recency_days, age_days };
            }
        }
    };
    (0..users).map(one).collect()
}

#[track_caller]
pub(super) fn near(found: f64, truth: f64, part: f64) {
    assert!((found - truth).abs() <= part * truth.abs(), "{found} is not within {part} of {truth}");
}

/// Holds a slope against differences.
#[track_caller]
pub(super) fn slope_is_that_of(at: [f64; 4], likelihood: impl Fn(&[f64; 4]) -> (f64, [f64; 4])) {
    let (_, slope) = likelihood(&at);
    for i in 0..4 {
        let (mut above, mut below) = (at, at);
        above[i] += 1e-5;
        below[i] -= 1e-5;
        let by_difference = (likelihood(&above).0 - likelihood(&below).0) / 2e-5;
        assert!(
            (slope[i] - by_difference).abs() < 1e-4 * (1.0 + by_difference.abs()),
            "{i}: {slope:?} {by_difference}"
        );
    }
}

/// Fits 200 sets of users that are hard on a model, and asks each fit about users of all sorts.
pub(super) fn hard_cases(fit: impl Fn(&[RepeatBuying]) -> (f64, Box<dyn RepeatModel>)) {
    let mut random = ChaCha8Rng::seed_from_u64(200);
    for case in 0..200 {
        let many = [0, 1, 2, 3, 30, 100][case / 10 % 6];
        let users: Vec<RepeatBuying> = (0..many)
            .map(|_| {
                let age_days = match case % 4 {
                    0 => 1.0,
                    1 => f64::from(random.random_range(0..700)),
                    2 => 365.0,
                    _ => 10.0_f64.powf(random.random_range(-1.0..4.5)),
                };
                let (repeats, recency_days) = match case % 10 {
                    0 => (0.0, 0.0),
                    1 => (age_days.floor(), age_days.floor()),
                    2 => (1.0, age_days / 2.0),
                    3 => (1.0, age_days),
                    4 => (f64::from(random.random_range(0..2000)).min(age_days), age_days * random.random::<f64>()),
                    5 => (50.0, 0.5_f64.min(age_days)),
                    6 => (f64::from(random.random_range(0..2)), age_days * random.random::<f64>()),
                    7 => (1e5, age_days),
                    8 => (3.0, age_days * random.random::<f64>()),
                    _ => (age_days.floor().min(12.0), age_days - age_days.fract() / 2.0),
                };
                if repeats == 0.0 || age_days == 0.0 {
                    return RepeatBuying { repeats: 0.0, recency_days: 0.0, age_days };
                }
                RepeatBuying { repeats, recency_days: recency_days.min(age_days), age_days }
            })
            .collect();
        let (log_likelihood, model) = fit(&users);
        assert!(log_likelihood.is_finite(), "case {case}: {log_likelihood}");
        let strangers = [(0.0, 0.0, 0.0), (0.0, 0.0, 900.0), (300.0, 300.0, 300.0), (1.0, 0.5, 9e3)];
        let strangers =
            strangers.map(|(repeats, recency_days, age_days)| RepeatBuying { repeats, recency_days, age_days });
        for user in users.iter().take(20).chain(&strangers) {
            for days in [0.5, 90.0, 3000.0] {
                let (orders, alive) = (model.expected(user, days), model.alive(user));
                assert!(orders.is_finite() && orders >= 0.0, "case {case}: {orders} of {user:?} in {days}");
                assert!((0.0..=1.0).contains(&alive), "case {case}: {alive} of {user:?}");
            }
        }
    }
}
