//! The next items of each user, and why each.

use rayon::prelude::*;
use serde::Serialize;

use super::features::{CROWD, Candidates, FEATURES, OTHERS, Voices, candidates, common_candidates, top};
use super::known::Known;
use super::mixture::Mixture;
use super::simple;
use crate::observe::{Cancelled, Meter};

/// Users whose items are ranked before the next look whether to stop.
const BLOCK: usize = 512;

/// Why an item is recommended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Reason {
    /// The user took it before: on how many days, and how many days ago the last time.
    Repeat {
        /// Days on which they took it.
        times: usize,
        /// Days since the last.
        days_ago: f32,
    },
    /// Users who took what this one took have it too, or its words mean the like.
    Similar {
        /// The user's item that speaks loudest for it, as a number in [`super::Taken`]; none where only its words do.
        to: Option<u32>,
    },
    /// It is wanted by many now, or was at this season.
    Trending {
        /// Users who took it in the last 30 days.
        buyers: u32,
        /// Users who took it in the same window a year ago.
        year_ago: u32,
    },
}

/// An item recommended to a user.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommendation {
    /// The user's number.
    pub user: usize,
    /// From 1 on.
    pub rank: usize,
    /// The item's number in [`super::Taken`].
    pub item: u32,
    /// By the mixture the mean log-chance among the user's candidates; without one what `personal-frequency-recent` gives.
    pub score: f32,
    /// Why.
    pub reason: Reason,
}

/// What the mixture says of every item to a user into a row of the size of `past.items`: candidates first, the others
/// behind them by popularity.
pub fn mixed(known: &Known, mixture: &Mixture, candidates: Candidates, row: &mut [f32]) {
    simple::popular(&known.past, row);
    let most = row.iter().copied().fold(1.0, f32::max);
    row.iter_mut().for_each(|score| *score = -1e4 + *score / most);
    let columns = candidates.columns.clone();
    columns.iter().zip(mixture.score(candidates)).for_each(|(column, score)| row[*column as usize] = score);
}

/// The first `most` items of every user with a past, users ascending.
///
/// # Errors
/// A wish to stop.
pub fn next_items(
    known: &Known,
    mixture: Option<&Mixture>,
    days: i64,
    most: usize,
    meter: &mut Meter,
) -> Result<Vec<Recommendation>, Cancelled> {
    let common = common_candidates(known);
    let items = known.past.items.len();
    let users: Vec<usize> =
        (0..known.past.users.len()).filter(|user| !known.past.users[*user].own.is_empty()).collect();
    let mut all = Vec::new();
    for block in users.chunks(BLOCK) {
        let of_block: Vec<Vec<Recommendation>> = block
            .par_iter()
            .map_init(
                || (Voices::new(items), vec![0.0; items]),
                |(voices, row), user| of_user(known, mixture, (days, most), &common, *user, voices, row),
            )
            .collect();
        all.extend(of_block.into_iter().flatten());
        meter.advance(block.len() as u64)?;
    }
    Ok(all)
}

fn of_user(
    known: &Known,
    mixture: Option<&Mixture>,
    (days, most): (i64, usize),
    common: &[u32],
    user: usize,
    voices: &mut Voices,
    row: &mut [f32],
) -> Vec<Recommendation> {
    let offered = mixture.map(|_| {
        voices.hear(known, user);
        candidates(known, user, voices, common, days)
    });
    match mixture.zip(offered.as_ref()) {
        Some((mixture, offered)) => mixed(known, mixture, offered.clone(), row),
        None => simple::recent(&known.past, user, row),
    }
    let one = |(place, column): (usize, u32)| Recommendation {
        user,
        rank: place + 1,
        item: known.past.items[column as usize],
        score: row[column as usize],
        reason: reason(known, mixture.zip(offered.as_ref()), user, column),
    };
    top(row, most, |_| true).into_iter().enumerate().map(one).collect()
}

/// Why: an own item is a repeat; of another it is asked which loses the mixture more, what similar users and meaning say
/// of it or what everybody wants.
fn reason(known: &Known, mixed: Option<(&Mixture, &Candidates)>, user: usize, column: u32) -> Reason {
    let own = &known.past.users[user].own;
    if let Ok(place) = own.binary_search_by_key(&column, |own| own.column) {
        return Reason::Repeat { times: own[place].ages.len(), days_ago: own[place].ages[0] };
    }
    let demand = &known.past.demand[column as usize];
    let trending = Reason::Trending { buyers: demand.buyers[1] as u32, year_ago: demand.year_ago as u32 };
    let Some((mixture, offered)) = mixed else { return trending };
    let Ok(place) = offered.columns.binary_search(&column) else { return trending };
    let told = &offered.data[place * FEATURES..][..FEATURES];
    if mixture.loses(told, CROWD) >= mixture.loses(told, OTHERS) {
        return trending;
    }
    let loudest = known.neighbours.loudest(&known.past, user, column);
    Reason::Similar { to: loudest.map(|own| known.past.items[own as usize]) }
}
