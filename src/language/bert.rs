//! BERT, the bidirectional transformer encoder.
//!
//! Devlin, Chang, Lee, Toutanova: BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding,
//! 2019, <https://arxiv.org/abs/1810.04805>. Fields are named as in the checkpoints of Hugging Face's `BertModel`.
//! The pooler, which only classification uses, is left in the file.
//!
//! RoBERTa and XLM-RoBERTa are the same network with other positions: see [`super::roberta`].

use serde::Deserialize;
use serde_json::Value;
use tch::{TchError, Tensor};

use super::LanguageError;
use super::config_fields::heads_fit;
use super::layers::{Activation, Input, LayerNorm, Linear, Transformer, attend, join_heads, look_up, split_heads};
use super::weights::Weights;

/// The sizes of a model, as `config.json` has them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct BertConfig {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    pub intermediate_size: usize,
    pub max_position_embeddings: usize,
    #[serde(default = "default_types")]
    pub type_vocab_size: usize,
    #[serde(default = "default_activation")]
    pub hidden_act: String,
    #[serde(default = "default_eps")]
    pub layer_norm_eps: f64,
    #[serde(default = "default_positions")]
    pub position_embedding_type: String,
    #[serde(default)]
    pub pad_token_id: usize,
}

fn default_types() -> usize {
    2
}

fn default_activation() -> String {
    "gelu".to_owned()
}

fn default_eps() -> f64 {
    1e-12
}

fn default_positions() -> String {
    "absolute".to_owned()
}

impl BertConfig {
    pub fn read(config: Value) -> Result<Self, String> {
        let config: Self = serde_json::from_value(config).map_err(|error| error.to_string())?;
        heads_fit("hidden_size", config.hidden_size, config.num_attention_heads)?;
        if config.type_vocab_size == 0 {
            return Err("type_vocab_size must be above 0".to_owned());
        }
        if config.position_embedding_type != "absolute" {
            let kind = config.position_embedding_type;
            return Err(format!("positions of type `{kind}` are not built in; absolute ones are"));
        }
        Activation::read(&config.hidden_act)?;
        Ok(config)
    }
}

#[expect(non_snake_case, reason = "the checkpoint's name")]
struct BertEmbeddings {
    word_embeddings: Tensor,
    token_type_embeddings: Tensor,
    /// From the place of a text's first token on, with the first token type added: a single text rarely has another.
    position_embeddings: Tensor,
    LayerNorm: LayerNorm,
}

impl BertEmbeddings {
    /// `first` is the place of a text's first token in the table of positions.
    fn load(weights: &Weights, config: &BertConfig, first: usize) -> Result<Self, LanguageError> {
        let table = |name: &str, rows| weights.take(&format!("embeddings.{name}.weight"), &[rows, config.hidden_size]);
        let types = table("token_type_embeddings", config.type_vocab_size)?;
        let positions = table("position_embeddings", config.max_position_embeddings)?;
        let rows = config.max_position_embeddings - first;
        Ok(Self {
            word_embeddings: table("word_embeddings", config.vocab_size)?,
            position_embeddings: positions.f_narrow(0, first as i64, rows as i64)?.f_add(&types.f_get(0)?)?,
            token_type_embeddings: types.f_sub(&types.f_get(0)?)?,
            LayerNorm: LayerNorm::load(weights, "embeddings.LayerNorm", config.hidden_size, config.layer_norm_eps)?,
        })
    }

    fn forward(&self, input: &Input) -> Result<Tensor, TchError> {
        let (_, tokens) = input.ids.size2()?;
        let words = look_up(&self.word_embeddings, &input.ids)?;
        let mut sum = words.f_add(&self.position_embeddings.f_narrow(0, 0, tokens)?)?;
        if let Some(types) = &input.types {
            sum = sum.f_add(&look_up(&self.token_type_embeddings, types)?)?;
        }
        self.LayerNorm.forward(&sum)
    }
}

/// `attention.self` and `attention.output`; query, key and value are joined into one product.
#[expect(non_snake_case, reason = "the checkpoint's name")]
struct BertAttention {
    query_key_value: Linear,
    dense: Linear,
    LayerNorm: LayerNorm,
    heads: i64,
}

impl BertAttention {
    fn load(weights: &Weights, name: &str, config: &BertConfig) -> Result<Self, LanguageError> {
        let size = config.hidden_size;
        let part = |part| Linear::load(weights, &format!("{name}.self.{part}"), size, size);
        Ok(Self {
            query_key_value: Linear::joined(&[part("query")?, part("key")?, part("value")?])?,
            dense: Linear::load(weights, &format!("{name}.output.dense"), size, size)?,
            LayerNorm: LayerNorm::load(weights, &format!("{name}.output.LayerNorm"), size, config.layer_norm_eps)?,
            heads: config.num_attention_heads as i64,
        })
    }

    fn forward(&self, x: &Tensor, mask: Option<&Tensor>) -> Result<Tensor, TchError> {
        let parts = split_heads(&self.query_key_value.forward(x)?, 3, self.heads)?;
        let seen = join_heads(&attend(&parts[0], &parts[1], &parts[2], mask, false)?)?;
        self.LayerNorm.forward(&self.dense.forward(&seen)?.f_add(x)?)
    }
}

#[expect(non_snake_case, reason = "the checkpoint's name")]
struct BertLayer {
    attention: BertAttention,
    intermediate: Linear,
    activation: Activation,
    output: Linear,
    LayerNorm: LayerNorm,
}

impl BertLayer {
    fn load(weights: &Weights, name: &str, config: &BertConfig) -> Result<Self, LanguageError> {
        let (size, inner) = (config.hidden_size, config.intermediate_size);
        Ok(Self {
            attention: BertAttention::load(weights, &format!("{name}.attention"), config)?,
            intermediate: Linear::load(weights, &format!("{name}.intermediate.dense"), size, inner)?,
            activation: Activation::read(&config.hidden_act).map_err(LanguageError::Torch)?,
            output: Linear::load(weights, &format!("{name}.output.dense"), inner, size)?,
            LayerNorm: LayerNorm::load(weights, &format!("{name}.output.LayerNorm"), size, config.layer_norm_eps)?,
        })
    }

    fn forward(&self, x: &Tensor, mask: Option<&Tensor>) -> Result<Tensor, TchError> {
        let x = self.attention.forward(x, mask)?;
        let inner = self.activation.forward(&self.intermediate.forward(&x)?)?;
        self.LayerNorm.forward(&self.output.forward(&inner)?.f_add(&x)?)
    }
}

/// The encoder.
pub(super) struct BertModel {
    embeddings: BertEmbeddings,
    layer: Vec<BertLayer>,
}

impl BertModel {
    /// `first` is the place of a text's first token in the table of positions.
    pub fn load(weights: &Weights, config: &BertConfig, first: usize) -> Result<Self, LanguageError> {
        let layer = (0..config.num_hidden_layers)
            .map(|number| BertLayer::load(weights, &format!("encoder.layer.{number}"), config));
        Ok(Self { embeddings: BertEmbeddings::load(weights, config, first)?, layer: layer.collect::<Result<_, _>>()? })
    }
}

impl Transformer for BertModel {
    fn forward(&self, input: &Input) -> Result<Tensor, TchError> {
        let mut x = self.embeddings.forward(input)?;
        for layer in &self.layer {
            x = layer.forward(&x, input.mask.as_ref())?;
        }
        Ok(x)
    }
}
