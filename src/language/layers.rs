//! The layers that several architectures share.

use tch::{Kind, TchError, Tensor};

use super::LanguageError;
use super::weights::Weights;

/// Token numbers on their way through a model. Shorter texts are padded at their ends, whatever side the model's
/// tokenizer pads: a token never looks at padding, so its vector does not depend on where that stands.
pub(super) struct Input {
    /// Token numbers, `[batch, tokens]`, integers.
    pub ids: Tensor,
    /// Token types, `[batch, tokens]`, integers; none if all are 0.
    pub types: Option<Tensor>,
    /// Which tokens may be looked at, `[batch, 1, 1, tokens]`, boolean; none if all may.
    pub mask: Option<Tensor>,
}

/// A transformer without what comes after it.
pub(super) trait Transformer: Send {
    /// Token numbers → token vectors, `[batch, tokens, dim]`.
    fn forward(&self, input: &Input) -> Result<Tensor, TchError>;
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Activation {
    Gelu,
    GeluTanh,
    Relu,
    Silu,
}

impl Activation {
    /// Reads the name that Hugging Face's configurations use.
    pub fn read(name: &str) -> Result<Self, String> {
        match name {
            "gelu" => Ok(Self::Gelu),
            "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Ok(Self::GeluTanh),
            "relu" => Ok(Self::Relu),
            "silu" | "swish" => Ok(Self::Silu),
            _ => Err(format!("the activation `{name}` is not built in; gelu, gelu_new, relu and silu are")),
        }
    }

    pub fn forward(self, x: &Tensor) -> Result<Tensor, TchError> {
        match self {
            Self::Gelu => x.f_gelu("none"),
            Self::GeluTanh => x.f_gelu("tanh"),
            Self::Relu => x.f_relu(),
            Self::Silu => x.f_silu(),
        }
    }
}

/// A matrix product with a bias, if there is one.
pub(super) struct Linear {
    /// `[to, from]`
    weight: Tensor,
    bias: Option<Tensor>,
}

impl Linear {
    /// Reads `name.weight` and `name.bias`.
    pub fn load(weights: &Weights, name: &str, from: usize, to: usize) -> Result<Self, LanguageError> {
        Self::load_with(weights, name, from, to, true)
    }

    /// Reads `name.weight`, and `name.bias` where `bias` says that there is one.
    pub fn load_with(weights: &Weights, name: &str, from: usize, to: usize, bias: bool) -> Result<Self, LanguageError> {
        let weight = weights.take(&format!("{name}.weight"), &[to, from])?;
        let bias = bias.then(|| weights.take(&format!("{name}.bias"), &[to])).transpose()?;
        Ok(Self { weight, bias })
    }

    /// Reads a layer that is stored the other way round, `[from, to]`, as the `Conv1D` of GPT-2 is.
    pub fn load_turned(weights: &Weights, name: &str, from: usize, to: usize) -> Result<Self, LanguageError> {
        let weight = weights.take(&format!("{name}.weight"), &[from, to])?.f_transpose(0, 1)?.f_contiguous()?;
        Ok(Self { weight, bias: Some(weights.take(&format!("{name}.bias"), &[to])?) })
    }

    /// A layer without a bias, `[to, from]`.
    pub fn without_bias(weight: Tensor) -> Self {
        Self { weight, bias: None }
    }

    /// Several layers with the same input as one product; their outputs stand side by side.
    pub fn joined(parts: &[Self]) -> Result<Self, LanguageError> {
        let weight: Vec<&Tensor> = parts.iter().map(|part| &part.weight).collect();
        let bias: Vec<&Tensor> = parts.iter().filter_map(|part| part.bias.as_ref()).collect();
        let bias = if bias.is_empty() { None } else { Some(Tensor::f_cat(&bias, 0)?) };
        Ok(Self { weight: Tensor::f_cat(&weight, 0)?, bias })
    }

    pub fn forward(&self, x: &Tensor) -> Result<Tensor, TchError> {
        x.f_linear(&self.weight, self.bias.as_ref())
    }
}

/// Layer normalisation: Ba, Kiros, Hinton, 2016, <https://arxiv.org/abs/1607.06450>.
pub(super) struct LayerNorm {
    weight: Tensor,
    bias: Option<Tensor>,
    size: i64,
    eps: f64,
}

impl LayerNorm {
    /// Reads `name.weight` and `name.bias`.
    pub fn load(weights: &Weights, name: &str, size: usize, eps: f64) -> Result<Self, LanguageError> {
        Self::load_with(weights, name, size, eps, true)
    }

