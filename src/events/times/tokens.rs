//! A written time cut into numbers, signs and words of which it is known what they mean.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::scan::is_weekday;
use super::tongue::{ANY, Languages, MonthWord, fold, month_of, words};

/// A part of a written time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    Number(&'a str),
    Sign(char),
    Space,
    /// A month; whether the same word is a weekday in some language.
    Month {
        word: MonthWord,
        weekday: bool,
    },
    /// `AM` or `PM`.
    Half(&'static str),
    Utc,
    /// A zone's name.
    Zone(&'a str),
    /// The year is counted from another one.
    Era(i64),
}

/// Words looked up, a set of them made at the first look.
type WordSet = LazyLock<HashSet<&'static str>>;

/// Words between the parts of a time that say nothing more.
static FILLERS: WordSet = WordSet::new(|| {
    "о об στις στισ de del of the le la el den der am um uhr kl klo a as las los em en on in at o v ve \
    o'clock г год года гг     р року ж m d gada gads g god e ko eko ngay nam luc vao h alle ore dia op om t ja і в у ob u ч часов น ที่ \
    พศ คศ เวลา вагы ш ку את ב الساعة في ساعت saat pukul jam tanggal ngày vers to da di od do rd th date datum και ωρα"
        .split(' ')
        .collect()
});

/// Zones that programs name by letters. A clock on the wall is meant, whatever the season.
static ZONES: WordSet = WordSet::new(|| {
    "CET CEST MEZ MESZ MET MEST EET EEST WET WEST BST IST MSK MSD EST EDT CST CDT MST MDT PST PDT AKST AKDT \
    HST AST ADT NST NDT AEST AEDT ACST ACDT AWST NZST NZDT JST KST SGT HKT PHT PKT ICT WIB WITA WIT SAST EAT \
    WAT CAT BRT ART CLT COT PET TRT GST NPT ET CT MT PT"
        .split(' ')
        .collect()
});

/// What stands behind the number of a day.
static ORDINALS: WordSet =
    WordSet::new(|| "st nd rd th er ere re e eme o a º ª ste de ος η го е an ин".split(' ').collect());
const HOURS: &[&str] = &["h", "hr", "hrs", "u", "ч", "uhr", "g"];
const MINUTES: &[&str] = &["m", "min", "mn", "мин", "m'"];
const SECONDS: &[&str] = &["s", "sec", "sek", "сек"];

/// Signs of writing without spaces between words, and what they mean.
const SQUARE: &[(&str, Square)] = &[
    ("上午", Square::Half("AM")),
    ("午前", Square::Half("AM")),
    ("오전", Square::Half("AM")),
    ("凌晨", Square::Half("AM")),
    ("早上", Square::Half("AM")),
    ("清晨", Square::Half("AM")),
    ("下午", Square::Half("PM")),
    ("午後", Square::Half("PM")),
    ("오후", Square::Half("PM")),
    ("晚上", Square::Half("PM")),
    ("傍晚", Square::Half("PM")),
    ("令和", Square::Era(2018)),
    ("平成", Square::Era(1988)),
    ("昭和", Square::Era(1925)),
    ("民國", Square::Era(1911)),
    ("民国", Square::Era(1911)),
    ("西元", Square::Nothing),
    ("公元", Square::Nothing),
    ("年", Square::Date),
    ("년", Square::Date),
    ("月", Square::Date),
    ("월", Square::Date),
    ("日", Square::Nothing),
    ("号", Square::Nothing),
    ("號", Square::Nothing),
    ("일", Square::Nothing),
    ("时", Square::Hour),
    ("時", Square::Hour),
    ("点", Square::Hour),
    ("點", Square::Hour),
    ("시", Square::Hour),
    ("分", Square::Minute),
    ("분", Square::Minute),
    ("秒", Square::Nothing),
    ("초", Square::Nothing),
];

#[derive(Clone, Copy)]
enum Square {
    /// Between two numbers of a date.
    Date,
    Hour,
    Minute,
    Half(&'static str),
    Era(i64),
    Nothing,
}

/// Cuts a text; none where it has a part that no time has.
pub fn tokens(text: &str, among: Languages) -> Option<Vec<Token<'_>>> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut cut = Cut { rest: text, among, tokens: Vec::new() };
    while let Some(letter) = cut.rest.chars().next() {
        match letter {
            '0'..='9' => cut.number(),
            '(' => cut.skip_to(')')?,
            '[' => cut.skip_to(']')?,
            ':' | '.' | ',' | '/' | '-' | '+' => cut.sign(letter),
            ' ' | '_' | '@' | ';' | '|' | '\'' => cut.sign(' '),
            _ if is_square(letter) => cut.square()?,
            _ if is_letter(letter) => cut.word()?,
            _ => return None,
        }
    }
    Some(cut.tokens)
}

fn is_square(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Letters and the marks that belong to them, some of which count as no letters by themselves.
fn is_letter(letter: char) -> bool {
    let mark = letter >= '\u{300}' && !matches!(letter, '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}');
    letter.is_alphabetic() || (mark && !letter.is_whitespace() && !letter.is_numeric() && !letter.is_control())
}

struct Cut<'a> {
    rest: &'a str,
    among: Languages,
    tokens: Vec<Token<'a>>,
}

impl<'a> Cut<'a> {
    fn take(&mut self, length: usize) -> &'a str {
        let (part, rest) = self.rest.split_at(length);
        self.rest = rest;
        part
    }

    fn push(&mut self, token: Token<'a>) {
        if token != Token::Space || self.tokens.last() != Some(&Token::Space) {
            self.tokens.push(token);
        }
    }

    /// A sign; a point behind a number, before a space or a word, parts nothing but what the space parts.
    fn sign(&mut self, letter: char) {
        self.take(letter.len_utf8().min(self.rest.len()));
        if letter == ' ' {
            return self.push(Token::Space);
        }
        if letter == '.' && self.rest.starts_with(' ') {
            self.rest = self.rest.trim_start();
        }
        self.push(Token::Sign(letter));
    }

    fn skip_to(&mut self, end: char) -> Option<()> {
        let at = self.rest.find(end)?;
        self.take(at + end.len_utf8());
        self.push(Token::Space);
        Some(())
    }

    fn number(&mut self) {
        let length = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = self.take(length);
        self.push(Token::Number(number));
        let length = self.rest.find(|letter| !is_letter(letter)).unwrap_or(self.rest.len());
        let word = fold(&self.rest[..length]);
        if word.is_empty() || self.rest.starts_with(is_square) {
            return;
        }
        let word = word.as_str();
        let digit_next = self.rest[length..].trim_start().starts_with(|letter: char| letter.is_ascii_digit());
        if HOURS.contains(&word) {
            self.take(length);
            self.hour();
        } else if MINUTES.contains(&word) {
            self.take(length);
            self.minute();
        } else if SECONDS.contains(&word) || ORDINALS.contains(word) {
            self.take(length);
            self.rest = self.rest.strip_prefix('.').unwrap_or(self.rest);
        } else if word == "t" && digit_next {
            self.take(length);
            self.push(Token::Space);
        }
    }

    /// Behind an hour: minutes follow, or it is the full hour.
    fn hour(&mut self) {
        self.push(Token::Sign(':'));
        self.rest = self.rest.trim_start();
        if !self.rest.starts_with(|letter: char| letter.is_ascii_digit()) {
            self.push(Token::Number("00"));
        }
    }

    fn minute(&mut self) {
        self.rest = self.rest.trim_start();
        if self.rest.starts_with(|letter: char| letter.is_ascii_digit()) {
            self.push(Token::Sign(':'));
        } else {
            self.push(Token::Space);
        }
    }

    fn square(&mut self) -> Option<()> {
        if let Some(length) = weekday(self.rest) {
            self.take(length);
            self.push(Token::Space);
            return Some(());
        }
        let (sign, meaning) = SQUARE.iter().find(|(sign, _)| self.rest.starts_with(sign))?;
        self.take(sign.len());
        match meaning {
            Square::Nothing => self.push(Token::Space),
            Square::Half(half) => self.push(Token::Half(half)),
            Square::Hour => self.hour(),
            Square::Minute => self.minute(),
            Square::Date => {
                self.rest = self.rest.trim_start();
                let between = self.rest.starts_with(|letter: char| letter.is_ascii_digit());
                self.push(if between { Token::Sign('-') } else { Token::Space });
            }
            Square::Era(from) => {
                self.push(Token::Era(*from));
                // The first year of an era is written so.
                if self.rest.starts_with('元') {
                    self.take('元'.len_utf8());
                    self.push(Token::Number("1"));
                }
            }
        }
        Some(())
    }

    /// Words, the longest phrase that means something.
    fn word(&mut self) -> Option<()> {
        let one = word_length(self.rest);
        let mut ends = vec![one];
        for _ in 0..2 {
            let from = ends.last().copied().unwrap_or(one);
            let later = &self.rest[from..];
            let spaces = later.len() - later.trim_start_matches(['.', ' ']).len();
            let length = word_length(&later[spaces..]);
            if spaces == 0 || length == 0 {
                break;
            }
            ends.push(from + spaces + length);
        }
        // A zone's name with its continent, such as Europe/Berlin.
        let rest = &self.rest[one..];
        if rest.starts_with('/') && rest[1..].starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            let length = self.rest.find([' ', ')']).unwrap_or(self.rest.len());
            let zone = self.take(length);
            self.push(Token::Zone(zone));
            return Some(());
        }
        for end in ends.into_iter().rev() {
            let Some((token, length)) = self.known(end, end == one) else { continue };
            self.take(length);
            self.rest = self.rest.strip_prefix('.').unwrap_or(self.rest);
            self.push(token);
            return Some(());
        }
        None
    }

    /// What the next words mean, and how much of the text that takes; single words may say nothing.
    fn known(&self, end: usize, single: bool) -> Option<(Token<'a>, usize)> {
        let written = &self.rest[..end];
        let folded = fold(written);
        let has_clock = self.tokens.contains(&Token::Sign(':'));
        let token = match folded.as_str() {
            "am" | "a m" if has_clock || !single => Token::Half("AM"),
            "pm" | "p m" => Token::Half("PM"),
            "z" | "utc" | "gmt" | "ut" => Token::Utc,
            "thang" | "thg" => return self.numbered_month(end),
            _ if !single => match words().months(&folded, self.among) {
                months if months.is_empty() => Token::Half(words().half(&folded)?),
                months => Token::Month { word: MonthWord { word: folded, months }, weekday: false },
            },
            _ => self.word_alone(written, &folded, has_clock)?,
        };
        Some((token, end))
    }

    fn word_alone(&self, written: &'a str, folded: &str, has_clock: bool) -> Option<Token<'a>> {
        if ZONES.contains(written) && has_clock {
            return Some(Token::Zone(written));
        }
        let weekday = words().is_weekday(folded) || is_weekday(written);
        // Hebrew writes "in" and the month as one word.
        let month = month_of(written, self.among).or_else(|| month_of(written.strip_prefix('ב')?, self.among));
        if let Some(word) = month {
            return Some(Token::Month { word, weekday });
        }
        let filler = FILLERS.contains(folded);
        match words().half(folded) {
            _ if weekday => Some(Token::Space),
            Some(half) if has_clock || !filler => Some(Token::Half(half)),
            _ if folded == "พศ" => Some(Token::Era(-543)),
            _ => filler.then_some(Token::Space),
        }
    }

    /// `tháng 1`: a month that is numbered in words.
    fn numbered_month(&self, end: usize) -> Option<(Token<'a>, usize)> {
        let later = self.rest[end..].trim_start_matches(['.', ' ']);
        let length = later.bytes().take_while(u8::is_ascii_digit).count();
        let month: u8 = later[..length].parse().ok().filter(|month| (1..=12).contains(month))?;
        let word = MonthWord { word: String::new(), months: vec![(month, ANY)] };
        Some((Token::Month { word, weekday: false }, self.rest.len() - later.len() + length))
    }
}

/// How long the word is that begins here; points and apostrophes within belong to it.
fn word_length(text: &str) -> usize {
    let mut end = 0;
    for (at, letter) in text.char_indices() {
        if is_letter(letter) && !is_square(letter) {
            end = at + letter.len_utf8();
        } else if !(matches!(letter, '.' | '\'') && at == end && end > 0) {
            break;
        }
    }
    end
}

/// How long the weekday is that begins here: `星期六`, `周六`, `土曜日`, `토요일`.
fn weekday(text: &str) -> Option<usize> {
    const DAYS: &str = "一二三四五六日天月火水木金土월화수목금토일";
    let day = |text: &str| text.chars().next().filter(|letter| DAYS.contains(*letter)).map(char::len_utf8);
    if let Some(week) = ["星期", "礼拜", "周", "週"].iter().find(|week| text.starts_with(**week)) {
        return Some(week.len() + day(&text[week.len()..])?);
    }
    let first = day(text)?;
    ["曜日", "曜", "요일"].iter().find(|end| text[first..].starts_with(**end)).map(|end| first + end.len())
}
