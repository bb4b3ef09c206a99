//! Forecasts in closed form: the simple ones, what a user's topics add to them, and the pool of them all.

pub mod fitted_pool;
pub mod kept_terms;
pub mod moved;
pub mod normal_equations;
pub mod pool_weights;
pub mod simple;
pub mod terms;
pub mod topic_ridge;
