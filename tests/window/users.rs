//! The list of users and the chosen one's picture.

use driftline::pipeline::Update;
use eframe::egui::{Key, Modifiers, Theme, vec2};

use crate::support::shop;
use crate::support::window::Window;

fn on_users(users: usize, interests: usize) -> Window {
    let mut window = Window::trained(Theme::Light, shop::outcome(users, interests));
    window.harness.set_size(vec2(1280.0, 1100.0));
    window.click("See users");
    window
}

#[test]
fn the_busiest_user_is_shown_first_and_drawn() {
    let window = on_users(20, 5);
    let rows = window.rows();
    assert_eq!(rows.len(), 20);
    let outcome = shop::outcome(20, 5);
    let busiest = outcome.users.iter().max_by_key(|summary| summary.events).unwrap();
    let name = format!("User {}", outcome.events.users[busiest.user.index()]);
    assert_eq!(rows[0], name);
    assert!(window.shows("80\u{a0}% band: 81\u{a0}% of past shares inside"));
    assert!(window.shows("4 of 5 interests drawn"));
}

#[test]
fn a_click_on_a_heading_sorts_and_another_turns_the_order_round() {
    let mut window = on_users(20, 5);
    window.click("Sort by User");
    let rows = window.rows();
    assert!(rows.is_sorted(), "{rows:?}");
    window.click("Sort by User");
    let turned: Vec<_> = window.rows().into_iter().rev().collect();
    assert_eq!(turned, rows);
}

#[test]
fn the_filter_finds_users_by_name_and_by_interest() {
    let mut window = on_users(20, 5);
    window.press(Modifiers::NONE, Key::Slash);
    window.find("Filter users").type_text("12349");
    window.harness.run();
    assert_eq!(window.rows(), ["User 12349"]);
    assert!(window.shows("1 of 20"));
    window.press(Modifiers::NONE, Key::Escape);
    assert_eq!(window.rows().len(), 20, "Esc takes the filter away");
    window.type_into("Filter users", "lunch");
    let outcome = shop::outcome(20, 5);
    let lunch = outcome.users.iter().filter(|line| line.leading_now == 2 || line.leading_next == Some(2)).count();
    assert!(lunch > 0);
    assert_eq!(window.rows().len(), lunch);
    window.find("Filter users").type_text("zzz");
    window.harness.run();
    assert!(window.shows("No user and no interest holds"));
}

#[test]
fn arrows_move_through_users_and_the_chart_follows_at_once() {
    let mut window = on_users(20, 5);
    let rows = window.rows();
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert!(window.shows(&rows[1]));
    assert_eq!(chosen(&window), [rows[1].clone()]);
    window.press(Modifiers::NONE, Key::ArrowDown);
    window.press(Modifiers::NONE, Key::ArrowUp);
    assert_eq!(chosen(&window), [rows[1].clone()]);
    window.click(&rows[5]);
    assert_eq!(chosen(&window), [rows[5].clone()]);
}

fn chosen(window: &Window) -> Vec<String> {
    use eframe::egui::Role;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};
    window
        .harness
        .query_all_by_role(Role::Row)
        .filter(|node| {
            node.accesskit_node().is_selected() == Some(true)
                || node.accesskit_node().toggled() == Some(eframe::egui::accesskit::Toggled::True)
        })
        .filter_map(|node| node.accesskit_node().label())
        .collect()
}

#[test]
fn interests_are_hidden_and_brought_back_in_the_legend() {
    let mut window = on_users(20, 5);
    let before = window.names().into_iter().filter(|name| name.starts_with("Hide ")).collect::<Vec<_>>();
    assert_eq!(before.len(), 4);
    window.click(&before[0]);
    assert!(!window.shows(&before[0]));
    window.click("2 others…");
    window.click(before[0].trim_start_matches("Hide "));
    assert!(window.shows(&before[0]));
    window.click("Back to each user's leading interests");
    let after = window.names().into_iter().filter(|name| name.starts_with("Hide ")).collect::<Vec<_>>();
    assert_eq!(after, before);
}

