//! What the texts' vectors bring: each network beside a twin that was trained the same way without them.

use std::collections::BTreeMap;

use strum::IntoEnumIterator as _;

use super::BacktestPlan;
use super::difference::difference;
use super::result::{Backtest, ModelResult};
use super::run::backtest;
use super::twins::{Ablation, Compared, Part};
use crate::forecast::bands::cell::activity_group;
use crate::forecast::kind::{ActivitySource, ModelKind, ModelName};
use crate::forecast::past::tally::{mean, nats};
use crate::forecast::{Checkpoints, ForecastConfig, ForecastError};
use crate::interests::{NewTexts, RowVectors, Trajectories};
use crate::observe::Watch;

/// Trains a twin of each network in `found` without the texts' vectors and topics, and sets it against the same past:
/// it becomes a further model, of which no mixture and no choice knows. `new` tells which events are of new texts.
///
/// # Errors
/// As [`backtest`].
#[expect(clippy::too_many_arguments, reason = "a backtest's, and what it is compared with")]
pub fn ablate(
    found: &mut Backtest,
    trajectories: &Trajectories,
    new: &NewTexts,
    config: &ForecastConfig,
    plan: &BacktestPlan,
    device: tch::Device,
    checkpoints: &Checkpoints,
    watch: &Watch,
) -> Result<(), ForecastError> {
    let networks: Vec<ModelKind> =
        ModelKind::iter().filter(|kind| kind.is_trained() && found.model(*kind).is_some()).collect();
    if networks.is_empty() {
        return Ok(());
    }
    // Vectors of no length and no topics: the twins' inputs have no place for them, and users like a user are not known.
    let nothing = RowVectors::default();
    let checkpoints = checkpoints.of_part("without text");
    let bare = backtest(trajectories, &nothing, config, plan, Some(&networks), device, &checkpoints, watch)?;
    let new = new_events(found, trajectories, new);
    for kind in networks {
        let (Some(full), Some(twin)) = (found.model(kind), bare.model(kind)) else { continue };
        let mut twin = ModelResult { name: ModelName::twin_of(kind), ..twin.clone() };
        if let Some(activity) = &mut twin.activity {
            activity.network.model = ActivitySource::Model(twin.name);
        }
        let parts = Part::iter().map(|part| compared(part, found, &new, full, &twin)).collect();
        let ablation = Ablation { model: full.name, twin: twin.name, parts };
        found.ablations.push(ablation);
        found.models.push(twin);
    }
    found.models.sort_by(|a, b| a.one_step.nll.total_cmp(&b.one_step.nll));
    Ok(())
}

/// Events of new texts in every question's period, questions × interests.
fn new_events(found: &Backtest, trajectories: &Trajectories, new: &NewTexts) -> Vec<f32> {
    let mut counts = vec![0.0; found.observed.len()];
    for (asked, counts) in found.asked.iter().zip(counts.chunks_exact_mut(found.interests)) {
        let row = trajectories.rows(asked.user).find(|row| trajectories.period[*row] == asked.period);
        for (interest, weight) in row.into_iter().flat_map(|row| new.of(row, asked.origin)) {
            counts[usize::from(interest)] += weight;
        }
    }
    counts
}

fn compared(part: Part, found: &Backtest, new: &[f32], full: &ModelResult, twin: &ModelResult) -> Compared {
    let (with, without) = (losses(part, found, new, &full.share), losses(part, found, new, &twin.share));
    let events: f64 = with.values().map(|(_, events)| events).sum();
    let mean = |losses: &BTreeMap<u32, (f64, f64)>| mean(losses.values().map(|(nats, _)| nats).sum(), events);
    Compared {
        part,
        users: with.len() as u64,
        events,
        with: mean(&with),
        without: mean(&without),
        better: difference(&without, &with),
    }
}

/// Each user's loss and events of a part one period ahead, by user number; users without such events are left out.
fn losses(part: Part, found: &Backtest, new: &[f32], shares: &[f32]) -> BTreeMap<u32, (f64, f64)> {
    let mut losses: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    let wanted = |periods: u32| part.activity().is_none_or(|group| activity_group(periods) == group);
    for (at, asked) in found.asked.iter().enumerate() {
        if asked.horizon != 1 || !wanted(asked.active_periods) {
            continue;
        }
        for cell in at * found.interests..(at + 1) * found.interests {
            let events = match part {
                Part::NewTexts => new[cell],
                Part::KnownTexts => found.observed[cell] - new[cell],
                _ => found.observed[cell],
            };
            // Sums of the same weights may differ in their last bits.
            if events > found.observed[cell] * 1e-5 {
                let of_user = losses.entry(asked.user.0).or_default();
                of_user.0 += nats(f64::from(events), shares[cell]);
                of_user.1 += f64::from(events);
            }
        }
    }
    losses
}
