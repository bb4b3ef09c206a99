//! What everybody together did, period by period: the ground on which single users are forecast.

use crate::calendar::Period;
use crate::interests::Trajectories;

/// Events by which a period's market share is drawn towards the long-run share, so that quiet periods do not jump.
const PRIOR_EVENTS: f64 = 50.0;

/// Event counts of all users by period and interest, with shares as they stood at any origin. Only periods with events
/// are stored, so it is as large as what is in the log, however long the time from the log's beginning to its end.
#[derive(Clone, Debug)]
pub struct Market {
    interests: usize,
    first: Period,
    origin: Period,
    /// The whole periods with events, ascending.
    active: Vec<Period>,
    /// Log of the smoothed share, active periods × interests.
    log_share: Vec<f32>,
    /// Log of the share of all events before each active period, and last of all events: (active periods + 1) ×
    /// interests.
    log_popularity: Vec<f32>,
}

impl Market {
    /// Counts the events of the whole periods; those of a first period that is not whole are known before the others.
    pub fn of(trajectories: &Trajectories) -> Self {
        let (interests, first, origin) = (trajectories.interests, trajectories.first, trajectories.origin);
        let active = active_periods(trajectories);
        let mut counts = vec![0.0_f64; active.len() * interests];
        let mut sum = vec![1.0 / interests as f64; interests];
        for (row, period) in trajectories.period.iter().enumerate() {
            let into = match active.binary_search(period) {
                Ok(at) => &mut counts[at * interests..(at + 1) * interests],
                Err(_) if *period < first => &mut sum,
                Err(_) => continue,
            };
            for cell in trajectories.cells(row) {
                into[trajectories.interest[cell] as usize] += f64::from(trajectories.weight(cell));
            }
        }

        let mut log_popularity = Vec::with_capacity((active.len() + 1) * interests);
        let mut log_share = Vec::with_capacity(active.len() * interests);
        for at in 0..=active.len() {
            let total: f64 = sum.iter().sum();
            log_popularity.extend(sum.iter().map(|events| (events / total).ln() as f32));
            if at == active.len() {
                break;
            }
            let period = &counts[at * interests..(at + 1) * interests];
            for (events, new) in sum.iter_mut().zip(period) {
                *events += new;
            }
            // Drawn towards the popularity that includes this period, so that the first period has a ground too.
            let (grown, seen) = (sum.iter().sum::<f64>(), period.iter().sum::<f64>());
            log_share.extend(
                sum.iter()
                    .zip(period)
                    .map(|(all, new)| ((new + PRIOR_EVENTS * all / grown) / (seen + PRIOR_EVENTS)).ln() as f32),
            );
        }
        Self { interests, first, origin, active, log_share, log_popularity }
    }

    /// Log-shares of all events before `origin`.
    pub fn log_popularity(&self, origin: Period) -> &[f32] {
        let at = self.active.partition_point(|period| *period < origin);
        &self.log_popularity[at * self.interests..(at + 1) * self.interests]
    }

    /// Log-shares within one period, smoothed; none outside the log's whole periods.
    pub fn log_share(&self, period: Period) -> Option<&[f32]> {
        if period < self.first || period >= self.origin {
            return None;
        }
        match self.active.binary_search(&period) {
            Ok(at) => self.log_share.get(at * self.interests..(at + 1) * self.interests),
            // In a period without events it is the popularity that nothing has changed.
            Err(_) => Some(self.log_popularity(period)),
        }
    }

    /// How the market moved away from its long-run shares up to `origin`: log of the last period's share over
    /// popularity, one for each interest.
    pub fn drift(&self, origin: Period) -> Vec<f32> {
        let popularity = self.log_popularity(origin);
        match self.log_share(origin.plus(-1)) {
            Some(last) => last.iter().zip(popularity).map(|(last, long)| last - long).collect(),
            None => vec![0.0; self.interests],
        }
    }