#[test]
fn without_bands_the_window_says_why() {
    let mut outcome = shop::outcome(20, 5);
    let mut forecast = (*outcome.forecast).clone();
    forecast.bands.clear();
    forecast.no_bands = Some("three months are too few to calibrate them".to_owned());
    outcome.forecast = forecast.into();
    let mut window = Window::trained(Theme::Light, outcome);
    window.click("See users");
    assert!(window.shows("No bands: three months are too few to calibrate them"));
    assert!(!window.shows("Band: 80 %"));
}

#[test]
fn another_run_keeps_the_user_that_was_looked_at() {
    let mut window = on_users(20, 5);
    window.press(Modifiers::NONE, Key::ArrowDown);
    let before = chosen(&window);
    window.press(Modifiers::COMMAND, Key::R);
    let job = window.training();
    window.tell(Update::Trained(job, std::sync::Arc::new(shop::outcome(20, 4))));
    window.click("Users page");
    assert_eq!(chosen(&window), before);
}

#[test]
fn of_a_hundred_thousand_users_only_those_seen_are_made() {
    let mut window = on_users(100_000, 3);
    assert!(window.shows("100,000"));
    let rows = window.rows();
    assert!((10..60).contains(&rows.len()), "{} rows were made", rows.len());
    let middle = window.find(&rows[rows.len() / 2]).rect().center();
    window.harness.hover_at(middle);
    let began = std::time::Instant::now();
    for _ in 0..30 {
        window.harness.event(eframe::egui::Event::MouseWheel {
            unit: eframe::egui::MouseWheelUnit::Point,
            delta: vec2(0.0, -4000.0),
            source: eframe::egui::MouseWheelSource::Wheel,
            phase: eframe::egui::TouchPhase::Move,
            modifiers: Modifiers::NONE,
        });
        window.harness.step();
    }
    let frame = began.elapsed() / 30;
    window.harness.run_ok();
    let further = window.rows();
    assert_ne!(further.first(), rows.first(), "the list scrolled");
    assert!(further.len() < 60);
    assert!(frame.as_millis() < 100, "a frame took {frame:?}");
}

#[test]
fn a_cohort_is_chosen_and_drawn_in_place_of_a_user() {
    let mut window = on_users(60, 5);
    let user = chosen(&window);
    window.click("List: Cohorts");
    let rows = window.rows();
    assert_eq!(rows.first().map(String::as_str), Some("Cohort Everyone"), "{rows:?}");
    assert_eq!(chosen(&window), ["Cohort Everyone"]);
    assert!(window.shows("60 users"), "{:#?}", window.names());
    assert!(window.shows("Users with an event before"));
    assert!(window.shows("80\u{a0}% band: 79\u{a0}% of past shares inside"), "the band that is drawn is the cohort's");
    assert!(window.shows("of the events of the cohort"));
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(chosen(&window), [rows[1].clone()]);
    assert!(rows[1].starts_with("Cohort Leading interest: "), "{rows:?}");
    window.click("List: Users");
    assert_eq!(chosen(&window), user, "the user is still there");
}

/// The interests in the legend.
fn drawn(window: &Window) -> Vec<String> {
    window.names().iter().filter_map(|name| name.strip_prefix("Hide ").map(str::to_owned)).collect()
}

#[test]
fn the_sentence_speaks_of_an_interest_that_is_drawn() {
    let mut window = on_users(20, 7);
    for hide in [false, true] {
        for user in window.rows() {
            window.click(&user);
            if hide && drawn(&window).len() > 1 {
                let first = format!("Hide {}", drawn(&window)[0]);
                window.click(&first);
            }
            let (drawn, names) = (drawn(&window), window.names());
            let said: Vec<&str> = names
                .iter()
                .filter_map(|name| name.strip_prefix('“').and_then(|rest| rest.split('”').next()))
                .collect();
            assert!(
                !said.is_empty() && said.iter().all(|name| drawn.iter().any(|drawn| drawn == name)),
                "{user}: {said:?}"
            );
        }
    }
}
