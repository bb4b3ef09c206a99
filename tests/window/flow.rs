//! From a log to its results, and a project there and back.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use driftline::app::{Opening, Question};
use driftline::events::{KindReport, Mapping, Role};
use driftline::observe::Stage;
use driftline::pipeline::{Export, JobId, Request, Update};
use driftline::project::InterestCount;
use eframe::egui::{Key, Modifiers, Theme};

use crate::support::shop;
use crate::support::window::{Window, progress};

#[test]
fn a_typed_path_leads_to_the_columns_and_their_roles() {
    let mut window = Window::open(Opening::Nothing);
    assert!(window.shows("Drop a log here"));
    window.type_into("Path", "logs/orders.csv");
    window.click("Open");
    let (_, request) = window.engine.latest();
    let Request::Inspect(settings) = request else { panic!("{request:?}") };
    assert_eq!(settings.inputs, [PathBuf::from("logs/orders.csv")]);
    assert!(window.shows("Looking into the log"));
    window.inspected(shop::inspection());
    assert!(window.shows("Customer ID"));
    assert_eq!(window.find("Role of Customer ID").value().as_deref(), Some("user"));
    assert!(window.shows("503,197"), "what cleaning keeps");
    assert!(window.shows("no user") && window.shows("97,610"), "what it leaves out, and why");
}

#[test]
fn correcting_a_role_asks_for_another_look_with_the_mapping() {
    let mut window = Window::on_a_log(Theme::Light);
    window.reach("Role of Country");
    window.click("category: A category that the log has already");
    let (_, request) = window.engine.latest();
    let Request::Inspect(settings) = request else { panic!("{request:?}") };
    assert_eq!(settings.mapping.columns, [(Role::Category, "Country".to_owned())]);
    assert_eq!(window.engine.requests().len(), 2);
}

#[test]
fn a_role_that_is_taken_away_stays_away() {
    let mut window = Window::on_a_log(Theme::Light);
    window.reach("Role of Price");
    window.click("not used");
    let (_, request) = window.engine.latest();
    let Request::Inspect(settings) = request else { panic!("{request:?}") };
    assert_eq!(settings.mapping.without, [Role::Price]);
}

#[test]
fn a_second_text_column_joins_the_first() {
    let mut window = Window::on_a_log(Theme::Light);
    window.reach("Role of Country");
    window.click("text: What it was, in words; several columns are joined");
    let (_, request) = window.engine.latest();
    let Request::Inspect(settings) = request else { panic!("{request:?}") };
    assert_eq!(settings.mapping.of(Role::Text).collect::<Vec<_>>(), ["Description", "Country"]);
}

#[test]
fn a_question_about_the_columns_keeps_the_training_back_and_says_so() {
    let mut window = Window::open(Opening::Logs(vec!["orders.csv".into()]));
    let mut found = shop::inspection();
    found.problems = vec!["The times can be read two ways.".to_owned()];
    window.inspected(found);
    assert!(window.shows("The times can be read two ways."));
    window.click("Train");
    assert_eq!(window.engine.requests().len(), 1, "nothing but the look was asked for");
}

#[test]
fn saying_how_times_are_written_asks_for_another_look() {
    let mut window = Window::on_a_log(Theme::Light);
    window.type_into("Times are written", "%d/%m/%Y");
    assert_eq!(window.engine.requests().len(), 1, "not while a person types");
    window.press(Modifiers::NONE, Key::Enter);
    let (_, request) = window.engine.latest();
    assert!(matches!(request, Request::Inspect(settings) if settings.time_format.as_deref() == Some("%d/%m/%Y")));
}

#[test]
fn settings_travel_with_the_training() {
    let mut window = Window::on_a_log(Theme::Light);
    window.click("Period: Week");
    window.click("Interests: Number");
    window.reach("Device: CPU");
    window.click("Train");
    let (_, request) = window.engine.latest();
    let Request::Train(settings) = request else { panic!("{request:?}") };
    assert_eq!(settings.period, Some(driftline::calendar::PeriodLength::Week));
    assert_eq!(settings.interests, InterestCount::Fixed(16));
    assert_eq!(settings.device, driftline::language::DeviceChoice::Cpu);
}

