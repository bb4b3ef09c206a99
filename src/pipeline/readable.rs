//! What people read in files: settings, runs and models in RON.

use anyhow::Context as _;
use serde::Serialize;

/// Something as people read it.
///
/// # Errors
/// When it cannot be written down.
pub(super) fn written(what: &impl Serialize) -> anyhow::Result<String> {
    let pretty = ron::ser::PrettyConfig::new().depth_limit(4);
    ron::ser::to_string_pretty(what, pretty).context("The run's settings could not be written down")
}
