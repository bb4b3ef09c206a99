//! What a record is: one of the table, one that lost or gained something, the header again, a line of totals.

use super::parts::{Dialect, Shape};
use super::total::{is_total, may_name_total};
use crate::events::Reason;
use crate::events::times::looks_like_time;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    Whole,
    LeftOut(Reason),
    /// The header in another order: what comes below it is another table.
    Reordered,
}

/// Judges a record by its fields, which are spans of `bytes` and of `behind` that follows them.
pub fn judge(fields: &[(u32, u32)], bytes: &[u8], behind: &str, width: usize, shape: &Shape) -> Judged {
    let text = |(from, to): &(u32, u32)| {
        let (from, to) = (*from as usize, *to as usize);
        let piece = match from.checked_sub(bytes.len()) {
            Some(from) => behind.as_bytes().get(from..to - bytes.len()),
            None => bytes.get(from..to),
        };
        piece.unwrap_or_default()
    };
    let words = |field: &(u32, u32)| str::from_utf8(text(field)).unwrap_or_default();
    let count = fields.len();
    let empty = |field: &(u32, u32)| field.0 == field.1;
    if count > 1 && count == shape.names.len() && shape.begins.may_begin(text(&fields[0])) {
        if fields.iter().zip(&shape.names).all(|(field, name)| alike(text(field), name)) {
            return Judged::LeftOut(Reason::RepeatedHeader);
        }
        if is_reordered(fields, text, &shape.names) {
            return Judged::Reordered;
        }
    }
    let whole = if count == width {
        !shape.always
    } else {
        shape.extra > 0 && count == width + shape.extra && fields[width..].iter().all(empty)
    };
    let lacking = !whole || fields.iter().any(empty);
    let first = if lacking { fields.iter().find(|field| !empty(field)) } else { None };
    // Half of all records may lack something, but few of them begin so.
    let total = first.is_some_and(|field| text(field).trim_ascii().first().copied().is_some_and(may_name_total))
        && is_total(fields.iter().map(words), |field| looks_like_time(field).is_some());
    if total {
        Judged::LeftOut(Reason::TotalLine)
    } else if whole {
        Judged::Whole
    } else {
        Judged::LeftOut(Reason::RaggedLine)
    }
}

/// Whether fields are the names of the header in another order.
fn is_reordered<'a>(fields: &[(u32, u32)], text: impl Fn(&(u32, u32)) -> &'a [u8], names: &[String]) -> bool {
    let mut left: Vec<&String> = Vec::new();
    for (number, field) in fields.iter().enumerate() {
        let field = text(field);
        let known = |name: &&String| name.len() == field.len() && alike(field, name) && !name.trim().is_empty();
        // Hardly any row begins with a name, so that the others are not looked at.
        if number == 0 {
            if !names.iter().any(|name| known(&name)) {
                return false;
            }
            left = names.iter().collect();
        }
        let Some(place) = left.iter().position(known) else { return false };
        left.swap_remove(place);
    }
    true
}

/// Whether a field is a name of the header; capitals and outer spaces aside.
fn alike(field: &[u8], name: &str) -> bool {
    let (field, name) = (field.trim_ascii(), name.trim());
    if field.eq_ignore_ascii_case(name.as_bytes()) {
        return true;
    }
    let foreign = !field.is_ascii() && !name.is_ascii();
    foreign && str::from_utf8(field).is_ok_and(|field| field.to_lowercase() == name.to_lowercase())
}

/// Whether a record that ends before `next` lost a delimiter before a quoted field. `inner` are the quotes in its fields
/// that stand within none: such a field opens with one of them, holds delimiters that now part two fields, and closes
/// before a delimiter or the end (`Acme"big, red shoe",9.00`). Inches are none: `5" nail,12",3`.
pub fn lost_delimiter(bytes: &[u8], inner: &[usize], dialect: &Dialect, next: usize) -> bool {
    let Some(quote) = dialect.quote else { return false };
    if inner.len() < 2 {
        return false;
    }
    let at_edge = |at: usize| {
        let byte = bytes.get(at).copied();
        at + 1 >= next || byte.is_none_or(|byte| byte == dialect.delimiter || matches!(byte, b'\r' | b'\n'))
    };
    let opens = |at: usize| {
        let inch = at > 0 && bytes[at - 1].is_ascii_digit() && bytes[at + 1].is_ascii_whitespace();
        !at_edge(at + 1) && !inch
    };
    for (number, from) in inner.iter().enumerate() {
        if !opens(*from) {
            continue;
        }
        let mut later = inner[number + 1..].iter().copied().peekable();
        while let Some(to) = later.next() {
            if bytes.get(to + 1) == Some(&quote) {
                later.next_if_eq(&(to + 1));
                continue;
            }
            if at_edge(to + 1) && memchr::memchr(dialect.delimiter, &bytes[*from..to]).is_some() {
                return true;
            }
            break;
        }
    }
    false
}
