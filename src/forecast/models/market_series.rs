//! `ets`, `theta` and `arima`: a user's decayed past, carried on by what a model of the market's series expects.
//!
//! A single user's periods are too few and too noisy for a series model of their own. So the models read the market:
//! its smoothed shares as centred log-ratios (Aitchison, *The Statistical Analysis of Compositional Data*, 1986), one
//! series for each interest, fitted anew at every origin on what came before it. A softmax makes shares of their
//! forecasts. The user's past times a power of the market's expected change is the answer; the power is chosen on past
//! periods and may be 0.

use std::collections::BTreeMap;

use rayon::prelude::{IntoParallelIterator as _, ParallelIterator as _};

use super::model::{FittedModel, Known, Model};
use crate::calendar::Period;
use crate::forecast::ForecastError;
use crate::forecast::ground::moved::Moved;
use crate::forecast::kind::ModelKind;
use crate::forecast::past::history::Question;
use crate::forecast::past::lessons::Lessons;
use crate::forecast::series::{Arima, Ets, SeriesModel, Theta};

/// The longest season that is looked for: with longer ones the search takes minutes and finds little.
const LONGEST_SEASON: i32 = 12;
/// Periods before an origin that a series is fitted on at most.
const LONGEST_SERIES: i32 = 104;

/// A model of the market's series by its kind: ets, theta or arima.
#[derive(Clone, Copy, Debug)]
pub struct MarketSeries(pub ModelKind);

/// Market shares expected from an origin on, in logarithms, step by step.
type MarketPath = Vec<Vec<f64>>;

#[derive(Debug)]
struct Carried<'a> {
    known: &'a Known<'a>,
    outlooks: BTreeMap<Period, MarketPath>,
    before: Moved,
    whole: Moved,
}

impl Model for MarketSeries {
    fn fit<'a>(&self, known: &'a Known<'a>) -> Result<Box<dyn FittedModel + 'a>, ForecastError> {
        let split = known.split;
        let mut outlooks = BTreeMap::new();
        let mut origin = split.tune;
        while origin <= split.origin {
            known.watch.check()?;
            outlooks.insert(origin, self.outlook(known, origin));
            origin = origin.plus(1);
        }
        let mut carried = Carried { known, outlooks, before: Moved::POPULARITY, whole: Moved::POPULARITY };
        let choose = |until: Period| {
            let lessons = Lessons::of(&known.pasts, split.tune..until, split.tune, &[1]);
            Moved::chosen(&known.pasts, &known.market, lessons.questions(), &|question| carried.change(question))
        };
        let (before, whole) = (choose(split.validation), choose(split.origin));
        (carried.before, carried.whole) = (before, whole);
        Ok(Box::new(carried))
    }
}

impl MarketSeries {
    /// What the series model expects of the market from an origin on; empty where nothing came before.
    fn outlook(&self, known: &Known, origin: Period) -> MarketPath {
        let model: &(dyn SeriesModel + Sync) = match self.0 {
            ModelKind::Theta => &Theta,
            ModelKind::Arima => &Arima,
            _ => &Ets,
        };
        let season = known.trajectories.calendar.length.season();
        let season = if season <= LONGEST_SEASON { usize::try_from(season).unwrap_or(1) } else { 1 };
        let first = (origin.since(known.trajectories.first)).min(LONGEST_SERIES);
        let ratios: Vec<Vec<f64>> = (1..=first)
            .rev()
            .filter_map(|back| known.market.log_share(origin.plus(-back)))
            .map(|logs| {
                let middle = logs.iter().map(|log| f64::from(*log)).sum::<f64>() / logs.len() as f64;
                logs.iter().map(|log| f64::from(*log) - middle).collect()
            })
            .collect();
        let steps = known.config.horizon;
        let series: Vec<Option<Vec<f64>>> = (0..known.interests())
            .into_par_iter()
            .map(|interest| {
                let values: Vec<f64> = ratios.iter().map(|row| row[interest]).collect();
                Some(model.fit(&values, season).ok()?.forecast(steps).mean)
            })
            .collect();
        let Some(series) = series.into_iter().collect::<Option<Vec<Vec<f64>>>>() else { return Vec::new() };
        (0..steps)
            .map(|step| {
                let logs: Vec<f64> = series.iter().map(|mean| mean[step]).collect();
                let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = logs.iter().map(|log| (log - most).exp()).sum();
                logs.into_iter().map(|log| log - most - sum.ln()).collect()
            })
            .collect()
    }
}

impl Carried<'_> {
    fn shares(&self, simple: Moved, questions: &Lessons) -> Vec<f32> {
        let change = |question: &Question| self.change(question);
        simple.shares(&self.known.pasts, &self.known.market, questions.questions(), &change)
    }

    /// How the market is expected to move from its long-run shares to the period asked for, in logarithms.
    fn change(&self, question: &Question) -> Vec<f32> {
        let popularity = self.known.market.log_popularity(question.origin);
        let outlook = self.outlooks.get(&question.origin).and_then(|steps| steps.get(question.horizon() - 1));
        match outlook {
            Some(logs) => logs.iter().zip(popularity).map(|(log, long)| *log as f32 - long).collect(),
            None => vec![0.0; popularity.len()],
        }
    }
}

impl FittedModel for Carried<'_> {
    fn practise(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        Ok(self.shares(self.before, questions))
    }

    fn forecast(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        Ok(self.shares(self.whole, questions))
    }
}
