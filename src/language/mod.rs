//! Words → vectors, by a pre-trained language model read from a Hugging Face model directory.

mod architecture;
mod batches;
mod bert;
mod cache;
mod card;
mod device;
mod distilbert;
mod encoder;
mod error;
mod folder;
mod gpt2;
mod layers;
mod modernbert;
mod mpnet;
mod place;
mod pooling;
mod precision;
mod qwen3;
mod roberta;
mod spooled;
mod store;
mod tokens;
mod vectors;
mod weights;
mod workers;
mod xlnet;

pub use cache::{Embedded, Embedding};
pub use device::{Device, DeviceChoice, set_threads};
pub use encoder::Encoder;
pub use error::LanguageError;
pub use folder::{ModelInfo, model_info};
pub use place::{cache_dir, default_model_dir, vectors_limit};
pub use precision::{Precision, PrecisionChoice};
pub use spooled::SpooledVectors;
pub use vectors::Vectors;
