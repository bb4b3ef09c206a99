//! Numbers as people and programs write them.

use super::letters::plain;
use super::units::strip_unit;

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

/// A number: `12`, `-3.5`, `1e3`, `1,234.50`, `1 234,50`, `12,34,567`, `£3.95`, `2,55` (a comma before other than three
/// last digits is a decimal comma), `5-` and `(5)` for a negative amount, `5,-` for an amount without cents, in the
/// digits of any script. None if it is none, or not finite.
pub fn parse_number(text: &str) -> Option<f64> {
    parse_number_with(text, None)
}

/// The same where the decimal mark is known: `1,234` and `1.234` are then what the mark makes of them. A mark in a place
/// where it cannot be a decimal one makes no number.
pub fn parse_number_with(text: &str, decimal: Option<char>) -> Option<f64> {
    let text = text.trim();
    if (decimal != Some(',') || !text.contains('.'))
        && let Some(number) = as_is(text)
    {
        return Some(number);
    }
    // What neither begins nor ends as numbers do is none, which is quickly seen.
    signed(plain(text).trim(), decimal)
}

/// What Rust reads as a number, without its words for infinity and not-a-number.
fn as_is(text: &str) -> Option<f64> {
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E')) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A number with its sign and its unit, in whatever order.
fn signed(text: &str, decimal: Option<char>) -> Option<f64> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) && !text.contains(['٫', '٬']) {
        return None;
    }
    if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        return signed(inner.trim(), decimal).filter(|number| *number >= 0.0).map(|number| -number);
    }
    let mut rest = text;
    let mut sign = None;
    loop {
        let before = rest;
        rest = strip_unit(rest.trim());
        // A dash in the place of cents is no sign.
        if let Some(whole) = without_cents(rest) {
            rest = whole;
            break;
        }
        for (mark, value) in [('-', -1.0), ('+', 1.0)] {
            if let Some(inner) = rest.strip_prefix(mark).or_else(|| rest.strip_suffix(mark)) {
                if sign.is_some() {
                    return None;
                }
                sign = Some(value);
                rest = inner;
                break;
            }
        }
        if rest == before {
            break;
        }
    }
    if let Some(inner) = rest.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        let negative = -signed(inner.trim(), decimal).filter(|number| *number >= 0.0)?;
        return sign.is_none().then_some(negative);
    }
    if rest.is_empty()
        || !rest
            .chars()
            .all(|letter| letter.is_ascii_digit() || is_mark(letter) || matches!(letter, 'e' | 'E' | '+' | '-'))
    {
        return None;
    }
    let number = unsigned(rest, decimal)?;
    Some(number * sign.unwrap_or(1.0))
}

/// `5,-` and `12.–`: an amount with a dash in the place of cents.
fn without_cents(text: &str) -> Option<&str> {
    let whole = text.trim_end_matches(['-', '–', '—']);
    if whole.len() == text.len() {
        return None;
    }
    let digits = whole.strip_suffix([',', '.'])?;
    digits.ends_with(|letter: char| letter.is_ascii_digit()).then_some(digits)
}

/// Whether a sign may stand between the digits of a number.
fn is_mark(letter: char) -> bool {
    matches!(letter, '.' | ',' | ' ' | '\'' | '٫' | '٬')
}

/// Digits with marks between them, with an exponent or without.
fn unsigned(text: &str, decimal: Option<char>) -> Option<f64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i16>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = split(mantissa, decimal)?;
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    as_is(&format!("{digits}.{fraction}0e{exponent}"))
}

