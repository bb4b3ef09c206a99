//! DistilBERT: a BERT of half the layers, taught by the whole one.
//!
//! Sanh, Debut, Chaumond, Wolf: DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter, 2019,
//! <https://arxiv.org/abs/1910.01108>. Fields are named as in the checkpoints of Hugging Face's `DistilBertModel`.

use serde::Deserialize;
use serde_json::Value;
use tch::{TchError, Tensor};

use super::LanguageError;
use super::config_fields::heads_fit;
use super::layers::{Activation, Input, LayerNorm, Linear, Transformer, attend, join_heads, look_up, split_heads};
use super::weights::Weights;

/// Every normalisation of this architecture has it.
const EPS: f64 = 1e-12;

/// The sizes of a model, as `config.json` has them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct DistilBertConfig {
    pub vocab_size: usize,
    pub dim: usize,
    pub n_layers: usize,
    pub n_heads: usize,
    pub hidden_dim: usize,
    pub max_position_embeddings: usize,
    #[serde(default = "default_activation")]
    pub activation: String,
}

fn default_activation() -> String {
    "gelu".to_owned()
}

impl DistilBertConfig {
    pub fn read(config: Value) -> Result<Self, String> {
        let config: Self = serde_json::from_value(config).map_err(|error| error.to_string())?;
        heads_fit("dim", config.dim, config.n_heads)?;
        Activation::read(&config.activation)?;
        Ok(config)
    }
}

/// `attention`; query, key and value are joined into one product.
struct Attention {
    qkv_lin: Linear,
    out_lin: Linear,
    heads: i64,
}

struct Layer {
    attention: Attention,
    sa_layer_norm: LayerNorm,
    lin1: Linear,
    activation: Activation,
    lin2: Linear,
    output_layer_norm: LayerNorm,
}

impl Layer {
    fn load(weights: &Weights, name: &str, config: &DistilBertConfig) -> Result<Self, LanguageError> {
        let (size, inner) = (config.dim, config.hidden_dim);
        let square = |part| Linear::load(weights, &format!("{name}.attention.{part}"), size, size);
        Ok(Self {
            attention: Attention {
                qkv_lin: Linear::joined(&[square("q_lin")?, square("k_lin")?, square("v_lin")?])?,
                out_lin: square("out_lin")?,
                heads: config.n_heads as i64,
            },
            sa_layer_norm: LayerNorm::load(weights, &format!("{name}.sa_layer_norm"), size, EPS)?,
            lin1: Linear::load(weights, &format!("{name}.ffn.lin1"), size, inner)?,
            activation: Activation::read(&config.activation).map_err(LanguageError::Torch)?,
            lin2: Linear::load(weights, &format!("{name}.ffn.lin2"), inner, size)?,
            output_layer_norm: LayerNorm::load(weights, &format!("{name}.output_layer_norm"), size, EPS)?,
        })
    }

    fn forward(&self, x: &Tensor, mask: Option<&Tensor>) -> Result<Tensor, TchError> {
        let parts = split_heads(&self.attention.qkv_lin.forward(x)?, 3, self.attention.heads)?;
        let seen = join_heads(&attend(&parts[0], &parts[1], &parts[2], mask, false)?)?;
        let x = self.sa_layer_norm.forward(&self.attention.out_lin.forward(&seen)?.f_add(x)?)?;
        let inner = self.activation.forward(&self.lin1.forward(&x)?)?;
        self.output_layer_norm.forward(&self.lin2.forward(&inner)?.f_add(&x)?)
    }
}

/// The encoder.
#[expect(non_snake_case, reason = "the checkpoint's name")]
pub(super) struct DistilBertModel {
    word_embeddings: Tensor,
    position_embeddings: Tensor,
    LayerNorm: LayerNorm,
    layer: Vec<Layer>,
}

impl DistilBertModel {
    pub fn load(weights: &Weights, config: &DistilBertConfig) -> Result<Self, LanguageError> {
        let table = |name: &str, rows| weights.take(&format!("embeddings.{name}.weight"), &[rows, config.dim]);
        let layer =
            (0..config.n_layers).map(|number| Layer::load(weights, &format!("transformer.layer.{number}"), config));
        Ok(Self {
            word_embeddings: table("word_embeddings", config.vocab_size)?,
            position_embeddings: table("position_embeddings", config.max_position_embeddings)?,
            LayerNorm: LayerNorm::load(weights, "embeddings.LayerNorm", config.dim, EPS)?,
            layer: layer.collect::<Result<_, _>>()?,
        })
    }
}

impl Transformer for DistilBertModel {
    fn forward(&self, input: &Input) -> Result<Tensor, TchError> {
        let (_, tokens) = input.ids.size2()?;
        let words = look_up(&self.word_embeddings, &input.ids)?;
        let mut x = self.LayerNorm.forward(&words.f_add(&self.position_embeddings.f_narrow(0, 0, tokens)?)?)?;
        for layer in &self.layer {
            x = layer.forward(&x, input.mask.as_ref())?;
        }
        Ok(x)
    }
}
