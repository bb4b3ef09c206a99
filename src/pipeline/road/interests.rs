//! The stage that finds the interests.

use serde::Serialize;

use super::Road;
use super::stage::{Computing, Stage};
use crate::calendar::{Calendar, Period, PeriodLength};
use crate::forecast::Checkpoints;
use crate::interests::{InterestSpace, find, find_before};
use crate::observe;
use crate::pipeline::Fingerprint;
use crate::project::InterestCount;

/// Interests of a log.
#[derive(Debug, Serialize)]
pub(super) struct Interests {
    /// The log they are found in.
    pub log: Fingerprint,
    /// What makes the vectors among which they lie.
    pub computing: Computing,
    /// How many.
    pub count: InterestCount,
    /// Where chance comes from.
    pub seed: u64,
    /// The period whose events, and all later ones, are not looked at; none to look at all.
    pub before: Option<(PeriodLength, Period)>,
}

impl Stage for Interests {
    const NAME: &'static str = "interests";
    type Needs<'n> = ();
    type Gives = InterestSpace;

    fn make(&self, (): (), road: &mut Road, _: &Checkpoints) -> anyhow::Result<InterestSpace> {
        let mut vectors = road.take_vectors()?;
        let Road { log, watch, clock, .. } = road;
        let count = match self.count {
            InterestCount::Auto => None,
            InterestCount::Fixed(number) => Some(number),
        };
        let found = clock.time(observe::Stage::Cluster, || match self.before {
            None => find(&log.events, &mut vectors, count, self.seed, watch),
            Some((length, period)) => {
                let until = Calendar::new(length).start(period);
                find_before(&log.events, &mut vectors, until, count, self.seed, watch)
            }
        })?;
        road.vectors = Some(vectors);
        Ok(found)
    }
}
