//! Pareto/NBD: a user buys at a rate of their own and leaves for good at a moment of their own.
//!
//! Schmittlein, Morrison, Colombo: Counting Your Customers: Who Are They and What Will They Do Next?
//! Management Science 33(1), 1987, pages 1–24.
//! Fader, Hardie: A Note on Deriving the Pareto/NBD Model and Related Expressions, 2005 (brucehardie.com/notes/009):
//! the likelihood by hypergeometric functions. What the note calls A0 is the integral over the moments at which the user
//! may have left; where its series would converge slowly, that integral is taken instead.

use statrs::function::gamma::ln_gamma;

use super::counts::{Grouped, RepeatBuying, leash};
use super::{Fit, NO_USERS, RepeatModel, UNSETTLED};
use crate::value::optimum::{minimise, with_differences};

/// Where the argument of the series is larger, it converges slowly.
const SLOW: f64 = 0.9;
/// What the integrand has fallen below, as a power of e, is left out.
const NEGLIGIBLE: f64 = 42.0;
/// Places and weights of Gauss and Legendre's rule of 10 points, for the right half.
const GAUSS: [(f64, f64); 5] = [
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_87),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_36),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];

/// The model with its parameters; time in days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParetoNbd {
    /// Shape of the gamma distribution of rates of buying.
    pub r: f64,
    /// Its scale.
    pub alpha: f64,
    /// Shape of the gamma distribution of rates of leaving.
    pub s: f64,
    /// Its scale.
    pub beta: f64,
}

impl ParetoNbd {
    /// The parameters of greatest likelihood.
    pub fn fit(users: &[RepeatBuying]) -> Fit<Self> {
        let grouped = Grouped::of(users);
        let model = |logs: &[f64; 4], unit: f64| {
            let [r, alpha, s, beta] = logs.map(f64::exp);
            Self { r, alpha: alpha * unit, s, beta: beta * unit }
        };
        if !users.iter().any(|user| user.age_days > 0.0) {
            let usual = model(&[0.0, 1.0, 0.0, 1.0], grouped.unit_days);
            return Fit { log_likelihood: usual.log_likelihood(users), model: usual, fallback: Some(NO_USERS) };
        }
        let cost = |logs: &[f64; 4]| leash(logs).0 - model(logs, 1.0).likelihood(&grouped);
        let found = minimise([-0.5, 1.0, -0.5, 1.5], with_differences(cost));
        let best = model(&found.at, 1.0);
        let shift: f64 = users.iter().map(|user| user.repeats).sum::<f64>() * grouped.unit_days.ln();
        let log_likelihood = best.likelihood(&grouped) - shift;
        let fallback = (!found.converged).then_some(UNSETTLED);
        Fit { model: model(&found.at, grouped.unit_days), log_likelihood, fallback }
    }

    /// ln of the likelihood of users.
    pub fn log_likelihood(&self, users: &[RepeatBuying]) -> f64 {
        let grouped = Grouped::of(users);
        let unit = grouped.unit_days;
        let shift: f64 = users.iter().map(|user| user.repeats).sum::<f64>() * unit.ln();
        Self { alpha: self.alpha / unit, beta: self.beta / unit, ..*self }.likelihood(&grouped) - shift
    }

    fn likelihood(&self, users: &Grouped) -> f64 {
        let Self { r, alpha, .. } = *self;
        let [rates] = users.sum_by_repeats(|x| [ln_gamma(r + x) - ln_gamma(r)]);
        let [by_user] = users.sum(|user| {
            let stayed =
                -(r + user.repeats) * (alpha + user.age_days).ln() - self.s * (1.0 + user.age_days / self.beta).ln();
            [stayed + self.odds_of_leaving(user).ln_1p()]
        });
        rates + users.users * r * alpha.ln() + by_user
    }

    /// The odds that a user has left before the cut: the integral of the likelihood over the moments of leaving, over
    /// the likelihood of having stayed.
    fn odds_of_leaving(&self, user: &RepeatBuying) -> f64 {
        let (from, to) = (user.recency_days, user.age_days);
        if to <= from {
            return 0.0;
        }
        let (alpha, beta) = (self.alpha, self.beta);
        let odds = if (alpha - beta).abs() <= SLOW * (alpha.max(beta) + from) {
            self.odds_by_series(user.repeats, from, to)
        } else {
            self.odds_by_integral(user.repeats, from, to)
        };
        odds.clamp(0.0, f64::MAX)
    }

    /// s / (r + s + x) · (α + T)^(r + x) · (β + T)^s · A0, by the note's hypergeometric functions after Euler's
    /// transformation: terms of one sign that fall like those of a geometric series.
    fn odds_by_series(&self, x: f64, from: f64, to: f64) -> f64 {
        let Self { r, alpha, s, beta } = *self;
        let (all, apart) = (r + s + x, (alpha - beta).abs());
        let (large, other) = if alpha >= beta { (alpha, s + 1.0) } else { (beta, r + x) };
        let part = |time: f64| {
            let z = apart / (large + time);
            // ₂F₁(all, other; all + 1; z) = (1 − z)^(1 − other) · ₂F₁(1, all + 1 − other; all + 1; z)
            let (mut term, mut sum, mut n) = (1.0_f64, 1.0_f64, 0.0_f64);
            while term > 1e-17 * sum && n < 2000.0 {
                term *= z * (all + 1.0 - other + n) / (all + 1.0 + n);
                sum += term;
                n += 1.0;
            }
            (1.0 - other) * (1.0 - z).ln() - all * (large + time).ln() + sum.ln()
        };
        let stayed = (r + x) * (alpha + to).ln() + s * (beta + to).ln();
        s / all * ((part(from) + stayed).exp() - (part(to) + stayed).exp())
    }

