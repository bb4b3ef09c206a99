//! Every model at one origin: fitted, weighed, chosen and with bands, from nothing but what came before.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::ForecastError;
use super::activity::outlook::{ObservedActivity, Outlook, lowest};
use super::activity::score::{ActivityScore, ActivityTable};
use super::config::CellKind;
use super::kind::{ActivitySource, ModelKind, Tier};
use super::models::answers::Answers;
use super::models::market_series::MarketSeries;
use super::models::mixture::Mixture;
use super::models::model::{FittedModel, Known, Model};
use super::models::pool::Pool;
use super::models::recurrent;
use super::models::spreadsheet::Spreadsheet;
use super::network::spread::Scatter;
use super::past::history::Question;
use super::past::lessons::Lessons;
use super::past::tally::{Tally, tally};
use crate::observe::{Cancelled, CurvePoint, Meter};
use strum::IntoEnumIterator as _;

/// All models at one origin.
pub struct Standing<'a> {
    /// The practice questions.
    pub practice: Lessons<'a>,
    /// The questions ahead: for every user with a past, one for each period.
    pub ahead: Lessons<'a>,
    /// The models, in the order of [`ModelKind`].
    pub models: Vec<Answers>,
    /// How training went.
    pub curves: Vec<CurvePoint>,
    /// What is expected of every user's activity in the first period ahead, by whom.
    pub outlooks: Vec<(ActivitySource, Outlook)>,
    /// How good each of these was on the validation periods.
    pub activity: ActivityTable,
    /// The models that were fitted, those made of others left out. One thread at a time asks them: tensors may not be
    /// looked at by several.
    fitted: Mutex<Vec<(ModelKind, Box<dyn FittedModel + 'a>)>>,
    mixtures: Vec<(ModelKind, Mixture)>,
    interests: usize,
}

/// A model that was fitted, with the seconds that took.
type FittedIn<'a> = (ModelKind, Box<dyn FittedModel + 'a>, f64);

/// Hears how far the fitting of all models has come.
pub trait Onlooker {
    /// A model was fitted.
    ///
    /// # Errors
    /// Whatever it cannot go on with.
    fn fitted(&mut self, _: &dyn FittedModel) -> Result<(), ForecastError> {
        Ok(())
    }

    /// All models of a tier have answered; those of later tiers are not there yet.
    ///
    /// # Errors
    /// As [`Self::fitted`].
    fn reached(&mut self, _: Tier, _: &Standing) -> Result<(), ForecastError> {
        Ok(())
    }
}

/// Nobody looks on.
impl Onlooker for () {}

/// Fits all of `kinds` of one tier that are not made of others; networks together.
fn fit<'a>(
    known: &'a Known<'a>,
    tier: Tier,
    kinds: &[ModelKind],
    meter: &mut Meter,
) -> Result<Vec<FittedIn<'a>>, ForecastError> {
    let wanted = || {
        let of_tier = ModelKind::iter().filter(move |kind| kind.tier() == tier && !kind.is_made_of_others());
        of_tier.filter(|kind| kinds.contains(kind))
    };
    let mut fitted: Vec<FittedIn<'a>> = Vec::new();
    for kind in wanted().filter(|kind| !kind.is_trained()) {
        known.watch.check()?;
        let began = Instant::now();
        let model = match kind {
            ModelKind::Ets | ModelKind::Theta | ModelKind::Arima => MarketSeries(kind).fit(known)?,
            ModelKind::Pool => Pool.fit(known)?,
            _ => Spreadsheet(kind).fit(known)?,
        };
        fitted.push((kind, model, began.elapsed().as_secs_f64()));
    }
    let networks: Vec<(ModelKind, CellKind)> = wanted().filter_map(|kind| Some((kind, kind.cell()?))).collect();
    if networks.is_empty() {
        return Ok(fitted);
    }
    let cells: Vec<CellKind> = networks.iter().map(|(_, cell)| *cell).collect();
    for ((kind, _), trained) in networks.into_iter().zip(recurrent::train(known, &cells, meter)?) {
        let seconds = trained.seconds;
        fitted.push((kind, Box::new(trained), seconds));
    }
    Ok(fitted)
}

