//! How good the answers of every model were.

use std::collections::{BTreeMap, BTreeSet};

use super::cohorts;
use super::collected::{BySpread, RELIABILITY, Scored};
use super::difference::{Difference, difference};
use super::incidence::IncidenceTally;
use super::questions::{judged, scores};
use super::result::{Asked, Backtest, CohortResult, CohortScores, ModelResult, Scores, SpreadResult};
use crate::calendar::Period;
use crate::forecast::bands::cell::{ACTIVITY_GROUPS, activity_group};
use crate::forecast::bands::coverage::{Coverage, tenth, tenths};
use crate::forecast::kind::ModelKind;
use crate::forecast::past::tally::{mean, nats};
use crate::forecast::{Band, CohortRule, Spread};

/// Scores every model on the same questions.
pub fn score_models(
    found: &Backtest,
    scored: BTreeMap<ModelKind, Scored>,
    simple: &IncidenceTally,
    steps: usize,
) -> Vec<ModelResult> {
    let result = |(kind, scored): (ModelKind, Scored)| {
        let (paths, incidence) = (scored.paths.result(steps), scored.incidence.results(simple));
        ModelResult { paths, incidence, ..result(found, kind, scored) }
    };
    let mut results: Vec<ModelResult> = scored.into_iter().map(result).collect();
    let lowest = |results: &[ModelResult], of: &dyn Fn(&ModelResult) -> f64| {
        results.iter().filter(|model| model.name.is_simple()).map(of).fold(f64::INFINITY, f64::min)
    };
    let ground: Vec<Scores> =
        results.iter().filter(|model| model.name.kind == ModelKind::Popularity).flat_map(every).cloned().collect();
    let count = results.first().map_or(0, |model| every(model).count());
    let best: Vec<f64> = (0..count)
        .map(|at| lowest(&results, &|model| every(model).nth(at).map_or(f64::INFINITY, |scores| scores.nll)))
        .collect();
    let simple = results
        .iter()
        .filter(|model| model.name.is_simple())
        .min_by(|a, b| a.one_step.nll.total_cmp(&b.one_step.nll))
        .map(|model| losses_by_user(found, &model.share));
    let of_cohorts = |model: &mut ModelResult| -> Vec<f64> { cohort_scores(model).map(|scores| scores.nll).collect() };
    let ground_of_cohorts = results.iter_mut().find(|model| model.name.kind == ModelKind::Popularity).map(of_cohorts);
    for model in &mut results {
        for (scores, nll) in cohort_scores(model).zip(ground_of_cohorts.iter().flatten()) {
            scores.gain = nll - scores.nll;
        }
        if let Some(simple) = &simple {
            model.better_than_simple = difference(simple, &losses_by_user(found, &model.share));
        }
        for (at, scores) in every_mut(model).into_iter().enumerate() {
            let popularity = ground.get(at).map_or(scores.nll, |ground| ground.nll);
            scores.gain = popularity - scores.nll;
            let simple_gain = popularity - best[at];
            scores.skill = if simple_gain > 1e-12 { scores.gain / simple_gain - 1.0 } else { f64::NAN };
        }
    }
    results
}

/// All scores of a model, in one order for all models.
fn every(model: &ModelResult) -> impl Iterator<Item = &Scores> {
    let origins = model.by_origin.iter().map(|(_, scores)| scores);
    let horizons = model.by_horizon.iter().map(|(_, scores)| scores);
    let activity = model.by_activity.iter().map(|(_, scores)| scores);
    let events = model.by_events.iter().map(|(_, scores)| scores);
    let cohorts = model.by_cohort.iter().map(|cohort| &cohort.users);
    let ahead = [&model.all, &model.one_step].into_iter().chain(origins).chain(horizons);
    ahead.chain(activity).chain(events).chain(cohorts)
}

fn every_mut(model: &mut ModelResult) -> Vec<&mut Scores> {
    let ModelResult { all, one_step, by_origin, by_horizon, by_activity, by_events, by_cohort, .. } = model;
    let origins = by_origin.iter_mut().map(|(_, scores)| scores);
    let horizons = by_horizon.iter_mut().map(|(_, scores)| scores);
    let activity = by_activity.iter_mut().map(|(_, scores)| scores);
    let events = by_events.iter_mut().map(|(_, scores)| scores);
    let cohorts = by_cohort.iter_mut().map(|cohort| &mut cohort.users);
    let ahead = [all, one_step].into_iter().chain(origins).chain(horizons);
    ahead.chain(activity).chain(events).chain(cohorts).collect()
}

