//! What a stage of the road is: a type whose fields are all that can change what it gives.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::key::key_of;
use super::walk::Road;
use crate::forecast::Checkpoints;
use crate::pipeline::Fingerprint;

/// A stage whose result is kept. Its fields are its key: everything that can change the result is one of them, or an
/// older result would be taken for one that nobody computed. What is made from the results of stages below holds their
/// keys, so that what changes the reading of a log changes all that follows.
pub(super) trait Stage: Serialize {
    /// What its results are called where they are kept.
    const NAME: &'static str;
    /// Results of other stages that it is made from. Their keys, or what made them, are among the fields.
    type Needs<'n>;
    /// What it gives.
    type Gives: Serialize + DeserializeOwned;

    /// Makes it. In `checkpoints` it finds and leaves how far it has come.
    ///
    /// # Errors
    /// Whatever hinders it; a wish to stop.
    fn make(&self, needs: Self::Needs<'_>, road: &mut Road, checkpoints: &Checkpoints) -> anyhow::Result<Self::Gives>;

    /// Whether a result is whole, or only what there was when somebody asked to stop.
    fn is_whole(_: &Self::Gives) -> bool {
        true
    }

    /// The fingerprint of the stage and the program that makes it.
    ///
    /// # Errors
    /// When a field cannot be written down.
    fn key(&self) -> anyhow::Result<Fingerprint> {
        key_of(Self::NAME, self)
    }
}

impl Road<'_> {
    /// What a stage gives: what is kept of it, or made now and kept.
    ///
    /// # Errors
    /// As [`Stage::make`].
    pub(super) fn get<S: Stage>(&mut self, stage: &S, needs: S::Needs<'_>) -> anyhow::Result<S::Gives> {
        let key = stage.key()?;
        let checkpoints = self.store.checkpoints(key);
        if let Some(kept) = self.store.get(S::NAME, key) {
            // A kill right after the result was kept leaves them.
            checkpoints.remove();
            return Ok(kept);
        }
        let made = stage.make(needs, self, &checkpoints)?;
        if S::is_whole(&made) {
            self.store.put(S::NAME, key, &made);
            checkpoints.remove();
        }
        Ok(made)
    }
}
