//! Purchases called off right away: neither they nor their cancellations count.

use rayon::prelude::*;

use super::dictionary::ABSENT;
use super::rows::{Numbers, Rows};

/// How long after a purchase its cancellation may come, in microseconds: a day.
const RIGHT_AWAY: i64 = 24 * 3_600_000_000;

/// Which of the kept rows are purchases called off, and their cancellations.
///
/// A return calls off the row before it of the same user and item (or text, where the log has no items), in the order of
/// time and of the log, if that is a purchase of the same quantity and price and no more than a day older. A return
/// that comes later, or of another quantity, stays one: the purchase was meant. What somebody spent, net of returns, is the
/// same with and without them.
///
/// `order` are rows by user, time and place in the log; `kept` tells of purchases and returns that stay whether they are
/// returns, and nothing of other rows.
pub fn called_off(rows: &Rows, order: &[u32], kept: impl Fn(u32) -> Option<bool> + Sync) -> Vec<u32> {
    let item = |row: u32| rows.item.get(row as usize).copied().filter(|item| *item != ABSENT);
    let same = |one: u32, other: u32| match (item(one), item(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => rows.text[one as usize] == rows.text[other as usize],
        _ => false,
    };
    let quantity = |row: u32| {
        let own = rows.quantity.as_ref().map(|numbers| numbers.values[row as usize]);
        own.filter(|many| !many.is_nan()).unwrap_or(1.0).abs()
    };
    let money = |row: u32| {
        let one =
            |numbers: &Option<Numbers>| numbers.as_ref().map(|numbers| numbers.values[row as usize].abs().to_bits());
        (one(&rows.price), one(&rows.value))
    };
    let unknown = |row: u32| rows.value_unknown.binary_search(&row).is_ok();
    let (user, time) = (|row: u32| rows.user[row as usize], |row: u32| rows.time[row as usize]);
    let called_off = |(at, back): (usize, &u32)| {
        let back = *back;
        // Nobody knows whether as many came back as were bought.
        if kept(back) != Some(true) || unknown(back) {
            return None;
        }
        let earlier = order[..at].iter().rev().copied();
        let mut near = earlier.take_while(|row| user(*row) == user(back) && time(back) - time(*row) <= RIGHT_AWAY);
        let before = near.find(|row| same(*row, back) && kept(*row).is_some())?;
        let bought = kept(before) == Some(false)
            && !unknown(before)
            && quantity(before) == quantity(back)
            && money(before) == money(back);
        bought.then_some([before, back])
    };
    order.par_iter().enumerate().filter_map(called_off).flatten_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    /// Rows of one user: hour, item, quantity; below zero is a return. Answers those called off.
    fn off(lines: &[(i64, u32, f64)]) -> Vec<u32> {
        let rows = Rows {
            user: vec![0; lines.len()],
            time: lines.iter().map(|line| line.0 * HOUR).collect(),
            text: vec![0; lines.len()],
            item: lines.iter().map(|line| line.1).collect(),
            quantity: Some(Numbers { values: lines.iter().map(|line| line.2).collect(), any: true }),
            ..Rows::default()
        };
        let order: Vec<u32> = (0..lines.len() as u32).collect();
        let mut off = called_off(&rows, &order, |row| Some(lines[row as usize].2 < 0.0));
        off.sort_unstable();
        off
    }

    #[test]
    fn a_purchase_called_off_within_a_day_goes_with_its_cancellation() {
        assert_eq!(off(&[(0, 1, 80_995.0), (0, 2, 6.0), (1, 1, -80_995.0)]), [0, 2]);
        assert_eq!(off(&[(0, 1, 5.0), (24, 1, -5.0)]), [0, 1]);
    }

    #[test]
    fn another_price_is_another_matter() {
        let price = Some(Numbers { values: vec![2.5, 2.0], any: true });
        let quantity = Some(Numbers { values: vec![5.0, -5.0], any: true });
        let rows = Rows { user: vec![0; 2], time: vec![0; 2], text: vec![0; 2], price, quantity, ..Rows::default() };
        assert!(called_off(&rows, &[0, 1], |row| Some(row == 1)).is_empty());
    }

    #[test]
    fn what_came_back_later_or_in_part_or_after_something_else_stays_a_return() {
        assert!(off(&[(0, 1, 5.0), (25, 1, -5.0)]).is_empty(), "a day and more");
        assert!(off(&[(0, 1, 5.0), (1, 1, -3.0)]).is_empty(), "a part of it");
        assert!(off(&[(0, 1, 5.0), (1, 2, -5.0)]).is_empty(), "another item");
        assert!(off(&[(0, 1, 5.0), (1, 1, 7.0), (2, 1, -5.0)]).is_empty(), "bought again in between");
        assert!(off(&[(0, 1, -5.0), (1, 1, 5.0)]).is_empty(), "before the purchase");
        assert_eq!(off(&[(0, 1, 5.0), (1, 1, -5.0), (2, 1, -5.0)]), [0, 1], "once only");
    }
}
