//! TIFU-KNN: a user's items by how often and how lately, beside those of the users most alike (Hu, He, Gao & Zhang 2020,
//! "Modeling personalized item frequency information for next-basket recommendation", with the settings of its paper).

use super::past::{Past, UserPast};

/// Groups that a user's baskets are parted into.
const GROUPS: usize = 7;
/// What a basket counts beside the next one in its group, and a group beside the next.
const WITHIN: f32 = 0.9;
const BETWEEN: f32 = 0.7;
/// Users most alike who have a say.
const NEIGHBOURS: usize = 300;
/// How much the user's own items count.
const OWN: f32 = 0.7;
/// Users among whom neighbours are looked for: those who came last.
const MOST_USERS: usize = 20_000;

/// Every user's items by frequency, and where to find who has an item.
#[derive(Clone, Debug, Default)]
pub struct TifuKnn {
    /// By user: column and weight, columns ascending.
    users: Vec<Vec<(u32, f32)>>,
    /// By user the sum of squares.
    norms: Vec<f32>,
    /// Users among whom neighbours are looked for.
    pool: Vec<u32>,
    /// By column: place in the pool and weight.
    by_item: Vec<Vec<(u32, f32)>>,
}

impl TifuKnn {
    /// Gathers everybody's items.
    pub fn of(past: &Past) -> Self {
        let users: Vec<Vec<(u32, f32)>> = past.users.iter().map(frequencies).collect();
        let norms = users.iter().map(|items| items.iter().map(|(_, weight)| weight * weight).sum()).collect();
        let mut pool: Vec<u32> = (0..users.len() as u32).filter(|user| !users[*user as usize].is_empty()).collect();
        let last = |user: u32| past.users[user as usize].baskets.first().map_or(f32::MAX, |basket| basket.0);
        pool.sort_by(|a, b| last(*a).total_cmp(&last(*b)).then(a.cmp(b)));
        pool.truncate(MOST_USERS);
        pool.sort_unstable();
        let mut by_item = vec![Vec::new(); past.items.len()];
        for (place, user) in pool.iter().enumerate() {
            for (column, weight) in &users[*user as usize] {
                by_item[*column as usize].push((place as u32, *weight));
            }
        }
        Self { users, norms, pool, by_item }
    }

    /// Scores every item for a user into a row of the size of `past.items`; answers the share of the neighbours.
    pub fn score(&self, user: usize, row: &mut [f32]) {
        row.fill(0.0);
        let own = &self.users[user];
        let mut common = vec![0.0_f32; self.pool.len()];
        for (column, weight) in own {
            for (place, other) in &self.by_item[*column as usize] {
                common[*place as usize] += weight * other;
            }
        }
        let mut near: Vec<(f32, u32)> = (self.pool.iter().zip(&common))
            .filter(|(other, _)| **other as usize != user)
            .map(|(other, common)| (self.norms[user] + self.norms[*other as usize] - 2.0 * common, *other))
            .collect();
        let nearest = |a: &(f32, u32), b: &(f32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if near.len() > NEIGHBOURS {
            near.select_nth_unstable_by(NEIGHBOURS, nearest);
            near.truncate(NEIGHBOURS);
            near.sort_unstable_by(nearest);
        }
        let part = (1.0 - OWN) / near.len().max(1) as f32;
        for (_, other) in &near {
            for (column, weight) in &self.users[*other as usize] {
                row[*column as usize] += part * weight;
            }
        }
        own.iter().for_each(|(column, weight)| row[*column as usize] += OWN * weight);
    }
}

/// A user's items by how often and how lately; the last basket of the last group counts whole.
fn frequencies(user: &UserPast) -> Vec<(u32, f32)> {
    let count = user.baskets.len();
    let size = count.div_ceil(GROUPS).max(1);
    let groups = count.div_ceil(size).max(1);
    let mut weights = Vec::new();
    // The latest basket comes first: groups are filled from the end, so that the first group in time may be smaller.
    for (back, (_, columns)) in user.baskets.iter().enumerate() {
        let (group_back, within_back) = (back / size, back % size);
        let members = size.min(count - group_back * size);
        let weight = WITHIN.powi(within_back as i32) / members as f32 * BETWEEN.powi(group_back as i32) / groups as f32;
        weights.extend(columns.iter().map(|column| (*column, weight)));
    }
    weights.sort_by_key(|of: &(u32, f32)| of.0);
    weights.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    weights
}
