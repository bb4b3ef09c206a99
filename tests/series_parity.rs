//! Our exponential smoothing, theta and ARIMA beside those of statsforecast 2.1.1 on 200 series.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]

use std::path::Path;

use driftline::forecast::series::{Arima, Ets, SeriesModel, Theta};
use serde_json::Value;

/// How often one model agrees with the reference.
#[derive(Debug, Default)]
struct Agreement {
    series: usize,
    /// Series with the same form or order.
    same: usize,
    /// Of these, with a log-likelihood lower by more than 0.1.
    lower: usize,
    /// Of these, with a forecast further than 2 % from the reference's, or than 2 % of the series' own scatter where
    /// that is larger: log-ratios lie around zero, where percent mean nothing.
    apart: usize,
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// The order as ours is written.
fn order(of: &Value, season: usize) -> String {
    let [p, d, q, sp, sd, sq, constant] = numbers(of)[..] else { panic!("seven numbers") };
    let mut name = format!("ARIMA({p},{d},{q})");
    if season > 1 && sp + sd + sq > 0.0 {
        name += &format!("({sp},{sd},{sq})[{season}]");
    }
    name + match (constant > 0.0, d + sd > 0.0) {
        (true, false) => " with non-zero mean",
        (true, true) => " with drift",
        (false, false) => " with zero mean",
        (false, true) => "",
    }
}

fn agreement(kind: &str, model: &dyn SeriesModel) -> Agreement {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/series/series.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut found = Agreement::default();
    for series in all.as_array().unwrap() {
        let values = numbers(&series["values"]);
        let season = series["season"].as_u64().unwrap() as usize;
        let (ours, theirs) = (model.fit(&values, season).unwrap(), &series[kind]);
        let name = theirs["form"].as_str().map_or_else(|| order(&theirs["order"], season), ToOwned::to_owned);
        found.series += 1;
        if ours.name != name {
            continue;
        }
        found.same += 1;
        found.lower +=
            usize::from(theirs["log_likelihood"].as_f64().is_some_and(|theirs| ours.log_likelihood < theirs - 0.1));
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let scatter = values.iter().map(|value| (value - mean).abs()).sum::<f64>() / values.len() as f64;
        let theirs = numbers(&theirs["mean"]);
        let ours = ours.forecast(theirs.len()).mean;
        let apart = |(ours, theirs): (&f64, &f64)| (ours - theirs).abs() > 0.02 * theirs.abs().max(scatter);
        found.apart += usize::from(ours.iter().zip(&theirs).any(apart));
    }
    println!("{kind}: {found:?}");
    found
}

#[test]
fn exponential_smoothing_takes_the_same_form_and_goes_the_same_way() {
    let found = agreement("ets", &Ets);
    assert!(found.same * 10 >= found.series * 8 && found.lower == 0, "{found:?}");
    assert!(found.apart * 50 <= found.same, "{found:?}");
}

#[test]
fn theta_goes_the_same_way() {
    let found = agreement("theta", &Theta);
    assert!(found.same * 10 >= found.series * 8 && found.apart == 0, "{found:?}");
}

/// The reference counts lags of a differenced series as known zeros from its second evaluation on, ours computes their
/// spread; so orders and likelihoods agree less often than those of the others.
#[test]
fn arima_mostly_takes_the_same_order() {
    let found = agreement("arima", &Arima);
    assert!(found.same * 4 >= found.series * 3, "{found:?}");
    assert!(found.lower * 5 <= found.same && found.apart * 5 <= found.same, "{found:?}");
}

#[test]
fn no_series_breaks_a_model_or_makes_it_forecast_no_number() {
    let long: Vec<f64> = (0..60).map(|at| f64::from(at % 7)).collect();
    let odd: [&[f64]; 9] = [
        &[1.0],
        &[1.0, 2.0],
        &[3.0, 1.0, 2.0],
        &[0.0; 12],
        &[5.0; 40],
        &[1e300; 8],
        &[-1e300, 1e300, -1e300, 1e300],
        &[1e-300; 6],
        &long,
    ];
    let models: [&dyn SeriesModel; 3] = [&Ets, &Theta, &Arima];
    for values in odd {
        for model in models {
            for season in [0, 1, 4, 7, 12] {
                let forecast = model.fit(values, season).unwrap().forecast(5);
                assert!(
                    forecast.mean.iter().chain(&forecast.sd).all(|number| number.is_finite()),
                    "{values:?} {season}"
                );
            }
        }
    }
    for model in models {
        assert!(model.fit(&[], 1).unwrap_err().to_string().contains("without values"));
        assert!(model.fit(&[1.0, f64::NAN], 1).unwrap_err().to_string().contains("value 1"));
    }
}
