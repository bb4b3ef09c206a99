//! Ctrl-C: once to stop in order, twice to stop at once.

use super::exit;
use crate::observe::CancelToken;

/// A token that Ctrl-C (and a request to end from the system) turns into a wish to stop.
///
/// # Errors
/// When the system does not let the program listen.
pub(super) fn token() -> anyhow::Result<CancelToken> {
    let token = CancelToken::new();
    let asked = token.clone();
    ctrlc::set_handler(move || {
        if asked.is_cancelled() {
            std::process::exit(i32::from(exit::CANCELLED));
        }
        asked.cancel();
    })?;
    Ok(token)
}
