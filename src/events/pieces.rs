//! Work on all rows, in pieces on all cores, with answers that do not depend on how many these are.

use rayon::prelude::*;

/// Rows of a piece, where every core gets one.
pub fn piece(rows: usize) -> usize {
    rows.div_ceil(rayon::current_num_threads()).max(1)
}

/// How many rows are of each of `kinds`; `kind` tells it, and nothing of rows that do not count.
pub fn counted(rows: usize, kinds: usize, kind: impl Fn(usize) -> Option<usize> + Sync) -> Vec<u64> {
    // Every piece has counts of its own: of many kinds, fewer pieces keep them smaller than the rows.
    let piece = piece(rows).max(kinds);
    let pieces: Vec<Vec<u32>> = (0..rows.div_ceil(piece))
        .into_par_iter()
        .map(|at| {
            let mut counts = vec![0; kinds];
            let own = at * piece..rows.min((at + 1) * piece);
            own.filter_map(&kind).for_each(|kind| counts[kind] += 1);
            counts
        })
        .collect();
    let mut all = vec![0; kinds];
    pieces.iter().for_each(|counts| all.iter_mut().zip(counts).for_each(|(all, one)| *all += u64::from(*one)));
    all
}

/// Keeps what is `wanted`, in its order and in its place.
pub fn retain(values: &mut Vec<u32>, wanted: impl Fn(u32) -> bool + Sync) {
    let piece = piece(values.len());
    let kept: Vec<usize> = values
        .par_chunks_mut(piece)
        .map(|values| {
            let mut kept = 0;
            for at in 0..values.len() {
                let value = values[at];
                values[kept] = value;
                kept += usize::from(wanted(value));
            }
            kept
        })
        .collect();
    let mut end = 0;
    for (at, kept) in kept.into_iter().enumerate() {
        values.copy_within(at * piece..at * piece + kept, end);
        end += kept;
    }
    values.truncate(end);
    values.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_a_whole() {
        for kinds in [3, 5000] {
            let counts = counted(1000, kinds, |row| (row % 10 != 0).then_some(row % 3));
            assert_eq!(counts[..3], [300, 300, 300]);
            assert_eq!(counts.len(), kinds);
        }
        assert!(counted(0, 0, |_| None).is_empty());
        let mut values: Vec<u32> = (0..1001).collect();
        retain(&mut values, |value| value % 7 == 3);
        assert_eq!(values, (0..1001).filter(|value| value % 7 == 3).collect::<Vec<_>>());
        retain(&mut values, |_| false);
        assert!(values.is_empty());
    }
}
