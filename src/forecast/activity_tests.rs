//! What networks learn of activity and spend on small logs.

use std::sync::Mutex;

use super::activity::reference::Reference;
use super::models::model::Known;
use super::models::recurrent::training;
use super::network::ensemble::mean_outlook;
use super::network::train::{LessonTensors, Member, Stop};
use super::past::lessons::Lessons;
use super::testing::{alone, lively, trajectories};
use super::{
    ActivitySource, CellKind, Checkpoints, ForecastConfig, HeadLoss, ModelKind, NetworkRole, NetworkShape, Run, Start,
    run,
};
use crate::calendar::Period;
use crate::interests::{RowVectors, Trajectories};
use crate::observe::{Stage, Watch};

const CPU: tch::Device = tch::Device::Cpu;

fn quick() -> ForecastConfig {
    ForecastConfig {
        members: 1,
        max_epochs: 25,
        shape: NetworkShape { hidden: 16, learning_rate: 1e-2, ..NetworkShape::default() },
        batch_users: 32,
        ..ForecastConfig::default()
    }
}

fn forecast(log: &Trajectories, config: &ForecastConfig) -> Run {
    let nowhere = Checkpoints::none();
    let nothing = RowVectors::default();
    run(log, &nothing, config, ModelKind::Lstm, CPU, Start::Anew(&nowhere), &Watch::silent()).unwrap()
}

