//! Forecasts that are there before the last word: of simple models at once, of classical ones and of networks when they
//! have learnt, and then with bands.

use super::banded::Banded;
use super::choice::choose;
use super::result::Forecast;
use crate::forecast::ForecastError;
use crate::forecast::bands::band::Band;
use crate::forecast::kind::{ActivitySource, ModelKind, Tier};
use crate::forecast::models::answers::Answers;
use crate::forecast::models::model::{FittedModel, Known};
use crate::forecast::network::saved::Networks;
use crate::forecast::standing::{Onlooker, Standing};

/// A forecast of all users by the best model so far.
#[derive(Clone, Debug)]
pub struct EarlyForecast {
    /// What it rests on.
    pub tier: Tier,
    /// The model that made it.
    pub model: ModelKind,
    /// Its loss on the validation periods, nats per event; none where nothing was scored.
    pub nll: Option<f64>,
    /// The shares, with bands; before [`Tier::Bands`] these are calibrated on a part of the past only.
    /// [`Forecast::p_any`] comes with the last word.
    pub forecast: Forecast,
}

/// Hears of early forecasts; none where nobody listens, and then none is made.
pub type TellEarly<'a> = Option<&'a mut dyn FnMut(EarlyForecast)>;

impl EarlyForecast {
    /// What the models that have answered come to.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`].
    pub fn of(known: &Known, standing: &Standing, tier: Tier, asked: ModelKind) -> Result<Self, ForecastError> {
        let (answers, _) = choose(standing, asked);
        let Banded { bands, why_none } = Banded::quickly(known, standing, answers)?;
        Ok(Self::with(known, standing, tier, answers, (bands, why_none)))
    }

    /// The forecast of a model with its bands, or why there are none.
    pub fn with(
        known: &Known,
        standing: &Standing,
        tier: Tier,
        answers: &Answers,
        (bands, no_bands): (Vec<Band>, Option<String>),
    ) -> Self {
        let nll = Some(answers.validation.nll()).filter(|_| answers.validation.rows > 0);
        let forecast = forecast(known, standing, answers, bands, no_bands);
        Self { tier, model: answers.kind, nll, forecast }
    }
}

/// Shares ahead by one model, and activity by whoever foresaw it best.
pub(super) fn forecast(
    known: &Known,
    standing: &Standing,
    answers: &Answers,
    bands: Vec<Band>,
    no_bands: Option<String>,
) -> Forecast {
    let (trajectories, config, table) = (known.trajectories, known.config, &standing.activity);
    let outlook_by = |by: ActivitySource| standing.outlook(by).cloned().unwrap_or_default();
    Forecast {
        calendar: trajectories.calendar,
        origin: trajectories.origin,
        horizon: config.horizon,
        interests: trajectories.interests,
        users: standing.ahead.users(),
        share: answers.ahead.clone(),
        bands,
        no_bands,
        joint: config.joint,
        p_any: Vec::new(),
        p_active: outlook_by(table.chance_by).chance,
        expected_events: outlook_by(table.events_by).events,
        expected_value: table.spend_by.map(|by| outlook_by(by).spend).unwrap_or_default(),
    }
}

/// Keeps the networks of a run and tells what is forecast so far.
pub(super) struct RunOnlooker<'a, 'b> {
    pub(super) known: &'a Known<'a>,
    pub(super) asked: ModelKind,
    pub(super) networks: Networks,
    pub(super) tell: TellEarly<'b>,
}

impl Onlooker for RunOnlooker<'_, '_> {
    fn fitted(&mut self, model: &dyn FittedModel) -> Result<(), ForecastError> {
        model.save(&mut self.networks)
    }

    fn reached(&mut self, tier: Tier, standing: &Standing) -> Result<(), ForecastError> {
        if let Some(tell) = &mut self.tell {
            tell(EarlyForecast::of(self.known, standing, tier, self.asked)?);
        }
        Ok(())
    }
}
