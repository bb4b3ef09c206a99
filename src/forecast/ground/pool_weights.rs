//! The pool: simple forecasts as one, weighed in log-shares by a dozen numbers that are the same for every interest.
//!
//! ln share = ln popularity + Σ v·term, normalised: a logarithmic opinion pool (Genest and Zidek, *Combining Probability
//! Distributions*, Statistical Science 1(1), 1986). The weights make what was observed likeliest while they are drawn
//! towards the best simple forecast alone. The loss is convex, so there is one answer, found by Newton's method.

use rayon::prelude::*;

use super::terms::TERMS;
use crate::observe::{Cancelled, Watch};

/// What is weighed: the terms, and the best simple forecast.
pub const WEIGHED: usize = TERMS + 1;
/// How strongly the weights are drawn towards the best simple forecast, or towards those of the horizon before.
const DRAWN: f64 = 100.0;
/// Events of a period come in baskets: n of them count n / √(1 + n / this).
const BASKET_EVENTS: f32 = 10.0;
/// Questions that are looked at together.
const AT_ONCE: usize = 512;
/// Newton's steps at most; a handful suffices.
const STEPS: usize = 50;
/// The loss an event, in nats, below which a step is the last.
const SETTLED: f64 = 1e-9;

/// Questions in numbers, with what was observed.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// `[questions, interests]`: log-popularity at each origin.
    pub popularity: Vec<f32>,
    /// `[questions, WEIGHED, interests]`: terms, and the best simple forecast as another.
    pub terms: Vec<f32>,
    /// `[questions, interests]`: events of the target period.
    pub events: Vec<f32>,
}

/// PoolWeights of the pool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolWeights(pub [f64; WEIGHED]);

impl PoolWeights {
    /// The best simple forecast alone.
    pub fn simple() -> Self {
        let mut weights = [0.0; WEIGHED];
        weights[TERMS] = 1.0;
        Self(weights)
    }

    /// The weights under which `observed` is likeliest, drawn towards `prior`. With nothing observed they are `prior`.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop, at the latest after one look at all questions.
    pub fn fit(observed: &Observed, interests: usize, prior: Self, watch: &Watch) -> Result<Self, Cancelled> {
        let mut weights = prior;
        let events: f64 = observed.events.iter().map(|events| f64::from(*events)).sum();
        if events <= 0.0 {
            return Ok(prior);
        }
        let mut standing = LossAt::at(observed, interests, &weights, &prior);
        for _ in 0..STEPS {
            let Some(step) = standing.newton() else { break };
            // The loss is convex, so a shorter step along the same way lowers it as long as anything does.
            let mut lower = None;
            for length in (0..30).map(|halved| 0.5_f64.powi(halved)) {
                watch.check()?;
                let mut tried = weights;
                tried.0.iter_mut().zip(step).for_each(|(weight, step)| *weight -= length * step);
                let at = LossAt::at(observed, interests, &tried, &prior);
                if at.loss < standing.loss {
                    lower = Some((tried, at));
                    break;
                }
            }
            let Some((tried, at)) = lower else { break };
            let gained = standing.loss - at.loss;
            (weights, standing) = (tried, at);
            if gained < SETTLED * events {
                break;
            }
        }
        Ok(weights)
    }

    /// Log-shares of one question: `popularity` by interest, `terms` by term and interest.
    pub fn log_shares(&self, popularity: &[f32], terms: &[f32]) -> Vec<f32> {
        let mut logs = popularity.to_vec();
        for (weight, term) in self.0.iter().zip(terms.chunks_exact(popularity.len())) {
            logs.iter_mut().zip(term).for_each(|(log, term)| *log += *weight as f32 * term);
        }
        let most = logs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum = most + logs.iter().map(|log| (log - most).exp()).sum::<f32>().ln();
        logs.iter_mut().for_each(|log| *log -= sum);
        logs
    }
}

/// The loss at some weights, with its slope and curvature.
struct LossAt {
    loss: f64,
    slope: [f64; WEIGHED],
    curvature: [[f64; WEIGHED]; WEIGHED],
}

