//! The tables of `driftline forecast`, as CONTRACT.md promises them to people's scripts.

use std::path::{Path, PathBuf};

use polars::prelude::{
    Column, Int64Chunked, IntoSeries as _, ListBuilderTrait as _, ListStringChunkedBuilder, NamedFrom, PlSmallStr,
    Series, TimeUnit,
};

use super::parquet::{dates, write_table};
use super::{ReportError, UserSummary};
use crate::calendar::{Period, WallTime};
use crate::events::{EventTable, UserId, flag_users};
use crate::forecast::Forecast;
use crate::interests::{InterestSpace, Source, Trajectories};

/// The levels that have columns, whether calibrated or not.
const LEVELS: [u8; 3] = [50, 80, 95];

/// Writes `interests`, `texts`, `trajectories`, `forecast` and `users` as `.parquet` into an existing folder and tells
/// the files. The same results give the same bytes.
///
/// # Errors
/// If the folder cannot be written to.
pub fn write_forecast_tables(
    folder: &Path,
    events: &EventTable,
    space: &InterestSpace,
    trajectories: &Trajectories,
    forecast: &Forecast,
    users: &[UserSummary],
) -> Result<Vec<PathBuf>, ReportError> {
    let tables = [
        ("interests", space.len(), interests(space)),
        ("texts", events.texts.len(), texts(events, space)),
        ("trajectories", trajectories.interest.len(), past(events, trajectories)),
        ("forecast", forecast.share.len(), future(events, forecast)),
        ("users", users.len(), user_lines(events, users)),
    ];
    let mut written = Vec::with_capacity(tables.len());
    for (name, rows, columns) in tables {
        let path = folder.join(name).with_extension("parquet");
        write_table(&path, rows, columns)?;
        written.push(path);
    }
    Ok(written)
}

/// A column of values made one by one.
fn column<T>(name: &str, values: impl Iterator<Item = T>) -> Column
where
    Series: NamedFrom<Vec<T>, [T]>,
{
    Column::new(PlSmallStr::from_str(name), values.collect::<Vec<_>>())
}

fn interests(space: &InterestSpace) -> Vec<Column> {
    let all = &space.interests;
    let words = all.iter().map(|interest| interest.terms.len()).sum();
    let mut terms = ListStringChunkedBuilder::new("terms".into(), all.len(), words);
    for interest in all {
        terms.append_values_iter(interest.terms.iter().map(String::as_str));
    }
    let source = |source| match source {
        Source::Found => "found",
        Source::Column => "column",
        Source::Typed => "typed",
    };
    vec![
        column("interest", (0..all.len()).map(whole)),
        column("label", all.iter().map(|interest| interest.label.as_str())),
        terms.finish().into_series().into(),
        column("share", all.iter().map(|interest| interest.share)),
        column("source", all.iter().map(|interest| source(interest.source))),
    ]
}

fn texts(events: &EventTable, space: &InterestSpace) -> Vec<Column> {
    vec![
        column("text", events.texts.iter().map(String::as_str)),
        column("interest", space.text_interest.iter().map(|interest| i32::from(*interest))),
        Column::new("weight".into(), space.text_weight.as_slice()),
    ]
}

fn past(events: &EventTable, trajectories: &Trajectories) -> Vec<Column> {
    let cells = trajectories.interest.len();
    let (mut users, mut periods) = (Vec::with_capacity(cells), Vec::with_capacity(cells));
    let mut shares = Vec::with_capacity(cells);
    for user in (0..trajectories.users()).map(|user| UserId(user as u32)) {
        for row in trajectories.rows(user) {
            let total = trajectories.total_weight(row);
            for cell in trajectories.cells(row) {
                users.push(name(events, user));
                periods.push(trajectories.period[row]);
                shares.push(trajectories.weight(cell) / total);
            }
        }
    }
    // A log without value has none here either; zero would be a claim.
    let value = |value: &f32| events.value.is_some().then_some(*value);
    vec![
        Column::new("user".into(), users),
        dates("period", trajectories.calendar, periods.into_iter()),
        column("interest", trajectories.interest.iter().map(|interest| i32::from(*interest))),
        column("events", trajectories.events.iter().map(|events| i64::from(*events))),
        Column::new("share".into(), shares),
        column("value", trajectories.value.iter().map(value)),
    ]
}

