//! Cohorts as tables and as paths for the picture.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use polars::prelude::Column;

use super::columns::{column, dates, label, labels, limits, limits_of, whole};
use super::table::{Table, TableFormat, write_tables};
use super::{Expected, InterestPath, Observed, ReportError};
use crate::calendar::Period;
use crate::events::UserId;
use crate::forecast::{CohortForecast, CohortRule};
use crate::interests::{InterestSpace, Trajectories};

/// What a cohort is called.
pub fn cohort_name(rule: CohortRule, space: &InterestSpace, forecast: &CohortForecast) -> String {
    rule.name(|interest| label(space, interest), forecast.calendar)
}

/// A cohort's rule in a sentence without a stop.
pub fn cohort_rule(rule: CohortRule, space: &InterestSpace, forecast: &CohortForecast) -> String {
    rule.words(|interest| label(space, interest), forecast.calendar, forecast.origin)
}

/// What some users did in a period, by interest.
#[derive(Clone, Debug, PartialEq)]
struct Together {
    events: Vec<u64>,
    /// What they count, unless every event counts 1 the same.
    weight: Vec<f64>,
}

impl Together {
    fn share(&self, interest: usize) -> f32 {
        let total = Some(self.weight.iter().sum::<f64>()).filter(|total| *total > 0.0).unwrap_or(1.0);
        (self.weight[interest] / total) as f32
    }
}

/// What some users did, by complete period with activity.
fn together(trajectories: &Trajectories, users: &[UserId]) -> BTreeMap<Period, Together> {
    let interests = trajectories.interests;
    let mut periods: BTreeMap<Period, Together> = BTreeMap::new();
    for user in users.iter().filter(|user| user.index() < trajectories.users()) {
        for row in trajectories.rows(*user).filter(|row| trajectories.is_whole(*row)) {
            let none = || Together { events: vec![0; interests], weight: vec![0.0; interests] };
            let sum = periods.entry(trajectories.period[row]).or_insert_with(none);
            for cell in trajectories.cells(row) {
                let interest = usize::from(trajectories.interest[cell]);
                sum.events[interest] += u64::from(trajectories.events[cell]);
                sum.weight[interest] += f64::from(trajectories.weight(cell));
            }
        }
    }
    periods
}

/// The past and future of every interest of a cohort, by interest number; `place` is the cohort's among the forecast's.
pub fn cohort_paths(trajectories: &Trajectories, forecast: &CohortForecast, place: usize) -> Vec<InterestPath> {
    let Some(cohort) = forecast.cohorts.get(place) else { return Vec::new() };
    let periods = together(trajectories, &cohort.users);
    let path = |interest: usize| InterestPath {
        interest: u16::try_from(interest).unwrap_or(u16::MAX),
        observed: periods
            .iter()
            .map(|(period, sum)| Observed {
                period: *period,
                share: sum.share(interest),
                total: u32::try_from(sum.events.iter().sum::<u64>()).unwrap_or(u32::MAX),
            })
            .collect(),
        expected: (0..forecast.horizon)
            .map(|step| {
                let cell = forecast.cell(place, step, interest);
                let limits = forecast.bands.iter().map(|band| (band.level, band.lower[cell], band.upper[cell]));
                Expected {
                    period: forecast.origin.plus(i32::try_from(step).unwrap_or(i32::MAX)),
                    share: forecast.share[cell],
                    p_any: None,
                    few: false,
                    bands: limits.filter(|(_, lower, _)| !lower.is_nan()).collect(),
                }
            })
            .collect(),
    };
    (0..trajectories.interests).map(path).collect()
}

/// Writes the tables `cohorts` and `cohort_trajectories` into an existing folder and tells the files.
///
/// # Errors
/// If the folder cannot be written to.
pub fn write_cohort_tables(
    folder: &Path,
    space: &InterestSpace,
    trajectories: &Trajectories,
    forecast: &CohortForecast,
    format: TableFormat,
) -> Result<Vec<PathBuf>, ReportError> {
    let tables = [
        Table::whole("cohorts", future(space, forecast)),
        Table::whole("cohort_trajectories", past(space, trajectories, forecast)),
    ];
    write_tables(folder, &tables, format)
}

fn future(space: &InterestSpace, forecast: &CohortForecast) -> Vec<Column> {
    let cells = || 0..forecast.share.len();
    let interest = |cell: usize| cell % forecast.interests;
    let step = |cell: usize| cell / forecast.interests % forecast.horizon;
    let place = |cell: usize| cell / (forecast.interests * forecast.horizon);
    let users = |cell: usize| i64::try_from(forecast.cohorts[place(cell)].users.len()).unwrap_or(i64::MAX);
    let names: Vec<String> = forecast.cohorts.iter().map(|of| cohort_name(of.rule, space, forecast)).collect();
    let rules: Vec<String> = forecast.cohorts.iter().map(|of| cohort_rule(of.rule, space, forecast)).collect();
    let mut columns = vec![
        column("cohort", cells().map(|cell| names[place(cell)].as_str())),
        column("rule", cells().map(|cell| rules[place(cell)].as_str())),
        column("users", cells().map(users)),
        dates("period", forecast.calendar, cells().map(|cell| forecast.origin.plus(whole(step(cell))))),
        column("horizon", cells().map(|cell| whole(step(cell) + 1))),
        column("interest", cells().map(|cell| whole(interest(cell)))),
        labels("label", space, cells().map(|cell| Some(interest(cell)))),
        column("share", forecast.share.iter().copied()),
    ];
    columns.extend(limits(cells(), |level, cell| limits_of(&forecast.bands, level, cell)));
    columns
}

