//! What can be looked at before a training has come to its end.

use std::sync::Arc;

use driftline::forecast::{ModelKind, Tier};
use driftline::observe::Stage;
use driftline::pipeline::{EarlyOutcome, Outcome, Update};
use driftline::report::{Found, overview};
use eframe::egui::{Key, Modifiers, Theme, vec2};

use crate::support::shop;
use crate::support::window::{Window, progress};

/// What of an outcome is there early.
fn early(outcome: &Outcome, tier: Tier, model: ModelKind) -> Arc<EarlyOutcome> {
    Arc::new(EarlyOutcome {
        tier,
        model,
        nll: Some(1.5),
        events: Arc::clone(&outcome.events),
        space: Arc::clone(&outcome.space),
        trajectories: Arc::clone(&outcome.trajectories),
        forecast: Arc::clone(&outcome.forecast),
        users: Arc::clone(&outcome.users),
        overview: Arc::new(overview(&Found {
            events: &outcome.events,
            space: &outcome.space,
            trajectories: &outcome.trajectories,
            forecast: &outcome.forecast,
            users: &outcome.users,
            cohorts: None,
            scores: None,
        })),
    })
}

fn learning() -> (Window, Outcome) {
    let mut window = Window::on_a_log(Theme::Light);
    window.harness.set_size(vec2(1280.0, 1000.0));
    window.click("Train");
    let job = window.training();
    window.tell(Update::Progress(job, progress(Stage::Train, "LSTM", 3, 90, "epoch")));
    let outcome = shop::outcome(20, 5);
    window.tell(Update::Early(job, early(&outcome, Tier::Simple, ModelKind::Drift)));
    (window, outcome)
}

#[test]
fn users_can_be_looked_at_while_networks_learn_and_it_says_by_what() {
    let (mut window, _) = learning();
    assert!(window.shows("Users can be looked at already."));
    window.click("See users");
    assert_eq!(window.rows().len(), 20);
    assert!(
        window.shows(
            "So far by the best simple model (drift). Networks are learning; their forecast will take its place."
        )
    );
    assert!(!window.shows("List: Cohorts"), "these come with the last word");
}

#[test]
fn better_forecasts_take_their_place_without_moving_what_is_looked_at() {
    let (mut window, outcome) = learning();
    window.click("See users");
    let third = window.rows()[2].clone();
    window.click(&third);
    let job = window.training();
    window.tell(Update::Early(job, early(&outcome, Tier::Networks, ModelKind::Lstm)));
    assert!(window.shows("(lstm). Bands and cohorts are on their way."));
    assert!(window.shows(&third));
    window.tell(Update::Trained(job, Arc::new(outcome)));
    assert!(!window.shows("So far by"));
    assert!(window.shows("List: Cohorts"));
    window.press(Modifiers::NONE, Key::ArrowDown);
    let fourth = window.rows()[3].clone();
    assert!(window.shows(&fourth), "the choice was where it had been left");
}

#[test]
fn what_was_forecast_stays_when_the_training_is_stopped_and_goes_when_the_next_begins() {
    let (mut window, outcome) = learning();
    let job = window.training();
    window.tell(Update::Cancelled(job));
    window.press(Modifiers::COMMAND, Key::Num5);
    assert!(window.shows("The training was stopped before its last word."));
    window.press(Modifiers::COMMAND, Key::R);
    window.press(Modifiers::COMMAND, Key::Num5);
    assert!(window.shows("No forecasts yet"));
    // A late word of the training that was stopped is not listened to.
    window.tell(Update::Early(job, early(&outcome, Tier::Classical, ModelKind::Ets)));
    assert!(window.shows("No forecasts yet"));
}

#[test]
fn results_that_are_there_are_not_replaced_by_lesser_ones() {
    let mut window = Window::trained(Theme::Light, shop::outcome(20, 5));
    window.harness.set_size(vec2(1280.0, 1000.0));
    window.click("Train again");
    let job = window.training();
    window.tell(Update::Early(job, early(&shop::outcome(7, 5), Tier::Simple, ModelKind::Mean)));
    window.press(Modifiers::COMMAND, Key::Num5);
    assert_eq!(window.rows().len(), 20);
    assert!(!window.shows("So far by"));
}
