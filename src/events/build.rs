//! Kept rows → the event table: users and texts numbered by spelling, rows sorted by user and time.

use std::collections::HashMap;

use super::clean::Kept;
use super::guess::Cast;
use super::log::spelling;
use super::profile::{ABSENT, Profile};
use super::rows::Rows;
use super::{EventTable, Interned, Returns, Role, TextId, UserId};
use crate::calendar::WallTime;

/// Makes the table.
pub fn build(rows: &Rows, kept: &Kept, profiles: &[Profile], cast: &Cast) -> EventTable {
    let names = |role| cast.of(role).map_or(&[][..], |at| profiles[at].names.as_slice());
    let used: Vec<u32> = kept.events.iter().chain(&kept.returns).map(|(row, _)| *row).collect();
    let (users, user_of) = numbered(names(Role::User), used.iter().map(|row| rows.user[*row as usize]));
    let (texts, text_of) = numbered(&rows.texts, used.iter().map(|row| rows.text[*row as usize]));
    let user = |row: u32| UserId(user_of[rows.user[row as usize] as usize]);
    let text = |row: u32| TextId(text_of[rows.text[row as usize] as usize]);

    // A stable sort: events of one moment stay in the log's order.
    let sorted = |rows: &[(u32, WallTime)]| {
        let mut sorted = rows.to_vec();
        sorted.sort_by_key(|(row, time)| (user(*row), *time));
        sorted
    };
    let events = sorted(&kept.events);
    let returns = sorted(&kept.returns);

    let mut offsets = vec![0; users.len() + 1];
    events.iter().for_each(|(row, _)| offsets[user(*row).index() + 1] += 1);
    for at in 1..offsets.len() {
        offsets[at] += offsets[at - 1];
    }

    let quantity = rows.quantity.as_ref().filter(|numbers| numbers.any);
    // A log that counts nothing has one of each; what has no price is worth nothing.
    let quantity_of = |row: u32| quantity.map(|numbers| numbers.values[row as usize]).filter(|value| !value.is_nan());
    let price = rows.price.as_ref().filter(|numbers| numbers.any);
    let value = rows.value.as_ref().filter(|numbers| numbers.any);
    let value_of = |row: u32| {
        let own = value.map(|numbers| numbers.values[row as usize]);
        let product = price.map(|numbers| numbers.values[row as usize] * quantity_of(row).unwrap_or(1.0));
        own.filter(|value| !value.is_nan()).or(product).filter(|value| !value.is_nan()).unwrap_or(0.0)
    };
    let has_value = value.is_some() || price.is_some();
    let column = |role, codes: &[u32]| cast.of(role).map(|_| interned(names(role), codes, &events));

    EventTable {
        offsets,
        time: events.iter().map(|(_, time)| *time).collect(),
        text: events.iter().map(|(row, _)| text(*row)).collect(),
        quantity: quantity.map(|_| events.iter().map(|(row, _)| quantity_of(*row).unwrap_or(1.0) as f32).collect()),
        value: has_value.then(|| events.iter().map(|(row, _)| value_of(*row)).collect()),
        item: column(Role::Item, &rows.item),
        basket: column(Role::Basket, &rows.basket),
        kind: column(Role::Kind, &rows.kind),
        category: column(Role::Category, &rows.category),
        returns: Returns {
            user: returns.iter().map(|(row, _)| user(*row)).collect(),
            time: returns.iter().map(|(_, time)| *time).collect(),
            text: returns.iter().map(|(row, _)| text(*row)).collect(),
            value: returns.iter().map(|(row, _)| if has_value { value_of(*row).abs() } else { 0.0 }).collect(),
        },
        users,
        texts,
    }
}

/// The trimmed names in use, sorted, and for every code its name's number among them.
fn numbered(names: &[String], used: impl Iterator<Item = u32>) -> (Vec<String>, Vec<u32>) {
    let mut in_use = vec![false; names.len()];
    used.for_each(|code| in_use[code as usize] = true);
    let mut sorted: Vec<&str> =
        names.iter().zip(&in_use).filter(|(_, used)| **used).map(|(name, _)| name.trim()).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let number = |(name, used): (&String, &bool)| {
        let at = if *used { sorted.binary_search(&name.trim()).ok() } else { None };
        at.map_or(ABSENT, |at| at as u32)
    };
    let number_of = names.iter().zip(&in_use).map(number).collect();
    (sorted.into_iter().map(str::to_owned).collect(), number_of)
}

/// A column of the events, its words numbered by first appearance.
fn interned(names: &[String], codes: &[u32], events: &[(u32, WallTime)]) -> Interned {
    let mut by_code: Vec<Option<u32>> = vec![None; names.len()];
    let mut by_name: HashMap<&str, u32> = HashMap::new();
    let mut column = Interned { names: Vec::new(), codes: Vec::with_capacity(events.len()) };
    for (row, _) in events {
        let code = codes[*row as usize];
        let Some(name) = spelling(names, code).map(str::trim).filter(|name| !name.is_empty()) else {
            column.codes.push(Interned::NONE);
            continue;
        };
        let number = *by_code[code as usize].get_or_insert_with(|| {
            let next = column.names.len() as u32;
            *by_name.entry(name).or_insert_with(|| {
                column.names.push(name.to_owned());
                next
            })
        });
        column.codes.push(number);
    }
    column
}
