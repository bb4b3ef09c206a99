//! What every model can do, and the models.

pub mod answers;
pub mod market_series;
pub mod member_path;
pub mod mixture;
pub mod model;
pub mod pool;
pub mod recurrent;
pub mod spreadsheet;
