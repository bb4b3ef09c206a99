//! The simple models that are always in the table.

use super::past::Past;

/// Days after which a take counts half in `personal-frequency-recent`.
pub const HALF_LIFE: f32 = 240.0;

/// How many rows of the last 30 days have each item: `popular-30-days`.
pub fn popular(past: &Past, row: &mut [f32]) {
    row.iter_mut().zip(&past.demand).for_each(|(score, demand)| *score = demand.rows_30);
}

/// On how many days the user took each item; ties and the rest by `popular-30-days`: `personal-frequency`.
pub fn frequency(past: &Past, user: usize, row: &mut [f32]) {
    popular_below(past, row);
    for own in &past.users[user].own {
        row[own.column as usize] += own.ages.len() as f32;
    }
}

/// Sum over the user's days with an item of one half to the power of its age over [`HALF_LIFE`], times the root of one
/// more than the item's rows of the last 30 days; the rest by `popular-30-days`: `personal-frequency-recent`.
pub fn recent(past: &Past, user: usize, row: &mut [f32]) {
    popular_below(past, row);
    for own in &past.users[user].own {
        let wanted = past.demand[own.column as usize].rows_30 + 1.0;
        row[own.column as usize] += 1.0 + decayed(&own.ages, HALF_LIFE) * wanted.sqrt();
    }
}

/// Popularity between 0 and 1/2, so that it only parts what a model leaves equal.
fn popular_below(past: &Past, row: &mut [f32]) {
    popular(past, row);
    let most = row.iter().copied().fold(1.0, f32::max) * 2.0;
    row.iter_mut().for_each(|score| *score /= most);
}

/// Takes, each counting half after so many days.
pub fn decayed(ages: &[f32], half_life: f32) -> f32 {
    ages.iter().map(|age| (-age / half_life * std::f32::consts::LN_2).exp()).sum()
}
