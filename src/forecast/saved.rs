//! A trained ensemble as bytes: enough to forecast again without training.

use safetensors::tensor::{Dtype, TensorView, serialize};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind};

use super::ForecastError;
use super::config::ForecastConfig;
use super::train::Member;

/// Weights and settings of a trained ensemble.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedModel {
    /// How the networks are shaped and were trained.
    pub config: ForecastConfig,
    /// How many interests they forecast.
    pub interests: usize,
    /// Epochs each network was trained for.
    pub epochs: Vec<u32>,
    /// All weights in the safetensors format, float32, named `network.N.layer.weight`.
    pub weights: Vec<u8>,
}

impl SavedModel {
    /// Packs an ensemble.
    ///
    /// # Errors
    /// When weights cannot be read off the device or packed.
    pub fn of(config: &ForecastConfig, members: &[Member], interests: usize) -> Result<Self, ForecastError> {
        let mut packed: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
        for (at, member) in members.iter().enumerate() {
            for (name, tensor) in member.weights.variables() {
                let shape = tensor.size().into_iter().map(|size| size as usize).collect();
                let flat = tensor.f_detach()?.f_to_device(Device::Cpu)?.f_to_kind(Kind::Float)?.f_flatten(0, -1)?;
                let bytes = Vec::<f32>::try_from(&flat)?.iter().flat_map(|weight| weight.to_le_bytes()).collect();
                packed.push((format!("network.{at}.{name}"), shape, bytes));
            }
        }
        packed.sort();
        let views: Result<Vec<_>, _> = packed
            .iter()
            .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
            .collect();
        Ok(Self {
            config: config.clone(),
            interests,
            epochs: members.iter().map(|member| member.epochs).collect(),
            weights: serialize(views.map_err(ForecastError::Weights)?, None)?,
        })
    }
}
