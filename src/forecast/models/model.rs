//! What every model can do: fit on what is before an origin, and forecast shares for any later period.

use std::ops::Range;
use std::sync::OnceLock;

use tch::Device;

use crate::calendar::Period;
use crate::events::UserId;
use crate::forecast::ForecastError;
use crate::forecast::activity::outlook::Outlook;
use crate::forecast::activity::reference::Reference;
use crate::forecast::config::{Beginning, CellKind, ForecastConfig, HeadLoss};
use crate::forecast::ground::fitted_pool::FittedPool;
use crate::forecast::ground::terms::{Terms, TopicRidges};
use crate::forecast::network::batch::Features;
use crate::forecast::network::saved::{NetworkRole, Networks, Start};
use crate::forecast::network::spread::Scatter;
use crate::forecast::past::affinity::Affinity;
use crate::forecast::past::history::{Past, Question};
use crate::forecast::past::lessons::Lessons;
use crate::forecast::past::market::{Market, active_periods};
use crate::forecast::past::roughness::Roughness;
use crate::forecast::past::split::{FEWEST_PERIODS, Split};
use crate::interests::{RowVectors, Trajectories};
use crate::observe::{CurvePoint, Watch};

/// A log may reach over so many periods: a century of days. Questions are asked of the last sixth of them, so that far
/// more would be walked through for days.
const MOST_PERIODS: i32 = 40_000;

/// What is known at an origin. Nothing at or after it can be reached from here but row numbers of the trajectories.
#[derive(Debug)]
pub struct Known<'a> {
    /// The trajectories; their origin is where the forecaster stands.
    pub trajectories: &'a Trajectories,
    /// The mean text vector of every row.
    pub vectors: &'a RowVectors,
    /// Each user's active periods before the origin.
    pub pasts: Vec<Past>,
    /// The market before the origin.
    pub market: Market,
    /// How far users' shares moved before the origin.
    pub roughness: Roughness,
    /// What followed what before the origin.
    pub affinity: Affinity,
    /// Which periods train, stop and judge.
    pub split: Split,
    /// Settings.
    pub config: &'a ForecastConfig,
    /// Where to compute.
    pub device: Device,
    /// How much the heads count, once that is known: networks of all kinds take what was chosen for the first.
    pub heads: OnceLock<HeadLoss>,
    /// The simple answers about activity, once somebody asked for them.
    references: OnceLock<[Reference; 3]>,
    /// What topics add to simple forecasts, once somebody asked for it.
    ridges: OnceLock<TopicRidges>,
    /// The pools, by role, once somebody asked for them.
    pools: OnceLock<[FittedPool; 3]>,
    /// What networks begin with.
    pub start: Start<'a>,
    /// Whom to tell.
    pub watch: &'a Watch,
}

impl<'a> Known<'a> {
    /// What is known at the trajectories' origin.
    ///
    /// # Errors
    /// [`ForecastError::TooShort`] and [`ForecastError::NobodyReturns`] where there is nothing to learn from.
    pub fn at_origin(
        trajectories: &'a Trajectories,
        vectors: &'a RowVectors,
        config: &'a ForecastConfig,
        device: Device,
        start: Start<'a>,
        watch: &'a Watch,
    ) -> Result<Self, ForecastError> {
        let (first, origin) = (trajectories.first, trajectories.origin);
        let length = trajectories.calendar.length;
        let too_short = ForecastError::TooShort { periods: origin.since(first).max(0), length, needed: FEWEST_PERIODS };
        if origin.since(first) > MOST_PERIODS {
            let (periods, active) = (origin.since(first), active_periods(trajectories).len());
            return Err(ForecastError::TooWide { periods, length, active, most: MOST_PERIODS });
        }
        let pasts: Vec<Past> =
            (0..trajectories.users() as u32).map(|user| Past::of(trajectories, UserId(user))).collect();
        let split = Split::of_pasts(first, origin, config.horizon, &pasts).ok_or(too_short)?;
        let split = match start.learnt() {
            Some(learnt) => split.after(learnt),
            None => split,
        };
        if pasts.iter().all(|past| past.len() < 2) {
            return Err(ForecastError::NobodyReturns { length });
        }
        let market = Market::of(trajectories);
        let given = match start {
            Start::Saved(model) | Start::Continued(model, _) => model.config.shape.heads,
            Start::Anew(_) => config.shape.heads,
        };
        let heads = if given == HeadLoss::Chosen { OnceLock::new() } else { OnceLock::from(given) };
        let roughness = Roughness::of(&pasts, &market);
        let affinity = Affinity::of(trajectories, &pasts, &vectors.topics, &market, watch)?;
        Ok(Self {
            trajectories,
            vectors,
            pasts,
            market,
            roughness,
            affinity,
            split,
            config,
            device,
            heads,
            references: OnceLock::new(),
            ridges: OnceLock::new(),
            pools: OnceLock::new(),
            start,
            watch,
        })
    }

