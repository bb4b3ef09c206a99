//! What is told of an item that a user might take next.

use super::known::Known;
use super::past::{Own, UserPast};
use super::simple::decayed;

/// Numbers that are told of one candidate.
pub const FEATURES: usize = 38;
/// The features that tell what everybody wants.
pub const CROWD: std::ops::Range<usize> = 18..26;
/// The features that tell what similar users and meaning say.
pub const OTHERS: std::ops::Range<usize> = 26..33;
/// The latest own items that are candidates.
const MOST_OWN: usize = 500;
/// Candidates from each model.
const FROM_EACH: usize = 60;

/// What the models say of every item to one user; buffers that serve one user after the other.
#[derive(Clone, Debug, Default)]
pub struct Voices {
    /// EASE.
    pub ease: Vec<f32>,
    /// Item neighbours.
    pub neighbours: Vec<f32>,
    /// TIFU-KNN.
    pub tifu: Vec<f32>,
    /// Nearness in meaning.
    pub meaning: Vec<f32>,
    loudest: [f32; 4],
}

/// One user's candidates, columns ascending, and [`FEATURES`] numbers of each.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    /// Their columns.
    pub columns: Vec<u32>,
    /// Candidates × [`FEATURES`].
    pub data: Vec<f32>,
}

impl Voices {
    /// Room for so many items.
    pub fn new(items: usize) -> Self {
        let row = || vec![0.0; items];
        Self { ease: row(), neighbours: row(), tifu: row(), meaning: row(), loudest: [1.0; 4] }
    }

    /// Lets every model speak to a user.
    pub fn hear(&mut self, known: &Known, user: usize) {
        known.ease.score(&known.past, user, &mut self.ease);
        known.neighbours.score(&known.past, user, &mut self.neighbours);
        known.tifu.score(user, &mut self.tifu);
        known.meaning.score(&known.past, user, &mut self.meaning);
        self.loudest = [&self.ease, &self.neighbours, &self.tifu, &self.meaning]
            .map(|row| row.iter().copied().fold(1e-6, f32::max));
    }
}

/// The columns with the highest scores, at most so many, among those for which `wanted` holds.
pub fn top(row: &[f32], most: usize, wanted: impl Fn(u32) -> bool) -> Vec<u32> {
    let mut columns: Vec<u32> = (0..row.len() as u32).filter(|column| wanted(*column)).collect();
    let better = |a: &u32, b: &u32| row[*b as usize].total_cmp(&row[*a as usize]).then(a.cmp(b));
    if columns.len() > most && most > 0 {
        columns.select_nth_unstable_by(most, better);
        columns.truncate(most);
    }
    columns.truncate(most);
    columns.sort_unstable_by(better);
    columns
}

/// What everybody wants now and what they wanted at this season: the same candidates for every user.
pub fn common_candidates(known: &Known) -> Vec<u32> {
    let row = |of: fn(&super::past::Demand) -> f32| known.past.demand.iter().map(of).collect::<Vec<f32>>();
    let mut columns = top(&row(|demand| demand.buyers[0]), FROM_EACH, |_| true);
    columns.extend(top(&row(|demand| demand.buyers[1]), FROM_EACH, |_| true));
    columns.extend(top(&row(|demand| demand.year_ago), FROM_EACH, |_| true));
    columns
}

/// A user's candidates: their own items, the best of each model, and those of everybody.
pub fn candidates(known: &Known, user: usize, voices: &Voices, common: &[u32], days: i64) -> Candidates {
    let past = &known.past.users[user];
    let mut own: Vec<(f32, u32)> = past.own.iter().map(|own| (own.ages[0], own.column)).collect();
    own.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut columns: Vec<u32> = own.iter().take(MOST_OWN).map(|(_, column)| *column).collect();
    for row in [&voices.ease, &voices.neighbours, &voices.tifu, &voices.meaning] {
        columns.extend(top(row, FROM_EACH, |column| row[column as usize] > 0.0));
    }
    columns.extend(common);
    columns.sort_unstable();
    columns.dedup();
    let habits = Habits::of(past);
    let mut data = vec![0.0; columns.len() * FEATURES];
    for (column, out) in columns.iter().zip(data.chunks_exact_mut(FEATURES)) {
        tell(known, past, &habits, voices, *column, days, out);
    }
    Candidates { columns, data }
}

