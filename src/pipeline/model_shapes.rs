//! Whether the numbers of a saved model fit each other. They are held against their hashes first, so what does not fit
//! was written so, by hand or by another program.

use super::model_card::ModelCard;
use crate::forecast::ForecastConfig;

/// Shapes of the tables that say where interests and texts lie.
#[derive(Clone, Copy, Debug)]
pub struct Shapes<'a> {
    /// Interests × length of a vector.
    pub interests: &'a [usize],
    /// Directions × length of a vector.
    pub directions: &'a [usize],
    /// One number for each direction.
    pub centre: &'a [usize],
    /// Topics × length of a vector.
    pub topics: &'a [usize],
}

impl Shapes<'_> {
    /// What contradicts what, in words; none where all fit.
    pub fn fault(&self, interests: usize) -> Option<String> {
        let [rows, dim] = *self.interests else { return Some("the interests are no table".to_owned()) };
        if rows != interests || dim == 0 || interests == 0 {
            return Some(format!(
                "it names {interests} interests, and {rows} vectors of {dim} numbers say where they lie"
            ));
        }
        for (name, shape) in [("directions", self.directions), ("topics", self.topics)] {
            let [rows, width] = *shape else { return Some(format!("the texts' {name} are no table")) };
            if rows > 0 && width != dim {
                return Some(format!("the texts' {name} have {width} numbers where the interests have {dim}"));
            }
        }
        if self.centre != &self.directions[..1] {
            return Some(format!("{:?} numbers are the centre of {} directions", self.centre, self.directions[0]));
        }
        None
    }
}

/// What makes no sense in a model's card, in words; none where all does. `weights` is how many bytes they are.
pub fn card_fault(card: &ModelCard, weights: usize) -> Option<String> {
    let ForecastConfig { hidden, layers, horizon, batch_users, dropout, learning_rate, weight_decay, members, .. } =
        card.config;
    // A recurrent layer has more numbers than its state.
    let width = i64::try_from(weights).unwrap_or(i64::MAX).max(1 << 16);
    let counts = [
        ("hidden", hidden, width),
        ("layers", layers, 64),
        ("horizon", count(horizon), 10_000),
        ("batch_users", count(batch_users), i64::MAX),
        ("members", count(members), 1000),
    ];
    if let Some((name, value, most)) = counts.into_iter().find(|(_, value, most)| *value < 1 || value > most) {
        return Some(format!("its {name} is {value}, and should be from 1 to {most}"));
    }
    let numbers =
        [("dropout", dropout, 1.0), ("learning_rate", learning_rate, 1.0), ("weight_decay", weight_decay, 10.0)];
    if let Some((name, value, most)) = numbers.into_iter().find(|(_, value, most)| !(0.0..=*most).contains(value)) {
        return Some(format!("its {name} is {value}, and should be from 0 to {most}"));
    }
    if card.config.levels.iter().any(|level| !(1..100).contains(level)) {
        return Some(format!("its levels {:?} are not all from 1 to 99", card.config.levels));
    }
    if card.config.window.is_some_and(|window| window < 1) {
        return Some("its window is shorter than a period".to_owned());
    }
    // The calendar ends with the year 9999, whatever the period.
    if card.origin.0.unsigned_abs() > 3_000_000 {
        return Some(format!("its origin, period {}, lies outside the calendar", card.origin.0));
    }
    if card.members.iter().any(|member| member.steps < 0) {
        return Some("a network of it made fewer than no steps".to_owned());
    }
    None
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: Shapes<'_> = Shapes { interests: &[3, 8], directions: &[2, 8], centre: &[2], topics: &[5, 8] };

    #[test]
    fn shapes_that_fit_each_other_are_no_fault() {
        assert_eq!(SOUND.fault(3), None);
        assert_eq!(Shapes { directions: &[0, 0], centre: &[0], topics: &[0, 0], ..SOUND }.fault(3), None);
    }

    #[test]
    fn shapes_that_contradict_each_other_are_named() {
        let faults = [
            (Shapes { interests: &[2, 8], ..SOUND }, "3 interests"),
            (Shapes { interests: &[3, 0], ..SOUND }, "0 numbers"),
            (Shapes { interests: &[24], ..SOUND }, "no table"),
            (Shapes { directions: &[2, 0], ..SOUND }, "directions have 0"),
            (Shapes { directions: &[2], ..SOUND }, "directions are no table"),
            (Shapes { centre: &[3], ..SOUND }, "centre"),
            (Shapes { topics: &[5, 9], ..SOUND }, "topics have 9"),
        ];
        for (shapes, words) in faults {
            let fault = shapes.fault(3).unwrap_or_default();
            assert!(fault.contains(words), "{shapes:?}: {fault}");
        }
        assert!(SOUND.fault(0).is_some());
    }
}
