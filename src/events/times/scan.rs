//! A date and a time of day, letter by letter.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use super::reading::{Found, Reading};

/// A date in the order that the reading says, with the clock behind it or not.
pub fn written(text: &str, reading: Reading) -> Option<Found> {
    let mut scan = Scan(text);
    let date = scan.date(reading)?;
    scan.clock(date)
}

/// `YYYYMMDD`, with the clock behind it or not, a `T` or a space between or not.
pub fn compact(text: &str) -> Option<Found> {
    let mut scan = Scan(text);
    let day = scan.take_digits(8)?;
    let date = Date::new(i16::try_from(day / 10_000).ok()?, (day / 100 % 100) as i8, (day % 100) as i8).ok()?;
    // Any eight digits make a date of some year; those far away are numbers of another kind.
    if !(1900..2200).contains(&date.year()) {
        return None;
    }
    if scan.0.is_empty() {
        return Some(Found::wall(date.at(0, 0, 0, 0)));
    }
    let _ = scan.eat(|letter| matches!(letter, 'T' | 't' | ' ' | '_' | '-'));
    let hour = scan.take_digits(2)? as i8;
    // Web statistics write the day and the hour alone.
    let minute = if scan.0.is_empty() { 0 } else { scan.take_digits(2)? as i8 };
    let second = scan.take_digits(2).unwrap_or(0) as i8;
    let micros = scan.fraction();
    scan.zoned(date.to_datetime(Time::new(hour, minute, second, micros * 1000).ok()?))
}

