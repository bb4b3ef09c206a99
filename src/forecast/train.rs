//! Training: several networks, each stopped where it was best, or after a number of epochs known to be good.

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use tch::nn::{self, OptimizerConfig as _};
use tch::{Device, Kind, Tensor};

use super::ForecastError;
use super::batch::Features;
use super::config::{CellKind, ForecastConfig};
use super::lessons::Lessons;
use super::network::{Network, loss};
use crate::observe::{CurvePoint, Meter, Watch};

/// Longest norm of the gradient that is followed.
const GRADIENT_NORM: f64 = 1.0;

/// A trained network with its weights.
#[derive(Debug)]
pub struct Member {
    /// The network.
    pub network: Network,
    /// Its weights by name.
    pub weights: nn::VarStore,
    /// Epochs after which it was best.
    pub epochs: u32,
    /// How its training went.
    pub curve: Vec<CurvePoint>,
}

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub enum Stop<'a> {
    /// When these lessons have not been answered better for a while; the best weights are kept.
    Early(&'a Lessons<'a>),
    /// After so many epochs.
    After(u32),
}

/// What a training is told besides what it learns.
#[derive(Debug)]
pub struct Training<'a> {
    /// What the networks see.
    pub features: &'a Features<'a>,
    /// How many interests there are.
    pub interests: usize,
    /// The kind of recurrent layer.
    pub cell: CellKind,
    /// Settings.
    pub config: &'a ForecastConfig,
    /// Where to compute.
    pub device: Device,
    /// Whom to tell.
    pub watch: &'a Watch,
}

impl Training<'_> {
    /// Trains one network from `seed` on `lessons`. `name` heads its curve; `meter` counts epochs.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn member(
        &self,
        name: &str,
        seed: u64,
        lessons: &Lessons,
        stop: Stop,
        meter: &mut Meter,
    ) -> Result<Member, ForecastError> {
        let config = self.config;
        tch::manual_seed(i64::from_ne_bytes(seed.to_ne_bytes()));
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let weights = nn::VarStore::new(self.device);
        let network = Network::new(&weights.root(), self.features, self.interests, self.cell, config);
        let adam = nn::AdamW { wd: config.weight_decay, ..nn::AdamW::default() };
        let mut optimizer = adam.build(&weights, config.learning_rate)?;

        let (limit, judge) = match stop {
            Stop::Early(judge) => (config.max_epochs, Some(judge)),
            Stop::After(epochs) => (epochs, None),
        };
        let first = judge.map(|judge| self.judge(&network, judge)).transpose()?.unwrap_or(f64::INFINITY);
        let mut best = (first, 0, copy_of(&weights)?);
        let mut curve = Vec::new();
        let mut tell = |epoch, train, validation, best| {
            let point = CurvePoint { curve: name.into(), epoch, train, validation, best };
            self.watch.curve(point.clone());
            curve.push(point);
        };
        for epoch in 1..=limit {
            meter.detail(format!("{name} · epoch {epoch}"));
            let train = self.epoch(&network, &mut optimizer, lessons, &mut random)?;
            meter.advance(1)?;
            let Some(judge) = judge else {
                best = (train, epoch, Vec::new());
                tell(epoch, train, None, true);
                continue;
            };
            let validation = self.judge(&network, judge)?;
            let better = validation < best.0;
            tell(epoch, train, Some(validation), better);
            if better {
                best = (validation, epoch, copy_of(&weights)?);
            } else if epoch - best.1 >= config.patience {
                break;
            }
        }
        restore(&weights, &best.2)?;
        Ok(Member { network, weights, epochs: best.1, curve })
    }

    /// One pass over the lessons; mean loss of the shares, nats per event.
    fn epoch(
        &self,
        network: &Network,
        optimizer: &mut nn::Optimizer,
        lessons: &Lessons,
        random: &mut ChaCha8Rng,
    ) -> Result<f64, ForecastError> {
        let batches = lessons.shuffled(self.config.batch_users, random);
        // Dividing by what a batch holds on average lets every event weigh the same in whatever batch it lands.
        let share = batches.len() as f64 / lessons.events.max(1.0);
        let mut sum = 0.0;
        for users in &batches {
            self.watch.check()?;
            let batch = self.features.batch(&lessons.asked(users))?;
            let nats = loss(&network.answer(&batch, true)?, &batch)?;
            optimizer.zero_grad();
            nats.f_mul_scalar(share)?.f_backward()?;
            optimizer.clip_grad_norm(GRADIENT_NORM);
            optimizer.step();
            sum += f64::try_from(&nats)?;
        }
        Ok(sum / lessons.events.max(1.0))
    }

    /// Mean loss of the shares without learning, nats per event.
    fn judge(&self, network: &Network, lessons: &Lessons) -> Result<f64, ForecastError> {
        let _frozen = tch::no_grad_guard();
        let mut sum = 0.0;
        for users in lessons.in_order(2 * self.config.batch_users) {
            self.watch.check()?;
            let batch = self.features.batch(&lessons.asked(&users))?;
            sum += f64::try_from(&loss(&network.answer(&batch, false)?, &batch)?)?;
        }
        Ok(sum / lessons.events.max(1.0))
    }
}

fn copy_of(weights: &nn::VarStore) -> Result<Vec<(String, Tensor)>, ForecastError> {
    let mut copies: Vec<_> = weights.variables().into_iter().collect();
    copies.sort_by(|a, b| a.0.cmp(&b.0));
    let copy = |(name, tensor): (String, Tensor)| Ok((name, tensor.f_detach_copy()?));
    copies.into_iter().map(copy).collect()
}

fn restore(weights: &nn::VarStore, copies: &[(String, Tensor)]) -> Result<(), ForecastError> {
    let _frozen = tch::no_grad_guard();
    let mut variables = weights.variables();
    for (name, copy) in copies {
        if let Some(variable) = variables.get_mut(name) {
            variable.f_copy_(copy)?;
        }
    }
    Ok(())
}

/// Mean shares of several networks for every question, questions × interests.
///
/// # Errors
/// [`ForecastError::Cancelled`], or what libtorch reports.
pub fn mean_shares(
    members: &[Member],
    training: &Training,
    lessons: &Lessons,
    interests: usize,
) -> Result<Vec<f32>, ForecastError> {
    let _frozen = tch::no_grad_guard();
    let mut shares = Vec::with_capacity(lessons.questions().len() * interests);
    for users in lessons.in_order(2 * training.config.batch_users) {
        training.watch.check()?;
        let batch = training.features.batch(&lessons.asked(&users))?;
        let mut sum: Option<Tensor> = None;
        for member in members {
            let new = member.network.answer(&batch, false)?.f_exp()?;
            sum = Some(match sum {
                Some(old) => old.f_add(&new)?,
                None => new,
            });
        }
        if let Some(sum) = sum {
            let mean = sum.f_div_scalar(members.len() as f64)?.f_to_kind(Kind::Float)?;
            shares.extend(Vec::<f32>::try_from(mean.f_flatten(0, -1)?.f_to_device(Device::Cpu)?)?);
        }
    }
    Ok(shares)
}
