//! The table of a search for a network's shape.

use std::path::Path;

use polars::prelude::{Column, NamedFrom, PlSmallStr, Series};

use super::ReportError;
use super::parquet::write_table;
use crate::forecast::{Trial, Tuning};
use crate::observe::CurvePoint;

/// Writes `tuning.parquet`: one row for each epoch of each trial, with the trial's shape.
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
        column("width", rows().map(|(_, trial, _)| trial.shape.hidden)),
        column("depth", rows().map(|(_, trial, _)| trial.shape.layers)),
        column("dropout", rows().map(|(_, trial, _)| trial.shape.dropout)),
        column("learning_rate", rows().map(|(_, trial, _)| trial.shape.learning_rate)),
        column("weight_decay", rows().map(|(_, trial, _)| trial.shape.weight_decay)),
        column("window", rows().map(|(_, trial, _)| trial.shape.window)),
        column("heads", rows().map(|(_, trial, _)| trial.shape.heads.weight())),
    ];
    write_table(path, rows().count(), columns)
}

fn column<T>(name: &str, values: impl Iterator<Item = T>) -> Column
where
    Series: NamedFrom<Vec<T>, [T]>,
{
    Column::new(PlSmallStr::from_str(name), values.collect::<Vec<_>>())
}
