//! What a name means, whatever way it is spelled, and which names look alike.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

use super::letters::{is_invisible, plain};

/// What a name means: without outer spaces and what cannot be seen, spaces of all kinds as one, accents composed, and,
/// where names are numbers, digits alone; without what spreadsheets and programs put round it. Borrowed where the name is that already.
pub fn key(name: &str, numeric: bool) -> Cow<'_, str> {
    if let Some(inner) = unwrapped(name) {
        return Cow::Owned(key(&inner, numeric).into_owned());
    }
    let bytes = name.as_bytes();
    let simple = |byte: &u8| byte.is_ascii() && !byte.is_ascii_whitespace();
    if bytes.iter().all(simple) && (!numeric || bytes.iter().all(u8::is_ascii_digit)) {
        return Cow::Borrowed(name);
    }
    let seen = name.chars().filter(|letter| !is_invisible(*letter));
    let ascii = seen
        .clone()
        .all(|letter| letter.is_ascii() || matches!(letter, '\u{200c}' | '\u{200d}') || letter.is_whitespace());
    // What joins letters means something between letters of other scripts only.
    let seen: String = seen.filter(|letter| !(ascii && matches!(letter, '\u{200c}' | '\u{200d}'))).collect();
    let spaced = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&spaced);
    let key = match whole_number(&composed).filter(|_| numeric) {
        Some(digits) => digits,
        None => composed.into_owned(),
    };
    if key == name { Cow::Borrowed(name) } else { Cow::Owned(key) }
}

/// The digits of `17850.0`, `17,850`, `17 850`, `1.234.567`. One point before three digits may be either mark: that is
/// nobody's to say.
pub fn whole_number(name: &str) -> Option<String> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = name.split_once('.').unwrap_or((name, ""));
    if let Some((mantissa, exponent)) = name.split_once(['e', 'E']) {
        return in_full(mantissa, exponent);
    }
    if fraction.bytes().all(|byte| byte == b'0') && fraction.len() != 3 && name.matches('.').count() <= 1 {
        if digits(whole) {
            return name.contains('.').then(|| whole.to_owned()).filter(|_| !fraction.is_empty());
        }
        return grouped(whole, &[',', ' ', '\'', '\u{2019}']);
    }
    let groups = name.matches('.').count();
    if groups > 1 { grouped(name, &['.']) } else { None }
}

/// The digits of a number whose thousands are parted by one of these marks.
fn grouped(name: &str, marks: &[char]) -> Option<String> {
    let mark = name.chars().find(|letter| marks.contains(letter))?;
    let groups: Vec<&str> = name.split(mark).collect();
    let (first, rest) = groups.split_first()?;
    let digits = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    let fits = digits && first.len() <= 3 && !first.starts_with('0') && rest.iter().all(|group| group.len() == 3);
    fits.then(|| groups.concat())
}

/// The digits of `1.785000E+06`, if all of them are there.
fn in_full(mantissa: &str, exponent: &str) -> Option<String> {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let places: usize = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    let (inner, behind) = fraction.split_at_checked(places)?;
    let exact = whole.len() == 1 && whole != "0" && digits(whole) && digits(fraction);
    (exact && behind.bytes().all(|byte| byte == b'0')).then(|| format!("{whole}{inner}"))
}

/// Whether a name is a number from which a spreadsheet cut the last digits: `1.23457E+12`.
pub fn lost_digits(name: &str) -> bool {
    let Some((mantissa, exponent)) = name.trim().split_once(['e', 'E']) else { return false };
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let places = exponent.strip_prefix('+').filter(|places| places.len() >= 2).and_then(|places| places.parse().ok());
    whole.len() == 1 && digits(whole) && digits(fraction) && places.is_some_and(|places: usize| places > fraction.len())
}

/// What stands within the marks that spreadsheets put round text (`="0017"`, `'0017`), and a UUID as most programs write
/// it (`{6F9619FF-…}`, `urn:uuid:…`, capitals). None where there are none.
fn unwrapped(name: &str) -> Option<Cow<'_, str>> {
    let name = name.trim();
    if let Some(inner) = name.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return Some(Cow::Borrowed(inner)).filter(|inner| !inner.is_empty());
    }
    if let Some(inner) = name.strip_prefix('\'') {
        return Some(Cow::Borrowed(inner)).filter(|inner| !inner.is_empty() && !inner.contains('\''));
    }
    if !(36..=45).contains(&name.len()) {
        return None;
    }
    let inner = name.strip_prefix("urn:uuid:").unwrap_or(name);
    let inner = inner.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(inner);
    let dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    let fits = |(at, byte): (usize, u8)| if dash(at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    let plain = inner.len() == name.len() && !inner.bytes().any(|byte| byte.is_ascii_uppercase());
    (inner.len() == 36 && !plain && inner.bytes().enumerate().all(fits)).then(|| Cow::Owned(inner.to_ascii_lowercase()))
}

/// A key in small letters of usual width and of one alphabet, without leading zeros and points between thousands.
/// Borrowed where it is that already.
pub fn alike(key: &str) -> Cow<'_, str> {
    let bytes = key.as_bytes();
    let leading = bytes.len() > 1 && bytes[0] == b'0';
    if let Some(digits) = grouped(key, &['.']) {
        return Cow::Owned(digits);
    }
    if !leading && bytes.iter().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(key);
    }
    let small: String = plain(key).to_lowercase().chars().map(latin).collect();
    let bare = if small.bytes().all(|byte| byte.is_ascii_digit()) { small.trim_start_matches('0') } else { &small };
    if bare == key { Cow::Borrowed(key) } else { Cow::Owned(bare.to_owned()) }
}

/// A small letter of Greek or Cyrillic as the one of Latin that looks the same, small or capital.
fn latin(letter: char) -> char {
    const LIKE: [(char, char); 29] = [
        ('а', 'a'),
        ('в', 'b'),
        ('с', 'c'),
        ('е', 'e'),
        ('н', 'h'),
        ('і', 'i'),
        ('ј', 'j'),
        ('к', 'k'),
        ('м', 'm'),
        ('о', 'o'),
        ('р', 'p'),
        ('ѕ', 's'),
        ('т', 't'),
        ('у', 'y'),
        ('х', 'x'),
        ('α', 'a'),
        ('β', 'b'),
        ('ε', 'e'),
        ('η', 'h'),
        ('ι', 'i'),
        ('κ', 'k'),
        ('μ', 'm'),
        ('ν', 'n'),
        ('ο', 'o'),
        ('ρ', 'p'),
        ('τ', 't'),
        ('υ', 'y'),
        ('χ', 'x'),
        ('ζ', 'z'),
    ];
    if letter.is_ascii() {
        return letter;
    }
    LIKE.iter().find(|(foreign, _)| *foreign == letter).map_or(letter, |(_, latin)| *latin)
}
