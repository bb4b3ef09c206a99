//! The architectures that are built in, by the `model_type` of `config.json`.

use serde_json::Value;

use super::LanguageError;
use super::bert::{BertConfig, BertModel};
use super::distilbert::{DistilBertConfig, DistilBertModel};
use super::gpt2::{Gpt2Config, Gpt2Model};
use super::layers::Transformer;
use super::modernbert::{ModernBertConfig, ModernBertModel};
use super::mpnet::{MpnetConfig, MpnetModel};
use super::qwen3::{Qwen3Config, Qwen3Model};
use super::roberta;
use super::weights::{Landmarks, Weights};
use super::xlnet::{XlnetConfig, XlnetModel};

/// What `config.json` may call a model.
pub(super) const KNOWN: [&str; 9] =
    ["bert", "distilbert", "roberta", "xlm-roberta", "mpnet", "gpt2", "xlnet", "modernbert", "qwen3"];

/// A model's configuration, read and found sound.
#[derive(Clone, Debug)]
pub(super) enum Architecture {
    Bert(BertConfig),
    DistilBert(DistilBertConfig),
    Roberta(BertConfig),
    Mpnet(MpnetConfig),
    Gpt2(Gpt2Config),
    Xlnet(XlnetConfig),
    ModernBert(ModernBertConfig),
    Qwen3(Qwen3Config),
}

/// What is asked of a model whatever its architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    /// Length of a token's vector.
    pub dim: usize,
    /// Transformer layers.
    pub layers: usize,
    /// Tokens that the model knows.
    pub vocabulary: usize,
    /// Tokens of a text at most; none where positions are relative.
    pub positions: Option<usize>,
}

impl Architecture {
    /// Reads `config.json` as that of a `model_type`; none if it is not built in.
    ///
    /// # Errors
    /// What makes no sense in the configuration.
    pub fn read(model_type: &str, config: Value) -> Option<Result<Self, String>> {
        if !KNOWN.contains(&model_type) {
            return None;
        }
        if let Err(why) = believable(&config) {
            return Some(Err(why));
        }
        Some(match model_type {
            "bert" => BertConfig::read(config).map(Self::Bert),
            "distilbert" => DistilBertConfig::read(config).map(Self::DistilBert),
            "roberta" | "xlm-roberta" => roberta::read(config).map(Self::Roberta),
            "mpnet" => MpnetConfig::read(config).map(Self::Mpnet),
            "gpt2" => Gpt2Config::read(config).map(Self::Gpt2),
            "xlnet" => XlnetConfig::read(config).map(Self::Xlnet),
            "modernbert" => ModernBertConfig::read(config).map(Self::ModernBert),
            "qwen3" => Qwen3Config::read(config).map(Self::Qwen3),
            _ => return None,
        })
    }

    /// Its sizes.
    pub fn sizes(&self) -> Sizes {
        let sizes = |dim, layers, vocabulary, positions| Sizes { dim, layers, vocabulary, positions };
        match self {
            Self::Bert(c) => sizes(c.hidden_size, c.num_hidden_layers, c.vocab_size, Some(c.max_position_embeddings)),
            Self::Roberta(c) => {
                let positions = c.max_position_embeddings - roberta::first(c);
                sizes(c.hidden_size, c.num_hidden_layers, c.vocab_size, Some(positions))
            }
            Self::DistilBert(c) => sizes(c.dim, c.n_layers, c.vocab_size, Some(c.max_position_embeddings)),
            Self::Mpnet(c) => {
                let positions = c.max_position_embeddings - c.first();
                sizes(c.hidden_size, c.num_hidden_layers, c.vocab_size, Some(positions))
            }
            Self::Gpt2(c) => sizes(c.n_embd, c.n_layer, c.vocab_size, Some(c.n_positions)),
            Self::Xlnet(c) => sizes(c.d_model, c.n_layer, c.vocab_size, None),
            Self::ModernBert(c) => {
                sizes(c.hidden_size, c.num_hidden_layers, c.vocab_size, Some(c.max_position_embeddings))
            }
            Self::Qwen3(c) => sizes(c.hidden_size, c.num_hidden_layers, c.vocab_size, Some(c.max_position_embeddings)),
        }
    }

