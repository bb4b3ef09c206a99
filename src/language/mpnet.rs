//! MPNet: BERT's encoder with relative positions as a bias on attention.
//!
//! Song, Tan, Qin, Lu, Liu: MPNet: Masked and Permuted Pre-training for Language Understanding, 2020,
//! <https://arxiv.org/abs/2004.09297>; the buckets of relative positions are those of T5: Raffel et al., 2020,
//! <https://arxiv.org/abs/1910.10683>. Fields are named as in the checkpoints of Hugging Face's `MPNetModel`.

use serde::Deserialize;
use serde_json::Value;
use tch::{TchError, Tensor};

use super::LanguageError;
use super::config_fields::heads_fit;
use super::layers::{Activation, Input, LayerNorm, Linear, Transformer, attend, join_heads, look_up, split_heads};
use super::weights::Weights;

/// From this distance on, all tokens are equally far.
const FARTHEST: f64 = 128.0;

/// The sizes of a model, as `config.json` has them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct MpnetConfig {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub intermediate_size: usize,
    pub max_position_embeddings: usize,
    #[serde(default = "default_buckets")]
    pub relative_attention_num_buckets: usize,
    #[serde(default = "default_activation")]
    pub hidden_act: String,
    #[serde(default = "default_eps")]
    pub layer_norm_eps: f64,
    #[serde(default = "default_padding")]
    pub pad_token_id: usize,
}

fn default_buckets() -> usize {
    32
}

fn default_activation() -> String {
    "gelu".to_owned()
}

fn default_eps() -> f64 {
    1e-12
}

fn default_padding() -> usize {
    1
}

impl MpnetConfig {
    pub fn read(config: Value) -> Result<Self, String> {
        let config: Self = serde_json::from_value(config).map_err(|error| error.to_string())?;
        heads_fit("hidden_size", config.hidden_size, config.num_attention_heads)?;
        Activation::read(&config.hidden_act)?;
        if config.relative_attention_num_buckets < 4 {
            return Err("relative_attention_num_buckets must be at least 4".to_owned());
        }
        if config.first() >= config.max_position_embeddings {
            let (padding, positions) = (config.pad_token_id, config.max_position_embeddings);
            return Err(format!("pad_token_id {padding} leaves no room in the {positions} positions"));
        }
        Ok(config)
    }

    /// The place of a text's first token in the table of positions: the one after the padding's.
    pub fn first(&self) -> usize {
        self.pad_token_id + 1
    }
}

/// The bucket of a token that stands `ahead` of the one that looks: half of them for either direction, of these half
/// for the near tokens one by one, the others wider and wider.
fn bucket(ahead: i64, buckets: usize) -> i64 {
    let half = buckets as i64 / 2;
    let near = half / 2;
    let side = if ahead > 0 { half } else { 0 };
    let distance = ahead.abs();
    if distance < near {
        return side + distance;
    }
    let stretch = (distance as f64 / near as f64).ln() / (FARTHEST / near as f64).ln();
    side + (near + (stretch * (half - near) as f64) as i64).min(half - 1)
}

/// `attention.attn` and `attention.LayerNorm`; query, key and value are joined into one product.
#[expect(non_snake_case, reason = "the checkpoint's name")]
struct Attention {
    qkv: Linear,
    o: Linear,
    LayerNorm: LayerNorm,
}

#[expect(non_snake_case, reason = "the checkpoint's name")]
struct Layer {
    attention: Attention,
    intermediate: Linear,
    activation: Activation,
    output: Linear,
    LayerNorm: LayerNorm,
}

impl Layer {
    fn load(weights: &Weights, name: &str, config: &MpnetConfig) -> Result<Self, LanguageError> {
        let (size, inner, eps) = (config.hidden_size, config.intermediate_size, config.layer_norm_eps);
        let square = |part| Linear::load(weights, &format!("{name}.attention.attn.{part}"), size, size);
        Ok(Self {
            attention: Attention {
                qkv: Linear::joined(&[square("q")?, square("k")?, square("v")?])?,
                o: square("o")?,
                LayerNorm: LayerNorm::load(weights, &format!("{name}.attention.LayerNorm"), size, eps)?,
            },
            intermediate: Linear::load(weights, &format!("{name}.intermediate.dense"), size, inner)?,
            activation: Activation::read(&config.hidden_act).map_err(LanguageError::Torch)?,
            output: Linear::load(weights, &format!("{name}.output.dense"), inner, size)?,
            LayerNorm: LayerNorm::load(weights, &format!("{name}.output.LayerNorm"), size, eps)?,
        })
    }