/// All scores of a model for cohorts, in one order for all models.
fn cohort_scores(model: &mut ModelResult) -> impl Iterator<Item = &mut CohortScores> {
    let (one_step, all) = &mut model.cohorts;
    [one_step, all].into_iter().chain(model.by_cohort.iter_mut().map(|cohort| &mut cohort.together))
}

fn result(found: &Backtest, kind: ModelKind, scored: Scored) -> ModelResult {
    let of = |origin: Option<Period>, wanted: &dyn Fn(&Asked) -> bool| {
        let mut scores = scores(found, &scored, wanted);
        let seconds = scored.seconds.iter().filter(|(at, _)| origin.is_none_or(|origin| origin == **at));
        for (_, seconds) in seconds {
            scores.seconds_train += seconds.train;
            scores.seconds_forecast += seconds.forecast;
        }
        scores
    };
    let by_origin = found.origins.iter().map(|origin| (*origin, of(Some(*origin), &|asked| asked.origin == *origin)));
    let by_horizon = (1..=found.horizon).map(|horizon| (horizon, of(None, &|asked| asked.horizon == horizon)));
    let by_activity = ACTIVITY_GROUPS.iter().enumerate().map(|(group, name)| {
        ((*name).to_owned(), of(None, &|asked| asked.horizon == 1 && activity_group(asked.active_periods) == group))
    });
    let one_step = found.asked.iter().filter(|asked| asked.horizon == 1);
    let limits = tenths(one_step.map(|asked| asked.expected_events));
    let by_events = limits.iter().enumerate().map(|(at, limit)| {
        (*limit, of(None, &|asked| asked.horizon == 1 && tenth(&limits, asked.expected_events) == at))
    });
    let spread = |(spread, by): (&Spread, &BySpread)| SpreadResult {
        spread: *spread,
        chosen: by.chosen,
        seconds: by.seconds,
        all: scores(found, &by.scored, &|_| true),
        one_step: scores(found, &by.scored, &|asked| asked.horizon == 1),
    };
    let spreads = scored.spreads.iter().map(spread).collect();
    let rules: BTreeSet<CohortRule> = scored.cohorts.iter().map(|period| period.rule).collect();
    let by_cohort = rules.into_iter().map(|rule| {
        let is_member = |asked: &Asked| match rule {
            CohortRule::Everyone => true,
            CohortRule::Leading(interest) => asked.leading == Some(interest),
            CohortRule::Activity(group) => activity_group(asked.active_periods) == group,
        };
        CohortResult {
            rule,
            together: cohorts::score(&scored.cohorts, |period| period.horizon == 1 && period.rule == rule),
            users: of(None, &|asked| asked.horizon == 1 && is_member(asked)),
        }
    });
    let all = of(None, &|_| true);
    let part = |(inside, seen): &(u64, u64)| mean(*inside as f64, *seen as f64);
    let levels = RELIABILITY.iter().map(|level| f64::from(*level) / 100.0);
    let held = levels.zip(scored.held.iter().map(part)).filter(|(_, held)| held.is_finite());
    ModelResult {
        name: kind.into(),
        one_step: of(None, &|asked| asked.horizon == 1),
        by_origin: by_origin.collect(),
        by_horizon: by_horizon.collect(),
        by_activity: by_activity.collect(),
        by_events: by_events.collect(),
        better_than_simple: Difference::default(),
        reliability: held.collect(),
        bands: scored
            .bands
            .iter()
            .map(|band| Band { coverage: Coverage::of(&judged(found, band)), ..band.clone() })
            .collect(),
        share: scored.share.clone(),
        spreads,
        by_cohort: by_cohort.collect(),
        cohorts: (
            cohorts::score(&scored.cohorts, |period| period.horizon == 1),
            cohorts::score(&scored.cohorts, |_| true),
        ),
        all,
        activity: None,
        paths: None,
        incidence: Vec::new(),
    }
}

/// Each user's loss and events one period ahead, by user number.
fn losses_by_user(found: &Backtest, shares: &[f32]) -> BTreeMap<u32, (f64, f64)> {
    let mut losses: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for (at, asked) in found.asked.iter().enumerate().filter(|(_, asked)| asked.horizon == 1) {
        let range = at * found.interests..(at + 1) * found.interests;
        let of_user = losses.entry(asked.user.0).or_default();
        for (events, share) in found.observed[range.clone()].iter().zip(&shares[range]) {
            of_user.0 += nats(f64::from(*events), *share);
        }
        of_user.1 += f64::from(asked.total);
    }
    losses
}
