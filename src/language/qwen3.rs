//! Qwen3: a decoder with grouped attention, normalised queries and keys, and gated layers.
//!
//! Yang et al.: Qwen3 Technical Report, 2025, <https://arxiv.org/abs/2505.09388>; the embedding models built on it:
//! Zhang et al., 2025, <https://arxiv.org/abs/2506.05176>. Fields are named as in the checkpoints of Hugging Face's
//! `Qwen3Model`.

use serde::Deserialize;
use serde_json::Value;
use tch::{TchError, Tensor};

use super::LanguageError;
use super::config_fields::rope_theta;
use super::layers::{Activation, Input, Linear, RmsNorm, Rotary, Transformer, attend, join_heads, look_up};
use super::weights::Weights;

/// The sizes of a model, as `config.json` has them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Qwen3Config {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub num_key_value_heads: usize,
    pub head_dim: Option<usize>,
    pub intermediate_size: usize,
    pub max_position_embeddings: usize,
    #[serde(default = "default_activation")]
    pub hidden_act: String,
    #[serde(default = "default_eps")]
    pub rms_norm_eps: f64,
    #[serde(default)]
    pub attention_bias: bool,
    #[serde(default)]
    pub use_sliding_window: bool,
    /// Base of the rotary frequencies.
    #[serde(skip)]
    pub theta: f64,
}

fn default_activation() -> String {
    "silu".to_owned()
}

fn default_eps() -> f64 {
    1e-6
}

impl Qwen3Config {
    pub fn read(config: Value) -> Result<Self, String> {
        let theta = rope_theta(&config, None, "rope_theta", 10_000.0)?;
        let mut config: Self = serde_json::from_value(config).map_err(|error| error.to_string())?;
        config.theta = theta;
        Activation::read(&config.hidden_act)?;
        let (heads, groups) = (config.num_attention_heads, config.num_key_value_heads);
        if heads == 0 || groups == 0 || !heads.is_multiple_of(groups) {
            return Err(format!("{heads} attention heads cannot share {groups} heads of keys and values"));
        }
        if config.width() == 0 || !config.width().is_multiple_of(2) {
            return Err(format!("a head of {} numbers cannot be turned; head_dim must be even", config.width()));
        }
        if config.use_sliding_window {
            return Err("sliding windows (use_sliding_window) are not built in".to_owned());
        }
        Ok(config)
    }

    /// Numbers of a head.
    fn width(&self) -> usize {
        self.head_dim.unwrap_or(self.hidden_size / self.num_attention_heads)
    }
}

/// `self_attn`; query, key and value are joined into one product.
struct Attention {
    qkv_proj: Linear,
    q_norm: RmsNorm,
    k_norm: RmsNorm,
    o_proj: Linear,
    heads: i64,
    groups: i64,
    width: i64,
}

impl Attention {
    fn load(weights: &Weights, name: &str, config: &Qwen3Config) -> Result<Self, LanguageError> {
        let (size, width, bias) = (config.hidden_size, config.width(), config.attention_bias);
        let (heads, groups) = (config.num_attention_heads, config.num_key_value_heads);
        let linear = |part: &str, from, to| Linear::load_with(weights, &format!("{name}.{part}"), from, to, bias);
        let norm = |part: &str| RmsNorm::load(weights, &format!("{name}.{part}"), width, config.rms_norm_eps);
        Ok(Self {
            qkv_proj: Linear::joined(&[
                linear("q_proj", size, heads * width)?,
                linear("k_proj", size, groups * width)?,
                linear("v_proj", size, groups * width)?,
            ])?,
            q_norm: norm("q_norm")?,
            k_norm: norm("k_norm")?,
            o_proj: linear("o_proj", heads * width, size)?,
            heads: heads as i64,
            groups: groups as i64,
            width: width as i64,
        })
    }

    fn forward(&self, x: &Tensor, angles: &(Tensor, Tensor)) -> Result<Tensor, TchError> {
        let (batch, tokens, _) = x.size3()?;
        let joined = self.qkv_proj.forward(x)?.f_reshape([batch, tokens, -1, self.width])?;
        let part = |first, heads| joined.f_narrow(2, first, heads)?.f_transpose(1, 2);
        let query = self.q_norm.forward(&part(0, self.heads)?)?;
        let key = self.k_norm.forward(&part(self.heads, self.groups)?)?;
        let value = part(self.heads + self.groups, self.groups)?;
        let (query, key) = (Rotary::turn(&query, angles)?, Rotary::turn(&key, angles)?);
        self.o_proj.forward(&join_heads(&attend(&query, &key, &value, None, true)?)?)
    }
}

struct Layer {
    input_layernorm: RmsNorm,
    self_attn: Attention,
    post_attention_layernorm: RmsNorm,
    gate_up_proj: Linear,
    activation: Activation,
    down_proj: Linear,
}

impl Layer {
    fn load(weights: &Weights, name: &str, config: &Qwen3Config) -> Result<Self, LanguageError> {
        let (size, inner) = (config.hidden_size, config.intermediate_size);
        let norm = |part: &str| RmsNorm::load(weights, &format!("{name}.{part}"), size, config.rms_norm_eps);
        let linear = |part: &str, from, to| Linear::load_with(weights, &format!("{name}.mlp.{part}"), from, to, false);
        Ok(Self {
            input_layernorm: norm("input_layernorm")?,
            self_attn: Attention::load(weights, &format!("{name}.self_attn"), config)?,
            post_attention_layernorm: norm("post_attention_layernorm")?,
            gate_up_proj: Linear::joined(&[linear("gate_proj", size, inner)?, linear("up_proj", size, inner)?])?,
            activation: Activation::read(&config.hidden_act).map_err(LanguageError::Torch)?,
            down_proj: linear("down_proj", inner, size)?,
        })
    }

    fn forward(&self, x: &Tensor, angles: &(Tensor, Tensor)) -> Result<Tensor, TchError> {
        let x = self.self_attn.forward(&self.input_layernorm.forward(x)?, angles)?.f_add(x)?;
        let gated = self.gate_up_proj.forward(&self.post_attention_layernorm.forward(&x)?)?.f_chunk(2, -1)?;
        self.down_proj.forward(&self.activation.forward(&gated[0])?.f_mul(&gated[1])?)?.f_add(&x)
    }
}

/// The decoder without its head.
pub(super) struct Qwen3Model {
    embed_tokens: Tensor,
    layers: Vec<Layer>,
    norm: RmsNorm,
    rotary: Rotary,
}

impl Qwen3Model {
    pub fn load(weights: &Weights, config: &Qwen3Config) -> Result<Self, LanguageError> {
        let layers =
            (0..config.num_hidden_layers).map(|number| Layer::load(weights, &format!("layers.{number}"), config));
        Ok(Self {
            embed_tokens: weights.take("embed_tokens.weight", &[config.vocab_size, config.hidden_size])?,
            layers: layers.collect::<Result<_, _>>()?,
            norm: RmsNorm::load(weights, "norm", config.hidden_size, config.rms_norm_eps)?,
            rotary: Rotary::new(config.width(), config.theta, weights)?,
        })
    }
}

impl Transformer for Qwen3Model {
    /// Padding stands behind the text and every token looks back only, so no mask is needed.
    fn forward(&self, input: &Input) -> Result<Tensor, TchError> {
        let (_, tokens) = input.ids.size2()?;
        let mut x = look_up(&self.embed_tokens, &input.ids)?;
        let angles = self.rotary.angles(tokens, x.kind())?;
        for layer in &self.layers {
            x = layer.forward(&x, &angles)?;
        }
        self.norm.forward(&x)
    }
}
