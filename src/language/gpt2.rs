//! GPT-2, the transformer that looks back only.
//!
//! Radford et al.: Language Models are Unsupervised Multitask Learners, 2019. Fields are named as in the checkpoints of
//! Hugging Face's `GPT2Model`, whose `Conv1D` keeps its matrices the other way round.

use serde::Deserialize;
use serde_json::Value;
use tch::{TchError, Tensor};

use super::LanguageError;
use super::config_fields::heads_fit;
use super::layers::{Activation, Input, LayerNorm, Linear, Transformer, attend, join_heads, look_up, split_heads};
use super::weights::Weights;

/// The sizes of a model, as `config.json` has them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Gpt2Config {
    pub vocab_size: usize,
    pub n_embd: usize,
    pub n_layer: usize,
    pub n_head: usize,
    pub n_inner: Option<usize>,
    pub n_positions: usize,
    #[serde(default = "default_activation")]
    pub activation_function: String,
    #[serde(default = "default_eps")]
    pub layer_norm_epsilon: f64,
    #[serde(default)]
    pub scale_attn_by_inverse_layer_idx: bool,
}

fn default_activation() -> String {
    "gelu_new".to_owned()
}

fn default_eps() -> f64 {
    1e-5
}

impl Gpt2Config {
    pub fn read(config: Value) -> Result<Self, String> {
        let config: Self = serde_json::from_value(config).map_err(|error| error.to_string())?;
        heads_fit("n_embd", config.n_embd, config.n_head)?;
        Activation::read(&config.activation_function)?;
        if config.scale_attn_by_inverse_layer_idx {
            return Err("attention scaled by the layer (scale_attn_by_inverse_layer_idx) is not built in".to_owned());
        }
        Ok(config)
    }
}

/// One of `h`.
struct Block {
    ln_1: LayerNorm,
    c_attn: Linear,
    c_proj: Linear,
    ln_2: LayerNorm,
    c_fc: Linear,
    activation: Activation,
    mlp_c_proj: Linear,
    heads: i64,
}

impl Block {
    fn load(weights: &Weights, name: &str, config: &Gpt2Config) -> Result<Self, LanguageError> {
        let (size, eps) = (config.n_embd, config.layer_norm_epsilon);
        let inner = config.n_inner.unwrap_or(4 * size);
        let turned = |part: &str, from, to| Linear::load_turned(weights, &format!("{name}.{part}"), from, to);
        Ok(Self {
            ln_1: LayerNorm::load(weights, &format!("{name}.ln_1"), size, eps)?,
            c_attn: turned("attn.c_attn", size, 3 * size)?,
            c_proj: turned("attn.c_proj", size, size)?,
            ln_2: LayerNorm::load(weights, &format!("{name}.ln_2"), size, eps)?,
            c_fc: turned("mlp.c_fc", size, inner)?,
            activation: Activation::read(&config.activation_function).map_err(LanguageError::Torch)?,
            mlp_c_proj: turned("mlp.c_proj", inner, size)?,
            heads: config.n_head as i64,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, TchError> {
        let parts = split_heads(&self.c_attn.forward(&self.ln_1.forward(x)?)?, 3, self.heads)?;
        let seen = join_heads(&attend(&parts[0], &parts[1], &parts[2], None, true)?)?;
        let x = self.c_proj.forward(&seen)?.f_add(x)?;
        let inner = self.activation.forward(&self.c_fc.forward(&self.ln_2.forward(&x)?)?)?;
        self.mlp_c_proj.forward(&inner)?.f_add(&x)
    }
}

/// The decoder without its head.
pub(super) struct Gpt2Model {
    wte: Tensor,
    wpe: Tensor,
    h: Vec<Block>,
    ln_f: LayerNorm,
}

impl Gpt2Model {
    pub fn load(weights: &Weights, config: &Gpt2Config) -> Result<Self, LanguageError> {
        let h = (0..config.n_layer).map(|number| Block::load(weights, &format!("h.{number}"), config));
        Ok(Self {
            wte: weights.take("wte.weight", &[config.vocab_size, config.n_embd])?,
            wpe: weights.take("wpe.weight", &[config.n_positions, config.n_embd])?,
            h: h.collect::<Result<_, _>>()?,
            ln_f: LayerNorm::load(weights, "ln_f", config.n_embd, config.layer_norm_epsilon)?,
        })
    }
}

impl Transformer for Gpt2Model {
    /// Padding stands behind the text and every token looks back only, so no mask is needed.
    fn forward(&self, input: &Input) -> Result<Tensor, TchError> {
        let (_, tokens) = input.ids.size2()?;
        let mut x = look_up(&self.wte, &input.ids)?.f_add(&self.wpe.f_narrow(0, 0, tokens)?)?;
        for block in &self.h {
            x = block.forward(&x)?;
        }
        self.ln_f.forward(&x)
    }
}
