//! What is wrong with a log is told once, and says what to click.

use std::sync::Arc;

use driftline::app::Opening;
use driftline::pipeline::Update;
use egui_kittest::kittest::{Queryable as _, by};

use crate::support::shop;
use crate::support::window::Window;

/// How often some words stand on the window.
fn times(window: &Window, words: &str) -> usize {
    let says = |node: &egui_kittest::kittest::AccessKitNode<'_>| {
        node.label().is_some_and(|label| label.contains(words))
            || node.value().is_some_and(|value| value.contains(words))
    };
    window.harness.query_all(by().predicate(says)).count()
}

const NO_TEXT: &str =
    "no column holds words; no column looks like the text; name it with --text COL; the columns are a, b";

#[test]
fn a_log_without_words_is_told_once_and_says_what_to_click() {
    let mut window = Window::open(Opening::Logs(vec!["orders.csv".into()]));
    let (job, _) = window.engine.latest();
    let mut found = shop::inspection();
    found.problems = vec![NO_TEXT.to_owned()];
    window.tell(Update::Inspected(job, Arc::new(found)));
    window.tell(Update::Failed(job, NO_TEXT.to_owned()));
    assert_eq!(times(&window, "looks like the text"), 1);
    assert!(window.shows("choose text above its column"));
    assert_eq!(times(&window, "--"), 0, "nothing is to be typed");
    assert!(window.shows("1 question to settle before training."));
}

#[test]
fn a_log_that_breaks_off_is_told_once_beside_its_first_rows() {
    let mut window = Window::open(Opening::Logs(vec!["orders.csv".into()]));
    let (job, _) = window.engine.latest();
    window.tell(Update::Inspected(job, Arc::new(shop::inspection())));
    window.tell(Update::Failed(job, "the file ends in the middle of row 310,442; get a whole copy of it".to_owned()));
    assert_eq!(times(&window, "ends in the middle of row 310,442"), 1);
    assert!(window.shows("It cannot be read to its end."));
    assert!(window.shows("Invoice"), "the first rows stay");
}

#[test]
fn a_file_that_is_no_log_is_told_once_where_its_rows_would_be() {
    let mut window = Window::open(Opening::Logs(vec!["orders.xlsx".into()]));
    let (job, _) = window.engine.latest();
    window.tell(Update::Failed(job, "the file is a workbook, which is not read here; save it as CSV".to_owned()));
    assert_eq!(times(&window, "a workbook, which is not read here"), 1);
    assert!(window.shows("The log could not be read"));
    assert!(!window.shows("Close: "), "no notice beside it");
}

#[test]
fn of_a_long_log_it_says_how_many_rows_are_shown() {
    let window = Window::on_a_log(eframe::egui::Theme::Light);
    assert!(window.shows("rows. Check what each column means, then train."));
    assert!(window.shows(" of 612,480 rows"));
}

#[test]
fn the_list_of_roles_explains_each() {
    let mut window = Window::on_a_log(eframe::egui::Theme::Light);
    window.click("Role of StockCode");
    for words in ["Who did it; every log needs one", "The order or visit that events share", "The price of one"] {
        assert!(window.shows(words), "{words}");
    }
    window.click("category: A category that the log has already");
    let (_, request) = window.engine.latest();
    let driftline::pipeline::Request::Inspect(settings) = request else { panic!("{request:?}") };
    let role = settings.mapping.of(driftline::events::Role::Category).next();
    assert_eq!(role, Some("StockCode"));
}
