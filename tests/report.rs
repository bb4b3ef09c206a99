//! From results to files and pictures, through the public doors of `report`.
//!
//! The pictures are left in `target/tmp/report` for people to look at.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]

use std::fs;
use std::path::PathBuf;

use driftline::calendar::{Calendar, PeriodLength, WallTime};
use driftline::events::{EventTable, TextId, UserId};
use driftline::forecast::{Band, Coverage, Forecast};
use driftline::interests::{Interest, InterestSpace, Source, Trajectories};
use driftline::report::{
    OutputFolder, Results as Kind, TableFormat, Theme, TrajectoryChart, chart_png, chart_svg, summarise_users,
    trajectory_chart, write_forecast_tables,
};
use jiff::civil::date;
use resvg::tiny_skia::Pixmap;
use resvg::usvg::{Options, Tree};

/// One user's results: what a log of the given shape would have led to.
struct Results {
    events: EventTable,
    space: InterestSpace,
    trajectories: Trajectories,
    forecast: Forecast,
}

/// A user active in the periods given (counted from the log's first), with shares that wander.
fn results(length: PeriodLength, active: &[i32], periods: i32, labels: &[&str], horizon: usize) -> Results {
    let (calendar, kinds) = (Calendar::new(length), labels.len());
    let first = calendar.period(WallTime::from_datetime(date(2010, 1, 4).at(0, 0, 0, 0)));
    let mut events =
        EventTable { users: vec!["Ann & Bob <1>".into()], texts: vec!["tea".into()], ..Default::default() };
    let mut trajectories = Trajectories {
        calendar,
        interests: kinds,
        first,
        origin: first.plus(periods),
        user_rows: vec![0, active.len()],
        period: active.iter().map(|period| first.plus(*period)).collect(),
        row_cells: vec![0],
        interest: Vec::new(),
        events: Vec::new(),
        weight: Vec::new(),
        value: Vec::new(),
        spend: vec![],
    };
    for period in active {
        for kind in 0..kinds {
            let count = 1 + (*period as usize * (kind + 3) + kind * kind) % 9;
            trajectories.interest.push(kind as u16);
            trajectories.events.push(count as u32);
            trajectories.value.push(0.0);
            for event in 0..count {
                let start = calendar.start(first.plus(*period)).0;
                events.time.push(WallTime(start + event as i64 * 60_000_000));
                events.text.push(TextId(0));
            }
        }
        trajectories.row_cells.push(trajectories.interest.len());
    }
    events.offsets = vec![0, events.time.len()];
    let weights: f32 = (0..kinds).map(|kind| (kind + 1) as f32).sum();
    let share: Vec<_> = (0..horizon).flat_map(|_| (0..kinds).map(|kind| (kind + 1) as f32 / weights)).collect();
    let band = |level, half: f32| Band {
        level,
        lower: share.iter().map(|share| (share - half).max(0.0)).collect(),
        upper: share.iter().map(|share| (share + half).min(1.0)).collect(),
        coverage: Some(Coverage::plain(810, 1000)),
    };
    let p_any = share.iter().map(|share| 0.5 * share).collect();
    let forecast = Forecast {
        calendar,
        origin: trajectories.origin,
        horizon,
        interests: kinds,
        users: vec![UserId(0)],
        bands: vec![band(50, 0.06), band(80, 0.12)],
        share,
        no_bands: None,
        joint: false,
        p_any,
        p_active: vec![0.8],
        expected_events: vec![3.0],
        expected_value: vec![],
    };
    let interest = |label: &&str| Interest {
        label: (*label).into(),
        terms: vec!["tea".into()],
        share: 1.0 / kinds as f64,
        source: Source::Found,
    };
    let space = InterestSpace {
        interests: labels.iter().map(interest).collect(),
        dim: 1,
        centroids: vec![1.0; kinds],
        text_interest: vec![0],
        text_weight: vec![1.0],
    };
    Results { events, space, trajectories, forecast }
}

impl Results {
    fn chart(&self, interests: &[u16], level: Option<u8>) -> TrajectoryChart {
        trajectory_chart(&self.events, &self.space, &self.trajectories, &self.forecast, UserId(0), interests, level)
    }
}

