#!/usr/bin/env python3
"""Embeds the sample's distinct texts with sentence-transformers, then with Driftline, and compares.

Needs: pip install torch==2.11.0 sentence-transformers pyarrow, and `cargo xtask setup` before.
Same texts, same model, same number of threads, model load left out, median of five; --python leaves Driftline out.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import pyarrow.parquet
import torch
from sentence_transformers import SentenceTransformer

root = pathlib.Path(__file__).resolve().parent.parent
cache = os.environ.get("DRIFTLINE_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "driftline")
threads = len(os.sched_getaffinity(0))
torch.set_num_threads(threads)

column = pyarrow.parquet.read_table(root / "sample_data/online_retail_II.parquet", columns=["Description"])
texts = sorted({text for text in column["Description"].to_pylist() if text and text.strip()})


def theirs(dtype):
    model = SentenceTransformer(f"{cache}/models/all-MiniLM-L6-v2", device="cpu", model_kwargs={"dtype": dtype})
    model.encode(texts[:256])
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        model.encode(texts, batch_size=32, show_progress_bar=False)
        seconds.append(time.perf_counter() - began)
    return len(texts) / statistics.median(seconds)


def ours(precision):
    estimates = json.loads((root / f"target/criterion/embed/{precision}/new/estimates.json").read_text())
    return len(texts) / (estimates["median"]["point_estimate"] / 1e9)


print(f"{len(texts)} texts, {threads} threads")
python = {"f32": theirs(torch.float32)}
print(f"sentence-transformers f32: {python['f32']:.0f} texts a second", flush=True)
if "--bf16" in sys.argv:
    print(f"sentence-transformers bf16: {theirs(torch.bfloat16):.0f} texts a second", flush=True)
if "--python" not in sys.argv:
    subprocess.run(["cargo", "bench", "--quiet", "--profile", "dev", "--bench", "embed"], cwd=root, check=True,
                   stdout=subprocess.DEVNULL)
    for precision in ("f32", "bf16"):
        rate = ours(precision)
        print(f"Driftline {precision}: {rate:.0f} texts a second, {rate / python['f32']:.2f} times that of f32 there")
