//! Which periods an axis names.

use egui_plot::{GridInput, GridMark};

use crate::calendar::{Calendar, Period, PeriodLength};

/// Steps that people count in, by the length of a period.
fn steps(length: PeriodLength) -> &'static [i32] {
    match length {
        PeriodLength::Day => &[1, 2, 7, 14, 28, 91, 182, 364, 728, 1820, 3640],
        PeriodLength::Week => &[1, 2, 4, 13, 26, 52, 104, 260, 520],
        PeriodLength::Month => &[1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200],
    }
}

/// Room that a label needs, in times the smallest distance that egui_plot would put between lines.
const ROOM: f64 = 10.0;

/// How far from the left edge the first label stands at least, in the same measure.
const EDGE: f64 = 2.5;

/// Marks at whole periods, so far apart that their labels fit.
pub fn marks(calendar: Calendar, input: &GridInput) -> Vec<GridMark> {
    let steps = steps(calendar.length);
    let wanted = input.base_step_size * ROOM;
    let step = steps.iter().copied().find(|step| f64::from(*step) >= wanted).or(steps.last().copied()).unwrap_or(1);
    let first = (input.bounds.0 / f64::from(step)).floor() as i32;
    let last = (input.bounds.1 / f64::from(step)).ceil() as i32;
    // Bounds beyond any calendar would ask for as many marks.
    (first..=last)
        .take(400)
        .map(|mark| GridMark { value: f64::from(mark) * f64::from(step), step_size: f64::from(step) })
        // A label half outside, at the left, would run into those of the shares.
        .filter(|mark| (input.bounds.0 + input.base_step_size * EDGE..=input.bounds.1).contains(&mark.value))
        .collect()
}

/// The name of the period at a place on the axis.
pub fn label(calendar: Calendar, value: f64) -> String {
    if (value - value.round()).abs() < 1e-6 { calendar.label(Period(value.round() as i32)) } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator as _;

    #[test]
    fn marks_stand_at_whole_periods_and_never_too_close() {
        for length in PeriodLength::iter() {
            for span in [3.0, 24.0, 400.0, 4000.0] {
                let input = GridInput { bounds: (480.0, 480.0 + span), base_step_size: span / 100.0 };
                let marks = marks(Calendar::new(length), &input);
                assert!(!marks.is_empty(), "{length} {span}");
                assert!(marks.len() <= 14, "{length} {span}: {}", marks.len());
                assert!(marks.iter().all(|mark| !label(Calendar::new(length), mark.value).is_empty()));
            }
        }
    }

    #[test]
    fn years_of_months_begin_in_january() {
        let input = GridInput { bounds: (479.0, 530.0), base_step_size: 1.0 };
        let calendar = Calendar::new(PeriodLength::Month);
        for mark in marks(calendar, &input) {
            assert!(label(calendar, mark.value).starts_with("Jan"), "{}", label(calendar, mark.value));
        }
    }

    #[test]
    fn between_periods_there_is_nothing_to_name() {
        assert_eq!(label(Calendar::new(PeriodLength::Month), 480.5), "");
        assert_eq!(label(Calendar::new(PeriodLength::Month), 480.0), "Jan 2010");
    }
}
