//! Small linear systems.

/// Solves `a · x = b` for a square `a` (row by row) by elimination with pivots, in place; false if it is singular.
pub fn solve(a: &mut [f64], b: &mut [f64]) -> bool {
    let n = b.len();
    for column in 0..n {
        let mut pivot = column;
        for row in column + 1..n {
            if a[row * n + column].abs() > a[pivot * n + column].abs() {
                pivot = row;
            }
        }
        let head = a[pivot * n + column];
        if !head.is_finite() || head.abs() < 1e-300 {
            return false;
        }
        if pivot != column {
            for k in column..n {
                a.swap(pivot * n + k, column * n + k);
            }
            b.swap(pivot, column);
        }
        for row in column + 1..n {
            let factor = a[row * n + column] / head;
            if factor != 0.0 {
                for k in column + 1..n {
                    a[row * n + k] -= factor * a[column * n + k];
                }
                b[row] -= factor * b[column];
            }
        }
    }
    for column in (0..n).rev() {
        let mut value = b[column];
        for k in column + 1..n {
            value -= a[column * n + k] * b[k];
        }
        b[column] = value / a[column * n + column];
    }
    true
}

/// Intercept and slope of the straight line through `values` at 1, 2, ….
pub fn line(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let centre = (n + 1.0) / 2.0;
    let mean = values.iter().sum::<f64>() / n;
    let (mut top, mut bottom) = (0.0, 0.0);
    for (at, value) in values.iter().enumerate() {
        let x = (at + 1) as f64 - centre;
        top += x * (value - mean);
        bottom += x * x;
    }
    let slope = if bottom > 0.0 { top / bottom } else { 0.0 };
    (mean - slope * centre, slope)
}

/// Least squares of `y` on the rows that `row` gives; `None` if the columns depend on each other.
pub fn least_squares<const K: usize>(y: &[f64], row: impl Fn(usize) -> [f64; K]) -> Option<[f64; K]> {
    let mut a = vec![0.0; K * K];
    let mut b = [0.0; K];
    for (at, value) in y.iter().enumerate() {
        let x = row(at);
        for i in 0..K {
            for j in 0..K {
                a[i * K + j] += x[i] * x[j];
            }
            b[i] += x[i] * value;
        }
    }
    solve(&mut a, &mut b).then_some(b)
}
