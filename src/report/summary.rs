//! One line a user for the table, one path an interest for the picture.

use super::{Expected, InterestPath, Observed, UserSummary};
use crate::calendar::WallTime;
use crate::events::{EventTable, UserId};
use crate::forecast::Forecast;
use crate::interests::Trajectories;

/// Fewer events than these in an active period leave a share hardly a value but none and all.
const FEW_EVENTS: f32 = 5.0;

/// One line for every user, by user number.
pub fn summarise_users(events: &EventTable, trajectories: &Trajectories, forecast: &Forecast) -> Vec<UserSummary> {
    let returned = returned_by_user(events);
    events
        .user_ids()
        .map(|user| {
            let rows = events.rows(user);
            let earned: f64 = events.value.as_ref().map_or(0.0, |value| value[rows.clone()].iter().sum());
            let next = |of: &[f32]| forecast.place(user).and_then(|place| of.get(place).copied());
            let change = ChangeToNext::of(trajectories, forecast, user);
            UserSummary {
                user,
                events: u32::try_from(rows.len()).unwrap_or(u32::MAX),
                first: rows.clone().next().map_or(WallTime(0), |row| events.time[row]),
                last: rows.clone().next_back().map_or(WallTime(0), |row| events.time[row]),
                active_periods: u32::try_from(trajectories.rows(user).len()).unwrap_or(u32::MAX),
                value: earned - returned[user.index()],
                p_active: next(&forecast.p_active),
                expected_events: next(&forecast.expected_events),
                expected_value: next(&forecast.expected_value),
                leading_now: leading_now(trajectories, user),
                leading_next: change.as_ref().map(|change| change.leading),
                largest_change: change.map(|change| change.largest),
            }
        })
        .collect()
}

/// The past and future of every interest of one user, by interest number. A first or last period that is not complete
/// is not among the observed: its shares would be read as a change that is none.
pub fn user_paths(trajectories: &Trajectories, forecast: &Forecast, user: UserId) -> Vec<InterestPath> {
    let mut paths: Vec<_> = (0..trajectories.interests)
        .map(|interest| InterestPath { interest: number(interest), observed: Vec::new(), expected: Vec::new() })
        .collect();
    if user.index() < trajectories.users() {
        for row in trajectories.rows(user).filter(|row| trajectories.is_whole(*row)) {
            let (period, total) = (trajectories.period[row], trajectories.total(row));
            for (path, share) in paths.iter_mut().zip(trajectories.shares(row)) {
                path.observed.push(Observed { period, share, total });
            }
        }
    }
    let Some(place) = forecast.place(user) else {
        return paths;
    };
    let (active, events) = (forecast.p_active.get(place), forecast.expected_events.get(place));
    let few = active.zip(events).is_some_and(|(active, events)| *events < FEW_EVENTS * active);
    for (interest, path) in paths.iter_mut().enumerate().take(forecast.interests) {
        let expected = (0..forecast.horizon).map(|step| {
            let cell = forecast.cell(place, step, interest);
            Expected {
                period: forecast.origin.plus(i32::try_from(step).unwrap_or(i32::MAX)),
                share: forecast.share[cell],
                p_any: forecast.p_any.get(cell).copied(),
                few,
                // Where a band was not calibrated this far ahead, there is none.
                bands: forecast
                    .bands
                    .iter()
                    .map(|band| (band.level, band.lower[cell], band.upper[cell]))
                    .filter(|(_, lower, upper)| !lower.is_nan() && !upper.is_nan())
                    .collect(),
            }
        });
        path.expected.extend(expected);
    }
    paths
}

/// What the first period forecast changes for a user.
struct ChangeToNext {
    leading: u16,
    largest: (u16, f32),
}

impl ChangeToNext {
    fn of(trajectories: &Trajectories, forecast: &Forecast, user: UserId) -> Option<Self> {
        let place = forecast.place(user).filter(|_| forecast.horizon > 0 && forecast.interests > 0)?;
        let next = &forecast.share[forecast.cell(place, 0, 0)..][..forecast.interests];
        let mean = mean_shares(trajectories, user);
        let change: Vec<_> = next.iter().zip(&mean).map(|(next, mean)| next - mean).collect();
        let widest = largest(&change.iter().map(|change| change.abs()).collect::<Vec<_>>());
        Some(Self { leading: number(largest(next)), largest: (number(widest), change[widest]) })
    }
}

