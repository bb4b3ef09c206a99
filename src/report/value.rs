//! The files of `driftline value`, as CONTRACT.md promises them to people's scripts.

use std::path::{Path, PathBuf};

use polars::prelude::Column;
use serde_json::{Map, Value, json};

use super::columns::column;
use super::table::{Table, TableFormat};
use super::{ReportError, write_file};
use crate::events::EventTable;
use crate::value::{ValueResult, day_name};

/// Levels that have columns.
const LEVELS: [u8; 2] = [80, 95];

/// Writes the table `value` and, where the cut lies in the past, `scores.json` into an existing folder and tells the
/// files.
///
/// # Errors
/// If the folder cannot be written to.
pub fn write_value(
    folder: &Path,
    events: &EventTable,
    result: &ValueResult,
    format: TableFormat,
) -> Result<Vec<PathBuf>, ReportError> {
    let mut files = Table::whole("value", columns(events, result)).write(folder, format)?;
    if result.observed.is_some() {
        let scores = folder.join("scores.json");
        write_file(&scores, format!("{:#}\n", value_object(result)).as_bytes())?;
        files.push(scores);
    }
    Ok(files)
}

/// One row a user, the highest expected value first.
fn columns(events: &EventTable, result: &ValueResult) -> Vec<Column> {
    let mut rows: Vec<usize> = (0..result.users.len()).collect();
    rows.sort_by_key(|row| result.rank[*row]);
    let name = |row: &usize| events.users.get(result.users[*row].index()).map_or("", String::as_str);
    let of = |values: &[f64]| rows.iter().map(|row| values[*row]).collect::<Vec<f64>>();
    let told = result.chosen();
    let expected = told.map_or_else(|| vec![f64::NAN; result.users.len()], |told| told.expected.clone());
    let mut columns = vec![column("user", rows.iter().map(name)), column("expected_value", of(&expected).into_iter())];
    for level in LEVELS {
        let limits = told.and_then(|told| told.bands.iter().find(|(of, _)| *of == level)).map(|(_, limits)| limits);
        let side = |which: fn(&(f64, f64)) -> f64| {
            rows.iter().map(move |row| limits.and_then(|limits| limits.get(*row)).map(which)).collect::<Vec<_>>()
        };
        columns.push(column(&format!("lower_{level}"), side(|limits| limits.0).into_iter()));
        columns.push(column(&format!("upper_{level}"), side(|limits| limits.1).into_iter()));
    }
    columns.push(column("expected_orders", of(&result.expected_orders).into_iter()));
    columns.push(column("p_active", of(&result.p_active).into_iter()));
    columns.push(column("past_value", of(&result.past_value).into_iter()));
    columns.push(column("rank", rows.iter().map(|row| result.rank[*row])));
    let model = result.chosen.to_string();
    columns.push(column("model", rows.iter().map(|_| model.as_str())));
    columns.push(column("mean_value", of(&result.mean_value).into_iter()));
    if let Some(observed) = &result.observed {
        columns.push(column("observed_value", of(observed).into_iter()));
    }
    columns
}

/// `scores.json`: what was asked, and each model's scores where the cut lies in the past.
pub fn value_object(result: &ValueResult) -> Value {
    let models: Map<String, Value> = result
        .models
        .iter()
        .map(|of| {
            let mut object = of.scores.as_ref().map_or_else(|| json!({}), |scores| json!(scores));
            object["seconds"] = json!(of.seconds);
            (of.model.to_string(), object)
        })
        .collect();
    json!({
        "cut": day_name(result.cut),
        "days": result.days,
        "users": result.users.len(),
        "value_is": if result.has_money { "money" } else { "orders" },
        "chosen": result.chosen.to_string(),
        "models": models,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::UserId;
    use crate::value::{ModelValues, ValueModel, ValueScores};
    use polars::prelude::{ParquetReader, SerReader as _};

    fn result(observed: Option<Vec<f64>>) -> ValueResult {
        let scores = observed.as_ref().map(|observed| ValueScores::of(observed, &[3.0, 8.0], &[]));
        let bands = vec![(80, vec![(0.0, 5.0), (1.0, 9.0)])];
        let expected = vec![3.0, 8.0];
        ValueResult {
            cut: 15_000,
            days: 90,
            has_money: true,
            users: vec![UserId(0), UserId(2)],
            past_value: vec![1.0, 2.0],
            observed,
            mean_value: vec![4.0, 9.0],
            expected_orders: vec![0.5, 1.5],
            p_active: vec![0.25, 0.75],
            rank: vec![2, 1],
            models: vec![ModelValues { model: ValueModel::Driftline, expected, bands, scores, seconds: 0.5 }],
            chosen: ValueModel::Driftline,
            notes: Vec::new(),
        }
    }

    #[test]
    fn the_table_has_the_promised_columns_the_highest_first() {
        let events = EventTable { users: ["Ann", "Bob", "Cy"].map(String::from).to_vec(), ..EventTable::default() };
        for observed in [None, Some(vec![2.0, 7.0])] {
            let folder = tempfile::tempdir().unwrap();
            let files = write_value(folder.path(), &events, &result(observed.clone()), TableFormat::Parquet).unwrap();
            assert_eq!(files.len(), if observed.is_some() { 2 } else { 1 });
            let table = ParquetReader::new(std::fs::File::open(&files[0]).unwrap()).finish().unwrap();
            let names: Vec<&str> = table.get_column_names().iter().map(|name| name.as_str()).collect();
            let promised = "user expected_value lower_80 upper_80 lower_95 upper_95 expected_orders p_active past_value \
                            rank model mean_value";
            let seen = observed.as_ref().map(|_| "observed_value");
            assert_eq!(names, promised.split_whitespace().chain(seen).collect::<Vec<_>>());
            assert_eq!(table.column("user").unwrap().str().unwrap().get(0), Some("Cy"));
            assert_eq!(table.column("upper_80").unwrap().f64().unwrap().get(0), Some(9.0));
            assert_eq!(table.column("lower_95").unwrap().null_count(), 2, "a band that is not there");
        }
    }

    #[test]
    fn scores_tell_every_model_and_what_value_is() {
        let object = value_object(&result(Some(vec![2.0, 7.0])));
        assert_eq!((&object["cut"], &object["value_is"]), (&json!("2011-01-26"), &json!("money")));
        assert_eq!(object["models"]["driftline"]["mae"], 1.0);
    }
}
