//! Bands on made-up cells: what they hold, how they stand to a reference, and what too few users are not enough for.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::calibration::{Calibration, FEWEST_USERS};
use super::cell::{Cell, Situation};
use super::distribution::Horizon;
use crate::events::UserId;
use crate::forecast::network::spread::Spread;
use crate::observe::Watch;

const LEVELS: [u8; 3] = [50, 80, 95];

fn calibrated(cells: &[(Cell, f32)], levels: &[u8], steps: usize, spread: Spread) -> Calibration {
    Calibration::on(cells, levels, steps, spread, &Watch::silent()).unwrap()
}

fn table(text: &str) -> Vec<Vec<f64>> {
    text.lines().skip(1).map(|line| line.split(',').map(|number| number.parse().unwrap()).collect()).collect()
}

/// The cells of the reference, whose columns are told in `tests/data/bands/reference.py`.
fn reference() -> (Vec<(Cell, f32)>, Vec<Vec<f64>>) {
    let cells = table(include_str!("../../../tests/data/bands/cells.csv"));
    let cell = |(path, row): (u32, &Vec<f64>)| {
        let of = Situation {
            user: UserId(row[0] as u32),
            horizon: 1,
            expected_events: row[3] as f32,
            last_events: row[4] as f32,
            active_periods: row[5] as u32,
            silence: row[6] as i32,
            roughness: row[7] as f32,
        };
        (Cell { of, share: row[1] as f32, last_share: row[2] as f32, scatter: 0.0, path }, row[8] as f32)
    };
    let answers = table(include_str!("../../../tests/data/bands/answers.csv"));
    ((0..).zip(&cells).map(cell).collect(), answers)
}

#[test]
fn centres_scales_and_limits_are_those_of_the_reference() {
    let (cells, answers) = reference();
    let fitted = Horizon::on(&cells, Spread::Activity, FEWEST_USERS, &Watch::silent()).unwrap();
    let calibration = calibrated(&cells, &LEVELS, 1, Spread::Activity);
    assert_eq!(cells.len(), answers.len());
    for ((cell, _), answer) in cells.iter().zip(&answers) {
        let around = fitted.around(cell);
        let predicted = calibration.around(cell).unwrap();
        let mut found = vec![around.centre, around.scale];
        for level in LEVELS {
            let (lower, upper) = predicted.limits(level, false).unwrap();
            found.extend([f64::from(lower), f64::from(upper)]);
        }
        for (found, expected) in found.iter().zip(answer) {
            assert!((found - expected).abs() < 1e-5 + 1e-4 * expected, "{found} for {expected}: {cell:?}");
        }
    }
}

/// Cells of users whose taste moves from where it was forecast, over paths of `steps` of which every third breaks off;
/// `interests` cells of each user move together.
fn moving(users: u32, interests: u32, steps: usize, seed: u64) -> Vec<(Cell, f32)> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut cells = Vec::new();
    for user in 0..users {
        let events = *[3_u32, 12, 80].get(user as usize % 3).unwrap();
        // How far this user moves away, the same for all interests and steps.
        let apart: f64 = random.random_range(0.4..1.6);
        for interest in 0..interests {
            let share: f64 = random.random_range(0.02..0.5);
            let moved = (share * apart).clamp(0.0, 1.0);
            for horizon in 1..=if user % 3 == interest % 3 { 1 } else { steps } {
                let hits = (0..events).filter(|_| random.random_bool(moved)).count();
                let of = Situation {
                    user: UserId(user),
                    horizon,
                    expected_events: events as f32,
                    last_events: events as f32,
                    active_periods: 1 + user % 14,
                    silence: 1,
                    roughness: 0.05,
                };
                let path = user * interests + interest;
                let cell = Cell { of, share: share as f32, last_share: share as f32, scatter: 0.0, path };
                cells.push((cell, hits as f32 / events as f32));
            }
        }
    }
    cells
}

fn held(calibration: &Calibration, cells: &[&(Cell, f32)], level: u8, joint: bool) -> f64 {
    let inside = |(cell, seen): &&&(Cell, f32)| {
        let (lower, upper) = calibration.around(cell).unwrap().limits(level, joint).unwrap();
        (lower..=upper).contains(seen)
    };
    cells.iter().filter(inside).count() as f64 / cells.len() as f64
}

