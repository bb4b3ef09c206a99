//! The files of `driftline backtest`, as CONTRACT.md promises them to people's scripts.

use std::path::{Path, PathBuf};

use polars::prelude::{Column, PlSmallStr};
use serde_json::{Map, Value, json};

use super::cohorts::label;
use super::parquet::{dates, write_table};
use super::{ReportError, write_file};
use crate::calendar::Period;
use crate::events::EventTable;
use crate::forecast::{Backtest, CohortScores, Scores};
use crate::interests::InterestSpace;

/// The levels that have columns, whether calibrated or not.
const LEVELS: [u8; 3] = [50, 80, 95];

/// Writes `backtest.parquet` and `scores.json` into an existing folder and tells the files.
///
/// # Errors
/// If the folder cannot be written to.
pub fn write_backtest(
    folder: &Path,
    events: &EventTable,
    space: &InterestSpace,
    found: &Backtest,
) -> Result<Vec<PathBuf>, ReportError> {
    let table = folder.join("backtest.parquet");
    let cells = found.models.iter().map(|model| model.share.len()).sum();
    write_table(&table, cells, columns(events, found))?;
    let scores = folder.join("scores.json");
    write_file(&scores, format!("{:#}\n", scores_object(space, found)).as_bytes())?;
    Ok(vec![table, scores])
}