    fn forward(&self, x: &Tensor, bias: &Tensor, heads: i64) -> Result<Tensor, TchError> {
        let parts = split_heads(&self.attention.qkv.forward(x)?, 3, heads)?;
        let seen = join_heads(&attend(&parts[0], &parts[1], &parts[2], Some(bias), false)?)?;
        let x = self.attention.LayerNorm.forward(&self.attention.o.forward(&seen)?.f_add(x)?)?;
        let inner = self.activation.forward(&self.intermediate.forward(&x)?)?;
        self.LayerNorm.forward(&self.output.forward(&inner)?.f_add(&x)?)
    }
}

/// The encoder.
#[expect(non_snake_case, reason = "the checkpoint's name")]
pub(super) struct MpnetModel {
    word_embeddings: Tensor,
    /// From the place of a text's first token on.
    position_embeddings: Tensor,
    LayerNorm: LayerNorm,
    /// `[buckets, heads]`
    relative_attention_bias: Tensor,
    layer: Vec<Layer>,
    buckets: usize,
    heads: i64,
}

impl MpnetModel {
    pub fn load(weights: &Weights, config: &MpnetConfig) -> Result<Self, LanguageError> {
        let (size, heads) = (config.hidden_size, config.num_attention_heads);
        let buckets = config.relative_attention_num_buckets;
        let table = |name: &str, rows| weights.take(&format!("embeddings.{name}.weight"), &[rows, size]);
        let positions = table("position_embeddings", config.max_position_embeddings)?;
        let rows = config.max_position_embeddings - config.first();
        let layer = (0..config.num_hidden_layers)
            .map(|number| Layer::load(weights, &format!("encoder.layer.{number}"), config));
        Ok(Self {
            word_embeddings: table("word_embeddings", config.vocab_size)?,
            position_embeddings: positions.f_narrow(0, config.first() as i64, rows as i64)?,
            LayerNorm: LayerNorm::load(weights, "embeddings.LayerNorm", size, config.layer_norm_eps)?,
            relative_attention_bias: weights.take("encoder.relative_attention_bias.weight", &[buckets, heads])?,
            layer: layer.collect::<Result<_, _>>()?,
            buckets,
            heads: heads as i64,
        })
    }

    /// What is added to the scores, `[1, heads, tokens, tokens]`: the one who looks, then the one looked at.
    fn position_bias(&self, tokens: i64) -> Result<Tensor, TchError> {
        let places = (0..tokens).flat_map(|from| (0..tokens).map(move |to| to - from));
        let places: Vec<i64> = places.map(|ahead| bucket(ahead, self.buckets)).collect();
        let places = Tensor::f_from_slice(&places)?.f_to(self.relative_attention_bias.device())?;
        look_up(&self.relative_attention_bias, &places.f_reshape([tokens, tokens])?)?
            .f_permute([2, 0, 1])?
            .f_unsqueeze(0)?
            .f_contiguous()
    }
}

impl Transformer for MpnetModel {
    fn forward(&self, input: &Input) -> Result<Tensor, TchError> {
        let (_, tokens) = input.ids.size2()?;
        let words = look_up(&self.word_embeddings, &input.ids)?;
        let mut x = self.LayerNorm.forward(&words.f_add(&self.position_embeddings.f_narrow(0, 0, tokens)?)?)?;
        let mut bias = self.position_bias(tokens)?;
        if let Some(mask) = &input.mask {
            bias = bias.f_masked_fill(&mask.f_logical_not()?, f64::NEG_INFINITY)?;
        }
        for layer in &self.layer {
            x = layer.forward(&x, &bias, self.heads)?;
        }
        Ok(x)
    }
}

#[cfg(test)]
mod tests {
    use super::bucket;

    #[test]
    fn near_tokens_have_buckets_of_their_own_and_far_ones_share() {
        assert_eq!([0, -1, -7, 1, 7].map(|ahead| bucket(ahead, 32)), [0, 1, 7, 17, 23]);
        assert_eq!(bucket(-8, 32), 8);
        assert_eq!((bucket(-500, 32), bucket(500, 32)), (15, 31));
    }
}