    /// By which names its weights are found in a file that holds heads and more.
    pub fn landmarks(&self) -> Landmarks {
        let of = |embedding, layer, tied| Landmarks { embedding, layer, tied };
        let bert = "embeddings.word_embeddings.weight";
        match self {
            Self::Bert(_) => {
                of(bert, "encoder.layer.0.attention.self.query.weight", &["cls.predictions.decoder.weight"])
            }
            Self::Roberta(_) => of(bert, "encoder.layer.0.attention.self.query.weight", &["lm_head.decoder.weight"]),
            Self::DistilBert(_) => of(bert, "transformer.layer.0.attention.q_lin.weight", &["vocab_projector.weight"]),
            Self::Mpnet(_) => of(bert, "encoder.layer.0.attention.attn.q.weight", &["lm_head.decoder.weight"]),
            Self::Gpt2(_) => of("wte.weight", "h.0.attn.c_attn.weight", &["lm_head.weight"]),
            Self::Xlnet(_) => of("word_embedding.weight", "layer.0.rel_attn.q", &["lm_loss.weight"]),
            Self::ModernBert(_) => {
                of("embeddings.tok_embeddings.weight", "layers.0.attn.Wqkv.weight", &["decoder.weight"])
            }
            Self::Qwen3(_) => of("embed_tokens.weight", "layers.0.self_attn.q_proj.weight", &["lm_head.weight"]),
        }
    }

    /// Loads the model.
    ///
    /// # Errors
    /// A weight that is missing or of another shape; too little memory.
    pub fn load(&self, weights: &Weights) -> Result<Box<dyn Transformer>, LanguageError> {
        Ok(match self {
            Self::Bert(config) => Box::new(BertModel::load(weights, config, 0)?),
            Self::Roberta(config) => Box::new(roberta::load(weights, config)?),
            Self::DistilBert(config) => Box::new(DistilBertModel::load(weights, config)?),
            Self::Mpnet(config) => Box::new(MpnetModel::load(weights, config)?),
            Self::Gpt2(config) => Box::new(Gpt2Model::load(weights, config)?),
            Self::Xlnet(config) => Box::new(XlnetModel::load(weights, config)?),
            Self::ModernBert(config) => Box::new(ModernBertModel::load(weights, config)?),
            Self::Qwen3(config) => Box::new(Qwen3Model::load(weights, config)?),
        })
    }
}

/// More layers than any model has.
const MOST_LAYERS: u64 = 4096;
/// A size above this is none: sizes are multiplied with each other.
const LARGEST_SIZE: u64 = 1 << 31;

/// Refuses sizes that no model has.
fn believable(config: &Value) -> Result<(), String> {
    for (name, value) in config.as_object().into_iter().flatten() {
        let most = if name.contains("layer") { MOST_LAYERS } else { LARGEST_SIZE };
        if let Some(size) = value.as_u64().filter(|size| *size > most) {
            return Err(format!("{name} is {size}, which no model has"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::config_fields::rope_theta;
    use serde_json::json;

    #[test]
    fn every_known_type_is_read() {
        for model_type in KNOWN {
            assert!(Architecture::read(model_type, json!({})).is_some_and(|read| read.is_err()), "{model_type}");
        }
        assert!(Architecture::read("mamba", json!({})).is_none());
    }

    #[test]
    fn sizes_that_no_model_has_are_refused() {
        let config = |name: &str, size: u64| {
            let mut config = json!({"vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
                "intermediate_size": 8, "max_position_embeddings": 66});
            config[name] = size.into();
            Architecture::read("bert", config).unwrap()
        };
        assert!(config("vocab_size", 1 << 20).is_ok());
        for (name, size) in [("intermediate_size", u64::MAX), ("hidden_size", 1 << 62), ("num_hidden_layers", 1 << 40)]
        {
            assert!(config(name, size).is_err_and(|why| why.contains(name)), "{name}");
        }
    }

    #[test]
    fn both_spellings_of_rotary_positions_are_read() {
        let newer = json!({"rope_parameters": {"full_attention": {"rope_theta": 5.0, "rope_type": "default"}}});
        assert_eq!(rope_theta(&newer, Some("full_attention"), "global_rope_theta", 1.0), Ok(5.0));
        assert_eq!(rope_theta(&json!({"rope_theta": 7.0}), None, "rope_theta", 1.0), Ok(7.0));
        assert_eq!(rope_theta(&json!({"rope_scaling": null}), None, "rope_theta", 9.0), Ok(9.0));
        assert!(rope_theta(&json!({"rope_scaling": {"type": "yarn"}}), None, "rope_theta", 9.0).is_err());
    }

    #[test]
    fn positions_that_begin_behind_the_padding_leave_fewer_tokens() {
        let config = json!({"vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
            "intermediate_size": 8, "max_position_embeddings": 66});
        let sizes = Architecture::read("xlm-roberta", config.clone()).unwrap().unwrap().sizes();
        assert_eq!(sizes.positions, Some(64));
        assert_eq!(Architecture::read("bert", config).unwrap().unwrap().sizes().positions, Some(66));
    }
}
