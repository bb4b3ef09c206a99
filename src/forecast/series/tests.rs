//! What must hold of every model, whatever the series.

use proptest::prelude::*;

use super::{Arima, Ets, SeriesModel, Theta};

fn models() -> [&'static dyn SeriesModel; 3] {
    [&Ets, &Theta, &Arima]
}

fn assert_finite(values: &[f64], season: usize) {
    for model in models() {
        let fitted = model.fit(values, season).unwrap();
        let forecast = fitted.forecast(15);
        assert!(forecast.mean.iter().all(|value| value.is_finite()), "{} {values:?}: {forecast:?}", fitted.name);
        assert!(forecast.sd.iter().all(|value| *value >= 0.0 && value.is_finite()), "{} {values:?}", fitted.name);
        assert!(!fitted.log_likelihood.is_nan() && !fitted.aicc.is_nan() && !fitted.variance.is_nan());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_series_makes_a_forecast_that_is_not_a_number(
        values in prop::collection::vec(prop_oneof![-5.0..5.0f64, Just(0.0), Just(1.0), -1e9..1e9f64], 1..40),
        season in 0usize..8,
    ) {
        assert_finite(&values, season);
    }

    #[test]
    fn neither_does_one_of_extreme_size(
        values in prop::collection::vec(
            prop_oneof![Just(f64::MAX), Just(-f64::MAX), Just(1e-310), -1e300..1e300f64],
            1..20,
        ),
    ) {
        assert_finite(&values, 4);
    }
}

#[test]
fn constant_series_go_on_as_they_are() {
    for n in [1, 2, 3, 30] {
        for model in models() {
            let forecast = model.fit(&vec![3.5; n], 12).unwrap().forecast(5);
            assert!(forecast.mean.iter().all(|value| (value - 3.5).abs() < 1e-9));
            assert!(forecast.sd.iter().all(|sd| *sd == 0.0));
        }
    }
}

#[test]
fn arima_goes_on_with_a_straight_line() {
    let values: Vec<f64> = (0..30).map(|at| 2.0 + 0.5 * f64::from(at)).collect();
    let fitted = Arima.fit(&values, 1).unwrap();
    assert_eq!(fitted.name, "ARIMA(0,1,0) with drift");
    let forecast = fitted.forecast(4);
    assert!(forecast.mean.iter().zip([17.0, 17.5, 18.0, 18.5]).all(|(a, b)| (a - b).abs() < 1e-9), "{forecast:?}");
}

#[test]
fn a_series_in_other_units_has_the_same_form_and_forecast() {
    let values: Vec<f64> = (0..60).map(|at| ((at * 7919) % 101 + at) as f64).collect();
    let small: Vec<f64> = values.iter().map(|value| value * 1e-12).collect();
    for model in models() {
        let (one, other) = (model.fit(&values, 1).unwrap(), model.fit(&small, 1).unwrap());
        assert_eq!(one.name, other.name);
        let ratio = other.forecast(1).mean[0] / one.forecast(1).mean[0];
        assert!((ratio / 1e-12 - 1.0).abs() < 0.01, "{} {ratio}", one.name);
    }
}