#[test]
fn how_a_file_is_read_can_be_said_and_brings_another_look() {
    let mut window = Window::on_a_log(Theme::Light);
    let before = window.engine.latest().0;
    window.reach("Only rows where");
    window.type_into("Only rows where", "Country=France");
    window.press(Modifiers::NONE, Key::Enter);
    let (job, request) = window.engine.latest();
    let Request::Inspect(settings) = request else { panic!("{request:?}") };
    assert_ne!(job, before, "rows that do not count are left out of the account at once");
    assert_eq!(settings.filters.len(), 1);
    assert!(window.shows("Country=France"));
    window.reach("Take away Country=France");
    let Request::Inspect(settings) = window.engine.latest().1 else { panic!("another look") };
    assert!(settings.filters.is_empty());

    window.reach("Only rows where");
    window.type_into("Only rows where", "nonsense");
    window.press(Modifiers::NONE, Key::Enter);
    let said = "nonsense".parse::<driftline::events::Filter>().unwrap_err();
    assert!(window.shows(&said), "{:#?}", window.names());
}

#[test]
fn what_was_said_about_a_log_is_taken_up_for_the_next_with_its_header() {
    let cache = tempfile::tempdir().unwrap();
    let open = |log: &str| Window::remembering(Opening::Logs(vec![log.into()]), cache.path());
    let mut first = open("march.csv");
    first.inspected(shop::inspection());
    first.reach("Role of Country");
    first.click("category: A category that the log has already");
    first.inspected(shop::inspection());
    first.click("Train");

    let mut next = open("april.csv");
    next.inspected(shop::inspection());
    assert!(next.shows("Read as last time"), "it is said");
    let (_, request) = next.engine.latest();
    let Request::Inspect(settings) = request else { panic!("{request:?}") };
    assert_eq!(settings.mapping.columns, [(Role::Category, "Country".to_owned())]);
    assert_eq!(settings.inputs, [PathBuf::from("april.csv")], "only how it is read");

    // It is shown, and one click undoes it.
    next.inspected(shop::inspection());
    next.reach("Read anew");
    let (_, request) = next.engine.latest();
    let Request::Inspect(settings) = request else { panic!("{request:?}") };
    assert_eq!(settings.mapping, Mapping::default());
    assert_eq!(settings.preset, None);

    let mut other = open("other.csv");
    let mut found = shop::inspection();
    found.columns[0].name = "Something else".to_owned();
    other.inspected(found);
    assert_eq!(other.engine.requests().len(), 1, "another header is another matter");
}

#[test]
fn the_rows_left_out_are_written_where_a_person_says() {
    let mut window = Window::on_a_log(Theme::Light);
    window.dialogs.will_choose("out/rows");
    window.reach("Save rows left out…");
    assert_eq!(window.dialogs.asked(), [Question::SaveRejected { name: "garden_shop left out.csv".into() }]);
    let (job, request) = window.engine.latest();
    let Request::Rejected(settings, path) = request else { panic!("{request:?}") };
    assert_eq!(settings.inputs, [PathBuf::from("garden_shop.csv")]);
    assert_eq!(path, Path::new("out/rows.csv"));
    window.tell(Update::Exported(job, path));
    assert!(window.shows("out/rows.csv"), "it is said");
}

#[test]
fn kinds_of_events_are_listed_with_what_they_count() {
    let mut window = Window::open(Opening::Logs(vec!["visits.csv".into()]));
    let mut found = shop::inspection();
    let country = found.columns.iter_mut().find(|column| column.name == "Country").unwrap();
    country.role = Some(Role::Kind);
    let (job, _) = window.engine.latest();
    window.tell(Update::Inspected(job, Arc::new(found)));
    let kind = |kind: &str, events, weight| KindReport { kind: kind.into(), meaning: None, events, weight };
    window.tell(Update::Kinds(job, vec![kind("view", 40_000, 0.1), kind("purchase", 1200, 1.0)]));
    assert!(window.shows("view") && window.shows("40,000 events, 0.1 each"));
    assert!(window.shows("purchase") && window.shows("1,200 events"));
}

#[test]
fn training_shows_its_stages_its_pace_and_its_curves_and_can_be_cancelled() {
    let mut window = Window::on_a_log(Theme::Light);
    window.click("Train");
    let job = window.training();
    window.training_under_way();
    assert!(window.shows("4,631 texts"), "a stage that is done says what it did");
    assert!(window.shows("23 of 60 epochs"));
    assert!(window.shows("1.9 epochs/s"));
    assert!(window.shows("18 s left"));
    assert!(window.shows("Best at epoch"), "the curves are told in words too");
    window.click("Cancel");
    assert_eq!(window.engine.cancelled(), [job]);
    assert!(window.shows("Stopping"));
    window.tell(Update::Cancelled(job));
    assert!(window.shows("Stopped"));
    window.click("Train");
    assert_ne!(window.training(), job, "and begun again");
}

