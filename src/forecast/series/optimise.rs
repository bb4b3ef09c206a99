//! Two small minimisers over a handful of parameters.
//!
//! Hand-written since a fit calls them some hundred times on functions that take a microsecond: a general crate's
//! allocations and bookkeeping would cost more than the functions themselves.

/// Most parameters of [`bfgs`]: an ARIMA has five and two of either kind and a mean.
const MOST: usize = 16;

/// Minimises `f` within bounds by the simplex of Nelder and Mead (1965) with coefficients that depend on the dimension
/// (Gao and Han 2012, Computational Optimization and Applications 51). Stops when the values at the corners have a
/// standard deviation below 1e-4, or after 1,000 steps. Answers the best point and its value.
pub fn simplex(start: &[f64], lower: &[f64], upper: &[f64], f: impl FnMut(&[f64]) -> f64) -> (Vec<f64>, f64) {
    // The few parameters of a series without a season are most of the calls; a known number of them unrolls the loops.
    match start.len() {
        2 => fixed::<2>(start, lower, upper, f),
        3 => fixed::<3>(start, lower, upper, f),
        4 => fixed::<4>(start, lower, upper, f),
        5 => fixed::<5>(start, lower, upper, f),
        _ => walk(start.to_vec(), lower, upper, f),
    }
}

fn fixed<const N: usize>(start: &[f64], lower: &[f64], upper: &[f64], f: impl FnMut(&[f64]) -> f64) -> (Vec<f64>, f64) {
    let point: [f64; N] = std::array::from_fn(|k| start[k]);
    walk(point, &lower[..N], &upper[..N], f)
}

fn walk<P: AsRef<[f64]> + AsMut<[f64]> + Clone>(
    start: P,
    lower: &[f64],
    upper: &[f64],
    mut f: impl FnMut(&[f64]) -> f64,
) -> (Vec<f64>, f64) {
    let n = start.as_ref().len();
    let size = n as f64;
    let (expand, contract, shrink) = (1.0 + 2.0 / size, 0.75 - 1.0 / (2.0 * size), 1.0 - 1.0 / size);
    let within = |value: f64, k: usize| value.max(lower[k]).min(upper[k]);
    let mut first = start;
    for (k, value) in first.as_mut().iter_mut().enumerate() {
        *value = within(*value, k);
    }
    let mut corners = vec![first.clone(); n + 1];
    for (k, corner) in corners.iter_mut().take(n).enumerate() {
        let value = &mut corner.as_mut()[k];
        *value = within(if *value == 0.0 { 1e-4 } else { *value * 1.05 }, k);
    }
    let mut values: Vec<f64> = corners.iter().map(|corner| f(corner.as_ref())).collect();
    let (mut centre, mut reflected, mut tried) = (first.clone(), first.clone(), first);
    let mut order: Vec<usize> = (0..=n).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    for _ in 0..1000 {
        let (best, second_worst, worst) = (order[0], order[n - 1], order[n]);
        if are_close(&values, values[best], values[worst]) {
            break;
        }
        centre.as_mut().fill(0.0);
        for (row, corner) in corners.iter().enumerate() {
            if row != worst {
                for (sum, value) in centre.as_mut().iter_mut().zip(corner.as_ref()) {
                    *sum += value;
                }
            }
        }
        centre.as_mut().iter_mut().for_each(|value| *value /= size);
        let (middle, low) = (centre.as_ref(), corners[worst].as_ref());
        for (k, value) in reflected.as_mut().iter_mut().enumerate() {
            *value = within(2.0 * middle[k] - low[k], k);
        }
        let at_reflected = f(reflected.as_ref());
        let mut found = None;
        if values[best] <= at_reflected && at_reflected < values[second_worst] {
            found = Some((&reflected, at_reflected));
        } else {
            let factor = if at_reflected < values[best] {
                expand
            } else if at_reflected < values[worst] && values[second_worst] <= at_reflected {
                contract
            } else {
                -contract
            };
            let (middle, mirrored) = (centre.as_ref(), reflected.as_ref());
            for (k, value) in tried.as_mut().iter_mut().enumerate() {
                *value = within(middle[k] + factor * (mirrored[k] - middle[k]), k);
            }
            let at_tried = f(tried.as_ref());
            if at_reflected < values[best] {
                let further = at_tried < at_reflected;
                found = Some(if further { (&tried, at_tried) } else { (&reflected, at_reflected) });
            } else if (factor > 0.0 && at_tried <= at_reflected) || (factor < 0.0 && at_tried < values[worst]) {
                found = Some((&tried, at_tried));
            }
        }
        if let Some((point, value)) = found {
            corners[worst].as_mut().copy_from_slice(point.as_ref());
            values[worst] = value;
            reorder(&mut order, &values);
            continue;
        }
        // As in the reference the first corner stays, best or not: the path to the optimum decides between models
        // whose criteria are close.
        for row in 1..=n {
            let towards = corners[best].clone();
            for (k, (value, towards)) in corners[row].as_mut().iter_mut().zip(towards.as_ref()).enumerate() {
                *value = within(towards + shrink * (*value - towards), k);
            }
            values[row] = f(corners[row].as_ref());
        }
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    }
    let best = (0..=n).min_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap_or(0);
    (corners[best].as_ref().to_vec(), values[best])
}

/// Brings the last corner of an order to its place after its value has changed.
fn reorder(order: &mut [usize], values: &[f64]) {
    let mut at = order.len() - 1;
    let value = values[order[at]];
    while at > 0 && values[order[at - 1]].total_cmp(&value).is_gt() {
        order.swap(at, at - 1);
        at -= 1;
    }
}

/// Whether the values have a standard deviation below 1e-4. The two furthest apart mostly settle that.
fn are_close(values: &[f64], least: f64, most: f64) -> bool {
    const CLOSE: f64 = 1e-8;
    let count = values.len() as f64;
    if (most - least).powi(2) > 2.0 * count * CLOSE {
        return false;
    }
    let mean = values.iter().sum::<f64>() / count;
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count < CLOSE
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
