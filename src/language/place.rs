//! Where Driftline keeps what it fetches and computes.

use std::path::PathBuf;

use directories::BaseDirs;

/// Name of the built-in model, and of its folder.
const DEFAULT_MODEL: &str = "all-MiniLM-L6-v2";

/// Room for some 2.5 million vectors of the built-in model.
const DEFAULT_LIMIT_MB: u64 = 4000;

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

/// Bytes that the vectors of all models may take up: `DRIFTLINE_VECTORS_MB` where that is set, else 4 GB.
pub fn vectors_limit() -> u64 {
    let set = std::env::var("DRIFTLINE_VECTORS_MB").ok().and_then(|megabytes| megabytes.trim().parse::<u64>().ok());
    set.unwrap_or(DEFAULT_LIMIT_MB).saturating_mul(1_000_000)
}
