//! Gamma-Gamma: what an order is worth scatters about a mean of each user's own.
//!
//! Fader, Hardie, Lee: RFM and CLV: Using Iso-Value Curves for Customer Base Analysis. Journal of Marketing Research
//! 42(4), 2005, pages 415–430. Fader, Hardie: The Gamma-Gamma Model of Monetary Value, 2013 (brucehardie.com/notes/025);
//! equations are numbered as in the note.

use std::collections::BTreeMap;

use statrs::function::gamma::ln_gamma;

use super::counts::leash;
use super::{Fit, UNSETTLED};
use crate::value::optimum::{minimise, with_differences};

/// What a user's orders were worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderValue {
    /// How many orders (x).
    pub orders: f64,
    /// What they were worth on average (m_x).
    pub mean: f64,
}

/// The model with its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaGamma {
    /// Shape of the gamma distribution of one user's orders.
    pub p: f64,
    /// Shape of the gamma distribution of users' scales; above 1, so that there is a mean.
    pub q: f64,
    /// Scale of that distribution.
    pub v: f64,
}

impl GammaGamma {
    /// The parameters of greatest likelihood of the users whose orders were worth something; others tell nothing.
    pub fn fit(users: &[OrderValue]) -> Fit<Self> {
        let worth: Vec<OrderValue> = users.iter().copied().filter(is_worth).collect();
        let mean = worth.iter().map(|user| user.mean).sum::<f64>() / worth.len().max(1) as f64;
        if !(mean.is_finite() && mean > 0.0) {
            let fallback = Some("no order was worth anything, so usual parameters stand in");
            return Fit { model: Self { p: 1.0, q: 2.0, v: 0.0 }, log_likelihood: 0.0, fallback };
        }
        let mut by_orders: BTreeMap<u64, f64> = BTreeMap::new();
        for user in &worth {
            *by_orders.entry(user.orders.to_bits()).or_default() += 1.0;
        }
        let by_orders: Vec<(f64, f64)> =
            by_orders.into_iter().map(|(orders, users)| (f64::from_bits(orders), users)).collect();
        let scaled: Vec<OrderValue> = worth.iter().map(|user| OrderValue { mean: user.mean / mean, ..*user }).collect();
        let model = |logs: &[f64; 3]| Self { p: logs[0].exp(), q: 1.0 + logs[1].exp(), v: logs[2].exp() };
        let found = minimise(
            [1.0, 1.0, 0.0],
            with_differences(|logs| leash(logs).0 - model(logs).likelihood(&scaled, &by_orders)),
        );
        let best = model(&found.at);
        let log_likelihood = best.likelihood(&scaled, &by_orders) - worth.len() as f64 * mean.ln();
        let fallback = (!found.converged).then_some(UNSETTLED);
        Fit { model: Self { v: best.v * mean, ..best }, log_likelihood, fallback }
    }

    /// ln of the likelihood (equation 1a); what hangs on the number of orders alone is counted by it.
    fn likelihood(&self, users: &[OrderValue], by_orders: &[(f64, f64)]) -> f64 {
        let Self { p, q, v } = *self;
        let counted: f64 = by_orders
            .iter()
            .map(|(x, users)| users * (ln_gamma(p * x + q) - ln_gamma(p * x) - ln_gamma(q) + p * x * x.ln()))
            .sum();
        let each = |user: &OrderValue| {
            let (x, m) = (user.orders, user.mean);
            q * v.ln() + (p * x - 1.0) * m.ln() - (p * x + q) * (v + m * x).ln()
        };
        counted + users.iter().map(each).sum::<f64>()
    }

    /// What an order of a user is worth on average (equation 5): between their own mean and everybody's, the nearer to
    /// their own the more orders they have.
    pub fn expected(&self, user: &OrderValue) -> f64 {
        let Self { p, q, v } = *self;
        let (x, m) = if is_worth(user) { (user.orders, user.mean) } else { (user.orders.max(0.0), 0.0) };
        p * (v + m * x) / (p * x + q - 1.0)
    }
}

fn is_worth(user: &OrderValue) -> bool {
    user.orders > 0.0 && user.mean > 0.0 && user.orders.is_finite() && user.mean.is_finite()
}

#[cfg(test)]
mod tests {
    use super::super::simulated::{gamma, near};
    use super::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn the_parameters_of_simulated_users_are_found() {
        let (p, q, v) = (6.25, 3.74, 15.44);
        let mut random = ChaCha8Rng::seed_from_u64(6);
        let users: Vec<OrderValue> = (0..6_000)
            .map(|i| {
                let orders = f64::from(1 + i % 7);
                let scale = gamma(&mut random, q) / v;
                OrderValue { orders, mean: gamma(&mut random, p * orders) / scale / orders }
            })
            .collect();
        let fit = GammaGamma::fit(&users);
        assert!(fit.fallback.is_none(), "{fit:?}");
        near(fit.model.p, p, 0.15);
        near(fit.model.q, q, 0.15);
        near(fit.model.p * fit.model.v / (fit.model.q - 1.0), p * v / (q - 1.0), 0.03);
    }

    #[test]
    fn an_order_is_expected_between_the_user_s_mean_and_everybody_s() {
        let model = GammaGamma { p: 6.25, q: 3.74, v: 15.44 };
        let all = model.p * model.v / (model.q - 1.0);
        let few = model.expected(&OrderValue { orders: 1.0, mean: 100.0 });
        let many = model.expected(&OrderValue { orders: 50.0, mean: 100.0 });
        assert!(all < few && few < many && many < 100.0, "{all} {few} {many}");
        near(model.expected(&OrderValue { orders: 0.0, mean: 0.0 }), all, 1e-12);
    }

    #[test]
    fn worthless_and_boundless_orders_lead_to_nothing_but_a_forecast() {
        let cases: [&[(f64, f64)]; 6] = [
            &[],
            &[(1.0, 5.0)],
            &[(3.0, 5.0); 40],
            &[(1.0, 0.0), (2.0, -3.0)],
            &[(1.0, f64::NAN), (2.0, 7.0), (f64::INFINITY, 1.0)],
            &[(1.0, 1e-9), (900.0, 1e12), (2.0, 1.0)],
        ];
        for case in cases {
            let users: Vec<OrderValue> = case.iter().map(|&(orders, mean)| OrderValue { orders, mean }).collect();
            let fit = GammaGamma::fit(&users);
            let worth: Vec<f64> = [(1.0, 5.0), (0.0, 0.0), (4.0, 1e9)]
                .map(|(orders, mean)| fit.model.expected(&OrderValue { orders, mean }))
                .to_vec();
            assert!(fit.log_likelihood.is_finite() && worth.iter().all(|worth| worth.is_finite() && *worth >= 0.0));
        }
    }
}
