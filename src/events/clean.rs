//! The cleaning rules, applied once the whole log is known.

use std::collections::HashSet;

use rayon::prelude::*;

use super::dictionary::{ABSENT, Arena};
use super::netting::called_off;
use super::order::{ordered, ranked};
use super::rows::{Numbers, Rows};
use super::shapes::{GoodsShape, returns_prefix};
use super::tally::Tally;
use super::times::{NO_TIME, UNREADABLE};
use super::{Meaning, ReadOptions, Reason, Role};

/// What stays of the log: places in [`Rows`], by user and time.
pub struct Kept {
    pub events: Vec<u32>,
    pub returns: Vec<u32>,
    /// All users' spellings, sorted.
    pub users: Vec<String>,
    /// For each number of a user in [`Rows`], its place in `users`.
    pub user_of: Vec<u32>,
    /// What the analyst should know about the rules that were applied.
    pub notes: Vec<String>,
    /// The rows left out and why, if they are to be written down.
    pub left_out: Vec<(u32, Reason)>,
}

/// Judges every row. Those left out go to the tally.
pub fn clean(rows: &mut Rows, options: &ReadOptions, tally: &mut Tally) -> Kept {
    let mut notes = Vec::new();
    let nothing = Arena::default();
    let (users, user_of) = ranked(rows.names(Role::User).unwrap_or(&nothing));
    let mut order = find_duplicates(rows, users.len(), &user_of);
    let sound = |row: &usize| rows.reason(*row).is_none();
    let names = |role| rows.names(role).unwrap_or(&nothing);
    let (items, baskets) = (names(Role::Item), names(Role::Basket));

    let shape = learn_shape(rows, items, (0..rows.len()).filter(sound));
    if let Some(shape) = &shape {
        notes.push(format!("Goods are told by their codes: {}.", shape.words()));
    }
    let fits: Vec<bool> = items.iter().map(|code| shape.as_ref().is_none_or(|shape| shape.fits(code.trim()))).collect();

    let quantity = |row: usize| rows.quantity.as_ref().map_or(f64::NAN, |numbers| numbers.values[row]);
    let basket =
        |row: usize| rows.basket.get(row).filter(|code| **code != ABSENT).map(|code| baskets.get(*code as usize));
    let guessed = || {
        rows.quantity.as_ref()?;
        let marked = (0..rows.len()).filter(sound).filter_map(|row| Some((basket(row)?.trim(), quantity(row))));
        let prefix = returns_prefix(marked)?;
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
    let weighs = |row: usize| kind(row).map_or(options.kind_weights.of("") > 0.0, |kind| kind.1);
    let is_return = |row: usize| {
        let marked = rows.basket.get(row).is_some_and(|code| returned.get(*code as usize) == Some(&true));
        marked || quantity(row) < 0.0 || means(row) == Some(Meaning::Return)
    };

    let priced = price_rule(rows.price.as_ref(), (0..rows.len()).filter(sound).filter(|row| !is_return(*row)));
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
    let off = if options.keep_called_off {
        HashSet::new()
    } else {
        let trades = |row: usize| rows.kind.is_empty() || means(row) == Some(Meaning::Purchase);
        called_off(rows, &order, |row| verdict(row as usize).ok().filter(|returned| *returned || trades(row as usize)))
    };
    let verdict = |row: usize| if off.contains(&(row as u32)) { Err(Reason::CalledOff) } else { verdict(row) };
    let mut left_out = Vec::new();
    for row in 0..rows.len() {
        if let Err(reason) = verdict(row) {
            tally.reject(reason, rows.line(row));
            if options.rejected.is_some() {
                left_out.push((row as u32, reason));
            }
        }
    }
    let returns: Vec<u32> = order.par_iter().copied().filter(|row| verdict(*row as usize) == Ok(true)).collect();
    order.retain(|row| verdict(*row as usize) == Ok(false));
    order.shrink_to_fit();
    Kept { events: order, returns, users, user_of, notes, left_out }
}

/// Puts the rows that can be kept in order and marks those that are equal to an earlier one.
fn find_duplicates(rows: &mut Rows, users: usize, user_of: &[u32]) -> Vec<u32> {
    let (order, again) = {
        let (user, time, hash) = (&rows.user, &rows.time, &rows.hash);
        let sound = |row: usize| rows.reason(row).is_none();
        let user_of = |row: usize| user_of[user[row] as usize];
        ordered(rows.len(), users, sound, user_of, |row| time[row as usize], |row| hash[row as usize])
    };
    again.into_iter().for_each(|row| rows.fault[row as usize] = Some(Reason::Duplicate));
    order
}

impl Rows {
    /// Why a row is left out before any rule about goods and prices.
    pub fn reason(&self, row: usize) -> Option<Reason> {
        match self.time.get(row) {
            _ if self.fault[row] == Some(Reason::FilteredOut) => Some(Reason::FilteredOut),
            _ if self.user[row] == ABSENT => Some(Reason::NoUser),
            None | Some(&NO_TIME) => Some(Reason::NoTime),
            Some(&UNREADABLE) => Some(Reason::UnreadableTime),
            Some(_) => self.fault[row],
        }
    }
}

fn learn_shape(rows: &Rows, items: &Arena, sound: impl Iterator<Item = usize>) -> Option<GoodsShape> {
    if rows.item.is_empty() {
        return None;
    }
    let mut counts = vec![0_u64; items.len()];
    for row in sound {
        if let Some(count) = counts.get_mut(rows.item[row] as usize) {
            *count += 1;
        }
    }
    GoodsShape::learn(items.iter().map(str::trim).zip(counts).filter(|(_, rows)| *rows > 0))
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
