//! Columns that are in the names of folders: `dt=2024-01-02/country=DE/part-0.parquet`, as Hive, Spark and others lay out
//! their tables.

use std::path::Path;
use std::sync::Arc;

use polars::prelude::{ChunkFull as _, ChunkFullNull as _, PlSmallStr, StringChunked};

use super::{Batch, Batches, Cells, Field, Lines, Opened};
use crate::events::{EventsError, Reason};

/// What such a folder is called where the value is absent.
const ABSENT: &str = "__HIVE_DEFAULT_PARTITION__";

/// Levels that together are a day, and the column that they become besides.
const DAY: [&str; 3] = ["year", "month", "day"];
const DATE: &str = "date";

/// A column that is the same for a whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    pub name: String,
    pub value: Option<String>,
}

/// What the folders right above a file say, the outermost first.
pub fn of(path: &Path) -> Vec<Partition> {
    let named = |folder: &Path| {
        let (name, value) = folder.file_name()?.to_str()?.split_once('=')?;
        let (name, value) = (decoded(name), decoded(value));
        let value = Some(value).filter(|value| value != ABSENT && !value.is_empty());
        (!name.is_empty()).then_some(Partition { name, value })
    };
    let mut found: Vec<Partition> = path.ancestors().skip(1).map_while(named).collect();
    found.reverse();
    found
}

/// What the names of the folders above a file say in columns, with their values; none where they are absent.
pub fn named_by_folders(path: &Path) -> Vec<(String, Option<String>)> {
    of(path).into_iter().map(|partition| (partition.name, partition.value)).collect()
}

/// Percent signs with two digits are bytes that a file system would not have had.
pub fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let byte = match (first, behind) {
            (b'%', [high, low, ..]) => std::str::from_utf8(&[*high, *low]).ok().and_then(|digits| {
                let both = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                u8::from_str_radix(digits, 16).ok().filter(|_| both)
            }),
            _ => None,
        };
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Adds a day where year, month and day are levels of their own.
fn with_date(mut partitions: Vec<Partition>) -> Vec<Partition> {
    let number = |wanted: &str| {
        let partition = partitions.iter().find(|partition| partition.name.eq_ignore_ascii_case(wanted))?;
        partition.value.as_ref()?.parse::<u16>().ok()
    };
    let parts = DAY.map(number);
    if let [Some(year), Some(month), Some(day)] = parts
        && partitions.iter().all(|partition| !partition.name.eq_ignore_ascii_case(DATE))
    {
        let value = match number("hour") {
            Some(hour) => format!("{year:04}-{month:02}-{day:02} {hour:02}:00"),
            None => format!("{year:04}-{month:02}-{day:02}"),
        };
        partitions.push(Partition { name: DATE.to_owned(), value: Some(value) });
    }
    partitions
}

/// The file with the columns that its folders name. A column that the file has itself is not taken from there.
pub fn joined(path: &Path, opened: Opened) -> Opened {
    let (twice, wanted): (Vec<_>, Vec<_>) = with_date(of(path))
        .into_iter()
        .partition(|partition| opened.fields.iter().any(|field| field.name.eq_ignore_ascii_case(&partition.name)));
    let listed = |partitions: &[Partition]| {
        partitions.iter().map(|partition| format!("`{}`", partition.name)).collect::<Vec<_>>().join(", ")
    };
    let mut notes = Vec::new();
    if !wanted.is_empty() {
        notes.push(format!("The names of folders were read as columns: {}.", listed(&wanted)));
    }
    // A day put together is nobody's column, so nothing is lost where the file has one.
    let told: Vec<Partition> = twice.into_iter().filter(|partition| partition.name != DATE).collect();
    if !told.is_empty() {
        let names = listed(&told);
        notes.push(format!("The names of folders say {names} too; the files' own columns of these names were read."));
    }
    if notes.is_empty() {
        return opened;
    }
    let own = opened.fields.len();
    let mut fields = opened.fields;
    fields.extend(wanted.iter().map(|partition| Field { name: partition.name.clone(), unreadable: None }));
    let values = wanted.into_iter().map(|partition| partition.value).collect();
    let batches = Box::new(Joined { inner: opened.batches, own, values, notes });
    Opened { fields, batches, ..opened }
}