    /// Reads `name.weight`, and `name.bias` where `bias` says that there is one.
    pub fn load_with(weights: &Weights, name: &str, size: usize, eps: f64, bias: bool) -> Result<Self, LanguageError> {
        let bias = bias.then(|| weights.take(&format!("{name}.bias"), &[size])).transpose()?;
        Ok(Self { weight: weights.take(&format!("{name}.weight"), &[size])?, bias, size: size as i64, eps })
    }

    pub fn forward(&self, x: &Tensor) -> Result<Tensor, TchError> {
        x.f_layer_norm([self.size], Some(&self.weight), self.bias.as_ref(), self.eps, true)
    }
}

/// Root-mean-square normalisation: Zhang, Sennrich, 2019, <https://arxiv.org/abs/1910.07467>.
pub(super) struct RmsNorm {
    weight: Tensor,
    eps: f64,
}

impl RmsNorm {
    /// Reads `name.weight`.
    pub fn load(weights: &Weights, name: &str, size: usize, eps: f64) -> Result<Self, LanguageError> {
        Ok(Self { weight: weights.take(&format!("{name}.weight"), &[size])?, eps })
    }

    pub fn forward(&self, x: &Tensor) -> Result<Tensor, TchError> {
        let kind = x.kind();
        let wide = x.f_to_kind(Kind::Float)?;
        let mean = wide.f_square()?.f_mean_dim([-1_i64].as_slice(), true, Kind::Float)?;
        wide.f_mul(&mean.f_add_scalar(self.eps)?.f_rsqrt()?)?.f_to_kind(kind)?.f_mul(&self.weight)
    }
}

/// A table of vectors, one a row.
pub(super) fn look_up(table: &Tensor, ids: &Tensor) -> Result<Tensor, TchError> {
    Tensor::f_embedding(table, ids, -1, false, false)
}

/// `[batch, tokens, parts · heads · width]` → one `[batch, heads, tokens, width]` for each part.
pub(super) fn split_heads(joined: &Tensor, parts: i64, heads: i64) -> Result<Vec<Tensor>, TchError> {
    let (batch, tokens, size) = joined.size3()?;
    let split = joined.f_reshape([batch, tokens, parts, heads, size / parts / heads])?.f_permute([2, 0, 3, 1, 4])?;
    (0..parts).map(|part| split.f_get(part)).collect()
}

/// `[batch, heads, tokens, width]` → `[batch, tokens, heads · width]`.
pub(super) fn join_heads(seen: &Tensor) -> Result<Tensor, TchError> {
    seen.f_transpose(1, 2)?.f_flatten(2, 3)
}

/// What attention lets through: Vaswani et al., 2017, <https://arxiv.org/abs/1706.03762>. `mask` is boolean (may be
/// looked at) or added to the scores. Key and value may have fewer heads than the query, each then serves several.
pub(super) fn attend(
    query: &Tensor,
    key: &Tensor,
    value: &Tensor,
    mask: Option<&Tensor>,
    causal: bool,
) -> Result<Tensor, TchError> {
    let grouped = query.size().get(1) != key.size().get(1);
    Tensor::f_scaled_dot_product_attention(query, key, value, mask, 0.0, causal, None::<f64>, grouped)
}

/// Rotary positions: Su et al., 2021, <https://arxiv.org/abs/2104.09864>. The halves of a head are turned against each
/// other by angles that grow with the token's place.
pub(super) struct Rotary {
    frequencies: Tensor,
}

impl Rotary {
    /// For heads of `width` numbers; `theta` is the base of the frequencies.
    pub fn new(width: usize, theta: f64, weights: &Weights) -> Result<Self, LanguageError> {
        let powers: Vec<f32> = (0..width / 2).map(|at| theta.powf(-2.0 * at as f64 / width as f64) as f32).collect();
        Ok(Self { frequencies: Tensor::f_from_slice(&powers)?.f_to(weights.device())? })
    }

    /// Cosines and sines for so many tokens, each `[tokens, width]`.
    pub fn angles(&self, tokens: i64, kind: Kind) -> Result<(Tensor, Tensor), TchError> {
        let places = Tensor::f_arange(tokens, (Kind::Float, self.frequencies.device()))?;
        let half = places.f_outer(&self.frequencies)?;
        let both = Tensor::f_cat(&[&half, &half], -1)?;
        Ok((both.f_cos()?.f_to_kind(kind)?, both.f_sin()?.f_to_kind(kind)?))
    }

    /// Turns `[batch, heads, tokens, width]`.
    pub fn turn(x: &Tensor, (cos, sin): &(Tensor, Tensor)) -> Result<Tensor, TchError> {
        let halves = x.f_chunk(2, -1)?;
        let turned = Tensor::f_cat(&[&halves[1].f_neg()?, &halves[0]], -1)?;
        x.f_mul(cos)?.f_add(&turned.f_mul(sin)?)
    }
}