    /// How the market moved one season ago over the same stretch of the calendar: from the period before `origin` to
    /// `target`. Zeros while the log is too young to know. An interest that nobody knew before grew out of nothing then, and
    /// that is no season: no change counts for more than twentyfold. `season` is the length of a season in periods.
    pub fn season(&self, origin: Period, target: Period, season: i32) -> Vec<f32> {
        // A target more than a season ahead looks back as many seasons as it needs to meet known periods.
        let turns = (target.since(origin) / season + 1) * season;
        match (self.log_share(target.plus(-turns)), self.log_share(origin.plus(-1 - turns))) {
            (Some(then), Some(before)) => {
                then.iter().zip(before).map(|(then, before)| (then - before).clamp(-MOST_TURN, MOST_TURN)).collect()
            }
            _ => vec![0.0; self.interests],
        }
    }
}

/// The longest turn of a season, in logarithms: twentyfold.
const MOST_TURN: f32 = 3.0;

/// The whole periods in which anybody has events, ascending.
pub fn active_periods(trajectories: &Trajectories) -> Vec<Period> {
    let whole = trajectories.first..trajectories.origin;
    let mut active: Vec<Period> = trajectories.period.iter().filter(|period| whole.contains(period)).copied().collect();
    active.sort_unstable();
    active.dedup();
    active
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::testing::trajectories;

    #[test]
    fn popularity_sees_only_what_came_before() {
        let market = Market::of(&trajectories(2, &[&[(0, &[10, 0]), (1, &[0, 30])]]));
        let share = |origin| market.log_popularity(Period(origin)).iter().map(|log| log.exp()).collect::<Vec<_>>();
        assert_eq!(share(0), [0.5, 0.5], "before anything happened");
        assert!(share(1)[0] > 0.9);
        assert!((share(2)[1] - 0.75).abs() < 0.02);
        assert_eq!(share(9), share(2), "later origins know no more");
    }

    #[test]
    fn shares_of_a_period_add_up_to_one() {
        let market = Market::of(&trajectories(3, &[&[(0, &[5, 1, 0])], &[(0, &[1, 1, 1]), (2, &[0, 0, 9])]]));
        for period in 0..3 {
            let sum: f32 = market.log_share(Period(period)).unwrap().iter().map(|log| log.exp()).sum();
            assert!((sum - 1.0).abs() < 1e-5, "{period}: {sum}");
        }
        assert!(market.log_share(Period(3)).is_none() && market.log_share(Period(-1)).is_none());
    }

    #[test]
    fn centuries_without_events_cost_nothing() {
        let far = Market::of(&trajectories(2, &[&[(0, &[10, 0]), (110_000, &[0, 30])]]));
        assert_eq!(far.log_share.len() + far.log_popularity.len(), 2 * 2 + 3 * 2);
        assert_eq!(far.log_share(Period(50_000)).unwrap(), far.log_popularity(Period(50_000)));
        assert_eq!(far.log_popularity(Period(1)), far.log_popularity(Period(110_000)));
        assert!(far.log_share(Period(110_000)).is_some() && far.log_share(Period(110_001)).is_none());
    }

    #[test]
    fn the_season_repeats_last_years_move() {
        let year: Vec<(i32, &[u32])> =
            (0..14).map(|month| (month, if month == 11 { &[900_u32, 100] as &[u32] } else { &[500, 500] })).collect();
        let market = Market::of(&trajectories(2, &[&year]));
        let into_december = market.season(Period(22), Period(23), 12);
        assert!(into_december[0] > 0.4 && into_december[1] < -1.0, "{into_december:?}");
        assert_eq!(market.season(Period(5), Period(6), 12), [0.0, 0.0], "too young to know");
    }

    #[test]
    fn an_interest_that_came_out_of_nothing_has_no_boundless_season() {
        let year: Vec<(i32, &[u32])> = (0..14)
            .map(|month| {
                (month, if month < 9 { &[90_000_u32, 90_000, 0] as &[u32] } else { &[80_000, 80_000, 20_000] })
            })
            .collect();
        let market = Market::of(&trajectories(3, &[&year]));
        let came = market.log_share(Period(9)).unwrap()[2] - market.log_share(Period(8)).unwrap()[2];
        assert!(came > 8.0, "it came out of nothing: {came}");
        // A year later the same month must not bring it all.
        assert_eq!(market.season(Period(21), Period(21), 12)[2], MOST_TURN);
    }
}