impl LossAt {
    fn at(observed: &Observed, interests: usize, weights: &PoolWeights, prior: &PoolWeights) -> Self {
        let mut all = Self::nothing();
        for at in 0..WEIGHED {
            let off = weights.0[at] - prior.0[at];
            all.loss += DRAWN * off * off;
            all.slope[at] = 2.0 * DRAWN * off;
            all.curvature[at][at] = 2.0 * DRAWN;
        }
        // Parts of fixed length, summed in their order: the sum is the same on any number of cores.
        let parts: Vec<Self> = observed
            .events
            .par_chunks(AT_ONCE * interests)
            .zip(observed.popularity.par_chunks(AT_ONCE * interests))
            .zip(observed.terms.par_chunks(AT_ONCE * WEIGHED * interests))
            .map(|((events, popularity), terms)| {
                let mut part = Self::nothing();
                let questions = events.chunks_exact(interests).zip(popularity.chunks_exact(interests));
                for ((events, popularity), terms) in questions.zip(terms.chunks_exact(WEIGHED * interests)) {
                    let seen: f32 = events.iter().sum();
                    if seen > 0.0 {
                        let scale = 1.0 / (1.0 + seen / BASKET_EVENTS).sqrt();
                        part.add(events, scale, terms, &weights.log_shares(popularity, terms));
                    }
                }
                part
            })
            .collect();
        parts.iter().for_each(|part| all.add_part(part));
        all
    }

    fn nothing() -> Self {
        Self { loss: 0.0, slope: [0.0; WEIGHED], curvature: [[0.0; WEIGHED]; WEIGHED] }
    }

    fn add_part(&mut self, part: &Self) {
        self.loss += part.loss;
        self.slope.iter_mut().zip(part.slope).for_each(|(sum, slope)| *sum += slope);
        let rows = self.curvature.iter_mut().zip(&part.curvature);
        rows.for_each(|(sums, row)| sums.iter_mut().zip(row).for_each(|(sum, curvature)| *sum += curvature));
    }

    fn add(&mut self, events: &[f32], scale: f32, terms: &[f32], log_shares: &[f32]) {
        let interests = events.len();
        let seen = f64::from(scale * events.iter().sum::<f32>());
        let mut means = [0.0; WEIGHED];
        for (interest, log) in log_shares.iter().enumerate() {
            let (share, events) = (f64::from(log.exp()), f64::from(scale * events[interest]));
            self.loss -= events * f64::from(*log);
            let term = |at: usize| f64::from(terms[at * interests + interest]);
            for (one, mean) in means.iter_mut().enumerate() {
                let value = term(one);
                *mean += share * value;
                self.slope[one] += (seen * share - events) * value;
                for other in 0..=one {
                    self.curvature[one][other] += seen * share * value * term(other);
                }
            }
        }
        for one in 0..WEIGHED {
            for other in 0..=one {
                self.curvature[one][other] -= seen * means[one] * means[other];
            }
        }
    }

    /// Newton's step, by Cholesky's factors; none where the curvature is no longer one in numbers.
    fn newton(&self) -> Option<[f64; WEIGHED]> {
        let mut factor = [[0.0; WEIGHED]; WEIGHED];
        for row in 0..WEIGHED {
            for column in 0..=row {
                let known: f64 = (0..column).map(|at| factor[row][at] * factor[column][at]).sum();
                let left = self.curvature[row][column] - known;
                factor[row][column] = if row == column { left.sqrt() } else { left / factor[column][column] };
            }
        }
        let mut step = self.slope;
        for row in 0..WEIGHED {
            let known: f64 = (0..row).map(|at| factor[row][at] * step[at]).sum();
            step[row] = (step[row] - known) / factor[row][row];
        }
        for row in (0..WEIGHED).rev() {
            let known: f64 = (row + 1..WEIGHED).map(|at| factor[at][row] * step[at]).sum();
            step[row] = (step[row] - known) / factor[row][row];
        }
        step.iter().all(|step| step.is_finite()).then_some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng as _, SeedableRng as _};

    /// Questions about users whose events follow weights of 0.8 for the first memory and 0.3 for the simple forecast.
    fn observed(questions: usize, events: f32) -> Observed {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let mut built = Observed::default();
        let mut truth = PoolWeights([0.0; WEIGHED]);
        (truth.0[0], truth.0[TERMS]) = (0.8, 0.3);
        for _ in 0..questions {
            let popularity = [0.5_f32.ln(), 0.3_f32.ln(), 0.2_f32.ln()];
            let terms: Vec<f32> = (0..WEIGHED * 3).map(|_| random.random_range(-1.0..1.0)).collect();
            let shares = truth.log_shares(&popularity, &terms);
            built.popularity.extend(popularity);
            built.events.extend(shares.iter().map(|log| events * log.exp()));
            built.terms.extend(terms);
        }
        built
    }

