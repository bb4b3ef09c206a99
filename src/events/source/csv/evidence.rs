//! What the first records of a text file tell about its header and its numbers.

use std::collections::HashSet;

use crate::events::guess::role_word;
use crate::events::numbers::parse_number;
use crate::events::times::looks_like_time;
use crate::events::units::means_absent;

/// Whether a field is a number or a time.
pub fn is_value(text: &str) -> bool {
    parse_number(text).is_some() || looks_like_time(text).is_some()
}

/// Whether a record may name columns: it holds no number and no time, or so few that years could be names.
pub fn may_name(record: &[&str]) -> Result<(), String> {
    let values = record.iter().filter(|text| is_value(text)).count();
    let Some(text) = record.iter().find(|text| is_value(text)) else { return Ok(()) };
    let distinct: HashSet<&&str> = record.iter().collect();
    let names = record.len() > 1 && distinct.len() == record.len() && values * 4 < record.len();
    if names { Ok(()) } else { Err((*text).to_owned()) }
}

/// Whether the first record names the columns. It does not if it holds a number or a time where names should stand, or
/// words that the rows below it have too and that no column's name would be.
pub fn header(first: &[&str], later: &[&[&str]], why: &mut Vec<String>) -> bool {
    if let Err(text) = may_name(first) {
        why.push(format!("there is no header: the first record has the value `{text}`"));
        return false;
    }
    // Where files were put together, the whole header comes again.
    let others: Vec<&&[&str]> = later.iter().filter(|record| **record != first).collect();
    let column = |at: usize| others.iter().filter_map(move |record| record.get(at)).filter(|text| !means_absent(text));
    let names = |at: usize, name: &str| {
        let (all, values) = (column(at).count(), column(at).filter(|text| is_value(text)).count());
        !means_absent(name) && values > 0 && values * 10 >= all * 9 && column(at).all(|text| *text != name)
    };
    let known = first.iter().filter(|name| role_word(name).is_some()).count();
    if first.iter().enumerate().any(|(at, name)| names(at, name)) || known * 2 > first.len() {
        return true;
    }
    let again = first.iter().enumerate().find(|(at, name)| {
        !name.is_empty() && later.len() > 1 && later.iter().any(|record| record.get(*at) == Some(name))
    });
    if let Some((_, name)) = again {
        why.push(format!("there is no header: `{name}` of the first record stands in later ones too"));
        return false;
    }
    true
}

/// The decimal mark, if numbers of the records are written as they can be with one mark only.
pub fn decimal(records: &[&[&str]], why: &mut Vec<String>) -> Option<char> {
    let (mut point, mut comma) = (None, None);
    let width = records.iter().map(|record| record.len()).max().unwrap_or_default();
    for at in 0..width {
        let texts: Vec<&str> = records.iter().filter_map(|record| record.get(at).copied()).collect();
        let numbers = texts.iter().filter(|text| parse_number(text).is_some()).count();
        if numbers * 2 < texts.len() {
            continue;
        }
        for text in texts {
            match mark(text) {
                Some('.') => point = point.or(Some(text)),
                Some(_) => comma = comma.or(Some(text)),
                None => {}
            }
        }
    }
    let (mark, example) = match (point, comma) {
        (Some(text), None) => ('.', text),
        (None, Some(text)) => (',', text),
        _ => return None,
    };
    why.push(format!("numbers have a decimal `{mark}`, such as `{example}`"));
    Some(mark)
}

/// The mark that can only be a decimal one: it stands before other than three digits, or behind another.
fn mark(text: &str) -> Option<char> {
    let text = text.trim_matches(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != ',');
    let at = text.rfind(['.', ','])?;
    let mark = text[at..].chars().next()?;
    let behind = text.len() - at - 1;
    let other = if mark == '.' { ',' } else { '.' };
    let once = text.matches(mark).count() == 1;
    (once && (behind != 3 || text[..at].contains(other) || text.starts_with("0"))).then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::{header, mark};

    #[test]
    fn a_mark_before_other_than_three_digits_is_decimal() {
        let marks =
            ["1,5", "1.5", "1,234", "1.234", "1.234,5", "1,234.50", "0.125", "1,234,567", "£3.95", "12"].map(mark);
        let expected = [Some(','), Some('.'), None, None, Some(','), Some('.'), Some('.'), None, Some('.'), None];
        assert_eq!(marks, expected);
    }

    #[test]
    fn words_above_times_are_names_even_where_they_are_met_again() {
        let later: [&[&str]; 3] = [&["ann", "2024-01-01", "search"], &["bob", "2024-01-02", "tea"], &["x", "", "cup"]];
        assert!(header(&["wer", "wann", "search"], &later, &mut Vec::new()));
        let all: [&[&str]; 3] = [&["wer", "wann", "was"], &["bob", "2024-01-02", "tea"], &["bob", "2024-01-02", "cup"]];
        assert!(header(&["wer", "wann", "was"], &all, &mut Vec::new()), "the whole header again");
        let words: [&[&str]; 2] = [&["ann", "tea"], &["bob", "cup"]];
        assert!(!header(&["ann", "pot"], &words, &mut Vec::new()), "nothing but words, and one of them again");
    }
}
