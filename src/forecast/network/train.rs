//! Training: several networks, each stopped where it was best, or after a number of epochs known to be good.

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use std::sync::{Mutex, PoisonError};
use tch::{Device, Kind, Tensor, nn};

use super::adamw::{AdamW, numbers};
use super::batch::{Batch, Features};
use super::checkpoint::{Checkpoints, TrainingState};
use super::dropout::Dropout;
use super::first_weights;
use super::layers::{Network, loss};
use super::resident::Resident;
use crate::forecast::ForecastError;
use crate::forecast::activity::reference::Reference;
use crate::forecast::config::{Beginning, CellKind, ForecastConfig};
use crate::forecast::past::lessons::Lessons;
use crate::observe::{CurvePoint, Meter, Watch};

/// Longest norm of the gradient that is followed.
const GRADIENT_NORM: f64 = 1.0;

/// Epochs after which a network that began at the pool may be at its best, at the earliest. The pool already knows what is
/// common to all users, so that what a first epoch disturbs weighs more at first than what it learns.
const FEWEST_EPOCHS: u32 = 6;

/// A meter that networks learning side by side advance together.
pub type SharedMeter<'a> = Mutex<&'a mut Meter>;

fn advance(meter: &SharedMeter, epochs: u64, detail: Option<String>) -> Result<(), ForecastError> {
    let mut meter = meter.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(detail) = detail {
        meter.detail(detail);
    }
    Ok(meter.advance(epochs)?)
}

/// A trained network with its weights.
#[derive(Debug)]
pub struct Member {
    /// The network.
    pub network: Network,
    /// Its weights by name.
    pub weights: nn::VarStore,
    /// Epochs after which it was best.
    pub epochs: u32,
    /// The optimizer's running mean of the gradient and of its square then.
    pub moments: (Vec<f32>, Vec<f32>),
    /// Steps the optimizer had made then.
    pub steps: i32,
    /// How its training went.
    pub curve: Vec<CurvePoint>,
}

/// Lessons with their tensors.
#[derive(Debug)]
pub struct LessonTensors<'a> {
    lessons: &'a Lessons<'a>,
    tensors: Resident,
}

impl<'a> LessonTensors<'a> {
    /// Lays the lessons out as tensors; questions about activity only where there is a reference to correct.
    ///
    /// # Errors
    /// When libtorch has no memory for it.
    pub fn of(
        features: &Features,
        lessons: &'a Lessons<'a>,
        reference: Option<&Reference>,
    ) -> Result<Self, ForecastError> {
        let mut everybody = lessons.in_order(usize::MAX).concat();
        everybody.extend(lessons.silent_in_order(usize::MAX).concat());
        Ok(Self { lessons, tensors: Resident::of(features, &lessons.asked(&everybody), reference)? })
    }

    /// All users asked about shares in batches of `size`, in their own order.
    pub fn in_order(&self, size: usize) -> impl Iterator<Item = Result<Batch, tch::TchError>> {
        self.lessons.in_order(size).into_iter().map(|users| self.tensors.batch(&users))
    }

    /// The same tensors for another thread, which may only read them.
    #[must_use]
    pub fn share(&self) -> Self {
        Self { lessons: self.lessons, tensors: self.tensors.share() }
    }
}

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub enum Stop<'a> {
    /// When these lessons have not been answered better for a while; the best weights are kept.
    Early(&'a LessonTensors<'a>),
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
    /// Where to keep how far it has come.
    pub checkpoints: Checkpoints,
    /// Whom to tell.
    pub watch: &'a Watch,
}

