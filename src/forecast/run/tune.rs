//! Walks a search for a network's shape, round by round.

use std::sync::Mutex;

use crate::forecast::ForecastError;
use crate::forecast::config::{CellKind, ForecastConfig, NetworkShape, training_horizons};
use crate::forecast::models::model::Known;
use crate::forecast::models::recurrent::training;
use crate::forecast::network::checkpoint::Checkpoints;
use crate::forecast::network::saved::{NetworkRole, Start};
use crate::forecast::network::train::{LessonTensors, Member, Stop, Training};
use crate::forecast::network::tuning::{Trial, TrialState, Tuning, search_rounds, shapes_to_try};
use crate::forecast::past::lessons::Lessons;
use crate::forecast::past::split::Split;
use crate::interests::{OneThread, RowVectors, Trajectories};
use crate::observe::{Stage, Watch};
use crate::wording::counted;

/// Tries `trials` shapes of a network of `cell` at the trajectories' origin, those of [`shapes_to_try`]. They
/// learn from the periods before the tuning ones and are compared on those, which all training is stopped by; the
/// validation periods, on which models are scored, are not looked at. `tell` hears whenever a trial begins or ends.
/// Asked to stop, it answers what it has.
///
/// # Errors
/// As [`crate::forecast::run`], but for [`ForecastError::Cancelled`].
#[expect(clippy::too_many_arguments, reason = "a run's, and how much to search")]
pub fn tune(
    trajectories: &Trajectories,
    vectors: &RowVectors,
    config: &ForecastConfig,
    cell: CellKind,
    trials: usize,
    device: tch::Device,
    checkpoints: &Checkpoints,
    tell: &mut dyn FnMut(&Tuning),
    watch: &Watch,
) -> Result<Tuning, ForecastError> {
    let known = Known::at_origin(trajectories, vectors, config, device, Start::Anew(checkpoints), watch)?;
    let _threads = OneThread::on(device);
    let Split { first, tune, validation, .. } = known.split;
    let features = known.features(&[cell], NetworkRole::Judged)?;
    let new = |shape: NetworkShape| Trial {
        shape,
        state: TrialState::Waiting,
        rounds: 0,
        curve: Vec::new(),
        loss: f64::INFINITY,
    };
    let rounds = search_rounds(trials, config.max_epochs);
    let mut tuning = Tuning {
        trials: shapes_to_try(config, trials, first, trajectories.origin).into_iter().map(new).collect(),
        rounds: rounds.clone(),
        finished: false,
        first: tune,
        last: validation.plus(-1),
    };
    let horizons = training_horizons(config.horizon);
    let reference = &known.references()?[0];
    let stop = Lessons::of(&known.pasts, tune..validation, first, &horizons);
    let stop = LessonTensors::of(&features, &stop, None)?;
    // The usual shape may be one more in each round but the first.
    let epochs: usize = rounds.iter().map(|round| (round.trials + 1).min(trials) * round.epochs as usize).sum();
    let mut meter = watch.meter(Stage::Train, "epoch", Some(epochs as u64));
    let meter = Mutex::new(&mut meter);
    let mut members: Vec<Option<Member>> = tuning.trials.iter().map(|_| None).collect();
    for (number, round) in rounds.iter().enumerate() {
        let mut order: Vec<usize> = (0..tuning.trials.len()).collect();
        order.sort_by(|a, b| tuning.trials[*a].loss.total_cmp(&tuning.trials[*b].loss));
        let out = order.split_off(round.trials.min(order.len()));
        for at in out {
            if at == 0 {
                order.push(at);
            } else {
                // Those that are out give their memory back.
                members[at] = None;
                tuning.trials[at].state = TrialState::Dropped;
            }
        }
        order.sort_unstable();
        order.iter().for_each(|at| tuning.trials[*at].state = TrialState::Waiting);
        for at in order {
            tuning.trials[at].state = TrialState::Running;
            tell(&tuning);
            let trial = &mut tuning.trials[at];
            let config = ForecastConfig { max_epochs: round.epochs, ..config.shaped(trial.shape) };
            let since = trial.shape.window.map_or(first, |window| first.max(tune.plus(-window)));
            let learn = Lessons::of(&known.pasts, since..tune, first, &horizons).with_activity(since..tune);
            let training = Training { config: &config, ..training(&known, cell, &features) };
            let name = format!("trial {} of {trials} · round {}", at + 1, number + 1);
            let heads = config.shape.heads.weight().map(|_| reference);
            let held = LessonTensors::of(&features, &learn, heads)?;
            match training.member(&name, config.seed, &held, Stop::Early(&stop), members[at].take(), &meter) {
                Err(ForecastError::Cancelled(_)) => {
                    trial.state = TrialState::Waiting;
                    return Ok(tuning);
                }
                Err(other) => return Err(other),
                Ok(member) => {
                    trial.rounds += 1;
                    trial.state = TrialState::Done;
                    trial.curve.extend(member.curve.iter().cloned());
                    let losses = member.curve.iter().filter_map(|point| point.validation);
                    trial.loss = losses.fold(trial.loss, f64::min);
                    members[at] = Some(member);
                }
            }
        }
        let best = &tuning.trials[tuning.best()];
        watch.note(format!(
            "Tuning, round {} of {}: {}, the best at {:.4} nats an event ({}).",
            number + 1,
            rounds.len(),
            counted(round.trials, "trial"),
            best.loss,
            best.shape
        ));
    }
    tuning.finished = true;
    Ok(tuning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Period;
    use crate::forecast::network::tuning::Round;
    use crate::forecast::testing::{alone, lively};
    use crate::observe::CurvePoint;
    use crate::observe::{CancelToken, Observer, Progress};
    use std::sync::Arc;

    fn search(trials: usize, checkpoints: &Checkpoints, watch: &Watch) -> Tuning {
        let log = lively(100, 14, 3, 8);
        let config = ForecastConfig {
            shape: NetworkShape { hidden: 8, ..NetworkShape::default() },
            batch_users: 32,
            max_epochs: 12,
            ..ForecastConfig::default()
        };
        let cpu = tch::Device::Cpu;
        tune(&log, &RowVectors::default(), &config, CellKind::Lstm, trials, cpu, checkpoints, &mut |_| {}, watch)
            .unwrap()
    }

    #[test]
    fn a_third_goes_on_for_three_times_as_long() {
        let round = |trials, epochs| Round { trials, epochs };
        assert_eq!(search_rounds(9, 40), [round(9, 3), round(3, 9), round(1, 27)]);
        assert_eq!(search_rounds(20, 40), [round(20, 3), round(7, 9), round(3, 27)], "as long as a network may learn");
        assert_eq!(search_rounds(1, 40), [round(1, 3), round(1, 9)]);
        assert_eq!(search_rounds(5, 2), [round(5, 2)]);
    }

    #[test]
    fn the_better_trials_go_on_and_the_best_is_taken() {
        let _alone = alone();
        let (none, silent) = (Checkpoints::none(), Watch::silent());
        let found = search(5, &none, &silent);
        assert!(found.finished);
        assert_eq!(found.trials[0].rounds, 2, "the usual shape goes on, however it did");
        assert_eq!(found.trials[0].shape, NetworkShape::default());
        let (kept, out): (Vec<&Trial>, Vec<&Trial>) = found.trials[1..].iter().partition(|trial| trial.rounds > 1);
        assert!((1..=2).contains(&kept.len()), "a third, rounded up: {found:?}");
        assert!(out.iter().all(|trial| trial.state == TrialState::Dropped));
        assert!(kept.iter().all(|trial| trial.state == TrialState::Done));
        let first_round = |trial: &Trial| {
            let of_round = trial.curve.iter().filter(|point| point.curve.ends_with("round 1"));
            of_round.filter_map(|point| point.validation).fold(f64::INFINITY, f64::min)
        };
        let worst_kept = kept.iter().map(|trial| first_round(trial)).fold(0.0, f64::max);
        assert!(out.iter().all(|trial| first_round(trial) >= worst_kept), "{found:?}");
        assert!(found.gain().unwrap() >= 0.0);
        assert!(found.trials.iter().all(|trial| trial.loss >= found.trials[found.best()].loss));
        assert!(found.trials[1..].iter().any(|trial| trial.shape.hidden != found.trials[0].shape.hidden));
        assert_eq!(search(5, &none, &silent), found, "the same seed finds the same");
    }

    #[test]
    fn the_shape_that_is_set_is_tried_and_a_shape_that_was_found_makes_no_other_search() {
        let tried = |network: NetworkShape| {
            let config = ForecastConfig::default().shaped(network);
            shapes_to_try(&config, 6, Period(0), Period(24))
        };
        let usual = tried(NetworkShape::default());
        assert_eq!((usual.len(), usual[0]), (6, NetworkShape::default()));
        assert_eq!(tried(usual[3]), usual);
        let own = NetworkShape { hidden: 40, ..NetworkShape::default() };
        let with_own = tried(own);
        assert_eq!((with_own[0], &with_own[..5], with_own[5]), (usual[0], &usual[..5], own));
    }

    #[test]
    fn the_path_of_a_trial_goes_on_where_the_round_before_was_best() {
        let point = |curve: &str, epoch| CurvePoint {
            curve: curve.into(),
            epoch,
            train: 2.0,
            validation: Some(2.0),
            best: false,
        };
        let curve: Vec<CurvePoint> =
            [("1", 1), ("1", 2), ("1", 3), ("2", 3), ("2", 4)].map(|(of, epoch)| point(of, epoch)).to_vec();
        let trial = Trial { shape: NetworkShape::default(), state: TrialState::Done, rounds: 2, curve, loss: 2.0 };
        let path: Vec<(&str, u32)> = trial.path().iter().map(|point| (point.curve.as_str(), point.epoch)).collect();
        assert_eq!(path, [("1", 1), ("1", 2), ("2", 3), ("2", 4)]);
    }

    /// Cancels after the first round.
    struct OneRound(CancelToken);

    impl Observer for OneRound {
        fn progress(&self, _: Progress) {}
        fn curve(&self, _: CurvePoint) {}
        fn note(&self, text: String) {
            assert!(text.contains("round 1"), "{text}");
            self.0.cancel();
        }
    }

    #[test]
    fn a_search_that_is_stopped_keeps_the_best_so_far_and_goes_on_to_the_same_end() {
        let _alone = alone();
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::within(folder.path().into());
        let token = CancelToken::new();
        let stopped = search(4, &checkpoints, &Watch::new(Arc::new(OneRound(token.clone())), token));
        assert!(!stopped.finished && stopped.trials.iter().all(|trial| trial.rounds == 1));
        assert!(stopped.trials[stopped.best()].loss.is_finite());
        let resumed = search(4, &checkpoints, &Watch::silent());
        assert!(resumed == search(4, &Checkpoints::none(), &Watch::silent()));
    }
}
