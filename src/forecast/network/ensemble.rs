//! What several networks say together.

use tch::{Device, Kind, Tensor};

use super::train::{Member, Training};
use crate::forecast::ForecastError;
use crate::forecast::activity::outlook::Outlook;
use crate::forecast::activity::reference::Reference;
use crate::forecast::past::lessons::Lessons;

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
        let batch = training.features.batch(&lessons.asked(&users), None)?;
        let mut sum: Option<Tensor> = None;
        for member in members {
            let new = member.network.answer(&batch, None)?.f_exp()?;
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
    let _frozen = tch::no_grad_guard();
    let mut found = Outlook::default();
    for users in lessons.silent_in_order(2 * training.config.batch_users) {
        training.watch.check()?;
        let batch = training.features.batch(&lessons.asked(&users), Some(reference))?;
        let Some(activity) = &batch.activity else { continue };
        // Chance, events and spend, the last two with silence counted as 0.
        let mut sums: Option<Tensor> = None;
        for member in members {
            let Some(heads) = &member.network.heads else { return Ok(None) };
            let answers = heads.answer(&member.network.states(&batch, None)?, activity)?;
            let chance = answers.f_select(1, 0)?.f_sigmoid()?;
            let events = answers.f_select(1, 1)?.f_exp()?.f_add_scalar(1.0)?.f_mul(&chance)?;
            let mut parts = vec![chance.shallow_clone(), events];
            if let Some(scale) = reference.scale.filter(|_| answers.size()[1] > 3) {
                let spend = answers.f_select(1, 3)?.f_exp()?.f_mul_scalar(f64::from(scale))?;
                parts.push(spend.f_mul(&chance)?);
            }
            let new = Tensor::f_stack(&parts, 0)?;
            sums = Some(match sums {
                Some(old) => old.f_add(&new)?,
                None => new,
            });
        }
        let Some(sums) = sums else { return Ok(None) };
        let means = sums.f_div_scalar(members.len() as f64)?.f_to_kind(Kind::Float)?.f_to_device(Device::Cpu)?;
        let row = |at: i64| -> Result<Vec<f32>, ForecastError> { Ok(Vec::<f32>::try_from(means.f_select(0, at)?)?) };
        found.chance.extend(row(0)?);
        found.events.extend(row(1)?);
        if means.size()[0] > 2 {
            found.spend.extend(row(2)?);
        }
    }
    Ok(Some(found))
}
