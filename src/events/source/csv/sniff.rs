//! Finds out by looking how a text file writes its table.

use std::path::Path;

use encoding_rs::UTF_8;

use super::evidence;
use super::layout::{Table, Uneven};
use super::marks::{DELIMITERS, LOOKED_AT, byte, marks};
use super::parts::{Dialect as Parts, Shape};
use super::record::look;
use super::stream::{HEAD_BYTES, Stream};
use crate::events::dialect::{Dialect, DialectChoice};
use crate::events::{EventsError, LineEnd};
use crate::wording::counted;

/// A run of so many NUL bytes is a hole in the file and says nothing about what else is in it.
const HOLE: usize = 16;

/// What was found.
pub struct Sniffed {
    pub dialect: Dialect,
    pub parts: Parts,
    /// The columns' names.
    pub names: Vec<String>,
}

/// # Errors
/// A file that is empty or holds no text, a mark that cannot be one, a header that does not name its rows' fields.
pub fn sniff(stream: &Stream, path: &Path, choice: &DialectChoice) -> Result<Sniffed, EventsError> {
    let head = stream.head.as_slice();
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(EventsError::EmptyFile { path: path.to_owned() });
    }
    if is_binary(head) {
        let why = "it holds binary data, not the lines of a CSV file".to_owned();
        return Err(EventsError::BrokenFile { path: path.to_owned(), why });
    }
    let mut why = vec![stream.why.clone()];
    let zeros = zeros_pad(head);
    let filled: Vec<u8>;
    let head = if zeros {
        why.push("NUL bytes fill up fields and are passed over".to_owned());
        filled = head.iter().copied().filter(|byte| *byte != 0).collect();
        filled.as_slice()
    } else {
        head
    };
    let given = choice.quote.flatten().and_then(|quote| u8::try_from(quote).ok());
    let escaped = choice.escape.flatten().and_then(|escape| u8::try_from(escape).ok());
    let line_end = line_end(head, given.unwrap_or(b'"'), escaped);
    if line_end == LineEnd::CarriageReturn {
        why.push("lines end with a carriage return alone".to_owned());
    }
    let end = if line_end == LineEnd::LineFeed { b'\n' } else { b'\r' };
    // The last line may be cut in the middle.
    let whole = if stream.head.len() < HEAD_BYTES {
        head.len()
    } else {
        memchr::memrchr(end, head).map_or(head.len(), |at| at + 1)
    };
    let (mut above, mut body) = past_lines(&head[..whole], end, choice.skip_lines.unwrap_or_default());
    let said = said_delimiter(body, end);
    if let Some(delimiter) = said {
        why.push(format!("line {} says that the delimiter is {}", above + 1, spelled(delimiter)));
        let (one, rest) = past_lines(body, end, 1);
        (above, body) = (above + one, rest);
    }
    if body.iter().all(u8::is_ascii_whitespace) {
        let why = format!("{} above the table and nothing else; see --skip-lines", counted(above as u64, "line"));
        return Err(EventsError::BadDialect { why });
    }

    let comment = comment(body, end, choice, &mut why)?;
    let mut parts = marks(body, choice, said, comment, line_end, &mut why)?;
    (parts.utf8, parts.zeros) = (stream.encoding == UTF_8, zeros);
    let delimiter = parts.delimiter;
    if [parts.quote, parts.escape, parts.comment].contains(&Some(delimiter)) || delimiter == end {
        return Err(EventsError::BadDialect { why: "the delimiter has another meaning as well".to_owned() });
    }
    let seen = look(body.to_vec(), &parts, LOOKED_AT);
    let table = Table::new(&seen);
    let layout = table.layout(choice, &mut why).map_err(|Uneven { line, names, fields }| {
        EventsError::UnevenHeader { line: u64::from(above + line) + 1, names, fields, path: path.to_owned() }
    })?;
    above += layout.above;
    let decimal = match choice.decimal {
        Some(given @ ('.' | ',')) => Some(given),
        Some(_) => return Err(EventsError::BadDialect { why: "a decimal mark is a point or a comma".to_owned() }),
        None => evidence::decimal(&table.rows(&layout), &mut why),
    };
    parts.shape = Shape { above, ..layout.shape };
    why.retain(|reason| !reason.is_empty());
    let dialect = Dialect {
        encoding: stream.encoding.name().to_owned(),
        delimiter: delimiter.into(),
        quote: parts.quote.map(char::from),
        escape: parts.escape.map(char::from),
        comment: comment.map(char::from),
        skip_lines: above,
        header: layout.header,
        decimal,
        line_end,
        why,
    };
    Ok(Sniffed { dialect, parts, names: layout.columns })
}

