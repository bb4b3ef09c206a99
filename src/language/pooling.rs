//! Token vectors → one vector a text.

use std::fmt;

use serde_json::Value;
use strum::IntoEnumIterator as _;
use tch::{Kind, TchError, Tensor};

/// One way of making one vector of many, in the order in which sentence-transformers puts their vectors side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumIter)]
enum Mode {
    /// The first token's vector; of a text whose prompt does not count, the first behind that.
    Cls,
    /// The largest value in each place.
    Max,
    /// The mean over the text's tokens.
    Mean,
    /// The sum over the text's tokens, divided by the square root of their number.
    MeanSqrtLength,
    /// The mean, later tokens weighing more: the first once, the second twice, …
    WeightedMean,
    /// The last token's vector.
    LastToken,
}

impl Mode {
    /// Its name in the newer spelling, and in the older one behind `pooling_mode_`.
    fn names(self) -> [&'static str; 2] {
        match self {
            Self::Cls => ["cls", "cls_token"],
            Self::Max => ["max", "max_tokens"],
            Self::Mean => ["mean", "mean_tokens"],
            Self::MeanSqrtLength => ["mean_sqrt_len", "mean_sqrt_len_tokens"],
            Self::WeightedMean => ["weightedmean", "weightedmean_tokens"],
            Self::LastToken => ["lasttoken", "lasttoken"],
        }
    }

    fn read(name: &str) -> Result<Self, String> {
        let known = || Self::iter().map(|mode| mode.names()[0]).collect::<Vec<_>>().join(", ");
        let found = Self::iter().find(|mode| mode.names().contains(&name));
        found.ok_or_else(|| format!("the pooling `{name}` is not built in; {} are", known()))
    }

    fn pool(self, tokens: &Tensor, counts: &Tensor, lengths: &Tensor, first: i64) -> Result<Tensor, TchError> {
        let along = [1_i64];
        let sum = |x: &Tensor| x.f_sum_dim_intlist(along.as_slice(), false, Kind::Float);
        match self {
            Self::Cls => tokens.f_select(1, first.min(tokens.size3()?.1 - 1)),
            Self::Max => tokens.f_masked_fill(&counts.f_eq(0.0)?, f64::NEG_INFINITY)?.f_amax(along, false),
            Self::Mean => sum(&tokens.f_mul(counts)?)?.f_div(&sum(counts)?.f_clamp_min(1.0)?),
            Self::MeanSqrtLength => sum(&tokens.f_mul(counts)?)?.f_div(&sum(counts)?.f_clamp_min(1.0)?.f_sqrt()?),
            Self::WeightedMean => {
                let places = Tensor::f_arange(tokens.size3()?.1, (Kind::Float, tokens.device()))?;
                let weights = counts.f_mul(&places.f_add_scalar(1.0)?.f_reshape([1, -1, 1])?)?;
                sum(&tokens.f_mul(&weights)?)?.f_div(&sum(&weights)?.f_clamp_min(1.0)?)
            }
            Self::LastToken => {
                let (batch, _, dim) = tokens.size3()?;
                let last = lengths.f_sub_scalar(1)?.f_clamp_min(0)?.f_reshape([batch, 1, 1])?;
                tokens.f_gather(1, &last.f_expand([batch, 1, dim], false)?, false)?.f_squeeze_dim(1)
            }
        }
    }
}

/// How token vectors become one; the vectors of several ways stand side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pooling {
    modes: Vec<Mode>,
    /// Whether the tokens of a prompt count.
    pub include_prompt: bool,
}

impl fmt::Display for Pooling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.modes.iter().map(|mode| mode.names()[0]).collect::<Vec<_>>().join(" + "))
    }
}

impl Pooling {
    /// The mean: what a directory without a word on pooling gets.
    pub fn mean() -> Self {
        Self { modes: vec![Mode::Mean], include_prompt: true }
    }

    /// How many vectors stand side by side.
    pub fn parts(&self) -> usize {
        self.modes.len()
    }

