//! Two small minimisers over a handful of parameters.
//!
//! Hand-written since a fit calls them some hundred times on functions that take a microsecond: a general crate's
//! allocations and bookkeeping would cost more than the functions themselves.

/// Most parameters that a minimiser takes.
pub const MOST: usize = 40;

/// Minimises `f` within bounds by the simplex of Nelder and Mead (1965) with coefficients that depend on the dimension
/// (Gao and Han 2012, Computational Optimization and Applications 51). Stops when the values at the corners have a
/// standard deviation below 1e-4, or after 1,000 steps. Answers the best point and its value.
pub fn simplex(start: &[f64], lower: &[f64], upper: &[f64], mut f: impl FnMut(&[f64]) -> f64) -> (Vec<f64>, f64) {
    let n = start.len();
    let size = n as f64;
    let (expand, contract, shrink) = (1.0 + 2.0 / size, 0.75 - 1.0 / (2.0 * size), 1.0 - 1.0 / size);
    let within = |value: f64, k: usize| value.max(lower[k]).min(upper[k]);
    let mut corners = vec![0.0; n * (n + 1)];
    for row in corners.chunks_exact_mut(n) {
        for k in 0..n {
            row[k] = within(start[k], k);
        }
    }
    for k in 0..n {
        let at = k * n + k;
        corners[at] = within(if corners[at] == 0.0 { 1e-4 } else { corners[at] * 1.05 }, k);
    }
    let mut values: Vec<f64> = corners.chunks_exact(n).map(&mut f).collect();
    let (mut centre, mut reflected, mut tried) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    let mut order: Vec<usize> = (0..=n).collect();
    for _ in 0..1000 {
        let mean = values.iter().sum::<f64>() / (size + 1.0);
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (size + 1.0);
        if variance.sqrt() < 1e-4 {
            break;
        }
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let (best, second_worst, worst) = (order[0], order[n - 1], order[n]);
        centre.fill(0.0);
        for (row, corner) in corners.chunks_exact(n).enumerate() {
            if row != worst {
                for k in 0..n {
                    centre[k] += corner[k] / size;
                }
            }
        }
        let worst_row = worst * n..worst * n + n;
        for k in 0..n {
            reflected[k] = within(2.0 * centre[k] - corners[worst * n + k], k);
        }
        let at_reflected = f(&reflected);
        if values[best] <= at_reflected && at_reflected < values[second_worst] {
            corners[worst_row].copy_from_slice(&reflected);
            values[worst] = at_reflected;
            continue;
        }
        let factor = if at_reflected < values[best] {
            expand
        } else if at_reflected < values[worst] && values[second_worst] <= at_reflected {
            contract
        } else {
            -contract
        };
        for k in 0..n {
            tried[k] = within(centre[k] + factor * (reflected[k] - centre[k]), k);
        }
        let at_tried = f(&tried);
        if at_reflected < values[best] {
            let (point, value) = if at_tried < at_reflected { (&tried, at_tried) } else { (&reflected, at_reflected) };
            corners[worst_row].copy_from_slice(point);
            values[worst] = value;
            continue;
        }
        let better = if factor > 0.0 { at_tried <= at_reflected } else { at_tried < values[worst] };
        if better {
            corners[worst_row].copy_from_slice(&tried);
            values[worst] = at_tried;
            continue;
        }
        // As in the reference the first corner stays, best or not: the path to the optimum decides between models
        // whose criteria are close.
        for row in 1..=n {
            for k in 0..n {
                let towards = corners[best * n + k];
                corners[row * n + k] = within(towards + shrink * (corners[row * n + k] - towards), k);
            }
            values[row] = f(&corners[row * n..row * n + n]);
        }
    }
    let best = (0..=n).min_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap_or(0);
    (corners[best * n..best * n + n].to_vec(), values[best])
}

