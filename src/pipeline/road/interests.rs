//! The stage that finds the interests, and the way over it to the trajectories.

use std::sync::Arc;

use serde::Serialize;

use super::key::Computing;
use super::stage::Stage;
use super::walk::Road;
use crate::calendar::{Calendar, Period, PeriodLength};
use crate::forecast::Checkpoints;
use crate::interests::{
    InterestSpace, InterestsError, RowVectors, TextFeatures, TextMapping, Trajectories, VectorsAsked, VectorsUsed,
    choose_vectors, find, find_before,
};
use crate::language::SpooledVectors;
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
    /// In which vectors.
    pub vectors: VectorsAsked,
    /// Where chance comes from.
    pub seed: u64,
    /// The period whose events, and all later ones, are not looked at; none to look at all.
    pub before: Option<(PeriodLength, Period)>,
}

impl Stage for Interests {
    const NAME: &'static str = "interests";
    type Needs<'n> = ();
    type Gives = (InterestSpace, Option<TextMapping>, VectorsUsed);

    fn make(&self, (): (), road: &mut Road, _: &Checkpoints) -> anyhow::Result<Self::Gives> {
        let mut vectors = road.take_vectors()?;
        let Road { log, watch, clock, .. } = road;
        let count = match self.count {
            InterestCount::Auto => None,
            InterestCount::Fixed(number) => Some(number),
        };
        let until = self.before.map(|(length, period)| Calendar::new(length).start(period));
        let found = clock.time(observe::Stage::Cluster, || {
            let (mapping, used) = match self.vectors {
                VectorsAsked::Raw => (None, VectorsUsed::Raw),
                VectorsAsked::Behaviour => choose_vectors(&log.events, &mut vectors, until, count, self.seed, watch)?,
            };
            let mut mapped = mapped(&mut vectors, mapping.as_ref())?;
            let vectors = mapped.as_mut().unwrap_or(&mut vectors);
            let space = match until {
                None => find(&log.events, vectors, count, self.seed, watch),
                Some(until) => find_before(&log.events, vectors, until, count, self.seed, watch),
            };
            Ok::<_, InterestsError>((space?, mapping, used))
        })?;
        road.vectors = Some(vectors);
        Ok(found)
    }
}

/// All vectors mapped; none where they stay as they are.
///
/// # Errors
/// As [`TextMapping::map_all`].
pub(super) fn mapped(
    vectors: &mut SpooledVectors,
    mapping: Option<&TextMapping>,
) -> Result<Option<SpooledVectors>, InterestsError> {
    mapping.map(|mapping| mapping.map_all(vectors)).transpose()
}

/// What is found in a log, with the key of the interests.
pub(super) struct Found {
    pub(super) key: Fingerprint,
    pub(super) space: Arc<InterestSpace>,
    /// What vectors are mapped to before they are placed.
    pub(super) mapping: Option<TextMapping>,
    /// Which vectors these are, and why, where that was asked here.
    pub(super) vectors: VectorsUsed,
    pub(super) trajectories: Arc<Trajectories>,
}

impl Road<'_> {
    /// The stage that finds the interests on the events before a period, or on all.
    fn interests(&self, before: Option<Period>) -> Interests {
        Interests {
            log: self.log.key,
            computing: self.computing(),
            count: self.settings.interests,
            vectors: self.settings.vectors,
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
        let (space, mapping, vectors) = self.get(&stage, ())?;
        let space = Arc::new(space);
        let trajectories = Arc::new(Trajectories::build(&self.log.events, &space, self.calendar));
        Ok(Found { key, space, mapping, vectors, trajectories })
    }

    /// What the forecasters are told of the texts, learnt from those before a period. The vectors are let go.
    ///
    /// # Errors
    /// As [`Self::take_vectors`].
    pub(super) fn texts(&mut self, found: &Found, before: Period) -> anyhow::Result<(TextFeatures, RowVectors)> {
        let mut vectors = self.take_vectors()?;
        if let Some(mapped) = mapped(&mut vectors, found.mapping.as_ref())? {
            vectors = mapped;
        }
        let (events, until) = (&self.log.events, self.calendar.start(before));
        let mut text = TextFeatures::before(events, &mut vectors, until, self.watch)?;
        text.mapping.clone_from(&found.mapping);
        let rows = RowVectors::of_space(events, &found.trajectories, &found.space, &text, &mut vectors)?;
        Ok((text, rows))
    }
}
