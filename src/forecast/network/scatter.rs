//! How far the answers of networks scatter: among the members, under dropout, and over the last layers' posterior.

use std::time::Instant;

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use tch::{Device, Kind, Tensor};

use super::batch::{Batch, Features};
use super::dropout::Dropout;
use super::last_layer::{Curvature, LastLayer};
use super::spread::Spread;
use super::threads::{side_by_side, side_by_side_on};
use super::train::{LessonTensors, Member, Training};
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

/// Networks and the questions around whose answers the spread is wanted; `learnt` are lessons that they learnt from, each
/// event once.
#[derive(Clone, Copy, Debug)]
pub struct ScatterTask<'a> {
    /// The networks.
    pub members: &'a [Member],
    /// What they are shown.
    pub features: &'a Features<'a>,
    /// What they learnt from.
    pub learnt: &'a Lessons<'a>,
    /// What they are asked.
    pub questions: &'a Lessons<'a>,
}

/// One network's numbers, questions × interests each.
struct OfMember {
    shares: Vec<f32>,
    under_dropout: Vec<f32>,
    unsure: Vec<f32>,
    /// Seconds for the three.
    seconds: [f64; 3],
}

/// All spreads of networks but the activity, which needs none. `seed` draws the dropout.
///
/// # Errors
/// [`ForecastError::Cancelled`], or what libtorch reports.
pub fn scatter<const N: usize>(
    asked: [ScatterTask; N],
    training: &Training,
    seed: u64,
) -> Result<[Vec<Measured>; N], ForecastError> {
    let mut pieces = Vec::new();
    for (number, ScatterTask { members, features, learnt, questions }) in asked.iter().enumerate() {
        let learnt = LessonTensors::of(features, learnt, None)?;
        let questions = LessonTensors::of(features, questions, None)?;
        for (at, member) in members.iter().enumerate() {
            let draw = seed ^ (number as u64 + 1) << 32 ^ (at as u64) << 48;
            pieces.push((number, training.copy_of(member)?, learnt.share(), questions.share(), draw));
        }
    }
    let threads = side_by_side_on(training.device);
    let measured = side_by_side(pieces, threads, |(number, member, learnt, questions, draw)| {
        let _frozen = tch::no_grad_guard();
        Ok((number, of_member(&member, &learnt, &questions, training, draw)?))
    })?;
    Ok(std::array::from_fn(|number| {
        let members: Vec<&OfMember> = measured.iter().filter(|(of, _)| *of == number).map(|(_, of)| of).collect();
        together(&members)
    }))
}

fn of_member(
    member: &Member,
    learnt: &LessonTensors,
    questions: &LessonTensors,
    training: &Training,
    draw: u64,
) -> Result<OfMember, ForecastError> {
    let mut found = OfMember { shares: Vec::new(), under_dropout: Vec::new(), unsure: Vec::new(), seconds: [0.0; 3] };
    let began = Instant::now();
    let layer = posterior(member, learnt, training)?;
    found.seconds[2] = began.elapsed().as_secs_f64();
    let mut dropout = Dropout::new(training.config.shape.dropout, ChaCha8Rng::seed_from_u64(draw));
    for batch in questions.in_order(2 * training.config.batch_users) {
        training.watch.check()?;
        let batch = batch?;
        let began = Instant::now();
        let hidden = member.network.hidden(&batch)?;
        let log_shares = member.network.log_shares(&hidden, &batch)?;
        found.shares.extend(numbers(&batch.as_asked(&log_shares.f_exp()?)?)?);
        let answered = began.elapsed().as_secs_f64();
        found.unsure.extend(numbers(&batch.as_asked(&layer.variance(&hidden, &log_shares, &batch)?)?)?);
        let told = began.elapsed().as_secs_f64();
        found.under_dropout.extend(numbers(&batch.as_asked(&under_dropout(member, &batch, &mut dropout)?)?)?);
        let dropped = began.elapsed().as_secs_f64();
        let took = [answered, dropped - told, told - answered];
        found.seconds.iter_mut().zip(took).for_each(|(sum, new)| *sum += new);
    }
    Ok(found)
}

/// Standard deviations: of shares among the members, of shares within a member while dropout is on, and of log-shares
/// over the posterior of the last layers.
fn together(members: &[&OfMember]) -> Vec<Measured> {
    let count = members.len().max(1) as f32;
    let cells = members.first().map_or(0, |first| first.shares.len());
    let mean = |of: fn(&OfMember) -> &[f32], at: usize| members.iter().map(|one| of(one)[at]).sum::<f32>() / count;
    let apart = |at| {
        let middle = mean(|one| &one.shares, at);
        members.iter().map(|one| (one.shares[at] - middle).powi(2)).sum::<f32>() / count
    };
    let all = |variance: &dyn Fn(usize) -> f32| (0..cells).map(|at| variance(at).sqrt()).collect::<Vec<f32>>();
    let seconds = |spread: usize| members.iter().map(|one| one.seconds[spread]).sum();
    vec![
        Measured { spread: Spread::Ensemble, numbers: all(&apart), seconds: seconds(0) },
        Measured {
            spread: Spread::Dropout,
            numbers: all(&|at| mean(|one| &one.under_dropout, at)),
            seconds: seconds(1),
        },
        Measured { spread: Spread::LastLayer, numbers: all(&|at| mean(|one| &one.unsure, at)), seconds: seconds(2) },
    ]
}

/// Variance of shares from one draw of the dropout to the next.
fn under_dropout(member: &Member, batch: &Batch, dropout: &mut Dropout) -> Result<Tensor, tch::TchError> {
    let passes: Result<Vec<Tensor>, _> =
        (0..PASSES).map(|_| member.network.answer(batch, Some(&mut *dropout))?.f_exp()).collect();
    Tensor::f_stack(&passes?, 0)?.f_var_dim([0_i64].as_slice(), false, false)
}

fn posterior(member: &Member, learnt: &LessonTensors, training: &Training) -> Result<LastLayer, ForecastError> {
    let weights = member.network.last_weights()?;
    let (outputs, inputs) = (weights.size()[0], weights.size()[1]);
    let mut curvature = Curvature::new(inputs - 1, outputs, training.device)?;
    for batch in learnt.in_order(2 * training.config.batch_users) {
        training.watch.check()?;
        let batch = batch?;
        let hidden = member.network.hidden(&batch)?;
        curvature.add(&hidden, &member.network.log_shares(&hidden, &batch)?, &batch)?;
    }
    Ok(curvature.posterior(&weights)?)
}

/// A tensor's numbers, row after row.
fn numbers(of: &Tensor) -> Result<Vec<f32>, ForecastError> {
    Ok(Vec::<f32>::try_from(of.f_to_kind(Kind::Float)?.f_flatten(0, -1)?.f_to_device(Device::Cpu)?)?)
}
