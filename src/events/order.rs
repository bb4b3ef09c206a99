//! Rows in the order of users and times, and the duplicates among them.

use std::collections::HashSet;

use rayon::prelude::*;

use super::dictionary::{ABSENT, Arena};

/// Rows that are sorted as one piece of work.
const PIECE: usize = 1 << 15;
/// A moment with more rows than this has its duplicates found by a table.
const FEW: usize = 16;

/// Numbers names in the order of their spelling. Answers the spellings, and each name's number; names that differ in
/// nothing but outer spaces share one.
pub fn ranked(names: &Arena) -> (Vec<String>, Vec<u32>) {
    let trimmed = |at: u32| names.get(at as usize).trim();
    // The first letters settle most comparisons without a look at the names, which lie far apart.
    let mut by_spelling: Vec<(u64, u32)> =
        (0..names.len() as u32).into_par_iter().map(|at| (first_letters(trimmed(at)), at)).collect();
    by_spelling.par_sort_unstable_by(|(letters, at), (others, other)| {
        letters.cmp(others).then_with(|| (trimmed(*at), at).cmp(&(trimmed(*other), other)))
    });
    let mut spelled: Vec<String> = Vec::with_capacity(names.len());
    let mut rank_of = vec![ABSENT; names.len()];
    for (_, at) in by_spelling {
        let name = trimmed(at);
        if spelled.last().is_none_or(|last| last != name) {
            spelled.push(name.to_owned());
        }
        rank_of[at as usize] = spelled.len() as u32 - 1;
    }
    (spelled, rank_of)
}

/// The first eight bytes of a name, as a number in the same order.
fn first_letters(name: &str) -> u64 {
    let mut letters = [0; 8];
    let count = name.len().min(8);
    letters[..count].copy_from_slice(&name.as_bytes()[..count]);
    u64::from_be_bytes(letters)
}

/// The rows that are `sound`, by user, then time, then place in the log. `user` gives the number of a row's user, of
/// `users` in all. Also the rows that are equal to an earlier one.
pub fn ordered(
    rows: usize,
    users: usize,
    sound: impl Fn(usize) -> bool,
    user: impl Fn(usize) -> u32,
    time: impl Fn(u32) -> i64 + Sync,
    hash: impl Fn(u32) -> u64 + Sync,
) -> (Vec<u32>, Vec<u32>) {
    let mut ends = vec![0_u32; users + 1];
    let mut count = 0;
    for row in (0..rows).filter(|row| sound(*row)) {
        ends[user(row) as usize + 1] += 1;
        count += 1;
    }
    for at in 1..ends.len() {
        ends[at] += ends[at - 1];
    }
    // Each user's beginning, moved on to its end as the rows are put in place.
    let mut order = vec![0_u32; count];
    for row in (0..rows).filter(|row| sound(*row)) {
        let place = &mut ends[user(row) as usize];
        order[*place as usize] = row as u32;
        *place += 1;
    }
    let mut pieces: Vec<(&mut [u32], &[u32], usize)> = Vec::new();
    let (mut rest, mut begun, mut first_user) = (order.as_mut_slice(), 0_usize, 0_usize);
    for at in 0..users {
        let end = ends[at] as usize;
        if end - begun >= PIECE || at + 1 == users {
            let (piece, later) = rest.split_at_mut(end - begun);
            pieces.push((piece, &ends[first_user..=at], begun));
            (rest, begun, first_user) = (later, end, at + 1);
        }
    }
    let again: Vec<Vec<u32>> = pieces
        .into_par_iter()
        .map(|(piece, ends, begun)| {
            let mut again = Vec::new();
            let mut rest = piece;
            let mut from = begun;
            for end in ends {
                let (rows, later) = rest.split_at_mut(*end as usize - from);
                if !rows.is_sorted_by_key(|row| (time(*row), *row)) {
                    rows.sort_unstable_by_key(|row| (time(*row), *row));
                }
                rows.chunk_by(|one, next| time(*one) == time(*next))
                    .for_each(|moment| repeated(moment, &hash, &mut again));
                (rest, from) = (later, *end as usize);
            }
            again
        })
        .collect();
    (order, again.into_iter().flatten().collect())
}

/// Of one user's rows of one moment, those equal to an earlier one.
fn repeated(moment: &[u32], hash: impl Fn(u32) -> u64, again: &mut Vec<u32>) {
    if moment.len() <= FEW {
        for (at, row) in moment.iter().enumerate().skip(1) {
            let own = hash(*row);
            if moment[..at].iter().any(|earlier| hash(*earlier) == own) {
                again.push(*row);
            }
        }
    } else {
        let mut seen = HashSet::with_capacity(moment.len());
        again.extend(moment.iter().filter(|row| !seen.insert(hash(**row))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arena(names: &[&str]) -> Arena {
        let mut arena = Arena::default();
        names.iter().for_each(|name| arena.push(name));
        arena
    }

    #[test]
    fn names_are_numbered_by_their_spelling() {
        let (spelled, rank) = ranked(&arena(&["b", " a", "c", "a"]));
        assert_eq!(spelled, ["a", "b", "c"]);
        assert_eq!(rank, [1, 0, 2, 0]);
        let long = ["customer 10", "", "customer 1", "customer\0", "customer", "é", "\u{10ffff}"];
        let mut sorted = long;
        sorted.sort_unstable();
        assert_eq!(ranked(&arena(&long)).0, sorted, "beyond the first letters too");
    }

    #[test]
    fn rows_are_sorted_by_user_and_time_and_equal_ones_found() {
        let user = [1, 0, 1, 1, 0, 1];
        let time = [5, 9, 3, 5, 2, 5];
        let hash = [7, 1, 2, 8, 3, 7];
        let sorted = ordered(6, 2, |row| row != 1, |row| user[row], |row| time[row as usize], |row| hash[row as usize]);
        assert_eq!(sorted, (vec![4, 2, 0, 3, 5], vec![5]));
    }

    #[test]
    fn many_rows_of_one_moment_are_compared_all_the_same() {
        let (order, again) = ordered(100, 1, |_| true, |_| 0, |_| 4, |row| u64::from(row % 40));
        assert_eq!(order.len(), 100);
        assert_eq!(again, (40..100).collect::<Vec<_>>());
    }
}
