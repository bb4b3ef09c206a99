//! Times that name no day: months, quarters, weeks. Each stands for its first day.

use jiff::civil::{Date, ISOWeekDate, Weekday};

use super::reading::Found;
use super::tongue::fold;

/// What a quarter is called.
const QUARTERS: [&str; 10] =
    ["q", "qtr", "quarter", "quartal", "trimestre", "trim", "kwartaal", "kwartal", "кв", "квартал"];
/// What a week is called.
const WEEKS: [&str; 8] = ["w", "wk", "week", "kw", "semaine", "semana", "sem", "v"];

/// `2022-01`, `01/2022`, `202201`, `2024-Q1`, `2024-W05`.
pub fn without_day(text: &str) -> Option<Found> {
    if !(6..=24).contains(&text.len()) || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let day = if text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b'.')) {
        month(text)?
    } else {
        part_of_year(text)?
    };
    Some(Found::wall(day.at(0, 0, 0, 0)))
}

fn month(text: &str) -> Option<Date> {
    let (year, month) = match text.split_once(['-', '/', '.']) {
        None if text.len() == 6 => text.split_at(4),
        None => return None,
        Some((year, month)) if year.len() == 4 => (year, month),
        // A single digit before a point makes a number.
        Some((month, _)) if month.len() == 1 && text.contains('.') => return None,
        Some((month, year)) => (year, month),
    };
    if year.len() != 4 || !(1..=2).contains(&month.len()) {
        return None;
    }
    first_of(year.parse().ok()?, month.parse().ok()?)
}

/// The first day of a month, in a year that logs are of.
fn first_of(year: i16, month: i8) -> Option<Date> {
    Date::new(year, month, 1).ok().filter(|_| (1900..2200).contains(&year))
}

/// A quarter or a week of a year.
fn part_of_year(text: &str) -> Option<Date> {
    let (word, numbers) = word_and_numbers(text)?;
    let [one, other] = numbers[..] else { return None };
    let (year, part) = if one.len() == 4 { (one, other) } else { (other, one) };
    if year.len() != 4 || part.len() > 2 {
        return None;
    }
    let (year, part): (i16, i8) = (year.parse().ok()?, part.parse().ok()?);
    if QUARTERS.contains(&word.as_str()) {
        (1..=4).contains(&part).then(|| first_of(year, 3 * part - 2)).flatten()
    } else if WEEKS.contains(&word.as_str()) {
        Some(ISOWeekDate::new(year, part, Weekday::Monday).ok()?.date()).filter(|_| (1900..2200).contains(&year))
    } else {
        None
    }
}

/// A day written as a day of a week of a year, `2024-W01-6`, or of a year, `2024-006`, as ISO 8601 writes dates.
pub fn by_year(text: &str) -> Option<Date> {
    if !text.is_ascii() || text.len() > 10 {
        return None;
    }
    let (year, rest) = text.split_at_checked(4)?;
    let year: i16 = year.parse().ok().filter(|year| (1900..2200).contains(year))?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    match rest.strip_prefix(['W', 'w']) {
        Some(rest) => {
            let digits: String = rest.chars().filter(|letter| *letter != '-').collect();
            let (week, day) = digits.split_at_checked(2).filter(|(_, day)| day.len() == 1)?;
            let day = Weekday::from_monday_one_offset(day.parse().ok()?).ok()?;
            Some(ISOWeekDate::new(year, week.parse().ok()?, day).ok()?.date())
        }
        None if rest.len() == 3 && text.len() == 8 => {
            Date::new(year, 1, 1).ok()?.with().day_of_year(rest.parse().ok()?).build().ok()
        }
        None => None,
    }
}

/// The one word of a text, folded, and its numbers.
fn word_and_numbers(text: &str) -> Option<(String, Vec<&str>)> {
    let mut words = text.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty());
    let word = fold(words.next()?);
    let numbers = text.split(|letter: char| !letter.is_ascii_digit()).filter(|number| !number.is_empty()).collect();
    words.next().is_none().then_some((word, numbers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::WallTime;

    #[test]
    fn months_quarters_and_weeks_stand_for_their_first_day() {
        for (text, day) in [
            ("2022-01", "2022-01-01"),
            ("2022/1", "2022-01-01"),
            ("2022/11", "2022-11-01"),
            ("01/2022", "2022-01-01"),
            ("12.2022", "2022-12-01"),
            ("2022.12", "2022-12-01"),
            ("202212", "2022-12-01"),
            ("2024-Q1", "2024-01-01"),
            ("Q3 2024", "2024-07-01"),
            ("4Q2024", "2024-10-01"),
            ("2. Quartal 2024", "2024-04-01"),
            ("2024-W05", "2024-01-29"),
            ("KW 5 2024", "2024-01-29"),
            ("202213", ""),
            ("3.2022", ""),
            ("2024-Q5", ""),
            ("2024-W60", ""),
            ("123456", ""),
            ("2024-01-06", ""),
            ("room 5 2024", ""),
        ] {
            let found = without_day(text).map(|found| WallTime(found.micros).datetime().date().to_string());
            assert_eq!(found.unwrap_or_default(), day, "{text}");
        }
    }

    #[test]
    fn days_are_counted_by_week_and_by_year() {
        for (text, day) in [
            ("2024-W01-6", "2024-01-06"),
            ("2024W016", "2024-01-06"),
            ("2024-006", "2024-01-06"),
            ("2024-366", "2024-12-31"),
            ("2023-366", ""),
            ("2024-W01-8", ""),
            ("1234-567", ""),
            ("2024-0066", ""),
        ] {
            assert_eq!(by_year(text).map(|day| day.to_string()).unwrap_or_default(), day, "{text}");
        }
    }
}
