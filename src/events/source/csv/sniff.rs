//! Finds out by looking how a text file writes its table.

use std::path::Path;

use csv::{ReaderBuilder, Terminator};
use encoding_rs::UTF_8;

use super::record::{Records, records};
use super::stream::Stream;
use super::{Dialect as Parts, evidence};
use crate::events::dialect::{Dialect, DialectChoice};
use crate::events::{EventsError, LineEnd};

/// What may stand between fields, in the order of preference: the last is what Hive writes.
const DELIMITERS: [u8; 8] = [b',', b';', b'\t', b'|', b'^', b'~', b':', 1];
/// Records that are looked at.
const LOOKED_AT: usize = 500;

/// What was found.
pub struct Sniffed {
    pub dialect: Dialect,
    pub parts: Parts,
    /// The columns' names.
    pub names: Vec<String>,
}

/// # Errors
/// A file that is empty or holds no text, a mark that cannot be one.
pub fn sniff(stream: &Stream, path: &Path, choice: &DialectChoice) -> Result<Sniffed, EventsError> {
    let head = stream.head.as_slice();
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(EventsError::EmptyFile { path: path.to_owned() });
    }
    if head.contains(&0) {
        let why = "it holds binary data, not the lines of a CSV file".to_owned();
        return Err(EventsError::BrokenFile { path: path.to_owned(), why });
    }
    let mut why = vec![stream.why.clone()];
    let line_end = if head.contains(&b'\n') || !head.contains(&b'\r') {
        LineEnd::LineFeed
    } else {
        why.push("lines end with a carriage return alone".to_owned());
        LineEnd::CarriageReturn
    };
    let end = if line_end == LineEnd::LineFeed { b'\n' } else { b'\r' };
    // The last line may be cut in the middle.
    let whole = if head.len() < super::stream::HEAD_BYTES {
        head.len()
    } else {
        memchr::memrchr(end, head).map_or(head.len(), |at| at + 1)
    };
    let head = &head[..whole];

    let comment = comment(head, end, choice, &mut why)?;
    let body = without_comments(head, end, comment);
    let quote = match choice.quote {
        Some(quote) => quote.map(byte).transpose()?,
        None => Some(quote(&body, &mut why)),
    };
    let delimiter = match choice.delimiter {
        Some(given) => {
            why.push("the delimiter was given".to_owned());
            byte(given)?
        }
        None => delimiter(&body, quote, &mut why),
    };
    let escape = match choice.escape {
        Some(escape) => escape.map(byte).transpose()?,
        None => quote.and_then(|quote| escape(&body, delimiter, quote, &mut why)),
    };
    let parts = Parts { delimiter, quote, escape, comment, line_end, utf8: stream.encoding == UTF_8 };
    if [parts.quote, parts.escape, parts.comment].contains(&Some(delimiter)) || delimiter == end {
        return Err(EventsError::BadDialect { why: "the delimiter has another meaning as well".to_owned() });
    }

    let width = usual_width(&body, &parts);
    let looked_at = records(body.clone(), &parts, width, true);
    let header = match choice.header {
        Some(header) => header,
        None => evidence::header(&looked_at, &mut why),
    };
    let names = if header { first_row(&looked_at) } else { vec![String::new(); width] };
    let decimal = match choice.decimal {
        Some(given @ ('.' | ',')) => Some(given),
        Some(_) => return Err(EventsError::BadDialect { why: "a decimal mark is a point or a comma".to_owned() }),
        None => evidence::decimal(&looked_at, usize::from(header), &mut why),
    };
    why.retain(|reason| !reason.is_empty());
    let dialect = Dialect {
        encoding: stream.encoding.name().to_owned(),
        delimiter: delimiter.into(),
        quote: quote.map(char::from),
        escape: escape.map(char::from),
        comment: comment.map(char::from),
        header,
        decimal,
        line_end,
        why,
    };
    Ok(Sniffed { dialect, parts, names })
}

/// A mark as a byte.
fn byte(mark: char) -> Result<u8, EventsError> {
    let fits = mark.is_ascii() && !matches!(mark, '\n' | '\r' | '\0');
    u8::try_from(mark).ok().filter(|_| fits).ok_or_else(|| EventsError::BadDialect {
        why: format!("`{}` is no single plain character", mark.escape_default()),
    })
}

/// The fields of the first whole record.
fn first_row(found: &Records) -> Vec<String> {
    let field = |column: &Vec<(u32, u32)>| {
        let (from, to) = *column.first()?;
        found.text.get(from as usize..to as usize)
    };
    found.columns.iter().map(|column| field(column).unwrap_or_default().to_owned()).collect()
}

