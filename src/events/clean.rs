//! The cleaning rules, applied once the whole log is known.

use super::log::spelling;
use super::profile::{ABSENT, Profile};
use super::rows::{Numbers, RawTime, Rows};
use super::shapes::{GoodsShape, returns_prefix};
use super::tally::Tally;
use super::{EventsError, ReadOptions, Reason, Role, guess::Cast, times};
use crate::calendar::WallTime;

/// What stays of the log: places in [`Rows`], with their times.
pub struct Kept {
    pub events: Vec<(u32, WallTime)>,
    pub returns: Vec<(u32, WallTime)>,
    /// What the analyst should know about the rules that were applied.
    pub notes: Vec<String>,
}

/// Judges every row. Those left out go to the tally.
///
/// # Errors
/// A time column that cannot be read, or in two ways.
pub fn clean(
    rows: &Rows,
    profiles: &[Profile],
    cast: &Cast,
    options: &ReadOptions,
    tally: &mut Tally,
) -> Result<Kept, EventsError> {
    let mut notes = Vec::new();
    let times = row_times(rows, profiles, cast, options)?;
    let sound = |row: &usize| rows.fault[*row].is_none() && times[*row].is_ok();
    let names = |role| cast.of(role).map_or(&[][..], |at| profiles[at].names.as_slice());
    let (items, baskets) = (names(Role::Item), names(Role::Basket));

    let shape = learn_shape(rows, items, (0..rows.user.len()).filter(sound));
    if let Some(shape) = &shape {
        notes.push(format!("Goods are told by their codes: {}.", shape.words()));
    }
    let fits: Vec<bool> = items.iter().map(|code| shape.as_ref().is_none_or(|shape| shape.fits(code.trim()))).collect();

    let quantity = |row: usize| rows.quantity.as_ref().map_or(f64::NAN, |numbers| numbers.values[row]);
    let basket = |row: usize| rows.basket.get(row).and_then(|code| spelling(baskets, *code)).map(str::trim);
    let guessed = || {
        rows.quantity.as_ref()?;
        let marked = (0..rows.user.len()).filter(sound).filter_map(|row| Some((basket(row)?, quantity(row))));
        let prefix = returns_prefix(marked)?;
        notes.push(format!("Baskets that begin with `{prefix}` are returns: their quantities are below zero."));
        Some(prefix)
    };
    let prefix = options.returns_prefix.clone().filter(|prefix| !prefix.is_empty()).or_else(guessed);
    let returned: Vec<bool> = baskets
        .iter()
        .map(|name| prefix.as_ref().is_some_and(|prefix| name.trim().starts_with(prefix.as_str())))
        .collect();
    let is_return = |row: usize| {
        let marked = rows.basket.get(row).is_some_and(|code| returned.get(*code as usize) == Some(&true));
        marked || quantity(row) < 0.0
    };

    let priced = price_rule(rows.price.as_ref(), (0..rows.user.len()).filter(sound).filter(|row| !is_return(*row)));
    if rows.price.as_ref().is_some_and(|price| price.any) && !priced {
        notes.push("Most prices are not above zero, so a price of zero leaves no row out.".to_owned());
    }

    let mut kept = Kept { events: Vec::new(), returns: Vec::new(), notes };
    for (row, time) in times.into_iter().enumerate() {
        let returned = is_return(row);
        let goods = rows.item.get(row).is_none_or(|code| *code == ABSENT || fits[*code as usize]);
        let price = rows.price.as_ref().map_or(f64::NAN, |numbers| numbers.values[row]);
        let verdict = match (time, rows.fault[row]) {
            (Err(reason), _) | (Ok(_), Some(reason)) => Err(reason),
            _ if !goods => Err(Reason::NoGoods),
            _ if priced && !returned && price <= 0.0 => Err(Reason::NoPrice),
            (Ok(time), None) => Ok(time),
        };
        match verdict {
            Err(reason) => tally.reject(reason, rows.line[row]),
            Ok(time) if returned => kept.returns.push((row as u32, time)),
            Ok(time) => kept.events.push((row as u32, time)),
        }
    }
    Ok(kept)
}

/// Each row's time, or why it has none.
fn row_times(
    rows: &Rows,
    profiles: &[Profile],
    cast: &Cast,
    options: &ReadOptions,
) -> Result<Vec<Result<WallTime, Reason>>, EventsError> {
    let Some(column) = cast.of(Role::Time).map(|at| &profiles[at]) else { return Ok(Vec::new()) };
    let mut counts = vec![0_u64; column.names.len()];
    for time in &rows.time {
        if let RawTime::Written(code) = time {
            counts[*code as usize] += 1;
        }
    }
    let written: Vec<(&str, u64)> =
        column.names.iter().map(String::as_str).zip(counts.iter().copied()).filter(|(_, rows)| *rows > 0).collect();
    let known = rows.time.iter().any(|time| matches!(time, RawTime::Known(_)));
    // Rows that all lack a user say nothing about the time column; the account tells what is wrong then.
    let read = if (written.is_empty() && known) || rows.time.is_empty() {
        Vec::new()
    } else {
        times::read_all(&column.name, &written, options.time_format.as_deref())?
    };
    let mut read = read.into_iter();
    let by_code: Vec<Option<WallTime>> =
        counts.iter().map(|rows| if *rows > 0 { read.next().flatten() } else { None }).collect();
    let judged = |time: &RawTime| match time {
        RawTime::Absent => Err(Reason::NoTime),
        RawTime::Known(time) => Ok(*time),
        RawTime::Written(code) => by_code[*code as usize].ok_or(Reason::UnreadableTime),
    };
    Ok(rows.time.iter().map(judged).collect())
}

fn learn_shape(rows: &Rows, items: &[String], sound: impl Iterator<Item = usize>) -> Option<GoodsShape> {
    if rows.item.is_empty() {
        return None;
    }
    let mut counts = vec![0_u64; items.len()];
    for row in sound {
        if let Some(count) = counts.get_mut(rows.item[row] as usize) {
            *count += 1;
        }
    }
    GoodsShape::learn(items.iter().map(|code| code.trim()).zip(counts).filter(|(_, rows)| *rows > 0))
}

/// Whether a price not above zero leaves a row out: not where most of the rows are so (views, free goods).
fn price_rule(price: Option<&Numbers>, sold: impl Iterator<Item = usize>) -> bool {
    let Some(price) = price else { return false };
    let (mut priced, mut free) = (0_u64, 0_u64);
    for row in sold {
        priced += u64::from(!price.values[row].is_nan());
        free += u64::from(price.values[row] <= 0.0);
    }
    free * 2 <= priced
}
