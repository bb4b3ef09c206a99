//! The pool as a model of its own: as good as many a network, and there at once.

use rayon::prelude::*;

use super::model::{FittedModel, Known, Model};
use crate::forecast::ForecastError;
use crate::forecast::network::saved::NetworkRole;
use crate::forecast::past::history::Question;
use crate::forecast::past::lessons::Lessons;

/// A weighted logarithmic pool of simple forecasts; see [`crate::forecast::ground::fitted_pool`].
#[derive(Clone, Copy, Debug)]
pub struct Pool;

#[derive(Debug)]
struct Pooled<'a>(&'a Known<'a>);

impl Model for Pool {
    fn fit<'a>(&self, known: &'a Known<'a>) -> Result<Box<dyn FittedModel + 'a>, ForecastError> {
        known.pool(NetworkRole::Whole)?;
        Ok(Box::new(Pooled(known)))
    }
}

impl FittedModel for Pooled<'_> {
    fn practise(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        let validation = self.0.split.validation;
        let role =
            |question: &Question| if question.origin >= validation { NetworkRole::Recent } else { NetworkRole::Judged };
        self.shares(questions, role)
    }

    fn forecast(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        self.shares(questions, |_| NetworkRole::Whole)
    }
}

impl Pooled<'_> {
    /// Shares by the pool of the role that each question is for, questions × interests.
    fn shares(
        &self,
        questions: &Lessons,
        role: impl Fn(&Question) -> NetworkRole + Sync,
    ) -> Result<Vec<f32>, ForecastError> {
        let known = self.0;
        let (terms, ridges, pasts, interests) = (known.terms(), known.ridges()?, &known.pasts, known.interests());
        let pools =
            [NetworkRole::Judged, NetworkRole::Recent, NetworkRole::Whole].map(|role| Ok((role, known.pool(role)?)));
        let pools = pools.into_iter().collect::<Result<Vec<_>, ForecastError>>()?;
        let users: Vec<&[Question]> =
            questions.questions().chunk_by(|a, b| a.user == b.user && role(a) == role(b)).collect();
        let of_user = |of_user: &&[Question]| {
            let asked = role(&of_user[0]);
            let (_, pool) = pools.iter().find(|(role, _)| *role == asked)?;
            let numbers = pool.numbers(&terms, ridges, &pasts[of_user[0].user.index()], of_user);
            Some(pool.log_shares(&numbers, of_user, interests))
        };
        let logs: Vec<f32> = users.par_iter().filter_map(of_user).flatten().collect();
        Ok(logs.into_iter().map(f32::exp).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Period;
    use crate::forecast::config::ForecastConfig;
    use crate::forecast::ground::pool_weights::PoolWeights;
    use crate::forecast::network::checkpoint::Checkpoints;
    use crate::forecast::network::saved::Start;
    use crate::forecast::testing::{alone, lively};
    use crate::interests::{RowTopics, RowVectors, Trajectories};
    use crate::observe::{CancelToken, Silent, Watch};
    use std::sync::Arc;

    /// The topics of a row are those of its interests, two for each, by the row's number.
    fn vectors(log: &Trajectories) -> RowVectors {
        let of_row = |row: usize| {
            let of_cell =
                |cell: usize| vec![2 * log.interest[cell] + (row % 2) as u16; log.events[cell].min(9) as usize];
            log.cells(row).flat_map(of_cell).collect()
        };
        let topics = RowTopics::of_rows(2 * log.interests, (0..log.period.len()).map(of_row));
        RowVectors { topics, ..RowVectors::default() }
    }

    fn answers(log: &Trajectories, watch: &Watch) -> Result<[Vec<f32>; 2], ForecastError> {
        let _alone = alone();
        let (vectors, config, nowhere) = (vectors(log), ForecastConfig::default(), Checkpoints::none());
        let known = Known::at_origin(log, &vectors, &config, tch::Device::Cpu, Start::Anew(&nowhere), watch)?;
        let fitted = Pool.fit(&known)?;
        let ahead = Lessons::ahead(&known.pasts, known.split.origin, config.horizon);
        Ok([fitted.practise(&known.practice())?, fitted.forecast(&ahead)?])
    }

    #[test]
    fn the_same_log_gives_the_same_bits_and_shares_that_add_up() {
        let log = lively(90, 14, 4, 5);
        let [one, two] = [(); 2].map(|()| answers(&log, &Watch::silent()).unwrap());
        let bits = |answers: &[Vec<f32>; 2]| answers.concat().iter().map(|share| share.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&one), bits(&two));
        assert_eq!(one[1].len(), 90 * 3 * 4);
        for shares in one.iter().flat_map(|answers| answers.chunks_exact(4)) {
            assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-5 && shares.iter().all(|share| *share > 0.0));
        }
    }

    #[test]
    fn what_comes_at_and_after_an_origin_changes_nothing() {
        let mut known = lively(90, 16, 4, 6);
        known.origin = Period(14);
        let mut noise = known.clone();
        for row in (0..noise.period.len()).filter(|row| noise.period[*row] >= noise.origin) {
            for cell in noise.cells(row) {
                (noise.events[cell], noise.interest[cell]) = (7 * noise.events[cell] + 1, 3 - noise.interest[cell]);
            }
        }
        assert_ne!(known, noise);
        let [known, noise] = [known, noise].map(|log| answers(&log, &Watch::silent()).unwrap());
        assert_eq!(known, noise);
    }

    #[test]
    fn past_questions_are_answered_by_weights_that_did_not_learn_from_them() {
        let log = lively(90, 16, 4, 7);
        // Other answers in the validation periods, the very last ones.
        let mut other = log.clone();
        let split = crate::forecast::past::split::Split::of_log(&log, 3).unwrap();
        for row in (0..other.period.len()).filter(|row| other.period[*row] == split.origin.plus(-1)) {
            for cell in other.cells(row) {
                other.interest[cell] = 3 - other.interest[cell];
            }
        }
        assert_ne!(log, other);
        let [log, other] = [log, other].map(|log| answers(&log, &Watch::silent()).unwrap());
        assert_eq!(log[0], other[0], "practice ends before");
        assert_ne!(log[1], other[1], "what forecasts knows it");
    }

    #[test]
    fn without_a_past_to_learn_from_the_pool_is_the_best_simple_forecast() {
        // Everybody is there twice, in the periods that judge.
        let mut log = lively(30, 12, 3, 8);
        log.period.iter_mut().for_each(|period| *period = Period(10 + period.0 % 2));
        let _alone = alone();
        let (vectors, config, nowhere) = (RowVectors::default(), ForecastConfig::default(), Checkpoints::none());
        let watch = Watch::silent();
        let mut sorted = log.clone();
        for user in 0..log.users() as u32 {
            let rows = log.rows(crate::events::UserId(user));
            sorted.period[rows].sort_unstable();
        }
        let known =
            Known::at_origin(&sorted, &vectors, &config, tch::Device::Cpu, Start::Anew(&nowhere), &watch).unwrap();
        let pool = known.pool(NetworkRole::Judged).unwrap();
        assert_eq!((pool.weights(1), pool.weights(3)), (&PoolWeights::simple(), &PoolWeights::simple()));
    }

    #[test]
    fn a_wish_to_stop_is_heard() {
        let log = lively(30, 8, 3, 9);
        let looks = |token: CancelToken| {
            let watch = Watch::new(Arc::new(Silent), token);
            let stopped = matches!(answers(&log, &watch), Err(ForecastError::Cancelled(_)));
            (stopped, watch.cancel_token().looks())
        };
        let (stopped, all) = looks(CancelToken::new());
        assert!(!stopped && all > 2 * 8, "once for each time the regression is solved at least: {all}");
        for stop in (1..=all).step_by(5) {
            assert!(looks(CancelToken::at_look(stop)).0, "at the {stop}th of {all} looks");
        }
    }
}
