//! RoBERTa and XLM-RoBERTa: BERT, trained longer, with positions that begin behind the padding's.
//!
//! Liu et al.: RoBERTa: A Robustly Optimized BERT Pretraining Approach, 2019, <https://arxiv.org/abs/1907.11692>.
//! Conneau et al.: Unsupervised Cross-lingual Representation Learning at Scale, 2020,
//! <https://arxiv.org/abs/1911.02116>. Checkpoints name their fields as `BertModel` does.

use serde_json::Value;

use super::LanguageError;
use super::bert::{BertConfig, BertModel};
use super::weights::Weights;

/// Where `config.json` does not say it, padding is token 1.
const PADDING: usize = 1;

/// Reads `config.json`.
pub(super) fn read(mut config: Value) -> Result<BertConfig, String> {
    if let Some(fields) = config.as_object_mut() {
        fields.entry("pad_token_id").or_insert(PADDING.into());
        fields.entry("type_vocab_size").or_insert(1.into());
        fields.entry("layer_norm_eps").or_insert(1e-5.into());
    }
    let config = BertConfig::read(config)?;
    if first(&config) >= config.max_position_embeddings {
        return Err(format!(
            "pad_token_id {} leaves no room in the {} positions",
            config.pad_token_id, config.max_position_embeddings
        ));
    }
    Ok(config)
}

/// The place of a text's first token in the table of positions: the one after the padding's.
pub(super) fn first(config: &BertConfig) -> usize {
    config.pad_token_id + 1
}

/// Loads the encoder.
pub(super) fn load(weights: &Weights, config: &BertConfig) -> Result<BertModel, LanguageError> {
    BertModel::load(weights, config, first(config))
}