struct Joined {
    inner: Box<dyn Batches>,
    /// How many columns the file has itself.
    own: usize,
    values: Arc<[Option<String>]>,
    notes: Vec<String>,
}

impl Joined {
    fn batch(&self, inner: Box<dyn Batch>) -> Box<dyn Batch> {
        Box::new(JoinedBatch { inner, own: self.own, values: self.values.clone() })
    }
}

impl Batches for Joined {
    fn next(&mut self, pieces: usize) -> Result<Vec<Box<dyn Batch>>, EventsError> {
        let batches = self.inner.next(pieces)?;
        Ok(batches.into_iter().map(|batch| self.batch(batch)).collect())
    }

    fn first(&mut self, rows: usize) -> Result<Box<dyn Batch>, EventsError> {
        let batch = self.inner.first(rows)?;
        Ok(self.batch(batch))
    }

    fn bytes_read(&self) -> u64 {
        self.inner.bytes_read()
    }

    fn of_folder(&self, column: usize) -> bool {
        column >= self.own
    }

    fn notes(&self) -> Vec<String> {
        [self.inner.notes(), self.notes.clone()].concat()
    }
}

struct JoinedBatch {
    inner: Box<dyn Batch>,
    own: usize,
    values: Arc<[Option<String>]>,
}

impl Batch for JoinedBatch {
    fn rows(&self) -> usize {
        self.inner.rows()
    }

    fn cells(&self, column: usize) -> Result<Cells, EventsError> {
        let Some(at) = column.checked_sub(self.own) else { return self.inner.cells(column) };
        let rows = self.inner.rows();
        Ok(Cells::Text(match self.values.get(at).and_then(Option::as_deref) {
            Some(value) => StringChunked::full(PlSmallStr::EMPTY, value, rows),
            None => StringChunked::full_null(PlSmallStr::EMPTY, rows),
        }))
    }

    fn lines(&self) -> Lines {
        self.inner.lines()
    }

    fn decimal(&self) -> Option<char> {
        self.inner.decimal()
    }

    fn torn(&self) -> &[(u64, Reason)] {
        self.inner.torn()
    }

    fn torn_text(&self, at: usize) -> String {
        self.inner.torn_text(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str) -> Vec<(String, Option<String>)> {
        with_date(of(Path::new(path))).into_iter().map(|partition| (partition.name, partition.value)).collect()
    }

    fn pair(name: &str, value: &str) -> (String, Option<String>) {
        (name.to_owned(), Some(value.to_owned()))
    }

    #[test]
    fn the_folders_right_above_a_file_count() {
        assert_eq!(
            said("/a=1/logs/dt=2024-01-02/country=DE/x.parquet"),
            [pair("dt", "2024-01-02"), pair("country", "DE")]
        );
        assert_eq!(said("dt=2024-01-02/deeper/x.parquet"), []);
        assert_eq!(said("logs/a=b.csv"), []);
    }

    #[test]
    fn names_are_decoded_and_the_absent_is_absent() {
        assert_eq!(said("t=10%3A30%2F5/x.csv"), [pair("t", "10:30/5")]);
        assert_eq!(said("na%20me=caf%C3%A9 100%/x.csv"), [pair("na me", "café 100%")]);
        assert_eq!(said("a=x%3Dy=z/x.csv"), [pair("a", "x=y=z")]);
        assert_eq!(said("dt=__HIVE_DEFAULT_PARTITION__/u=/x.csv"), [("dt".to_owned(), None), ("u".to_owned(), None)]);
    }

    #[test]
    fn year_month_and_day_are_a_date_too() {
        let date = |path: &str| said(path).pop().unwrap();
        assert_eq!(date("year=2024/month=1/day=02/x.csv"), pair("date", "2024-01-02"));
        assert_eq!(date("Year=2024/Month=01/Day=2/Hour=7/x.csv"), pair("date", "2024-01-02 07:00"));
        assert_eq!(said("year=2024/month=1/x.csv").len(), 2);
        assert_eq!(said("date=5/year=2024/month=1/day=2/x.csv").len(), 4);
    }
}
