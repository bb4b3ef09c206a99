//! The recurrent forecaster: an LSTM over a user's active periods that corrects simple forecasts.
//!
//! Shares are never predicted from nothing. The network weighs simple forecasts in log-shares (memories with several
//! decays, the market's drift and season) and adds a correction to each interest; a softmax makes shares of the sum.
//! Training starts at a sound simple forecast, so that with little to learn from it stays there.
//!
//! Hochreiter and Schmidhuber, *Long short-term memory*, Neural Computation 9(8), 1997.

use tch::nn::{self, Module as _, ModuleT as _, RNN as _};
use tch::{Kind, Reduction, TchError, Tensor};

use super::batch::{Batch, CHANCE, FIRST_WEIGHTS, Features, TERMS};
use super::config::ForecastConfig;

/// The optimizer's group of the activity head, whose weights learn at a pace of their own.
pub const ACTIVITY_GROUP: usize = 1;

/// An LSTM with a head for shares and one for activity. Weights live in the `VarStore` it was made in.
#[derive(Debug)]
pub struct Network {
    embed: nn::Linear,
    lstm: nn::LSTM,
    question: nn::Linear,
    weights: nn::Linear,
    correction: nn::Linear,
    chance: nn::Linear,
    active: nn::Linear,
    dropout: f64,
}

/// What the network answers to a batch.
#[derive(Debug)]
pub struct Answers {
    /// `[questions, interests]`: log-shares.
    pub log_shares: Tensor,
    /// `[chances]`: log-odds of being active.
    pub active: Tensor,
}

impl Network {
    /// A fresh network with its weights under `path`. Its size comes from the features and the configuration.
    pub fn new(path: &nn::Path, features: &Features, interests: usize, config: &ForecastConfig) -> Self {
        let (hidden, interests) = (config.hidden, interests as i64);
        let still = nn::LinearConfig { ws_init: nn::Init::Const(0.0), bs_init: Some(nn::Init::Const(0.0)), bias: true };
        let activity = path.set_group(ACTIVITY_GROUP);
        let linear = |name: &str, from: i64, to: i64| nn::linear(path / name, from, to, nn::LinearConfig::default());
        Self {
            embed: linear("embed", features.inputs() as i64, hidden),
            lstm: nn::lstm(path / "lstm", hidden, hidden, nn::RNNConfig::default()),
            question: linear("question", hidden + features.question() as i64, hidden),
            weights: nn::linear(path / "weights", hidden, TERMS as i64, still),
            correction: nn::linear(path / "correction", hidden, interests, still),
            chance: nn::linear(&activity / "chance", hidden + CHANCE as i64, hidden / 2, nn::LinearConfig::default()),
            active: nn::linear(&activity / "active", hidden / 2, 1, still),
            dropout: config.dropout,
        }
    }

    /// Answers a batch; with `train` dropout is on.
    ///
    /// # Errors
    /// What libtorch reports, out of memory among it.
    pub fn answer(&self, batch: &Batch, train: bool) -> Result<Answers, TchError> {
        let embedded = self.embed.forward(&batch.inputs).f_relu()?.f_dropout(self.dropout, train)?;
        // [users, steps, hidden] → [users · steps, hidden]
        let (states, _) = self.lstm.seq(&embedded);
        let states = states.f_flatten(0, 1)?.f_dropout(self.dropout, train)?;

        let state = states.f_index_select(0, &batch.place)?;
        let asked = Tensor::f_cat(&[&state, &batch.terms.f_flatten(1, 2)?, &batch.context], 1)?;
        let hidden = self.question.forward_t(&asked, train).f_relu()?.f_dropout(self.dropout, train)?;
        let first = Tensor::f_from_slice(&FIRST_WEIGHTS)?.f_to_device(hidden.device())?;
        let weights = self.weights.forward(&hidden).f_add(&first)?.f_unsqueeze(1)?; // [questions, 1, TERMS]
        let weighed = weights.f_bmm(&batch.terms)?.f_squeeze_dim(1)?; // [questions, interests]
        let sum = batch.ground.f_add(&weighed)?.f_add(&self.correction.forward(&hidden))?;

        // Activity is read off the state without shaping it: the states belong to the shares.
        let seen = states.f_detach()?.f_index_select(0, &batch.chance_place)?;
        let hidden = self.chance.forward(&Tensor::f_cat(&[&seen, &batch.chance], 1)?).f_relu()?;
        Ok(Answers {
            log_shares: sum.f_log_softmax(-1, Kind::Float)?,
            active: self.active.forward(&hidden).f_squeeze_dim(1)?,
        })
    }
}

/// What training makes small, summed over a batch.
#[derive(Debug)]
pub struct Loss {
    /// Multinomial negative log-likelihood of the events asked for, nats.
    pub shares: Tensor,
    /// Binary cross-entropy of the chances, nats.
    pub active: Tensor,
}

impl Loss {
    /// The loss of a batch's answers.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn of(answers: &Answers, batch: &Batch) -> Result<Self, TchError> {
        let shares = answers.log_shares.f_mul(&batch.events)?.f_sum(Kind::Float)?.f_neg()?;
        let active =
            answers.active.f_binary_cross_entropy_with_logits::<Tensor>(&batch.active, None, None, Reduction::Sum)?;
        Ok(Self { shares, active })
    }
}
