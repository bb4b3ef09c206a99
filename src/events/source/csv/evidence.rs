//! What the first records of a text file tell about its header and its numbers.

use std::collections::HashSet;

use super::record::Records;
use crate::events::numbers::parse_number;
use crate::events::times::looks_like_time;

/// Whether the first record names the columns. It does not if it holds a number, a time or nothing where names should
/// stand, or words that the rows below it have too.
pub fn header(found: &Records, why: &mut Vec<String>) -> bool {
    let columns: Vec<Vec<&str>> = found.columns.iter().map(|column| fields(found, column)).collect();
    let Some(first) = columns.iter().map(|column| column.first().copied()).collect::<Option<Vec<&str>>>() else {
        return true;
    };
    let value = |text: &&&str| parse_number(text).is_some() || looks_like_time(text).is_some();
    // Years and other numbers may name columns, but then all rows below are numbers as well.
    if let Some(text) = first.iter().find(value) {
        let distinct: HashSet<&&str> = first.iter().collect();
        let names =
            first.len() > 1 && distinct.len() == first.len() && first.iter().filter(value).count() * 4 < first.len();
        if !names {
            why.push(format!("there is no header: the first record has the value `{text}`"));
            return false;
        }
    }
    let again = columns.iter().zip(&first).find(|(column, name)| {
        !name.is_empty() && column[1..].iter().filter(|other| other == name).count() > 0 && column.len() > 2
    });
    if let Some((_, name)) = again {
        why.push(format!("there is no header: `{name}` of the first record stands in later ones too"));
        return false;
    }
    true
}

/// The decimal mark, if numbers of the first records are written as they can be with one mark only.
pub fn decimal(found: &Records, from: usize, why: &mut Vec<String>) -> Option<char> {
    let (mut point, mut comma) = (None, None);
    for column in &found.columns {
        let texts = fields(found, column);
        let texts = texts.get(from..).unwrap_or_default();
        let numbers = texts.iter().filter(|text| parse_number(text).is_some()).count();
        if numbers * 2 < texts.len() {
            continue;
        }
        for text in texts {
            match mark(text) {
                Some('.') => point = point.or(Some(*text)),
                Some(_) => comma = comma.or(Some(*text)),
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

fn fields<'a>(found: &'a Records, column: &[(u32, u32)]) -> Vec<&'a str> {
    column.iter().map(|(from, to)| found.text.get(*from as usize..*to as usize).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn a_mark_before_other_than_three_digits_is_decimal() {
        let marks =
            ["1,5", "1.5", "1,234", "1.234", "1.234,5", "1,234.50", "0.125", "1,234,567", "£3.95", "12"].map(mark);
        let expected = [Some(','), Some('.'), None, None, Some(','), Some('.'), Some('.'), None, Some('.'), None];
        assert_eq!(marks, expected);
    }
}
