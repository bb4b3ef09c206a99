//! Times as other languages and programs write them, put into the few spellings that [`super::scan`] reads.

use super::coarse::by_year;
use super::scan::full_year;
use super::tokens::{Token, tokens};
use super::tongue::{Languages, MonthWord, month_of};
use crate::events::letters::plain;

/// Longer texts are no times; the longest there are name their zone in words.
const LONGEST: usize = 160;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The letters of Thai.
const THAI: std::ops::RangeInclusive<char> = '\u{e00}'..='\u{e7f}';
/// The years that the Buddhist calendar is ahead.
const BUDDHIST: i64 = 543;

/// A time put into a spelling that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct English {
    /// The spelling; by the first meaning of the month's name where it has several.
    pub text: String,
    /// The month's name, if it was none of English.
    pub word: Option<MonthWord>,
    /// The zone's name that stood there, if it tells no offset by itself.
    pub zone: Option<String>,
}

impl English {
    fn of(text: String) -> Self {
        Self { text, word: None, zone: None }
    }

    /// Whether the month's name means one month only.
    pub fn is_sure(&self) -> bool {
        self.word.as_ref().is_none_or(|word| word.months.len() == 1)
    }
}

/// The text put into another spelling, if it may be a time in one of the languages; none where that changes nothing.
pub fn english(text: &str, among: Languages) -> Option<English> {
    if text.len() > LONGEST {
        return None;
    }
    let plain = plain(text);
    let inner = unwrapped(&plain);
    let dashed = with_dashes(inner);
    let inner = dashed.as_deref().unwrap_or(inner);
    let found = if let Some(count) = count(inner) {
        English::of(count)
    } else if let Some(day) = by_year(inner) {
        English::of(day.to_string())
    } else {
        Parts::of(&tokens(inner, among)?)?.english()?
    };
    (found.text != text).then_some(found)
}

/// What a program wrote round a time: `/Date(1704549791000)/`, `ISODate("…")`, `[…]`, quotes.
fn unwrapped(text: &str) -> &str {
    const ROUND: [(&str, &str); 12] = [
        ("/Date(", ")/"),
        ("{\"$date\":", "}"),
        ("new Date(", ")"),
        ("ISODate(", ")"),
        ("Timestamp(", ")"),
        ("DateTime(", ")"),
        ("Date(", ")"),
        ("[", "]"),
        ("\"", "\""),
        ("'", "'"),
        ("#", "#"),
        ("<", ">"),
    ];
    // Go writes how long its program had run behind the zone.
    let mut inner = text.split_once(" m=").map_or(text, |(time, _)| time).trim();
    while let Some(within) = ROUND.iter().find_map(|(before, after)| inner.strip_prefix(before)?.strip_suffix(after)) {
        inner = within.trim();
    }
    inner
}

/// `2024-01-06 14:03:11`, where cameras write `2024:01:06 14:03:11`.
fn with_dashes(text: &str) -> Option<String> {
    let (date, clock) = text.split_at_checked(10)?;
    let marks: Vec<usize> = date.match_indices(':').map(|(at, _)| at).collect();
    (marks == [4, 7]).then(|| date.replace(':', "-") + clock)
}

/// A count since 1970 whose digits or exponent are written in full: `1.704549791E+09`, `1704549791000+0100`. A number
/// cut so short that hours are lost is none.
fn count(text: &str) -> Option<String> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
        let exponent: usize = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
        let (whole, fraction) = mantissa.split_once(['.', ','])?;
        // All digits down to the second: nine of a count of seconds, three fewer for each finer unit.
        let needed =
            [9..11, 12..14, 15..17, 18..19].iter().zip([0, 3, 6, 9]).find(|(size, _)| size.contains(&exponent));
        let enough = needed.is_some_and(|(_, finer)| fraction.len() + finer >= exponent);
        if !digits(whole) || whole.len() != 1 || !digits(fraction) || !enough || fraction.len() > exponent {
            return None;
        }
        return Some(format!("{whole}{fraction:0<exponent$}"));
    }
    let (whole, offset) = text.split_at_checked(text.len().checked_sub(5)?)?;
    let shifted = offset.starts_with(['+', '-']) && digits(&offset[1..]) && digits(whole) && whole.len() > 8;
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    // A decimal comma, where the count is too long for one that parts thousands.
    let (count, fraction) = unsigned.split_once(['.', ',']).unwrap_or((unsigned, "0"));
    let counted = digits(count) && digits(fraction) && (count.len() > 4 || !unsigned.contains(','));
    if shifted { Some(whole.to_owned()) } else { counted.then(|| text.replace(',', ".")) }
}

