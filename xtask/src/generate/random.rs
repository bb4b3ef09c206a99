//! Random numbers: the same from the same seed.

/// The splitmix64 generator (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(scramble(seed))
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        scramble(self.0)
    }

    /// A number from 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        unit_of(self.draw())
    }

    pub fn chance(&mut self, of: f64) -> bool {
        self.unit() < of
    }

    /// A number below `count`.
    pub fn below(&mut self, count: u64) -> u64 {
        ((u128::from(self.draw()) * u128::from(count)) >> 64) as u64
    }

    /// How often something goes on that goes on `mean - 1` times on average (a geometric distribution from 1).
    pub fn run(&mut self, mean: f64) -> u64 {
        if mean <= 1.0 {
            return 1;
        }
        1 + ((1.0 - self.unit()).ln() / (1.0 - 1.0 / mean).ln()) as u64
    }
}

/// Two numbers mixed into one that looks random: a choice that belongs to a user and never changes is drawn so, without
/// memory.
pub fn mix(one: u64, other: u64) -> u64 {
    scramble(scramble(one).wrapping_add(other))
}

/// A mixed number as one from 0 to below 1.
pub fn unit_of(number: u64) -> f64 {
    (number >> 11) as f64 / (1_u64 << 53) as f64
}

fn scramble(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Zipf's law with Mandelbrot's shift: rank `r` of `count` has a weight of `1 / (r + shift)`.
#[derive(Clone, Debug)]
pub struct Zipf {
    count: f64,
    shift: f64,
}

impl Zipf {
    pub fn new(count: u64, shift: f64) -> Self {
        Self { count: count.max(1) as f64, shift: shift.max(1.0) }
    }

    /// The rank, from 0, at a number from 0 to below 1.
    pub fn rank(&self, unit: f64) -> u64 {
        let wide = (self.count + self.shift) / self.shift;
        ((self.shift * (wide.powf(unit) - 1.0)) as u64).min(self.count as u64 - 1)
    }
}

/// A walk through all numbers below `count` that visits each once, in an order that looks random.
pub fn shuffled(number: u64, count: u64) -> u64 {
    // A prime larger than any count here, so it divides none of them.
    (number * 2_654_435_761 + 40_503) % count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ranks_are_the_heaviest_and_all_can_be_met() {
        let zipf = Zipf::new(100, 5.0);
        let mut random = Random::new(1);
        let mut met = [0_u32; 100];
        (0..100_000).for_each(|_| met[zipf.rank(random.unit()) as usize] += 1);
        assert!(met[0] > met[10] && met[10] > met[90] && met[99] > 0, "{met:?}");
        // 1/5.5 over ln(105/5), about 6 %: the rank's interval, not its edge.
        assert!((5_000..7_500).contains(&met[0]), "{}", met[0]);
    }

    #[test]
    fn a_shuffle_visits_each_number_once() {
        let mut met: Vec<u64> = (0..1000).map(|number| shuffled(number, 1000)).collect();
        met.sort_unstable();
        assert!(met.into_iter().eq(0..1000));
    }

    #[test]
    fn runs_have_the_mean_asked_for() {
        let mut random = Random::new(3);
        let mean = (0..50_000).map(|_| random.run(6.0)).sum::<u64>() as f64 / 50_000.0;
        assert!((5.8..6.2).contains(&mean), "{mean}");
    }
}
