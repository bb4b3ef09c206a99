//! What everybody together did, period by period: the ground on which single users are forecast.

use crate::calendar::Period;
use crate::interests::Trajectories;

/// Events by which a period's market share is drawn towards the long-run share, so that quiet periods do not jump.
const PRIOR_EVENTS: f64 = 50.0;

/// Event counts of all users by period and interest, with shares as they stood at any origin.
#[derive(Clone, Debug)]
pub struct Market {
    interests: usize,
    first: Period,
    /// Log of the smoothed share, periods × interests.
    log_share: Vec<f32>,
    /// Log of the share of all events before a period, (periods + 1) × interests.
    log_popularity: Vec<f32>,
}

impl Market {
    /// Counts the events of the whole periods, those before the trajectories' origin.
    pub fn of(trajectories: &Trajectories) -> Self {
        let interests = trajectories.interests;
        let periods = usize::try_from(trajectories.origin.since(trajectories.first)).unwrap_or(0);
        let mut counts = vec![0.0_f64; periods * interests];
        for (row, period) in trajectories.period.iter().enumerate() {
            let at = usize::try_from(period.since(trajectories.first)).unwrap_or(usize::MAX);
            if at < periods {
                for cell in trajectories.cells(row) {
                    counts[at * interests + trajectories.interest[cell] as usize] +=
                        f64::from(trajectories.weight(cell));
                }
            }
        }

        let mut sum = vec![1.0 / interests as f64; interests];
        let mut log_popularity = Vec::with_capacity((periods + 1) * interests);
        let mut log_share = Vec::with_capacity(periods * interests);
        for at in 0..=periods {
            let total: f64 = sum.iter().sum();
            log_popularity.extend(sum.iter().map(|events| (events / total).ln() as f32));
            let Some(period) = counts.get(at * interests..(at + 1) * interests).filter(|_| at < periods) else { break };
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
        Self { interests, first: trajectories.first, log_share, log_popularity }
    }

    /// Log-shares of all events before `origin`.
    pub fn log_popularity(&self, origin: Period) -> &[f32] {
        let last = self.log_popularity.len() / self.interests - 1;
        let at = usize::try_from(origin.since(self.first)).unwrap_or(0).min(last);
        &self.log_popularity[at * self.interests..(at + 1) * self.interests]
    }

    /// Log-shares within one period, smoothed; none outside the log's whole periods.
    pub fn log_share(&self, period: Period) -> Option<&[f32]> {
        let at = usize::try_from(period.since(self.first)).ok()?;
        self.log_share.get(at * self.interests..(at + 1) * self.interests)
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
    /// `target`. Zeros while the log is too young to know. `season` is the length of a season in periods.
    pub fn season(&self, origin: Period, target: Period, season: i32) -> Vec<f32> {
        // A target more than a season ahead looks back as many seasons as it needs to meet known periods.
        let turns = (target.since(origin) / season + 1) * season;
        match (self.log_share(target.plus(-turns)), self.log_share(origin.plus(-1 - turns))) {
            (Some(then), Some(before)) => then.iter().zip(before).map(|(then, before)| then - before).collect(),
            _ => vec![0.0; self.interests],
        }
    }
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
    fn the_season_repeats_last_years_move() {
        let year: Vec<(i32, &[u32])> =
            (0..14).map(|month| (month, if month == 11 { &[900_u32, 100] as &[u32] } else { &[500, 500] })).collect();
        let market = Market::of(&trajectories(2, &[&year]));
        let into_december = market.season(Period(22), Period(23), 12);
        assert!(into_december[0] > 0.4 && into_december[1] < -1.0, "{into_december:?}");
        assert_eq!(market.season(Period(5), Period(6), 12), [0.0, 0.0], "too young to know");
    }
}