/// The parts of a time, whatever their order.
#[derive(Default)]
struct Parts<'a> {
    /// The numbers of the date, each with the sign before it.
    numbers: Vec<(&'a str, Option<char>)>,
    month: Option<MonthWord>,
    /// How many of the numbers stand before the month.
    before: usize,
    clock: String,
    half: Option<&'static str>,
    offset: String,
    utc: bool,
    zone: Option<String>,
    /// What the year's number counts from.
    era: i64,
}

impl<'a> Parts<'a> {
    fn of(tokens: &'a [Token<'a>]) -> Option<Self> {
        let mut parts = Self::default();
        // A word that is a month here and a weekday there is the weekday beside a month.
        let months = tokens.iter().filter(|token| matches!(token, Token::Month { .. })).count();
        let mut doubled = months > 1;
        let (mut at, mut sign) = (0, None);
        while let Some(token) = tokens.get(at) {
            let next = |further: usize| tokens.get(at + further);
            match token {
                Token::Space => {}
                Token::Month { weekday: true, .. } if doubled => doubled = false,
                Token::Month { word, .. } => {
                    if parts.month.is_some() {
                        return None;
                    }
                    parts.month = Some(word.clone());
                    parts.before = parts.numbers.len();
                }
                Token::Half(half) => parts.half = Some(half),
                Token::Era(from) => parts.era = *from,
                Token::Utc => parts.utc = true,
                Token::Zone(name) => parts.zone = Some((*name).to_owned()),
                Token::Sign(mark @ ('+' | '-'))
                    if !parts.clock.is_empty()
                        && parts.offset.is_empty()
                        && matches!(next(1), Some(Token::Number(_))) =>
                {
                    at += parts.take_offset(*mark, &tokens[at + 1..])?;
                }
                Token::Sign(mark) => sign = Some(*mark),
                Token::Number(number) => {
                    let full = parts.numbers.len() == if parts.month.is_some() { 2 } else { 3 };
                    let short =
                        number.len() <= 2 && matches!(next(2), Some(Token::Number(_))) && parts.clock.is_empty();
                    let dotted = full && matches!(next(1), Some(Token::Sign('.')));
                    if short && (dotted || matches!(next(1), Some(Token::Sign(':')))) {
                        at += parts.take_clock(&tokens[at..]);
                    } else if full {
                        return None;
                    } else {
                        parts.numbers.push((number, sign.take()));
                    }
                }
            }
            at += 1;
        }
        Some(parts)
    }

    /// Takes hours, minutes, seconds and parts of these; answers how many tokens there were beside the first.
    fn take_clock(&mut self, tokens: &[Token<'_>]) -> usize {
        let Some(Token::Number(hour)) = tokens.first() else { return 0 };
        self.clock = (*hour).to_owned();
        let mut taken = 0;
        for between in [":", ":", "."] {
            let (Some(Token::Sign(':' | '.' | ',')), Some(Token::Number(number))) =
                (tokens.get(taken + 1), tokens.get(taken + 2))
            else {
                break;
            };
            self.clock += between;
            self.clock += number;
            taken += 2;
        }
        taken
    }

    /// Takes `+0100`, `+01:00`, `+1`; answers how many tokens there were beside the sign.
    fn take_offset(&mut self, sign: char, tokens: &[Token<'_>]) -> Option<usize> {
        let Some(Token::Number(hours)) = tokens.first() else { return None };
        self.offset = match hours.len() {
            1 => format!("{sign}0{hours}"),
            2 | 4 => format!("{sign}{hours}"),
            _ => return None,
        };
        if let (2, Some(Token::Sign(':')), Some(Token::Number(minutes))) = (hours.len(), tokens.get(1), tokens.get(2)) {
            self.offset += minutes;
            return Some(3);
        }
        Some(1)
    }

    /// The spelling that is read.
    fn english(self) -> Option<English> {
        let mut text = match &self.month {
            Some(word) => self.with_month(word.months.first()?.0)?,
            None => self.in_numbers()?,
        };
        let whole_day = !text.contains(' ') && text.matches(['-', '/', '.']).count() < 2;
        if whole_day && !self.clock.is_empty() {
            return None;
        }
        let offset = if self.offset.is_empty() && self.utc { "UTC" } else { &self.offset };
        for part in [self.clock.as_str(), self.half.unwrap_or_default(), offset] {
            if !part.is_empty() {
                text = text + " " + part;
            }
        }
        let word = self.month.filter(|word| !word.word.is_empty());
        Some(English { text, word, zone: self.zone })
    }

    /// `6 Jan 2024`; `2024-1` where no day is named.
    fn with_month(&self, month: u8) -> Option<String> {
        let name = MONTHS.get(usize::from(month).checked_sub(1)?)?;
        let (day, year) = match self.numbers[..] {
            // `03 Jan` is a day without a year, `Jan 24` more likely a month.
            [(day, _)] if self.before == 1 && day.len() <= 2 => return None,
            [(year, _)] => (None, year),
            [(year, _), (day, _)] if year.len() > 2 => (Some(day), year),
            // Two short numbers before the month may be either.
            [_, (year, _)] if self.before == 2 && year.len() <= 2 => return None,
            [(day, _), (year, _)] => (Some(day), year),
            _ => return None,
        };
        Some(match day {
            Some(day) => format!("{day} {name} {}", self.year(year)?),
            None => format!("{}-{month}", full_year(self.year(year)?.parse().ok()?, year.len())),
        })
    }

    /// The year as our calendar counts it, in as many digits as there were.
    fn year(&self, digits: &str) -> Option<String> {
        if !matches!(digits.len(), 2 | 4) && self.era == 0 {
            return None;
        }
        let number: i64 = digits.parse().ok()?;
        // Who names months in Thai counts years as Thais do.
        let thai = self.month.as_ref().is_some_and(|month| month.word.starts_with(|letter| THAI.contains(&letter)));
        let year = match (self.era, digits.len()) {
            (0, 2) if thai => number + 2500 - BUDDHIST,
            (0, _) if thai && number > 2400 => number - BUDDHIST,
            (0, _) => return Some(digits.to_owned()),
            (era, _) => number + era,
        };
        Some(year.to_string())
    }

    /// `2024-1-6`, `6.1.2024`, `2024-1`.
    fn in_numbers(&self) -> Option<String> {
        match self.numbers[..] {
            [(first, _), (second, _), (third, _)] if first.len() == 4 || self.era != 0 => {
                Some(format!("{}-{second}-{third}", self.year(first)?))
            }
            [(first, _), (second, Some(between @ ('/' | '.' | '-'))), (third, Some(then))] if between == then => {
                let third = if third.len() == 4 { self.year(third)? } else { third.to_owned() };
                Some(format!("{first}{between}{second}{between}{third}"))
            }
            [(year, _), (month, Some(_))] if year.len() == 4 || self.era != 0 => {
                Some(format!("{}-{month}", self.year(year)?))
            }
            _ => None,
        }
    }
}

/// The text with the names of months as English has them, for notations that name months.
pub fn with_english_months(text: &str, among: Languages, full: bool) -> Option<English> {
    let is_letter = |letter: char| letter.is_alphabetic() || matches!(letter, '\u{300}'..='\u{36f}');
    let plain = plain(text);
    let mut found = English::of(String::new());
    let mut rest: &str = &plain;
    let mut changed = false;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|letter| is_letter(letter) != is_letter(first)).unwrap_or(rest.len());
        let (run, later) = rest.split_at(length);
        rest = later;
        match month_of(run, among).filter(|word| is_letter(first) && !word.months.is_empty()) {
            Some(word) => {
                let name = MONTHS[usize::from(word.months[0].0) - 1];
                found.text += name;
                if full {
                    const ENDS: [&str; 12] =
                        ["uary", "ruary", "ch", "il", "", "e", "y", "ust", "tember", "ober", "ember", "ember"];
                    found.text += ENDS[usize::from(word.months[0].0) - 1];
                }
                changed = true;
                found.word = Some(word).filter(|word| !word.word.is_empty());
                rest = rest.strip_prefix('.').unwrap_or(rest);
            }
            None => found.text += run,
        }
    }
    changed.then_some(found)
}
