//! Pictures of every page in both themes, for people to look at, and the picture in the README.

use std::path::{Path, PathBuf};

use driftline::app::Opening;
use driftline::pipeline::{Request, Update};
use eframe::egui::{Theme, Vec2};
use resvg::tiny_skia::Pixmap;

use crate::support::raster::save;
use crate::support::window::{Window, progress};
use crate::support::{past, search, shop, worth};
use crate::tuning::tuning;

const SIZE: Vec2 = Vec2::new(1280.0, 800.0);

fn at_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// How many different colours a picture has, of those that cover some ground.
fn colours(picture: &Pixmap) -> usize {
    let mut seen = std::collections::BTreeMap::new();
    for pixel in picture.pixels() {
        *seen.entry([pixel.red(), pixel.green(), pixel.blue()]).or_insert(0) += 1;
    }
    seen.values().filter(|count| **count >= 20).count()
}

fn keep(window: &Window, name: &str, theme: Theme) {
    let picture = window.picture();
    let dark = if theme == Theme::Dark { "dark" } else { "light" };
    assert!(colours(&picture) > 8, "{name} in the {dark} theme is not drawn");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| at_root("target"), PathBuf::from);
    save(&picture, &target.join(format!("screens/{name}-{dark}.png")));
}

#[test]
fn every_page_is_drawn_in_both_themes() {
    for theme in [Theme::Light, Theme::Dark] {
        let window = Window::open_in(Opening::Nothing, theme, SIZE, 1.0);
        keep(&window, "1-start", theme);

        let mut window = Window::open_in(Opening::Logs(vec!["garden_shop.csv".into()]), theme, SIZE, 1.0);
        keep(&window, "2-data-loading", theme);
        window.inspected(shop::inspection());
        keep(&window, "3-data", theme);

        window.click("Users page");
        keep(&window, "4-users-empty", theme);
        window.click("Train page");
        keep(&window, "5-train-empty", theme);
        window.click("Train");
        window.training_under_way();
        keep(&window, "6-training", theme);
        let job = window.training();
        window.tell(Update::Trained(job, std::sync::Arc::new(shop::outcome(420, 12))));
        keep(&window, "7-trained", theme);
        window.click("Users page");
        keep(&window, "8-users", theme);

        window.click("List: Cohorts");
        keep(&window, "22-cohorts", theme);
        let row = window.rows().into_iter().nth(2).expect("there are cohorts");
        window.click(&row);
        keep(&window, "23-cohort", theme);
        window.click("List: Users");
        window.harness.hover_at(eframe::egui::pos2(1130.0, 330.0));
        window.harness.run();
        keep(&window, "9-users-hover", theme);
        window.click("Menu");
        keep(&window, "10-menu", theme);
    }
}

#[test]
fn the_overview_is_drawn_wide_and_narrow() {
    for theme in [Theme::Light, Theme::Dark] {
        let mut window = Window::trained(theme, shop::outcome(420, 12));
        window.click("Overview page");
        keep(&window, "27-overview", theme);
        window.harness.set_size(Vec2::new(1280.0, 1180.0));
        window.harness.run();
        keep(&window, "27-overview-all", theme);
        window.harness.set_size(Vec2::new(860.0, 1000.0));
        window.harness.run();
        keep(&window, "27-overview-narrow", theme);
    }
}

#[test]
fn the_backtest_is_drawn() {
    for theme in [Theme::Light, Theme::Dark] {
        let outcome = shop::outcome(120, 8);
        let mut found = past::backtest(&outcome);
        let mut window = Window::trained(theme, outcome);
        window.click("Backtest page");
        keep(&window, "17-backtest-empty", theme);
        window.click("Run backtest");
        let (job, request) = window.engine.latest();
        assert!(matches!(request, Request::Backtest(..)), "{request:?}");
        let stage = driftline::observe::Stage::Train;
        window.tell(Update::Progress(job, progress(stage, "origin 1 of 3 · LSTM · network 2 of 3", 23, 60, "epoch")));
        keep(&window, "18-backtest-running", theme);
        found.settings = match window.engine.latest().1 {
            Request::Backtest(settings, _) => settings,
            other => panic!("{other:?}"),
        };
        window.tell(Update::Backtested(job, std::sync::Arc::new(found)));
        assert!(window.shows("gains 1.34 times as much as the best simple forecast"), "{:#?}", window.names());
        assert!(window.shows("80 % held 80.6 %"));
        keep(&window, "19-backtest", theme);
        window.click("Error by: User’s past");
        assert!(window.shows("10 and more active months 2.052"), "{:#?}", window.names());
        keep(&window, "20-backtest-by-activity", theme);
        window.click("Error by: Cohort");
        window.harness.set_size(Vec2::new(1280.0, 1760.0));
        window.harness.run();
        assert!(window.shows("All cohorts"), "{:#?}", window.names());
        assert!(window.shows("Bayesian last layer"), "{:#?}", window.names());
        keep(&window, "21-backtest-by-cohort", theme);
    }
}