fn future(events: &EventTable, forecast: &Forecast) -> Vec<Column> {
    let cells = forecast.share.len();
    let (mut users, mut periods) = (Vec::with_capacity(cells), Vec::<Period>::with_capacity(cells));
    let (mut horizon, mut interest) = (Vec::with_capacity(cells), Vec::with_capacity(cells));
    for user in &forecast.users {
        for step in 0..forecast.horizon {
            for number in 0..forecast.interests {
                users.push(name(events, *user));
                periods.push(forecast.origin.plus(whole(step)));
                horizon.push(whole(step + 1));
                interest.push(whole(number));
            }
        }
    }
    let mut columns = vec![
        Column::new("user".into(), users),
        dates("period", forecast.calendar, periods.into_iter()),
        Column::new("horizon".into(), horizon),
        Column::new("interest".into(), interest),
        Column::new("share".into(), forecast.share.as_slice()),
    ];
    for level in LEVELS {
        let band = forecast.bands.iter().find(|band| band.level == level);
        for (side, limits) in [("lower", band.map(|band| &band.lower)), ("upper", band.map(|band| &band.upper))] {
            let name = PlSmallStr::from_string(format!("{side}_{level}"));
            columns.push(match limits {
                Some(limits) => Column::new(
                    name,
                    limits.iter().map(|limit| Some(*limit).filter(|limit| !limit.is_nan())).collect::<Vec<_>>(),
                ),
                None => Column::new(name, vec![None::<f32>; cells]),
            });
        }
    }
    columns
}

fn user_lines(events: &EventTable, users: &[UserSummary]) -> Vec<Column> {
    let number = |interest: Option<u16>| interest.map(i32::from);
    vec![
        column("user", users.iter().map(|user| name(events, user.user))),
        column("events", users.iter().map(|user| i64::from(user.events))),
        times("first", users.iter().map(|user| user.first)),
        times("last", users.iter().map(|user| user.last)),
        column("active_periods", users.iter().map(|user| i64::from(user.active_periods))),
        column("p_active_next", users.iter().map(|user| user.p_active)),
        column("leading_now", users.iter().map(|user| i32::from(user.leading_now))),
        column("leading_next", users.iter().map(|user| number(user.leading_next))),
        column("change_interest", users.iter().map(|user| number(user.largest_change.map(|change| change.0)))),
        column("change", users.iter().map(|user| user.largest_change.map(|change| change.1))),
        column("flags", flags_of(events, users).into_iter()),
    ]
}

/// What each user was flagged as, in words; none for most.
fn flags_of(events: &EventTable, users: &[UserSummary]) -> Vec<Option<String>> {
    let flagged = flag_users(events);
    let words = |user: &UserSummary| {
        let from = flagged.partition_point(|flagged| flagged.user < user.user);
        let own = flagged[from..].iter().take_while(|flagged| flagged.user == user.user);
        Some(own.map(|flagged| flagged.flag.to_string()).collect::<Vec<_>>().join(", "))
            .filter(|words| !words.is_empty())
    };
    users.iter().map(words).collect()
}

/// Wall-clock times, in microseconds, without a zone.
fn times(name: &str, times: impl Iterator<Item = WallTime>) -> Column {
    let micros = times.map(|time| time.0).collect();
    Int64Chunked::from_vec(PlSmallStr::from_str(name), micros)
        .into_datetime(TimeUnit::Microseconds, None)
        .into_series()
        .into()
}

/// A user as the log spells it.
fn name(events: &EventTable, user: UserId) -> &str {
    events.users.get(user.index()).map_or("", String::as_str)
}

