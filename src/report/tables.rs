//! The tables of `driftline forecast`, as docs/forecast.md promises them to people's scripts.

use std::ops::Range;
use std::path::{Path, PathBuf};

use polars::prelude::{Column, IntoSeries as _, ListBuilderTrait as _, ListStringChunkedBuilder};

use super::columns::{column, dates, labels, limits, limits_of, times, whole};
use super::table::{Table, TableFormat, write_tables};
use super::{ReportError, UserSummary};
use crate::events::{EventTable, UserId, flag_users};
use crate::forecast::Forecast;
use crate::interests::{InterestSpace, Source, Trajectories};

/// Writes the tables `interests`, `texts`, `trajectories`, `forecast` and `users` into an existing folder and tells the
/// files. The same results give the same bytes.
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
    format: TableFormat,
) -> Result<Vec<PathBuf>, ReportError> {
    let flags = flags_of(events, users);
    let tables = [
        Table::whole("interests", interests(space)),
        Table::by_part("texts", events.texts.len(), |rows| texts(events, space, rows)),
        Table::by_part("trajectories", trajectories.interest.len(), |cells| past(events, trajectories, cells)),
        Table::by_part("forecast", forecast.share.len(), |cells| future(events, space, forecast, cells)),
        Table::by_part("users", users.len(), |rows| user_lines(events, space, &users[rows.clone()], &flags[rows])),
    ];
    write_tables(folder, &tables, format)
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
    };
    vec![
        column("interest", (0..all.len()).map(whole)),
        column("label", all.iter().map(|interest| interest.label.as_str())),
        terms.finish().into_series().into(),
        column("share", all.iter().map(|interest| interest.share)),
        column("source", all.iter().map(|interest| source(interest.source))),
    ]
}

fn texts(events: &EventTable, space: &InterestSpace, rows: Range<usize>) -> Vec<Column> {
    vec![
        column("text", events.texts.iter().skip(rows.start).take(rows.len()).map(String::as_str)),
        column("interest", space.text_interest[rows.clone()].iter().map(|interest| i32::from(*interest))),
        column("weight", space.text_weight[rows].iter().copied()),
    ]
}

fn past(events: &EventTable, trajectories: &Trajectories, cells: Range<usize>) -> Vec<Column> {
    // The first row and user whose cells reach beyond the beginning; from there on both only grow.
    let mut row = trajectories.row_cells.partition_point(|begin| *begin <= cells.start).saturating_sub(1);
    let mut user = trajectories.user_rows.partition_point(|begin| *begin <= row).saturating_sub(1);
    let (mut users, mut periods) = (Vec::with_capacity(cells.len()), Vec::with_capacity(cells.len()));
    let mut shares = Vec::with_capacity(cells.len());
    let mut total = None;
    for cell in cells.clone() {
        while trajectories.row_cells[row + 1] <= cell {
            (row, total) = (row + 1, None);
        }
        while trajectories.user_rows[user + 1] <= row {
            user += 1;
        }
        users.push(name(events, UserId(user as u32)));
        periods.push(trajectories.period[row]);
        shares.push(trajectories.weight(cell) / *total.get_or_insert_with(|| trajectories.total_weight(row)));
    }
    // A log without value has none here either; zero would be a claim.
    let value = |value: &f32| events.value.is_some().then_some(*value);
    vec![
        column("user", users.into_iter()),
        dates("period", trajectories.calendar, periods.into_iter()),
        column("interest", trajectories.interest[cells.clone()].iter().map(|interest| i32::from(*interest))),
        column("events", trajectories.events[cells.clone()].iter().map(|events| i64::from(*events))),
        column("share", shares.into_iter()),
        column("value", trajectories.value[cells].iter().map(value)),
    ]
}

fn future(events: &EventTable, space: &InterestSpace, forecast: &Forecast, cells: Range<usize>) -> Vec<Column> {
    let interest = |cell: usize| cell % forecast.interests;
    let step = |cell: usize| cell / forecast.interests % forecast.horizon;
    let user = |cell: usize| forecast.users[cell / (forecast.interests * forecast.horizon)];
    let mut columns = vec![
        column("user", cells.clone().map(|cell| name(events, user(cell)))),
        dates("period", forecast.calendar, cells.clone().map(|cell| forecast.origin.plus(whole(step(cell))))),
        column("horizon", cells.clone().map(|cell| whole(step(cell) + 1))),
        column("interest", cells.clone().map(|cell| whole(interest(cell)))),
        labels("label", space, cells.clone().map(|cell| Some(interest(cell)))),
        column("share", forecast.share[cells.clone()].iter().copied()),
    ];
    columns.extend(limits(cells.clone(), |level, cell| limits_of(&forecast.bands, level, cell)));
    columns.push(column("p_any", cells.map(|cell| forecast.p_any[cell])));
    columns
}