#[test]
fn the_result_is_told_in_words_and_numbers() {
    let window = Window::trained(Theme::Light, shop::outcome(20, 5));
    assert!(window.shows("The LSTM is 0.054 nats per event better than the best simple forecast (decayed average)"));
    assert!(window.shows("2.118"));
    assert!(
        window.shows(driftline::report::SEEN_BY),
        "what the periods that judge are to the models is said beside them"
    );
    assert!(window.shows("December 2011 is not complete"));
}

#[test]
fn a_setting_changed_after_the_training_makes_the_results_old() {
    let mut window = Window::trained(Theme::Light, shop::outcome(20, 5));
    assert!(window.shows("Up to date"));
    window.click("Data page");
    window.click("Period: Day");
    assert!(window.shows("Settings changed since the training"));
    window.click("Train page");
    assert!(window.shows("Changed: days as periods."));
}

#[test]
fn a_dropped_log_replaces_the_one_before_and_stops_its_jobs() {
    let mut window = Window::on_a_log(Theme::Light);
    window.click("Train");
    let job = window.training();
    window.drop_file("/logs/other.parquet");
    assert_eq!(window.engine.cancelled(), [job]);
    let (_, request) = window.engine.latest();
    assert!(matches!(request, Request::Inspect(settings) if settings.inputs == [PathBuf::from("/logs/other.parquet")]));
    window.tell(Update::Trained(job, Arc::new(shop::outcome(20, 5))));
    window.click("Users page");
    assert!(window.shows("No forecasts yet"), "what belongs to the log before is not listened to");
}

#[test]
fn a_log_is_opened_by_dialog_from_the_keyboard() {
    let mut window = Window::open(Opening::Nothing);
    window.dialogs.will_choose("/logs/chosen.csv");
    window.press(Modifiers::COMMAND, Key::O);
    assert_eq!(window.dialogs.asked(), [Question::OpenLog]);
    assert!(
        matches!(window.engine.latest().1, Request::Inspect(settings) if settings.inputs == [PathBuf::from("/logs/chosen.csv")])
    );
}

#[test]
fn a_look_that_is_stopped_leaves_a_way_on() {
    let mut window = Window::open(Opening::Logs(vec!["orders.csv".into()]));
    let (job, _) = window.engine.latest();
    window.click("Stop");
    assert_eq!(window.engine.cancelled(), [job]);
    window.tell(Update::Cancelled(job));
    assert!(window.shows("It was stopped before its columns were known."));
    window.dialogs.will_choose("orders.csv");
    window.click("Open log…");
    assert_eq!(window.engine.requests().len(), 2);
}

#[test]
fn a_dialog_that_is_closed_changes_nothing() {
    let mut window = Window::open(Opening::Nothing);
    window.press(Modifiers::COMMAND, Key::O);
    assert!(window.engine.requests().is_empty());
    assert!(window.shows("Drop a log here"));
}

#[test]
fn a_project_is_saved_and_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spring");
    let mut window = Window::on_a_log(Theme::Light);
    assert!(window.shows("Not saved"));
    window.click("Period: Week");
    window.dialogs.will_choose(&file);
    window.press(Modifiers::COMMAND, Key::S);
    let written = file.with_extension("ron");
    assert!(written.is_file(), "the ending is added");
    assert!(!window.shows("Not saved"));
    assert!(window.shows("spring.ron"));
    window.click("Period: Month");
    assert!(window.shows("Not saved"));

    let window = Window::open(Opening::Project(written));
    let (_, request) = window.engine.latest();
    let Request::Inspect(settings) = request else { panic!("{request:?}") };
    assert_eq!(settings.period, Some(driftline::calendar::PeriodLength::Week));
}

#[test]
fn a_broken_project_is_told_of_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.ron");
    std::fs::write(&file, "(version: 1, settings: (").unwrap();
    let mut window = Window::on_a_log(Theme::Light);
    window.drop_file(file.to_str().unwrap());
    assert!(window.shows("The project could not be opened"));
    assert!(window.shows("garden_shop.csv"), "the log that was open still is");
}

