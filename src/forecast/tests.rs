//! The whole of this floor on a small lively log.

use super::testing::{alone, lively, trajectories};
use super::{
    Band, Checkpoints, CohortRule, Drift, ForecastConfig, ForecastError, ModelKind, NetworkShape, Run, Start, run,
};
use crate::calendar::Period;
use crate::events::UserId;
use crate::interests::{RowVectors, Trajectories};
use crate::observe::{CancelToken, CurvePoint, Observer, Progress, Watch};

fn quick() -> ForecastConfig {
    ForecastConfig {
        members: 2,
        max_epochs: 4,
        patience: 2,
        shape: NetworkShape { hidden: 16, ..NetworkShape::default() },
        batch_users: 64,
        ..ForecastConfig::default()
    }
}

fn forecast(log: &Trajectories) -> Result<Run, ForecastError> {
    let _alone = alone();
    run(
        log,
        &RowVectors::default(),
        &quick(),
        ModelKind::Ensemble,
        tch::Device::Cpu,
        Start::Anew(&Checkpoints::none()),
        &Watch::silent(),
    )
}

#[test]
fn every_user_with_a_past_gets_shares_and_bands_for_every_step() {
    let log = lively(250, 16, 4, 3);
    let run = forecast(&log).unwrap();
    let forecast = &run.forecast;
    assert_eq!(forecast.users.len(), 250);
    assert_eq!(forecast.share.len(), 250 * 3 * 4);
    for shares in forecast.share.chunks_exact(4) {
        assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{shares:?}");
    }
    assert_eq!(forecast.bands.iter().map(|band| band.level).collect::<Vec<_>>(), [50, 80, 95]);
    for band in &forecast.bands {
        for (at, share) in forecast.share.iter().enumerate() {
            assert!(band.lower[at] <= *share && *share <= band.upper[at]);
        }
        let stated = f64::from(band.level) / 100.0;
        // Users here are of two kinds, and a band holds its forecast, which lies between: it may hold more than it says.
        let coverage = band.coverage.as_ref().unwrap();
        let more = coverage.held - stated;
        assert!(more > -0.1 && more < 0.2, "{} % held {coverage:?}", band.level);
        assert!(coverage.with_events.is_some() && !coverage.by_activity.is_empty() && coverage.by_events.len() > 5);
    }
    assert_eq!(forecast.p_any.len(), forecast.share.len());
    for (place, active) in forecast.p_active.iter().enumerate() {
        let next = &forecast.p_any[forecast.cell(place, 0, 0)..][..4];
        assert!(next.iter().all(|any| *any > 0.0 && any <= active), "no interest is likelier than any activity");
        assert!(next.iter().sum::<f32>() >= 0.9 * active, "whoever is active touches something: {next:?} {active}");
    }
    assert!(forecast.p_active.iter().all(|chance| (0.0..=1.0).contains(chance)));
    let mean = forecast.p_active.iter().sum::<f32>() / 250.0;
    assert!((0.35..0.85).contains(&mean), "users were active in 60 % of periods, forecast {mean}");
}

#[test]
fn joint_bands_are_measured_by_whole_paths_and_where_these_are_too_few_there_are_none() {
    let log = lively(400, 16, 3, 3);
    let of = |joint: bool, horizon: usize, log: &Trajectories| {
        let config = ForecastConfig { horizon, joint, ..ForecastConfig::default() };
        let nothing = RowVectors::default();
        let start = Start::Anew(&Checkpoints::none());
        let watch = Watch::silent();
        run(log, &nothing, &config, ModelKind::Ewma, tch::Device::Cpu, start, &watch).unwrap().forecast
    };
    let (single, whole) = (of(false, 2, &log), of(true, 2, &log));
    assert!(whole.joint && !single.joint);
    for (single, whole) in single.bands.iter().zip(&whole.bands) {
        let (cells, paths) = (single.coverage.as_ref().unwrap(), whole.coverage.as_ref().unwrap());
        assert!(paths.judged > 100 && 2 * paths.judged < cells.judged, "not every path is complete");
        let stated = f64::from(whole.level) / 100.0;
        assert!((paths.held - stated).abs() < 0.1, "{} % of whole paths: {}", whole.level, paths.held);
        let wide = |band: &Band| band.upper.iter().zip(&band.lower).map(|(upper, lower)| upper - lower).sum::<f32>();
        assert!(wide(whole) > wide(single));
    }
    // Nobody is active in two periods on end.
    let mut apart = log.clone();
    for user in 0..apart.users() as u32 {
        for row in apart.rows(UserId(user)) {
            apart.period[row] = Period(2 * apart.period[row].0);
        }
    }
    apart.origin = Period(31);
    let none = of(true, 2, &apart);
    assert!(none.bands.is_empty(), "{:?}", none.bands.iter().map(|band| band.level).collect::<Vec<_>>());
    let why = none.no_bands.unwrap();
    assert!(why.contains("2 months on end") && why.contains("fewer than 30 users"), "{why}");
    assert!(!of(false, 2, &apart).bands.is_empty(), "each month by itself is known well enough");
}

