//! BERT, the bidirectional transformer encoder.
//!
//! Devlin, Chang, Lee, Toutanova: BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding,
//! 2019, <https://arxiv.org/abs/1810.04805>. Fields are named as in the checkpoints of Hugging Face's `BertModel`.
//! The pooler, which only classification uses, is left in the file.

use serde::Deserialize;
use serde_json::Value;
use tch::{TchError, Tensor};

use super::LanguageError;
use super::weights::Weights;

/// What checkpoints saved with a head put before each name.
pub(super) const PREFIX: &str = "bert.";

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
        if config.num_attention_heads == 0 || !config.hidden_size.is_multiple_of(config.num_attention_heads) {
            return Err(format!(
                "hidden_size {} cannot be divided among {} attention heads",
                config.hidden_size, config.num_attention_heads
            ));
        }
        if config.hidden_size == 0 || config.type_vocab_size == 0 {
            return Err("hidden_size and type_vocab_size must be above 0".to_owned());
        }
        if config.position_embedding_type != "absolute" {
            let kind = config.position_embedding_type;
            return Err(format!("positions of type `{kind}` are not built in; absolute ones are"));
        }
        Activation::read(&config.hidden_act)?;
        Ok(config)
    }
}

#[derive(Clone, Copy, Debug)]
enum Activation {
    Gelu,
    GeluTanh,
    Relu,
}

impl Activation {
    fn read(name: &str) -> Result<Self, String> {
        match name {
            "gelu" => Ok(Self::Gelu),
            "gelu_new" | "gelu_pytorch_tanh" => Ok(Self::GeluTanh),
            "relu" => Ok(Self::Relu),
            _ => Err(format!("the activation `{name}` is not built in; gelu, gelu_new and relu are")),
        }
    }

    fn forward(self, x: &Tensor) -> Result<Tensor, TchError> {
        match self {
            Self::Gelu => x.f_gelu("none"),
            Self::GeluTanh => x.f_gelu("tanh"),
            Self::Relu => x.f_relu(),
        }
    }
}

struct Linear {
    weight: Tensor,
    bias: Tensor,
}

