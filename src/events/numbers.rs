//! Numbers as people and programs write them.

/// What a cell of a column of numbers says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    Absent,
    Is(f64),
    Unreadable,
}

impl Amount {
    /// The number, NaN where there is none, infinity where something else stands.
    pub fn as_number(self) -> f64 {
        match self {
            Self::Absent => f64::NAN,
            Self::Is(value) => value,
            Self::Unreadable => f64::INFINITY,
        }
    }
}

/// Words that programs write where a value is missing. Not used for texts: there they may be words.
pub fn means_absent(text: &str) -> bool {
    matches!(
        text,
        "" | "null" | "NULL" | "Null" | "NaN" | "nan" | "NA" | "N/A" | "#N/A" | "None" | "none" | "\\N" | "<NA>"
    )
}

/// A number: `12`, `-3.5`, `1e3`, `1,234.50`, `£3.95`, `2,55` (a comma before one or two last digits is a decimal
/// comma), `(4.20)` for a negative amount. None if it is none, or not finite.
pub fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some(number) = plain(text) {
        return Some(number);
    }
    if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        return parse_number(inner).filter(|number| *number >= 0.0).map(|number| -number);
    }
    let (negative, rest) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let is_sign = |letter: char| matches!(letter, '$' | '£' | '€' | '¥' | '￥' | ' ' | '\u{a0}');
    let rest = rest.trim_matches(is_sign);
    let (negative, rest) = match rest.strip_prefix('-') {
        Some(inner) if !negative => (true, inner),
        _ => (negative, rest),
    };
    let number =
        plain(rest).or_else(|| grouped(rest)).or_else(|| decimal_comma(rest)).filter(|_| !rest.starts_with('-'))?;
    Some(if negative { -number } else { number })
}

/// The same where the decimal mark is known: `1,234` and `1.234` are then what the mark makes of them. A mark in a place
/// where it cannot be a decimal one makes no number.
pub fn parse_number_with(text: &str, decimal: Option<char>) -> Option<f64> {
    match decimal {
        Some(',') => {
            let turned = |letter| match letter {
                ',' => '.',
                '.' | '\u{a0}' | '\u{202f}' | '\'' => ',',
                other => other,
            };
            parse_pointed(&text.trim().chars().map(turned).collect::<String>())
        }
        Some(_) => parse_pointed(text),
        None => parse_number(text),
    }
}

/// A number whose decimal mark is a point.
fn parse_pointed(text: &str) -> Option<f64> {
    let trimmed = text.trim();
    // A comma parts thousands here and nothing else.
    let ends =
        trimmed.rsplit_once(',').is_some_and(|(_, last)| last.bytes().take_while(u8::is_ascii_digit).count() != 3);
    if ends { None } else { parse_number(trimmed) }
}

/// What Rust reads as a number, without its words for infinity and not-a-number.
fn plain(text: &str) -> Option<f64> {
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E')) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// `1,234,567.89`
fn grouped(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let rest: Vec<&str> = groups.collect();
    let fits = (1..=3).contains(&first.len())
        && digits(first)
        && digits(fraction)
        && !rest.is_empty()
        && rest.iter().all(|group| group.len() == 3 && digits(group));
    if fits { plain(&format!("{}.{fraction}", whole.replace(',', ""))) } else { None }
}

/// `2,55` and `1.234,5`
fn decimal_comma(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once(',')?;
    let fits = (1..=2).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let whole = if whole.contains('.') { grouped(&whole.replace('.', ","))?.to_string() } else { whole.to_owned() };
    if fits { plain(&format!("{whole}.{fraction}")) } else { None }
}

#[cfg(test)]
mod tests {
    use super::{parse_number, parse_number_with};

    #[test]
    fn a_known_decimal_mark_decides() {
        for (text, comma, point) in [
            ("1,234", Some(1.234), Some(1234.0)),
            ("1.234", Some(1234.0), Some(1.234)),
            ("1.234,50", Some(1234.5), None),
            ("12", Some(12.0), Some(12.0)),
            ("2,55", Some(2.55), None),
            ("€ 2,5", Some(2.5), None),
            ("-1.000.000", Some(-1e6), None),
            ("1,2,3", None, None),
        ] {
            assert_eq!(parse_number_with(text, Some(',')), comma, "{text}");
            assert_eq!(parse_number_with(text, Some('.')), point, "{text}");
        }
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in [
            ("12", 12.0),
            (" -3.5 ", -3.5),
            ("1e3", 1000.0),
            ("1,234.50", 1234.5),
            ("-1,234", -1234.0),
            ("£3.95", 3.95),
            ("-$2", -2.0),
            ("$-2", -2.0),
            ("2,55", 2.55),
            ("1.234,5", 1234.5),
            ("(4.20)", -4.2),
        ] {
            assert_eq!(parse_number(text), Some(number), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "abc", "inf", "NaN", "1,2,3", "1-2", "12 apples", "--3", "(-3)", "-", "1e999"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }
}