/// Mean share of each interest over the user's complete active periods, each event counting once.
fn mean_shares(trajectories: &Trajectories, user: UserId) -> Vec<f32> {
    let mut events = vec![0.0_f64; trajectories.interests];
    for row in trajectories.rows(user).filter(|row| trajectories.period[*row] < trajectories.origin) {
        for cell in trajectories.cells(row) {
            events[usize::from(trajectories.interest[cell])] += f64::from(trajectories.weight(cell));
        }
    }
    let total = Some(events.iter().sum::<f64>()).filter(|total| *total > 0.0).unwrap_or(1.0) as f32;
    events.iter().map(|events| *events as f32 / total).collect()
}

/// The leading interest of the last complete active period, or of the incomplete one where there is no other.
fn leading_now(trajectories: &Trajectories, user: UserId) -> u16 {
    let rows = trajectories.rows(user);
    let complete = rows.clone().rev().find(|row| trajectories.period[*row] < trajectories.origin);
    complete.or(rows.last()).map_or(0, |row| number(largest(&trajectories.shares(row))))
}

/// What each user gave back, by user number.
fn returned_by_user(events: &EventTable) -> Vec<f64> {
    let mut returned = vec![0.0; events.users.len()];
    for (user, value) in events.returns.user.iter().zip(&events.returns.value) {
        returned[user.index()] += value;
    }
    returned
}

/// The place of the largest number; the first of equals, which is the interest with more events.
fn largest(numbers: &[f32]) -> usize {
    let mut best = 0;
    for (place, number) in numbers.iter().enumerate() {
        if *number > numbers[best] {
            best = place;
        }
    }
    best
}

fn number(interest: usize) -> u16 {
    u16::try_from(interest).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_line_counts_what_the_log_says() {
        let shop = sample::shop();
        let users = summarise_users(&shop.events, &shop.trajectories, &shop.forecast);
        assert_eq!(users.len(), shop.events.users.len());
        assert_eq!(users.iter().map(|user| user.events as usize).sum::<usize>(), shop.events.len());
        let ann = &users[0];
        assert_eq!((ann.events, ann.active_periods), (12, 4));
        assert_eq!(ann.value, 12.0 * 2.5 - 5.0, "returns count against value");
        assert_eq!(ann.leading_now, 1, "the incomplete last period does not decide");
        assert_eq!(ann.leading_next, Some(1));
        let (interest, change) = ann.largest_change.unwrap();
        assert_eq!(interest, 0);
        assert!(change < 0.0);
        assert!(ann.first < ann.last);
    }

    #[test]
    fn a_step_that_was_not_calibrated_has_no_band() {
        let mut shop = sample::shop();
        sample::calibrate_one_step_only(&mut shop.forecast);
        let paths = user_paths(&shop.trajectories, &shop.forecast, UserId(0));
        for path in paths {
            let levels: Vec<Vec<u8>> =
                path.expected.iter().map(|next| next.bands.iter().map(|(level, ..)| *level).collect()).collect();
            assert_eq!(levels, [vec![50, 80], vec![]]);
        }
    }

    #[test]
    fn a_user_first_seen_in_the_incomplete_period_has_no_forecast() {
        let shop = sample::shop();
        let late = &summarise_users(&shop.events, &shop.trajectories, &shop.forecast)[2];
        assert_eq!((late.p_active, late.leading_next, late.largest_change), (None, None, None));
        assert_eq!(late.leading_now, 2);
        let paths = user_paths(&shop.trajectories, &shop.forecast, late.user);
        assert!(paths.iter().all(|path| path.observed.is_empty() && path.expected.is_empty()));
    }

    #[test]
    fn paths_hold_complete_periods_and_every_step() {
        let shop = sample::shop();
        let paths = user_paths(&shop.trajectories, &shop.forecast, UserId(0));
        assert_eq!(paths.len(), 3);
        for path in &paths {
            assert_eq!(path.observed.len(), 3);
            assert!(path.observed.iter().all(|observed| observed.period < shop.trajectories.origin));
            assert_eq!(path.expected.len(), shop.forecast.horizon);
            assert_eq!(path.expected[0].period, shop.forecast.origin);
            assert_eq!(path.expected[1].bands.len(), 2);
        }
        for place in 0..3 {
            let sum: f32 = paths.iter().map(|path| path.observed[place].share).sum();
            assert!((sum - 1.0).abs() < 1e-6, "shares of a period add up to 1, here {sum}");
        }
    }
}
