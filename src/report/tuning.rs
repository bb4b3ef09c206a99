//! The table of a search for a network's shape.

use std::path::Path;

use super::ReportError;
use super::columns::column;
use super::output::write_whole;
use super::table::Table;
use crate::calendar::Calendar;
use crate::forecast::{Trial, Tuning};
use crate::observe::CurvePoint;
use crate::wording::counted_of;

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
        column("heads", rows().map(|(_, trial, _)| trial.shape.heads.weight())),
    ];
    write_whole(path, |file| Table::whole("tuning", columns).write_into(file, path))
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
    format!(
        "{stopped}{}, compared on {span}, from which none had learnt.",
        counted_of(tried, tuning.trials.len(), "trial")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Period, PeriodLength};
    use crate::forecast::{NetworkShape, TrialState};
    use polars::prelude::{ParquetReader, SerReader as _};

    fn search(losses: &[f64]) -> Tuning {
        let trial = |(at, loss): (usize, &f64)| Trial {
            shape: NetworkShape { hidden: 32 + at as i64, ..NetworkShape::default() },
            state: TrialState::Done,
            rounds: u32::from(loss.is_finite()),
            curve: Vec::from_iter(loss.is_finite().then(|| CurvePoint {
                curve: format!("trial {}", at + 1),
                epoch: 1,
                train: loss + 0.5,
                validation: Some(*loss),
                best: true,
            })),
            loss: *loss,
        };
        Tuning {
            trials: losses.iter().enumerate().map(trial).collect(),
            rounds: Vec::new(),
            finished: losses.iter().all(|loss| loss.is_finite()),
            first: Period(498),
            last: Period(500),
        }
    }

    #[test]
    fn what_was_found_is_told_and_a_tie_goes_to_the_defaults() {
        assert_eq!(
            tuning_verdict(&search(&[2.5, 2.4969, 2.6])),
            "Trial 2 is 0.0031 nats per event better than the defaults"
        );
        assert_eq!(tuning_verdict(&search(&[2.5, 2.5])), "The defaults did best: no other trial was better");
        let stopped = search(&[2.5, 2.25, f64::INFINITY]);
        assert!(tuning_verdict(&stopped).ends_with("better than the defaults so far"));
        let basis = tuning_basis(&stopped, Calendar::new(PeriodLength::Month));
        assert_eq!(
            basis,
            "Stopped early. 2 of 3 trials, compared on Jul 2011 to Sep 2011, from which none had learnt."
        );
        assert_eq!(tuning_verdict(&search(&[f64::INFINITY])), "No trial came to a result");
    }

    #[test]
    fn trials_are_written_as_the_files_name_says() {
        let folder = tempfile::tempdir().unwrap();
        let found = search(&[2.5, 2.25]);
        let (csv, parquet) = (folder.path().join("trials.CSV"), folder.path().join("trials.parquet"));
        write_tuning(&csv, &found).unwrap();
        write_tuning(&parquet, &found).unwrap();
        let text = std::fs::read_to_string(&csv).unwrap();
        let text = text.strip_prefix('\u{feff}').unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("trial,epoch,curve,train,validation"), "{text}");
        assert!(lines[2].starts_with("2,1,trial 2,2.75,2.25,true,true,2.25,1,33"), "{text}");
        let table = ParquetReader::new(std::fs::File::open(&parquet).unwrap()).finish().unwrap();
        let names: Vec<&str> = table.get_column_names().iter().map(|name| name.as_str()).collect();
        assert_eq!((table.height(), names.join(",")), (2, lines[0].to_owned()));
    }
}