    /// Reads either spelling of a pooling module's configuration.
    pub fn read(config: &Value) -> Result<Self, String> {
        const OLDER: &str = "pooling_mode_";
        let names: Vec<&str> = match &config["pooling_mode"] {
            Value::String(mode) => vec![mode],
            Value::Array(modes) => modes.iter().filter_map(Value::as_str).collect(),
            _ => {
                let flags = config.as_object().into_iter().flatten();
                let set = flags.filter(|(_, value)| value.as_bool() == Some(true));
                set.filter_map(|(key, _)| key.strip_prefix(OLDER)).collect()
            }
        };
        let mut modes = names.into_iter().map(Mode::read).collect::<Result<Vec<_>, _>>()?;
        if modes.is_empty() {
            return Err("it names no pooling".to_owned());
        }
        if !config["pooling_mode"].is_array() {
            modes.sort_by_key(|mode| Mode::iter().position(|known| known == *mode));
        }
        let include_prompt = config["include_prompt"].as_bool().unwrap_or(true);
        Ok(Self { modes, include_prompt })
    }

    /// Token vectors (batch × tokens × dim), which tokens count (batch × tokens, 1 or 0), how many tokens each text has
    /// (batch, integers) and the first of them that counts → batch × (ways · dim).
    pub fn pool(&self, tokens: &Tensor, counts: &Tensor, lengths: &Tensor, first: i64) -> Result<Tensor, TchError> {
        let counts = counts.f_unsqueeze(-1)?;
        let pooled = self.modes.iter().map(|mode| mode.pool(tokens, &counts, lengths, first));
        let mut pooled = pooled.collect::<Result<Vec<_>, _>>()?;
        if pooled.len() == 1 { Ok(pooled.remove(0)) } else { Tensor::f_cat(&pooled, 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn named(names: &[&str]) -> Pooling {
        Pooling::read(&json!({"pooling_mode": names})).unwrap()
    }

    #[test]
    fn both_spellings_are_read() {
        let older =
            json!({"word_embedding_dimension": 384, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true});
        assert_eq!(Pooling::read(&older), Ok(Pooling::mean()));
        assert_eq!(Pooling::read(&json!({"pooling_mode": "cls", "include_prompt": true})), Ok(named(&["cls"])));
        let several = json!({"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true});
        assert_eq!(Pooling::read(&several).unwrap().to_string(), "cls + mean");
        assert!(!Pooling::read(&json!({"pooling_mode": "mean", "include_prompt": false})).unwrap().include_prompt);
    }

    #[test]
    fn a_pooling_that_is_not_built_in_is_named() {
        let refused = Pooling::read(&json!({"pooling_mode": "attention"})).unwrap_err();
        assert!(refused.contains("`attention`") && refused.contains("lasttoken"), "{refused}");
        assert!(Pooling::read(&json!({})).is_err());
    }

    #[test]
    fn padding_does_not_count() {
        let tokens = Tensor::from_slice(&[1.0_f32, 2.0, 3.0, 6.0, 90.0, 90.0]).reshape([1, 3, 2]);
        let counts = Tensor::from_slice(&[1.0_f32, 1.0, 0.0]).reshape([1, 3]);
        let lengths = Tensor::from_slice(&[2_i64]);
        let pooled = |names: &[&str]| {
            Vec::<f32>::try_from(named(names).pool(&tokens, &counts, &lengths, 0).unwrap().view(-1)).unwrap()
        };
        assert_eq!(pooled(&["mean"]), [2.0, 4.0]);
        assert_eq!(pooled(&["cls"]), [1.0, 2.0]);
        assert_eq!(pooled(&["max"]), [3.0, 6.0]);
        assert_eq!(pooled(&["lasttoken"]), [3.0, 6.0]);
        assert_eq!(pooled(&["mean_sqrt_len"]), [4.0 / 2.0_f32.sqrt(), 8.0 / 2.0_f32.sqrt()]);
        assert_eq!(pooled(&["weightedmean"]), [7.0 / 3.0, 14.0 / 3.0]);
        assert_eq!(pooled(&["cls", "lasttoken"]), [1.0, 2.0, 3.0, 6.0]);
    }
}
