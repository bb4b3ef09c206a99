//! One column of one batch, reduced to what the log needs of it: numbers, and each distinct value once.

use hashbrown::HashTable;

use super::dictionary::{ABSENT, Arena, hash_plain, hash_text, mix};
use super::distinct::Distinct;
use super::numbers::{Amount, parse_number_with};
use super::source::{Cell, Cells};
use super::times::{Evidence, NO_TIME, TimeReader, UNREADABLE, is_zero_date, read_integer};
use super::units::means_absent;
use crate::calendar::WallTime;

/// Of a column whose values are not kept, so many distinct ones are looked at to tell its kind.
pub const SAMPLE: usize = 20_000;
/// So many values that cannot be read are shown.
pub const SHOWN: usize = 5;

/// What is wanted of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnUse {
    /// Only what it looks like, and each value's hash.
    Looks,
    /// Each row's number among the distinct values, and these.
    Codes,
    /// Each row's number.
    Numbers,
    /// Each row's time.
    Times,
}

/// A batch's distinct values, by first appearance.
#[derive(Debug)]
pub enum Fresh {
    Texts(Arena),
    Plain(Vec<Cell<'static>>),
}

/// The first and the last microsecond that calendars have: of the years 1 and 9999.
const CALENDAR: std::ops::RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;

/// A typed time, or [`UNREADABLE`] where it lies beyond every calendar: no date may stand for it.
fn within_calendar(time: WallTime) -> i64 {
    if CALENDAR.contains(&time.0) { time.0 } else { UNREADABLE }
}

/// How written values are read.
#[derive(Clone, Copy, Debug)]
pub struct Readers<'a> {
    pub times: &'a TimeReader,
    /// The decimal mark, where it is known.
    pub decimal: Option<char>,
}

/// What is left of a column's batch.
#[derive(Debug)]
pub struct Part {
    pub nulls: u64,
    /// Distinct values: all for [`ColumnUse::Codes`], else the first ones.
    pub fresh: Fresh,
    /// The hashes of `fresh`.
    pub hashes: Vec<u64>,
    /// How many distinct values, unless all are in `fresh`.
    pub distinct: Distinct,
    /// Each row's share of the hash by which duplicates are told.
    pub row_hashes: Vec<u64>,
    pub codes: Vec<u32>,
    /// NaN where there is none.
    pub numbers: Vec<f64>,
    /// Rows in which something stands that is no number.
    pub bad: Vec<u32>,
    pub times: Vec<i64>,
    /// The first rows whose number or time cannot be read, and what stands there.
    pub unreadable: Vec<(u32, String)>,
    pub evidence: Evidence,
}

/// Reduces a column. `salt` differs from column to column, so that the same values in other columns make other rows.
pub fn digest(cells: &Cells, want: ColumnUse, salt: u64, readers: &Readers<'_>) -> Part {
    let rows = cells.len();
    let room = |wanted| if want == wanted { rows } else { 0 };
    let plain = !matches!(cells, Cells::Text(_) | Cells::Lines(_));
    let mut part = Part {
        nulls: 0,
        fresh: if plain { Fresh::Plain(Vec::new()) } else { Fresh::Texts(Arena::default()) },
        hashes: Vec::new(),
        distinct: Distinct::default(),
        row_hashes: Vec::with_capacity(rows),
        codes: Vec::with_capacity(room(ColumnUse::Codes)),
        numbers: Vec::with_capacity(room(ColumnUse::Numbers)),
        bad: Vec::new(),
        times: Vec::with_capacity(room(ColumnUse::Times)),
        unreadable: Vec::new(),
        evidence: Evidence::default(),
    };
    let mut known = Known::default();
    match cells {
        Cells::Opaque(_) => (0..rows).for_each(|_| part.absent(want)),
        Cells::Text(texts) => texts.iter().for_each(|text| part.text(text, want, salt, readers, &mut known)),
        Cells::Lines(fields) => fields.iter().for_each(|text| part.text(text, want, salt, readers, &mut known)),
        _ => cells.each(|cell| part.plain(cell, want, salt, readers, &mut known)),
    }
    if let Fresh::Texts(arena) = &part.fresh {
        for (text, rows) in arena.iter().zip(&known.rows).filter(|(_, rows)| **rows > 0) {
            readers.times.weigh(text, *rows, &mut part.evidence);
        }
    }
    part
}

/// Values met in this batch.
#[derive(Default)]
struct Known {
    /// Hash and number. The hash stands here so that a search looks at one place more only where it finds.
    by_hash: HashTable<(u64, u32)>,
    numbers: Vec<f64>,
    times: Vec<i64>,
    /// In how many rows each of `times` stands, where that is not evidence yet.
    rows: Vec<u64>,
}

impl Part {
    fn absent(&mut self, want: ColumnUse) {
        self.nulls += 1;
        self.row_hashes.push(0);
        match want {
            ColumnUse::Looks => {}
            ColumnUse::Codes => self.codes.push(ABSENT),
            ColumnUse::Numbers => self.numbers.push(f64::NAN),
            ColumnUse::Times => self.times.push(NO_TIME),
        }
    }

