//! Where the log begins and ends, as the analyst says or as its rows show: the rows outside are left out.

use std::collections::HashMap;

use jiff::civil::Date;
use rayon::prelude::*;

use super::pieces::piece;
use super::reach::{Doubt, reach, written};
use super::rows::Rows;
use super::{ReadOptions, Reason};
use crate::calendar::WallTime;

/// How many rows are named.
const NAMED: usize = 5;

/// Leaves out the rows before the log's first day and after its last. Answers what there is to say about it, with the
/// rows left out because nobody said so first.
pub fn leave_out_far(rows: &mut Rows, options: &ReadOptions) -> (Vec<String>, Vec<String>) {
    let said = (options.first.map(day_of), options.last.map(day_of));
    let days = days_with_rows(rows);
    let Some(found) = reach(&days) else { return (Vec::new(), Vec::new()) };
    let (first, last) = (said.0.unwrap_or(found.first), said.1.unwrap_or(found.last));
    let (mut told, mut notes) = (Vec::new(), Vec::new());
    if days.first().is_some_and(|day| day.0 < first) || days.last().is_some_and(|day| day.0 > last) {
        let far: Vec<(usize, i64)> = (0..rows.len())
            .into_par_iter()
            .filter(|row| rows.reason(*row).is_none())
            .map(|row| (row, WallTime(rows.time[row]).day()))
            .filter(|(_, day)| *day < first || *day > last)
            .collect();
        let unsaid = |(_, day): &&(usize, i64)| (*day < first && said.0.is_none()) || (*day > last && said.1.is_none());
        let unsaid: Vec<(usize, i64)> = far.iter().filter(unsaid).copied().collect();
        told.extend(words_of_far(rows, &unsaid, &days, first, last));
        far.iter().for_each(|(row, _)| rows.fault[*row] = Some(Reason::FarInTime));
    }
    let open = |doubt: &&Doubt| if doubt.last < doubt.nearest { said.0.is_none() } else { said.1.is_none() };
    notes.extend(found.doubts.iter().filter(open).map(words_of_doubt));
    (told, notes)
}

/// A date as a day since 1970.
pub fn day_of(date: Date) -> i64 {
    WallTime::from_datetime(date.at(0, 0, 0, 0)).day()
}

/// The days with rows that nothing is wrong with, ascending, and how many each has.
fn days_with_rows(rows: &Rows) -> Vec<(i64, u64)> {
    let size = piece(rows.len());
    let of_piece = |at: usize| {
        let mut days: HashMap<i64, u64> = HashMap::new();
        // Rows of a day mostly stand together.
        let (mut now, mut count) = (0, 0);
        let own = at * size..rows.len().min((at + 1) * size);
        for row in own.filter(|row| rows.reason(*row).is_none()) {
            let day = WallTime(rows.time[row]).day();
            if day != now {
                *days.entry(now).or_default() += std::mem::take(&mut count);
                now = day;
            }
            count += 1;
        }
        *days.entry(now).or_default() += count;
        days
    };
    let pieces: Vec<HashMap<i64, u64>> = (0..rows.len().div_ceil(size)).into_par_iter().map(of_piece).collect();
    let mut all: HashMap<i64, u64> = HashMap::new();
    pieces.into_iter().flatten().for_each(|(day, count)| *all.entry(day).or_default() += count);
    let mut days: Vec<(i64, u64)> = all.into_iter().filter(|(_, count)| *count > 0).collect();
    days.sort_unstable();
    days
}

/// What is said of the rows that are left out because they lie far from all others.
fn words_of_far(rows: &Rows, far: &[(usize, i64)], days: &[(i64, u64)], first: i64, last: i64) -> Option<String> {
    let (count, earliest, latest) = (far.len(), days.first()?.0, days.last()?.0);
    let mut named: Vec<String> =
        far.iter().take(NAMED).map(|(row, day)| format!("line {} ({})", rows.line(*row), written(*day))).collect();
    if count > NAMED {
        named.push(format!("{} more", count - NAMED));
    }
    let last_named = named.pop()?;
    let named = if named.is_empty() { last_named } else { format!("{} and {last_named}", named.join(", ")) };
    let mut keep = Vec::new();
    if far.iter().any(|(_, day)| *day < first) {
        keep.push(format!("--first {}", written(earliest)));
    }
    if far.iter().any(|(_, day)| *day > last) {
        keep.push(format!("--last {}", written(latest)));
    }
    let (lie, are, them) = if count == 1 { ("row lies", "is", "it") } else { ("rows lie", "are", "them") };
    Some(format!(
        "{count} {lie} far from all others in time and {are} left out: {named}. All others lie between {} and {}. To \
         keep {them}, say where the log begins and ends: {}.",
        written(first),
        written(last),
        keep.join(" ")
    ))
}

/// What is said of rows that stay although they are far off.
fn words_of_doubt(doubt: &Doubt) -> String {
    let Doubt { rows, first, last, gap, nearest } = *doubt;
    let (at, flag, end) = if last < nearest { ("before", "--first", "begins") } else { ("after", "--last", "ends") };
    let (lies, they) = if rows == 1 { ("row lies", "it does") } else { ("rows lie", "they do") };
    let when =
        if first == last { written(first).to_string() } else { format!("{} to {}", written(first), written(last)) };
    format!(
        "{rows} {lies} {gap} days {at} all others ({when}) and stay, as that may be. If {they} not belong to the log, \
         say where it {end}: {flag} {}.",
        written(nearest)
    )
}