/// Minimises `f` from `start` by BFGS with forward differences and backtracking. Answers the value at the end and
/// whether it settled within `steps` steps; the point replaces `start`.
///
/// A value that is not finite counts as higher than any other; `None` if `f` has no finite value at the start.
pub fn bfgs(start: &mut [f64], steps: usize, mut f: impl FnMut(&[f64]) -> f64) -> Option<(f64, bool)> {
    let n = start.len();
    let mut value = f(start);
    if !value.is_finite() {
        return None;
    }
    if n == 0 {
        return Some((value, true));
    }
    let mut inverse = [[0.0; MOST]; MOST];
    let identity = |inverse: &mut [[f64; MOST]; MOST]| {
        for (i, row) in inverse.iter_mut().enumerate().take(n) {
            row[..n].fill(0.0);
            row[i] = 1.0;
        }
    };
    identity(&mut inverse);
    let mut gradient = [0.0; MOST];
    slope(start, value, &mut gradient, &mut f);
    let (mut point, mut next_gradient, mut direction) = ([0.0; MOST], [0.0; MOST], [0.0; MOST]);
    let mut fresh = true;
    let mut small = 0;
    for _ in 0..steps {
        if gradient[..n].iter().all(|g| g.abs() < 1e-6) {
            return Some((value, true));
        }
        let mut along = 0.0;
        for i in 0..n {
            direction[i] = -(0..n).map(|j| inverse[i][j] * gradient[j]).sum::<f64>();
            along += direction[i] * gradient[i];
        }
        let mut length = if fresh {
            let norm = gradient[..n].iter().map(|g| g * g).sum::<f64>().sqrt();
            (1.0 / norm).min(1.0)
        } else {
            1.0
        };
        let mut found = None;
        if along < 0.0 {
            for _ in 0..30 {
                for i in 0..n {
                    point[i] = start[i] + length * direction[i];
                }
                let there = f(&point[..n]);
                if there.is_finite() && there <= value + 1e-4 * length * along {
                    found = Some(there);
                    break;
                }
                let parabola = -along * length / (2.0 * (there - value - along * length)) * length;
                let usable = there.is_finite() && parabola.is_finite();
                length = if usable { parabola.clamp(0.1 * length, 0.5 * length) } else { 0.2 * length };
            }
        }
        let Some(there) = found else {
            if fresh {
                return Some((value, true));
            }
            identity(&mut inverse);
            fresh = true;
            continue;
        };
        slope(&point[..n], there, &mut next_gradient, &mut f);
        let (mut s, mut y) = ([0.0; MOST], [0.0; MOST]);
        let mut product = 0.0;
        for i in 0..n {
            s[i] = point[i] - start[i];
            y[i] = next_gradient[i] - gradient[i];
            product += s[i] * y[i];
        }
        start.copy_from_slice(&point[..n]);
        gradient = next_gradient;
        small = if value - there < 1e-9 { small + 1 } else { 0 };
        value = there;
        if small >= 2 {
            return Some((value, true));
        }
        if product > 1e-14 {
            update(&mut inverse, &s[..n], &y[..n], product, fresh);
            fresh = false;
        }
    }
    Some((value, false))
}

fn slope(at: &[f64], value: f64, gradient: &mut [f64; MOST], f: &mut impl FnMut(&[f64]) -> f64) {
    let n = at.len();
    let mut moved = [0.0; MOST];
    moved[..n].copy_from_slice(at);
    for i in 0..n {
        let step = 1e-7 * at[i].abs().max(1.0);
        moved[i] = at[i] + step;
        let there = f(&moved[..n]);
        moved[i] = at[i];
        gradient[i] = if there.is_finite() { (there - value) / step } else { 0.0 };
    }
}

/// `H ← (I − s yᵀ/p) H (I − y sᵀ/p) + s sᵀ/p` with `p = s·y`; the first time `H` is brought to scale before.
fn update(inverse: &mut [[f64; MOST]; MOST], s: &[f64], y: &[f64], product: f64, first: bool) {
    let n = s.len();
    if first {
        let scale = product / y.iter().map(|value| value * value).sum::<f64>();
        for (i, row) in inverse.iter_mut().enumerate().take(n) {
            row[i] = scale;
        }
    }
    let mut hy = [0.0; MOST];
    for i in 0..n {
        hy[i] = (0..n).map(|j| inverse[i][j] * y[j]).sum();
    }
    let yhy: f64 = (0..n).map(|i| y[i] * hy[i]).sum();
    let factor = (1.0 + yhy / product) / product;
    for i in 0..n {
        for j in 0..n {
            inverse[i][j] += factor * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / product;
        }
    }
}
