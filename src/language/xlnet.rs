//! XLNet: attention by relative position, from either side.
//!
//! Yang et al.: XLNet: Generalized Autoregressive Pretraining for Language Understanding, 2019,
//! <https://arxiv.org/abs/1906.08237>; its relative positions are those of Transformer-XL: Dai et al., 2019,
//! <https://arxiv.org/abs/1901.02860>. Fields are named as in the checkpoints of Hugging Face's `XLNetModel`.

use serde::Deserialize;
use serde_json::Value;
use tch::{Kind, TchError, Tensor};

use super::LanguageError;
use super::layers::{Activation, Input, LayerNorm, Linear, Transformer, attend, join_heads, look_up, split_heads};
use super::weights::Weights;

/// The sizes of a model, as `config.json` has them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct XlnetConfig {
    pub vocab_size: usize,
    pub d_model: usize,
    pub n_layer: usize,
    pub n_head: usize,
    pub d_inner: usize,
    pub d_head: Option<usize>,
    #[serde(default = "default_activation")]
    pub ff_activation: String,
    #[serde(default = "default_eps")]
    pub layer_norm_eps: f64,
    #[serde(default = "default_kind")]
    pub attn_type: String,
    #[serde(default = "default_clamp")]
    pub clamp_len: i64,
}

fn default_activation() -> String {
    "gelu".to_owned()
}

fn default_eps() -> f64 {
    1e-12
}

fn default_kind() -> String {
    "bi".to_owned()
}

fn default_clamp() -> i64 {
    -1
}

impl XlnetConfig {
    pub fn read(config: Value) -> Result<Self, String> {
        let config: Self = serde_json::from_value(config).map_err(|error| error.to_string())?;
        if config.n_head == 0 || config.width() == 0 || !config.d_model.is_multiple_of(2) {
            let (size, heads) = (config.d_model, config.n_head);
            return Err(format!("d_model {size} cannot be divided among {heads} attention heads"));
        }
        Activation::read(&config.ff_activation)?;
        if config.attn_type != "bi" {
            return Err(format!("attention of type `{}` is not built in; `bi` is", config.attn_type));
        }
        if config.clamp_len > 0 {
            return Err("clamped positions (clamp_len) are not built in".to_owned());
        }
        Ok(config)
    }

    /// Numbers of a head.
    fn width(&self) -> usize {
        self.d_head.unwrap_or(self.d_model / self.n_head.max(1))
    }
}

/// `rel_attn`; query, key and value are joined into one product.
struct RelativeAttention {
    qkv: Linear,
    r: Linear,
    o: Linear,
    /// `[heads, 1, width]` each.
    r_w_bias: Tensor,
    r_r_bias: Tensor,
    r_s_bias: Tensor,
    /// What a token of another type adds, less what one of the same type adds, `[heads, width, 1]`.
    other_segment: Tensor,
    layer_norm: LayerNorm,
    heads: i64,
    scale: f64,
}

impl RelativeAttention {
    fn load(weights: &Weights, name: &str, config: &XlnetConfig) -> Result<Self, LanguageError> {
        let (size, heads, width) = (config.d_model, config.n_head, config.width());
        let inner = (heads * width) as i64;
        let square = |part: &str| -> Result<Tensor, LanguageError> {
            let stored = weights.take(&format!("{name}.{part}"), &[size, heads, width])?;
            Ok(stored.f_reshape([size as i64, inner])?)
        };
        let into = |part: &str| -> Result<Linear, LanguageError> {
            Ok(Linear::without_bias(square(part)?.f_transpose(0, 1)?.f_contiguous()?))
        };
        let bias = |part: &str| -> Result<Tensor, LanguageError> {
            Ok(weights.take(&format!("{name}.{part}"), &[heads, width])?.f_unsqueeze(1)?)
        };
        let segments = weights.take(&format!("{name}.seg_embed"), &[2, heads, width])?;
        Ok(Self {
            qkv: Linear::joined(&[into("q")?, into("k")?, into("v")?])?,
            r: into("r")?,
            o: Linear::without_bias(square("o")?),
            r_w_bias: bias("r_w_bias")?,
            r_r_bias: bias("r_r_bias")?,
            r_s_bias: bias("r_s_bias")?,
            other_segment: segments.f_get(1)?.f_sub(&segments.f_get(0)?)?.f_unsqueeze(-1)?,
            layer_norm: LayerNorm::load(weights, &format!("{name}.layer_norm"), size, config.layer_norm_eps)?,
            heads: heads as i64,
            scale: 1.0 / (width as f64).sqrt(),
        })
    }

