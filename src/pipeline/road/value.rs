//! The way to value: from the log straight to what users will be worth; no vectors, no interests.

use std::sync::Arc;

use super::log::read_log;
use crate::events::EventTable;
use crate::observe::Watch;
use crate::project::Settings;
use crate::value::{self, ValueQuestion, ValueResult};

/// What `value` ends in.
#[derive(Clone, Debug)]
pub struct ValueOutcome {
    /// The clean log.
    pub events: Arc<EventTable>,
    /// Every model's answers.
    pub result: ValueResult,
    /// What the analyst should know, a sentence each.
    pub notes: Vec<String>,
}

/// Asks every model what users will be worth.
///
/// # Errors
/// What is wrong with the log, the settings or the question, in words for the analyst; a wish to stop.
pub fn value(settings: &Settings, question: ValueQuestion, watch: &Watch) -> anyhow::Result<ValueOutcome> {
    let log = read_log(settings, &mut None, watch)?;
    let result = value::run(&log.events, question, watch)?;
    let notes = log.notes.iter().chain(&result.notes).cloned().collect();
    Ok(ValueOutcome { events: log.events, result, notes })
}
