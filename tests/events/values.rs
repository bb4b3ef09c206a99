//! What single values mean: times, numbers and words for nothing as people have them.

use std::fmt::Write as _;

use driftline::events::{EventsError, Log, ReadOptions, Reason, Role, preview, read};
use driftline::observe::Watch;

use super::{Desk, read_csv, rejected};

/// A log of rows with these times, a day or more of events each.
fn log_of(times: impl IntoIterator<Item = String>) -> String {
    let mut text = String::from("user;time;text\n");
    for (at, time) in times.into_iter().enumerate() {
        let _ = writeln!(text, "u{};\"{time}\";green tea {at}", at % 7);
    }
    text
}

/// The days of January 2024 and on, each as `write` says.
fn days(count: i64, write: impl Fn(jiff::civil::Date) -> String) -> Vec<String> {
    let first = jiff::civil::date(2024, 1, 6);
    (0..count).map(|day| write(first.saturating_add(jiff::Span::new().days(day)))).collect()
}

fn written(format: &str) -> impl Fn(jiff::civil::Date) -> String + use<'_> {
    move |day| day.at(14, 3, 11, 0).strftime(format).to_string()
}

/// The first and the last day, and the rows left out.
fn span(log: &Log) -> (String, String, u64) {
    let (first, last) = log.events.span().unwrap();
    (first.to_string()[..10].to_owned(), last.to_string()[..10].to_owned(), log.account.rows_rejected())
}

fn whole(times: Vec<String>) -> Log {
    let log = read_csv(&log_of(times)).unwrap();
    let (first, _, left_out) = span(&log);
    assert_eq!((first.as_str(), left_out), ("2024-01-06", 0));
    log
}

