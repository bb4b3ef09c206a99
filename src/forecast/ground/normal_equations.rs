//! Ridge regression from few of many topics to shares, as sums that grow past by past (Hoerl and Kennard, *Ridge
//! Regression*, Technometrics 12(1), 1970).

use tch::{Kind, TchError, Tensor};

/// The sums from which the regression is solved.
#[derive(Debug)]
pub struct NormalEquations {
    topics: usize,
    interests: usize,
    /// Topics × topics; only the upper triangle is filled.
    products: Vec<f64>,
    /// Topics × interests.
    answers: Vec<f64>,
    past: Vec<f64>,
    answer: Vec<f64>,
    /// What all pasts weigh together.
    pub weight: f64,
}

impl NormalEquations {
    /// Nothing yet.
    pub fn none(topics: usize, interests: usize) -> Self {
        Self {
            topics,
            interests,
            products: vec![0.0; topics * topics],
            answers: vec![0.0; topics * interests],
            past: vec![0.0; topics],
            answer: vec![0.0; interests],
            weight: 0.0,
        }
    }

    /// Adds a past, by topics and their parts of it, with what followed it.
    pub fn add(&mut self, past: &[(u16, f32)], answer: &[f32], weight: f32) {
        let weight = f64::from(weight);
        for (topic, part) in past {
            let (topic, weighed) = (usize::from(*topic), weight * f64::from(*part));
            let row = &mut self.products[topic * self.topics..(topic + 1) * self.topics];
            for (other, part) in past {
                // Either of the two orders fills the upper triangle.
                if usize::from(*other) >= topic {
                    row[usize::from(*other)] += weighed * f64::from(*part);
                }
            }
            let into = self.answers[topic * self.interests..].iter_mut().zip(answer);
            into.for_each(|(sum, answer)| *sum += weighed * f64::from(*answer));
            self.past[topic] += weighed;
        }
        self.answer.iter_mut().zip(answer).for_each(|(sum, answer)| *sum += weight * f64::from(*answer));
        self.weight += weight;
    }

    /// The weights (topics × interests) around the mean past, and what these answer to that mean.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn solved(&self, lambda: f64) -> Result<(Vec<f32>, Vec<f32>), TchError> {
        let (topics, interests) = (self.topics as i64, self.interests as i64);
        let of = |data: &[f64], rows, columns| Tensor::f_from_slice(data)?.f_view([rows, columns]);
        let upper = of(&self.products, topics, topics)?;
        let products = upper.f_add(&upper.f_triu(1)?.f_transpose(0, 1)?)?;
        let past = of(&self.past, topics, 1)?;
        let answer = of(&self.answer, 1, interests)?;
        let centred = products.f_sub(&past.f_matmul(&past.f_transpose(0, 1)?)?.f_div_scalar(self.weight)?)?;
        let held = Tensor::f_eye(topics, (Kind::Double, tch::Device::Cpu))?.f_mul_scalar(lambda)?;
        let right = of(&self.answers, topics, interests)?.f_sub(&past.f_matmul(&answer)?.f_div_scalar(self.weight)?)?;
        let factor = centred.f_add(&held)?.f_linalg_cholesky(false)?;
        let weights = right.f_cholesky_solve(&factor, false)?;
        let mean = past.f_div_scalar(self.weight)?.f_transpose(0, 1)?.f_matmul(&weights)?;
        let numbers = |tensor: &Tensor| Vec::<f32>::try_from(tensor.f_to_kind(Kind::Float)?.f_flatten(0, -1)?);
        Ok((numbers(&weights)?, numbers(&mean)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng as _, SeedableRng as _};

    /// Weighted least squares around the means, held back by λ, by nothing but loops: Gauss's elimination of the centred
    /// normal equations.
    fn by_loops(pasts: &[Vec<f64>], answers: &[f64], weights: &[f64], lambda: f64) -> Vec<f64> {
        let (all, topics) = (weights.iter().sum::<f64>(), pasts[0].len());
        let mean = |of: &dyn Fn(usize) -> f64| (0..pasts.len()).map(|at| weights[at] * of(at)).sum::<f64>() / all;
        let means: Vec<f64> = (0..topics).map(|topic| mean(&|at| pasts[at][topic])).collect();
        let answered = mean(&|at| answers[at]);
        let mut rows = vec![vec![0.0; topics + 1]; topics];
        for (at, past) in pasts.iter().enumerate() {
            for one in 0..topics {
                let off = weights[at] * (past[one] - means[one]);
                (0..topics).for_each(|other| rows[one][other] += off * (past[other] - means[other]));
                rows[one][topics] += off * (answers[at] - answered);
            }
        }
        (0..topics).for_each(|topic| rows[topic][topic] += lambda);
        for pivot in 0..topics {
            let lead: Vec<f64> = rows[pivot].iter().map(|number| number / rows[pivot][pivot]).collect();
            for (_, row) in rows.iter_mut().enumerate().filter(|(at, _)| *at != pivot) {
                let times = row[pivot];
                row.iter_mut().zip(&lead).for_each(|(number, lead)| *number -= times * lead);
            }
            rows[pivot] = lead;
        }
        rows.into_iter().map(|row| row[topics]).collect()
    }

    #[test]
    fn the_solution_is_that_of_plain_loops_on_pasts_of_all_kinds() {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(11);
        let mut equations = NormalEquations::none(5, 1);
        let (mut pasts, mut answers, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..60 {
            let mut topics = Vec::new();
            let mut past = vec![0.0; 5];
            for topic in 0..5_u16 {
                if random.random_bool(0.4) {
                    continue;
                }
                let part: f32 = random.random_range(0.0..1.0);
                past[usize::from(topic)] = f64::from(part);
                topics.push((topic, part));
            }
            let (answer, weight): (f32, f32) = (random.random_range(-1.0..1.0), random.random_range(0.1..1.0));
            equations.add(&topics, &[answer], weight);
            pasts.push(past);
            answers.push(f64::from(answer));
            weights.push(f64::from(weight));
        }
        for lambda in [0.1, 1.0, 30.0] {
            let (found, _) = equations.solved(lambda).unwrap();
            for (found, wanted) in found.iter().zip(by_loops(&pasts, &answers, &weights, lambda)) {
                assert!((f64::from(*found) - wanted).abs() < 1e-6, "λ {lambda}: {found} instead of {wanted}");
            }
        }
    }

    #[test]
    fn the_solution_is_that_of_the_normal_equations() {
        // Two pasts of weight 1 with opposite answers: by hand, around the mean past (1/2, 1/2) the products are
        // [[1/2, -1/2], [-1/2, 1/2]], and with λ = 1 the weights are ±a/2 for an answer of ±a.
        let mut sums = NormalEquations::none(2, 1);
        for (topic, answer) in [(0_u16, 0.5_f32), (1, -0.5)] {
            sums.add(&[(topic, 1.0)], &[answer], 1.0);
        }
        let (weights, mean) = sums.solved(1.0).unwrap();
        assert!((weights[0] - 0.25).abs() < 1e-6 && (weights[1] + 0.25).abs() < 1e-6, "{weights:?}");
        assert!(mean[0].abs() < 1e-7, "{mean:?}");
    }
}
