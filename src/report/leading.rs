//! Which of a user's interests a chart draws when nobody has chosen.

use super::{InterestPath, palette};

/// Interests drawn where nobody chose any: few enough that their bands can be told apart.
const DRAWN: usize = 4;

/// Interests by what they have been to a user and will be, most first.
pub fn ranked(paths: &[InterestPath]) -> Vec<u16> {
    let weight = |path: &InterestPath| {
        let events: u32 = path.observed.iter().map(|seen| seen.total).sum();
        let past: f32 = path.observed.iter().map(|seen| seen.share * seen.total as f32).sum();
        let next = path.expected.iter().map(|next| next.share).fold(0.0, f32::max);
        past / events.max(1) as f32 + next
    };
    let mut ranked: Vec<&InterestPath> = paths.iter().collect();
    ranked.sort_by(|one, other| weight(other).total_cmp(&weight(one)).then(one.interest.cmp(&other.interest)));
    ranked.into_iter().map(|path| path.interest).collect()
}

/// The first few of `ranked` that have colours of their own: a chart that chose two interests of one colour could not
/// be read.
pub fn leading(ranked: &[u16]) -> Vec<u16> {
    let colour = |interest: u16| palette::style(interest).light;
    let mut leading: Vec<u16> = Vec::with_capacity(DRAWN);
    for interest in ranked {
        if leading.len() < DRAWN && leading.iter().all(|other| colour(*other) != colour(*interest)) {
            leading.push(*interest);
        }
    }
    leading
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Period;
    use crate::report::Observed;

    #[test]
    fn the_largest_interests_lead_and_no_two_share_a_colour() {
        let path = |interest: u16| InterestPath {
            interest,
            observed: vec![Observed { period: Period(0), share: f32::from(interest) / 300.0, total: 10 }],
            expected: vec![],
        };
        let paths: Vec<InterestPath> = (0..24).map(path).collect();
        let ranked = ranked(&paths);
        assert_eq!(ranked[..3], [23, 22, 21]);
        let leading = leading(&ranked);
        assert_eq!(leading.len(), 4);
        assert_eq!(leading[0], 23);
        for (at, interest) in leading.iter().enumerate() {
            let same = |other: &u16| palette::style(*other).light == palette::style(*interest).light;
            assert!(!leading[..at].iter().any(same));
        }
    }
}
