//! Small logs for the tests of this module.

use crate::calendar::{Calendar, Period, PeriodLength};
use crate::interests::Trajectories;

/// libtorch counts its threads once for the whole process; the engine has one
/// thread, tests have many. Hold this while something trains and while a run is made.
pub fn alone() -> std::sync::MutexGuard<'static, ()> {
    static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Trajectories from each user's `(period, events by interest)`; the origin follows the last period.
pub fn trajectories(interests: usize, users: &[&[(i32, &[u32])]]) -> Trajectories {
    let mut built = Trajectories::empty(Calendar::new(PeriodLength::Month), interests, Period(0), Period(0));
    for rows in users {
        for (period, counts) in *rows {
            built.period.push(Period(*period));
            built.origin = built.origin.max(Period(period + 1));
            for (interest, events) in counts.iter().enumerate().filter(|(_, events)| **events > 0) {
                built.interest.push(interest as u16);
                built.events.push(*events);
                built.value.push(0.0);
            }
            built.row_cells.push(built.events.len());
        }
        built.user_rows.push(built.period.len());
    }
    built
}

/// A lively synthetic log: `users` users over `periods` months, each drawn to one of `interests` interests that they
/// now and then leave for the next one.
pub fn lively(users: usize, periods: i32, interests: usize, seed: u64) -> Trajectories {
    use rand::{Rng as _, SeedableRng as _};
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let mut rows: Vec<Vec<(i32, Vec<u32>)>> = Vec::new();
    for _ in 0..users {
        let mut love = random.random_range(0..interests);
        let mut of_user = Vec::new();
        for period in 0..periods {
            if random.random_bool(0.1) {
                love = (love + 1) % interests;
            }
            if random.random_bool(0.6) {
                let mut counts = vec![0; interests];
                for _ in 0..random.random_range(1..20) {
                    let chosen = if random.random_bool(0.7) { love } else { random.random_range(0..interests) };
                    counts[chosen] += 1;
                }
                of_user.push((period, counts));
            }
        }
        rows.push(of_user);
    }
    let borrowed: Vec<Vec<(i32, &[u32])>> =
        rows.iter().map(|user| user.iter().map(|(period, counts)| (*period, counts.as_slice())).collect()).collect();
    trajectories(interests, &borrowed.iter().map(Vec::as_slice).collect::<Vec<_>>())
}
