//! How far the answers of networks scatter: among the members, under dropout, and over the last layers' posterior.

use std::cell::RefCell;
use std::time::Instant;

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use tch::{Device, Kind, Tensor};

use super::batch::Batch;
use super::dropout::Dropout;
use super::last_layer::{Curvature, LastLayer};
use super::spread::Spread;
use super::train::{Member, Training};
use crate::forecast::ForecastError;
use crate::forecast::past::lessons::Lessons;

/// Times that each network is asked with dropout on.
const PASSES: usize = 4;

/// Numbers of one spread around the answers to some questions, questions × interests, and the seconds they took.
#[derive(Debug)]
pub struct Measured {
    /// Which.
    pub spread: Spread,
    /// One for each question and interest.
    pub numbers: Vec<f32>,
    /// Seconds it took.
    pub seconds: f64,
}

/// All spreads of networks but the activity, which needs none. `learnt` are lessons that the networks learnt from, each
/// event once; `seed` draws the dropout.
///
/// # Errors
/// [`ForecastError::Cancelled`], or what libtorch reports.
pub fn scatter(
    members: &[Member],
    learnt: &Lessons,
    training: &Training,
    questions: &Lessons,
    seed: u64,
) -> Result<Vec<Measured>, ForecastError> {
    let _frozen = tch::no_grad_guard();
    let began = Instant::now();
    let layers = posteriors(members, learnt, training)?;
    let mut measured = [Spread::Ensemble, Spread::Dropout, Spread::LastLayer].map(|spread| Measured {
        spread,
        numbers: Vec::with_capacity(questions.questions().len() * training.interests),
        seconds: 0.0,
    });
    measured[2].seconds = began.elapsed().as_secs_f64();
    let dropout = RefCell::new(Dropout::new(training.config.dropout, ChaCha8Rng::seed_from_u64(seed)));
    for users in questions.in_order(2 * training.config.batch_users) {
        training.watch.check()?;
        let batch = training.features.batch(&questions.asked(&users), None)?;
        let mut numbers = |at: usize, make: &dyn Fn() -> Result<Tensor, tch::TchError>| -> Result<(), ForecastError> {
            let began = Instant::now();
            let made: &mut Measured = &mut measured[at];
            let flat = make()?.f_to_kind(Kind::Float)?.f_flatten(0, -1)?.f_to_device(Device::Cpu)?;
            made.numbers.extend(Vec::<f32>::try_from(flat)?);
            made.seconds += began.elapsed().as_secs_f64();
            Ok(())
        };
        numbers(0, &|| apart(members, &batch))?;
        numbers(1, &|| under_dropout(members, &batch, &mut dropout.borrow_mut()))?;
        numbers(2, &|| unsure(members, &layers, &batch))?;
    }
    Ok(measured.into())
}

/// Standard deviation of shares among the members.
fn apart(members: &[Member], batch: &Batch) -> Result<Tensor, tch::TchError> {
    let shares: Result<Vec<Tensor>, _> =
        members.iter().map(|member| member.network.answer(batch, None)?.f_exp()).collect();
    deviation(&shares?)?.f_sqrt()
}

/// Standard deviation of shares within a member while dropout is on.
fn under_dropout(members: &[Member], batch: &Batch, dropout: &mut Dropout) -> Result<Tensor, tch::TchError> {
    let of_member = |member: &Member| {
        let mut pass = |_| member.network.answer(batch, Some(&mut *dropout))?.f_exp();
        let passes: Result<Vec<Tensor>, _> = (0..PASSES).map(&mut pass).collect();
        deviation(&passes?)
    };
    mean(members.iter().map(of_member))?.f_sqrt()
}

/// Standard deviation of log-shares over the posterior of the last layers.
fn unsure(members: &[Member], layers: &[LastLayer], batch: &Batch) -> Result<Tensor, tch::TchError> {
    let of_member = |(member, layer): (&Member, &LastLayer)| {
        let hidden = member.network.hidden(batch)?;
        layer.variance(&hidden, &member.network.log_shares(&hidden, batch)?, batch)
    };
    mean(members.iter().zip(layers).map(of_member))?.f_sqrt()
}

/// Variance from one tensor to the next.
fn deviation(tensors: &[Tensor]) -> Result<Tensor, tch::TchError> {
    Tensor::f_stack(tensors, 0)?.f_var_dim([0_i64].as_slice(), false, false)
}

fn mean(tensors: impl Iterator<Item = Result<Tensor, tch::TchError>>) -> Result<Tensor, tch::TchError> {
    let all: Result<Vec<Tensor>, _> = tensors.collect();
    Tensor::f_stack(&all?, 0)?.f_mean_dim([0_i64].as_slice(), false, Kind::Float)
}

fn posteriors(members: &[Member], learnt: &Lessons, training: &Training) -> Result<Vec<LastLayer>, ForecastError> {
    let mut curvatures = Vec::new();
    for member in members {
        let shape = member.network.last_weights()?.size();
        let (outputs, inputs) = (shape.first().copied().unwrap_or(1), shape.last().copied().unwrap_or(2));
        curvatures.push(Curvature::new(inputs - 1, outputs, training.device)?);
    }
    for users in learnt.in_order(2 * training.config.batch_users) {
        training.watch.check()?;
        let batch = training.features.batch(&learnt.asked(&users), None)?;
        for (member, curvature) in members.iter().zip(&mut curvatures) {
            let hidden = member.network.hidden(&batch)?;
            curvature.add(&hidden, &member.network.log_shares(&hidden, &batch)?, &batch)?;
        }
    }
    let layers = members.iter().zip(&curvatures);
    Ok(layers
        .map(|(member, curvature)| curvature.posterior(&member.network.last_weights()?))
        .collect::<Result<_, _>>()?)
}
