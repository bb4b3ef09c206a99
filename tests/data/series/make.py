"""Makes series.json: 200 series and what statsforecast 2.1.1 says about them.

    python -m venv venv && venv/bin/pip install statsforecast==2.1.1 pandas pyarrow
    venv/bin/python tests/data/series/make.py online_retail_II.parquet

100 series are market shares of the sample, 100 are generated from seed 7:
- weekly log-ratios and shares of the sample's twenty largest StockCode prefixes (three digits), season 1 and 4;
- the same by country for the six largest beside the United Kingdom (weeks with at least 20 lines), season 1;
- ARMA, ARIMA, seasonal and trend processes, season 1, 4 and 12, of 40 to 160 points.
"""
import json
import pathlib
import sys
import warnings

import numpy as np
import pandas as pd
from statsforecast.arima import auto_arima_f, forecast_arima
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


def reference(name, season, y):
    y = np.asarray(y, float).round(6)
    one = {"name": name, "season": season, "values": y.tolist()}
    fit = auto_arima_f(y, period=season, approximation=False)
    p, q, sp, sq, m, d, sd = fit["arma"]
    constant = bool({"intercept", "drift"} & set(fit["coef"]))
    one["arima"] = {
        "order": [p, d, q, sp, sd, sq, int(constant)],
        "log_likelihood": float(fit["loglik"]),
        "aicc": float(fit["aicc"]),
        "variance": float(fit["sigma2"]),
        "mean": forecast_arima(fit, h=STEPS)["mean"].tolist(),
    }
    fit = ets_f(y, m=season)
    one["ets"] = {
        "form": fit["method"],
        "log_likelihood": float(fit["loglik"]),
        "aicc": float(fit["aicc"]),
        "variance": float(fit["sigma2"]),
        "mean": pegelsfcast_C(STEPS, fit).tolist(),
    }
    fit = auto_theta(y, m=season)
    one["theta"] = {"form": fit["modeltype"], "mean": forecast_theta(fit, h=STEPS)["mean"].tolist()}
    return one


if __name__ == "__main__":
    real = sample(sys.argv[1])
    out = pathlib.Path(__file__).with_name("series.json")
    print(len(real), "from the sample")
    lines = [json.dumps(reference(*one)) for one in real + generated(200 - len(real))]
    out.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(len(lines), "series in", out.name)