fn refused(times: Vec<String>) -> String {
    match read_csv(&log_of(times)) {
        Err(
            error @ (EventsError::UnreadableTimes(_)
            | EventsError::AmbiguousTimes(_)
            | EventsError::NoUsableTime { .. }),
        ) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_export_that_changed_its_spelling_is_read_to_its_end() {
    let mut times = days(60, written("%Y-%m-%d %H:%M:%S"));
    times.extend(days(200, written("%-m/%-d/%Y %-I:%M %p")).split_off(60));
    let log = whole(times);
    assert_eq!(span(&log).1, "2024-07-23");
    let told = log.notes.iter().find(|note| note.contains("not all written alike")).unwrap();
    assert!(told.contains("140 rows with the month first") && told.contains("60 rows with the year first"), "{told}");
}

#[test]
fn an_export_that_changed_to_dates_of_two_readings_is_refused_with_both() {
    let mut times = days(60, written("%Y-%m-%d"));
    let early = |day: &String| day.as_str() < "2024-05-13";
    let short: Vec<String> = days(128, written("%Y-%m-%d")).into_iter().filter(early).collect();
    times.extend(
        short.iter().filter(|day| &day[8..] <= "12").map(|day| format!("{}/{}/{}", &day[5..7], &day[8..], &day[..4])),
    );
    let words = refused(times.clone());
    for part in ["'%Y-%m-%d|%d/%m/%Y'", "'%Y-%m-%d|%m/%d/%Y'", "two ways"] {
        assert!(words.contains(part), "{words}");
    }
    // What it proposes can be done.
    let desk = Desk::new();
    let options = ReadOptions { time_format: Some("%Y-%m-%d|%m/%d/%Y".into()), ..ReadOptions::default() };
    let log = read(&[desk.put("log.csv", log_of(times))], &options, &Watch::silent()).unwrap();
    assert_eq!(span(&log), ("2024-01-06".into(), "2024-05-12".into(), 0));
}

#[test]
fn counts_of_all_units_are_read_beside_each_other() {
    let seconds = |day: jiff::civil::Date| {
        day.at(14, 3, 11, 0).to_zoned_datetime(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_second()
    };
    let mut times = days(30, |day| seconds(day).to_string());
    times.extend(days(60, |day| format!("{}.5", seconds(day))).split_off(30));
    times.extend(days(90, |day| format!("{}", seconds(day) * 1000 + 250)).split_off(60));
    times.extend(days(120, |day| format!("{}", seconds(day) * 1_000_000)).split_off(90));
    times.extend(days(150, |day| format!("{}", seconds(day) * 1_000_000_000)).split_off(120));
    assert_eq!(span(&whole(times)).1, "2024-06-03");
}

#[test]
fn a_spreadsheets_days_are_read_among_dates() {
    let serial = |day: jiff::civil::Date| (jiff::civil::date(1899, 12, 30).until(day).unwrap().get_days()).to_string();
    let mut times = days(70, written("%Y-%m-%d"));
    times.extend(days(100, serial).split_off(70));
    assert_eq!(span(&whole(times)).1, "2024-04-14");
}

#[test]
fn scattered_times_that_cannot_be_read_are_left_out_with_their_lines() {
    let mut times = days(200, written("%Y-%m-%d"));
    [20, 75, 90, 130, 180].into_iter().for_each(|at| times[at] = "soon".into());
    let log = read_csv(&log_of(times)).unwrap();
    assert_eq!(rejected(&log.account), [(Reason::UnreadableTime, 5, &[22, 77, 92, 132, 182][..])]);
}

#[test]
fn many_times_that_cannot_be_read_refuse_the_log_with_values_and_lines() {
    let mut times = days(100, written("%Y-%m-%d"));
    times[70..].iter_mut().enumerate().for_each(|(at, time)| *time = format!("day {at} of spring"));
    let words = refused(times.clone());
    for part in ["30 of 100", "`day 0 of spring` in line 72", "between lines 72 and 101", "--time-format", "--where"] {
        assert!(words.contains(part), "{words}");
    }
    // Before the whole log is read, the first look says so.
    let desk = Desk::new();
    let path = desk.put("log.csv", log_of(times));
    let look = preview(std::slice::from_ref(&path), &ReadOptions::default(), &Watch::silent()).unwrap();
    assert!(look.problems.iter().any(|problem| problem.contains("30 of 100")), "{:?}", look.problems);
    // Rows that a filter leaves out leave no hole.
    let only = "time<day".parse().unwrap();
    let options = ReadOptions { filters: vec![only], ..ReadOptions::default() };
    assert_eq!(read(&[path], &options, &Watch::silent()).unwrap().events.len(), 70);
}

#[test]
fn few_times_that_cannot_be_read_refuse_the_log_where_they_make_a_hole() {
    let mut times = days(500, written("%Y-%m-%d"));
    times[485..].iter_mut().for_each(|time| *time = "see note".into());
    assert!(refused(times).contains("all between lines 487 and 501"));
}

#[test]
fn dates_of_zeros_are_no_time() {
    let mut times = days(50, written("%Y-%m-%d"));
    times.extend(["0000-00-00", "0000-00-00 00:00:00", "n/a", "-", "NULL"].map(String::from));
    let log = read_csv(&log_of(times)).unwrap();
    assert_eq!(rejected(&log.account), [(Reason::NoTime, 5, &[52, 53, 54, 55, 56][..])]);
}

#[test]
fn months_are_read_in_the_language_of_the_log() {
    let polish = "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia";
    let croatian = "siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca";
    for (months, last) in [(polish, "2024-11-15"), (croatian, "2024-10-15")] {
        let months: Vec<&str> = months.split(' ').collect();
        let upto = months.iter().position(|month| *month == "listopada").unwrap();
        let mut times: Vec<String> = months[..=upto].iter().map(|month| format!("15 {month} 2024")).collect();
        times[0] = times[0].replace("15", "6");
        assert_eq!(span(&whole(times)).1, last);
    }
    // A log of that month alone names no language.
    let words = refused(vec!["15 listopada 2024".into(), "16 listopada 2024".into()]);
    assert!(words.contains("month 10 in Croatian") && words.contains("month 11 in Polish"), "{words}");
}

#[test]
fn notations_without_days_or_in_other_languages_are_followed() {
    for (format, value) in [
        ("%Y-%m", "2024-01"),
        ("%m/%Y", "01/2024"),
        ("%b %Y", "Jan 2024"),
        ("%B %Y", "janvier 2024"),
        ("%d. %B %Y", "06. Januar 2024"),
        ("%d %b %Y", "06 янв. 2024"),
        ("%Y", "2024"),
        ("%G-W%V", "2024-W01"),
        ("%Y-%j", "2024-006"),
        ("%d/%m/%y|%Y-%m-%d", "2024-01-06"),
    ] {
        let desk = Desk::new();
        let options = ReadOptions { time_format: Some(format.into()), ..ReadOptions::default() };
        let log = read(&[desk.put("log.csv", log_of([value.to_owned()]))], &options, &Watch::silent())
            .unwrap_or_else(|error| panic!("{format}: {error}"));
        assert!(span(&log).0.starts_with("2024-01-0"), "{format}");
    }
    for format in ["%H:%M", "%d/%m", "%Y-%m-%d|%H", "%A"] {
        let options = ReadOptions { time_format: Some(format.into()), ..ReadOptions::default() };
        let desk = Desk::new();
        let error = read(&[desk.put("log.csv", log_of(["x".to_owned()]))], &options, &Watch::silent()).unwrap_err();
        assert!(matches!(&error, EventsError::BadTimeFormat { .. }), "{format}: {error}");
    }
}

#[test]
fn a_column_of_months_is_the_time_by_name_or_by_values() {
    for (name, values) in [
        ("month", ["2024-01", "2024-02", "2024-03"]),
        ("x", ["01/2024", "02/2024", "03/2024"]),
        ("year_month", ["202401", "202402", "202403"]),
        ("x", ["Jan 2024", "Feb 2024", "Mar 2024"]),
        ("quarter", ["2024-Q1", "2024-Q2", "2024-Q3"]),
    ] {
        let mut text = format!("user,{name},text\n");
        values.iter().for_each(|value| text.push_str(&format!("ann,{value},green tea\n")));
        let log = read_csv(&text).unwrap();
        assert_eq!(span(&log).0, "2024-01-01", "{values:?}");
        assert!(log.notes.iter().any(|note| note.contains("no day")), "{:?}", log.notes);
    }
}

/// A shop's log with these prices.
fn priced(prices: &[&str]) -> Log {
    let mut text = String::from("user;time;text;qty;price\n");
    for (at, price) in prices.iter().enumerate() {
        let _ = writeln!(text, "u{};2024-01-{:02};cup {at};2;{price}", at % 3, at + 1);
    }
    let log = read_csv(&text).unwrap();
    let role = log.columns.iter().find(|column| column.name == "price").unwrap().role;
    assert_eq!(role, Some(Role::Price), "{prices:?}");
    log
}

#[test]
fn prices_keep_their_role_and_their_rows_whatever_stands_for_nothing() {
    let log = priced(&["2.50", "n/a", "-", "3.25", "NULL", "k. A.", "—", "\\N", "#N/A", "(null)", "1,234.50", "nil"]);
    assert_eq!((log.events.len(), log.account.rows_rejected(), log.account.value_unknown.rows), (12, 0, 0));
    assert_eq!(log.events.value.unwrap().iter().sum::<f64>(), 2.0 * (2.5 + 3.25 + 1234.5));
}

#[test]
fn prices_of_all_countries_are_prices() {
    for (prices, sum) in [
        (["1\u{202f}100,50", "1\u{202f}150,50", "20,25"], 2271.25),
        (["1.234,50 €", "12,00 €", "3,50 €"], 1250.0),
        (["CHF 1’234.50", "CHF 12.00", "CHF 3.50"], 1250.0),
        (["₹1,23,456.50", "₹12.00", "₹3.50"], 123_472.0),
        (["１２３４．５０", "１２．００", "３．５０"], 1250.0),
        (["١٬٢٣٤٫٥٠", "١٢٫٠٠", "٣٫٥٠"], 1250.0),
        (["5,-", "12,-", "3,50"], 20.5),
    ] {
        let log = priced(&prices);
        assert_eq!(log.events.value.unwrap().iter().sum::<f64>(), 2.0 * sum, "{prices:?}");
    }
}

#[test]
fn a_value_that_is_not_known_costs_no_event() {
    let text = "\
user,time,text,qty,price
ann,2024-01-01,cup,2,1.50
ann,2024-01-02,cup,many,1.50
bob,2024-01-03,cup,1-,1.50
bob,2024-01-04,cup,(1),1.50
bob,2024-01-05,cup,3,ask us
cat,2024-01-06,cup,,2.00
";
    let log = read_csv(text).unwrap();
    assert_eq!((log.account.rows_kept, log.account.returns, log.account.rows_rejected()), (6, 2, 0));
    let unknown = &log.account.value_unknown;
    assert_eq!((unknown.rows, unknown.first_lines.as_slice()), (2, &[3, 6][..]));
    assert_eq!(unknown.examples, ["many", "ask us"]);
    assert_eq!(log.events.value.as_deref(), Some(&[3.0, 0.0, 0.0, 2.0][..]), "what is not known adds nothing");
    assert_eq!(log.events.quantity.as_deref(), Some(&[2.0, 1.0, 3.0, 1.0][..]));
    assert!(
        log.notes.iter().any(|note| note.contains("stands in 2 rows") && note.contains("`many`")),
        "{:?}",
        log.notes
    );
}

#[test]
fn words_for_nothing_are_nothing_in_every_role() {
    let text = "\
user,time,text,item,kind
ann,2024-01-01,cup,C1,buy
n/a,2024-01-02,cup,C1,buy
-,2024-01-02,cup,C1,buy
(null),2024-01-02,cup,C1,buy
ann,2024-01-03,\\N,C1,buy
ann,2024-01-03,#N/A,C1,buy
ann,2024-01-04,pot,-,NULL
";
    let log = read_csv(text).unwrap();
    assert_eq!(rejected(&log.account), [(Reason::NoUser, 3, &[3, 4, 5][..]), (Reason::NoText, 2, &[6, 7][..])]);
    assert_eq!((log.events.item.unwrap().get(1), log.events.kind.unwrap().get(1)), (None, None));
}

#[test]
fn a_user_written_in_several_ways_is_one_user_across_files() {
    let desk = Desk::new();
    let first = desk.put(
        "a.csv",
        "user;time;text;item\n17850;2024-01-01;cup;Caf\u{e9}\n17850;2024-01-02;cup;Cafe\u{301}\n17,850;2024-01-03;cup;Caf\u{e9}\n17851;2024-01-03;cup;tea\n",
    );
    let second = desk.put("b.csv", "user;time;text;item\n17850.0;2024-02-01;pot;tea\n\u{200b}17850;2024-02-02;pot;Tea\n017851;2024-02-03;pot;tea\n");
    let log = read(&[first, second], &ReadOptions::default(), &Watch::silent()).unwrap();
    assert_eq!(log.events.users, ["017851", "17850", "17851"]);
    assert_eq!(log.events.item.unwrap().names.len(), 3, "Café, tea, Tea");
    let told = |words: &str| log.notes.iter().any(|note| note.contains(words));
    assert!(told("4 spellings of the user are 1") && told("3 rows"), "{:?}", log.notes);
    assert!(told("2 spellings of the user differ from each other in case, leading zeros"), "{:?}", log.notes);
    assert!(told("2 spellings of the item are 1") && told("2 spellings of the item differ"), "{:?}", log.notes);
}