#[test]
fn a_failure_is_said_can_be_copied_and_goes_when_it_is_closed() {
    let mut window = Window::on_a_log(Theme::Light);
    window.click("Train");
    let job = window.training();
    window.tell(Update::Failed(job, "There is not enough memory. Choose fewer interests.".to_owned()));
    assert!(window.shows("The training stopped"));
    assert!(window.shows("There is not enough memory."));
    window.click("Copy");
    window.click("Close: The training stopped");
    assert!(!window.shows("There is not enough memory."));
}

#[test]
fn news_of_jobs_nobody_asked_for_changes_nothing() {
    let mut window = Window::on_a_log(Theme::Light);
    window.tell(Update::Trained(JobId(99), Arc::new(shop::outcome(20, 5))));
    window.tell(Update::Progress(JobId(99), progress(Stage::Train, "", 1, 2, "epoch")));
    window.tell(Update::Failed(JobId(99), "no".to_owned()));
    assert!(window.shows("Ready"));
    assert!(!window.shows("The training stopped"));
}

#[test]
fn tables_and_charts_are_exported_where_a_person_says() {
    let mut window = Window::trained(Theme::Light, shop::outcome(20, 5));
    window.click("See users");
    window.click("Band: 95 %");
    window.click("Export…");
    window.dialogs.will_choose("/out/chart");
    window.click("Chart as SVG…");
    let (job, request) = window.engine.latest();
    let Request::Export { what, path, .. } = request else { panic!("{request:?}") };
    assert_eq!(path, PathBuf::from("/out/chart.svg"));
    let Export::Chart { interests, level, dark, .. } = what else { panic!("{what:?}") };
    assert_eq!((interests.len(), level, dark), (4, Some(95), false));
    window.tell(Update::Exported(job, "/out/chart.svg".into()));
    assert!(window.shows("Exported"));

    window.click("Menu");
    window.dialogs.will_choose("/out/tables");
    window.click("All tables into a folder…");
    let (_, request) = window.engine.latest();
    assert!(
        matches!(request, Request::Export { what: Export::Tables(_), path, .. } if path == Path::new("/out/tables"))
    );
}

#[test]
fn a_window_at_rest_draws_nothing_new() {
    for mut window in [
        Window::open(Opening::Nothing),
        Window::on_a_log(Theme::Light),
        Window::trained(Theme::Dark, shop::outcome(20, 5)),
    ] {
        window.harness.run();
        let root = &window.harness.output().viewport_output[&eframe::egui::ViewportId::ROOT];
        assert_eq!(root.repaint_delay, std::time::Duration::MAX, "something asked to be drawn again");
    }
}

#[test]
fn closing_stops_the_job_waits_for_it_and_then_closes() {
    use eframe::egui::{ViewportCommand, ViewportEvent, ViewportId};
    let mut window = Window::on_a_log(Theme::Light);
    window.click("Train");
    let job = window.training();
    let close = |window: &mut Window| {
        let viewport = window.harness.input_mut().viewports.get_mut(&ViewportId::ROOT).unwrap();
        viewport.events.push(ViewportEvent::Close);
        window.harness.step();
    };
    let commands = |window: &Window| window.harness.output().viewport_output[&ViewportId::ROOT].commands.clone();
    close(&mut window);
    assert_eq!(window.engine.cancelled(), [job]);
    assert!(commands(&window).contains(&ViewportCommand::CancelClose), "it waits");
    window.engine.tell(Update::Cancelled(job));
    window.harness.step();
    assert!(commands(&window).contains(&ViewportCommand::Close), "the job stopped, so it closes");
    close(&mut window);
    assert!(!commands(&window).contains(&ViewportCommand::CancelClose));
}

#[test]
fn closing_does_not_wait_for_ever() {
    use eframe::egui::{ViewportCommand, ViewportEvent, ViewportId};
    let mut window = Window::on_a_log(Theme::Light);
    window.click("Train");
    let began = std::time::Instant::now();
    let viewport = window.harness.input_mut().viewports.get_mut(&ViewportId::ROOT).unwrap();
    viewport.events.push(ViewportEvent::Close);
    window.harness.step();
    let closes = |window: &Window| {
        window.harness.output().viewport_output[&ViewportId::ROOT].commands.contains(&ViewportCommand::Close)
    };
    while !closes(&window) {
        assert!(began.elapsed().as_secs_f64() < 2.0, "a job that does not stop holds the window");
        std::thread::sleep(std::time::Duration::from_millis(20));
        window.harness.step();
    }
}
