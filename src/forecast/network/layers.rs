//! The recurrent forecaster: an LSTM or a GRU over a user's active periods that corrects simple forecasts.
//!
//! Shares are never predicted from nothing. The network weighs simple forecasts in log-shares (memories with several
//! decays, the market's drift and season) and adds a correction to each interest; a softmax makes shares of the sum.
//! Training starts at a sound simple forecast, or at the pool of them all ([`Beginning`]), so that with little to learn from
//! it stays there.

use tch::nn::{self, Module as _, RNN as _};
use tch::{Kind, TchError, Tensor};

use super::adamw::variables_by_name;
use super::batch::{Batch, FIRST_WEIGHTS, Features};
use super::dropout::{Dropout, dropped};
use super::heads::Heads;
use crate::forecast::config::{Beginning, CellKind, ForecastConfig};
use crate::forecast::ground::terms::TERMS;

/// A recurrent layer of either kind.
#[derive(Debug)]
enum RecurrentLayer {
    Lstm(nn::LSTM),
    Gru(nn::GRU),
}

impl RecurrentLayer {
    /// `[users, steps, hidden]` → the state after every step, `[users, steps, hidden]`.
    fn states(&self, x: &Tensor) -> Tensor {
        match self {
            Self::Lstm(layer) => layer.seq(x).0,
            Self::Gru(layer) => layer.seq(x).0,
        }
    }
}

/// A recurrent layer with a head for shares and, where they are wanted, heads for activity and spend. Weights live in the
/// `VarStore` it was made in.
#[derive(Debug)]
pub struct Network {
    embed: nn::Linear,
    recurrent: RecurrentLayer,
    /// Reads state and question: of the next period, and of later ones. Together in one layer they got in each other's way.
    question: nn::Linear,
    later: nn::Linear,
    weights: nn::Linear,
    beginning: Beginning,
    correction: nn::Linear,
    /// The heads for activity and spend.
    pub heads: Option<Heads>,
}

impl Network {
    /// A fresh network with its weights under `path`. Its size comes from the features and the configuration.
    pub fn new(
        path: &nn::Path,
        features: &Features,
        interests: usize,
        cell: CellKind,
        config: &ForecastConfig,
    ) -> Self {
        let (hidden, interests) = (config.shape.hidden, interests as i64);
        let still = nn::LinearConfig { ws_init: nn::Init::Const(0.0), bs_init: Some(nn::Init::Const(0.0)), bias: true };
        let linear = |name: &str, from: i64, to: i64| nn::linear(path / name, from, to, nn::LinearConfig::default());
        let deep = nn::RNNConfig { num_layers: config.shape.layers, ..nn::RNNConfig::default() };
        Self {
            embed: linear("embed", features.inputs() as i64, hidden),
            recurrent: match cell {
                CellKind::Lstm => RecurrentLayer::Lstm(nn::lstm(path / "lstm", hidden, hidden, deep)),
                CellKind::Gru => RecurrentLayer::Gru(nn::gru(path / "gru", hidden, hidden, deep)),
            },
            question: linear("question", hidden + features.question() as i64, hidden),
            later: linear("later", hidden + features.question() as i64, hidden),
            // Weights of a network that began elsewhere mean something else, so they have another name where they are saved.
            weights: nn::linear(path / weights_name(cell.beginning()), hidden, TERMS as i64, still),
            beginning: cell.beginning(),
            correction: nn::linear(path / "correction", hidden, interests, still),
            heads: config.shape.heads.weight().map(|_| Heads::new(path, hidden, features.has_value())),
        }
    }

    /// Its variables in `store` by what they make: shares, and the answers of the heads. The heads' gradient has a length
    /// of its own, so that it never shortens what shares teach.
    pub fn weight_groups(store: &nn::VarStore) -> [Vec<Tensor>; 2] {
        [variables_by_name(store, |name| !Heads::own(name)), variables_by_name(store, Heads::own)]
    }

    /// Log-shares for a batch, `[questions, interests]`.
    ///
    /// # Errors
    /// What libtorch reports, out of memory among it.
    pub fn answer(&self, batch: &Batch, mut dropout: Option<&mut Dropout>) -> Result<Tensor, TchError> {
        self.shares(&self.states(batch, dropout.as_deref_mut())?, batch, dropout)
    }