/// The whole part with its marks of thousands, checked, and the digits behind the decimal mark.
fn split(text: &str, decimal: Option<char>) -> Option<(&str, &str)> {
    let last = text.char_indices().rev().find(|(_, letter)| is_mark(*letter));
    let Some((at, mark)) = last else {
        return (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some((text, ""));
    };
    let (before, behind) = (&text[..at], &text[at + mark.len_utf8()..]);
    if !behind.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let others = before.chars().filter(|letter| is_mark(*letter));
    let (alone, repeated) = (others.clone().count() == 0, others.clone().any(|letter| letter == mark));
    let is_decimal = match (mark, decimal) {
        ('٫', _) => !repeated,
        (' ' | '\'' | '٬', _) => false,
        (mark, Some(known)) => {
            // Thousands are not parted by the mark that is the decimal one.
            if repeated && mark == known || others.clone().any(|letter| letter == known && mark != known) {
                return None;
            }
            mark == known
        }
        (_, None) if repeated => false,
        // `1,234` is more often a thousand and more than one and a bit; nothing is `0` thousand.
        (',', None) if alone => behind.len() != 3 || before == "0" || before.is_empty() || before.len() > 3,
        (_, None) => true,
    };
    if is_decimal {
        let whole = before.is_empty() || alone || grouped(before, mark);
        // `5.` and `.5` are numbers, `.` is none.
        return (whole && !(before.is_empty() && behind.is_empty())).then_some((before, behind));
    }
    grouped(text, '\0').then_some((text, ""))
}

/// Whether a whole number is parted by thousands, or by hundreds of thousands and crores as in India, with one mark that
/// is not the decimal one.
fn grouped(text: &str, decimal: char) -> bool {
    let mut marks = text.chars().filter(|letter| is_mark(*letter));
    let Some(mark) = marks.next().filter(|mark| *mark != decimal && *mark != '٫') else { return false };
    if marks.any(|other| other != mark) {
        return false;
    }
    let groups: Vec<&str> = text.split(mark).collect();
    let Some((first, rest)) = groups.split_first() else { return false };
    let Some((last, middle)) = rest.split_last() else { return false };
    let digits = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    // A telephone number begins with a zero.
    let number = !(mark == ' ' && first.starts_with('0'));
    let thousands = first.len() <= 3 && middle.iter().all(|group| group.len() == 3);
    let lakhs = mark == ',' && first.len() <= 2 && !middle.is_empty() && middle.iter().all(|group| group.len() == 2);
    digits && number && last.len() == 3 && (thousands || lakhs)
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
            ("1.234,50 €", Some(1234.5), None),
            ("1 234.50", None, Some(1234.5)),
            ("1 234,50", Some(1234.5), None),
            ("12,34,567.8", None, Some(1_234_567.8)),
            ("12.5", None, Some(12.5)),
            ("1,5-", Some(-1.5), None),
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
            ("1-", -1.0),
            ("(1)", -1.0),
            ("($4.20)", -4.2),
            ("$(4.20)", -4.2),
            ("1,5-", -1.5),
            ("1.234,50- €", -1234.5),
            ("1.234,50 €", 1234.5),
            ("EUR 1.234,50", 1234.5),
            ("1,234.50 USD", 1234.5),
            ("1\u{a0}100,50", 1100.5),
            ("1\u{202f}100,50\u{202f}€", 1100.5),
            ("1’234.50", 1234.5),
            ("CHF 1'234.50", 1234.5),
            ("1.234.567", 1_234_567.0),
            ("1,23,456.78", 123_456.78),
            ("₹ 12,34,567", 1_234_567.0),
            ("٣٬٤٥٦٫٧٥", 3456.75),
            ("۱۲٫۵", 12.5),
            ("１，２３４．５", 1234.5),
            ("￥１２００", 1200.0),
            ("1 200 kr", 1200.0),
            ("12,50 zł", 12.5),
            ("100 руб.", 100.0),
            ("R$ 1.234,56", 1234.56),
            ("Rs. 500", 500.0),
            ("120元", 120.0),
            ("5,-", 5.0),
            ("12.–", 12.0),
            ("€ 5,-", 5.0),
            ("0,125", 0.125),
            ("1,2345", 1.2345),
            ("1,7E+03", 1700.0),
            ("+5", 5.0),
            (".5", 0.5),
            ("−7", -7.0),
        ] {
            assert_eq!(parse_number(text), Some(number), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            "abc",
            "inf",
            "NaN",
            "1,2,3",
            "1-2",
            "12 apples",
            "--3",
            "(-3)",
            "-",
            "1e999",
            "-(1)",
            "5--",
            "1,23,45",
            "192.168.1.1",
            "2024-01-06",
            "12:30",
            "06 123 456",
            "1 23",
            "1,234 567",
            "€",
            "USD",
            "1.2.3",
            "12 cat",
            "-1-",
            "1 2 3",
            "٫",
            ",",
            "1,,000",
            "1e",
            "e5",
            "5 %",
        ] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }
}
