//! The files of `driftline backtest`, as CONTRACT.md promises them to people's scripts.

use std::ops::Range;
use std::path::{Path, PathBuf};

use polars::prelude::Column;
use serde_json::{Map, Value, json};

use super::columns::{column, dates, label, limits, limits_of, whole};
use super::table::{Table, TableFormat};
use super::{ReportError, write_file};
use crate::calendar::Period;
use crate::events::EventTable;
use crate::forecast::{Backtest, CohortScores, ModelKind, Scores};
use crate::interests::InterestSpace;

/// Writes the table `backtest` and `scores.json` into an existing folder and tells the files.
///
/// # Errors
/// If the folder cannot be written to.
pub fn write_backtest(
    folder: &Path,
    events: &EventTable,
    space: &InterestSpace,
    found: &Backtest,
    format: TableFormat,
) -> Result<Vec<PathBuf>, ReportError> {
    let cells = found.asked.len() * found.interests * found.models.len();
    let mut files = Table::by_part("backtest", cells, |cells| columns(events, found, cells)).write(folder, format)?;
    let scores = folder.join("scores.json");
    write_file(&scores, format!("{:#}\n", scores_object(space, found)).as_bytes())?;
    files.push(scores);
    Ok(files)
}

/// The rows of some cells: models × questions × interests, for every model has the same questions.
fn columns(events: &EventTable, found: &Backtest, cells: Range<usize>) -> Vec<Column> {
    let of_each = (found.asked.len() * found.interests).max(1);
    let names: Vec<String> = found.models.iter().map(|model| model.name.to_string()).collect();
    let model = |cell: usize| &found.models[cell / of_each];
    let asked = |cell: usize| &found.asked[cell % of_each / found.interests];
    let user = |cell: usize| events.users.get(asked(cell).user.index()).map_or("", String::as_str);
    let cells = || cells.clone();
    let mut columns = vec![
        column("model", cells().map(|cell| names[cell / of_each].as_str())),
        dates("origin", found.calendar, cells().map(|cell| asked(cell).origin)),
        dates("period", found.calendar, cells().map(|cell| asked(cell).period)),
        column("horizon", cells().map(|cell| whole(asked(cell).horizon))),
        column("user", cells().map(user)),
        column("interest", cells().map(|cell| whole(cell % found.interests))),
        column("share", cells().map(|cell| model(cell).share[cell % of_each])),
    ];
    columns.extend(limits(cells(), |level, cell| limits_of(&model(cell).bands, level, cell % of_each)));
    columns.push(column("observed", cells().map(|cell| found.observed[cell % of_each])));
    columns.push(column("total", cells().map(|cell| asked(cell).total)));
    columns
}