fn user_lines(
    events: &EventTable,
    space: &InterestSpace,
    users: &[UserSummary],
    flags: &[Option<String>],
) -> Vec<Column> {
    let number = |interest: Option<u16>| interest.map(i32::from);
    let leading_now = || users.iter().map(|user| Some(user.leading_now));
    let leading_next = || users.iter().map(|user| user.leading_next);
    let change = || users.iter().map(|user| user.largest_change.map(|change| change.0));
    let called = |name, interests: &mut dyn Iterator<Item = Option<u16>>| {
        labels(name, space, interests.map(|interest| interest.map(usize::from)))
    };
    vec![
        column("user", users.iter().map(|user| name(events, user.user))),
        column("events", users.iter().map(|user| i64::from(user.events))),
        times("first", users.iter().map(|user| user.first)),
        times("last", users.iter().map(|user| user.last)),
        column("active_periods", users.iter().map(|user| i64::from(user.active_periods))),
        column("p_active_next", users.iter().map(|user| user.p_active)),
        column("expected_events_next", users.iter().map(|user| user.expected_events)),
        column("expected_value_next", users.iter().map(|user| user.expected_value)),
        column("leading_now", users.iter().map(|user| i32::from(user.leading_now))),
        called("leading_now_label", &mut leading_now()),
        column("leading_next", leading_next().map(number)),
        called("leading_next_label", &mut leading_next()),
        column("change_interest", change().map(number)),
        called("change_interest_label", &mut change()),
        column("change", users.iter().map(|user| user.largest_change.map(|change| change.1))),
        column("flags", flags.iter().map(Option::as_deref)),
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

/// A user as the log spells it.
fn name(events: &EventTable, user: UserId) -> &str {
    events.users.get(user.index()).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{sample, summarise_users};
    use polars::prelude::{DataFrame, DataType, ParquetReader, SerReader as _, TimeUnit};
    use std::fs::{self, File};

    fn write(folder: &Path, shop: &sample::Shop) -> Vec<PathBuf> {
        write_as(folder, shop, TableFormat::Parquet)
    }

    fn write_as(folder: &Path, shop: &sample::Shop, format: TableFormat) -> Vec<PathBuf> {
        let sample::Shop { events, space, trajectories, forecast } = shop;
        let users = summarise_users(events, trajectories, forecast);
        write_forecast_tables(folder, events, space, trajectories, forecast, &users, format).unwrap()
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
        let mut forecast = promised(&[
            ("user", Text),
            ("period", Date),
            ("horizon", Int32),
            ("interest", Int32),
            ("label", Text),
            ("share", Float32),
        ]);
        for level in [50, 80, 95] {
            forecast.push((format!("lower_{level}"), Float32));
            forecast.push((format!("upper_{level}"), Float32));
        }
        forecast.push(("p_any".into(), Float32));
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
                ("expected_events_next", Float32),
                ("expected_value_next", Float32),
                ("leading_now", Int32),
                ("leading_now_label", Text),
                ("leading_next", Int32),
                ("leading_next_label", Text),
                ("change_interest", Int32),
                ("change_interest_label", Text),
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
    fn beside_every_number_of_an_interest_stands_what_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let shop = sample::shop();
        write(folder.path(), &shop);
        for (table, numbers, labels) in [
            ("forecast.parquet", "interest", "label"),
            ("users.parquet", "leading_now", "leading_now_label"),
            ("users.parquet", "leading_next", "leading_next_label"),
            ("users.parquet", "change_interest", "change_interest_label"),
        ] {
            let table = read(folder.path(), table);
            let called = |number: Option<i32>| Some(shop.space.interests[number? as usize].label.clone());
            let expected: Vec<_> = table.column(numbers).unwrap().i32().unwrap().iter().map(called).collect();
            let found = table.column(labels).unwrap();
            let found: Vec<_> = found.str().unwrap().iter().map(|label| label.map(str::to_owned)).collect();
            assert_eq!(found, expected, "{labels}");
            assert!(found.iter().any(Option::is_some), "{labels}");
        }
    }

    #[test]
    fn a_spreadsheet_gets_the_same_tables() {
        let folder = tempfile::tempdir().unwrap();
        let mut shop = sample::shop();
        shop.events.users[1] = "=HYPERLINK(\"x\",\"y\")".into();
        shop.events.users[2] = "-17".into();
        shop.space.interests[2].label = "@ cards, \"bows\"".into();
        shop.space.interests[0].terms = vec!["=cmd".into(), "tea".into()];
        let files = write_as(folder.path(), &shop, TableFormat::Both);
        assert_eq!(files.len(), 10);
        let text = |name: &str| {
            let bytes = fs::read(folder.path().join(name)).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            text.strip_prefix('\u{feff}').expect("the mark of UTF-8").to_owned()
        };
        let interests = text("interests.csv");
        assert!(interests.contains("0,Tea sets,\"'=cmd, tea\",0.4,found"), "{interests}");
        assert!(interests.contains("2,\"'@ cards, \"\"bows\"\"\","), "{interests}");
        let users = text("users.csv");
        assert!(users.contains("\n\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\",1,2011-09-03 12:00:00,"), "{users}");
        assert!(users.contains("\n-17,2,"), "a number stays a number: {users}");
        for name in ["interests", "texts", "trajectories", "forecast", "users"] {
            let table = read(folder.path(), &format!("{name}.parquet"));
            let page = text(&format!("{name}.csv"));
            let names: Vec<&str> = table.get_column_names().iter().map(|name| name.as_str()).collect();
            assert_eq!(page.lines().next().unwrap(), names.join(","));
            assert_eq!(page.lines().count(), table.height() + 1, "{name}");
        }
        assert!(text("forecast.csv").contains(",2011-12-01,1,0,Tea sets,0.2,"), "{}", text("forecast.csv"));
    }

    #[test]
    fn a_log_without_value_makes_no_claim_about_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut shop = sample::shop();
        shop.events.value = None;
        shop.forecast.expected_value = Vec::new();
        write(folder.path(), &shop);
        let past = read(folder.path(), "trajectories.parquet");
        assert_eq!(past.column("value").unwrap().null_count(), past.height());
        let users = read(folder.path(), "users.parquet");
        assert_eq!(users.column("expected_value_next").unwrap().null_count(), users.height());
        assert_eq!(users.column("expected_events_next").unwrap().null_count(), 1, "no forecast for Cid");
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