#[test]
fn what_the_words_add_is_drawn() {
    for theme in [Theme::Light, Theme::Dark] {
        let outcome = shop::outcome(120, 8);
        let mut found = past::with_twins(&outcome);
        let mut window = Window::trained(theme, outcome);
        window.click("Backtest page");
        window.reach("Train the networks a second time without text");
        window.click("Run backtest");
        let (job, request) = window.engine.latest();
        let Request::Backtest(settings, scope) = request else { panic!("{request:?}") };
        assert!(scope.ablation);
        found.settings = settings;
        window.tell(Update::Backtested(job, std::sync::Arc::new(found)));
        assert!(window.shows("LSTM without text"));
        window.find("What the words add").scroll_to_me();
        window.harness.run();
        window.harness.run();
        let said = "LSTM, Texts new to all: +0.0043 nats per event (+0.0009 to +0.0077), 23 users";
        assert!(window.shows(said), "{:#?}", window.names());
        keep(&window, "21-backtest-texts", theme);
    }
}

#[test]
fn the_search_is_drawn() {
    for theme in [Theme::Light, Theme::Dark] {
        let mut window = Window::on_a_log(theme);
        window.click("Tuning page");
        keep(&window, "22-tuning-empty", theme);
        let (mut window, job, settings) = tuning(theme);
        window.tell(Update::Trials(job, std::sync::Arc::new(search::under_way())));
        let stage = driftline::observe::Stage::Train;
        window.tell(Update::Progress(job, progress(stage, "trial 3 of 9 · round 2 · epoch 2", 46, 130, "epoch")));
        window.tell(Update::Curve(job, search::epoch(2, 2, 4, 2.0495)));
        window.tell(Update::Curve(job, search::epoch(2, 2, 5, 2.0431)));
        keep(&window, "23-tuning-running", theme);
        window.tell(Update::Tuned(job, search::outcome(settings, search::done())));
        keep(&window, "24-tuned", theme);
        window.click("Use these settings");
        window.find("Trial 3: dropped after round 2, 2.0402 nats per event").hover();
        window.harness.run();
        keep(&window, "25-tuned-used", theme);
        window.click("Tune again");
        let (job, request) = window.engine.latest();
        let Request::Tune(settings, _) = request else { panic!("{request:?}") };
        window.tell(Update::Tuned(job, search::outcome(settings, search::nothing_better())));
        keep(&window, "26-tuned-defaults", theme);
    }
}

#[test]
fn what_goes_wrong_is_drawn_too() {
    for theme in [Theme::Light, Theme::Dark] {
        let mut found = shop::inspection();
        found.problems = vec![
            "The times in InvoiceDate can be read two ways: 3 April or 4 March. Say how they are written.".to_owned(),
            "No column is the user.".to_owned(),
        ];
        let mut window = Window::open_in(Opening::Logs(vec!["orders.csv".into()]), theme, SIZE, 1.0);
        let (job, _) = window.engine.latest();
        window.tell(Update::Inspected(job, std::sync::Arc::new(found)));
        window.tell(Update::Progress(job, progress(driftline::observe::Stage::Read, "", 310_000, 612_480, "row")));
        keep(&window, "11-data-problems", theme);
        window.tell(Update::Failed(
            job,
            "The file ends in the middle of row 310,442: it was cut off. Copy it again. /data/orders.csv".to_owned(),
        ));
        keep(&window, "12-failed", theme);
        window.click("Keyboard shortcuts");
        keep(&window, "13-shortcuts", theme);
    }
}

