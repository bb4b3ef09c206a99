//! ModernBERT: rotary positions, gated layers, and local attention between the global ones.
//!
//! Warner et al.: Smarter, Better, Faster, Longer: A Modern Bidirectional Encoder, 2024,
//! <https://arxiv.org/abs/2412.13663>. Fields are named as in the checkpoints of Hugging Face's `ModernBertModel`.

use serde::Deserialize;
use serde_json::Value;
use tch::{Kind, TchError, Tensor};

use super::LanguageError;
use super::config_fields::{heads_fit, rope_theta};
use super::layers::{
    Activation, Input, LayerNorm, Linear, Rotary, Transformer, attend, join_heads, look_up, split_heads,
};
use super::weights::Weights;

const GLOBAL: &str = "full_attention";
const LOCAL: &str = "sliding_attention";

/// The sizes of a model, as `config.json` has them, in the older and the newer spelling.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ModernBertConfig {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub intermediate_size: usize,
    pub max_position_embeddings: usize,
    #[serde(default = "default_activation")]
    pub hidden_activation: String,
    #[serde(default = "default_eps")]
    pub norm_eps: f64,
    #[serde(default)]
    pub norm_bias: bool,
    #[serde(default)]
    pub attention_bias: bool,
    #[serde(default)]
    pub mlp_bias: bool,
    #[serde(default = "default_local")]
    pub local_attention: i64,
    #[serde(default = "default_every")]
    pub global_attn_every_n_layers: usize,
    #[serde(default)]
    pub layer_types: Vec<String>,
    /// Bases of the rotary frequencies of global and of local layers.
    #[serde(skip)]
    pub theta: (f64, f64),
}

fn default_activation() -> String {
    "gelu".to_owned()
}

fn default_eps() -> f64 {
    1e-5
}

fn default_local() -> i64 {
    128
}

fn default_every() -> usize {
    3
}

impl ModernBertConfig {
    pub fn read(config: Value) -> Result<Self, String> {
        let theta = (
            rope_theta(&config, Some(GLOBAL), "global_rope_theta", 160_000.0)?,
            rope_theta(&config, Some(LOCAL), "local_rope_theta", 10_000.0)?,
        );
        let mut config: Self = serde_json::from_value(config).map_err(|error| error.to_string())?;
        config.theta = theta;
        heads_fit("hidden_size", config.hidden_size, config.num_attention_heads)?;
        Activation::read(&config.hidden_activation)?;
        if config.layer_types.is_empty() {
            let every = config.global_attn_every_n_layers.max(1);
            let kind = |layer: usize| if layer.is_multiple_of(every) { GLOBAL } else { LOCAL };
            config.layer_types = (0..config.num_hidden_layers).map(|layer| kind(layer).to_owned()).collect();
        }
        if config.layer_types.len() != config.num_hidden_layers {
            let (types, layers) = (config.layer_types.len(), config.num_hidden_layers);
            return Err(format!("layer_types names {types} layers where num_hidden_layers is {layers}"));
        }
        if let Some(other) = config.layer_types.iter().find(|kind| *kind != GLOBAL && *kind != LOCAL) {
            return Err(format!("layers of type `{other}` are not built in; {GLOBAL} and {LOCAL} are"));
        }
        Ok(config)
    }
}

#[expect(non_snake_case, reason = "the checkpoint's names")]
struct Layer {
    /// The first layer has none: what enters it is normalised already.
    attn_norm: Option<LayerNorm>,
    Wqkv: Linear,
    Wo: Linear,
    mlp_norm: LayerNorm,
    Wi: Linear,
    activation: Activation,
    mlp_Wo: Linear,
    heads: i64,
    local: bool,
}

