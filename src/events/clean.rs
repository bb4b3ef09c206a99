//! The cleaning rules, applied once the whole log is known.

use rayon::prelude::*;

use super::bounds::leave_out_far;
use super::dictionary::{ABSENT, Arena};
use super::netting::called_off;
use super::order::{ordered, ranked};
use super::pieces::{counted, piece, retain};
use super::rows::{Numbers, Rows};
use super::shapes::{GoodsShape, Prefixes};
use super::tally::{FIRST_LINES, Tally};
use super::times::{NO_TIME, UNREADABLE};
use super::{Meaning, ReadOptions, Reason, Role, ValueUnknown};
use crate::wording::thousands;

/// From the year 1 to the year 9999, in microseconds since 1970.
const CALENDAR: std::ops::Range<i64> = -62_135_596_800_000_000..253_402_300_800_000_000;

/// What stays of the log: places in [`Rows`], by user and time.
pub struct Kept {
    pub events: Vec<u32>,
    pub returns: Vec<u32>,
    /// All users' spellings, sorted.
    pub users: Vec<String>,
    /// For each number of a user in [`Rows`], its place in `users`.
    pub user_of: Vec<u32>,
    /// What the analyst should know before anything else is made of the log.
    pub warnings: Vec<String>,
    /// Rows kept whose quantity, price or value could not be read.
    pub value_unknown: ValueUnknown,
    /// What the analyst should know about the rules that were applied.
    pub notes: Vec<String>,
    /// The rows left out and why, if they are to be written down.
    pub left_out: Vec<(u32, Reason)>,
}