/// Fits `kinds` (those made of others need some) on what is known and asks them all, tier by tier.
///
/// # Errors
/// [`ForecastError::Cancelled`], or what libtorch reports.
pub fn stand<'a>(
    known: &'a Known<'a>,
    kinds: &[ModelKind],
    meter: &mut Meter,
    onlooker: &mut dyn Onlooker,
) -> Result<Standing<'a>, ForecastError> {
    let asked = known.activity_periods().map(|periods| Lessons::about_activity(&known.pasts, periods));
    let [seen, next] = &asked;
    let [_, before_validation, before_origin] = known.references()?;
    let simple = before_validation.answers(&known.pasts, seen.activity());
    let came: Vec<ObservedActivity> = seen
        .activity()
        .iter()
        .map(|question| ObservedActivity::of(&known.pasts[question.user.index()], question))
        .collect();
    let mut scores = vec![simple.score(ActivitySource::Simple, &came)];
    let mut standing = Standing {
        practice: known.practice(),
        ahead: Lessons::ahead(&known.pasts, known.split.origin, known.config.horizon),
        models: Vec::new(),
        curves: Vec::new(),
        outlooks: vec![(ActivitySource::Simple, before_origin.answers(&known.pasts, next.activity()))],
        activity: activity_table(came.len(), scores.clone()),
        fitted: Mutex::default(),
        mixtures: Vec::new(),
        interests: known.interests(),
    };
    for tier in Tier::iter() {
        let fitted = fit(known, tier, kinds, meter)?;
        if fitted.is_empty() {
            continue;
        }
        for (kind, fitted, seconds_train) in fitted {
            known.watch.check()?;
            let practice = fitted.practise(&standing.practice)?;
            let asked = Instant::now();
            let ahead = fitted.forecast(&standing.ahead)?;
            if let Some([validation, ahead]) = fitted.outlooks([seen, next])? {
                scores.push(validation.score(kind.into(), &came));
                standing.outlooks.push((kind.into(), ahead));
            }
            onlooker.fitted(&*fitted)?;
            standing.curves.extend(fitted.curves());
            standing.models.push(Answers {
                kind,
                validation: judged(known, standing.practice.questions(), &practice),
                practice,
                ahead,
                seconds_train,
                seconds_forecast: asked.elapsed().as_secs_f64(),
            });
            standing.fitted.get_mut().unwrap_or_else(PoisonError::into_inner).push((kind, fitted));
        }
        if tier == Tier::Networks {
            standing.mix(known, kinds)?;
        }
        standing.activity = activity_table(came.len(), scores.clone());
        onlooker.reached(tier, &standing)?;
    }
    Ok(standing)
}

/// Whose chances, events and spend are taken: the lowest proper losses, the simple one's where nobody's is lower.
fn activity_table(rows: usize, scores: Vec<ActivityScore>) -> ActivityTable {
    let name = |at: usize| scores[at].model;
    let spend = |score: &ActivityScore| score.spend.map_or(f64::INFINITY, |errors| errors.deviance);
    ActivityTable {
        rows: rows as u64,
        chance_by: name(lowest(&scores, |score| score.log_loss)),
        events_by: name(lowest(&scores, |score| score.events.deviance)),
        spend_by: scores.iter().any(|score| score.spend.is_some()).then(|| name(lowest(&scores, spend))),
        scores,
    }
}

