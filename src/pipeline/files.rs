//! A run's results as files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::bail;
use serde::Serialize;

use super::outcome::Input;
use super::readable::written;
use super::road::put_tuning;
use super::{Export, Outcome, Whose, model_folder};
use crate::calendar::PeriodLength;
use crate::forecast::{Coverage, ScoreTable, Tuning};
use crate::observe::{Meter, Stage, Watch};
use crate::project::Settings;
use crate::report::{self, OutputFolder, ReportError, Results, Theme};

/// Width and height of an exported chart in points, and pixels to a point in a PNG.
const CHART: (f32, f32, f32) = (960.0, 540.0, 2.0);
/// Users with the most events whose charts stand beside the tables.
const CHARTS: usize = 3;

/// Writes everything `driftline forecast` promises into a folder, with the search before it if there was one: all of it
/// or nothing.
///
/// # Errors
/// When the folder cannot be written to; a wish to stop.
pub fn write(outcome: &Outcome, tuning: Option<&Tuning>, folder: &Path, watch: &Watch) -> anyhow::Result<Vec<PathBuf>> {
    let mut meter = watch.meter(Stage::Write, "step", Some(4));
    let output = OutputFolder::new(folder, Results::Forecast, outcome.settings.tables)?;
    fill(outcome, tuning, output.path(), &mut meter, watch).map_err(|error| match error.downcast() {
        Ok(refused) => output.told(refused).into(),
        Err(other) => other,
    })?;
    let files = output.commit()?;
    meter.advance(1)?;
    Ok(files)
}

/// Writes the files into an existing folder.
fn fill(
    outcome: &Outcome,
    tuning: Option<&Tuning>,
    folder: &Path,
    meter: &mut Meter,
    watch: &Watch,
) -> anyhow::Result<()> {
    let format = outcome.settings.tables;
    let Outcome { events, space, trajectories, forecast, users, .. } = outcome;
    report::write_forecast_tables(folder, events, space, trajectories, forecast, users, format)?;
    report::write_cohort_tables(folder, space, trajectories, &outcome.cohorts, format)?;
    if let Some(tuning) = tuning {
        put_tuning(tuning, &outcome.settings, folder)?;
    }
    for (name, rows) in [("forecast", forecast.share.len()), ("trajectories", trajectories.interest.len())] {
        if format.is_cut_at(rows) {
            watch.note(format!(
                "{name}.csv has {rows} rows, of which a spreadsheet opens the first 1,048,575; take the Parquet file, or \
                 fewer users by --where."
            ));
        }
    }
    meter.advance(1)?;

    let (model, charts) = (folder.join("model"), folder.join("charts"));
    for folder in [&model, &charts] {
        fs::create_dir(folder).map_err(|error| ReportError::write(folder, error))?;
    }
    model_folder::write(outcome, &model)?;
    meter.advance(1)?;

    let mut active: Vec<_> = users.iter().collect();
    active.sort_by_key(|user| (std::cmp::Reverse(user.events), user.user));
    for user in active.iter().take(CHARTS) {
        let paths = report::user_paths(trajectories, forecast, user.user);
        let interests = report::leading(&report::ranked(&paths));
        let name = file_name(&events.users[user.user.index()]);
        for ending in ["svg", "png"] {
            let path = charts.join(format!("user-{name}.{ending}"));
            write_chart(outcome, Whose::User(user.user), &interests, Some(80), Theme::Light, &path)?;
        }
        watch.check()?;
    }
    meter.advance(1)?;

    report::write_file(&folder.join("run.ron"), written(&RunCard::of(outcome))?.as_bytes())?;
    Ok(watch.check()?)
}

/// Writes what the window asked for.
///
/// # Errors
/// When the place cannot be written to; a wish to stop.
pub fn export(outcome: &Outcome, what: &Export, path: &Path, watch: &Watch) -> anyhow::Result<()> {
    match what {
        Export::Tables(format) => {
            let settings = Settings { tables: *format, ..outcome.settings.clone() };
            write(&Outcome { settings, ..outcome.clone() }, None, path, watch).map(drop)
        }
        Export::Chart { whose, interests, level, dark } => {
            let theme = if *dark { Theme::Dark } else { Theme::Light };
            write_chart(outcome, *whose, interests, *level, theme, path)
        }
    }
}

/// Writes a user's or a cohort's chart; the path's ending says whether as SVG or PNG.
///
/// # Errors
/// When the chart cannot be drawn or written.
pub fn write_chart(
    outcome: &Outcome,
    whose: Whose,
    interests: &[u16],
    level: Option<u8>,
    theme: Theme,
    path: &Path,
) -> anyhow::Result<()> {
    let Outcome { events, space, trajectories, forecast, .. } = outcome;
    let chart = match whose {
        Whose::User(user) => report::trajectory_chart(events, space, trajectories, forecast, user, interests, level),
        Whose::Cohort(rule) => {
            let Some(place) = outcome.cohorts.place(rule) else {
                bail!("The cohort is not among those of this run, so there is nothing to draw. Choose another.");
            };
            report::cohort_chart(space, trajectories, &outcome.cohorts, place, interests, level)
        }
    };
    let (width, height, scale) = CHART;
    let png = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png"));
    let bytes = if png {
        report::chart_png(&chart, theme, width, height, scale)?
    } else {
        report::chart_svg(&chart, theme, width, height).into_bytes()
    };
    Ok(report::write_file(path, &bytes)?)
}

/// A user's spelling as a file name: what some system cannot have in a name becomes `_`.
fn file_name(user: &str) -> String {
    let safe = |sign: char| if sign.is_alphanumeric() || "-_".contains(sign) { sign } else { '_' };
    user.chars().take(64).map(safe).collect()
}

/// `run.ron`: all that it takes to understand and repeat a run.
#[derive(Serialize)]
struct RunCard<'a> {
    driftline: &'static str,
    settings: &'a Settings,
    inputs: &'a [Input],
    language_model: &'a str,
    precision: &'a str,
    device: &'a str,
    period: PeriodLength,
    interests: usize,
    rows_read: u64,
    rows_kept: u64,
    events: usize,
    users: usize,
    seconds: Vec<(String, f64)>,
    scores: &'a ScoreTable,
    coverage: Vec<(u8, Option<&'a Coverage>)>,
    joint: bool,
    notes: &'a [String],
}

impl<'a> RunCard<'a> {
    fn of(outcome: &'a Outcome) -> Self {
        Self {
            driftline: env!("CARGO_PKG_VERSION"),
            settings: &outcome.settings,
            inputs: &outcome.inputs,
            language_model: &outcome.language.model.name,
            precision: &outcome.language.precision,
            device: &outcome.device,
            period: outcome.trajectories.calendar.length,
            interests: outcome.space.len(),
            rows_read: outcome.account.rows_read,
            rows_kept: outcome.account.rows_kept,
            events: outcome.events.len(),
            users: outcome.events.users.len(),
            seconds: outcome.times.iter().map(|(stage, secs)| (stage.to_string(), *secs)).collect(),
            scores: &outcome.scores,
            coverage: outcome.forecast.bands.iter().map(|band| (band.level, band.coverage.as_ref())).collect(),
            joint: outcome.forecast.joint,
            notes: &outcome.notes,
        }
    }
}