/// Judges every row. Those left out go to the tally.
pub fn clean(rows: &mut Rows, options: &ReadOptions, tally: &mut Tally) -> Kept {
    let (mut warnings, mut notes) = leave_out_far(rows, options);
    let nothing = Arena::default();
    let (users, user_of) = ranked(rows.names(Role::User).unwrap_or(&nothing));
    let (mut order, repeated) = find_duplicates(rows, users.len(), &user_of);
    if options.keep_duplicates {
        repeated.iter().for_each(|row| rows.fault[*row as usize] = None);
    } else {
        match words_of_duplicates(rows, repeated.len()) {
            Some((true, words)) => warnings.insert(0, words),
            Some((false, words)) => notes.push(words),
            None => {}
        }
    }
    let sound = |row: usize| rows.reason(row).is_none();
    let names = |role| rows.names(role).unwrap_or(&nothing);
    let (items, baskets) = (names(Role::Item), names(Role::Basket));

    let shape = learn_shape(rows, items);
    if let Some(shape) = &shape {
        notes.push(format!("Goods are told by their codes: {}.", shape.words()));
    }
    let fits: Vec<bool> = items.iter().map(|code| shape.as_ref().is_none_or(|shape| shape.fits(code.trim()))).collect();

    let quantity = |row: usize| rows.quantity.as_ref().map_or(f64::NAN, |numbers| numbers.values[row]);
    let guessed = || {
        let (quantity, prefixes) = (rows.quantity.as_ref()?, Prefixes::of(baskets.iter().map(str::trim)));
        let counts = counted(rows.len(), prefixes.kinds(), |row| {
            let code = rows.basket.get(row).filter(|code| **code != ABSENT && sound(row))?;
            Some(prefixes.kind(*code as usize, quantity.values[row]))
        });
        let prefix = prefixes.returns(&counts)?;
        notes.push(format!("Baskets that begin with `{prefix}` are returns: their quantities are below zero."));
        Some(prefix)
    };
    let prefix = options.returns_prefix.clone().filter(|prefix| !prefix.is_empty()).or_else(guessed);
    let returned: Vec<bool> = baskets
        .iter()
        .map(|name| prefix.as_ref().is_some_and(|prefix| name.trim().starts_with(prefix.as_str())))
        .collect();
    let kinds: Vec<(Option<Meaning>, bool)> =
        names(Role::Kind).iter().map(|kind| (Meaning::of(kind), options.kind_weights.of(kind) > 0.0)).collect();
    let kind = |row: usize| rows.kind.get(row).and_then(|code| kinds.get(*code as usize));
    let means = |row: usize| kind(row).and_then(|kind| kind.0);
    let without_kind = options.kind_weights.of("") > 0.0;
    let weighs = |row: usize| kind(row).map_or(without_kind, |kind| kind.1);
    let is_return = |row: usize| {
        let marked = rows.basket.get(row).is_some_and(|code| returned.get(*code as usize) == Some(&true));
        marked || quantity(row) < 0.0 || means(row) == Some(Meaning::Return)
    };

    let priced = price_rule(rows.price.as_ref(), |row| sound(row) && !is_return(row));
    if rows.price.as_ref().is_some_and(|price| price.any) && !priced {
        notes.push("Most prices are not above zero, so a price of zero leaves no row out.".to_owned());
    }

    let verdict = |row: usize| {
        let goods = rows.item.get(row).is_none_or(|code| *code == ABSENT || fits[*code as usize]);
        let price = rows.price.as_ref().map_or(f64::NAN, |numbers| numbers.values[row]);
        match rows.reason(row) {
            Some(reason) => Err(reason),
            None if !goods => Err(Reason::NoGoods),
            None if priced && price <= 0.0 && !is_return(row) => Err(Reason::NoPrice),
            None if is_return(row) => Ok(true),
            None if !weighs(row) => Err(Reason::NoWeight),
            None => Ok(false),
        }
    };
    let mut verdicts: Vec<Result<bool, Reason>> = (0..rows.len()).into_par_iter().map(verdict).collect();
    if !options.keep_called_off {
        let trades = |row: u32| rows.kind.is_empty() || means(row as usize) == Some(Meaning::Purchase);
        let kept = |row: u32| verdicts[row as usize].ok().filter(|returned| *returned || trades(row));
        let off = called_off(rows, &order, kept);
        off.into_iter().for_each(|row| verdicts[row as usize] = Err(Reason::CalledOff));
    }
    tell(&verdicts, rows, tally);
    let value_unknown = value_unknown(rows, |row| verdicts[row as usize].is_ok());
    let wanted = |(row, verdict): (usize, &Result<bool, Reason>)| Some((row as u32, verdict.err()?));
    let left_out = if options.rejected.is_some() {
        verdicts.par_iter().enumerate().filter_map(wanted).collect()
    } else {
        Vec::new()
    };
    let returns: Vec<u32> = order.par_iter().copied().filter(|row| verdicts[*row as usize] == Ok(true)).collect();
    retain(&mut order, |row| verdicts[row as usize] == Ok(false));
    Kept { events: order, returns, users, user_of, value_unknown, warnings, notes, left_out }
}

/// Puts the rows that can be kept in order and marks those that are equal to an earlier one, which are answered too.
fn find_duplicates(rows: &mut Rows, users: usize, user_of: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let (order, again) = {
        let (user, time, hash) = (&rows.user, &rows.time, &rows.hash);
        let sound = |row: usize| rows.reason(row).is_none();
        let user_of = |row: usize| user_of[user[row] as usize];
        ordered(rows.len(), users, sound, user_of, |row| time[row as usize], |row| hash[row as usize])
    };
    again.iter().for_each(|row| rows.fault[*row as usize] = Some(Reason::Duplicate));
    (order, again)
}