#[test]
fn bands_hold_what_they_say_on_users_they_never_saw_however_many_events_these_have() {
    let calibration = calibrated(&moving(2000, 8, 2, 1), &LEVELS, 2, Spread::Activity);
    let unseen = moving(2000, 8, 2, 2);
    for level in LEVELS {
        let stated = f64::from(level) / 100.0;
        let all = held(&calibration, &unseen.iter().collect::<Vec<_>>(), level, false);
        assert!((all - stated).abs() < 0.02, "{level}: {all}");
        for events in [3.0, 12.0, 80.0] {
            let own: Vec<_> = unseen.iter().filter(|(cell, _)| cell.of.expected_events == events).collect();
            let own = held(&calibration, &own, level, false);
            assert!((own - stated).abs() < 0.06, "{level} % of {events} events: {own}");
        }
    }
}

#[test]
fn most_shares_with_events_are_held_and_not_only_those_without() {
    let calibration = calibrated(&moving(2000, 8, 1, 1), &LEVELS, 1, Spread::Activity);
    let unseen = moving(2000, 8, 1, 2);
    let with: Vec<_> = unseen.iter().filter(|(_, seen)| *seen > 0.0).collect();
    let part = held(&calibration, &with, 80, false);
    assert!(part > 0.77, "{part}");
}

/// The part of complete paths, each with its place among all, that is inside at every step.
fn whole_paths_held(calibration: &Calibration, cells: &[(Cell, f32)], steps: usize, level: u8, joint: bool) -> f64 {
    let paths: Vec<_> = super::calibration::complete_paths(cells, steps).collect();
    let inside = |path: &&&[(Cell, f32)]| held(calibration, &path.iter().collect::<Vec<_>>(), level, joint) == 1.0;
    paths.iter().filter(inside).count() as f64 / paths.len() as f64
}

#[test]
fn joint_bands_hold_complete_paths_though_many_break_off() {
    let calibration = calibrated(&moving(3000, 8, 3, 1), &LEVELS, 3, Spread::Activity);
    let unseen = moving(3000, 8, 3, 2);
    for level in LEVELS {
        let whole = whole_paths_held(&calibration, &unseen, 3, level, true);
        assert!((whole - f64::from(level) / 100.0).abs() < 0.02, "{level}: {whole}");
    }
    let single = whole_paths_held(&calibration, &unseen, 3, 80, false);
    assert!(single < 0.72, "bands of single periods hold fewer whole paths: {single}");
}

#[test]
fn where_too_few_completed_a_path_no_joint_band_is_said() {
    let mut cells = moving(200, 8, 3, 1);
    // Only twenty users ever come to a third step.
    cells.retain(|(cell, _)| cell.of.user.0 < 20 || cell.of.horizon < 3);
    let calibration = calibrated(&cells, &LEVELS, 3, Spread::Activity);
    assert!(calibration.reaches(2, false) && !calibration.reaches(3, false) && !calibration.reaches(2, true));
    let of_two = calibrated(&cells, &LEVELS, 2, Spread::Activity);
    assert!(of_two.reaches(2, true), "of two steps there are enough");
    let cell = &cells[0].0;
    assert!(calibration.around(cell).unwrap().limits(80, true).is_none());
    assert!(calibration.around(cell).unwrap().limits(80, false).is_some());
}

#[test]
fn many_cells_of_few_users_give_no_bands() {
    let cells = moving(FEWEST_USERS as u32 - 1, 128, 1, 5);
    assert!(cells.len() > 3000);
    let calibration = calibrated(&cells, &LEVELS, 1, Spread::Activity);
    assert!(!calibration.reaches(1, false) && calibration.around(&cells[0].0).is_none());
    assert!(calibrated(&moving(FEWEST_USERS as u32, 2, 1, 5), &LEVELS, 1, Spread::Activity).reaches(1, false));
}

#[test]
fn bands_of_few_users_hold_no_less_than_they_say() {
    let unseen = moving(3000, 4, 1, 99);
    let unseen: Vec<_> = unseen.iter().collect();
    let of_seed = |seed| {
        let calibration = calibrated(&moving(40, 4, 1, seed), &LEVELS, 1, Spread::Activity);
        LEVELS.map(|level| held(&calibration, &unseen, level, false))
    };
    let mut mean = [0.0; 3];
    for seed in 0..20 {
        mean.iter_mut().zip(of_seed(seed)).for_each(|(sum, held)| *sum += held / 20.0);
    }
    for (level, held) in LEVELS.into_iter().zip(mean) {
        let stated = f64::from(level) / 100.0;
        assert!(stated - 0.02 < held && held < stated + 0.05, "{level}: {held}");
    }
}

