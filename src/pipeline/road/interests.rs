//! The stage that finds the interests, and the way over it to the trajectories.

use std::sync::Arc;

use serde::Serialize;

use super::key::Computing;
use super::stage::Stage;
use super::walk::Road;
use crate::calendar::{Calendar, Period, PeriodLength};
use crate::forecast::Checkpoints;
use crate::interests::{InterestSpace, RowVectors, TextFeatures, Trajectories, find, find_before};
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

/// What is found in a log, with the key of the interests.
pub(super) struct Found {
    pub(super) key: Fingerprint,
    pub(super) space: Arc<InterestSpace>,
    pub(super) trajectories: Arc<Trajectories>,
}

impl Road<'_> {
    /// The stage that finds the interests on the events before a period, or on all.
    fn interests(&self, before: Option<Period>) -> Interests {
        Interests {
            log: self.log.key,
            computing: self.computing(),
            count: self.settings.interests,
            seed: self.settings.seed,
            before: before.map(|period| (self.calendar.length, period)),
        }
    }

    /// The way up to the trajectories, over the interests found on the events before a period, or on all.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub(super) fn find(&mut self, before: Option<Period>) -> anyhow::Result<Found> {
        let stage = self.interests(before);
        let key = stage.key()?;
        let space = Arc::new(self.get(&stage, ())?);
        let trajectories = Arc::new(Trajectories::build(&self.log.events, &space, self.calendar));
        Ok(Found { key, space, trajectories })
    }

    /// What the forecasters are told of the texts, learnt from those before a period. The vectors are let go.
    ///
    /// # Errors
    /// As [`Self::take_vectors`].
    pub(super) fn texts(&mut self, found: &Found, before: Period) -> anyhow::Result<(TextFeatures, RowVectors)> {
        let mut vectors = self.take_vectors()?;
        let (events, until) = (&self.log.events, self.calendar.start(before));
        let text = TextFeatures::before(events, &mut vectors, until, self.watch)?;
        let rows = RowVectors::of_space(events, &found.trajectories, &found.space, &text, &mut vectors)?;
        Ok((text, rows))
    }
}
