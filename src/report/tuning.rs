//! The table of a search for a network's shape.

use std::path::Path;

use polars::prelude::{Column, NamedFrom, PlSmallStr, Series};

use super::ReportError;
use super::output::write_whole;
use super::parquet::{write_csv_into, write_table_into};
use crate::calendar::Calendar;
use crate::forecast::{Trial, Tuning};
use crate::observe::CurvePoint;

/// Writes the trials of a search: one row for each epoch of each trial, with the trial's shape, loss and rounds. As CSV
/// where the file's name ends so, else as Parquet.
///
/// # Errors
/// If the file cannot be written.
pub fn write_tuning(path: &Path, tuning: &Tuning) -> Result<(), ReportError> {
    let rows = || {
        let of = |(at, trial): (usize, &'_ Trial)| -> Vec<(usize, Trial, CurvePoint)> {
            // The curve is written point by point, and the trial beside each without it.
            let bare = Trial { curve: Vec::new(), ..trial.clone() };
            trial.curve.iter().map(|point| (at, bare.clone(), point.clone())).collect()
        };
        tuning.trials.iter().enumerate().flat_map(of)
    };
    let best = tuning.best();
    let columns = vec![
        column("trial", rows().map(|(at, ..)| i32::try_from(at + 1).unwrap_or(i32::MAX))),
        column("epoch", rows().map(|(.., point)| i32::try_from(point.epoch).unwrap_or(i32::MAX))),
        column("curve", rows().map(|(.., point)| point.curve)),
        column("train", rows().map(|(.., point)| point.train)),
        column("validation", rows().map(|(.., point)| point.validation)),
        column("best_epoch", rows().map(|(.., point)| point.best)),
        column("chosen", rows().map(|(at, ..)| at == best)),
        column("loss", rows().map(|(_, trial, _)| trial.loss)),
        column("rounds", rows().map(|(_, trial, _)| i32::try_from(trial.rounds).unwrap_or(i32::MAX))),
        column("width", rows().map(|(_, trial, _)| trial.shape.hidden)),
        column("depth", rows().map(|(_, trial, _)| trial.shape.layers)),
        column("dropout", rows().map(|(_, trial, _)| trial.shape.dropout)),
        column("learning_rate", rows().map(|(_, trial, _)| trial.shape.learning_rate)),
        column("weight_decay", rows().map(|(_, trial, _)| trial.shape.weight_decay)),
        column("window", rows().map(|(_, trial, _)| trial.shape.window)),
    ];
    let rows = rows().count();
    write_whole(path, |file| {
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
            write_csv_into(file, path, rows, columns)
        } else {
            write_table_into(file, path, rows, columns)
        }
    })
}

/// What a search found, in a sentence.
pub fn tuning_verdict(tuning: &Tuning) -> String {
    let so_far = if tuning.finished { "" } else { " so far" };
    match (tuning.gain(), tuning.best()) {
        (None, _) => "No trial came to a result".to_owned(),
        (Some(_), 0) => format!("The defaults did best{so_far}: no other trial was better"),
        (Some(gain), best) => {
            format!("Trial {} is {gain:.4} nats per event better than the defaults{so_far}", best + 1)
        }
    }
}

/// On what the trials were compared, in a sentence, and how many there were.
pub fn tuning_basis(tuning: &Tuning, calendar: Calendar) -> String {
    let tried = tuning.trials.iter().filter(|trial| trial.rounds > 0).count();
    let (first, last) = (calendar.label(tuning.first), calendar.label(tuning.last));
    let span = if first == last { first } else { format!("{first} to {last}") };
    let stopped = if tuning.finished { "" } else { "Stopped early. " };
    format!("{stopped}{tried} of {} trials, compared on {span}, from which none had learnt.", tuning.trials.len())
}

fn column<T>(name: &str, values: impl Iterator<Item = T>) -> Column
where
    Series: NamedFrom<Vec<T>, [T]>,
{
    Column::new(PlSmallStr::from_str(name), values.collect::<Vec<_>>())
}