    fn fit(observed: &Observed, prior: PoolWeights) -> PoolWeights {
        PoolWeights::fit(observed, 3, prior, &Watch::silent()).unwrap()
    }

    #[test]
    fn weights_are_found_again() {
        let fit = fit(&observed(4000, 20.0), PoolWeights::simple());
        for (at, weight) in fit.0.iter().enumerate() {
            let truth = [(0, 0.8), (TERMS, 0.3)].iter().find(|(place, _)| *place == at).map_or(0.0, |found| found.1);
            assert!((weight - truth).abs() < 0.03, "{at}: {weight} instead of {truth}");
        }
    }

    #[test]
    fn the_slope_is_nought_at_the_answer_and_a_small_past_stays_with_the_simple_forecast() {
        let (few, prior) = (observed(3, 2.0), PoolWeights::simple());
        let answer = fit(&few, prior);
        let standing = LossAt::at(&few, 3, &answer, &prior);
        assert!(standing.slope.iter().all(|slope| slope.abs() < 1e-3), "{:?}", standing.slope);
        assert!(answer.0.iter().zip(prior.0).all(|(fit, prior)| (fit - prior).abs() < 0.05), "{answer:?}");
        assert_eq!(fit(&Observed::default(), prior), prior, "nothing observed");
    }

    /// The loss by nothing but loops, and its lowest point by going down its slope, felt out weight by weight.
    fn by_descent(observed: &Observed, prior: &PoolWeights) -> [f64; WEIGHED] {
        let loss = |weights: &[f64; WEIGHED]| {
            let pull: f64 = weights.iter().zip(prior.0).map(|(weight, prior)| 100.0 * (weight - prior).powi(2)).sum();
            let questions = observed.events.chunks_exact(3).zip(observed.popularity.chunks_exact(3));
            let of = |((events, popularity), terms): ((&[f32], &[f32]), &[f32])| {
                let log = |at: usize| {
                    let terms = (0..WEIGHED).map(|term| weights[term] * f64::from(terms[term * 3 + at]));
                    f64::from(popularity[at]) + terms.sum::<f64>()
                };
                let all = (0..3).map(|at| log(at).exp()).sum::<f64>().ln();
                let seen: f64 = events.iter().map(|events| f64::from(*events)).sum();
                let scale = 1.0 / (1.0 + seen / 10.0).sqrt();
                (0..3).map(|at| scale * f64::from(events[at]) * (all - log(at))).sum::<f64>()
            };
            pull + questions.zip(observed.terms.chunks_exact(3 * WEIGHED)).map(of).sum::<f64>()
        };
        let mut at = prior.0;
        for _ in 0..400 {
            let slopes: Vec<f64> = (0..WEIGHED)
                .map(|place| {
                    let (mut more, mut less) = (at, at);
                    (more[place], less[place]) = (more[place] + 1e-5, less[place] - 1e-5);
                    (loss(&more) - loss(&less)) / 2e-5
                })
                .collect();
            at.iter_mut().zip(slopes).for_each(|(weight, slope)| *weight -= 2e-3 * slope);
        }
        at
    }

    #[test]
    fn the_answer_is_that_of_plain_loops() {
        let (some, prior) = (observed(60, 8.0), PoolWeights::simple());
        let (found, wanted) = (fit(&some, prior), by_descent(&some, &prior));
        let off = found.0.iter().zip(wanted).map(|(found, wanted)| (found - wanted).abs()).fold(0.0, f64::max);
        assert!(off < 1e-4, "{:?} instead of {wanted:?}", found.0);
        assert!(found.0.iter().zip(prior.0).any(|(found, prior)| (found - prior).abs() > 0.05), "something was learnt");
    }

    #[test]
    fn the_slope_is_that_of_the_loss() {
        let (some, prior) = (observed(20, 5.0), PoolWeights::simple());
        let at = |weights: &PoolWeights| LossAt::at(&some, 3, weights, &prior);
        let here = at(&prior);
        for place in 0..WEIGHED {
            let (mut more, mut less) = (prior, prior);
            (more.0[place], less.0[place]) = (more.0[place] + 1e-3, less.0[place] - 1e-3);
            let (more, less) = (at(&more), at(&less));
            assert!(((more.loss - less.loss) / 2e-3 - here.slope[place]).abs() < 0.05, "{place}");
            let curved = (more.slope[place] - less.slope[place]) / 2e-3;
            assert!((curved - here.curvature[place][place]).abs() < 0.05, "{place}");
        }
    }
}