impl Standing<'_> {
    /// Adds the mixtures among `kinds` of the models that have answered. A mixture is one of models that learn by
    /// themselves, never of other mixtures.
    fn mix(&mut self, known: &Known, kinds: &[ModelKind]) -> Result<(), Cancelled> {
        let (practice, ahead) = (self.practice.questions(), self.ahead.questions());
        let mut mixed = Vec::new();
        for kind in ModelKind::iter().filter(|kind| kinds.contains(kind) && kind.is_made_of_others()) {
            let began = Instant::now();
            let mixture = Mixture::learnt(kind, known, &self.models, practice)?;
            let of_others =
                |answers: fn(&Answers) -> &[f32]| -> Vec<&[f32]> { self.models.iter().map(answers).collect() };
            let practised = mixture.practised(&of_others(|model| &model.practice), practice, known.interests());
            let forecast = mixture.forecast(&of_others(|model| &model.ahead), ahead, known.interests());
            mixed.push(Answers {
                kind,
                validation: judged(known, practice, &practised),
                practice: practised,
                ahead: forecast,
                seconds_train: began.elapsed().as_secs_f64(),
                seconds_forecast: 0.0,
            });
            self.mixtures.push((kind, mixture));
        }
        self.models.extend(mixed);
        Ok(())
    }

    /// The simple model that did best on the validation periods; none where nothing could be judged there.
    pub fn best_simple(&self) -> Option<&Answers> {
        self.best(|answers| answers.kind.is_simple())
    }

    /// The model that did best on the validation periods; none where nothing could be judged there.
    pub fn winner(&self) -> Option<&Answers> {
        self.best(|_| true)
    }

    /// The model that forecasts where none could be judged: what users did, the nearer the heavier.
    pub fn unjudged(&self) -> &Answers {
        self.of(ModelKind::Ewma).unwrap_or(&self.models[0])
    }

    /// The first of those with the lowest loss.
    fn best(&self, among: impl Fn(&Answers) -> bool) -> Option<&Answers> {
        let judged = self.models.iter().filter(|answers| answers.validation.rows > 0 && among(answers));
        judged.min_by(|a, b| a.validation.nll().total_cmp(&b.validation.nll()))
    }

    /// What a forecaster of activity expects of the first period ahead.
    pub fn outlook(&self, by: ActivitySource) -> Option<&Outlook> {
        self.outlooks.iter().find(|(name, _)| *name == by).map(|(_, outlook)| outlook)
    }

    /// A model's answers.
    pub fn of(&self, kind: ModelKind) -> Option<&Answers> {
        self.models.iter().find(|answers| answers.kind == kind)
    }

    /// How far a model's answers scatter, in every way in which it can tell.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn scatter(&self, kind: ModelKind) -> Result<Vec<Scatter>, ForecastError> {
        let fitted = self.fitted.lock().unwrap_or_else(PoisonError::into_inner);
        let fitted = fitted.iter().find(|(fitted, _)| *fitted == kind);
        fitted.map_or_else(|| Ok(Vec::new()), |(_, fitted)| fitted.scatter(&self.practice, &self.ahead))
    }

    /// Answers to further questions from before the origin, as to the practice ones, of all models that `kinds` need.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn practise(
        &self,
        questions: &Lessons,
        kinds: &[ModelKind],
    ) -> Result<Vec<(ModelKind, Vec<f32>)>, ForecastError> {
        let composed = kinds.iter().any(|kind| kind.is_made_of_others());
        let fitted = self.fitted.lock().unwrap_or_else(PoisonError::into_inner);
        let needed = fitted.iter().filter(|(kind, _)| composed || kinds.contains(kind));
        let mut answers: Vec<(ModelKind, Vec<f32>)> = needed
            .map(|(kind, fitted)| Ok((*kind, fitted.practise(questions)?)))
            .collect::<Result<_, ForecastError>>()?;
        let mut mixed = Vec::new();
        for (kind, mixture) in self.mixtures.iter().filter(|_| composed) {
            let others: Vec<&[f32]> = answers.iter().map(|(_, answers)| &**answers).collect();
            mixed.push((*kind, mixture.practised(&others, questions.questions(), self.interests)));
        }
        answers.extend(mixed);
        Ok(answers)
    }
}

/// How answers to the practice questions did on those that judge.
fn judged(known: &Known, questions: &[Question], shares: &[f32]) -> Tally {
    tally(&known.pasts, questions, shares, known.interests(), |asked| known.judges(asked))
}
