//! What was taken in the window from a cut on.

use super::past::Past;
use super::taken::{Taken, plus_days};
use crate::calendar::WallTime;

/// By user the columns of what they took within `days` from the cut on, ascending, of the items in question. Users
/// without a take of any item before the cut have nothing here.
pub fn holdout(taken: &Taken, past: &Past, cut: WallTime, days: i64) -> Vec<Vec<u32>> {
    let end = plus_days(cut, days);
    let of_user = |user: usize| {
        let takes = &taken.takes[taken.rows(user)];
        if takes.first().is_none_or(|first| first.time >= cut) {
            return Vec::new();
        }
        let within = takes.iter().filter(|take| take.time >= cut && take.time < end);
        let mut columns: Vec<u32> =
            within.map(|take| past.column[take.item as usize]).filter(|column| *column != u32::MAX).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    };
    (0..taken.users()).map(of_user).collect()
}
