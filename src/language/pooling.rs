//! Token vectors → one vector a text.

use std::fmt;

use serde_json::Value;
use tch::{Kind, TchError, Tensor};

/// How token vectors become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pooling {
    /// The mean over the text's tokens.
    Mean,
    /// The first token's vector.
    Cls,
    /// The largest value in each place.
    Max,
}

impl fmt::Display for Pooling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mean => "mean",
            Self::Cls => "cls",
            Self::Max => "max",
        })
    }
}

impl Pooling {
    /// Reads either spelling of a pooling module's configuration.
    pub fn read(config: &Value) -> Result<Self, String> {
        const OLDER: &str = "pooling_mode_";
        let mut modes: Vec<&str> = match &config["pooling_mode"] {
            Value::String(mode) => vec![mode],
            Value::Array(modes) => modes.iter().filter_map(Value::as_str).collect(),
            _ => {
                let flags = config.as_object().into_iter().flatten();
                let set = flags.filter(|(_, value)| value.as_bool() == Some(true));
                set.filter_map(|(key, _)| key.strip_prefix(OLDER)).collect()
            }
        };
        match (modes.pop(), modes.is_empty()) {
            (Some("mean" | "mean_tokens"), true) => Ok(Self::Mean),
            (Some("cls" | "cls_token"), true) => Ok(Self::Cls),
            (Some("max" | "max_tokens"), true) => Ok(Self::Max),
            (Some(mode), true) => Err(format!("the pooling `{mode}` is not built in; mean, cls and max are")),
            (Some(_), false) => Err("several poolings side by side are not built in".to_owned()),
            (None, _) => Err("it names no pooling".to_owned()),
        }
    }

    /// Token vectors (batch × tokens × dim) and which tokens count (batch × tokens, 1 or 0) → batch × dim.
    pub fn pool(self, tokens: &Tensor, counts: &Tensor) -> Result<Tensor, TchError> {
        let counts = counts.f_unsqueeze(-1)?;
        match self {
            Self::Mean => {
                let sum = tokens.f_mul(&counts)?.f_sum_dim_intlist([1_i64].as_slice(), false, Kind::Float)?;
                sum.f_div(&counts.f_sum_dim_intlist([1_i64].as_slice(), false, Kind::Float)?.f_clamp_min(1.0)?)
            }
            Self::Cls => tokens.f_select(1, 0),
            Self::Max => tokens.f_masked_fill(&counts.f_eq(0.0)?, f64::NEG_INFINITY)?.f_amax([1_i64], false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_spellings_are_read() {
        let older =
            json!({"word_embedding_dimension": 384, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true});
        assert_eq!(Pooling::read(&older), Ok(Pooling::Mean));
        assert_eq!(Pooling::read(&json!({"pooling_mode": "cls", "include_prompt": true})), Ok(Pooling::Cls));
    }

    #[test]
    fn a_pooling_that_is_not_built_in_is_named() {
        let refused = Pooling::read(&json!({"pooling_mode": "lasttoken"})).unwrap_err();
        assert!(refused.contains("lasttoken"), "{refused}");
        let both = json!({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true});
        assert!(Pooling::read(&both).is_err());
        assert!(Pooling::read(&json!({})).is_err());
    }

    #[test]
    fn padding_does_not_count() {
        let tokens = Tensor::from_slice(&[1.0_f32, 2.0, 3.0, 6.0, 90.0, 90.0]).reshape([1, 3, 2]);
        let counts = Tensor::from_slice(&[1.0_f32, 1.0, 0.0]).reshape([1, 3]);
        let pooled = |pooling: Pooling| Vec::<f32>::try_from(pooling.pool(&tokens, &counts).unwrap().view(-1)).unwrap();
        assert_eq!(pooled(Pooling::Mean), [2.0, 4.0]);
        assert_eq!(pooled(Pooling::Cls), [1.0, 2.0]);
        assert_eq!(pooled(Pooling::Max), [3.0, 6.0]);
    }
}
