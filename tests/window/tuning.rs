//! The search for the networks' settings: trials appear, the best is kept, and the training takes it.

use std::path::Path;
use std::sync::Arc;

use driftline::app::Question;
use driftline::observe::Stage;
use driftline::pipeline::{JobId, Request, Update};
use driftline::project::Settings;
use eframe::egui::Theme;

use crate::support::search;
use crate::support::window::{Window, progress};

/// The job of the search asked for last, with what it was asked.
fn searched(window: &Window) -> (JobId, Settings, usize) {
    match window.engine.latest() {
        (job, Request::Tune(settings, trials)) => (job, settings, trials),
        (_, other) => panic!("{other:?}"),
    }
}

/// A window in which a search is asked for.
pub fn tuning(theme: Theme) -> (Window, JobId, Settings) {
    let mut window = Window::on_a_log(theme);
    window.click("Tuning page");
    window.click("Tune");
    let (job, settings, trials) = searched(&window);
    assert_eq!(trials, 9);
    (window, job, settings)
}

#[test]
fn the_trials_appear_as_they_learn() {
    let (mut window, job, _) = tuning(Theme::Light);
    window.tell(Update::Progress(job, progress(Stage::Embed, "", 900, 4631, "text")));
    assert!(window.shows("Embedding texts"));
    window.tell(Update::Trials(job, Arc::new(search::planned())));
    assert!(window.shows("Trial 7: waiting, – nats per event"), "{:#?}", window.names());
    assert!(window.shows("No trial has come to a loss yet."));

    window.tell(Update::Trials(job, Arc::new(search::under_way())));
    assert!(window.shows("Trial 3: learning, 2.0571 nats per event"), "{:#?}", window.names());
    assert!(window.shows("Trial 1: best so far, 2.0371 nats per event"));
    assert!(window.shows("Trial 9: dropped after round 1, 2.0651 nats per event"));
    assert!(window.shows("9 of 9 trials begun, the best at 2.0371 nats per event"), "the chart is told in words too");

    window.tell(Update::Curve(job, search::epoch(2, 2, 4, 2.0352)));
    assert!(window.shows("Trial 3: best, learning, 2.0352 nats per event"), "an epoch counts as soon as it ends");
    window.tell(Update::Curve(JobId(99), search::epoch(2, 2, 5, 1.0)));
    assert!(!window.shows("1.0000"), "news of jobs nobody asked for");
}

#[test]
fn the_table_is_sorted_by_what_its_headings_say() {
    let (mut window, job, settings) = tuning(Theme::Light);
    window.tell(Update::Tuned(job, search::outcome(settings, search::done())));
    let numbers = |window: &Window| -> Vec<String> {
        window.rows().iter().filter_map(|row| Some(row.strip_prefix("Trial ")?.split(':').next()?.to_owned())).collect()
    };
    assert_eq!(numbers(&window)[..3], ["5", "1", "3"], "the best first");
    window.reach("Sort trials by Trial");
    assert_eq!(numbers(&window)[..3], ["1", "2", "3"]);
    window.reach("Sort trials by Trial");
    assert_eq!(numbers(&window)[..3], ["9", "8", "7"]);
    window.reach("Sort trials by Learns from");
    assert_eq!(numbers(&window)[..2], ["4", "8"], "the shortest first");
}

#[test]
fn the_best_settings_are_used_by_the_next_training_and_can_be_taken_back() {
    let (mut window, job, settings) = tuning(Theme::Light);
    let found = search::done();
    window.tell(Update::Tuned(job, search::outcome(settings, found.clone())));
    assert!(window.shows("Trial 5 is 0.0031 nats per event better than the defaults"), "{:#?}", window.names());
    assert!(window.shows("9 of 9 trials, compared on"));
    window.click("Use these settings");
    assert!(window.shows("Training uses these settings."));
    assert!(!window.shows("The project was changed since this search"), "taking it up makes nothing old");
    window.click("Train page");
    window.click("Train");
    let Request::Train(settings) = window.engine.latest().1 else { panic!("{:?}", window.engine.latest()) };
    assert_eq!(settings.network, Some(found.shape()));

    window.tell(Update::Cancelled(window.training()));
    window.click("Tuning page");
    window.click("Back to the defaults");
    assert!(window.shows("Use these settings"));
    window.click("Train page");
    window.click("Train");
    assert!(matches!(window.engine.latest().1, Request::Train(settings) if settings.network.is_none()));
}

#[test]
fn a_search_that_is_cancelled_keeps_the_best_so_far() {
    let (mut window, job, settings) = tuning(Theme::Light);
    window.tell(Update::Trials(job, Arc::new(search::under_way())));
    window.click("Cancel");
    assert_eq!(window.engine.cancelled(), [job]);
    assert!(window.shows("Stopping"));
    let mut stopped = search::done();
    stopped.finished = false;
    window.tell(Update::Tuned(job, search::outcome(settings, stopped)));
    assert!(window.shows("Trial 5 is 0.0031 nats per event better than the defaults so far"));
    assert!(window.shows("Stopped early."));
    window.click("Use these settings");
    assert!(window.shows("Training uses these settings."));
    window.click("Go on");
    assert_ne!(searched(&window).0, job);
}

#[test]
fn a_search_stopped_before_its_first_trial_leaves_the_one_before() {
    let (mut window, job, settings) = tuning(Theme::Light);
    window.tell(Update::Tuned(job, search::outcome(settings, search::done())));
    window.click("Tune again");
    let (again, ..) = searched(&window);
    assert!(!window.shows("Trial 5 is"), "what runs is shown");
    window.tell(Update::Cancelled(again));
    assert!(window.shows("Trial 5 is 0.0031 nats per event better than the defaults"));
}

#[test]
fn defaults_that_win_are_said_to_have_won() {
    let (mut window, job, settings) = tuning(Theme::Light);
    window.tell(Update::Tuned(job, search::outcome(settings, search::nothing_better())));
    assert!(window.shows("The defaults did best: no other trial was better"));
    assert!(window.shows("Training uses the defaults."));
    assert!(!window.shows("Use these settings"));
}

#[test]
fn the_trials_are_saved_where_a_person_says() {
    let (mut window, job, settings) = tuning(Theme::Light);
    window.tell(Update::Tuned(job, search::outcome(settings, search::done())));
    window.dialogs.will_choose("out/trials");
    window.click("Save trials…");
    assert_eq!(window.dialogs.asked(), [Question::SaveTrials { name: "garden_shop trials.csv".into() }]);
    let (job, request) = window.engine.latest();
    assert!(matches!(&request, Request::Trials(_, path) if path == Path::new("out/trials.csv")), "{request:?}");
    window.tell(Update::Exported(job, "out/trials.csv".into()));
    assert!(window.shows("Exported"));
}

#[test]
fn one_thing_learns_at_a_time() {
    let (mut window, ..) = tuning(Theme::Light);
    window.click("Train page");
    window.click("Train");
    assert!(matches!(window.engine.latest().1, Request::Tune(..)), "no training beside the search");
}