#[test]
fn the_network_beats_popularity_where_users_have_a_taste() {
    let run = forecast(&lively(250, 16, 4, 4)).unwrap();
    let gain = |model: ModelKind| run.scores.scores.iter().find(|score| score.model == model.into()).unwrap().gain;
    assert_eq!(gain(ModelKind::Popularity), 0.0);
    assert!(gain(ModelKind::Mean) > 0.02, "the log is made so that a past tells something");
    assert!(gain(ModelKind::Lstm) > 0.9 * gain(ModelKind::Mean), "{:?}", run.scores);
    assert!(run.scores.scores.is_sorted_by(|a, b| a.nll <= b.nll));
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    let log = lively(80, 12, 3, 5);
    let (one, two) = (forecast(&log).unwrap(), forecast(&log).unwrap());
    assert_eq!(one.forecast.share, two.forecast.share);
    assert_eq!(one.cohorts.share, two.cohorts.share);
    assert!(one.model == two.model);
}

#[test]
fn nothing_at_or_after_the_origin_is_seen() {
    let mut known = lively(80, 14, 3, 6);
    known.origin = Period(12);
    let mut noise = known.clone();
    for row in (0..noise.period.len()).filter(|row| noise.period[*row] >= noise.origin) {
        for cell in noise.cells(row) {
            noise.events[cell] = noise.events[cell] * 7 + 1;
        }
    }
    assert_ne!(known.events, noise.events);
    let (known, noise) = (forecast(&known).unwrap(), forecast(&noise).unwrap());
    assert_eq!(known.forecast.share, noise.forecast.share);
    let limits = |run: &Run| -> Vec<u32> {
        let bands = run.cohorts.bands.iter().flat_map(|band| band.lower.iter().chain(&band.upper));
        bands.map(|limit| limit.to_bits()).collect()
    };
    let (one, two) = (limits(&known), limits(&noise));
    assert!(!one.is_empty() && one == two, "nor is anything of it in the bands of cohorts");
    assert_eq!((known.cohorts.cohorts, known.cohorts.share), (noise.cohorts.cohorts, noise.cohorts.share));
}

#[test]
fn a_cohort_is_forecast_as_its_users_are_and_has_bands() {
    let log = lively(250, 24, 4, 3);
    let Run { forecast, cohorts, .. } = forecast(&log).unwrap();
    let everyone = cohorts.place(CohortRule::Everyone).unwrap();
    assert_eq!(cohorts.cohorts[everyone].users, forecast.users);
    for (place, cohort) in cohorts.cohorts.iter().enumerate() {
        for step in 0..3 {
            let of = |place: usize, interest| forecast.share[forecast.cell(place, step, interest)];
            let members: Vec<usize> = cohort.users.iter().map(|user| forecast.place(*user).unwrap()).collect();
            let shares: Vec<f32> = (0..4).map(|interest| cohorts.share[cohorts.cell(place, step, interest)]).collect();
            assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{:?}: {shares:?}", cohort.rule);
            for (interest, share) in shares.iter().enumerate() {
                let own: Vec<f32> = members.iter().map(|member| of(*member, interest)).collect();
                let (least, most) = own.iter().fold((1.0_f32, 0.0_f32), |(a, b), own| (a.min(*own), b.max(*own)));
                assert!(least - 1e-5 <= *share && *share <= most + 1e-5, "between its users' shares");
            }
        }
    }
    // Everybody's events in a period, about: 60 % of users are active with ten events each.
    let expected = cohorts.events[everyone * 3];
    assert!((1200.0..1800.0).contains(&expected), "{expected}");
    assert_eq!(cohorts.bands.iter().map(|band| band.level).collect::<Vec<_>>(), [50, 80, 95]);
    for band in &cohorts.bands {
        assert!(
            cohorts
                .share
                .iter()
                .zip(&band.lower)
                .zip(&band.upper)
                .all(|((share, low), high)| low <= share && share <= high)
        );
    }
    let small = (0..cohorts.cohorts.len()).min_by_key(|place| cohorts.cohorts[*place].users.len()).unwrap();
    let width = |place| -> f32 {
        let cells = cohorts.cell(place, 0, 0)..cohorts.cell(place, 0, 0) + 4;
        cells.map(|cell| cohorts.bands[1].upper[cell] - cohorts.bands[1].lower[cell]).sum()
    };
    assert!(width(small) > width(everyone), "small cohorts are less sure");
}