    /// The same by quadrature over the logarithm of time, piece by piece, each so short that the integrand is tame.
    fn odds_by_integral(&self, x: f64, from: f64, to: f64) -> f64 {
        let Self { r, alpha, s, beta } = *self;
        let small = alpha.min(beta);
        let (start, end) = ((small + from).ln(), (small + to).ln());
        let fall = |place: f64| {
            let time = place.exp() - small;
            (r + x) * ((alpha + time) / (alpha + from)).ln() + (s + 1.0) * ((beta + time) / (beta + from)).ln()
        };
        let top = (r + x) * ((alpha + to) / (alpha + from)).ln() + s * ((beta + to) / (beta + from)).ln() + s.ln()
            - (beta + from).ln();
        let (mut at, mut sum) = (start, 0.0);
        while at < end && fall(at) < NEGLIGIBLE + (at - start) {
            // The exponent changes by no more than about 3 within a piece, and time by no more than threefold.
            let length = (3.0 / (r + x + s + 1.0)).clamp(1e-4, 1.0).min(end - at);
            let (middle, half) = (at + length / 2.0, length / 2.0);
            for (place, weight) in GAUSS {
                for side in [-1.0, 1.0] {
                    let at = middle + side * half * place;
                    sum += weight * half * (at - fall(at) + top).exp();
                }
            }
            at += length;
        }
        sum
    }
}

impl RepeatModel for ParetoNbd {
    /// Equation 41 of the note.
    fn expected(&self, user: &RepeatBuying, days: f64) -> f64 {
        let Self { r, alpha, s, beta } = *self;
        let age = user.age_days;
        let later = ((beta + age) / (beta + age + days)).ln();
        let shape = s - 1.0;
        let stays = if shape.abs() < 1e-9 { -later } else { -(shape * later).exp_m1() / shape };
        (r + user.repeats) * (beta + age) / (alpha + age) * stays * self.alive(user)
    }

    fn alive(&self, user: &RepeatBuying) -> f64 {
        1.0 / (1.0 + self.odds_of_leaving(user))
    }
}

#[cfg(test)]
mod tests {
    use super::super::simulated::{Leaving, hard_cases, near, simulate};
    use super::*;

    #[test]
    fn the_parameters_of_simulated_users_are_found() {
        let true_model = ParetoNbd { r: 0.7, alpha: 20.0, s: 0.8, beta: 60.0 };
        let users = simulate(6_000, 5, (0.7, 20.0), Leaving::InTime { s: 0.8, beta: 60.0 });
        let fit = ParetoNbd::fit(&users);
        assert!(fit.fallback.is_none());
        for (found, truth) in [
            (fit.model.r, true_model.r),
            (fit.model.alpha, true_model.alpha),
            (fit.model.s / fit.model.beta, true_model.s / true_model.beta),
        ] {
            near(found, truth, 0.2);
        }
        assert!(fit.log_likelihood >= true_model.log_likelihood(&users));
    }

    #[test]
    fn series_and_integral_tell_the_same() {
        for (alpha, beta) in [(10.0, 10.0), (10.0, 2.0), (2.0, 10.0), (1.0, 9.0), (30.0, 4.0)] {
            for (r, s) in [(0.5, 0.6), (3.0, 0.1), (0.1, 4.0)] {
                for (x, from, to) in [(0.0, 0.0, 40.0), (2.0, 30.43, 38.86), (60.0, 20.0, 39.0), (5.0, 1.0, 1.5)] {
                    let model = ParetoNbd { r, alpha, s, beta };
                    let (series, integral) = (model.odds_by_series(x, from, to), model.odds_by_integral(x, from, to));
                    near(series, integral, 1e-8);
                }
            }
        }
    }

    #[test]
    fn the_note_s_likelihood_is_met() {
        // By scipy 1.17's hyp2f1 in the note's own form, for x = 2, t_x = 30.43, T = 38.86 and the parameters that
        // Fader, Hardie and Lee (2005) print for the Pareto/NBD.
        let model = ParetoNbd { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 };
        let user = RepeatBuying { repeats: 2.0, recency_days: 30.43, age_days: 38.86 };
        assert!((model.log_likelihood(&[user]) - -9.554_283_245_150_407).abs() < 1e-9);
        assert!((model.alive(&user) - 0.869_167_559_153_011_1).abs() < 1e-9);
    }

    #[test]
    fn no_data_lead_to_anything_but_a_forecast() {
        hard_cases(|users| {
            let fit = ParetoNbd::fit(users);
            (fit.log_likelihood, Box::new(fit.model))
        });
    }
}
