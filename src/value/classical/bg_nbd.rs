//! BG/NBD: a user buys at a rate of their own and, after each order, leaves for good with a chance of their own.
//!
//! Fader, Hardie, Lee: "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model.
//! Marketing Science 24(2), 2005, pages 275–284. Equations are numbered as there.

use super::beta_geometric::{self, BetaGeometric};
use super::counts::{Grouped, RepeatBuying, ln_rising};
use super::hypergeometric::hypergeometric;
use super::{Fit, RepeatModel};

/// The model with its parameters; time in days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BgNbd {
    /// Shape of the gamma distribution of rates.
    pub r: f64,
    /// Its scale: rates are r / alpha orders a day on average.
    pub alpha: f64,
    /// First parameter of the beta distribution of the chance to leave.
    pub a: f64,
    /// The second.
    pub b: f64,
}

impl BgNbd {
    /// The parameters of greatest likelihood.
    pub fn fit(users: &[RepeatBuying]) -> Fit<Self> {
        beta_geometric::fit(users)
    }

    /// ln of the likelihood of users (equation 6).
    pub fn log_likelihood(&self, users: &[RepeatBuying]) -> f64 {
        beta_geometric::log_likelihood(self, users)
    }
}

impl BetaGeometric for BgNbd {
    fn of([r, alpha, a, b]: [f64; 4]) -> Self {
        Self { r, alpha, a, b }
    }

    fn parameters(&self) -> [f64; 4] {
        [self.r, self.alpha, self.a, self.b]
    }

    fn likelihood(&self, users: &Grouped) -> (f64, [f64; 4]) {
        let Self { r, alpha, a, b } = *self;
        let by_repeats = users.sum_by_repeats(|x| {
            let (rate, by_r, _) = ln_rising(r, x);
            let (stays, by_b, _) = ln_rising(b, x);
            let (all, by_all, _) = ln_rising(a + b, x);
            [rate + stays - all, r * by_r, -a * by_all, b * (by_b - by_all)]
        });
        let alone = [r * alpha.ln(), r * (alpha.ln()), r].map(|term| term * users.users);
        let by_user = users.sum(|user| {
            let x = user.repeats;
            let (to_cut, to_last) = ((alpha + user.age_days).ln(), (alpha + user.recency_days).ln());
            let (stayed, left) = if x > 0.0 {
                let odds = (a / (b + x - 1.0)).ln() + (r + x) * (to_cut - to_last);
                (1.0 / (1.0 + odds.exp()), 1.0 / (1.0 + (-odds).exp()))
            } else {
                (1.0, 0.0)
            };
            let sum = if left < 0.5 {
                -(r + x) * to_cut - stayed.ln()
            } else {
                -(r + x) * to_last + (a / (b + x - 1.0)).ln() - left.ln()
            };
            [
                sum,
                -r * (stayed * to_cut + left * to_last),
                -alpha * (r + x) * (stayed / (alpha + user.age_days) + left / (alpha + user.recency_days)),
                left,
                if x > 0.0 { -b * left / (b + x - 1.0) } else { 0.0 },
            ]
        });
        let value = by_repeats[0] + alone[0] + by_user[0];
        let slope = [
            by_repeats[1] + alone[1] + by_user[1],
            alone[2] + by_user[2],
            by_repeats[2] + by_user[3],
            by_repeats[3] + by_user[4],
        ];
        (value, slope)
    }
}

impl BgNbd {
    /// ln of the odds that a user has left.
    fn odds_of_leaving(&self, user: &RepeatBuying) -> f64 {
        if user.repeats <= 0.0 {
            return f64::NEG_INFINITY;
        }
        let since = ((self.alpha + user.age_days) / (self.alpha + user.recency_days)).ln();
        (self.a / (self.b + user.repeats - 1.0)).ln() + (self.r + user.repeats) * since
    }
}

impl RepeatModel for BgNbd {
    /// Equation 10, after Euler's transformation, in which nothing overflows.
    fn expected(&self, user: &RepeatBuying, days: f64) -> f64 {
        let Self { r, alpha, b, .. } = *self;
        // The formula has a removable hole at 1.
        let a = if (self.a - 1.0).abs() < 1e-5 { 1.0 + 1e-5 } else { self.a };
        let (x, z) = (user.repeats, days / (alpha + user.age_days + days));
        let all = a + b + x - 1.0;
        let all = if all.abs() < 1e-5 { 1e-5 } else { all };
        let left = (1.0 - z).powf(a - 1.0) * hypergeometric(a - 1.0, a + b - 1.0 - r, all, z);
        let stayed = all / (a - 1.0) * (1.0 - left);
        // Nobody who stays buys more than at their rate.
        let most = (r + x) / (alpha + user.age_days) * days;
        let stayed = if stayed.is_finite() { stayed.clamp(0.0, most) } else { most };
        stayed * self.alive(user)
    }

    fn alive(&self, user: &RepeatBuying) -> f64 {
        1.0 / (1.0 + self.odds_of_leaving(user).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::super::simulated::{Leaving, hard_cases, near, simulate, slope_is_that_of};
    use super::*;

    #[test]
    fn the_parameters_of_simulated_users_are_found() {
        let true_model = BgNbd { r: 0.6, alpha: 20.0, a: 0.9, b: 2.5 };
        let users = simulate(6_000, 1, (0.6, 20.0), Leaving::AfterOrders { a: 0.9, b: 2.5, first: false });
        let fit = BgNbd::fit(&users);
        assert!(fit.fallback.is_none());
        for (found, truth) in [
            (fit.model.r, true_model.r),
            (fit.model.alpha, true_model.alpha),
            (fit.model.a / (fit.model.a + fit.model.b), 0.9 / 3.4),
        ] {
            near(found, truth, 0.15);
        }
        assert!(fit.log_likelihood >= true_model.log_likelihood(&users));
    }

    #[test]
    fn the_paper_s_figures_are_met() {
        // Section 4 of the paper: parameters by week, and customer 0157 of a well-known example.
        let model = BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
        let user = RepeatBuying { repeats: 2.0, recency_days: 30.43, age_days: 38.86 };
        near(model.expected(&user, 39.0), 1.226, 0.001);
    }

    #[test]
    fn the_slope_is_that_of_the_likelihood() {
        let users = simulate(200, 2, (0.8, 30.0), Leaving::AfterOrders { a: 1.2, b: 3.0, first: false });
        let grouped = Grouped::of(&users);
        slope_is_that_of([-0.3, 0.7, 0.2, 0.9], |logs| {
            let [r, alpha, a, b] = logs.map(f64::exp);
            BgNbd { r, alpha, a, b }.likelihood(&grouped)
        });
    }

    #[test]
    fn no_data_lead_to_anything_but_a_forecast() {
        hard_cases(|users| {
            let fit = BgNbd::fit(users);
            (fit.log_likelihood, Box::new(fit.model))
        });
    }
}