/// The part of a text not read yet.
struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    fn eat(&mut self, fits: impl Fn(char) -> bool) -> Option<char> {
        let first = self.0.chars().next().filter(|letter| fits(*letter))?;
        self.0 = &self.0[first.len_utf8()..];
        Some(first)
    }

    fn spaces(&mut self) {
        self.0 = self.0.trim_start();
    }

    /// The digits that come next, one to `most`; how many there were.
    fn number(&mut self, most: usize) -> Option<(i64, usize)> {
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if !(1..=most).contains(&length) {
            return None;
        }
        let value = self.0[..length].parse().ok()?;
        self.0 = &self.0[length..];
        Some((value, length))
    }

    /// Exactly `count` digits, whatever follows.
    fn take_digits(&mut self, count: usize) -> Option<i64> {
        let digits = self.0.get(..count).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        self.0 = &self.0[count..];
        digits.parse().ok()
    }

    fn word(&mut self) -> &'a str {
        let length = self.0.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (word, rest) = self.0.split_at(length);
        self.0 = rest;
        word
    }

    fn date(&mut self, reading: Reading) -> Option<Date> {
        if self.0.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            let word = self.word();
            let _ = self.eat(|letter| letter == '.');
            let _ = self.eat(|letter| letter == ',');
            self.spaces();
            if let Some(month) = month(word) {
                return self.month_word_first(month);
            }
            if !is_weekday(word) {
                return None;
            }
            if self.0.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
                let month = month(self.word())?;
                self.spaces();
                return self.month_word_first(month);
            }
        }
        let (first, first_length) = self.number(4)?;
        let between = self.eat(|letter| matches!(letter, '-' | '/' | '.' | ' ' | '年'))?;
        self.spaces();
        if self.0.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            let month = month(self.word())?;
            let _ = self.eat(|letter| matches!(letter, '-' | '/' | '.' | ' ' | ','));
            self.spaces();
            let (last, last_length) = self.number(4)?;
            return match (first_length, last_length) {
                (4, 1..=2) => date(first, month, last),
                (1..=2, 2 | 4) => date(full_year(last, last_length), month, first),
                _ => None,
            };
        }
        let (second, second_length) = self.number(2)?;
        let then =
            self.eat(|letter| if between == '年' { letter == '月' } else { letter == between && letter != ' ' })?;
        let (third, third_length) = self.number(4)?;
        if then == '月' {
            let _ = self.eat(|letter| matches!(letter, '日' | '号'));
        }
        let short_ends = first_length <= 2 && matches!(third_length, 2 | 4);
        match reading {
            Reading::YearFirst if first_length == 4 && third_length <= 2 => date(first, second, third),
            Reading::DayFirst if short_ends => date(full_year(third, third_length), second, first),
            Reading::MonthFirst if short_ends => date(full_year(third, third_length), first, second),
            Reading::ShortYearFirst
                if (first_length, second_length, third_length) == (2, 2, 2) && matches!(between, '-' | '/' | '.') =>
            {
                date(full_year(first, 2), second, third)
            }
            _ => None,
        }
    }

    /// `Dec 1, 2010`, and `Dec 1 08:26:00 2010`, as C writes it.
    fn month_word_first(&mut self, month: i64) -> Option<Date> {
        self.spaces();
        let (day, _) = self.number(2)?;
        let _ = self.eat(|letter| letter == ',');
        self.spaces();
        let (year, length) = self.number(4)?;
        if matches!(length, 2 | 4) && !self.0.starts_with(':') {
            date(full_year(year, length), month, day)
        } else {
            None
        }
    }

    /// The rest of the text: nothing, or a time of day with or without a zone.
    fn clock(&mut self, date: Date) -> Option<Found> {
        let _ = self.eat(|letter| matches!(letter, 'T' | 't' | '_' | ','));
        self.spaces();
        if self.0.is_empty() {
            return Some(Found::wall(date.at(0, 0, 0, 0)));
        }
        let mut half = self.half();
        self.spaces();
        let (hour, _) = self.number(2)?;
        self.eat(|letter| matches!(letter, ':' | '时' | '點' | '点' | '.'))?;
        let (minute, _) = self.number(2)?;
        let _ = self.eat(|letter| letter == '分');
        let mut second = 0;
        if self.eat(|letter| matches!(letter, ':' | '.')).is_some() || self.0.contains('秒') {
            (second, _) = self.number(2)?;
            let _ = self.eat(|letter| letter == '秒');
        }
        let micros = self.fraction();
        self.spaces();
        half = half.or_else(|| self.half());
        let hour = match half {
            Some(_) if !(1..=12).contains(&hour) => return None,
            Some(Half::Morning) => hour % 12,
            Some(Half::Afternoon) => hour % 12 + 12,
            None => hour,
        };
        // Midnight at the end of a day is that at the beginning of the next.
        if (hour, minute, second, micros) == (24, 0, 0, 0) {
            return self.zoned(date.tomorrow().ok()?.at(0, 0, 0, 0));
        }
        // A leap second counts to the second before it.
        let time = Time::new(hour as i8, minute as i8, second.min(59) as i8, micros * 1000).ok();
        if second > 60 {
            return None;
        }
        self.zoned(date.to_datetime(time?))
    }

    /// Parts of a second, in microseconds.
    fn fraction(&mut self) -> i32 {
        let before = self.0;
        if self.eat(|letter| matches!(letter, '.' | ',')).is_none() {
            return 0;
        }
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if length == 0 {
            self.0 = before;
            return 0;
        }
        let digits = &self.0[..length];
        self.0 = &self.0[length..];
        format!("{digits:0<6}")[..6].parse().unwrap_or(0)
    }

    fn half(&mut self) -> Option<Half> {
        for (words, half) in [(["am", "a.m.", "上午"], Half::Morning), (["pm", "p.m.", "下午"], Half::Afternoon)] {
            for word in words {
                if self.0.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)) {
                    self.0 = &self.0[word.len()..];
                    return Some(half);
                }
            }
        }
        None
    }

    /// A zone at the end, if there is one, turned into UTC.
    fn zoned(&mut self, at: DateTime) -> Option<Found> {
        self.spaces();
        let mut utc = false;
        let named = ["Z", "UTC", "GMT"];
        for name in named {
            if self.0.len() >= name.len()
                && self.0.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
            {
                self.0 = &self.0[name.len()..];
                utc = true;
                break;
            }
        }
        let mut shift = 0;
        if let Some(sign) = self.eat(|letter| matches!(letter, '+' | '-' | '\u{2212}')) {
            let hours = self.take_digits(2)?;
            let _ = self.eat(|letter| letter == ':');
            let minutes =
                if self.0.starts_with(|letter: char| letter.is_ascii_digit()) { self.take_digits(2)? } else { 0 };
            if hours > 18 || minutes > 59 {
                return None;
            }
            utc = true;
            shift = (hours * 60 + minutes) * if sign == '+' { -1 } else { 1 };
        }
        // RFC 9557 writes the zone's name behind its offset.
        if self.0.starts_with('[') && self.0.ends_with(']') {
            self.0 = "";
        }
        self.spaces();
        if !self.0.is_empty() {
            return None;
        }
        let at = at.checked_add(SignedDuration::from_mins(shift)).ok()?;
        Some(Found { utc, ..Found::wall(at) })
    }
}

#[derive(Clone, Copy)]
enum Half {
    Morning,
    Afternoon,
}

fn date(year: i64, month: i64, day: i64) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Two digits of a year, as POSIX reads them: 69 is 1969, 68 is 2068.
pub fn full_year(year: i64, digits: usize) -> i64 {
    match (digits, year) {
        (2, 69..) => 1900 + year,
        (2, _) => 2000 + year,
        _ => year,
    }
}

/// The number of an English month, cut to three letters or more.
pub fn month(word: &str) -> Option<i64> {
    const MONTHS: &str = "january february march april may june july august september october november december";
    let word = word.to_ascii_lowercase();
    if word.len() < 3 {
        return None;
    }
    let at = MONTHS.split(' ').position(|month| month.starts_with(&word))?;
    Some(at as i64 + 1)
}

/// Whether a word is an English weekday, cut to three letters or more.
pub fn is_weekday(word: &str) -> bool {
    const DAYS: &str = "monday tuesday wednesday thursday friday saturday sunday";
    let word = word.to_ascii_lowercase();
    word.len() >= 3 && DAYS.split(' ').any(|day| day.starts_with(&word))
}