/// Whether bytes are no text: many of them mean nothing in one.
fn is_binary(head: &[u8]) -> bool {
    let (mut run, mut zeros, mut holes, mut strange) = (0, 0, 0, 0);
    for byte in head.iter().chain(b"\n") {
        if *byte == 0 {
            run += 1;
            continue;
        }
        if run >= HOLE {
            holes += run
        } else {
            zeros += run
        }
        run = 0;
        strange += usize::from(matches!(byte, 2..=8 | 0x0e..=0x19 | 0x1c..=0x1f | 0x7f));
    }
    let rest = head.len() - holes;
    // A text is never all holes, and files of other kinds have zeros beside their other signs.
    (zeros + holes > 0 && rest < 2) || strange * 20 > rest || (zeros * 3 > rest)
}

/// Whether NUL bytes fill up fields: a good part of the lines has some.
fn zeros_pad(head: &[u8]) -> bool {
    let end = if head.contains(&b'\n') { b'\n' } else { b'\r' };
    let (mut all, mut with) = (0, 0);
    for line in head.split(|byte| *byte == end).filter(|line| !line.trim_ascii().is_empty()) {
        all += 1;
        with += usize::from(line.contains(&0));
    }
    with > 2 && with * 10 > all
}

/// A text behind so many lines, and how many these were.
fn past_lines(text: &[u8], end: u8, lines: u32) -> (u32, &[u8]) {
    let (mut rest, mut passed) = (text, 0);
    while passed < lines {
        let Some(at) = memchr::memchr(end, rest) else { return (passed, &[]) };
        rest = &rest[at + 1..];
        passed += 1;
    }
    (passed, rest)
}

/// The delimiter that a first line `sep=;` says, as Excel writes it.
fn said_delimiter(body: &[u8], end: u8) -> Option<u8> {
    let line = &body[..memchr::memchr(end, body).unwrap_or(body.len())];
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    let (word, rest) = line.split_at_checked(4)?;
    let (delimiter, rest) = rest.split_first()?;
    let filler = |byte: &u8| byte == delimiter || DELIMITERS.contains(byte) || matches!(byte, b'"' | b' ' | b'\r');
    let plain = delimiter.is_ascii() && !delimiter.is_ascii_alphanumeric() && !matches!(delimiter, b'"' | b'\r' | 0);
    (word.eq_ignore_ascii_case(b"sep=") && plain && rest.iter().all(filler)).then_some(*delimiter)
}

fn spelled(mark: u8) -> String {
    if mark == b'\t' { "a tab".to_owned() } else { format!("`{}`", char::from(mark).escape_default()) }
}

/// What ends lines outside of quotes: carriage returns only where no line feed does.
fn line_end(head: &[u8], quote: u8, escape: Option<u8>) -> LineEnd {
    let (mut quoted, mut returns) = (false, false);
    let mut bytes = head.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            byte if quoted && Some(*byte) == escape => drop(bytes.next()),
            b'\n' if !quoted => return LineEnd::LineFeed,
            b'\r' => returns |= !quoted,
            byte => quoted ^= *byte == quote,
        }
    }
    // Quotes that never end would hide every end of a line.
    if returns || (!head.contains(&b'\n') && head.contains(&b'\r')) {
        LineEnd::CarriageReturn
    } else {
        LineEnd::LineFeed
    }
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
    why.push(format!("comments begin with `#` ({})", counted(marked as u64, "line")));
    Ok(Some(b'#'))
}