#[test]
fn a_short_log_says_why_cohorts_have_no_bands() {
    let run = forecast(&lively(120, 6, 3, 8)).unwrap();
    assert!(run.cohorts.bands.is_empty());
    let why = run.cohorts.no_bands.unwrap();
    assert!(why.contains("2 past origins"), "{why}");
}

#[test]
fn one_user_gets_a_forecast_without_bands_and_the_reason() {
    let counts: Vec<(i32, &[u32])> = (0..10).map(|period| (period, &[3_u32, 1] as &[u32])).collect();
    let forecast = forecast(&trajectories(2, &[&counts])).unwrap().forecast;
    assert!(forecast.bands.is_empty());
    assert!(forecast.no_bands.unwrap().contains("too few"));
    assert!(forecast.share[0] > 0.6, "three of four events: {:?}", forecast.share);
}

#[test]
fn a_log_that_teaches_nothing_is_refused_in_words() {
    let short = forecast(&trajectories(2, &[&[(0, &[1, 1]), (1, &[1, 1])]])).unwrap_err();
    assert!(short.to_string().contains("2 whole months"), "{short}");
    let strangers: Vec<Vec<(i32, &[u32])>> = (0..8).map(|user| vec![(user, &[1_u32, 2] as &[u32])]).collect();
    let strangers: Vec<&[(i32, &[u32])]> = strangers.iter().map(Vec::as_slice).collect();
    assert!(matches!(forecast(&trajectories(2, &strangers)), Err(ForecastError::NobodyReturns { .. })));
}

#[test]
fn a_model_that_is_named_forecasts_and_joint_bands_are_wider() {
    let _alone = alone();
    let log = lively(250, 16, 4, 3);
    let nothing = RowVectors::default();
    let by_drift = |joint| {
        let config = ForecastConfig { joint, ..quick() };
        run(
            &log,
            &nothing,
            &config,
            ModelKind::Drift,
            tch::Device::Cpu,
            Start::Anew(&Checkpoints::none()),
            &Watch::silent(),
        )
        .unwrap()
    };
    let (single, joint) = (by_drift(false), by_drift(true));
    assert_eq!(single.chosen, ModelKind::Drift);
    assert!(single.chosen_because.contains("as asked for"), "{}", single.chosen_because);
    assert!(single.curves.is_empty(), "nothing was trained that was not needed");
    let width = |run: &Run| {
        let band = run.forecast.bands.iter().find(|band| band.level == 80).unwrap();
        band.upper.iter().zip(&band.lower).map(|(upper, lower)| upper - lower).sum::<f32>()
    };
    assert!(width(&joint) > 1.05 * width(&single), "{} {}", width(&joint), width(&single));
}

#[test]
fn a_saved_model_forecasts_as_its_run_did_and_one_that_learns_on_moves() {
    let _alone = alone();
    let mut log = lively(120, 15, 3, 9);
    log.origin = Period(13);
    let vectors = RowVectors { dim: 2, data: vec![0.1; log.period.len() * 2], ..RowVectors::default() };
    let go = |log: &Trajectories, config: &ForecastConfig, start: Start| {
        run(log, &vectors, config, ModelKind::Ensemble, tch::Device::Cpu, start, &Watch::silent())
    };
    let nowhere = Checkpoints::none();
    let first = go(&log, &quick(), Start::Anew(&nowhere)).unwrap();
    let again = go(&log, &quick(), Start::Saved(&first.model)).unwrap();
    assert!(again.curves.is_empty(), "nothing is trained");
    assert_eq!(again.forecast, first.forecast);
    assert!(again.model == first.model);

    let still = ForecastConfig { max_epochs: 0, ..quick() };
    assert!(go(&log, &still, Start::Continued(&first.model, &nowhere)).unwrap().model.weights == first.model.weights);
    log.origin = Period(15);
    let before = go(&log, &quick(), Start::Saved(&first.model)).unwrap();
    let after = go(&log, &quick(), Start::Continued(&first.model, &nowhere)).unwrap();
    let drift = Drift::between(&before, &after);
    assert_eq!((drift.users, drift.total_variation.len(), drift.epochs.len()), (120, 3, 4));
    assert!(drift.epochs.iter().any(|epochs| *epochs > 0), "two more periods teach something: {drift:?}");
    assert!(drift.total_variation.iter().all(|apart| *apart > 0.0 && *apart < 0.2), "{drift:?}");
    let same = Drift::between(&before, &before);
    assert!(same.total_variation.iter().all(|apart| *apart == 0.0) && same.leading_changed == 0.0);

    let lstm =
        run(&log, &vectors, &quick(), ModelKind::Lstm, tch::Device::Cpu, Start::Anew(&nowhere), &Watch::silent());
    let refused = go(&log, &quick(), Start::Saved(&lstm.unwrap().model)).unwrap_err();
    assert!(refused.to_string().contains("no gru networks"), "{refused}");
}

