//! Words → vectors, by a pre-trained language model read from a Hugging Face model directory.

mod bert;
mod cache;
mod device;
mod encoder;
mod error;
mod folder;
mod place;
mod pooling;
mod vectors;
mod weights;

pub use cache::embed_cached;
pub use device::{Device, DeviceChoice, set_threads};
pub use encoder::Encoder;
pub use error::LanguageError;
pub use folder::{ModelInfo, model_info};
pub use place::{cache_dir, default_model_dir};
pub use vectors::Vectors;