/// What a user does whatever the item.
struct Habits {
    idle: f32,
    baskets: f32,
    items: f32,
    repeats: f32,
    size: f32,
    rhythm: f32,
}

impl Habits {
    fn of(past: &UserPast) -> Self {
        let takes: usize = past.own.iter().map(|own| own.ages.len()).sum();
        let (items, baskets) = (past.own.len() as f32, past.baskets.len() as f32);
        let (last, first) = (past.baskets.first(), past.baskets.last());
        let span = last.zip(first).map_or(0.0, |(last, first)| first.0 - last.0);
        Self {
            idle: last.map_or(999.0, |last| last.0),
            baskets,
            items,
            repeats: 1.0 - items / (takes.max(1) as f32),
            size: takes as f32 / baskets.max(1.0),
            rhythm: span / (baskets - 1.0).max(1.0),
        }
    }
}

fn tell(known: &Known, past: &UserPast, habits: &Habits, voices: &Voices, column: u32, days: i64, out: &mut [f32]) {
    let at = column as usize;
    let demand = &known.past.demand[at];
    let own = past.own.binary_search_by_key(&column, |own| own.column).ok().map(|place| &past.own[place]);
    let [week, month, quarter, year] = demand.buyers;
    let mut told = [0.0_f32; FEATURES];
    if let Some(own) = own {
        told[..17].copy_from_slice(&of_own(own, past, demand.gap, days, habits));
        told[17] = (demand.again / (1.0 - demand.again).max(1e-3)).max(1e-3).ln();
    }
    let relative = |voice: usize, score: f32| (score / voices.loudest[voice]).max(0.0).sqrt();
    let others = [
        week.ln_1p(),
        month.ln_1p(),
        quarter.ln_1p(),
        year.ln_1p(),
        ((month + 1.0) / (quarter / 3.0 + 1.0)).ln(),
        ((demand.year_ago + 1.0) / (year * days as f32 / 365.0 + 1.0)).ln(),
        demand.idle.min(999.0).ln_1p(),
        demand.year_ago.ln_1p(),
        voices.ease[at],
        relative(0, voices.ease[at]),
        relative(1, voices.neighbours[at]),
        (voices.tifu[at] + 1e-4).ln(),
        relative(2, voices.tifu[at]),
        voices.meaning[at],
        relative(3, voices.meaning[at]),
        habits.idle.ln_1p(),
        habits.baskets.ln_1p(),
        habits.items.ln_1p(),
        habits.repeats,
        habits.size.ln_1p(),
    ];
    told[18..].copy_from_slice(&others);
    out.copy_from_slice(&told);
}

/// What an own item's times tell.
fn of_own(own: &Own, past: &UserPast, item_gap: f32, days: i64, habits: &Habits) -> [f32; 17] {
    let (last, first) = (own.ages[0], own.ages[own.ages.len() - 1]);
    let count = own.ages.len() as f32;
    let gap = if own.ages.len() > 1 { (first - last) / (count - 1.0) } else { item_gap };
    let due = ((last + days as f32 / 2.0) / gap.max(1.0)).ln().clamp(-4.0, 4.0);
    let since = past.baskets.iter().take_while(|basket| basket.0 <= first + 1e-3).count().max(1) as f32;
    let recent = |most: usize| {
        let of = past.baskets.iter().take(most);
        let (held, all) = of.fold((0.0, 0.0), |(held, all), basket| {
            (held + f32::from(u8::from(basket.1.binary_search(&own.column).is_ok())), all + 1.0)
        });
        if all > 0.0 { held / all } else { 0.0 }
    };
    let season = own.ages.iter().any(|age| *age <= 372.0 && *age > 358.0 - days as f32);
    [
        1.0,
        count.ln(),
        decayed(&own.ages, 15.0).ln_1p(),
        decayed(&own.ages, 30.0).ln_1p(),
        decayed(&own.ages, 90.0).ln_1p(),
        decayed(&own.ages, 240.0).max(1e-3).ln(),
        last.ln_1p(),
        first.ln_1p(),
        due,
        (-due * due).exp(),
        count / since,
        (count / since + 0.02).ln(),
        recent(1),
        recent(3),
        recent(8),
        f32::from(u8::from(season)),
        (last / habits.rhythm.max(1.0)).ln_1p(),
    ]
}
