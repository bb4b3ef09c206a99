#!/usr/bin/env python3
"""Fits and forecasts series with statsforecast, then with Driftline, and compares series per second.

Needs: pip install statsforecast==2.1.1. Both sides run on all cores over the same series (see series.rs): there
statsforecast's models in one process per core, started and warmed up before the clock (what `n_jobs` runs, without its
start), here threads. Median of three runs; --python leaves Driftline out, --built runs an executable built before by
`cargo build --bench series` in place of cargo.
"""

import json
import multiprocessing
import os
import pathlib
import statistics
import subprocess
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
warnings.simplefilter("ignore")

import numpy  # noqa: E402
from statsforecast.models import AutoARIMA, AutoETS  # noqa: E402

STEPS, SHORT = 4, 14
root = pathlib.Path(__file__).resolve().parent.parent
cores = len(os.sched_getaffinity(0))
MODELS = {"ets": AutoETS, "arima": AutoARIMA}


def sets():
    read = json.loads((root / "tests/data/series/series.json").read_text())
    whole = [(numpy.array(one["values"], float), one["season"]) for one in read]
    return {"short": [(values[-SHORT:], 1) for values, _ in whole], "long": whole[::4]}


def fit(task):
    kind, values, season = task
    # A series that the model refuses is answered by an error there; it counts as done.
    try:
        return MODELS[kind](season_length=season).forecast(y=values, h=STEPS)["mean"][-1]
    except Exception:
        return None


def theirs(pool, kind, series):
    tasks = [(kind, values, season) for values, season in series]
    seconds = []
    while len(seconds) < 3 and sum(seconds) < 45:
        began = time.perf_counter()
        answers = pool.map(fit, tasks, chunksize=1 if kind == "arima" else 10)
        seconds.append(time.perf_counter() - began)
    refused = answers.count(None)
    return len(tasks) / statistics.median(seconds), len(seconds), refused


def ours(kind, name):
    estimates = json.loads((root / f"target/criterion/{kind}/{name}/new/estimates.json").read_text())
    return estimates["median"]["point_estimate"] / 1e9


if __name__ == "__main__":
    built = sys.argv[sys.argv.index("--built") + 1] if "--built" in sys.argv else None
    series, rates = sets(), {}
    print(f"{cores} cores")
    with multiprocessing.Pool(cores) as pool:
        pool.map(fit, [(kind, *series["short"][0]) for kind in MODELS for _ in range(4 * cores)], chunksize=1)
        for kind in MODELS:
            for name, set_ in series.items():
                rate, runs, refused = theirs(pool, kind, set_)
                rates[kind, name] = rate
                print(f"statsforecast {kind}, {name} ({len(set_)} series, median of {runs}, {refused} refused): "
                      f"{rate:.2f} series a second", flush=True)
    if "--python" not in sys.argv:
        command = [built, "--bench"] if built else ["cargo", "bench", "--quiet", "--profile", "dev", "--bench", "series"]
        subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL)
        for (kind, name), there in rates.items():
            rate = len(series[name]) / ours(kind, name)
            print(f"Driftline {kind}, {name}: {rate:.2f} series a second, {rate / there:.2f} times statsforecast")
