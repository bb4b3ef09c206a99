"""Makes series.json: 200 series and what statsforecast 2.1.1 says about them, as released and corrected.

    python -m venv venv && venv/bin/pip install statsforecast==2.1.1 pandas pyarrow
    venv/bin/python tests/data/series/make.py online_retail_II.parquet

100 series are market shares of the sample, 100 are generated from seed 7:
- weekly log-ratios and shares of the sample's twenty largest StockCode prefixes (three digits), season 1 and 4;
- the same by country for the six largest beside the United Kingdom (weeks with at least 20 lines), season 1;
- ARMA, ARIMA, seasonal and trend processes, season 1, 4 and 12, of 40 to 160 points.

`arima_as_released` is the release's answer. `arima` is that of the same code with the faults taken out that it got on
its way from R's stats::arima and forecast::auto.arima to Python and that make it compute something else than it says
(see CORRECTIONS); nothing else differs. One departure from R is a rule of choice rather than a fault and stays: a lone
first coefficient close to the unit circle does not rule an order out. `ets` is as released but for the forecasts of
damped trends (see `damped_mean`), which `mean_as_released` keeps.
"""
import inspect
import json
import multiprocessing
import os
import pathlib
import sys
import types
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import pandas as pd
import statsforecast.arima as released
from statsforecast.ets import ets_f, pegelsfcast_C
from statsforecast.theta import auto_theta, forecast_theta

warnings.simplefilter("ignore")
STEPS = 4


def sample(path):
    events = pd.read_parquet(path).drop_duplicates()
    code = events.StockCode.astype(str)
    good = code.str.match(r"^\d{5}") & (events.Quantity > 0) & (events.Price > 0)
    good &= ~events.Invoice.astype(str).str.match("^[CA]")
    events, code = events[good], code[good]
    events = events.assign(prefix=code.str[:3], week=events.InvoiceDate.dt.to_period("W"))
    series = []

    def shares(part, count, least):
        top = part.prefix.value_counts().index[:count]
        table = pd.crosstab(part.week, part.prefix.where(part.prefix.isin(top), "other"))
        table = table[table.sum(axis=1) >= least].iloc[1:-1]
        smooth = (table + 5 * table.sum() / table.sum().sum()).div(table.sum(axis=1) + 5, axis=0)
        ratios = np.log(smooth).sub(np.log(smooth).mean(axis=1), axis=0)
        return smooth[top], ratios[top]

    smooth, ratios = shares(events, 20, 20)
    for name in smooth:
        series.append((f"share {name}", 4, smooth[name].to_numpy()))
        series.append((f"log-ratio {name}", 1, ratios[name].to_numpy()))
    countries = [c for c in events.Country.value_counts().index if c != "United Kingdom"][:6]
    for country in countries:
        smooth, ratios = shares(events[events.Country == country], 10, 20)
        for name in smooth:
            series.append((f"{country} {name}", 1, ratios[name].to_numpy()))
    return series[:100]


def generated(count):
    rng = np.random.default_rng(7)
    series = []
    for k in range(count):
        n, kind = int(rng.integers(40, 161)), k % 5
        noise = rng.normal(size=n + 50)
        y = np.zeros(n + 50)
        a, b = rng.uniform(-0.8, 0.8), rng.uniform(-0.7, 0.7)
        for t in range(1, n + 50):
            y[t] = a * y[t - 1] + noise[t] + b * noise[t - 1]
        y, season, t = y[50:], 1, np.arange(n)
        if kind == 1:
            y = np.cumsum(y)
        elif kind == 2:
            season = 4
            y = y + 3 * rng.normal(size=4)[t % 4]
        elif kind == 3:
            season = 12
            y = 40 + 0.1 * t + 4 * np.sin(2 * np.pi * t / 12) * rng.uniform(0.2, 2) + y
        elif kind == 4:
            y = 20 + rng.uniform(-0.3, 0.3) * t + np.cumsum(y) * 0.3
        series.append((f"generated {k}", season, y))
    return series


