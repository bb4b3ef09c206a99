//! A trained ensemble as bytes: enough to forecast again without training.

use safetensors::tensor::{Dtype, TensorView, serialize};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind};

use super::ForecastError;
use super::config::{CellKind, ForecastConfig};
use super::train::Member;

/// Weights and settings of a trained ensemble.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedModel {
    /// How the networks are shaped and were trained.
    pub config: ForecastConfig,
    /// How many interests they forecast.
    pub interests: usize,
    /// Epochs each network was trained for; the LSTMs come first.
    pub epochs: Vec<u32>,
    /// All weights in the safetensors format, float32, named `lstm.N.layer.weight` and
    /// `gru.N.layer.weight`.
    pub weights: Vec<u8>,
}

/// Trained networks on their way into a [`SavedModel`].
#[derive(Debug, Default)]
pub struct Networks {
    epochs: Vec<u32>,
    /// Name, shape and bytes of each weight.
    weights: Vec<(String, Vec<usize>, Vec<u8>)>,
}

impl Networks {
    /// Adds the networks of one kind.
    ///
    /// # Errors
    /// When weights cannot be read off the device.
    pub fn add(&mut self, cell: CellKind, members: &[Member]) -> Result<(), ForecastError> {
        for (at, member) in members.iter().enumerate() {
            self.epochs.push(member.epochs);
            for (name, tensor) in member.weights.variables() {
                let shape = tensor.size().into_iter().map(|size| size as usize).collect();
                let flat = tensor.f_detach()?.f_to_device(Device::Cpu)?.f_to_kind(Kind::Float)?.f_flatten(0, -1)?;
                let bytes = Vec::<f32>::try_from(&flat)?.iter().flat_map(|weight| weight.to_le_bytes()).collect();
                self.weights.push((format!("{}.{at}.{name}", cell.name()), shape, bytes));
            }
        }
        Ok(())
    }

    /// All of them as bytes.
    ///
    /// # Errors
    /// When they cannot be packed.
    pub fn packed(mut self, config: &ForecastConfig, interests: usize) -> Result<SavedModel, ForecastError> {
        self.weights.sort();
        let views: Result<Vec<_>, _> = self
            .weights
            .iter()
            .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
            .collect();
        Ok(SavedModel {
            config: config.clone(),
            interests,
            epochs: self.epochs,
            weights: serialize(views.map_err(ForecastError::Weights)?, None)?,
        })
    }
}
