//! MBG/NBD: like BG/NBD, but a user may leave for good right after the first order too.
//!
//! Batislam, Denizel, Filiztekin: Empirical validation and comparison of models for customer base analysis.
//! International Journal of Research in Marketing 24(3), 2007, pages 201–209.
//! Hoppe, Wagner: Customer Base Analysis: The Case for a Central Variant of the Betageometric/NBD Model.
//! Marketing ZFP – Journal of Research and Management 3(2), 2007, pages 75–90.

use super::beta_geometric::{self, BetaGeometric};
use super::counts::{Grouped, RepeatBuying, ln_rising};
use super::hypergeometric::hypergeometric;
use super::{Fit, RepeatModel};

/// The model with its parameters; time in days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MbgNbd {
    /// Shape of the gamma distribution of rates.
    pub r: f64,
    /// Its scale: rates are r / alpha orders a day on average.
    pub alpha: f64,
    /// First parameter of the beta distribution of the chance to leave.
    pub a: f64,
    /// The second.
    pub b: f64,
}

impl MbgNbd {
    /// The parameters of greatest likelihood.
    pub fn fit(users: &[RepeatBuying]) -> Fit<Self> {
        beta_geometric::fit(users)
    }

    /// ln of the likelihood of users.
    pub fn log_likelihood(&self, users: &[RepeatBuying]) -> f64 {
        beta_geometric::log_likelihood(self, users)
    }
}

impl BetaGeometric for MbgNbd {
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
            let (stays, by_b, _) = ln_rising(b, x + 1.0);
            let (all, by_all, _) = ln_rising(a + b, x + 1.0);
            [rate + stays - all, r * by_r, -a * by_all, b * (by_b - by_all)]
        });
        let alone = [r * alpha.ln(), r].map(|term| term * users.users);
        let by_user = users.sum(|user| {
            let x = user.repeats;
            let (to_cut, to_last) = ((alpha + user.age_days).ln(), (alpha + user.recency_days).ln());
            let odds = (a / (b + x)).ln() + (r + x) * (to_cut - to_last);
            let (stayed, left) = (1.0 / (1.0 + odds.exp()), 1.0 / (1.0 + (-odds).exp()));
            let sum = if left < 0.5 {
                -(r + x) * to_cut - stayed.ln()
            } else {
                -(r + x) * to_last + (a / (b + x)).ln() - left.ln()
            };
            [
                sum,
                -r * (stayed * to_cut + left * to_last),
                -alpha * (r + x) * (stayed / (alpha + user.age_days) + left / (alpha + user.recency_days)),
                left,
                -b * left / (b + x),
            ]
        });
        let value = by_repeats[0] + alone[0] + by_user[0];
        let slope = [
            by_repeats[1] + alone[0] + by_user[1],
            alone[1] + by_user[2],
            by_repeats[2] + by_user[3],
            by_repeats[3] + by_user[4],
        ];
        (value, slope)
    }
}

impl MbgNbd {
    /// The chance that a user has an order in the next `days`: they have not left, and their rate brings one.
    pub fn p_active(&self, user: &RepeatBuying, days: f64) -> f64 {
        let none = -(self.r + user.repeats) * (days / (self.alpha + user.age_days)).ln_1p();
        -none.exp_m1() * self.alive(user)
    }
}

impl RepeatModel for MbgNbd {
    /// Equation 14 of Hoppe and Wagner, after Euler's transformation, in which nothing overflows.
    fn expected(&self, user: &RepeatBuying, days: f64) -> f64 {
        let Self { r, alpha, b, .. } = *self;
        // The formula has a removable hole at 1.
        let a = if (self.a - 1.0).abs() < 1e-5 { 1.0 + 1e-5 } else { self.a };
        let (x, z) = (user.repeats, days / (alpha + user.age_days + days));
        let all = a + b + x;
        let left = (1.0 - z).powf(a - 1.0) * hypergeometric(a - 1.0, a + b - r, all, z);
        let stayed = all / (a - 1.0) * (1.0 - left);
        // Nobody who stays buys more than at their rate.
        let most = (r + x) / (alpha + user.age_days) * days;
        let stayed = if stayed.is_finite() { stayed.clamp(0.0, most) } else { most };
        stayed * self.alive(user)
    }

    fn alive(&self, user: &RepeatBuying) -> f64 {
        let since = ((self.alpha + user.age_days) / (self.alpha + user.recency_days)).ln();
        let odds = (self.a / (self.b + user.repeats)).ln() + (self.r + user.repeats) * since;
        1.0 / (1.0 + odds.exp())
    }
}

#[cfg(test)]
mod tests {
    use super::super::simulated::{Leaving, hard_cases, near, simulate, slope_is_that_of};
    use super::*;

    #[test]
    fn the_parameters_of_simulated_users_are_found() {
        let true_model = MbgNbd { r: 0.7, alpha: 25.0, a: 0.8, b: 2.0 };
        let users = simulate(6_000, 3, (0.7, 25.0), Leaving::AfterOrders { a: 0.8, b: 2.0, first: true });
        let fit = MbgNbd::fit(&users);
        assert!(fit.fallback.is_none());
        for (found, truth) in [
            (fit.model.r, true_model.r),
            (fit.model.alpha, true_model.alpha),
            (fit.model.a / (fit.model.a + fit.model.b), 0.8 / 2.8),
        ] {
            near(found, truth, 0.2);
        }
        assert!(fit.log_likelihood >= true_model.log_likelihood(&users));
    }

    #[test]
    fn the_slope_is_that_of_the_likelihood() {
        let users = simulate(200, 4, (0.8, 30.0), Leaving::AfterOrders { a: 1.2, b: 3.0, first: true });
        let grouped = Grouped::of(&users);
        slope_is_that_of([-0.3, 0.7, 0.2, 0.9], |logs| {
            let [r, alpha, a, b] = logs.map(f64::exp);
            MbgNbd { r, alpha, a, b }.likelihood(&grouped)
        });
    }

    #[test]
    fn no_data_lead_to_anything_but_a_forecast() {
        hard_cases(|users| {
            let fit = MbgNbd::fit(users);
            (fit.log_likelihood, Box::new(fit.model))
        });
    }
}