    /// What networks of these kinds and this role are shown of it.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn features(&self, cells: &[CellKind], role: NetworkRole) -> Result<Features<'_>, ForecastError> {
        let terms = (self.terms(), self.ridges()?);
        let features = Features::new(self.trajectories, &self.market, terms, self.vectors, self.device);
        let at_pool = cells.iter().any(|cell| cell.beginning() == Beginning::Pool);
        if at_pool { Ok(features.beginning_at(self.pool(role)?)) } else { Ok(features) }
    }

    /// How many interests there are.
    pub fn interests(&self) -> usize {
        self.trajectories.interests
    }

    /// The simple answers about activity, fitted to what was before the tuning periods, the validation periods and the
    /// origin.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn references(&self) -> Result<&[Reference; 3], ForecastError> {
        if let Some(found) = self.references.get() {
            return Ok(found);
        }
        let fit = |before: Period| Reference::fit(&self.pasts, before, self.trajectories.calendar, self.watch);
        let Split { tune, validation, origin, .. } = self.split;
        let fitted = [fit(tune)?, fit(validation)?, fit(origin)?];
        Ok(self.references.get_or_init(|| fitted))
    }

    /// The terms of questions about shares.
    pub fn terms(&self) -> Terms<'_> {
        let Self { trajectories, market, affinity, vectors, .. } = self;
        Terms { trajectories, market, affinity, topics: &vectors.topics }
    }

    /// What topics add to simple forecasts.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn ridges(&self) -> Result<&TopicRidges, ForecastError> {
        if let Some(found) = self.ridges.get() {
            return Ok(found);
        }
        let learnt = self.terms().ridges(&self.pasts, self.watch)?;
        Ok(self.ridges.get_or_init(|| learnt))
    }

    /// The pool that knows what networks of this role may know.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn pool(&self, role: NetworkRole) -> Result<&FittedPool, ForecastError> {
        let place = match role {
            NetworkRole::Judged => 0,
            NetworkRole::Recent => 1,
            NetworkRole::Whole => 2,
        };
        if let Some(found) = self.pools.get() {
            return Ok(&found[place]);
        }
        let (terms, ridges) = (self.terms(), self.ridges()?);
        let Split { first, tune, validation, origin } = self.split;
        let held = validation.since(tune);
        let fit = |end: Period, chosen_since: Period| {
            self.watch.check()?;
            let learnt = self.learnt_since(end)..end;
            let fitted = FittedPool::fit(
                &terms,
                ridges,
                &self.pasts,
                learnt,
                chosen_since..end,
                self.config.horizon,
                self.watch,
            )?;
            Ok::<_, ForecastError>(fitted)
        };
        // The simple forecast of each is chosen on periods that its role may know.
        let fitted = [fit(tune, tune.plus(-held).max(first))?, fit(validation, tune)?, fit(origin, tune)?];
        Ok(&self.pools.get_or_init(|| fitted)[place])
    }

    /// The validation periods and the first period ahead, in which activity is asked about.
    pub fn activity_periods(&self) -> [Range<Period>; 2] {
        let Split { validation, origin, .. } = self.split;
        [validation..origin, origin..origin.plus(1)]
    }

    /// Whether models are judged by a question: one period ahead, in the validation periods.
    pub fn judges(&self, asked: &Question) -> bool {
        asked.horizon() == 1 && asked.target >= self.split.validation
    }

    /// The first period that networks learn the shares of, if they learn up to `end`.
    pub fn learnt_since(&self, end: Period) -> Period {
        let first = self.split.first;
        self.config.shape.window.map_or(first, |window| first.max(end.plus(-window)))
    }

    /// The questions of the last periods before the origin, over all horizons, asked as if nothing were known from the
    /// tuning periods on. Models are weighed and bands are calibrated on the answers.
    pub fn practice(&self) -> Lessons<'_> {
        let Split { tune, origin, .. } = self.split;
        let every: Vec<usize> = (1..=self.config.horizon).collect();
        Lessons::of(&self.pasts, tune..origin, tune, &every)
    }
}

/// A way to forecast that is fitted without epochs. The networks are trained together; see [`super::recurrent`].
pub trait Model {
    /// Fits on what is before the origin.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    fn fit<'a>(&self, known: &'a Known<'a>) -> Result<Box<dyn FittedModel + 'a>, ForecastError>;
}

/// A model that was fitted at an origin. How sure it may be is read off the distance between its answers to
/// [`Known::practice`] and what was observed; see [`crate::forecast::bands::calibration`].
pub trait FittedModel: Send {
    /// Answers to questions from before the origin by a fit that did not learn from the tuning and validation periods;
    /// questions × interests.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    fn practise(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError>;

    /// Shares of later periods by a fit on everything before the origin; questions × interests.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    fn forecast(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError>;

    /// What is expected of users' activity in the validation periods, by a fit on what was before them, and in the first
    /// period ahead; none for models that tell nothing of it.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    fn outlooks(&self, _: [&Lessons; 2]) -> Result<Option<[Outlook; 2]>, ForecastError> {
        Ok(None)
    }

    /// How far the answers scatter around what the model says, in the ways in which it can tell; none for most.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    fn scatter(&self, _practice: &Lessons, _ahead: &Lessons) -> Result<Vec<Scatter>, ForecastError> {
        Ok(Vec::new())
    }

    /// How training went, for models that are trained.
    fn curves(&self) -> Vec<CurvePoint> {
        Vec::new()
    }

    /// Adds the model's networks to those that are kept, for models that have some.
    ///
    /// # Errors
    /// When they cannot be read off the device.
    fn save(&self, _: &mut Networks) -> Result<(), ForecastError> {
        Ok(())
    }
}
