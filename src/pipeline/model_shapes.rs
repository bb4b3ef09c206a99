//! Whether the numbers of a saved model fit each other. They are held against their hashes first, so what does not fit
//! was written so, by hand or by another program.

use super::model_card::ModelCard;

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

/// What makes no sense in a model's card beside its settings, in words; none where all does.
pub fn card_fault(card: &ModelCard) -> Option<String> {
    // The calendar ends with the year 9999, whatever the period.
    if card.origin.0.unsigned_abs() > 3_000_000 {
        return Some(format!("its origin, period {}, lies outside the calendar", card.origin.0));
    }
    if card.members.iter().any(|member| member.steps < 0) {
        return Some("a network of it made fewer than no steps".to_owned());
    }
    None
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
