//! Driftline's own model: boosted trees that learn, from what was known before many past cuts, what came after them.
//!
//! What is expected is near a median, so that the mean absolute error is small; who stands before whom is told by an
//! expected mean, and the two are brought together by giving the n-th in that order the n-th highest of the medians.

use super::inputs::{WIDTH, write_inputs};
use super::ledger::Ledger;
use super::scores::order;
use super::trees::{Binned, Boosted, Growth, Loss};
use crate::events::UserId;
use crate::observe::{Cancelled, Stage, Watch};

/// Rows that are learnt from at most; of more, cuts are left out evenly.
const MOST_ROWS: usize = 60_000;
/// Fewer teach nothing.
const LEAST_ROWS: usize = 60;
/// Days between past cuts.
const EVERY: i64 = 7;
/// A cut has at least so many days of log before it.
const LEAST_PAST: i64 = 60;
/// Days after which a past cut counts half.
const HALF_LIFE: f64 = 182.0;
/// Days about the same season that count more, as a deviation.
const SEASON: f64 = 30.0;
/// Quantiles that bands and medians are made of.
const QUANTILES: [f64; 7] = [0.025, 0.1, 0.5, 0.8, 0.9, 0.95, 0.975];

/// What is expected of users, each column in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct OwnAnswers {
    pub expected: Vec<f64>,
    pub mean: Vec<f64>,
    pub orders: Vec<f64>,
    pub p_active: Vec<f64>,
    /// Level in percent, with lower and upper limits.
    pub bands: Vec<(u8, Vec<(f64, f64)>)>,
    /// Past cuts it learnt from, and rows.
    pub cuts: usize,
    pub rows: usize,
}

/// The past cuts that lie a whole window before `cut`, the last first.
pub(super) fn past_cuts(ledger: &Ledger, cut: i64, days: i64) -> Vec<i64> {
    let Some((first, _)) = ledger.span else { return Vec::new() };
    let earliest = first + LEAST_PAST.min(days);
    (0..).map(|week| cut - days - EVERY * week).take_while(|past| *past >= earliest).collect()
}

/// Learns before `cut` and answers for users; none where the log is too short to learn from.
///
/// # Errors
/// A wish to stop.
pub(super) fn answers(
    ledger: &Ledger,
    users: &[UserId],
    cut: i64,
    days: i64,
    seed: u64,
    watch: &Watch,
) -> Result<Option<OwnAnswers>, Cancelled> {
    let all = past_cuts(ledger, cut, days);
    let many: usize = all.iter().map(|past| ledger.customers(*past).len()).sum();
    let cuts: Vec<i64> = all.into_iter().step_by(many.div_ceil(MOST_ROWS).max(1)).collect();
    let (mut inputs, mut values, mut orders, mut weight) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for past in &cuts {
        watch.check()?;
        let age = (cut - days - past) as f64;
        let apart = ((cut - past) as f64 + 182.5).rem_euclid(365.0) - 182.5;
        let counts = (-age / HALF_LIFE).exp2() + (-(apart / SEASON).powi(2)).exp();
        for user in ledger.customers(*past) {
            write_inputs(ledger, user, *past, days, &mut inputs);
            let (value, many) = ledger.worth(user, *past..past + days);
            values.push(value);
            orders.push(many);
            weight.push(counts);
        }
    }
    let rows = values.len();
    let scale = values.iter().sum::<f64>() / rows.max(1) as f64;
    if rows < LEAST_ROWS || scale <= 0.0 {
        return Ok(None);
    }
    let data = Binned::of(&inputs, WIDTH);
    drop(inputs);
    let mut asked = Vec::with_capacity(users.len() * WIDTH);
    users.iter().for_each(|user| write_inputs(ledger, *user, cut, days, &mut asked));
    let asked = data.place(&asked);
    let growth = Growth { least_rows: (rows / 600).clamp(5, 100), ..Growth::default() };
    let total = (growth.rounds * (QUANTILES.len() + 4)) as u64;
    let mut meter = watch.meter(Stage::Train, "tree", Some(total));
    let mut learn = |target: &[f64], loss| {
        Ok(Boosted::fit(&data, target, &weight, loss, &growth, seed, &mut meter)?.answers(&asked))
    };
    let roots: Vec<f64> = values.iter().map(|value| (value / scale).sqrt()).collect();
    let parts: Vec<f64> = values.iter().map(|value| value / scale).collect();
    let active: Vec<f64> = orders.iter().map(|many| f64::from(u8::from(*many > 0.0))).collect();
    let mean = learn(&parts, Loss::Tweedie)?;
    let typical = learn(&roots, Loss::Squared)?;
    let many = learn(&orders, Loss::Tweedie)?;
    let odds = learn(&active, Loss::Logistic)?;
    let mut quantiles = Vec::new();
    for level in QUANTILES {
        quantiles.push(learn(&roots, Loss::Quantile(level))?);
    }
    let mut of_users: Vec<Vec<f64>> = (0..users.len())
        .map(|user| quantiles.iter().map(|level| level[user].max(0.0).powi(2) * scale).collect())
        .collect();
    of_users.iter_mut().for_each(|levels| levels.sort_by(f64::total_cmp));
    let standing: Vec<f64> =
        mean.iter().zip(&typical).map(|(mean, root)| 0.5 * mean + 0.5 * (root.max(0.0).powi(2) + 1e-3).ln()).collect();
    let mean: Vec<f64> = mean.iter().map(|mean| mean.clamp(-30.0, 30.0).exp() * scale).collect();
    let mut medians: Vec<f64> = of_users.iter().map(|levels| levels[2]).collect();
    medians.sort_by(|one, other| other.total_cmp(one));
    let mut expected = vec![0.0; users.len()];
    for (place, user) in order(&standing).into_iter().enumerate() {
        // So small a part keeps those apart whose median is the same; nobody's value changes by more than a thousandth.
        expected[user] = medians[place] + 1e-3 * scale * (1.0 - place as f64 / users.len() as f64);
    }
    let p_active: Vec<f64> = odds.iter().map(|odds| 1.0 / (1.0 + (-odds).exp())).collect();
    let band = |outer: f64, [low, high, alone]: [usize; 3]| -> Vec<(f64, f64)> {
        of_users
            .iter()
            .zip(p_active.iter().zip(&expected))
            .map(|(levels, (active, expected))| {
                // Where nothing is likelier than the part that a band leaves out below, the band begins at 0 and leaves
                // out only above.
                let from_zero = 1.0 - active >= outer || levels[low] <= 0.0;
                let (lower, upper) = if from_zero { (0.0, levels[alone]) } else { (levels[low], levels[high]) };
                (lower.min(*expected), upper.max(*expected))
            })
            .collect()
    };
    let bands = vec![(80, band(0.1, [1, 4, 3])), (95, band(0.025, [0, 6, 5]))];
    let orders = many.iter().map(|many| many.clamp(-30.0, 30.0).exp()).collect();
    Ok(Some(OwnAnswers { expected, mean, orders, p_active, bands, cuts: cuts.len(), rows }))
}
