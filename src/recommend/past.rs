//! What is known at a cut: every user's items with how long ago each was taken, and how much each item is wanted.

use super::taken::{Taken, days};
use crate::calendar::WallTime;

/// An item that a user has taken before the cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    /// The item's column in [`Past::items`].
    pub column: u32,
    /// How many days before the cut each day with it was, the latest first.
    pub ages: Vec<f32>,
}

/// One user before the cut.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserPast {
    /// What they took, by column.
    pub own: Vec<Own>,
    /// How many days before the cut each of their baskets was, the latest first, and the columns in it.
    pub baskets: Vec<(f32, Vec<u32>)>,
}

/// How much an item is wanted by everybody.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Demand {
    /// Users who took it in the last 7, 30, 90 and 365 days.
    pub buyers: [f32; 4],
    /// Users who ever took it.
    pub ever: f32,
    /// Rows with it in the last 30 days.
    pub rows_30: f32,
    /// Users who took it in the same window a year ago.
    pub year_ago: f32,
    /// Days since anybody took it.
    pub idle: f32,
    /// Of pairs of user and item known 90 days ago, the part taken again since; shrunk towards that of all items.
    pub again: f32,
    /// The middle number of days between two takes by the same user; that of all items where none took it twice.
    pub gap: f32,
}

/// The days of [`Demand::buyers`].
pub const WINDOWS: [f32; 4] = [7.0, 30.0, 90.0, 365.0];
/// Pairs that speak beforehand for the usual part taken again.
const SHRINK: f32 = 20.0;
/// Days back to where it is asked what is taken again.
const AGAIN: f32 = 90.0;

/// All that is known at a cut. Nothing at or after it is looked at.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The items in question: those with enough buyers before the cut, as numbers in [`Taken`].
    pub items: Vec<u32>,
    /// Each item's column here, by its number in [`Taken`]; `u32::MAX` for those left out.
    pub column: Vec<u32>,
    /// By user.
    pub users: Vec<UserPast>,
    /// By column.
    pub demand: Vec<Demand>,
    /// Who took each item, by column, users ascending.
    pub takers: Vec<Vec<u32>>,
}

impl Past {
    /// What is known at `cut` of items that at least `fewest` users took before; seasons are looked up for a window of
    /// `window` days from the cut.
    pub fn at(taken: &Taken, cut: WallTime, fewest: usize, window: i64) -> Self {
        let before = |user: usize| taken.takes[taken.rows(user)].iter().filter(move |take| take.time < cut);
        let mut takers: Vec<Vec<u32>> = vec![Vec::new(); taken.items.len()];
        for user in 0..taken.users() {
            for take in before(user) {
                let takers = &mut takers[take.item as usize];
                if takers.last() != Some(&(user as u32)) {
                    takers.push(user as u32);
                }
            }
        }
        let items: Vec<u32> = (0..taken.items.len())
            .filter(|item| takers[*item].len() >= fewest.max(1))
            .map(|item| item as u32)
            .collect();
        let mut column = vec![u32::MAX; taken.items.len()];
        items.iter().enumerate().for_each(|(place, item)| column[*item as usize] = place as u32);
        let takers = items.iter().map(|item| std::mem::take(&mut takers[*item as usize])).collect();

        let mut past = Self { users: Vec::new(), demand: vec![Demand::default(); items.len()], items, column, takers };
        let mut gaps: Vec<Vec<f32>> = vec![Vec::new(); past.items.len()];
        let mut again = vec![(0.0, 0.0); past.items.len()];
        past.demand.iter_mut().for_each(|demand| demand.idle = f32::MAX);
        for user in 0..taken.users() {
            let mut known = UserPast::default();
            let mut found: Vec<(u32, f32, u32, i64)> = Vec::new();
            for take in before(user) {
                let column = past.column[take.item as usize];
                if column == u32::MAX {
                    continue;
                }
                let age = days(take.time, cut);
                if age <= WINDOWS[1] {
                    past.demand[column as usize].rows_30 += 1.0;
                }
                found.push((column, age, take.basket, take.time.day()));
            }
            let mut by_basket = found.clone();
            by_basket.sort_by_key(|of| (of.2, of.0));
            for basket in by_basket.chunk_by(|a, b| a.2 == b.2) {
                let mut columns: Vec<u32> = basket.iter().map(|(column, ..)| *column).collect();
                columns.dedup();
                known.baskets.push((basket[0].1, columns));
            }
            known.baskets.sort_by(|a, b| a.0.total_cmp(&b.0));
            found.sort_by(|a, b| (a.0, a.3).cmp(&(b.0, b.3)).then(a.1.total_cmp(&b.1)));
            found.dedup_by_key(|(column, _, _, day)| (*column, *day));
            for of_item in found.chunk_by(|a, b| a.0 == b.0) {
                let column = of_item[0].0;
                let mut ages: Vec<f32> = of_item.iter().map(|(_, age, ..)| *age).collect();
                ages.sort_by(f32::total_cmp);
                past.demand[column as usize].count(&ages, window as f32);
                gaps[column as usize].extend(ages.windows(2).map(|pair| pair[1] - pair[0]));
                if ages.last().is_some_and(|first| *first > AGAIN) {
                    let (pairs, repeated) = &mut again[column as usize];
                    *pairs += 1.0;
                    *repeated += f32::from(u8::from(ages[0] <= AGAIN));
                }
                known.own.push(Own { column, ages });
            }
            past.users.push(known);
        }
        past.finish(gaps, &again);
        past
    }

    /// Fills in what is shrunk towards all items.
    fn finish(&mut self, gaps: Vec<Vec<f32>>, again: &[(f32, f32)]) {
        let (pairs, repeated) = again.iter().fold((1.0, 0.0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
        let usual = repeated / pairs;
        let mut all: Vec<f32> = gaps.iter().flatten().copied().collect();
        let usual_gap = middle(&mut all).unwrap_or(AGAIN);
        for ((demand, mut gaps), (pairs, repeated)) in self.demand.iter_mut().zip(gaps).zip(again) {
            demand.again = (repeated + SHRINK * usual) / (pairs + SHRINK);
            demand.gap = middle(&mut gaps).unwrap_or(usual_gap);
        }
    }
}

impl Demand {
    /// Counts one user with these ages.
    fn count(&mut self, ages: &[f32], window: f32) {
        self.ever += 1.0;
        self.idle = self.idle.min(ages[0]);
        for (count, days) in self.buyers.iter_mut().zip(WINDOWS) {
            *count += f32::from(u8::from(ages[0] <= days));
        }
        let then = |age: &f32| *age <= 365.0 && *age > 365.0 - window;
        self.year_ago += f32::from(u8::from(ages.iter().any(then)));
    }
}

fn middle(numbers: &mut [f32]) -> Option<f32> {
    numbers.sort_by(f32::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}