#[test]
fn a_small_window_and_a_fine_screen_are_drawn() {
    let mut window = Window::open_in(Opening::Logs(vec!["a.csv".into()]), Theme::Light, Vec2::new(900.0, 600.0), 1.0);
    window.inspected(shop::inspection());
    keep(&window, "14-data-small", Theme::Light);
    window.click("Train");
    let job = window.training();
    window.tell(Update::Trained(job, std::sync::Arc::new(shop::outcome(20, 5))));
    keep(&window, "15-trained-small", Theme::Light);
    window.click("Users page");
    keep(&window, "16-users-small", Theme::Light);
}

/// A small screen, and a usual one at which everything is half as large again.
#[test]
fn every_page_is_drawn_small_and_enlarged() {
    for (name, size, finer) in [("small", Vec2::new(1000.0, 700.0), 1.0), ("large", Vec2::new(853.0, 533.0), 1.5)] {
        let log = Opening::Logs(vec!["garden_shop.csv".into()]);
        let mut window = Window::open_in(log, Theme::Light, size, finer);
        window.inspected(shop::inspection());
        window.click("Train");
        let job = window.training();
        window.tell(Update::Trained(job, std::sync::Arc::new(shop::outcome(120, 8))));
        for page in ["Data", "Train", "Tuning", "Overview", "Users", "Backtest"] {
            window.click(&format!("{page} page"));
            keep(&window, &format!("30-{name}-{page}"), Theme::Light);
        }
        window.click("Run backtest");
        let (job, request) = window.engine.latest();
        let Request::Backtest(settings, _) = request else { panic!("{request:?}") };
        let mut found = past::backtest(&shop::outcome(120, 8));
        found.settings = settings;
        window.tell(Update::Backtested(job, std::sync::Arc::new(found)));
        keep(&window, &format!("30-{name}-Backtested"), Theme::Light);
        window.click("Users page");
        window.click("List: Cohorts");
        keep(&window, &format!("30-{name}-Cohorts"), Theme::Light);
    }
}

#[test]
fn the_ranking_by_value_is_drawn() {
    for theme in [Theme::Light, Theme::Dark] {
        let outcome = shop::outcome(420, 12);
        let view = worth::view(&outcome);
        let mut window = Window::trained(theme, outcome);
        window.click("Value page");
        keep(&window, "28-value-empty", theme);
        window.click("Rank by value");
        let (job, _) = window.engine.latest();
        window.tell(Update::Valued(job, std::sync::Arc::new(view)));
        keep(&window, "28-value", theme);
        window.harness.set_size(Vec2::new(853.0, 800.0));
        window.harness.run();
        keep(&window, "28-value-narrow", theme);
    }
}

/// The picture in the README. `DRIFTLINE_UPDATE_PICTURES=1 cargo test --test window` draws it anew.
#[test]
fn the_picture_in_the_readme_is_of_this_window() {
    let path = at_root("assets/readme-window.png");
    let mut window = Window::trained(Theme::Light, shop::outcome(420, 12));
    window.click("Users page");
    let picture = window.picture();
    if std::env::var_os("DRIFTLINE_UPDATE_PICTURES").is_some() {
        save(&picture, &path);
    }
    let kept = Pixmap::load_png(&path).expect("the README has its picture");
    assert_eq!((kept.width(), kept.height()), (picture.width(), picture.height()));
}

/// The icon of the window, drawn from its SVG.
#[test]
fn the_icon_is_drawn_from_its_outline() {
    let outline = std::fs::read(at_root("assets/icon.svg")).unwrap();
    let tree = resvg::usvg::Tree::from_data(&outline, &resvg::usvg::Options::default()).unwrap();
    let mut picture = Pixmap::new(256, 256).unwrap();
    resvg::render(&tree, resvg::tiny_skia::Transform::identity(), &mut picture.as_mut());
    let path = at_root("assets/icon.png");
    if std::env::var_os("DRIFTLINE_UPDATE_PICTURES").is_some() {
        save(&picture, &path);
    }
    let kept = Pixmap::load_png(&path).unwrap();
    assert_eq!(kept.width(), picture.width());
    let apart = kept.data().iter().zip(picture.data()).filter(|(one, other)| one.abs_diff(**other) > 8).count();
    assert!(apart < picture.data().len() / 100, "assets/icon.png is not what assets/icon.svg shows");
}
