//! Words → vectors, by a pre-trained language model read from a Hugging Face model directory.

mod device;

pub use device::DeviceChoice;
