//! What the tests of the window share: an engine that says what it is told to, results made from plain data, a
//! rasteriser, and a harness that speaks the domain.

pub mod engine;
pub mod past;
pub mod raster;
pub mod search;
pub mod shop;
pub mod window;
pub mod worth;