impl Layer {
    fn load(weights: &Weights, number: usize, config: &ModernBertConfig) -> Result<Self, LanguageError> {
        let name = format!("layers.{number}");
        let (size, inner) = (config.hidden_size, config.intermediate_size);
        let norm = |part: &str| {
            LayerNorm::load_with(weights, &format!("{name}.{part}"), size, config.norm_eps, config.norm_bias)
        };
        let linear = |part: &str, from, to, bias| Linear::load_with(weights, &format!("{name}.{part}"), from, to, bias);
        Ok(Self {
            attn_norm: (number > 0).then(|| norm("attn_norm")).transpose()?,
            Wqkv: linear("attn.Wqkv", size, 3 * size, config.attention_bias)?,
            Wo: linear("attn.Wo", size, size, config.attention_bias)?,
            mlp_norm: norm("mlp_norm")?,
            Wi: linear("mlp.Wi", size, 2 * inner, config.mlp_bias)?,
            activation: Activation::read(&config.hidden_activation).map_err(LanguageError::Torch)?,
            mlp_Wo: linear("mlp.Wo", inner, size, config.mlp_bias)?,
            heads: config.num_attention_heads as i64,
            local: config.layer_types[number] == LOCAL,
        })
    }

    fn forward(&self, x: &Tensor, mask: Option<&Tensor>, angles: &(Tensor, Tensor)) -> Result<Tensor, TchError> {
        let normed = self.attn_norm.as_ref().map(|norm| norm.forward(x)).transpose()?;
        let parts = split_heads(&self.Wqkv.forward(normed.as_ref().unwrap_or(x))?, 3, self.heads)?;
        let (query, key) = (Rotary::turn(&parts[0], angles)?, Rotary::turn(&parts[1], angles)?);
        let seen = join_heads(&attend(&query, &key, &parts[2], mask, false)?)?;
        let x = self.Wo.forward(&seen)?.f_add(x)?;
        let gated = self.Wi.forward(&self.mlp_norm.forward(&x)?)?.f_chunk(2, -1)?;
        self.mlp_Wo.forward(&self.activation.forward(&gated[0])?.f_mul(&gated[1])?)?.f_add(&x)
    }
}

/// The encoder.
pub(super) struct ModernBertModel {
    tok_embeddings: Tensor,
    norm: LayerNorm,
    layers: Vec<Layer>,
    final_norm: LayerNorm,
    global: Rotary,
    local: Rotary,
    /// How far a token of a local layer looks to either side.
    reach: i64,
}

impl ModernBertModel {
    pub fn load(weights: &Weights, config: &ModernBertConfig) -> Result<Self, LanguageError> {
        let size = config.hidden_size;
        let norm = |name: &str| LayerNorm::load_with(weights, name, size, config.norm_eps, config.norm_bias);
        let layers = (0..config.num_hidden_layers).map(|number| Layer::load(weights, number, config));
        let width = size / config.num_attention_heads;
        Ok(Self {
            tok_embeddings: weights.take("embeddings.tok_embeddings.weight", &[config.vocab_size, size])?,
            norm: norm("embeddings.norm")?,
            layers: layers.collect::<Result<_, _>>()?,
            final_norm: norm("final_norm")?,
            global: Rotary::new(width, config.theta.0, weights)?,
            local: Rotary::new(width, config.theta.1, weights)?,
            reach: config.local_attention / 2,
        })
    }

    /// Which tokens are near enough for a local layer, `[tokens, tokens]`; none if all are.
    fn near(&self, tokens: i64) -> Result<Option<Tensor>, TchError> {
        if tokens <= self.reach + 1 {
            return Ok(None);
        }
        let places = Tensor::f_arange(tokens, (Kind::Int64, self.tok_embeddings.device()))?;
        let apart = places.f_unsqueeze(0)?.f_sub(&places.f_unsqueeze(1)?)?.f_abs()?;
        apart.f_le(self.reach).map(Some)
    }
}

impl Transformer for ModernBertModel {
    fn forward(&self, input: &Input) -> Result<Tensor, TchError> {
        let (_, tokens) = input.ids.size2()?;
        let mut x = self.norm.forward(&look_up(&self.tok_embeddings, &input.ids)?)?;
        let (global, local) = (self.global.angles(tokens, x.kind())?, self.local.angles(tokens, x.kind())?);
        let near = match (self.near(tokens)?, &input.mask) {
            (Some(near), Some(mask)) => Some(near.f_logical_and(mask)?),
            (Some(near), None) => Some(near),
            (None, mask) => mask.as_ref().map(Tensor::shallow_clone),
        };
        for layer in &self.layers {
            let (mask, angles) = if layer.local { (near.as_ref(), &local) } else { (input.mask.as_ref(), &global) };
            x = layer.forward(&x, mask, angles)?;
        }
        self.final_norm.forward(&x)
    }
}
