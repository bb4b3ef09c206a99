//! The way to value: from the log straight to what users will be worth; no vectors, no interests.

use std::sync::Arc;

use super::log::{ReadLog, read_log};
use crate::events::EventTable;
use crate::observe::Watch;
use crate::project::Settings;
use crate::value::{self, ValueError, ValueQuestion, ValueResult};

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

/// What users will be worth, beside what the same models were worth on the days right before.
#[derive(Clone, Debug)]
pub struct ValueView {
    /// What it was asked of.
    pub settings: Settings,
    /// The days ahead.
    pub ahead: ValueOutcome,
    /// The same question as many days earlier, held against what came; none where it could not be asked.
    pub past: Option<ValueResult>,
}

/// Asks what users will be worth over the next days, and, to tell how good that is, the same from as many days earlier.
///
/// # Errors
/// As [`value`]; that the past is too short for the second question is a note.
pub fn value_beside_past(
    settings: &Settings,
    days: u32,
    last: &mut Option<ReadLog>,
    watch: &Watch,
) -> anyhow::Result<ValueView> {
    let log = read_log(settings, last, watch)?;
    let ask = |cut| value::run(&log.events, ValueQuestion { days, cut, seed: settings.seed }, watch);
    let result = ask(None)?;
    let mut notes: Vec<String> = log.notes.iter().chain(&result.notes).cloned().collect();
    let past = match ask(Some(result.cut - i64::from(days))) {
        Ok(past) => Some(past),
        Err(ValueError::Cancelled(stopped)) => return Err(stopped.into()),
        Err(why) => {
            notes.push(format!("How good this is was not measured: {why}."));
            None
        }
    };
    Ok(ValueView { settings: settings.clone(), ahead: ValueOutcome { events: log.events, result, notes }, past })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn what_is_asked_ahead_is_held_against_as_many_days_that_are_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.csv");
        let mut log = String::from("user,time,text,quantity,price\n");
        for day in 0..300 {
            for user in (0..40).filter(|user| (day + user) % (5 + user % 7) == 0) {
                let date = jiff::civil::date(2023, 1, 1).saturating_add(jiff::ToSpan::days(i64::from(day)));
                writeln!(log, "u{user},{date} 10:00:00,thing {},1,{}", (user + day) % 9, 5 + user % 11).unwrap();
            }
        }
        std::fs::write(&path, log).unwrap();
        let settings = Settings { inputs: vec![path], ..Settings::default() };
        let view = value_beside_past(&settings, 30, &mut None, &Watch::silent()).unwrap();
        let (ahead, past) = (&view.ahead.result, view.past.unwrap());
        assert_eq!(past.cut, ahead.cut - 30);
        assert!(ahead.observed.is_none() && past.observed.is_some());
        assert_eq!(ahead.users.len(), 40);
        // Nearly all of the log lies ahead of so early a cut: the ranking stands, and it says what it was not held against.
        let view = value_beside_past(&settings, 299, &mut None, &Watch::silent()).unwrap();
        assert!(view.past.is_none());
        assert!(view.ahead.notes.iter().any(|note| note.contains("was not measured")), "{:?}", view.ahead.notes);
    }
}