impl Training<'_> {
    /// Trains one network from `seed` on `lessons`, or goes on where a training of that name was broken off. With
    /// `trained`, that network learns on from where it stands, its epochs and its optimizer's state included. `name`
    /// heads its curve; `meter` counts epochs.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn member(
        &self,
        name: &str,
        seed: u64,
        lessons: &LessonTensors,
        stop: Stop,
        trained: Option<Member>,
        meter: &SharedMeter,
    ) -> Result<Member, ForecastError> {
        let config = self.config;
        let mut place = self.checkpoints.of(&format!("{name} · seed {seed} · heads {}", config.shape.heads));
        let member = trained.map_or_else(|| self.fresh(seed), Ok)?;
        let mut optimizer =
            AdamW::new(Network::weight_groups(&member.weights), config.shape.learning_rate, config.shape.weight_decay)?;
        if member.steps > 0 {
            let weights = numbers(&optimizer.weights)?;
            optimizer.restore(&weights, (&member.moments.0, &member.moments.1), member.steps)?;
        }
        let network = &member.network;

        let (limit, judge) = match stop {
            Stop::Early(judge) => (member.epochs + config.max_epochs, Some(judge)),
            Stop::After(epochs) => (epochs, None),
        };
        let mut state = match place.read() {
            Some(kept) if optimizer.restore(&kept.weights, (&kept.moments.0, &kept.moments.1), kept.steps)? => {
                kept.curve.iter().for_each(|point| self.watch.curve(point.clone()));
                advance(meter, u64::from(kept.epoch), None)?;
                kept
            }
            _ => {
                let first = judge.map(|judge| self.judge(network, judge)).transpose()?.unwrap_or(f64::INFINITY);
                TrainingState {
                    epoch: member.epochs,
                    over: limit <= member.epochs,
                    weights: Vec::new(),
                    moments: (Vec::new(), Vec::new()),
                    steps: 0,
                    best_loss: first,
                    best_epoch: member.epochs,
                    best_weights: numbers(&optimizer.weights)?,
                    best_moments: (numbers(&optimizer.mean)?, numbers(&optimizer.square)?),
                    best_steps: optimizer.steps,
                    curve: Vec::new(),
                }
            }
        };
        while !state.over {
            state.epoch += 1;
            let train = self.epoch(network, &mut optimizer, lessons, draws(seed, state.epoch))?;
            let validation = judge.map(|judge| self.judge(network, judge)).transpose()?;
            // Where nothing judges, the last epoch is the one that is wanted.
            let early = self.cell.beginning() == Beginning::Pool && state.epoch <= FEWEST_EPOCHS;
            let best = validation.is_none_or(|loss| early || loss < state.best_loss);
            if best {
                state.best_loss = validation.unwrap_or(train);
                state.best_epoch = state.epoch;
                state.best_weights = numbers(&optimizer.weights)?;
                state.best_moments = (numbers(&optimizer.mean)?, numbers(&optimizer.square)?);
                state.best_steps = optimizer.steps;
            }
            state.over = state.epoch >= limit || state.epoch - state.best_epoch >= config.patience;
            let point = CurvePoint { curve: name.into(), epoch: state.epoch, train, validation, best };
            self.watch.curve(point.clone());
            state.curve.push(point);
            if state.over || place.is_due() {
                state.weights = numbers(&optimizer.weights)?;
                state.moments = (numbers(&optimizer.mean)?, numbers(&optimizer.square)?);
                state.steps = optimizer.steps;
                place.write(&state);
            }
            advance(meter, 1, Some(format!("{name} · epoch {}", state.epoch)))?;
        }
        optimizer.put(&state.best_weights)?;
        // Before its first step an optimizer has no moments; a saved network has none then either.
        let moments = if state.best_steps == 0 { (Vec::new(), Vec::new()) } else { state.best_moments };
        Ok(Member { epochs: state.best_epoch, moments, steps: state.best_steps, curve: state.curve, ..member })
    }

    /// A network that has learnt nothing yet.
    ///
    /// # Errors
    /// When libtorch has no memory for it.
    pub fn fresh(&self, seed: u64) -> Result<Member, ForecastError> {
        let weights = nn::VarStore::new(self.device);
        let network = Network::new(&weights.root(), self.features, self.interests, self.cell, self.config);
        first_weights::draw(&weights, seed)?;
        Ok(Member { network, weights, epochs: 0, moments: (Vec::new(), Vec::new()), steps: 0, curve: Vec::new() })
    }

    /// A network like another, with weights and moments of its own.
    ///
    /// # Errors
    /// When libtorch has no memory for it.
    pub fn copy_of(&self, member: &Member) -> Result<Member, ForecastError> {
        let copy = self.fresh(0)?;
        let _frozen = tch::no_grad_guard();
        let learnt = member.weights.variables();
        for (name, mut variable) in copy.weights.variables() {
            if let Some(weights) = learnt.get(&name) {
                variable.f_copy_(weights)?;
            }
        }
        Ok(Member { epochs: member.epochs, moments: member.moments.clone(), steps: member.steps, ..copy })
    }

    /// One pass over the lessons; mean loss of the shares, nats per event.
    fn epoch(
        &self,
        network: &Network,
        optimizer: &mut AdamW,
        LessonTensors { lessons, tensors }: &LessonTensors,
        mut random: ChaCha8Rng,
    ) -> Result<f64, ForecastError> {
        let mut masks = random.clone();
        masks.set_stream(1);
        let mut dropout = Dropout::new(self.config.shape.dropout, masks);
        let batches = lessons.shuffled(self.config.batch_users, |user| tensors.length(user), &mut random);
        // Dividing by what a batch holds on average lets every event weigh the same in whatever batch it lands.
        let share = batches.len() as f64 / lessons.events.max(1.0);
        let silent = lessons.silent_shuffled(batches.len(), &mut random);
        let mut sum = Tensor::f_zeros([1], (Kind::Double, self.device))?;
        for (users, silent) in batches.iter().zip(&silent) {
            self.watch.check()?;
            let batch = tensors.batch(users)?;
            let states = network.states(&batch, Some(&mut dropout))?;
            let nats = loss(&network.shares(&states, &batch, Some(&mut dropout))?, &batch)?;
            let mut all = nats.f_mul_scalar(share)?;
            if let Some(taught) = self.heads_loss(network, &states, &batch, tensors, silent, lessons)? {
                all = all.f_add(&taught.f_mul_scalar(batches.len() as f64)?)?;
            }
            optimizer.step(&all, GRADIENT_NORM)?;
            let _ = sum.f_add_(&nats.f_detach()?)?;
        }
        Ok(f64::try_from(&sum)? / lessons.events.max(1.0))
    }

    /// What the heads lose on a batch and on users that are asked about activity alone, weighed against the shares. All
    /// are mean log-likelihoods in nats, an event's and a question's, so they compare as they are.
    fn heads_loss(
        &self,
        network: &Network,
        states: &Tensor,
        batch: &Batch,
        tensors: &Resident,
        silent: &[usize],
        lessons: &Lessons,
    ) -> Result<Option<Tensor>, ForecastError> {
        let (Some(heads), Some(weight)) = (&network.heads, self.config.shape.heads.weight()) else { return Ok(None) };
        // Without weight the heads look on: nothing of what they learn reaches the rest of the network, and since they
        // have step sizes of their own it does not matter how much they count.
        let (looks_on, weight) = (weight <= 0.0, if weight <= 0.0 { 1.0 } else { weight });
        let mut losses = Vec::new();
        if let Some(activity) = &batch.activity {
            let states = if looks_on { states.f_detach()? } else { states.shallow_clone() };
            losses.push(heads.losses(&heads.answer(&states, activity)?, activity)?);
        }
        if !silent.is_empty() {
            let batch = tensors.batch(silent)?;
            if let Some(activity) = &batch.activity {
                // No dropout here: shares draw the same numbers whether there are heads or not.
                let states = if looks_on {
                    let _frozen = tch::no_grad_guard();
                    network.states(&batch, None)?
                } else {
                    network.states(&batch, None)?
                };
                losses.push(heads.losses(&heads.answer(&states, activity)?, activity)?);
            }
        }
        if losses.is_empty() {
            return Ok(None);
        }
        let parts = per_question(lessons, self.device)?.f_mul_scalar(weight)?;
        Ok(Some(Tensor::f_stack(&losses, 0)?.f_sum_dim_intlist(0_i64, false, Kind::Float)?.f_dot(&parts)?))
    }

    /// Mean losses of shares (nats per event) and of the heads (activity, events and spend together, nats per question)
    /// without learning.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn judge_all(&self, network: &Network, held: &LessonTensors) -> Result<(f64, f64), ForecastError> {
        let shares = self.judge(network, held)?;
        let _frozen = tch::no_grad_guard();
        let LessonTensors { lessons, tensors } = held;
        let size = 2 * self.config.batch_users;
        let parts = per_question(lessons, self.device)?;
        let mut sum = 0.0;
        for users in lessons.in_order(size).into_iter().chain(lessons.silent_in_order(size)) {
            self.watch.check()?;
            let batch = tensors.batch(&users)?;
            if let (Some(heads), Some(activity)) = (&network.heads, &batch.activity) {
                let states = network.states(&batch, None)?;
                sum += f64::try_from(heads.losses(&heads.answer(&states, activity)?, activity)?.f_dot(&parts)?)?;
            }
        }
        Ok((shares, sum))
    }

    /// Mean loss of the shares without learning, nats per event.
    fn judge(
        &self,
        network: &Network,
        LessonTensors { lessons, tensors }: &LessonTensors,
    ) -> Result<f64, ForecastError> {
        let _frozen = tch::no_grad_guard();
        let mut sum = 0.0;
        for users in lessons.in_order(2 * self.config.batch_users) {
            self.watch.check()?;
            let batch = tensors.batch(&users)?;
            sum += f64::try_from(&loss(&network.answer(&batch, None)?, &batch)?)?;
        }
        Ok(sum / lessons.events.max(1.0))
    }
}

/// What turns summed losses of activity, events and spend into means over the questions they are about.
fn per_question(lessons: &Lessons, device: Device) -> Result<Tensor, ForecastError> {
    let active = 1.0 / lessons.active.max(1.0);
    let parts = [1.0 / lessons.chances.max(1.0), active, active].map(|part| part as f32);
    Ok(Tensor::f_from_slice(&parts)?.f_to_device(device)?)
}

/// Draws by nothing but seed and epoch: an epoch draws the same numbers whether or not the ones before it were run in this
/// process.
fn draws(seed: u64, epoch: u32) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed ^ u64::from(epoch).wrapping_mul(0xD6E8_FEB8_6659_FD93))
}
