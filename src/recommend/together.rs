//! Which items the same users take: counts of pairs, and two models made of them.

use tch::{Kind, Tensor};

use super::RecommendError;
use super::past::Past;
use crate::observe::Watch;

/// Items whose pairs are counted: those with the most buyers. A table of these has at most 64 MiB.
pub const MOST_ITEMS: usize = 4096;
/// Latest items of one user that are counted with each other, so that a user with very many does not take all the time.
const MOST_OF_ONE: usize = 2000;
/// What is added to the diagonal of EASE's table; the middle of what its paper tried (100 to 1000).
const RIDGE: f32 = 500.0;

/// Weights between items: what speaks for an item when a user has another.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    /// Each column's place in the table; `u32::MAX` for items that are not in it.
    place: Vec<u32>,
    /// The columns in the table.
    columns: Vec<u32>,
    /// Items × items: from the one a user has to the one it speaks for.
    table: Vec<f32>,
}

/// Users who took both of two items.
#[derive(Clone, Debug, Default)]
pub struct Together(Weights);

impl Together {
    /// Counts pairs.
    ///
    /// # Errors
    /// A wish to stop.
    pub fn count(past: &Past, watch: &Watch) -> Result<Self, RecommendError> {
        let mut columns: Vec<u32> = (0..past.items.len() as u32).collect();
        columns.sort_by_key(|column| (usize::MAX - past.takers[*column as usize].len(), *column));
        columns.truncate(MOST_ITEMS);
        columns.sort_unstable();
        let mut place = vec![u32::MAX; past.items.len()];
        columns.iter().enumerate().for_each(|(at, column)| place[*column as usize] = at as u32);
        let size = columns.len();
        let mut table = vec![0.0_f32; size * size];
        for user in &past.users {
            watch.check()?;
            let mut own: Vec<(f32, u32)> = user
                .own
                .iter()
                .filter(|own| place[own.column as usize] != u32::MAX)
                .map(|own| (own.ages[0], place[own.column as usize]))
                .collect();
            own.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            own.truncate(MOST_OF_ONE);
            for (_, one) in &own {
                let row = &mut table[*one as usize * size..][..size];
                own.iter().for_each(|(_, other)| row[*other as usize] += 1.0);
            }
        }
        Ok(Self(Weights { place, columns, table }))
    }

    /// Item neighbours: the cosine between the users of two items (Sarwar et al. 2001, "Item-based collaborative
    /// filtering recommendation algorithms").
    pub fn neighbours(&self) -> Weights {
        let Weights { place, columns, table } = &self.0;
        let size = columns.len();
        let root: Vec<f32> = (0..size).map(|at| table[at * size + at].max(1.0).sqrt()).collect();
        let mut cosines = table.clone();
        for (one, row) in cosines.chunks_exact_mut(size.max(1)).enumerate() {
            row.iter_mut().zip(&root).for_each(|(weight, other)| *weight /= root[one] * other);
            row[one] = 0.0;
        }
        Weights { place: place.clone(), columns: columns.clone(), table: cosines }
    }

    /// EASE, in closed form: B = I − P / diag P with P = (XᵀX + λI)⁻¹ and a diagonal of 0 (Steck 2019, "Embarrassingly
    /// shallow autoencoders for sparse data").
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn ease(&self) -> Result<Weights, RecommendError> {
        let Weights { place, columns, table } = &self.0;
        let size = columns.len();
        let mut weights = Weights { place: place.clone(), columns: columns.clone(), table: table.clone() };
        if size == 0 {
            return Ok(weights);
        }
        let side = i64::try_from(size).unwrap_or(i64::MAX);
        let gram = Tensor::f_from_slice(table)?.f_view([side, side])?;
        let gram =
            gram.f_add(&Tensor::f_eye(side, (Kind::Float, tch::Device::Cpu))?.f_mul_scalar(f64::from(RIDGE))?)?;
        let inverse = gram.f_linalg_cholesky(false)?.f_cholesky_inverse(false)?.f_contiguous()?.f_view([-1])?;
        inverse.f_copy_data(&mut weights.table, size * size)?;
        let diagonal: Vec<f32> = (0..size).map(|at| weights.table[at * size + at]).collect();
        for (one, row) in weights.table.chunks_exact_mut(size).enumerate() {
            row.iter_mut().zip(&diagonal).for_each(|(weight, own)| *weight /= -own);
            row[one] = 0.0;
        }
        Ok(weights)
    }
}

impl Weights {
    /// Sums up what a user's items say for every item, into a row of the size of `past.items`; 0 for items beyond the
    /// table.
    pub fn score(&self, past: &Past, user: usize, row: &mut [f32]) {
        let size = self.columns.len();
        let mut sum = vec![0.0_f32; size];
        for own in &past.users[user].own {
            let at = self.place[own.column as usize];
            if at != u32::MAX {
                let weights = &self.table[at as usize * size..][..size];
                sum.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
            }
        }
        row.fill(0.0);
        self.columns.iter().zip(sum).for_each(|(column, sum)| row[*column as usize] = sum);
    }

    /// The item of a user's that speaks loudest for another.
    pub fn loudest(&self, past: &Past, user: usize, column: u32) -> Option<u32> {
        let (size, to) = (self.columns.len(), self.place[column as usize]);
        if to == u32::MAX {
            return None;
        }
        let weight = |own: u32| {
            let at = self.place[own as usize];
            if at == u32::MAX { 0.0 } else { self.table[at as usize * size + to as usize] }
        };
        let said = past.users[user].own.iter().map(|own| (weight(own.column), own.column));
        said.filter(|(weight, _)| *weight > 0.0).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, column)| column)
    }
}
