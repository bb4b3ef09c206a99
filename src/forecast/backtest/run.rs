//! Walks from origin to origin: at each, every model is fitted and asked before anybody looks at what came.

use strum::IntoEnumIterator as _;

use super::BacktestPlan;
use super::collected::RELIABILITY;
use super::judge::{AtOrigin, Judge};
use super::result::Backtest;
use crate::calendar::Period;
use crate::forecast::cohorts::cohort_view::CohortView;
use crate::forecast::kind::ModelKind;
use crate::forecast::models::model::Known;
use crate::forecast::run::choice::choose;
use crate::forecast::run::usual_epochs;
use crate::forecast::standing::stand;
use crate::forecast::{Checkpoints, ForecastConfig, ForecastError, HeadLoss, Start};
use crate::interests::{OneThread, RowVectors, Trajectories};
use crate::observe::{Meter, Stage, Watch};

/// Sets every model, or those of `only` and the simple ones, against the past. At each origin all is done anew from
/// what came before it: training, weights, the choice of a model, the calibration of bands. What was trained before a
/// kill is found in `checkpoints` and not trained again.
///
/// # Errors
/// [`ForecastError::TooShort`] and [`ForecastError::NobodyReturns`] where there is nothing to learn from;
/// [`ForecastError::Cancelled`]; what libtorch reports.
#[expect(clippy::too_many_arguments, reason = "a run's, and where it stands")]
pub fn backtest(
    trajectories: &Trajectories,
    vectors: &RowVectors,
    config: &ForecastConfig,
    plan: &BacktestPlan,
    only: Option<&[ModelKind]>,
    device: tch::Device,
    checkpoints: &Checkpoints,
    watch: &Watch,
) -> Result<Backtest, ForecastError> {
    let _threads = OneThread::on(device);
    let kinds = kinds(only);
    let mut meter = meter(&kinds, config, plan, watch);
    let mut judge = Judge::new(trajectories, config, with_reliability(&config.levels), only);
    // The weight of the heads is chosen at the first origin, by what lies before it, and holds for the later ones.
    let mut heads = config.shape.heads;
    for (origin, horizon) in &plan.origins {
        let until_here = ends_at(trajectories, *origin);
        let here = checkpoints.of_part(&format!("origin {}", origin.0));
        // Nothing further ahead is learnt than is asked.
        let settings = ForecastConfig { horizon: *horizon, ..config.with_heads(heads) };
        let known = Known::at_origin(&until_here, vectors, &settings, device, Start::Anew(&here), watch)?;
        let standing = stand(&known, &kinds, &mut meter, &mut ())?;
        heads = known.heads.get().copied().unwrap_or(heads);
        let cohorts = CohortView::of(&known, &standing, &kinds)?;
        let (chosen, because) = choose(&standing, ModelKind::Ensemble);
        judge.chose(chosen.kind, because);
        judge.look(&AtOrigin { known: &known, standing: &standing, cohorts: &cohorts }, watch)?;
    }
    Ok(judge.verdict(plan))
}

/// What a forecaster who stands at an origin is handed: the trajectories end there.
fn ends_at(trajectories: &Trajectories, origin: Period) -> Trajectories {
    Trajectories { origin, ..trajectories.clone() }
}

/// The levels asked for, and those of the curve of coverage.
fn with_reliability(levels: &[u8]) -> Vec<u8> {
    let further = RELIABILITY.iter().filter(|level| !levels.contains(level));
    levels.iter().chain(further).copied().collect()
}

/// Counts the epochs of all origins. Later origins need not choose the heads' weight.
fn meter(kinds: &[ModelKind], config: &ForecastConfig, plan: &BacktestPlan, watch: &Watch) -> Meter {
    let epochs = |heads| usual_epochs(kinds, &config.with_heads(heads));
    let later = plan.origins.len().saturating_sub(1) as u64 * epochs(HeadLoss::Weight(0.0));
    watch.meter(Stage::Train, "epoch", Some(epochs(config.shape.heads) + later))
}

/// The models to fit: those wanted, the simple ones, and where one is made of others all the others.
fn kinds(only: Option<&[ModelKind]>) -> Vec<ModelKind> {
    let Some(only) = only else { return ModelKind::iter().collect() };
    let composed = only.iter().any(|kind| kind.is_made_of_others());
    let needed = |kind: &ModelKind| kind.is_simple() || only.contains(kind) || (composed && !kind.is_made_of_others());
    ModelKind::iter().filter(needed).collect()
}
