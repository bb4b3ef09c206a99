//! The recurrent network: what it reads, its layers, its training, and what is kept of it.

pub mod adamw;
pub mod batch;
pub mod checkpoint;
pub mod dropout;
pub mod ensemble;
pub mod first_weights;
pub mod heads;
pub mod last_layer;
pub mod layers;
pub mod resident;
pub mod saved;
pub mod scatter;
pub mod spread;
pub mod threads;
pub mod train;
pub mod tuning;
