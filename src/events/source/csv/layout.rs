//! Where in a text the table begins, what its columns are called, and which of its records are whole.

use super::evidence::{self, is_value, may_name};
use super::marks::usual_width;
use super::parts::{Begins, Shape};
use super::record::Records;
use crate::events::Role;
use crate::events::dialect::DialectChoice;
use crate::events::guess::role_word;
use crate::events::times::looks_like_time;

/// So many records show what the columns hold.
const JUDGED: usize = 100;
/// A record of another width than the header's is usual if the header's own is so much rarer.
const RARE: usize = 20;

/// The layout of a table.
#[derive(Debug, Default)]
pub struct Layout {
    /// Lines above it.
    pub above: u32,
    /// Whether its first record names the columns.
    pub header: bool,
    /// The columns' names; empty ones where nothing names them.
    pub columns: Vec<String>,
    /// Which records are whole.
    pub shape: Shape,
}

/// A header that does not name the fields of the rows below it: its line, its names, their fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uneven {
    pub line: u32,
    pub names: usize,
    pub fields: usize,
}

/// The records of a first look, as words.
pub struct Table<'a> {
    records: Vec<(u32, Vec<&'a str>)>,
    width: usize,
    kinds: Vec<Kind>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Kind {
    values: bool,
    times: bool,
    filled: bool,
}

impl<'a> Table<'a> {
    pub fn new(seen: &'a Records) -> Self {
        let words = |(from, to): &(u32, u32)| seen.text.get(*from as usize..*to as usize).unwrap_or_default();
        let records = seen.seen.iter().map(|record| (record.line, record.fields.iter().map(words).collect())).collect();
        let mut table = Self { records, width: usual_width(&seen.seen).0, kinds: Vec::new() };
        table.kinds = (0..table.width).map(|at| table.kind(at)).collect();
        table
    }

    /// The records of the usual width, the first aside.
    fn usual(&self) -> impl Iterator<Item = &[&'a str]> {
        let records = self.records.iter().map(|(_, fields)| fields.as_slice());
        records.filter(|fields| fields.len() == self.width).skip(1).take(JUDGED)
    }

    fn kind(&self, at: usize) -> Kind {
        let all = self.usual().count();
        let filled: Vec<&str> = self.usual().map(|fields| fields[at]).filter(|text| !text.trim().is_empty()).collect();
        let most = |count: usize| count > 0 && (count * 5 >= filled.len() * 4 || count + 1 >= filled.len());
        Kind {
            values: most(filled.iter().filter(|text| is_value(text)).count()),
            times: most(filled.iter().filter(|text| looks_like_time(text).is_some()).count()),
            filled: filled.len() * 20 >= all * 19,
        }
    }

    /// Whether a record holds what the columns hold, rather than words above them.
    fn is_row(&self, fields: &[&str]) -> bool {
        let fits = |(text, kind): (&&str, &Kind)| match (text.trim().is_empty(), is_value(text)) {
            (true, _) => -i32::from(kind.filled),
            (false, value) if kind.times => {
                if looks_like_time(text).is_some() {
                    1
                } else {
                    -i32::from(!value)
                }
            }
            (false, value) if kind.values => {
                if value {
                    1
                } else {
                    -1
                }
            }
            (false, _) => -i32::from(looks_like_time(text).is_some()),
        };
        fields.len() == self.width && fields.iter().zip(&self.kinds).map(fits).sum::<i32>() > 0
    }

    /// Whether the rows have one field more than the header has names, the first without one: R's row names.
    fn has_row_names(&self, names: &[&str], rows: &[&[&str]]) -> bool {
        let firsts: Vec<&str> = rows.iter().filter_map(|row| row.first().copied()).collect();
        let numbers: Vec<Option<u64>> = firsts.iter().map(|text| text.trim().parse().ok()).collect();
        let steps = numbers.windows(2).filter(|two| two[0].is_some() && two[1] == two[0].map(|number| number + 1));
        let counted = match numbers.as_slice() {
            [Some(0 | 1)] => true,
            more => more.len() > 1 && steps.count() * 10 >= (more.len() - 1) * 9,
        };
        let mut distinct = firsts.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let when = names.iter().position(|name| role_word(name) == Some(Role::Time));
        let times = |at: usize| self.kinds.get(at).is_some_and(|kind| kind.times);
        match when {
            Some(at) if times(at) != times(at + 1) => times(at + 1) && (counted || distinct.len() == firsts.len()),
            _ => counted,
        }
    }

    /// The record that names the columns, among the first `above`: the first that may, those first that have names known
    /// here, then those that name every column.
    fn names_among(&self, above: usize) -> Option<usize> {
        let fits = |fields: &[&str]| {
            let (names, width) = (fields.len(), self.width);
            let behind = |fields: &[&str], from: usize| fields[from..].iter().all(|text| text.trim().is_empty());
            names == width
                || names + 1 == width
                || (names > width && behind(fields, width))
                || (names < width && names > 1 && self.usual().all(|row| behind(row, names)))
        };
        let worth = |fields: &[&str]| {
            let filled = fields.iter().filter(|text| !text.trim().is_empty()).count();
            let known = fields.iter().filter(|text| role_word(text).is_some()).count();
            let full = filled >= self.width.min(fields.len());
            let may = filled > 1 && may_name(fields).is_ok();
            may.then_some((if known > 1 { known } else { 0 }, fits(fields), full, filled))
        };
        let mut best: Option<(usize, (usize, bool, bool, usize))> = None;
        for (at, (_, fields)) in self.records[..above].iter().enumerate() {
            if let Some(worth) = worth(fields).filter(|worth| best.is_none_or(|(_, best)| *worth > best)) {
                best = Some((at, worth));
            }
        }
        best.map(|(at, _)| at)
    }

    /// The place of the first record of the table among all.
    fn first(&self, header: Option<bool>) -> usize {
        let few = |(_, fields): &&(u32, Vec<&str>)| {
            !fields.is_empty() && fields.iter().filter(|text| !text.trim().is_empty()).count() < 2
        };
        let titles = self.records.iter().take_while(|record| few(record) && record.1.len() < self.width).count();
        if titles == self.records.len() || self.width < 2 {
            return 0;
        }
        let row = self.records.iter().position(|(_, fields)| self.is_row(fields));
        match row {
            Some(0) => 0,
            Some(row) if header != Some(false) => match self.names_among(row) {
                Some(names) => names,
                None if row == 1 && self.records[0].1.len() == self.width => 0,
                None => self.records[..row].iter().take_while(|record| few(record)).count(),
            },
            _ => titles,
        }
    }

    /// The layout; `given` lines above were left out before.
    pub fn layout(&self, choice: &DialectChoice, why: &mut Vec<String>) -> Result<Layout, Uneven> {
        let first = if choice.skip_lines.is_some() { 0 } else { self.first(choice.header) };
        let unnamed = |above| Layout { above, columns: vec![String::new(); self.width], ..Layout::default() };
        let whole = |(_, fields): &(u32, Vec<&str>)| !fields.is_empty();
        let torn = self.records.get(first).is_some_and(|record| !whole(record));
        if torn && choice.header != Some(true) {
            return Ok(unnamed(0));
        }
        let first = first + self.records[first..].iter().take_while(|record| !whole(record)).count();
        let Some((line, names)) = self.records.get(first) else { return Ok(unnamed(0)) };
        let above = if first > 0 { *line } else { 0 };
        if above > 0 {
            let lines = if above == 1 { "line stands" } else { "lines stand" };
            why.push(format!("{above} {lines} above the table; --skip-lines says otherwise"));
        }
        let later: Vec<&[&str]> = self.records[first + 1..]
            .iter()
            .map(|(_, fields)| fields.as_slice())
            .filter(|fields| !fields.is_empty() && *fields != names.as_slice())
            .collect();
        let alike: Vec<&[&str]> = self.records[first + 1..]
            .iter()
            .map(|(_, fields)| fields.as_slice())
            .filter(|f| f.len() == names.len())
            .collect();
        let header = match choice.header {
            Some(header) => header,
            None => evidence::header(names, &alike, why),
        };
        if !header {
            return Ok(unnamed(above));
        }
        let (columns, mut shape) = self.columns(*line, names, &later, why)?;
        shape.names = names.iter().map(|name| (*name).to_owned()).collect();
        shape.begins = Begins::of(&shape.names);
        Ok(Layout { above, header, columns, shape })
    }

    /// The columns of the rows below a header.
    fn columns(
        &self,
        line: u32,
        names: &[&str],
        later: &[&[&str]],
        why: &mut Vec<String>,
    ) -> Result<(Vec<String>, Shape), Uneven> {
        let spelled = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
        let blank = |fields: &[&str]| fields.iter().all(|text| text.is_empty());
        let count = |width: usize| later.iter().filter(|row| row.len() == width).count();
        let (own, width) = (count(names.len()), self.width);
        // A delimiter at the end of the rows.
        for extra in 1..=width.max(names.len() + 1).saturating_sub(names.len()) {
            let wide = names.len() + extra;
            let ended = later.iter().filter(|row| row.len() == wide && blank(&row[names.len()..])).count();
            if (ended > 1 && ended * 5 >= later.len()) || (ended > 0 && ended == later.len()) {
                why.push("the rows end with a delimiter, the header does not".to_owned());
                return Ok((spelled(names), Shape { extra, always: own * RARE < ended, ..Shape::default() }));
            }
        }
        let usual = count(width);
        if own * RARE >= usual || usual * 5 < later.len() * 4 || width == names.len() {
            return Ok((spelled(names), Shape::default()));
        }
        if names.len() > width && blank(&names[width..]) {
            why.push("the header ends with a delimiter, the rows do not".to_owned());
            let shape = Shape { extra: names.len() - width, ..Shape::default() };
            return Ok((spelled(&names[..width]), shape));
        }
        let rows: Vec<&[&str]> = later.iter().copied().filter(|row| row.len() == width).collect();
        if names.len() + 1 == width && self.has_row_names(names, &rows) {
            why.push("the rows begin with row names, as R writes them, which the header does not name".to_owned());
            return Ok(([vec![String::new()], spelled(names)].concat(), Shape::default()));
        }
        Err(Uneven { line, names: names.len(), fields: width })
    }

    /// The records from the first of the table on, `header` aside.
    pub fn rows(&self, layout: &Layout) -> Vec<&[&'a str]> {
        let from = self.records.iter().position(|(line, _)| *line >= layout.above).unwrap_or_default();
        let rows = self.records.get(from + usize::from(layout.header)..).unwrap_or_default();
        rows.iter().map(|(_, fields)| fields.as_slice()).filter(|fields| !fields.is_empty()).collect()
    }
}
