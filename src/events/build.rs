//! Kept rows → the event table, column by column; what a column was made of is given back before the next.

use std::collections::HashMap;

use rayon::prelude::*;

use super::clean::Kept;
use super::dictionary::{ABSENT, Arena};
use super::order::ranked;
use super::rows::Rows;
use super::{EventTable, Interned, Returns, Role, TextId, UserId};
use crate::calendar::WallTime;

/// Makes the table.
pub fn build(mut rows: Rows, kept: Kept) -> EventTable {
    let Kept { events, returns, users, user_of, .. } = kept;
    rows.hash = Vec::new();
    rows.fault = Vec::new();
    rows.lines = Vec::new();
    let user = |row: u32| user_of[rows.user[row as usize] as usize];
    let (users, new_user) = used(users, events.iter().chain(&returns).map(|row| user(*row)));
    let mut offsets = vec![0; users.len() + 1];
    events.iter().for_each(|row| offsets[new_user[user(*row) as usize] as usize + 1] += 1);
    for at in 1..offsets.len() {
        offsets[at] += offsets[at - 1];
    }
    let return_users = returns.iter().map(|row| UserId(new_user[user(*row) as usize])).collect();
    rows.user = Vec::new();

    let (texts, text_of) = ranked(&std::mem::take(&mut rows.texts));
    let text = |row: u32| text_of[rows.text[row as usize] as usize];
    let (texts, new_text) = used(texts, events.iter().chain(&returns).map(|row| text(*row)));
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
    let [item, basket, kind, category] =
        columns.map(|(role, codes)| rows.names.remove(&role).map(|names| interned(&names, codes, &events)));
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
    let back = returns.iter().map(|row| if has_value { value_of(*row).abs() } else { 0.0 }).collect();
    (quantities, values, back)
}

/// Of sorted names those in use, and for each name its new number.
fn used(names: Vec<String>, numbers: impl Iterator<Item = u32>) -> (Vec<String>, Vec<u32>) {
    let mut in_use = vec![false; names.len()];
    numbers.for_each(|number| in_use[number as usize] = true);
    let mut next = 0;
    let number = |used: &bool| {
        next += u32::from(*used);
        if *used { next - 1 } else { ABSENT }
    };
    let new = in_use.iter().map(number).collect();
    (names.into_iter().zip(&in_use).filter(|(_, used)| **used).map(|(name, _)| name).collect(), new)
}

/// A column of the events, its words numbered by first appearance.
fn interned(names: &Arena, codes: Vec<u32>, events: &[u32]) -> Interned {
    let mut by_code: Vec<Option<u32>> = vec![None; names.len()];
    let mut by_name: HashMap<&str, u32> = HashMap::new();
    let mut column = Interned { names: Vec::new(), codes: Vec::with_capacity(events.len()) };
    for row in events {
        let code = codes[*row as usize];
        let name = if code == ABSENT { "" } else { names.get(code as usize).trim() };
        if name.is_empty() {
            column.codes.push(Interned::NONE);
            continue;
        }
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
