//! Kept rows → the event table, column by column; what a column was made of is given back before the next.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use rayon::prelude::*;

use super::clean::Kept;
use super::dictionary::{ABSENT, Arena};
use super::order::ranked;
use super::pieces::piece;
use super::rows::Rows;
use super::{EventTable, Interned, Returns, Role, TextId, UserId};
use crate::calendar::WallTime;

/// A name that no event had so far.
const UNMET: u32 = u32::MAX - 1;

/// Makes the table.
pub fn build(mut rows: Rows, kept: Kept) -> EventTable {
    let Kept { events, returns, users, user_of, .. } = kept;
    rows.hash = Vec::new();
    rows.fault = Vec::new();
    rows.lines = Vec::new();
    let user = |row: u32| user_of[rows.user[row as usize] as usize];
    let (users, new_user) = used(users, [&events, &returns], user);
    let offsets = offsets(&events, users.len(), |row| new_user[user(row) as usize]);
    let return_users = returns.iter().map(|row| UserId(new_user[user(*row) as usize])).collect();
    rows.user = Vec::new();

    let (texts, text_of) = ranked(&std::mem::take(&mut rows.texts));
    let text = |row: u32| text_of[rows.text[row as usize] as usize];
    let (texts, new_text) = used(texts, [&events, &returns], text);
    let text_column = |of: &[u32]| of.par_iter().map(|row| TextId(new_text[text(*row) as usize])).collect();
    let (event_texts, return_texts) = (text_column(&events), text_column(&returns));
    rows.text = Vec::new();

    let time_column = |of: &[u32]| of.par_iter().map(|row| WallTime(rows.time[*row as usize])).collect();
    let (time, return_times) = (time_column(&events), time_column(&returns));
    rows.time = Vec::new();

    let (quantity, value, return_values) = worth(&mut rows, &events, &returns);
    let columns = [
        (Role::Item, std::mem::take(&mut rows.item)),
        (Role::Basket, std::mem::take(&mut rows.basket)),
        (Role::Kind, std::mem::take(&mut rows.kind)),
        (Role::Category, std::mem::take(&mut rows.category)),
    ];
    let named: Vec<(Option<Arena>, Vec<u32>)> =
        columns.into_iter().map(|(role, codes)| (rows.names.remove(&role), codes)).collect();
    let mut interned: Vec<Option<Interned>> =
        named.into_par_iter().map(|(names, codes)| names.map(|names| interned(&names, codes, &events))).collect();
    let mut next = || interned.pop().flatten();
    let (category, kind, basket, item) = (next(), next(), next(), next());
    EventTable {
        users,
        texts,
        offsets,
        time,
        text: event_texts,
        quantity,
        value,
        item,
        basket,
        kind,
        kind_weights: Vec::new(),
        category,
        returns: Returns { user: return_users, time: return_times, text: return_texts, value: return_values },
        covers: (None, None),
    }
}

/// The quantities and values of the events, and the values of the returns.
fn worth(rows: &mut Rows, events: &[u32], returns: &[u32]) -> (Option<Vec<f32>>, Option<Vec<f64>>, Vec<f64>) {
    let some = |numbers: &mut Option<super::rows::Numbers>| numbers.take().filter(|numbers| numbers.any);
    let (quantity, price, value) = (some(&mut rows.quantity), some(&mut rows.price), some(&mut rows.value));
    // A log that counts nothing has one of each; what has no price is worth nothing.
    let quantity_of =
        |row: u32| quantity.as_ref().map(|numbers| numbers.values[row as usize]).filter(|value| !value.is_nan());
    let value_of = |row: u32| {
        let own = value.as_ref().map(|numbers| numbers.values[row as usize]);
        let product = price.as_ref().map(|numbers| numbers.values[row as usize] * quantity_of(row).unwrap_or(1.0));
        own.filter(|value| !value.is_nan()).or(product).filter(|value| !value.is_nan()).unwrap_or(0.0)
    };
    let has_value = value.is_some() || price.is_some();
    let quantities =
        quantity.is_some().then(|| events.par_iter().map(|row| quantity_of(*row).unwrap_or(1.0) as f32).collect());
    let values = has_value.then(|| events.par_iter().map(|row| value_of(*row)).collect());
    let back = returns.par_iter().map(|row| if has_value { value_of(*row).abs() } else { 0.0 }).collect();
    (quantities, values, back)
}

/// Of sorted names those in use by rows, and for each name its new number. `number` tells a row's name.
fn used(names: Vec<String>, rows: [&[u32]; 2], number: impl Fn(u32) -> u32 + Sync) -> (Vec<String>, Vec<u32>) {
    let in_use: Vec<AtomicBool> = names.iter().map(|_| AtomicBool::new(false)).collect();
    rows.into_par_iter().flatten().for_each(|row| {
        let used = &in_use[number(*row) as usize];
        // Most are known, and what is only looked at stays with every core.
        if !used.load(Relaxed) {
            used.store(true, Relaxed);
        }
    });
    let mut next = 0;
    let number = |used: &AtomicBool| {
        let used = used.load(Relaxed);
        next += u32::from(used);
        if used { next - 1 } else { ABSENT }
    };
    let new: Vec<u32> = in_use.iter().map(number).collect();
    (names.into_iter().zip(&new).filter(|(_, new)| **new != ABSENT).map(|(name, _)| name).collect(), new)
}

/// Where each user's events begin; they are in the order of users.
fn offsets(events: &[u32], users: usize, user: impl Fn(u32) -> u32 + Sync) -> Vec<usize> {
    let runs: Vec<Vec<(u32, usize)>> = events
        .par_chunks(piece(events.len()))
        .map(|rows| {
            let mut runs: Vec<(u32, usize)> = Vec::new();
            for own in rows.iter().map(|row| user(*row)) {
                match runs.last_mut() {
                    Some((last, events)) if *last == own => *events += 1,
                    _ => runs.push((own, 1)),
                }
            }
            runs
        })
        .collect();
    let mut offsets = vec![0; users + 1];
    runs.into_iter().flatten().for_each(|(user, events)| offsets[user as usize + 1] += events);
    for at in 1..offsets.len() {
        offsets[at] += offsets[at - 1];
    }
    offsets
}

/// A column of the events, its words numbered by first appearance.
fn interned(names: &Arena, codes: Vec<u32>, events: &[u32]) -> Interned {
    let mut column = Interned { names: Vec::new(), codes: Vec::new() };
    events.par_iter().map(|row| codes[*row as usize]).collect_into_vec(&mut column.codes);
    drop(codes);
    // Each name's number; names that differ in nothing but outer spaces share one.
    let mut number_of = vec![UNMET; names.len()];
    let mut spaced: HashMap<&str, u32> = HashMap::new();
    let any_spaces = names.iter().any(|name| name.trim().len() < name.len());
    let mut number = |code: u32| {
        let name = names.get(code as usize).trim();
        if name.is_empty() {
            return Interned::NONE;
        }
        let next = column.names.len() as u32;
        let number = if any_spaces { *spaced.entry(name).or_insert(next) } else { next };
        if number == next {
            column.names.push(name.to_owned());
        }
        number
    };
    for code in &mut column.codes {
        *code = match number_of.get_mut(*code as usize) {
            None => Interned::NONE,
            Some(known) => {
                if *known == UNMET {
                    *known = number(*code);
                }
                *known
            }
        };
    }
    column
}