/// Cancels at the first epoch it hears of.
struct Impatient(CancelToken);

impl Observer for Impatient {
    fn progress(&self, _: Progress) {}
    fn curve(&self, _: CurvePoint) {
        self.0.cancel();
    }
    fn note(&self, _: String) {}
}

#[test]
fn training_stops_when_asked() {
    let _alone = alone();
    let token = CancelToken::new();
    let watch = Watch::new(std::sync::Arc::new(Impatient(token.clone())), token);
    let nothing = RowVectors::default();
    let stopped = run(
        &lively(80, 12, 3, 8),
        &nothing,
        &quick(),
        ModelKind::Ensemble,
        tch::Device::Cpu,
        Start::Anew(&Checkpoints::none()),
        &watch,
    );
    assert!(matches!(stopped, Err(ForecastError::Cancelled(_))));
}

/// Cancels at the epoch with this number, counted from 0 over all networks.
struct Patient(CancelToken, std::sync::atomic::AtomicUsize);

impl Observer for Patient {
    fn progress(&self, _: Progress) {}
    fn curve(&self, _: CurvePoint) {
        if self.1.fetch_sub(1, std::sync::atomic::Ordering::Relaxed) == 0 {
            self.0.cancel();
        }
    }
    fn note(&self, _: String) {}
}

#[test]
fn a_training_that_was_broken_off_ends_as_an_unbroken_one() {
    let _alone = alone();
    let (log, nothing) =
        (lively(80, 12, 3, 8), RowVectors { dim: 4, data: vec![0.1; 80 * 12 * 4], ..RowVectors::default() });
    let config = ForecastConfig { patience: 4, ..quick() };
    let go =
        |start: Start, watch: &Watch| run(&log, &nothing, &config, ModelKind::Lstm, tch::Device::Cpu, start, watch);
    let first = go(Start::Anew(&Checkpoints::none()), &Watch::silent()).unwrap().model;
    for continued in [false, true] {
        let train = |checkpoints: &Checkpoints, watch: &Watch| {
            go(if continued { Start::Continued(&first, checkpoints) } else { Start::Anew(checkpoints) }, watch)
        };
        let unbroken = train(&Checkpoints::none(), &Watch::silent()).unwrap();
        let all = unbroken.curves.len();
        for epochs in [0, 1, 2, 3, 5, all / 2, all - 2, all - 1] {
            let folder = tempfile::tempdir().unwrap();
            let checkpoints = Checkpoints::within(folder.path().into());
            let token = CancelToken::new();
            let watch = Watch::new(std::sync::Arc::new(Patient(token.clone(), epochs.into())), token);
            assert!(matches!(train(&checkpoints, &watch), Err(ForecastError::Cancelled(_))), "after {epochs} epochs");
            let resumed = train(&checkpoints, &Watch::silent()).unwrap();
            assert!(resumed.model == unbroken.model && resumed.curves == unbroken.curves, "after {epochs} epochs");
            assert_eq!(resumed.forecast.share, unbroken.forecast.share);
        }
    }
}

#[test]
fn a_saved_model_is_not_judged_on_what_it_learnt_however_few_users_are_left() {
    let _alone = alone();
    let (many, few) = (lively(250, 24, 3, 2), lively(20, 24, 3, 3));
    let (vectors, nowhere) = (RowVectors::default(), Checkpoints::none());
    let asked = |log: &Trajectories, config: &ForecastConfig, start: Start| {
        run(log, &vectors, config, ModelKind::Gru, tch::Device::Cpu, start, &Watch::silent()).unwrap()
    };
    let (of_many, of_few) =
        (asked(&many, &quick(), Start::Anew(&nowhere)), asked(&few, &quick(), Start::Anew(&nowhere)));
    assert!(of_few.scores.first < of_many.scores.first, "of few users more periods are needed to judge");
    let saved = &of_many.model;
    let learnt = saved.learnt.unwrap();
    assert_eq!(learnt.validation, of_many.scores.first);
    for start in [Start::Saved(saved), Start::Continued(saved, &nowhere)] {
        let again = asked(&few, &saved.config, start);
        assert_eq!(again.scores.first, learnt.validation, "{start:?}");
        assert_eq!(again.model.learnt.map(|learnt| learnt.validation), Some(learnt.validation));
    }
}