/// What comment lines begin with: `#` if the file begins so and most lines do not, and what stands there is no header.
fn comment(head: &[u8], end: u8, choice: &DialectChoice, why: &mut Vec<String>) -> Result<Option<u8>, EventsError> {
    if let Some(given) = choice.comment {
        return given.map(byte).transpose();
    }
    let lines: Vec<&[u8]> = head.split(|byte| *byte == end).filter(|line| !line.trim_ascii().is_empty()).collect();
    let marked = lines.iter().filter(|line| line.starts_with(b"#")).count();
    if !lines.first().is_some_and(|line| line.starts_with(b"#")) || marked * 2 > lines.len() {
        return Ok(None);
    }
    // `#user,time,text` above rows of as many fields names columns.
    let signs = |line: &&[u8]| DELIMITERS.map(|delimiter| memchr::memchr_iter(delimiter, line).count());
    let (first, usual) = (signs(&lines[0]), lines.get(marked).map(signs));
    if marked == 1 && usual.is_some_and(|usual| first.iter().zip(usual).any(|(a, b)| *a > 0 && *a == b)) {
        return Ok(None);
    }
    why.push(format!("{marked} lines that begin with `#` are comments"));
    Ok(Some(b'#'))
}

fn without_comments(head: &[u8], end: u8, comment: Option<u8>) -> Vec<u8> {
    let Some(mark) = comment else { return head.to_vec() };
    head.split_inclusive(|byte| *byte == end).filter(|line| line.first() != Some(&mark)).collect::<Vec<_>>().concat()
}

/// Double quotes, unless the fields stand within single ones.
fn quote(body: &[u8], why: &mut Vec<String>) -> u8 {
    let opens = |quote: u8| {
        let at_edge = |byte: u8| matches!(byte, b'\n' | b'\r') || DELIMITERS.contains(&byte);
        let pairs = body
            .windows(2)
            .filter(|pair| (pair[1] == quote && at_edge(pair[0])) || (pair[0] == quote && at_edge(pair[1])));
        pairs.count() + usize::from(body.first() == Some(&quote))
    };
    let single = opens(b'\'');
    if single > 3 && memchr::memchr(b'"', body).is_none() && single * 10 > 9 * memchr::memchr_iter(b'\'', body).count()
    {
        why.push("fields stand within single quotes".to_owned());
        return b'\'';
    }
    b'"'
}

/// How many fields each of the first records has.
fn widths(body: &[u8], delimiter: u8, quote: Option<u8>, escape: Option<u8>) -> Vec<usize> {
    let terminator = if body.contains(&b'\n') { Terminator::Any(b'\n') } else { Terminator::CRLF };
    ReaderBuilder::new()
        .delimiter(delimiter)
        .quoting(quote.is_some())
        .quote(quote.unwrap_or(b'"'))
        .escape(escape)
        .flexible(true)
        .has_headers(false)
        .terminator(terminator)
        .from_reader(body)
        .into_byte_records()
        .take(LOOKED_AT)
        .map_while(Result::ok)
        .filter(|record| record.len() > 1 || record.get(0).is_some_and(|field| !field.trim_ascii().is_empty()))
        .map(|record| record.len())
        .collect()
}

/// Of so many widths, how many are like the first.
fn alike(widths: &[usize]) -> (usize, usize) {
    let first = widths.first().copied().unwrap_or(1);
    (first, widths.iter().filter(|width| **width == first).count())
}

/// The delimiter under which the most records have as many fields as the first, more than one.
fn delimiter(body: &[u8], quote: Option<u8>, why: &mut Vec<String>) -> u8 {
    let mut best = (0.0, DELIMITERS[0], String::new());
    for delimiter in DELIMITERS {
        let widths = widths(body, delimiter, quote, None);
        let (width, like) = alike(&widths);
        if width < 2 {
            continue;
        }
        let share = like as f64 / widths.len() as f64;
        // What is not used by others, but between days and hours, needs all the records on its side.
        let usual = !matches!(delimiter, b':' | b'^' | b'~') || share == 1.0;
        let score = share * (width as f64).ln_1p() * if matches!(delimiter, b':') { 0.5 } else { 1.0 };
        if usual && score > best.0 {
            let reason =
                format!("with this delimiter {like} of the first {} records have {width} fields", widths.len());
            best = (score, delimiter, reason);
        }
    }
    why.push(best.2);
    best.1
}

/// A backslash, if records have more equal widths with it than without.
fn escape(body: &[u8], delimiter: u8, quote: u8, why: &mut Vec<String>) -> Option<u8> {
    let marked = body.windows(2).filter(|pair| *pair == [b'\\', quote]).count();
    if marked == 0 {
        return None;
    }
    let share = |escape| {
        let parts =
            Parts { delimiter, quote: Some(quote), escape, comment: None, line_end: LineEnd::LineFeed, utf8: true };
        let width = widths(body, delimiter, Some(quote), escape).first().copied().unwrap_or(1);
        records(body.to_vec(), &parts, width, true).lines.len()
    };
    let (with, without) = (share(Some(b'\\')), share(None));
    (with > without).then(|| {
        why.push("quotes within quotes have a backslash before them".to_owned());
        b'\\'
    })
}

/// How many fields the first record has.
fn usual_width(body: &[u8], parts: &Parts) -> usize {
    widths(body, parts.delimiter, parts.quote, parts.escape).first().copied().unwrap_or(1)
}
