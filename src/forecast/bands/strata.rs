//! Distributions of what is left when shares are told by their centre and scale, for like cells together.

/// Quantiles kept of each stratum.
const QUANTILES: usize = 400;
/// Strata at most, and cells of each.
const MOST: usize = 20;
const CELLS_OF_EACH: usize = 400;

/// Quantile functions of values, in strata by another number.
#[derive(Clone, Debug)]
pub(super) struct Strata {
    /// Between which numbers the strata lie.
    limits: Vec<f64>,
    /// Quantiles of each.
    tables: Vec<Vec<f64>>,
}

/// A number by which a value's stratum is told, the value, and whose it is (ascending).
pub(super) type StratumValue = (f64, f64, u32);

impl Strata {
    /// As many strata as there is enough of: each has cells of `fewest_users` users, or takes the distribution of all.
    pub fn on(told: &[StratumValue], fewest_users: usize) -> Self {
        let most = (told.len() / CELLS_OF_EACH).min(users(told.iter()) / fewest_users.max(1));
        let limits = cuts(told.iter().map(|(by, ..)| *by), most.clamp(1, MOST));
        let mut strata: Vec<Vec<&StratumValue>> = vec![Vec::new(); limits.len() + 1];
        for told in told {
            strata[stratum(&limits, told.0)].push(told);
        }
        let all = quantiles(told.iter().map(|(_, value, _)| *value));
        let own = |own: Vec<&StratumValue>| match users(own.iter().copied()) >= fewest_users {
            true => quantiles(own.into_iter().map(|(_, value, _)| *value)),
            false => all.clone(),
        };
        let tables = strata.into_iter().map(own).collect();
        Self { limits, tables }
    }

    /// The quantile function of a stratum.
    pub fn of(&self, by: f64) -> Quantiles<'_> {
        Quantiles(&self.tables[stratum(&self.limits, by)])
    }
}

fn stratum(limits: &[f64], by: f64) -> usize {
    limits.partition_point(|limit| *limit < by)
}

/// How many users values are of that are sorted by user.
fn users<'a>(told: impl Iterator<Item = &'a StratumValue>) -> usize {
    let mut last = None;
    told.filter(|(.., user)| last.replace(*user) != Some(*user)).count()
}

/// Numbers that cut values into `parts` of like size.
fn cuts(values: impl Iterator<Item = f64>, parts: usize) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    (1..parts).filter_map(|part| values.get(part * values.len() / parts).copied()).collect()
}

fn quantiles(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = |at: usize| values.get((2 * at + 1) * values.len() / (2 * QUANTILES)).or(values.last()).copied();
    (0..QUANTILES).map(|place| at(place).unwrap_or(0.0)).collect()
}

/// A quantile function: straight lines between quantiles in the middles of equal parts, and beyond the outer ones those.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quantiles<'a>(&'a [f64]);

impl Quantiles<'_> {
    /// The value that a part, from 0 to 1, does not exceed.
    pub fn at(&self, part: f64) -> f64 {
        let place = (part * self.0.len() as f64 - 0.5).clamp(0.0, (self.0.len() - 1) as f64);
        let below = place as usize;
        let above = (below + 1).min(self.0.len() - 1);
        self.0[below] + (place - below as f64) * (self.0[above] - self.0[below])
    }

    /// The smallest part whose quantile is no less than a value; none if none is.
    pub fn reaches(&self, value: f64) -> Option<f64> {
        let above = self.0.partition_point(|quantile| *quantile < value);
        match above {
            0 => Some(0.0),
            above if above < self.0.len() => Some(self.between(above - 1, value)),
            _ => None,
        }
    }

    /// The largest part whose quantile is no more than a value; none if none is.
    pub fn exceeds_from(&self, value: f64) -> Option<f64> {
        let above = self.0.partition_point(|quantile| *quantile <= value);
        match above {
            0 => None,
            above if above < self.0.len() => Some(self.between(above - 1, value)),
            _ => Some(1.0),
        }
    }

    /// Where a value lies between the quantile at `below` and the next, which differ.
    fn between(&self, below: usize, value: f64) -> f64 {
        let (low, high) = (self.0[below], self.0[below + 1]);
        let within = if high > low { (value - low) / (high - low) } else { 0.0 };
        (below as f64 + 0.5 + within) / self.0.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_and_its_quantile_find_each_other() {
        let told: Vec<StratumValue> = (0..1000).map(|at| (0.0, f64::from(at * at), at)).collect();
        let strata = Strata::on(&told, 30);
        let quantiles = strata.of(7.0);
        for part in [0.01, 0.1, 0.333, 0.5, 0.9, 0.99] {
            let value = quantiles.at(part);
            assert!((quantiles.reaches(value).unwrap() - part).abs() < 1e-9, "{part}");
            assert!((quantiles.exceeds_from(value).unwrap() - part).abs() < 1e-9, "{part}");
        }
        assert_eq!((quantiles.reaches(-1.0), quantiles.exceeds_from(-1.0)), (Some(0.0), None));
        assert_eq!((quantiles.reaches(1e9), quantiles.exceeds_from(1e9)), (None, Some(1.0)));
    }

    #[test]
    fn many_like_values_are_reached_first_and_exceeded_last() {
        let told: Vec<StratumValue> = (0..1000).map(|at| (0.0, if at < 600 { 0.0 } else { 1.0 }, at)).collect();
        let strata = Strata::on(&told, 30);
        let quantiles = strata.of(0.0);
        assert_eq!(quantiles.reaches(0.0), Some(0.0));
        assert!((quantiles.exceeds_from(0.0).unwrap() - 0.6).abs() < 0.01);
        assert!((quantiles.reaches(1.0).unwrap() - 0.6).abs() < 0.01);
    }

    #[test]
    fn strata_need_users_and_not_cells_alone() {
        // A thousand cells of each user; what they are off by hangs on what parts them.
        let of = |users: u32| -> Vec<StratumValue> {
            (0..users).flat_map(|user| (0..1000).map(move |at| (f64::from(at), f64::from(at), user))).collect()
        };
        assert_eq!(Strata::on(&of(50), 30).tables.len(), 1);
        assert_eq!(Strata::on(&of(90), 30).tables.len(), 3);
        assert_eq!(Strata::on(&of(3000), 30).tables.len(), MOST);
    }
}
