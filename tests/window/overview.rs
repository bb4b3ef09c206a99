//! The overview, as a person reads it: sentences that lead to what they rest on.

use driftline::pipeline::Update;
use eframe::egui::{Theme, Vec2};

use crate::support::window::Window;
use crate::support::{past, shop};

fn overview() -> Window {
    let mut window = Window::trained(Theme::Light, shop::outcome(420, 12));
    window.harness.set_size(Vec2::new(1280.0, 1400.0));
    window.click("See overview");
    window
}

#[test]
fn after_a_training_the_overview_says_what_there_is_to_see() {
    let window = overview();
    for title in
        ["The whole log", "What rose and fell", "What grows", "Who changes most", "Who may stay away", "How good the"]
    {
        assert!(window.shows(title), "{title}");
    }
    assert!(window.shows("from Sep 2011 to Nov 2011"));
    assert!(window.shows("Events by month, Dec 2009 to Nov 2011"), "the columns are told in words too");
}

#[test]
fn a_bar_leads_to_its_user_and_the_chart_draws_its_interest() {
    let mut window = overview();
    let outcome = shop::outcome(420, 12);
    let found = outcome.overview.iter().find(|found| found.question.title() == "Who changes most").unwrap();
    let driftline::report::Picture::Bars(bars) = &found.picture else { panic!("{:?}", found.picture) };
    let (second, interest) = (&bars[1], usize::from(bars[1].interest.unwrap()));
    window.click(&format!("{}: {}", second.name, second.words));
    assert!(window.shows(&format!("User {}", second.name)));
    let label = &outcome.space.interests[interest].label;
    assert!(window.shows(&format!("Hide {label}")), "what the finding speaks of is drawn");
}

#[test]
fn a_cohort_is_shown_with_the_interest_that_changes_and_everyone_with_theirs() {
    let mut window = overview();
    let outcome = shop::outcome(420, 12);
    let moved = outcome.overview.iter().find(|found| found.question.title() == "Which cohorts change most").unwrap();
    let driftline::report::Picture::Bars(bars) = &moved.picture else { panic!("{:?}", moved.picture) };
    window.click(&format!("{}: {}", bars[0].name, bars[0].words));
    assert!(window.shows("Users who were active in 4 to 9 months before Dec 2011"));
    assert!(window.shows("Hide Christmas decorations"));
    window.click("Overview page");
    window.click("See everyone");
    assert!(window.shows("Users with an event before Dec 2011"));
}

#[test]
fn how_good_it_is_leads_to_the_scores_and_to_the_backtest_once_there_is_one() {
    let mut window = overview();
    window.click("See the scores");
    assert!(window.shows("Trained"));
    window.click("Backtest page");
    window.click("Run backtest");
    let (job, request) = window.engine.latest();
    let driftline::pipeline::Request::Backtest(settings, _) = request else { panic!("{request:?}") };
    let mut found = past::backtest(&shop::outcome(120, 8));
    found.settings = settings;
    window.tell(Update::Backtested(job, std::sync::Arc::new(found)));
    window.click("Overview page");
    window.click("See the backtest");
    assert!(window.shows("times as much as the best simple forecast"));
}

#[test]
fn before_a_training_the_page_says_what_it_will_show() {
    let mut window = Window::on_a_log(Theme::Dark);
    window.click("Overview page");
    assert!(window.shows("this page says what rose and fell"));
    window.click("Train");
    assert!(window.shows("Beginning"));
}