fn past(space: &InterestSpace, trajectories: &Trajectories, forecast: &CohortForecast) -> Vec<Column> {
    let (mut names, mut periods, mut interest) = (Vec::new(), Vec::new(), Vec::new());
    let (mut events, mut shares) = (Vec::new(), Vec::new());
    for cohort in &forecast.cohorts {
        let name = cohort_name(cohort.rule, space, forecast);
        for (period, sum) in together(trajectories, &cohort.users) {
            for number in 0..trajectories.interests {
                names.push(name.clone());
                periods.push(period);
                interest.push(whole(number));
                events.push(i64::try_from(sum.events[number]).unwrap_or(i64::MAX));
                shares.push(sum.share(number));
            }
        }
    }
    vec![
        column("cohort", names.into_iter()),
        dates("period", trajectories.calendar, periods.into_iter()),
        column("interest", interest.into_iter()),
        column("events", events.into_iter()),
        column("share", shares.into_iter()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{Band, Cohort};
    use crate::report::sample;
    use polars::prelude::{ParquetReader, SerReader as _};

    fn forecast(shop: &sample::Shop) -> CohortForecast {
        let share = vec![0.2, 0.7, 0.1, 0.25, 0.6, 0.15, 0.1, 0.2, 0.7, 0.1, 0.3, 0.6];
        // Two periods ahead nothing was calibrated.
        let limits = |off: f32| {
            let limit = |(at, share): (usize, &f32)| if at / 3 % 2 == 0 { share + off } else { f32::NAN };
            share.iter().enumerate().map(limit).collect()
        };
        CohortForecast {
            calendar: shop.trajectories.calendar,
            origin: shop.trajectories.origin,
            horizon: 2,
            interests: 3,
            cohorts: vec![
                Cohort { rule: CohortRule::Everyone, users: vec![UserId(0), UserId(1)] },
                Cohort { rule: CohortRule::Leading(2), users: vec![UserId(1)] },
            ],
            events: vec![4.0; 4],
            bands: vec![Band { level: 80, lower: limits(-0.05), upper: limits(0.05), coverage: None }],
            share,
            no_bands: None,
        }
    }

    #[test]
    fn tables_have_their_columns_and_tell_the_cohorts_together() {
        let shop = sample::shop();
        let folder = tempfile::tempdir().unwrap();
        let files =
            write_cohort_tables(folder.path(), &shop.space, &shop.trajectories, &forecast(&shop), TableFormat::Parquet)
                .unwrap();
        let read = |at: usize| ParquetReader::new(std::fs::File::open(&files[at]).unwrap()).finish().unwrap();
        let (future, past) = (read(0), read(1));
        let names = |table: &polars::prelude::DataFrame| -> String {
            table.get_column_names().iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" ")
        };
        let promised = "cohort rule users period horizon interest label share lower_50 upper_50 lower_80 upper_80 lower_95 upper_95";
        assert_eq!(names(&future), promised);
        assert_eq!(names(&past), "cohort period interest events share");
        assert_eq!(future.height(), 2 * 2 * 3);
        assert_eq!(future.column("label").unwrap().str().unwrap().get(7), Some("Lamps"));
        assert_eq!(future.column("lower_80").unwrap().null_count(), 6, "as far ahead as nothing was calibrated");
        assert_eq!(future.column("users").unwrap().i64().unwrap().get(6), Some(1));
        assert_eq!(future.column("cohort").unwrap().str().unwrap().get(6), Some("Leading interest: Cards & bows"));
        // Everyone was active in August, September and November; Bob alone only in September.
        assert_eq!(past.height(), (3 + 1) * 3);
        let events: i64 = past.column("events").unwrap().i64().unwrap().iter().take(9).flatten().sum();
        assert_eq!(events, 4 + 5 + 3, "Ann's and Bob's, but not those of the incomplete month");
        let shares: f32 = past.column("share").unwrap().f32().unwrap().iter().take(3).flatten().sum();
        assert!((shares - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_cohorts_path_is_that_of_its_users_together() {
        let shop = sample::shop();
        let paths = cohort_paths(&shop.trajectories, &forecast(&shop), 0);
        let september = paths[2].observed[1];
        assert_eq!(september.total, 5);
        assert!((september.share - 0.4).abs() < 1e-6, "two of five events were cards");
        assert_eq!(paths[0].expected[0].bands.len(), 1);
        assert!(paths[0].expected[1].bands.is_empty());
        let alone = cohort_paths(&shop.trajectories, &forecast(&shop), 1);
        let own = crate::report::user_paths(&shop.trajectories, &shop.forecast, UserId(1));
        let observed = |paths: &[InterestPath]| paths.iter().map(|path| path.observed.clone()).collect::<Vec<_>>();
        assert_eq!(observed(&alone), observed(&own), "a cohort of one is that one");
    }
}