#[test]
fn limits_are_shares_around_the_forecast_nested_by_level_and_the_score_prefers_the_truth() {
    let calibration = calibrated(&moving(800, 8, 2, 3), &LEVELS, 2, Spread::Activity);
    for (cell, _) in moving(60, 8, 2, 4) {
        let predicted = calibration.around(&cell).unwrap();
        for joint in [false, true] {
            let mut inner = (cell.share, cell.share);
            for level in LEVELS {
                let (lower, upper) = predicted.limits(level, joint).unwrap();
                assert!(0.0 <= lower && lower <= inner.0 && inner.1 <= upper && upper <= 1.0, "{level}");
                inner = (lower, upper);
            }
        }
        assert!(predicted.crps(cell.share) < predicted.crps(1.0));
    }
}

#[test]
fn shares_at_the_edge_and_users_without_a_past_worth_mentioning_have_finite_bands() {
    let mut cells = moving(100, 4, 1, 3);
    for (at, (cell, seen)) in cells.iter_mut().enumerate() {
        match at % 5 {
            0 => (cell.share, *seen) = (0.0, 0.0),
            1 => (cell.share, *seen) = (1.0, 1.0),
            2 => (cell.of.expected_events, cell.of.last_events) = (0.0, 0.0),
            _ => {}
        }
    }
    let calibration = calibrated(&cells, &LEVELS, 1, Spread::Activity);
    for (cell, _) in &cells {
        let (lower, upper) = calibration.around(cell).unwrap().limits(95, false).unwrap();
        assert!((0.0..=cell.share).contains(&lower) && (cell.share..=1.0).contains(&upper), "{cell:?}");
    }
    // All alike: nothing to regress on, and nothing ever off.
    for (cell, seen) in &mut cells {
        (cell.share, *seen) = (1.0, 1.0);
    }
    let calibration = calibrated(&cells, &LEVELS, 1, Spread::Activity);
    let (lower, upper) = calibration.around(&cells[0].0).unwrap().limits(80, false).unwrap();
    assert!(lower > 0.99 && upper == 1.0, "{lower} {upper}");
}

#[test]
fn a_spread_that_tells_sure_from_unsure_makes_better_bands() {
    let mut random = ChaCha8Rng::seed_from_u64(9);
    let mut cells = |count: u32| -> Vec<(Cell, f32)> {
        let mut cell = |path: u32| {
            let share = random.random_range(0.2..0.5_f32);
            let scatter = if path.is_multiple_of(2) { 0.01 } else { 0.15 };
            let seen = (share + scatter * random.random_range(-1.0..1.0_f32)).clamp(0.0, 1.0);
            let of = Situation {
                user: UserId(path / 4),
                horizon: 1,
                expected_events: 12.0,
                last_events: 12.0,
                active_periods: 12,
                silence: 1,
                roughness: 0.05,
            };
            (Cell { of, share, last_share: share, scatter, path }, seen)
        };
        (0..count).map(&mut cell).collect()
    };
    let (past, unseen) = (cells(40_000), cells(10_000));
    let unseen: Vec<_> = unseen.iter().collect();
    let judged = |spread: Spread| {
        let calibration = calibrated(&past, &[80], 1, spread);
        let width = |(cell, _): &&(Cell, f32)| {
            let (lower, upper) = calibration.around(cell).unwrap().limits(80, false).unwrap();
            upper - lower
        };
        (unseen.iter().map(width).sum::<f32>() / unseen.len() as f32, held(&calibration, &unseen, 80, false))
    };
    let (usual, by_scatter) = (judged(Spread::Activity), judged(Spread::Dropout));
    assert!((by_scatter.1 - 0.8).abs() < 0.02 && (usual.1 - 0.8).abs() < 0.02, "{usual:?} {by_scatter:?}");
    assert!(by_scatter.0 < 0.9 * usual.0, "narrower with the same coverage: {usual:?} {by_scatter:?}");
}