/// Users whose gaps are one and three months in turn, each from another month on. Those with an odd number spend ten times
/// as much. After a gap of one it will be three: a hazard that knows silence and the usual gap cannot tell.
fn limping(users: usize, periods: i32) -> Trajectories {
    let rows: Vec<Vec<(i32, &[u32])>> = (0..users as i32)
        .map(|user| {
            let active = |period: &i32| matches!((period + user / 2).rem_euclid(4), 0 | 1);
            let seen: &[u32] = if user % 2 == 0 { &[1, 1] } else { &[12, 8] };
            (0..periods).filter(active).map(|period| (period, seen)).collect()
        })
        .collect();
    let mut log = trajectories(2, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
    log.origin = Period(periods);
    log.spend = (0..log.period.len()).map(|row| 5.0 * log.total(row) as f32).collect();
    log
}

#[test]
fn a_rhythm_is_learnt_that_the_hazard_model_cannot_see() {
    let _alone = alone();
    let log = limping(120, 24);
    // One network alone is as much its first weights' as the log's.
    let found = forecast(&log, &ForecastConfig { members: 3, ..quick() });
    let table = found.scores.activity.unwrap();
    let (simple, network) = (&table.scores[0], &table.scores[1]);
    assert_eq!((simple.model, network.model), (ActivitySource::Simple, ModelKind::Lstm.into()));
    assert!(table.rows > 0 && table.rows.is_multiple_of(120), "every user in every validation period: {}", table.rows);
    assert!(network.log_loss < 0.5 * simple.log_loss && network.brier < simple.brier, "{table:?}");
    assert!(network.events.deviance < simple.events.deviance, "{table:?}");
    assert!(network.spend.unwrap().deviance < simple.spend.unwrap().deviance, "{table:?}");
    assert_eq!((table.chance_by, table.events_by), (ModelKind::Lstm.into(), ModelKind::Lstm.into()));
    for (at, chance) in found.forecast.p_active.iter().enumerate() {
        let due = matches!((24 + at as i32 / 2).rem_euclid(4), 0 | 1);
        assert!((*chance > 0.5) == due, "user {at}: {chance}");
        if due {
            let (events, value) = (found.forecast.expected_events[at], found.forecast.expected_value[at]);
            let usual = if at % 2 == 0 { 2.0 } else { 20.0 };
            assert!((0.4 * usual..1.7 * usual).contains(&events), "user {at}: {events}");
            assert!((2.0 * usual..9.0 * usual).contains(&value), "user {at}: {value}");
        }
    }
}

#[test]
fn chances_of_a_network_add_up_to_what_came_among_the_eager_and_the_lazy() {
    use rand::{Rng as _, SeedableRng as _};
    let _alone = alone();
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(6);
    let rates = [0.25, 0.5, 0.8];
    let rows: Vec<Vec<(i32, &[u32])>> = (0..300)
        .map(|user| {
            (0..18).filter(|_| random.random_bool(rates[user % 3])).map(|at| (at, &[1_u32, 1] as &[u32])).collect()
        })
        .collect();
    let log = trajectories(2, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let config = quick().shaped(NetworkShape { heads: HeadLoss::Weight(0.3), learning_rate: 2e-3, ..quick().shape });
    let watch = Watch::silent();
    let (nowhere, nothing) = (Checkpoints::none(), RowVectors::default());
    let known = Known::at_origin(&log, &nothing, &config, CPU, Start::Anew(&nowhere), &watch).unwrap();
    let features = known.features(&[CellKind::Lstm, CellKind::Gru], NetworkRole::Whole).unwrap();
    let training = training(&known, CellKind::Lstm, &features);
    let before = Period(15);
    let reference = Reference::fit(&known.pasts, before, log.calendar, &Watch::silent()).unwrap();
    let learn = Lessons::of(&known.pasts, Period(0)..before, Period(0), &[1]).with_activity(Period(0)..before);
    let held = LessonTensors::of(&features, &learn, Some(&reference)).unwrap();
    let mut meter = watch.meter(Stage::Train, "epoch", None);
    let member = training.member("network", 3, &held, Stop::After(10), None, &Mutex::new(&mut meter)).unwrap();
    let asked = Lessons::about_activity(&known.pasts, before..Period(18));
    let found = mean_outlook(&[member], &training, &asked, &reference).unwrap().unwrap();
    let came = asked.activity().iter().filter(|asked| asked.answer.is_some()).count() as f32;
    let expected: f32 = found.chance.iter().sum();
    assert!((expected / came - 1.0).abs() < 0.1, "{expected} expected, {came} came");
    let mean = |group: usize| {
        let of_group = asked.activity().iter().zip(&found.chance).filter(|(asked, _)| asked.user.index() % 3 == group);
        let (sum, count) =
            of_group.fold((0.0, 0.0), |(sum, count), (_, chance)| (sum + f64::from(*chance), count + 1.0));
        sum / count
    };
    // A user's own rate is known from few periods, which draws the groups together.
    for (group, rate) in rates.into_iter().enumerate() {
        assert!((mean(group) - rate).abs() < 0.13, "{} expected of users who come at {rate}", mean(group));
    }
}

/// A network with and without heads that look on, on the same lessons.
fn side_by_side(epochs: u32, compare: impl Fn(&Known, &[Member; 2], &Reference)) {
    let _alone = alone();
    let log = limping(40, 16);
    let watch = Watch::silent();
    let (nowhere, nothing) = (Checkpoints::none(), RowVectors::default());
    let with = quick().with_heads(HeadLoss::Weight(0.0));
    let without = quick().with_heads(HeadLoss::Without);
    let known = Known::at_origin(&log, &nothing, &with, CPU, Start::Anew(&nowhere), &watch).unwrap();
    let features = known.features(&[CellKind::Lstm, CellKind::Gru], NetworkRole::Whole).unwrap();
    let reference = Reference::fit(&known.pasts, Period(16), log.calendar, &Watch::silent()).unwrap();
    let lessons =
        Lessons::of(&known.pasts, Period(0)..Period(16), Period(0), &[1]).with_activity(Period(0)..Period(16));
    let mut meter = watch.meter(Stage::Train, "epoch", None);
    let mut train = |config: &ForecastConfig, reference: Option<&Reference>| {
        let training = super::network::train::Training { config, ..training(&known, CellKind::Gru, &features) };
        let held = LessonTensors::of(&features, &lessons, reference).unwrap();
        training.member("network", 3, &held, Stop::After(epochs), None, &Mutex::new(&mut meter)).unwrap()
    };
    let both = [train(&with, Some(&reference)), train(&without, None)];
    compare(&known, &both, &reference);
}

#[test]
fn heads_begin_at_the_simple_answers() {
    side_by_side(0, |known, [with, _], reference| {
        let features = known.features(&[CellKind::Lstm, CellKind::Gru], NetworkRole::Whole).unwrap();
        let training = training(known, CellKind::Gru, &features);
        let asked = Lessons::about_activity(&known.pasts, Period(10)..Period(16));
        let network = mean_outlook(std::slice::from_ref(with), &training, &asked, reference).unwrap().unwrap();
        let simple = reference.answers(&known.pasts, asked.activity());
        let near = |a: &[f32], b: &[f32]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3 * b);
        assert!(near(&network.chance, &simple.chance) && near(&network.events, &simple.events));
        assert!(near(&network.spend, &simple.spend) && simple.spend.len() == asked.activity().len());
    });
}

#[test]
fn heads_that_look_on_leave_the_shares_as_they_are() {
    side_by_side(3, |_, [with, without], _| {
        let (with, without) = (with.weights.variables(), without.weights.variables());
        assert!(with.len() > without.len());
        for (name, weights) in &without {
            let apart = f64::try_from((weights - &with[name]).abs().max()).unwrap();
            assert!(apart < 1e-5, "{name}: {apart}");
        }
    });
}

#[test]
fn nothing_at_or_after_the_origin_reaches_chances_events_or_spend() {
    let _alone = alone();
    let mut known = limping(60, 18);
    known.origin = Period(16);
    let mut noise = known.clone();
    for row in (0..noise.period.len()).filter(|row| noise.period[*row] >= noise.origin) {
        noise.spend[row] *= -7.0;
        for cell in noise.cells(row) {
            noise.events[cell] = noise.events[cell] * 7 + 1;
        }
    }
    assert_ne!(known.spend, noise.spend);
    let config = ForecastConfig { max_epochs: 3, ..quick() };
    assert_eq!(forecast(&known, &config).forecast, forecast(&noise, &config).forecast);
}

#[test]
fn a_log_without_value_has_no_spend_and_a_model_without_heads_still_forecasts() {
    let _alone = alone();
    let log = lively(80, 12, 3, 5);
    let config = ForecastConfig { max_epochs: 3, ..quick() };
    let first = forecast(&log, &config);
    let table = first.scores.activity.unwrap();
    assert!(table.spend_by.is_none() && table.scores.iter().all(|score| score.spend.is_none()));
    assert!(first.forecast.expected_value.is_empty() && first.forecast.expected_events.len() == 80);
    assert!(matches!(first.model.config.shape.heads, HeadLoss::Weight(_)), "what was chosen is kept");

    // A model that was saved before there were heads says nothing of them.
    let old = ron::to_string(&config.with_heads(HeadLoss::Without)).unwrap();
    let old: ForecastConfig = ron::from_str(&old.replace(",heads:without", "")).unwrap();
    assert_eq!(old.shape.heads, HeadLoss::Without);
    let without = forecast(&log, &old);
    let go = |model| {
        run(&log, &RowVectors::default(), &old, ModelKind::Lstm, CPU, Start::Saved(model), &Watch::silent()).unwrap()
    };
    let again = go(&without.model);
    assert_eq!(again.forecast, without.forecast);
    assert_eq!(again.scores.activity.unwrap().chance_by, ActivitySource::Simple);
}