/// `scores.json`: by model the scores over `all` rows, `one_step` ahead, and by origin, horizon, activity and cohort.
pub fn scores_object(space: &InterestSpace, found: &Backtest) -> Value {
    let day = |period: Period| found.calendar.first_day(period).to_string();
    let scores = |scores: &Scores| serde_json::to_value(scores).unwrap_or(Value::Null);
    let of_cohorts = |scores: &CohortScores| serde_json::to_value(scores).unwrap_or(Value::Null);
    let models: Map<String, Value> = found
        .models
        .iter()
        .map(|model| {
            let origins: Map<String, Value> =
                model.by_origin.iter().map(|(origin, of)| (day(*origin), scores(of))).collect();
            let horizons: Map<String, Value> =
                model.by_horizon.iter().map(|(horizon, of)| (horizon.to_string(), scores(of))).collect();
            let activity: Map<String, Value> =
                model.by_activity.iter().map(|(group, of)| (group.clone(), scores(of))).collect();
            let events: Vec<Value> = model
                .by_events
                .iter()
                .map(|(up_to, of)| {
                    let mut object = scores(of);
                    object["up_to"] = json!(up_to);
                    object
                })
                .collect();
            let curve: Vec<Value> =
                model.reliability.iter().map(|(level, held)| json!({ "level": level, "coverage": held })).collect();
            let spreads: Map<String, Value> = model
                .spreads
                .iter()
                .map(|by| {
                    let of = |scores: &Scores| {
                        let Scores { coverage, width, interval, crps, rows, .. } = scores;
                        json!({ "coverage": coverage, "width": width, "interval": interval, "crps": crps, "rows": rows })
                    };
                    let object = json!({
                        "all": of(&by.all),
                        "one_step": of(&by.one_step),
                        "origins_chosen": by.chosen,
                        "seconds": by.seconds,
                    });
                    (by.spread.to_string(), object)
                })
                .collect();
            let cohorts: Vec<Value> = model
                .by_cohort
                .iter()
                .map(|cohort| {
                    let mut object = of_cohorts(&cohort.together);
                    object["cohort"] = json!(cohort.rule.name(|interest| label(space, interest), found.calendar));
                    object["users"] = scores(&cohort.users);
                    object
                })
                .collect();
            let mut object = json!({
                "simple": model.name.is_simple(),
                "all": scores(&model.all),
                "one_step": scores(&model.one_step),
                "origins": origins,
                "horizons": horizons,
                "active_periods": activity,
                "expected_events": events,
                "paths": model.paths,
                "p_any": model.incidence,
                "better_than_best_simple": model.better_than_simple,
                "reliability": curve,
                "spreads": spreads,
                "cohorts": { "one_step": of_cohorts(&model.cohorts.0), "all": of_cohorts(&model.cohorts.1) },
                "by_cohort": cohorts,
            });
            if let Some(activity) = &model.activity {
                object["activity"] = json!({
                    "rows": activity.rows,
                    "log_loss": activity.network.log_loss,
                    "brier": activity.network.brier,
                    "events": activity.network.events,
                    "spend": activity.network.spend,
                    "simple": activity.simple,
                });
            }
            (model.name.to_string(), object)
        })
        .collect();
    let ablations: Map<String, Value> = found.ablations.iter().map(|of| (of.model.to_string(), json!(of))).collect();
    json!({
        "origins": found.origins.iter().map(|origin| day(*origin)).collect::<Vec<_>>(),
        "horizon": found.horizon,
        "joint": found.joint,
        "interests": found.interests,
        "period": found.calendar.length,
        "best_simple": found.best_simple.map_or("", ModelKind::name),
        "chosen": found.chosen,
        "chosen_because": found.chosen_because,
        "models": models,
        "ablations": ablations,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Calendar, PeriodLength};
    use crate::events::UserId;
    use crate::forecast::{
        ActivityResult, ActivityScore, ActivitySource, Asked, Band, CohortResult, CohortRule, Difference, Errors,
        IncidenceResult, IncidenceScore, ModelResult, Spread, SpreadResult, WholePaths,
    };
    use polars::prelude::{ParquetReader, SerReader as _};
    use std::collections::BTreeMap;

    fn active(model: ActivitySource) -> ActivityScore {
        let events = Errors { mae: 1.5, deviance: 2.5 };
        ActivityScore { model, log_loss: 0.4, brier: 0.1, events, spend: None }
    }

    fn model(kind: ModelKind) -> ModelResult {
        ModelResult {
            name: kind.into(),
            share: vec![0.75, 0.25],
            bands: vec![Band { level: 80, lower: vec![0.5, f32::NAN], upper: vec![0.9, f32::NAN], coverage: None }],
            all: Scores { nll: 0.5, rows: 1, events: 4.0, ..Scores::default() },
            one_step: Scores::default(),
            by_origin: vec![(Period(3), Scores::default())],
            by_horizon: vec![(1, Scores::default())],
            by_activity: vec![("1 to 3".into(), Scores::default())],
            by_events: vec![(7.5, Scores { l1: 0.25, ..Scores::default() })],
            paths: Some(WholePaths {
                steps: 3,
                paths: 40,
                joint: BTreeMap::from([(80, 0.79)]),
                single: BTreeMap::from([(80, 0.6)]),
            }),
            incidence: vec![IncidenceResult {
                horizon: 1,
                cells: 9,
                model: IncidenceScore { brier: 0.125, log_loss: 0.5, reliability: vec![(0.25, 0.5, 9)] },
                simple: IncidenceScore { brier: 0.25, ..IncidenceScore::default() },
            }],
            better_than_simple: Difference::default(),
            reliability: vec![(0.8, 0.79)],
            activity: (kind == ModelKind::Lstm).then(|| ActivityResult {
                rows: 5,
                network: active(kind.into()),
                simple: active(ActivitySource::Simple),
            }),
            spreads: vec![SpreadResult {
                spread: Spread::LastLayer,
                chosen: 1,
                seconds: 2.0,
                all: Scores::default(),
                one_step: Scores { crps: 0.25, ..Scores::default() },
            }],
            by_cohort: vec![CohortResult {
                rule: CohortRule::Leading(1),
                together: CohortScores { l1: 0.5, ..CohortScores::default() },
                users: Scores { l1: 0.75, ..Scores::default() },
            }],
            cohorts: (CohortScores::default(), CohortScores { rows: 9, ..CohortScores::default() }),
        }
    }

    #[test]
    fn every_model_has_the_same_rows_and_every_interest_one() {
        let events = EventTable { users: vec!["Ann".into()], ..EventTable::default() };
        let asked = Asked {
            user: UserId(0),
            origin: Period(3),
            period: Period(3),
            horizon: 1,
            active_periods: 2,
            expected_events: 3.5,
            leading: None,
            total: 4.0,
        };
        let found = Backtest {
            calendar: Calendar::new(PeriodLength::Month),
            interests: 2,
            horizon: 1,
            origins: vec![Period(3)],
            joint: false,
            asked: vec![asked],
            observed: vec![4.0, 0.0],
            models: vec![model(ModelKind::Lstm), model(ModelKind::Mean)],
            best_simple: Some(ModelKind::Mean),
            chosen: ModelKind::Lstm,
            chosen_because: "It did best.".into(),
            ablations: Vec::new(),
        };
        let folder = tempfile::tempdir().unwrap();
        let files =
            write_backtest(folder.path(), &events, &crate::report::sample::shop().space, &found, TableFormat::Parquet)
                .unwrap();
        let table = ParquetReader::new(std::fs::File::open(&files[0]).unwrap()).finish().unwrap();
        let names: Vec<&str> = table.get_column_names().iter().map(|name| name.as_str()).collect();
        let promised = "model origin period horizon user interest share lower_50 upper_50 lower_80 upper_80 lower_95 \
                        upper_95 observed total";
        assert_eq!(names, promised.split_whitespace().collect::<Vec<_>>());
        assert_eq!(table.height(), 4);
        assert_eq!(
            table.column("observed").unwrap().f32().unwrap().get(3),
            Some(0.0),
            "also where nothing was observed"
        );
        assert_eq!(table.column("lower_80").unwrap().null_count(), 2, "what was not calibrated is not there");
        let scores: Value = serde_json::from_slice(&std::fs::read(&files[1]).unwrap()).unwrap();
        assert_eq!(scores["models"]["lstm"]["all"]["events"], 4.0);
        assert!(scores["models"]["mean"]["origins"].is_object());
        let activity = &scores["models"]["lstm"]["activity"];
        assert_eq!((&activity["events"]["mae"], &activity["simple"]["log_loss"]), (&json!(1.5), &json!(0.4)));
        assert!(activity["spend"].is_null() && scores["models"]["mean"]["activity"].is_null());
        assert_eq!(scores["models"]["lstm"]["spreads"]["last-layer"]["one_step"]["crps"], 0.25);
        let cohort = &scores["models"]["lstm"]["by_cohort"][0];
        assert_eq!((&cohort["cohort"], &cohort["l1"]), (&json!("Leading interest: Lamps"), &json!(0.5)));
        assert_eq!(cohort["users"]["l1"], 0.75);
        let mean = &scores["models"]["mean"];
        assert_eq!(
            (&mean["expected_events"][0]["up_to"], &mean["expected_events"][0]["l1"]),
            (&json!(7.5), &json!(0.25))
        );
        assert_eq!((&mean["paths"]["joint"]["80"], &mean["paths"]["paths"]), (&json!(0.79), &json!(40)));
        assert_eq!(mean["p_any"][0]["model"]["brier"], 0.125);
        assert_eq!(scores["models"]["lstm"]["cohorts"]["all"]["rows"], 9);
    }
}
