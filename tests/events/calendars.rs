//! Times of other calendars, from other beginnings and with short years: read as they are meant, or refused.

use driftline::events::{EventsError, ReadOptions, read};
use driftline::observe::Watch;

use super::{Desk, read_csv};

/// A log of rows with these times.
fn log_of(times: impl Iterator<Item = String>) -> String {
    let rows = times.enumerate().map(|(at, time)| format!("u{};{time};green tea {at}\n", at % 7));
    std::iter::once("user;time;text\n".to_owned()).chain(rows).collect()
}

/// 90 days from 3 January 2024, as `write` says.
fn days(write: impl Fn(jiff::civil::Date) -> String) -> impl Iterator<Item = String> {
    let first = jiff::civil::date(2024, 1, 3);
    (0..90).map(move |day| write(first.saturating_add(jiff::Span::new().days(day))))
}

fn span(text: &str) -> Result<(String, String), EventsError> {
    let (first, last) = read_csv(text)?.events.span().unwrap();
    Ok((first.to_string()[..10].to_owned(), last.to_string()[..10].to_owned()))
}

#[test]
fn years_that_no_log_is_of_are_refused_with_the_calendars_that_have_them() {
    for (year, calendar) in [(2567, "Buddhist"), (1402, "Persian"), (1445, "Islamic"), (5784, "Hebrew")] {
        for text in [
            log_of(days(|day| format!("{year}-{:02}-{:02}", day.month(), day.day().min(28)))),
            log_of(days(|day| format!("{:02}/{:02}/{year} 10:00", day.day().min(28), day.month()))),
        ] {
            let Err(EventsError::OtherCalendar(found)) = read_csv(&text) else { panic!("{year} was read") };
            assert_eq!(found.year, year);
            let words = found.to_string();
            assert!(words.contains(calendar) && words.contains("--first"), "{words}");
        }
    }
}

#[test]
fn old_times_that_are_meant_are_read_where_the_log_is_said_to_begin() {
    let text = log_of(days(|day| format!("1830-{:02}-{:02}", day.month(), day.day().min(28))));
    assert!(matches!(read_csv(&text), Err(EventsError::OtherCalendar(_))));
    let desk = Desk::new();
    let first = Some(jiff::civil::date(1830, 1, 1));
    let log = read(&[desk.put("log.csv", &text)], &ReadOptions { first, ..ReadOptions::default() }, &Watch::silent());
    assert_eq!(log.unwrap().account.rows_rejected(), 0);
}

#[test]
fn counts_from_other_beginnings_are_of_this_century() {
    let since = |day: jiff::civil::Date, year| (day - jiff::civil::date(year, 1, 1)).get_days();
    let tenths = |day, year| i64::from(since(day, year)) * 864_000_000_000;
    for text in [
        log_of(days(|day| tenths(day, 1601).to_string())),
        log_of(days(|day| tenths(day, 1).to_string())),
        log_of(days(|day| (tenths(day, 1601) / 10).to_string())),
        log_of(days(|day| (tenths(day, 1970) / 10).to_string())),
        log_of(days(|day| format!("{},5", since(day, 1900) + 2))),
        log_of(days(|day| format!("{},000", i64::from(since(day, 1970)) * 86_400))),
    ] {
        assert_eq!(span(&text).unwrap(), ("2024-01-03".into(), "2024-04-01".into()), "{}", &text[..60]);
    }
}

#[test]
fn short_years_stand_where_the_column_says() {
    for format in ["%y/%m/%d", "%y.%m.%d", "%y-%m-%d", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%y/%m/%d %H:%M"] {
        let text = log_of(days(|day| day.at(9, 30, 0, 0).strftime(format).to_string()));
        assert_eq!(span(&text).unwrap(), ("2024-01-03".into(), "2024-04-01".into()), "{format}");
    }
}

#[test]
fn thai_months_have_thai_years() {
    const MONTHS: [&str; 4] = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย."];
    let month = |day: jiff::civil::Date| MONTHS[day.month() as usize - 1];
    for text in [
        log_of(days(|day| format!("{} {} {}", day.day(), month(day), day.year() + 543))),
        log_of(days(|day| format!("{} {} {}", day.day(), month(day), day.year() + 543 - 2500))),
        log_of(days(|day| format!("{} {} {}", day.day(), month(day), day.year()))),
    ] {
        assert_eq!(span(&text).unwrap(), ("2024-01-03".into(), "2024-04-01".into()));
    }
}

#[test]
fn a_day_and_a_month_without_a_year_are_no_time() {
    let text = log_of(days(|day| day.strftime("%d %b").to_string()));
    assert!(matches!(read_csv(&text), Err(EventsError::NoUsableTime { .. })));
}