fn whole(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{sample, summarise_users};
    use polars::prelude::{DataFrame, DataType, ParquetReader, SerReader as _};
    use std::fs::{self, File};

    fn write(folder: &Path, shop: &sample::Shop) -> Vec<PathBuf> {
        let users = summarise_users(&shop.events, &shop.trajectories, &shop.forecast);
        write_forecast_tables(folder, &shop.events, &shop.space, &shop.trajectories, &shop.forecast, &users).unwrap()
    }

    fn read(folder: &Path, name: &str) -> DataFrame {
        ParquetReader::new(File::open(folder.join(name)).unwrap()).finish().unwrap()
    }

    fn columns(table: &DataFrame) -> Vec<(String, DataType)> {
        table.columns().iter().map(|column| (column.name().to_string(), column.dtype().clone())).collect()
    }

    fn promised(columns: &[(&str, DataType)]) -> Vec<(String, DataType)> {
        columns.iter().map(|(name, kind)| ((*name).to_owned(), kind.clone())).collect()
    }

    #[test]
    fn limits_that_were_not_calibrated_are_not_there() {
        let (folder, mut shop) = (tempfile::tempdir().unwrap(), sample::shop());
        sample::calibrate_one_step_only(&mut shop.forecast);
        write(folder.path(), &shop);
        let table = read(folder.path(), "forecast.parquet");
        let lower = table.column("lower_80").unwrap();
        assert_eq!(lower.null_count(), table.height() / 2);
        assert!(lower.f32().unwrap().iter().flatten().all(|limit| !limit.is_nan()));
    }

    #[test]
    fn tables_have_the_columns_of_the_contract() {
        use DataType::{Date, Float32, Float64, Int32, Int64, String as Text};
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), &sample::shop());
        assert_eq!(files.len(), 5);
        let expected = |name: &str| columns(&read(folder.path(), name));
        let list = DataType::List(Box::new(Text));
        assert_eq!(
            expected("interests.parquet"),
            promised(&[("interest", Int32), ("label", Text), ("terms", list), ("share", Float64), ("source", Text)])
        );
        assert_eq!(expected("texts.parquet"), promised(&[("text", Text), ("interest", Int32), ("weight", Float32)]));
        assert_eq!(
            expected("trajectories.parquet"),
            promised(&[
                ("user", Text),
                ("period", Date),
                ("interest", Int32),
                ("events", Int64),
                ("share", Float32),
                ("value", Float32)
            ])
        );
        let mut forecast =
            promised(&[("user", Text), ("period", Date), ("horizon", Int32), ("interest", Int32), ("share", Float32)]);
        for level in [50, 80, 95] {
            forecast.push((format!("lower_{level}"), Float32));
            forecast.push((format!("upper_{level}"), Float32));
        }
        assert_eq!(expected("forecast.parquet"), forecast);
        let time = DataType::Datetime(TimeUnit::Microseconds, None);
        assert_eq!(
            expected("users.parquet"),
            promised(&[
                ("user", Text),
                ("events", Int64),
                ("first", time.clone()),
                ("last", time),
                ("active_periods", Int64),
                ("p_active_next", Float32),
                ("leading_now", Int32),
                ("leading_next", Int32),
                ("change_interest", Int32),
                ("change", Float32),
                ("flags", Text)
            ])
        );
    }

    #[test]
    fn numbers_come_back_and_add_up() {
        let folder = tempfile::tempdir().unwrap();
        let shop = sample::shop();
        write(folder.path(), &shop);
        let past = read(folder.path(), "trajectories.parquet");
        let events: i64 = past.column("events").unwrap().i64().unwrap().iter().flatten().sum();
        assert_eq!(events as usize, shop.events.len(), "every event is in one cell");
        assert_eq!(past.column("user").unwrap().str().unwrap().get(0), Some("Ann"));

        let shares = past.column("share").unwrap().f32().unwrap().iter().flatten().map(f64::from).sum::<f64>();
        assert!((shares - shop.trajectories.period.len() as f64).abs() < 1e-5, "shares of a period add up to 1");

        let future = read(folder.path(), "forecast.parquet");
        assert_eq!(future.height(), 2 * 2 * 3);
        let sum: f32 = future.column("share").unwrap().f32().unwrap().iter().take(3).flatten().sum();
        assert!((sum - 1.0).abs() < 1e-6);
        let first_day = future.column("period").unwrap().date().unwrap().physical().get(3);
        let january = jiff::civil::date(2012, 1, 1).duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24;
        assert_eq!(first_day.map(i64::from), Some(january));
        assert_eq!(future.column("horizon").unwrap().i32().unwrap().get(3), Some(2));
        assert_eq!(future.column("lower_95").unwrap().null_count(), future.height(), "not calibrated, so not there");
        assert_eq!(future.column("lower_80").unwrap().null_count(), 0);

        let users = read(folder.path(), "users.parquet");
        assert_eq!(users.column("p_active_next").unwrap().f32().unwrap().get(2), None, "no forecast for Cid");
        assert_eq!(users.column("user").unwrap().str().unwrap().get(1), Some("Bob <b@x>"));
    }

    #[test]
    fn a_log_without_value_makes_no_claim_about_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut shop = sample::shop();
        shop.events.value = None;
        write(folder.path(), &shop);
        let past = read(folder.path(), "trajectories.parquet");
        assert_eq!(past.column("value").unwrap().null_count(), past.height());
    }

    #[test]
    fn the_same_results_give_the_same_bytes() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = write(one.path(), &sample::shop());
        let second = write(other.path(), &sample::shop());
        for (first, second) in first.iter().zip(&second) {
            assert_eq!(fs::read(first).unwrap(), fs::read(second).unwrap(), "{}", first.display());
        }
    }
}