impl Linear {
    fn load(weights: &Weights<'_>, name: &str, from: usize, to: usize) -> Result<Self, LanguageError> {
        Ok(Self {
            weight: weights.take(&format!("{name}.weight"), &[to, from])?,
            bias: weights.take(&format!("{name}.bias"), &[to])?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, TchError> {
        x.f_linear(&self.weight, Some(&self.bias))
    }
}

struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    size: i64,
    eps: f64,
}

impl LayerNorm {
    fn load(weights: &Weights<'_>, name: &str, config: &BertConfig) -> Result<Self, LanguageError> {
        let size = config.hidden_size;
        Ok(Self {
            weight: weights.take(&format!("{name}.weight"), &[size])?,
            bias: weights.take(&format!("{name}.bias"), &[size])?,
            size: size as i64,
            eps: config.layer_norm_eps,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor, TchError> {
        x.f_layer_norm([self.size], Some(&self.weight), Some(&self.bias), self.eps, true)
    }
}

#[expect(non_snake_case, reason = "the checkpoint's name")]
struct BertEmbeddings {
    word_embeddings: Tensor,
    /// Positions with the first token type added: a single text has no other.
    position_embeddings: Tensor,
    LayerNorm: LayerNorm,
}

impl BertEmbeddings {
    fn load(weights: &Weights<'_>, config: &BertConfig) -> Result<Self, LanguageError> {
        let table = |name: &str, rows| weights.take(&format!("embeddings.{name}.weight"), &[rows, config.hidden_size]);
        let types = table("token_type_embeddings", config.type_vocab_size)?;
        Ok(Self {
            word_embeddings: table("word_embeddings", config.vocab_size)?,
            position_embeddings: table("position_embeddings", config.max_position_embeddings)?
                .f_add(&types.f_get(0)?)?,
            LayerNorm: LayerNorm::load(weights, "embeddings.LayerNorm", config)?,
        })
    }

    fn forward(&self, ids: &Tensor) -> Result<Tensor, TchError> {
        let (_, tokens) = ids.size2()?;
        let words = Tensor::f_embedding(&self.word_embeddings, ids, -1, false, false)?;
        self.LayerNorm.forward(&words.f_add(&self.position_embeddings.f_narrow(0, 0, tokens)?)?)
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
    fn load(weights: &Weights<'_>, name: &str, config: &BertConfig) -> Result<Self, LanguageError> {
        let size = config.hidden_size;
        let mut parts = Vec::with_capacity(3);
        for part in ["query", "key", "value"] {
            parts.push(Linear::load(weights, &format!("{name}.self.{part}"), size, size)?);
        }
        let weight: Vec<&Tensor> = parts.iter().map(|part| &part.weight).collect();
        let bias: Vec<&Tensor> = parts.iter().map(|part| &part.bias).collect();
        Ok(Self {
            query_key_value: Linear { weight: Tensor::f_cat(&weight, 0)?, bias: Tensor::f_cat(&bias, 0)? },
            dense: Linear::load(weights, &format!("{name}.output.dense"), size, size)?,
            LayerNorm: LayerNorm::load(weights, &format!("{name}.output.LayerNorm"), config)?,
            heads: config.num_attention_heads as i64,
        })
    }

    fn forward(&self, x: &Tensor, mask: Option<&Tensor>) -> Result<Tensor, TchError> {
        let (batch, tokens, size) = x.size3()?;
        let joined = self.query_key_value.forward(x)?;
        // batch × tokens × (3 · heads · width) → 3 × batch × heads × tokens × width
        let parts = joined.f_reshape([batch, tokens, 3, self.heads, size / self.heads])?.f_permute([2, 0, 3, 1, 4])?;
        let (query, key, value) = (parts.f_get(0)?, parts.f_get(1)?, parts.f_get(2)?);
        let seen = Tensor::f_scaled_dot_product_attention(&query, &key, &value, mask, 0.0, false, None::<f64>, false)?;
        let seen = seen.f_transpose(1, 2)?.f_reshape([batch, tokens, size])?;
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
    fn load(
        weights: &Weights<'_>,
        name: &str,
        config: &BertConfig,
        activation: Activation,
    ) -> Result<Self, LanguageError> {
        let (size, inner) = (config.hidden_size, config.intermediate_size);
        Ok(Self {
            attention: BertAttention::load(weights, &format!("{name}.attention"), config)?,
            intermediate: Linear::load(weights, &format!("{name}.intermediate.dense"), size, inner)?,
            activation,
            output: Linear::load(weights, &format!("{name}.output.dense"), inner, size)?,
            LayerNorm: LayerNorm::load(weights, &format!("{name}.output.LayerNorm"), config)?,
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
    pub fn load(weights: &Weights<'_>, config: &BertConfig) -> Result<Self, LanguageError> {
        let activation = Activation::read(&config.hidden_act).map_err(LanguageError::Torch)?;
        let layer = (0..config.num_hidden_layers)
            .map(|number| BertLayer::load(weights, &format!("encoder.layer.{number}"), config, activation));
        Ok(Self { embeddings: BertEmbeddings::load(weights, config)?, layer: layer.collect::<Result<_, _>>()? })
    }

    /// Token numbers (batch × tokens, integers) → token vectors (batch × tokens × `hidden_size`). `mask` says which
    /// tokens may be looked at (batch × 1 × 1 × tokens, boolean); none means all.
    pub fn forward(&self, ids: &Tensor, mask: Option<&Tensor>) -> Result<Tensor, TchError> {
        let mut x = self.embeddings.forward(ids)?;
        for layer in &self.layer {
            x = layer.forward(&x, mask)?;
        }
        Ok(x)
    }
}
