//! What several networks say together.

use tch::{Device, Kind, Tensor};

use super::heads::{ANSWER_EVENTS, ANSWER_ODDS, ANSWER_SPEND, column};
use super::threads::{side_by_side, side_by_side_on};
use super::train::{Member, Training};
use crate::forecast::ForecastError;
use crate::forecast::activity::outlook::Outlook;
use crate::forecast::activity::reference::Reference;
use crate::forecast::past::lessons::Lessons;

/// Asks copies of some networks batch by batch, side by side; the answers in the order of the batches.
fn by_batch<R: Send>(
    members: &[Member],
    training: &Training,
    batches: &[Vec<usize>],
    ask: impl Fn(&[Member], &[usize]) -> Result<R, ForecastError> + Sync,
) -> Result<Vec<R>, ForecastError> {
    let threads = side_by_side_on(training.device);
    let copies = || members.iter().map(|member| training.copy_of(member)).collect::<Result<Vec<Member>, _>>();
    let each = batches.len().div_ceil(threads).max(1);
    let parts = batches.chunks(each).map(|part| Ok((copies()?, part))).collect::<Result<_, ForecastError>>()?;
    let answers = side_by_side(parts, threads, |(members, part): (Vec<Member>, &[Vec<usize>])| {
        let _frozen = tch::no_grad_guard();
        let ask = |users: &Vec<usize>| {
            training.watch.check()?;
            ask(&members, users)
        };
        part.iter().map(ask).collect::<Result<Vec<R>, ForecastError>>()
    })?;
    Ok(answers.into_iter().flatten().collect())
}

/// Mean shares of several networks for every question, questions × interests.
///
/// # Errors
/// [`ForecastError::Cancelled`], or what libtorch reports.
pub fn mean_shares(members: &[Member], training: &Training, lessons: &Lessons) -> Result<Vec<f32>, ForecastError> {
    let batches = lessons.in_order(2 * training.config.batch_users);
    let shares = by_batch(members, training, &batches, |members, users| {
        let batch = training.features.batch(&lessons.asked(users), None)?;
        let mut sum: Option<Tensor> = None;
        for member in members {
            let new = member.network.answer(&batch, None)?.f_exp()?;
            sum = Some(match sum {
                Some(old) => old.f_add(&new)?,
                None => new,
            });
        }
        let Some(sum) = sum else { return Ok(Vec::new()) };
        let mean = batch.as_asked(&sum.f_div_scalar(members.len() as f64)?.f_to_kind(Kind::Float)?)?;
        Ok(Vec::<f32>::try_from(mean.f_flatten(0, -1)?.f_to_device(Device::Cpu)?)?)
    })?;
    Ok(shares.concat())
}

/// What several networks' heads expect together, by question about activity; none where they have no heads. `reference`
/// holds the simple answers that they correct.
///
/// # Errors
/// [`ForecastError::Cancelled`], or what libtorch reports.
pub fn mean_outlook(
    members: &[Member],
    training: &Training,
    lessons: &Lessons,
    reference: &Reference,
) -> Result<Option<Outlook>, ForecastError> {
    if members.iter().any(|member| member.network.heads.is_none()) {
        return Ok(None);
    }
    let batches = lessons.silent_in_order(2 * training.config.batch_users);
    let parts = by_batch(members, training, &batches, |members, users| {
        let batch = training.features.batch(&lessons.asked(users), Some(reference))?;
        let Some(activity) = &batch.activity else { return Ok(Outlook::default()) };
        // Chance, events and spend, the last two with silence counted as 0.
        let mut sums: Option<Tensor> = None;
        for member in members {
            let Some(heads) = &member.network.heads else { continue };
            let answers = heads.answer(&member.network.states(&batch, None)?, activity)?;
            let chance = column(&answers, ANSWER_ODDS)?.f_sigmoid()?;
            let events = column(&answers, ANSWER_EVENTS)?.f_exp()?.f_add_scalar(1.0)?.f_mul(&chance)?;
            let mut parts = vec![chance.shallow_clone(), events];
            if let Some(scale) = reference.scale.filter(|_| answers.size()[1] > ANSWER_SPEND) {
                let spend = column(&answers, ANSWER_SPEND)?.f_exp()?.f_mul_scalar(f64::from(scale))?;
                parts.push(spend.f_mul(&chance)?);
            }
            let new = Tensor::f_stack(&parts, 0)?;
            sums = Some(match sums {
                Some(old) => old.f_add(&new)?,
                None => new,
            });
        }
        let Some(sums) = sums else { return Ok(Outlook::default()) };
        let means = sums.f_div_scalar(members.len() as f64)?.f_to_kind(Kind::Float)?.f_to_device(Device::Cpu)?;
        let row = |at: i64| -> Result<Vec<f32>, ForecastError> { Ok(Vec::<f32>::try_from(means.f_select(0, at)?)?) };
        let spend = if means.size()[0] > 2 { row(2)? } else { Vec::new() };
        Ok(Outlook { chance: row(0)?, events: row(1)?, spend })
    })?;
    let mut found = Outlook::default();
    parts.iter().for_each(|part| found.extend(part));
    Ok(Some(found))
}