    fn text(&mut self, text: Option<&str>, want: ColumnUse, salt: u64, readers: &Readers<'_>, known: &mut Known) {
        let Some(text) = text else { return self.absent(want) };
        let times = readers.times;
        let hash = hash_text(text.as_bytes());
        self.row_hashes.push(mix(hash ^ salt));
        let Fresh::Texts(arena) = &mut self.fresh else { return };
        if want == ColumnUse::Looks {
            if self.distinct.take(hash) && arena.len() < SAMPLE {
                arena.push(text);
                self.hashes.push(hash);
            }
            return;
        }
        let hashes = &mut self.hashes;
        let same = |known: &(u64, u32)| known.0 == hash && arena.get(known.1 as usize) == text;
        let code = known.by_hash.find(hash, same).map(|known| known.1);
        let mut meet = |arena: &mut Arena, hashes: &mut Vec<u64>| {
            let code = arena.len() as u32;
            arena.push(text);
            hashes.push(hash);
            known.by_hash.insert_unique(hash, (hash, code), |known| known.0);
            code
        };
        match want {
            ColumnUse::Looks => {}
            ColumnUse::Codes => {
                let code = code.unwrap_or_else(|| meet(arena, hashes));
                self.codes.push(code);
            }
            ColumnUse::Numbers => {
                let number = match code {
                    Some(code) => known.numbers[code as usize],
                    None => {
                        self.distinct.take(hash);
                        let amount = if means_absent(text.trim()) {
                            Amount::Absent
                        } else {
                            parse_number_with(text, readers.decimal).map_or(Amount::Unreadable, Amount::Is)
                        };
                        let number = amount.as_number();
                        if arena.len() < SAMPLE {
                            meet(arena, hashes);
                            known.numbers.push(number);
                        }
                        number
                    }
                };
                if self.number(number) {
                    self.show(self.numbers.len(), Cell::Text(text));
                }
            }
            ColumnUse::Times => {
                let time = match code {
                    Some(code) => {
                        known.rows[code as usize] += 1;
                        known.times[code as usize]
                    }
                    None => {
                        let new = self.distinct.take(hash);
                        let room = new && arena.len() < SAMPLE;
                        let quick = times.quick(text, &mut self.evidence);
                        let time = match quick {
                            Some(time) => time,
                            None if means_absent(text.trim()) || is_zero_date(text.trim()) => NO_TIME,
                            None if room => times.value(text),
                            None => times.read(text, 1, &mut self.evidence),
                        };
                        if room {
                            known.times.push(time);
                            known.rows.push(u64::from(quick.is_none() && time != NO_TIME));
                            if quick.is_none() {
                                meet(arena, hashes);
                            } else {
                                // Read again sooner than found again.
                                arena.push(text);
                                hashes.push(hash);
                            }
                        }
                        time
                    }
                };
                if self.time(time) {
                    self.show(self.times.len(), Cell::Text(text));
                }
            }
        }
    }

    fn plain(&mut self, cell: Cell<'_>, want: ColumnUse, salt: u64, readers: &Readers<'_>, known: &mut Known) {
        let Some(cell) = cell.plain() else { return self.absent(want) };
        let times = readers.times;
        let hash = hash_plain(cell);
        self.row_hashes.push(mix(hash ^ salt));
        let Fresh::Plain(fresh) = &mut self.fresh else { return };
        if want == ColumnUse::Codes {
            // The cells of a batch are of one kind, and those of one kind have equal hashes only if they are equal.
            let (_, code) = *known
                .by_hash
                .entry(hash, |known| known.0 == hash, |known| known.0)
                .or_insert_with(|| (hash, fresh.len() as u32))
                .get();
            if code as usize == fresh.len() {
                fresh.push(cell);
                self.hashes.push(hash);
            }
            self.codes.push(code);
            return;
        }
        if self.distinct.take(hash) && fresh.len() < SAMPLE {
            fresh.push(cell);
            self.hashes.push(hash);
        }
        match want {
            ColumnUse::Looks | ColumnUse::Codes => {}
            ColumnUse::Numbers => {
                let number = match cell {
                    Cell::Integer(value) => value as f64,
                    Cell::Number(value) if value.is_finite() => value,
                    _ => Amount::Unreadable.as_number(),
                };
                if self.number(number) {
                    self.show(self.numbers.len(), cell);
                }
            }
            ColumnUse::Times => {
                let time = match cell {
                    Cell::Time(time) | Cell::Date(time) => within_calendar(time),
                    Cell::Instant(instant) => within_calendar(times.zone().wall(instant.0)),
                    Cell::Integer(value) => read_integer(value, times, &mut self.evidence),
                    other => times.read(&other.spelled().unwrap_or_default(), 1, &mut self.evidence),
                };
                if self.time(time) {
                    self.show(self.times.len(), cell);
                }
            }
        }
    }

    /// Takes a time, or what stands for one. Answers whether it is to be shown as one that cannot be read.
    #[inline]
    fn time(&mut self, time: i64) -> bool {
        self.times.push(time);
        time == UNREADABLE && self.unreadable.len() < SHOWN
    }

    /// Takes a number, or what stands for one that cannot be read. Answers likewise.
    #[inline]
    fn number(&mut self, number: f64) -> bool {
        let unreadable = number.is_infinite();
        if unreadable {
            self.bad.push(self.numbers.len() as u32);
        }
        self.numbers.push(if unreadable { f64::NAN } else { number });
        unreadable && self.unreadable.len() < SHOWN
    }

    /// Remembers what stands in the last of so many rows. Few rows come here, so it stands apart from the others' way.
    #[cold]
    fn show(&mut self, rows: usize, cell: Cell<'_>) {
        self.unreadable.push((rows as u32 - 1, cell.spelled().unwrap_or_default()));
    }
}
