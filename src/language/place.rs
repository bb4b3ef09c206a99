//! Where Driftline keeps what it fetches and computes.

use std::path::PathBuf;

use directories::BaseDirs;

/// Name of the built-in model, and of its folder.
const DEFAULT_MODEL: &str = "all-MiniLM-L6-v2";

/// The cache folder: `DRIFTLINE_CACHE` where that is set, else `driftline` in the platform's cache folder.
pub fn cache_dir() -> PathBuf {
    if let Some(set) = std::env::var_os("DRIFTLINE_CACHE").filter(|set| !set.is_empty()) {
        return PathBuf::from(set);
    }
    let home = BaseDirs::new().map(|dirs| dirs.cache_dir().to_owned());
    home.unwrap_or_else(std::env::temp_dir).join("driftline")
}

/// Where `cargo xtask setup` puts the built-in language model.
pub fn default_model_dir() -> PathBuf {
    cache_dir().join("models").join(DEFAULT_MODEL)
}
