//! The smallest value of a smooth function of a few variables: BFGS with a backtracking search (Nocedal, Wright,
//! *Numerical Optimization*, 2nd ed., algorithms 3.1 and 6.1).

/// Steps after which a search ends in any case.
const STEPS: usize = 200;
/// A slope is flat when none of its parts is steeper than this part of the function's size.
const FLAT: f64 = 1e-8;
/// A step that gains less than this part of the function's size gains nothing; so many in a row end a search.
const NOTHING: f64 = 1e-12;
const IDLE: usize = 3;
/// How much of the expected descent a step must bring.
const ENOUGH: f64 = 1e-4;
/// No step is longer, in each variable: they are logarithms of parameters.
const FARTHEST: f64 = 2.0;

/// Where a search ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum<const N: usize> {
    /// The place.
    pub at: [f64; N],
    /// The function's value there.
    pub value: f64,
    /// Whether the slope there is flat, or no step leads further down; otherwise the steps were used up.
    pub converged: bool,
}

/// Walks down from `start`. `function` tells value and slope at a place; a value that is not finite counts as a wall.
///
/// The answer is never above the start: at worst it is the start itself.
pub fn minimise<const N: usize>(start: [f64; N], function: impl Fn(&[f64; N]) -> (f64, [f64; N])) -> Optimum<N> {
    let mut at = start;
    let (mut value, mut slope) = function(&at);
    let mut inverse = identity::<N>(1.0);
    let (mut fresh, mut idle) = (true, 0);
    for _ in 0..STEPS {
        let steepest = slope.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
        if !value.is_finite() || steepest.is_nan() {
            return Optimum { at, value, converged: false };
        }
        if steepest <= FLAT * (1.0 + value.abs()) {
            return Optimum { at, value, converged: true };
        }
        if fresh {
            inverse = identity::<N>(1.0 / steepest.max(1.0));
        }
        let mut direction: [f64; N] = std::array::from_fn(|row| -dot(&inverse[row], &slope));
        if dot(&direction, &slope) >= 0.0 {
            (inverse, fresh) = (identity::<N>(1.0 / steepest.max(1.0)), true);
            direction = std::array::from_fn(|row| -inverse[row][row] * slope[row]);
        }
        let longest = direction.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
        if longest > FARTHEST {
            direction.iter_mut().for_each(|part| *part *= FARTHEST / longest);
        }
        let down = dot(&direction, &slope);
        let mut length = 1.0;
        let next = loop {
            let place: [f64; N] = std::array::from_fn(|i| at[i] + length * direction[i]);
            let (there, its_slope) = function(&place);
            if there.is_finite() && there <= value + ENOUGH * length * down {
                break Some((place, there, its_slope));
            }
            length *= 0.5;
            if length < 1e-12 {
                break None;
            }
        };
        let Some((place, there, its_slope)) = next else {
            if fresh || idle > 0 {
                return Optimum { at, value, converged: true };
            }
            fresh = true;
            continue;
        };
        let step: [f64; N] = std::array::from_fn(|i| place[i] - at[i]);
        let change: [f64; N] = std::array::from_fn(|i| its_slope[i] - slope[i]);
        let curvature = dot(&step, &change);
        if curvature > 1e-14 {
            if fresh {
                inverse = identity::<N>(curvature / dot(&change, &change));
            }
            update(&mut inverse, &step, &change, curvature);
            fresh = false;
        }
        idle = if value - there <= NOTHING * (1.0 + value.abs()) { idle + 1 } else { 0 };
        (at, value, slope) = (place, there, its_slope);
        if idle == IDLE {
            return Optimum { at, value, converged: true };
        }
    }
    Optimum { at, value, converged: false }
}

/// The slope by differences to both sides, for functions without derivatives in closed form.
pub fn with_differences<const N: usize>(function: impl Fn(&[f64; N]) -> f64) -> impl Fn(&[f64; N]) -> (f64, [f64; N]) {
    move |at| {
        const APART: f64 = 1e-5;
        let slope = std::array::from_fn(|i| {
            let (mut above, mut below) = (*at, *at);
            above[i] += APART;
            below[i] -= APART;
            (function(&above) - function(&below)) / (2.0 * APART)
        });
        (function(at), slope)
    }
}

fn identity<const N: usize>(size: f64) -> [[f64; N]; N] {
    std::array::from_fn(|row| std::array::from_fn(|column| if row == column { size } else { 0.0 }))
}

fn dot<const N: usize>(one: &[f64; N], other: &[f64; N]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// The inverse of the curvature after a step (equation 6.17).
fn update<const N: usize>(inverse: &mut [[f64; N]; N], step: &[f64; N], change: &[f64; N], curvature: f64) {
    let turned: [f64; N] = std::array::from_fn(|row| dot(&inverse[row], change));
    let along = 1.0 + dot(change, &turned) / curvature;
    for row in 0..N {
        for column in 0..N {
            inverse[row][column] +=
                (along * step[row] * step[column] - turned[row] * step[column] - step[row] * turned[column])
                    / curvature;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valley(at: &[f64; 2]) -> f64 {
        let [x, y] = *at;
        (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
    }

    #[test]
    fn the_bottom_of_a_bent_valley_is_found_with_and_without_derivatives() {
        let slope = |at: &[f64; 2]| {
            let [x, y] = *at;
            (valley(at), [-2.0 * (1.0 - x) - 400.0 * x * (y - x * x), 200.0 * (y - x * x)])
        };
        for found in [minimise([-1.2, 1.0], slope), minimise([-1.2, 1.0], with_differences(valley))] {
            assert!(found.converged && found.value < 1e-8, "{found:?}");
            assert!(found.at.iter().all(|at| (at - 1.0).abs() < 1e-4), "{found:?}");
        }
    }

    #[test]
    fn walls_and_slopes_without_end_neither_stop_nor_break_a_search() {
        let walled = |at: &[f64; 1]| if at[0] > 0.0 { at[0] - at[0].ln() } else { f64::NAN };
        let found = minimise([5.0], with_differences(walled));
        assert!((found.at[0] - 1.0).abs() < 1e-3, "{found:?}");
        let endless = minimise([0.0], |at: &[f64; 1]| (-at[0], [-1.0]));
        assert!(!endless.converged && endless.value.is_finite(), "{endless:?}");
        let nowhere = minimise([0.0], |_: &[f64; 1]| (f64::NAN, [f64::NAN]));
        assert!(!nowhere.converged && nowhere.at == [0.0]);
    }
}
