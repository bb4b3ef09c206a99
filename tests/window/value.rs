//! The page of value: asked for, ranked, held against the past, and leading to users.

use std::sync::Arc;

use driftline::observe::Stage;
use driftline::pipeline::{Request, Update};
use eframe::egui::Theme;

use crate::support::window::{Window, progress};
use crate::support::{shop, worth};

#[test]
fn users_are_ranked_by_value_and_it_says_what_such_a_ranking_was_worth() {
    let outcome = shop::outcome(120, 8);
    let view = worth::view(&outcome);
    let mut window = Window::trained(Theme::Light, outcome);
    window.click("Value page");
    assert!(window.shows("Not ranked yet"));
    window.click("Rank by value");
    let (job, request) = window.engine.latest();
    assert!(matches!(request, Request::Value(_, 90)), "{request:?}");
    window.tell(Update::Progress(job, progress(Stage::Train, "", 20, 60, "tree")));
    assert!(window.shows("Ranking: progress"));
    window.tell(Update::Valued(job, Arc::new(view)));
    assert!(window.shows("The best tenth of 120 users is expected to bring"));
    assert!(window.shows("Asked 90 days earlier, the best tenth brought"));
    assert!(window.shows("bands held"));
    assert!(window.shows("From 1 Dec 2011 on, by driftline."));
}

#[test]
fn a_row_leads_to_its_users_chart() {
    let outcome = shop::outcome(120, 8);
    let view = worth::view(&outcome);
    let best = view.ahead.result.rank.iter().position(|rank| *rank == 1).unwrap();
    let name = outcome.events.users[best].clone();
    let mut window = Window::trained(Theme::Light, outcome);
    window.click("Value page");
    window.click("Rank by value");
    let (job, _) = window.engine.latest();
    window.tell(Update::Valued(job, Arc::new(view)));
    window.click(&format!("Value of {name}"));
    assert!(window.shows(&format!("User {name}")));
}

#[test]
fn a_ranking_that_fails_is_told_and_can_be_asked_for_again() {
    let mut window = Window::on_a_log(Theme::Light);
    window.click("Value page");
    window.click("Rank by value");
    let (job, _) = window.engine.latest();
    window.click("Train page");
    assert!(window.shows("Not trained yet"));
    window.tell(Update::Failed(job, "20 users with a purchase before 2011-12-01, and value needs 30".to_owned()));
    assert!(window.shows("Users were not ranked"));
    window.click("Value page");
    window.click("Rank by value");
    assert_ne!(window.engine.latest().0, job);
}