/// What is said about rows that are equal to earlier ones, and whether before all else: a tenth of a log is no slip of
/// whoever wrote it. Where nothing in a row tells two events of a day apart, equal rows may be two events.
fn words_of_duplicates(rows: &Rows, repeated: usize) -> Option<(bool, String)> {
    let (all, day) = (rows.len(), 86_400_000_000);
    let many = repeated * 10 > all;
    let dates_alone = || rows.time.par_iter().all(|time| [NO_TIME, UNREADABLE].contains(time) || time % day == 0);
    let may_repeat = repeated > 0 && rows.quantity.is_none() && rows.basket.is_empty() && dates_alone();
    let why = if may_repeat {
        " Times are dates alone and nothing counts how many, so they may be real repetitions, of which one counts."
    } else {
        ""
    };
    (many || may_repeat).then(|| {
        let share = 100.0 * repeated as f64 / all as f64;
        let words = format!(
            "{} of {} rows ({share:.0} %) are equal to an earlier row in every column and are left out as \
             duplicates.{why} If they are events of their own, keep them with --keep-duplicates.",
            thousands(repeated as u64),
            thousands(all as u64)
        );
        (many, words)
    })
}

impl Rows {
    /// Why a row is left out before any rule about goods and prices.
    #[inline]
    pub fn reason(&self, row: usize) -> Option<Reason> {
        match self.time.get(row) {
            _ if self.fault[row] == Some(Reason::FilteredOut) => Some(Reason::FilteredOut),
            _ if self.user[row] == ABSENT => Some(Reason::NoUser),
            None | Some(&NO_TIME) => Some(Reason::NoTime),
            Some(&UNREADABLE) => Some(Reason::UnreadableTime),
            // A type can count further than the calendar goes; such a time has no date.
            Some(time) if !CALENDAR.contains(time) => Some(Reason::UnreadableTime),
            Some(_) => self.fault[row],
        }
    }
}

/// Counts the rows kept whose quantity, price or value could not be read.
fn value_unknown(rows: &Rows, kept: impl Fn(u32) -> bool) -> ValueUnknown {
    let unknown = || rows.value_unknown.iter().copied().filter(|row| kept(*row));
    let shown =
        [Role::Quantity, Role::Price, Role::Value].iter().filter_map(|role| rows.unreadable.get(role)).flatten();
    ValueUnknown {
        rows: unknown().count() as u64,
        first_lines: unknown().take(FIRST_LINES).map(|row| rows.line(row as usize)).collect(),
        examples: shown.filter(|(row, _)| kept(*row)).map(|(_, text)| text.clone()).collect(),
    }
}

/// Counts the rows left out.
fn tell(verdicts: &[Result<bool, Reason>], rows: &Rows, tally: &mut Tally) {
    let piece = piece(verdicts.len());
    let tallies: Vec<Tally> = verdicts
        .par_chunks(piece)
        .enumerate()
        .map(|(at, verdicts)| {
            let mut tally = Tally::default();
            for (row, verdict) in verdicts.iter().enumerate() {
                if let Err(reason) = verdict {
                    tally.reject(*reason, (at * piece + row) as u64);
                }
            }
            tally
        })
        .collect();
    tallies.into_iter().for_each(|piece| tally.merge(piece, |row| rows.line(row as usize)));
}

fn learn_shape(rows: &Rows, items: &Arena) -> Option<GoodsShape> {
    if rows.item.is_empty() {
        return None;
    }
    let counts = counted(rows.len(), items.len(), |row| {
        let code = rows.item[row] as usize;
        (code < items.len() && rows.reason(row).is_none()).then_some(code)
    });
    GoodsShape::learn(items.iter().map(str::trim).zip(counts).filter(|(_, rows)| *rows > 0))
}

/// Whether a price not above zero leaves a row out: not where most of the rows are so (views, free goods).
fn price_rule(price: Option<&Numbers>, sold: impl Fn(usize) -> bool + Sync) -> bool {
    let Some(price) = price else { return false };
    let one = |(row, price): (usize, &f64)| {
        let sold = sold(row);
        (u64::from(sold && !price.is_nan()), u64::from(sold && *price <= 0.0))
    };
    let none = || (0, 0);
    let (priced, free) =
        price.values.par_iter().enumerate().map(one).reduce(none, |one, other| (one.0 + other.0, one.1 + other.1));
    free * 2 <= priced
}
