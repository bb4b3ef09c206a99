//! What a ranking was worth: R@10, NDCG@10, Hit@10.

use serde::Serialize;

/// How far down a ranking is looked.
pub const TOP: usize = 10;

/// Sums of figures over users.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    users: f64,
    recall: f64,
    ndcg: f64,
    hit: f64,
}

/// Means over users; 0 users leave no figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Scores {
    /// Users who were asked about.
    pub users: usize,
    /// Items found among the first ten, of those taken.
    pub recall_at_10: Option<f64>,
    /// Discounted gain of the first ten, of the most there could be (Järvelin & Kekäläinen 2002).
    pub ndcg_at_10: Option<f64>,
    /// Users with at least one item found.
    pub hit_at_10: Option<f64>,
}

impl Sums {
    /// Counts one user: the first items of the ranking, and all that was taken, ascending. A user who took nothing of
    /// what is asked about does not count.
    pub fn add(&mut self, ranked: &[u32], truth: &[u32]) {
        if truth.is_empty() {
            return;
        }
        let discount = |place: usize| 1.0 / ((place + 2) as f64).log2();
        let (mut hits, mut gain) = (0.0, 0.0);
        for (place, item) in ranked.iter().take(TOP).enumerate() {
            if truth.binary_search(item).is_ok() {
                hits += 1.0;
                gain += discount(place);
            }
        }
        let most: f64 = (0..truth.len().min(TOP)).map(discount).sum();
        self.users += 1.0;
        self.recall += hits / truth.len() as f64;
        self.ndcg += gain / most;
        self.hit += f64::from(u8::from(hits > 0.0));
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            users: self.users + other.users,
            recall: self.recall + other.recall,
            ndcg: self.ndcg + other.ndcg,
            hit: self.hit + other.hit,
        }
    }

    /// The means.
    pub fn scores(self) -> Scores {
        let mean = |sum: f64| (self.users > 0.0).then(|| sum / self.users);
        Scores {
            users: self.users as usize,
            recall_at_10: mean(self.recall),
            ndcg_at_10: mean(self.ndcg),
            hit_at_10: mean(self.hit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by plain loops over the definition.
    fn plainly(ranked: &[u32], truth: &[u32]) -> (f64, f64, f64) {
        let mut found = 0;
        let mut gained = 0.0;
        for (place, item) in ranked.iter().enumerate() {
            for taken in truth {
                if item == taken && place < 10 {
                    found += 1;
                    gained += std::f64::consts::LN_2 / (place as f64 + 2.0).ln();
                }
            }
        }
        let mut most = 0.0;
        for place in 0..10.min(truth.len()) {
            most += std::f64::consts::LN_2 / (place as f64 + 2.0).ln();
        }
        (f64::from(found) / truth.len() as f64, gained / most, if found > 0 { 1.0 } else { 0.0 })
    }

    #[test]
    fn figures_are_those_of_plain_loops() {
        let ranked: Vec<u32> = (0..40).map(|place| (place * 7 + 3) % 40).collect();
        let truths: [&[u32]; 5] = [&[3], &[0, 1, 2], &[3, 10, 17, 24], &[39], &(0..30).collect::<Vec<u32>>()];
        let (mut sums, mut plain) = (Sums::default(), [0.0; 3]);
        for truth in truths {
            sums.add(&ranked, truth);
            let (recall, ndcg, hit) = plainly(&ranked, truth);
            [recall, ndcg, hit].iter().zip(&mut plain).for_each(|(of, sum)| *sum += of / 5.0);
        }
        let scores = sums.scores();
        let told = [scores.recall_at_10, scores.ndcg_at_10, scores.hit_at_10];
        for (told, plain) in told.iter().zip(plain) {
            assert!((told.unwrap() - plain).abs() < 1e-12, "{told:?} {plain}");
        }
        assert!(plain[0] > 0.0 && plain[2] < 1.0, "the cases have both hits and misses");
    }

    #[test]
    fn a_perfect_ranking_gains_all_and_nobody_has_no_figures() {
        let mut sums = Sums::default();
        sums.add(&[4, 2, 9], &[2, 4, 9]);
        assert_eq!(sums.scores().ndcg_at_10, Some(1.0));
        let mut nobody = Sums::default();
        nobody.add(&[1, 2], &[]);
        assert_eq!(nobody.scores(), Scores::default());
    }
}