    /// `positions`: `[1, 2 · tokens, dim]`; `apart`: whether two tokens are of different types.
    fn forward(
        &self,
        x: &Tensor,
        positions: &Tensor,
        apart: Option<&Tensor>,
        mask: Option<&Tensor>,
    ) -> Result<Tensor, TchError> {
        let parts = split_heads(&self.qkv.forward(x)?, 3, self.heads)?;
        let (query, key, value) = (&parts[0], &parts[1], &parts[2]);
        let places = split_heads(&self.r.forward(positions)?, 1, self.heads)?;
        let by_place = query.f_add(&self.r_r_bias)?.f_matmul(&places[0].f_transpose(2, 3)?)?;
        let mut bias = shifted(&by_place)?;
        if let Some(apart) = apart {
            // A token of the same type adds as much everywhere, which the softmax does not see.
            let other = query.f_add(&self.r_s_bias)?.f_matmul(&self.other_segment)?; // [batch, heads, tokens, 1]
            bias = bias.f_add(&other.f_mul(apart)?)?;
        }
        bias = bias.f_mul_scalar(self.scale)?;
        if let Some(mask) = mask {
            bias = bias.f_masked_fill(&mask.f_logical_not()?, f64::NEG_INFINITY)?;
        }
        let seen = join_heads(&attend(&query.f_add(&self.r_w_bias)?, key, value, Some(&bias), false)?)?;
        self.layer_norm.forward(&self.o.forward(&seen)?.f_add(x)?)
    }
}

/// Scores by relative position, `[batch, heads, tokens, 2 · tokens]` from the farthest behind to the farthest ahead →
/// scores by the token looked at, `[batch, heads, tokens, tokens]`.
fn shifted(scores: &Tensor) -> Result<Tensor, TchError> {
    let (batch, heads, tokens, places) = scores.size4()?;
    scores
        .f_reshape([batch, heads, places, tokens])?
        .f_narrow(2, 1, places - 1)?
        .f_reshape([batch, heads, tokens, places - 1])?
        .f_narrow(3, 0, tokens)
}

struct Layer {
    rel_attn: RelativeAttention,
    layer_1: Linear,
    activation: Activation,
    layer_2: Linear,
    layer_norm: LayerNorm,
}

impl Layer {
    fn load(weights: &Weights, name: &str, config: &XlnetConfig) -> Result<Self, LanguageError> {
        let (size, inner) = (config.d_model, config.d_inner);
        Ok(Self {
            rel_attn: RelativeAttention::load(weights, &format!("{name}.rel_attn"), config)?,
            layer_1: Linear::load(weights, &format!("{name}.ff.layer_1"), size, inner)?,
            activation: Activation::read(&config.ff_activation).map_err(LanguageError::Torch)?,
            layer_2: Linear::load(weights, &format!("{name}.ff.layer_2"), inner, size)?,
            layer_norm: LayerNorm::load(weights, &format!("{name}.ff.layer_norm"), size, config.layer_norm_eps)?,
        })
    }
}

/// The encoder.
pub(super) struct XlnetModel {
    word_embedding: Tensor,
    layer: Vec<Layer>,
    frequencies: Tensor,
}

impl XlnetModel {
    pub fn load(weights: &Weights, config: &XlnetConfig) -> Result<Self, LanguageError> {
        let layer = (0..config.n_layer).map(|number| Layer::load(weights, &format!("layer.{number}"), config));
        let size = config.d_model;
        let powers: Vec<f32> = (0..size / 2).map(|at| 10_000_f64.powf(-2.0 * at as f64 / size as f64) as f32).collect();
        Ok(Self {
            word_embedding: weights.take("word_embedding.weight", &[config.vocab_size, size])?,
            layer: layer.collect::<Result<_, _>>()?,
            frequencies: Tensor::f_from_slice(&powers)?.f_to(weights.device())?,
        })
    }

    /// Vectors of the relative positions from `tokens` behind to `tokens` ahead, `[1, 2 · tokens, dim]`.
    fn positions(&self, tokens: i64, kind: Kind) -> Result<Tensor, TchError> {
        let behind: Vec<f32> = (0..2 * tokens).map(|place| (tokens - place) as f32).collect();
        let angles = Tensor::f_from_slice(&behind)?.f_to(self.frequencies.device())?.f_outer(&self.frequencies)?;
        Tensor::f_cat(&[angles.f_sin()?, angles.f_cos()?], -1)?.f_unsqueeze(0)?.f_to_kind(kind)
    }
}

impl Transformer for XlnetModel {
    fn forward(&self, input: &Input) -> Result<Tensor, TchError> {
        let (_, tokens) = input.ids.size2()?;
        let mut x = look_up(&self.word_embedding, &input.ids)?;
        let positions = self.positions(tokens, x.kind())?;
        let apart = match &input.types {
            Some(types) => {
                Some(types.f_unsqueeze(1)?.f_ne_tensor(&types.f_unsqueeze(2)?)?.f_unsqueeze(1)?.f_to_kind(x.kind())?)
            }
            None => None,
        };
        for layer in &self.layer {
            x = layer.rel_attn.forward(&x, &positions, apart.as_ref(), input.mask.as_ref())?;
            let inner = layer.activation.forward(&layer.layer_1.forward(&x)?)?;
            x = layer.layer_norm.forward(&layer.layer_2.forward(&inner)?.f_add(&x)?)?;
        }
        Ok(x)
    }
}
