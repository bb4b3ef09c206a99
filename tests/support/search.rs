//! A made-up search for the networks' settings.

use std::sync::Arc;

use driftline::calendar::{Calendar, Period, PeriodLength};
use driftline::forecast::{NetworkShape, Trial, TrialState, Tuning, search_rounds};
use driftline::observe::CurvePoint;
use driftline::pipeline::TuningOutcome;
use driftline::project::Settings;

/// What a trial of the search comes to: width, dropout, learning rate, how far back, the best loss of each round.
type Planned = (i64, f64, f64, Option<i32>, &'static [f64]);

const TRIALS: [Planned; 9] = [
    (64, 0.3, 2e-3, None, &[2.0588, 2.0371, 2.0334]),
    (32, 0.421, 6.1e-4, Some(12), &[2.0914]),
    (96, 0.184, 4.4e-3, None, &[2.0571, 2.0402]),
    (48, 0.472, 7.7e-3, Some(9), &[2.0741]),
    (128, 0.237, 1.3e-3, None, &[2.0562, 2.0356, 2.0303]),
    (64, 0.119, 5.2e-4, None, &[2.0868]),
    (32, 0.336, 3.1e-3, Some(12), &[2.0692]),
    (128, 0.398, 9.6e-4, Some(9), &[2.0716]),
    (96, 0.455, 5.8e-3, None, &[2.0651]),
];

/// Trials of which none has begun.
pub fn planned() -> Tuning {
    let trial = |(hidden, dropout, learning_rate, window, _): Planned| Trial {
        shape: NetworkShape { hidden, dropout, learning_rate, window, ..NetworkShape::default() },
        state: TrialState::Waiting,
        rounds: 0,
        curve: Vec::new(),
        loss: f64::INFINITY,
    };
    Tuning {
        trials: TRIALS.into_iter().map(trial).collect(),
        rounds: search_rounds(9, 40),
        finished: false,
        first: Period(498),
        last: Period(500),
    }
}

/// An epoch of a trial in a round.
pub fn epoch(at: usize, round: usize, epoch: u32, loss: f64) -> CurvePoint {
    CurvePoint {
        curve: format!("trial {} of 9 · round {round}", at + 1),
        epoch,
        train: loss + 0.02,
        validation: Some(loss),
        best: true,
    }
}

/// Lets a trial go through a round.
fn learn(trials: &mut Tuning, at: usize, round: usize) {
    let losses = TRIALS[at].4;
    let (from, epochs) = [(0, 3), (3, 9), (12, 14)][round];
    let before = if round == 0 { losses[0] + 0.09 } else { losses[round - 1] };
    for step in 1..=epochs {
        let left = 0.04_f64.powf(f64::from(step) / f64::from(epochs));
        let wave = if step == epochs { 0.0 } else { 0.0012 * f64::from((step * 7 + at as u32 * 3) % 5) / 4.0 };
        let loss = losses[round] + (before - losses[round]) * left * f64::from(u8::from(step < epochs)) + wave;
        trials.trials[at].curve.push(epoch(at, round + 1, from + step, loss));
    }
    let trial = &mut trials.trials[at];
    trial.rounds += 1;
    trial.loss = trial.loss.min(losses[round]);
    trial.state = TrialState::Done;
}

/// The search in its second round: the third trial learns.
pub fn under_way() -> Tuning {
    let mut trials = planned();
    (0..9).for_each(|at| learn(&mut trials, at, 0));
    for (at, trial) in trials.trials.iter_mut().enumerate() {
        trial.state = if [0, 2, 4].contains(&at) { TrialState::Waiting } else { TrialState::Dropped };
    }
    learn(&mut trials, 0, 1);
    trials.trials[2].state = TrialState::Running;
    trials
}

/// The search at its end: the fifth trial is the best.
pub fn done() -> Tuning {
    let mut trials = under_way();
    trials.trials[2].state = TrialState::Waiting;
    [2, 4].into_iter().for_each(|at| learn(&mut trials, at, 1));
    trials.trials[2].state = TrialState::Dropped;
    [0, 4].into_iter().for_each(|at| learn(&mut trials, at, 2));
    trials.finished = true;
    trials
}

/// A search that only the defaults went well in.
pub fn nothing_better() -> Tuning {
    let mut trials = done();
    trials.trials[4].loss = 2.0345;
    trials
}

/// What the engine tells at the end of a search.
pub fn outcome(settings: Settings, trials: Tuning) -> Arc<TuningOutcome> {
    let calendar = Calendar::new(PeriodLength::Month);
    Arc::new(TuningOutcome { settings, trials: 9, calendar, tuning: Arc::new(trials) })
}