# What is corrected, by the lines it stands in.
CORRECTIONS = [
    # The filter writes into the state that it is given. R copies it before (`mod$Pn[1L:r, 1L:r] <- …` in upARIMA makes
    # one); here it stays written, and upARIMA puts only the ARMA block back. So from the second evaluation on the lags
    # that differences need count as known and zero, the series' first value as a jump from zero: what the optimiser
    # climbs, and reports, is not the likelihood of the model. Concerns every series with a difference.
    ("""Z["P"],
            Z["Pn"],
            0,
            False,""", """Z["P"].copy(),
            Z["Pn"].copy(),
            0,
            False,"""),
    # `argmax` finds the first coefficient that is not zero, R's `max(which(…))` the last: the check for stationarity
    # passes everything, and a moving average is never made invertible. Which of its mirror images, all of the same
    # likelihood, an optimiser meets is chance; by that chance the order is then kept or ruled out.
    ("p = np.argmax(np.append(1, -ar) != 0)", "p = np.max(np.nonzero(np.append(1, -ar))[0])"),
    ("q0 = np.argmax(np.append(1, ma) != 0)", "q0 = np.max(np.nonzero(np.append(1, ma))[0])"),
    # Three faults behind it that were never reached.
    ("        if any(ind):\n            return ma", "        if not any(ind):\n            return ma"),
    ("return x.real[1:], np.repeat(0, q - q0)", "return np.append(x.real[1:], np.repeat(0, q - q0))"),
    ("arCheck(init[np.sum(arma[:2])] + np.arange(arma[2]))", "arCheck(init[np.sum(arma[:2]) + np.arange(arma[2])])"),
    # After the moving average is turned around R fits again by the likelihood, the release by conditional squares.
    ("""                res = minimize(
                    arma_css_op,
                    coef[mask],
                    args=(x, coef, mask, arma, ncxreg, xreg, narma),""", """                res = minimize(
                    ml_obj,
                    coef[mask],
                    args=(x, transform_pars, coef, mask, arma, mod, ncxreg, xreg, narma),"""),
    # `diff` has already left out what has no difference.
    ("x = diff(x, 1, 1)[1:]", "x = diff(x, 1, 1)"),
]


def correct():
    source = inspect.getsource(released)
    for fault, correction in CORRECTIONS:
        assert source.count(fault) == 1, f"statsforecast has changed: {fault}"
        source = source.replace(fault, correction)
    module = types.ModuleType("statsforecast.corrected")
    module.__package__ = "statsforecast"
    exec(compile(source, "corrected", "exec"), module.__dict__)
    return module


corrected = correct()


def arima(code, y, season):
    fit = code.auto_arima_f(y, period=season, approximation=False)
    p, q, sp, sq, _, d, sd = fit["arma"]
    constant = bool({"intercept", "drift"} & set(fit["coef"]))
    return {
        "order": [p, d, q, sp, sd, sq, int(constant)],
        "log_likelihood": float(fit["loglik"]),
        "aicc": float(fit["aicc"]),
        "variance": float(fit["sigma2"]),
        "mean": code.forecast_arima(fit, h=STEPS)["mean"].tolist(),
    }


def damped_mean(fit):
    """A damped trend adds phi + phi² + … + phi^h (Hyndman et al. 2008, table 2.1). The release, as R's C source, takes
    phi + phi + phi² + … from the second step on."""
    level, trend, *season = fit["states"][-1]
    phi = fit["par"][3]
    means = []
    for h in range(STEPS):
        mean = level + trend * sum(phi ** (k + 1) for k in range(h + 1))
        if season:
            now = season[(len(season) - 1 - h) % len(season)]
            mean = mean + now if fit["method"].endswith("A)") else mean * now
        means.append(float(mean))
    return means


def reference(task):
    name, season, y = task
    y = np.asarray(y, float).round(6)
    one = {"name": name, "season": season, "values": y.tolist()}
    one["arima"] = arima(corrected, y, season)
    one["arima_as_released"] = arima(released, y, season)
    fit = ets_f(y, m=season)
    one["ets"] = {
        "form": fit["method"],
        "log_likelihood": float(fit["loglik"]),
        "aicc": float(fit["aicc"]),
        "variance": float(fit["sigma2"]),
        "mean": pegelsfcast_C(STEPS, fit).tolist(),
    }
    if "d," in fit["method"]:
        one["ets"] |= {"mean": damped_mean(fit), "mean_as_released": one["ets"]["mean"]}
    fit = auto_theta(y, m=season)
    one["theta"] = {"form": fit["modeltype"], "mean": forecast_theta(fit, h=STEPS)["mean"].tolist()}
    return one


if __name__ == "__main__":
    real = sample(sys.argv[1])
    out = pathlib.Path(__file__).with_name("series.json")
    print(len(real), "from the sample")
    with multiprocessing.Pool(len(os.sched_getaffinity(0))) as pool:
        lines = [json.dumps(one) for one in pool.imap(reference, real + generated(200 - len(real)), chunksize=1)]
    out.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(len(lines), "series in", out.name)
