//! Heads beside the shares: will the user be active, with how many events, for how much.
//!
//! Each corrects a simple answer and starts at it. Activity: a Bernoulli variable, corrected in log-odds. Events given
//! activity: the first is certain, those beyond it follow a negative binomial distribution (Cameron and Trivedi, *Regression
//! Analysis of Count Data*, 2nd ed. 2013, ch. 3), whose mean and size are corrected in logs. Spend given activity: a mean,
//! corrected in logs, by the quasi-likelihood of a variance that grows with the square of the mean (McCullagh and Nelder,
//! *Generalized Linear Models*, 2nd ed. 1989, ch. 8–9), which takes periods that brought nothing in.

use tch::nn::{self, Module as _};
use tch::{Kind, TchError, Tensor};

use crate::forecast::activity::negative_binomial::surprise;
use crate::forecast::activity::reference::{
    ACTIVITY_CONTEXT, SEEN_ACTIVE, SEEN_EVENTS, SEEN_SPEND, SEEN_WEIGHT, STARTS,
};

/// Columns of an answer: log-odds of activity, logs of mean and size of the events beyond the first, log of the spend.
pub const ANSWER_ODDS: i64 = 0;
/// See [`ANSWER_ODDS`].
pub const ANSWER_EVENTS: i64 = 1;
const ANSWER_SIZE: i64 = 2;
/// See [`ANSWER_ODDS`]; only where the log has value.
pub const ANSWER_SPEND: i64 = 3;

/// One column of a matrix.
///
/// # Errors
/// What libtorch reports.
pub fn column(of: &Tensor, at: i64) -> Result<Tensor, TchError> {
    of.f_select(1, at)
}

/// Width of the layer before the heads.
const HIDDEN: i64 = 32;

/// Questions about activity as tensors.
#[derive(Debug)]
pub struct ActivityBatch {
    /// `[questions]`: place of the last known active period in the flattened `[users · steps]`.
    pub place: Tensor,
    /// `[questions, STARTS]`: the simple answers.
    pub start: Tensor,
    /// `[questions, ACTIVITY_CONTEXT]`
    pub context: Tensor,
    /// `[questions, SEEN]`
    pub seen: Tensor,
}

/// The heads.
#[derive(Debug)]
pub struct Heads {
    hidden: nn::Linear,
    out: nn::Linear,
    spend: bool,
}

/// Weights of the heads that are tried: none of it, so that they cannot harm the shares, and two that shape the network.
pub const HEAD_WEIGHTS: [f64; 3] = [0.0, 0.05, 0.3];

/// What the names of the heads' weights begin with.
const NAME: &str = "whether";

impl Heads {
    /// Whether a weight of this name is one of theirs.
    pub fn own(name: &str) -> bool {
        name.split('.').next() == Some(NAME)
    }

    /// Heads over a state of `state` numbers; one for spend only where the log has value.
    pub fn new(path: &nn::Path, state: i64, spend: bool) -> Self {
        let still = nn::LinearConfig { ws_init: nn::Init::Const(0.0), bs_init: Some(nn::Init::Const(0.0)), bias: true };
        let path = path / NAME;
        Self {
            hidden: nn::linear(&path / "hidden", state + ACTIVITY_CONTEXT as i64, HIDDEN, nn::LinearConfig::default()),
            out: nn::linear(&path / "out", HIDDEN, (STARTS - usize::from(!spend)) as i64, still),
            spend,
        }
    }

    /// Answers from the states after every step (`[users · steps, hidden]`): `[questions, STARTS]`, without the last column
    /// where there is no head for spend.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn answer(&self, states: &Tensor, batch: &ActivityBatch) -> Result<Tensor, TchError> {
        let state = Tensor::f_embedding(states, &batch.place, -1, false, false)?;
        let hidden = self.hidden.forward(&Tensor::f_cat(&[&state, &batch.context], 1)?).f_relu()?;
        let correction = self.out.forward(&hidden);
        let start = batch.start.f_narrow(1, 0, correction.size()[1])?;
        start.f_add(&correction)?.f_clamp(-15.0, 15.0)
    }

    /// Losses of answers, nats: `[3]`, summed over activity, events and spend.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn losses(&self, answers: &Tensor, batch: &ActivityBatch) -> Result<Tensor, TchError> {
        let (active, weight) = (column(&batch.seen, SEEN_ACTIVE)?, column(&batch.seen, SEEN_WEIGHT)?);
        // −ln of the chance of what came: softplus of the log-odds, turned round where the user came.
        let odds = column(answers, ANSWER_ODDS)?;
        let sign = active.f_mul_scalar(-2.0)?.f_add_scalar(1.0)?;
        let activity = odds.f_mul(&sign)?.f_softplus()?.f_mul(&weight)?.f_sum(Kind::Float)?;
        let events = surprise(
            &column(&batch.seen, SEEN_EVENTS)?,
            &column(answers, ANSWER_EVENTS)?,
            &column(answers, ANSWER_SIZE)?,
        )?;
        let events = events.f_mul(&active)?.f_sum(Kind::Float)?;
        let spend = if self.spend {
            let (log_mean, seen) = (column(answers, ANSWER_SPEND)?, column(&batch.seen, SEEN_SPEND)?);
            let nats = log_mean.f_neg()?.f_exp()?.f_mul(&seen)?.f_add(&log_mean)?;
            nats.f_mul(&active)?.f_sum(Kind::Float)?
        } else {
            events.f_zeros_like()?
        };
        Tensor::f_stack(&[activity, events, spend], 0)
    }
}