fn columns(events: &EventTable, found: &Backtest) -> Vec<Column> {
    let (interests, models) = (found.interests, &found.models);
    // Every model has the same rows, so a column of the questions is repeated for each.
    let asked = || models.iter().flat_map(|_| found.asked.iter().flat_map(|asked| (0..interests).map(move |_| asked)));
    let whole = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let name = |name: &str| PlSmallStr::from_str(name);
    let user = |number: usize| events.users.get(number).map_or("", String::as_str);
    let of_models = models.iter().flat_map(|model| model.share.iter().map(|_| model.name.as_str()));
    let mut columns = vec![
        Column::new(name("model"), of_models.collect::<Vec<_>>()),
        dates("origin", found.calendar, asked().map(|asked| asked.origin)),
        dates("period", found.calendar, asked().map(|asked| asked.period)),
        Column::new(name("horizon"), asked().map(|asked| whole(asked.horizon)).collect::<Vec<_>>()),
        Column::new(name("user"), asked().map(|asked| user(asked.user.index())).collect::<Vec<_>>()),
        Column::new(
            name("interest"),
            models
                .iter()
                .flat_map(|model| (0..model.share.len()).map(|cell| whole(cell % interests)))
                .collect::<Vec<_>>(),
        ),
        Column::new(name("share"), models.iter().flat_map(|model| model.share.iter().copied()).collect::<Vec<_>>()),
    ];
    for level in LEVELS {
        for side in ["lower", "upper"] {
            let limits: Vec<Option<f32>> = models
                .iter()
                .flat_map(|model| {
                    let band = model.bands.iter().find(|band| band.level == level);
                    let limits = band.map(|band| if side == "lower" { &band.lower } else { &band.upper });
                    let of = move |at| limits.and_then(|limits: &Vec<f32>| limits.get(at).copied());
                    (0..model.share.len()).map(move |at| of(at).filter(|limit| !limit.is_nan()))
                })
                .collect();
            columns.push(Column::new(PlSmallStr::from_string(format!("{side}_{level}")), limits));
        }
    }
    let observed = models.iter().flat_map(|_| found.observed.iter().map(|events| i64::from(*events)));
    columns.push(Column::new(name("observed"), observed.collect::<Vec<_>>()));
    columns.push(Column::new(name("total"), asked().map(|asked| i64::from(asked.total)).collect::<Vec<_>>()));
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
                    (by.spread.name().to_owned(), object)
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
                "simple": model.simple,
                "all": scores(&model.all),
                "one_step": scores(&model.one_step),
                "origins": origins,
                "horizons": horizons,
                "active_periods": activity,
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
            (model.name.clone(), object)
        })
        .collect();
    let ablations: Map<String, Value> = found.ablations.iter().map(|of| (of.model.clone(), json!(of))).collect();
    json!({
        "origins": found.origins.iter().map(|origin| day(*origin)).collect::<Vec<_>>(),
        "horizon": found.horizon,
        "interests": found.interests,
        "period": found.calendar.length,
        "best_simple": found.best_simple,
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
        ActivityResult, ActivityScore, Asked, Band, CohortResult, CohortRule, Difference, Errors, ModelResult, Spread,
        SpreadResult,
    };
    use polars::prelude::{ParquetReader, SerReader as _};

    fn active(name: &str) -> ActivityScore {
        let events = Errors { mae: 1.5, deviance: 2.5 };
        ActivityScore { model: name.into(), log_loss: 0.4, brier: 0.1, events, spend: None }
    }

    fn model(name: &str) -> ModelResult {
        ModelResult {
            name: name.into(),
            simple: name == "mean",
            share: vec![0.75, 0.25],
            bands: vec![Band { level: 80, lower: vec![0.5, f32::NAN], upper: vec![0.9, f32::NAN], coverage: 0.8 }],
            all: Scores { nll: 0.5, rows: 1, events: 4, ..Scores::default() },
            one_step: Scores::default(),
            by_origin: vec![(Period(3), Scores::default())],
            by_horizon: vec![(1, Scores::default())],
            by_activity: vec![("1 to 3".into(), Scores::default())],
            better_than_simple: Difference::default(),
            reliability: vec![(0.8, 0.79)],
            activity: (name == "lstm").then(|| ActivityResult {
                rows: 5,
                network: active(name),
                simple: active("simple"),
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
            leading: None,
            total: 4,
        };
        let found = Backtest {
            calendar: Calendar::new(PeriodLength::Month),
            interests: 2,
            horizon: 1,
            origins: vec![Period(3)],
            asked: vec![asked],
            observed: vec![4, 0],
            models: vec![model("lstm"), model("mean")],
            best_simple: "mean".into(),
            chosen: "lstm".into(),
            chosen_because: "It did best.".into(),
            ablations: Vec::new(),
        };
        let folder = tempfile::tempdir().unwrap();
        let files = write_backtest(folder.path(), &events, &crate::report::sample::shop().space, &found).unwrap();
        let table = ParquetReader::new(std::fs::File::open(&files[0]).unwrap()).finish().unwrap();
        let names: Vec<&str> = table.get_column_names().iter().map(|name| name.as_str()).collect();
        let promised = "model origin period horizon user interest share lower_50 upper_50 lower_80 upper_80 lower_95 \
                        upper_95 observed total";
        assert_eq!(names, promised.split_whitespace().collect::<Vec<_>>());
        assert_eq!(table.height(), 4);
        assert_eq!(table.column("observed").unwrap().i64().unwrap().get(3), Some(0), "also where nothing was observed");
        assert_eq!(table.column("lower_80").unwrap().null_count(), 2, "what was not calibrated is not there");
        let scores: Value = serde_json::from_slice(&std::fs::read(&files[1]).unwrap()).unwrap();
        assert_eq!(scores["models"]["lstm"]["all"]["events"], 4);
        assert!(scores["models"]["mean"]["origins"].is_object());
        let activity = &scores["models"]["lstm"]["activity"];
        assert_eq!((&activity["events"]["mae"], &activity["simple"]["log_loss"]), (&json!(1.5), &json!(0.4)));
        assert!(activity["spend"].is_null() && scores["models"]["mean"]["activity"].is_null());
        assert_eq!(scores["models"]["lstm"]["spreads"]["last-layer"]["one_step"]["crps"], 0.25);
        let cohort = &scores["models"]["lstm"]["by_cohort"][0];
        assert_eq!((&cohort["cohort"], &cohort["l1"]), (&json!("Leading interest: Lamps"), &json!(0.5)));
        assert_eq!(cohort["users"]["l1"], 0.75);
        assert_eq!(scores["models"]["lstm"]["cohorts"]["all"]["rows"], 9);
    }
}