    /// The states after every step, `[users · steps, hidden]`.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn states(&self, batch: &Batch, dropout: Option<&mut Dropout>) -> Result<Tensor, TchError> {
        let embedded = self.embed.forward(&batch.inputs).f_relu()?;
        let steps = embedded.size()[1];
        let embedded = if dropout.is_some() && steps > batch.steps {
            // A step that only heads look at passes whole: shares draw the same dropout whether there are heads or not.
            let (looked_at, last) = (embedded.f_narrow(1, 0, batch.steps)?, steps - batch.steps);
            let whole = embedded.f_narrow(1, batch.steps, last)?;
            Tensor::f_cat(&[dropped(&looked_at, dropout)?, whole], 1)?
        } else {
            dropped(&embedded, dropout)?
        };
        // [users, steps, hidden] → [users · steps, hidden]
        self.recurrent.states(&embedded).f_flatten(0, 1)
    }

    /// Log-shares from the states after every step, `[questions, interests]`.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn shares(&self, states: &Tensor, batch: &Batch, dropout: Option<&mut Dropout>) -> Result<Tensor, TchError> {
        self.log_shares(&self.hidden_of(states, batch, dropout)?, batch)
    }

    /// The state that the last layers of the shares read, `[questions, hidden]`.
    ///
    /// # Errors
    /// What libtorch reports, out of memory among it.
    pub fn hidden(&self, batch: &Batch) -> Result<Tensor, TchError> {
        self.hidden_of(&self.states(batch, None)?, batch, None)
    }

    fn hidden_of(&self, states: &Tensor, batch: &Batch, mut dropout: Option<&mut Dropout>) -> Result<Tensor, TchError> {
        // Looked up as an embedding is: the same numbers as by an index, and a gradient that is summed much faster.
        let state = Tensor::f_embedding(states, &batch.place, -1, false, false)?;
        // Only states that are asked about pass the dropout: a question has its own, and no draw is wasted.
        let state = dropped(&state, dropout.as_deref_mut())?;
        let states = state.f_split_with_sizes(batch.parts, 0)?;
        let told = batch.told.f_split_with_sizes(batch.parts, 0)?;
        let hidden: Result<Vec<Tensor>, TchError> = [&self.question, &self.later]
            .into_iter()
            .zip(states.iter().zip(&told))
            .map(|(layer, (state, told))| read(layer, state, told))
            .collect();
        dropped(&Tensor::f_cat(&hidden?, 0)?.f_relu()?, dropout)
    }

    /// Log-shares from that state, `[questions, interests]`.
    ///
    /// # Errors
    /// What libtorch reports, out of memory among it.
    pub fn log_shares(&self, hidden: &Tensor, batch: &Batch) -> Result<Tensor, TchError> {
        let learnt = self.weights.forward(hidden); // [questions, TERMS]
        let (ground, weights) = match self.beginning {
            Beginning::Drift => {
                let first = Tensor::f_from_slice(&FIRST_WEIGHTS)?.f_to_device(hidden.device())?;
                (&batch.ground, learnt.f_add(&first)?)
            }
            Beginning::Pool => {
                let missing =
                    || TchError::Shape("the batch was laid out without the pool that its network corrects".into());
                (batch.pooled.as_ref().ok_or_else(missing)?, learnt)
            }
        };
        let weighed = weights.f_unsqueeze(1)?.f_bmm(&batch.terms()?)?.f_squeeze_dim(1)?; // [questions, interests]
        let sum = ground.f_add(&weighed)?.f_add(&self.correction.forward(hidden))?;
        sum.f_log_softmax(-1, Kind::Float)
    }

    /// The last layers' weights with their biases, `[TERMS + interests, hidden + 1]`, as they differ from where training
    /// began.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn last_weights(&self) -> Result<Tensor, TchError> {
        let whole = |layer: &nn::Linear| match &layer.bs {
            Some(bias) => Tensor::f_cat(&[&layer.ws, &bias.f_unsqueeze(1)?], 1),
            None => layer.ws.f_pad([0, 1], "constant", 0.0),
        };
        Tensor::f_cat(&[&whole(&self.weights)?, &whole(&self.correction)?], 0)
    }
}

/// What a layer answers to states with what is told beside them: as if both were one row, but nothing is copied, and no
/// gradient is made for what is not learnt.
fn read(layer: &nn::Linear, state: &Tensor, told: &Tensor) -> Result<Tensor, TchError> {
    let (width, all) = (state.size()[1], layer.ws.size()[1]);
    let [of_state, of_told] = [(0, width), (width, all - width)]
        .map(|(from, many)| layer.ws.f_narrow(1, from, many).and_then(|part| part.f_transpose(0, 1)));
    let heard = match &layer.bs {
        Some(bias) => bias.f_addmm(told, &of_told?)?,
        None => told.f_mm(&of_told?)?,
    };
    heard.f_addmm(state, &of_state?)
}

/// What the layer that weighs the terms is called where weights are saved.
fn weights_name(beginning: Beginning) -> &'static str {
    match beginning {
        Beginning::Drift => "weights",
        Beginning::Pool => "weights_onto_pool",
    }
}

/// What training makes small: the multinomial negative log-likelihood of a batch's events, nats, summed.
///
/// # Errors
/// What libtorch reports.
pub fn loss(log_shares: &Tensor, batch: &Batch) -> Result<Tensor, TchError> {
    log_shares.f_mul(&batch.events)?.f_sum(Kind::Float)?.f_neg()
}