const LABELS: [&str; 8] = [
    "Tea sets & kitchen",
    "Christmas <decorations>",
    "Vintage wooden hearts, paper chains and everything else that hangs on a tree",
    "Lunch bags",
    "Łódź κερί Кружка",
    "\u{1}Control\n\"signs\"",
    "Garden",
    "Cards",
];

/// Charts of many shapes, with a name each.
fn gallery() -> Vec<(&'static str, TrajectoryChart)> {
    let months: Vec<_> = (0..24).collect();
    let year = results(PeriodLength::Month, &months, 24, &LABELS, 3);
    let sparse = results(PeriodLength::Month, &[0, 1, 5, 9, 14], 18, &LABELS, 3);
    let two = results(PeriodLength::Month, &[0, 1], 2, &LABELS[..3], 1);
    let once = results(PeriodLength::Week, &[3], 4, &LABELS[..2], 4);
    let weeks: Vec<_> = (0..60).filter(|week| week % 7 != 3).collect();
    let weeks = results(PeriodLength::Week, &weeks, 60, &LABELS, 4);
    let days: Vec<_> = (0..500).filter(|day| day % 3 != 1).collect();
    let days = results(PeriodLength::Day, &days, 500, &LABELS, 7);
    let mut unknown = results(PeriodLength::Month, &[0, 2, 3], 4, &LABELS, 2);
    unknown.forecast.bands.clear();
    unknown.forecast.no_bands = Some("too little past to calibrate one".into());
    let mut late = results(PeriodLength::Month, &[4], 4, &LABELS, 2);
    late.forecast.users.clear();
    late.forecast.share.clear();
    vec![
        ("one", year.chart(&[1], Some(80))),
        ("three", year.chart(&[0, 1, 2], Some(50))),
        ("six", year.chart(&[0, 1, 2, 3, 4, 5], Some(80))),
        ("more-than-six", year.chart(&[7, 6, 5, 4, 3, 2, 1, 0], Some(80))),
        ("sparse", sparse.chart(&[0, 1], Some(80))),
        ("two-periods", two.chart(&[0, 1, 2], None)),
        ("one-period", once.chart(&[0], Some(80))),
        ("weeks", weeks.chart(&[0, 3], Some(80))),
        ("days", days.chart(&[0, 3, 6], Some(80))),
        ("no-band", unknown.chart(&[0, 1], Some(80))),
        ("no-past", late.chart(&[0, 1], Some(80))),
        ("nothing-chosen", year.chart(&[], Some(80))),
        ("no-such-interest", year.chart(&[900, 1, 1], Some(95))),
    ]
}

fn has(svg: &str, text: &str) -> bool {
    svg.contains(&format!(">{text}<"))
}

#[test]
fn every_chart_is_a_valid_document_at_every_size() {
    for (name, chart) in gallery() {
        for theme in [Theme::Light, Theme::Dark] {
            for (width, height) in [(900.0, 520.0), (400.0, 300.0), (1.0, f32::NAN), (2400.0, 700.0)] {
                let svg = chart_svg(&chart, theme, width, height);
                let tree = Tree::from_str(&svg, &Options::default());
                assert!(tree.is_ok(), "{name} {width} × {height}: {:?}", tree.err());
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
                assert_eq!(svg, chart_svg(&chart, theme, width, height), "the same chart, the same document");
            }
        }
    }
}

#[test]
fn pictures_show_something_on_their_ground() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("report");
    fs::create_dir_all(&folder).unwrap();
    for (name, chart) in gallery() {
        for (theme, suffix, ground) in
            [(Theme::Light, "light", [255, 255, 255]), (Theme::Dark, "dark", [0x14, 0x17, 0x1a])]
        {
            let png = chart_png(&chart, theme, 900.0, 520.0, 1.5).unwrap();
            fs::write(folder.join(format!("{name}-{suffix}.png")), &png).unwrap();
            let picture = Pixmap::decode_png(&png).unwrap();
            assert_eq!((picture.width(), picture.height()), (1350, 780));
            let pixels = picture.pixels();
            let is_ground =
                |pixel: &&resvg::tiny_skia::PremultipliedColorU8| [pixel.red(), pixel.green(), pixel.blue()] == ground;
            assert!(is_ground(&&pixels[0]), "{name} {suffix}");
            let drawn = pixels.iter().filter(|pixel| !is_ground(pixel)).count() as f32 / pixels.len() as f32;
            assert!((0.01..0.6).contains(&drawn), "{name} {suffix}: {drawn} of the pixels are drawn on");
        }
    }
}

#[test]
fn a_picture_of_no_size_or_too_large_is_refused() {
    let (_, chart) = gallery().swap_remove(0);
    for scale in [0.0, -1.0, f32::NAN, 1000.0] {
        assert!(chart_png(&chart, Theme::Light, 900.0, 520.0, scale).is_err(), "scale {scale}");
    }
}

#[test]
fn a_chart_says_what_it_shows_and_what_it_leaves_out() {
    let charts = gallery();
    let svg = |name: &str| {
        let chart = charts.iter().find(|chart| chart.0 == name).map(|chart| &chart.1).unwrap();
        chart_svg(chart, Theme::Light, 900.0, 520.0)
    };
    let one = svg("one");
    assert!(has(&one, "User Ann &amp; Bob &lt;1&gt;"));
    assert!(has(&one, "Christmas &lt;decorations&gt;"));
    assert!(has(&one, "80\u{a0}% band: 81\u{a0}% of past shares inside"));
    assert!(has(&one, "7 others") && has(&one, "Forecast"));
    assert!(!has(&one, "months without activity"));
    assert!(has(&svg("more-than-six"), "2 others"));
    assert!(has(&svg("sparse"), "months without activity"));
    assert!(has(&svg("no-band"), "No band: too little past to calibrate one"));
    assert!(has(&svg("no-past"), "No forecast: no activity before May 2010"));
    assert!(svg("no-such-interest").contains("No band of 95 % was calibrated"));
    let three = charts.iter().find(|chart| chart.0 == "three").map(|chart| &chart.1).unwrap();
    assert!(three.subtitle.contains("(50\u{a0}%: "), "the sentence tells the band drawn: {}", three.subtitle);
    assert!(svg("days").contains("drawn from"), "a long past is cut, and the chart says so");
}

#[test]
fn others_are_all_that_is_not_drawn() {
    let chart = results(PeriodLength::Month, &[0, 1, 2], 3, &LABELS, 2).chart(&[2, 4], None);
    let shares = |place: usize| chart.series.iter().map(|series| series.path.observed[place].share).sum::<f32>();
    assert!((0..3).all(|place| (shares(place) - 1.0).abs() < 1e-5));
    let next: f32 = chart.series.iter().map(|series| series.path.expected[1].share).sum();
    assert!((next - 1.0).abs() < 1e-5);
    assert_eq!(chart.series.iter().map(|series| series.style.is_some()).collect::<Vec<_>>(), [true, true, false]);
}

#[test]
fn tables_and_charts_of_a_run_appear_together() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    let run = results(PeriodLength::Month, &[0, 1, 3], 4, &LABELS, 2);
    let output = OutputFolder::new(&target, Kind::Forecast, TableFormat::Parquet).unwrap();
    let users = summarise_users(&run.events, &run.trajectories, &run.forecast);
    let Results { events, space, trajectories, forecast, .. } = &run;
    write_forecast_tables(output.path(), events, space, trajectories, forecast, &users, TableFormat::Parquet).unwrap();
    fs::write(output.path().join("chart.svg"), chart_svg(&run.chart(&[0], None), Theme::Dark, 900.0, 520.0)).unwrap();
    assert!(!target.exists());
    let files = output.commit().unwrap();
    let names: Vec<_> = files.iter().map(|file| file.strip_prefix(&target).unwrap().to_string_lossy()).collect();
    let all = [
        "chart.svg",
        "forecast.parquet",
        "interests.parquet",
        "texts.parquet",
        "trajectories.parquet",
        "users.parquet",
        "driftline-manifest.json",
    ];
    assert_eq!(names, all);
    assert!(files.iter().all(|file| file.is_file()));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing else is left");
}
