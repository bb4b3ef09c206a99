#!/usr/bin/env python3
"""Driftline's training beside a plain PyTorch loop of the same shape, in turns, on the same cores.

    python benches/training.py [a built benches/training.rs]

Needs torch 2.11. The loop is the network of src/forecast/network/layers.rs with nn.LSTM, in padded batches in random order:
the same users, questions, heads, dropout, optimizer and clipping, everything in tensors before the clock starts. A
second one deals users of like length into a batch, as Driftline does. Figures are user-periods a second, the median over
epochs and rounds.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import time

import torch
from torch import nn

USERS, PERIODS, INTERESTS, DIM, HIDDEN, BATCH, EPOCHS = 3000, 25, 16, 24, 64, 128, 8
ROUNDS = 2
TERMS, CONTEXT, WIDE = 11, 9, 3 * INTERESTS + DIM + 6


def length(user):
    return 2 + int(23.0 * (user * 0.618033988749895 % 1.0) ** 4)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(WIDE, HIDDEN)
        self.lstm = nn.LSTM(HIDDEN, HIDDEN, batch_first=True)
        self.question = nn.Linear(HIDDEN + TERMS * INTERESTS + CONTEXT, HIDDEN)
        self.later = nn.Linear(HIDDEN + TERMS * INTERESTS + CONTEXT, HIDDEN)
        self.weights = nn.Linear(HIDDEN, TERMS)
        self.correction = nn.Linear(HIDDEN, INTERESTS)
        self.drop = nn.Dropout(0.3)
        self.first = torch.tensor([0.0, 0.0, 1.0, 0.0, 0.0, 0.5] + [0.0] * (TERMS - 6))

    def forward(self, inputs, place, ground, terms, context):
        states, _ = self.lstm(self.drop(torch.relu(self.embed(inputs))))
        state = self.drop(states).flatten(0, 1)[place]
        asked = torch.cat([state, terms.flatten(1, 2), context], 1)
        hidden = torch.where(context[:, 2:3] > 0, self.later(asked), self.question(asked))
        hidden = self.drop(torch.relu(hidden))
        weighed = torch.bmm((self.weights(hidden) + self.first).unsqueeze(1), terms).squeeze(1)
        return torch.log_softmax(ground + weighed + self.correction(hidden), -1)


def theirs(threads, alike):
    """Seconds of each epoch but the first. `alike`: users of like length come together."""
    torch.set_num_threads(threads)
    torch.manual_seed(7)
    lengths = torch.tensor([length(user) for user in range(USERS)])
    inputs = [torch.rand(int(long), WIDE) for long in lengths]
    known = [torch.tensor([a - h for a in range(1, int(long)) for h in (1, 2, 3) if a >= h]) for long in lengths]
    ground = [torch.randn(len(k), INTERESTS) for k in known]
    terms = [torch.randn(len(k), TERMS, INTERESTS) for k in known]
    context = [torch.randn(len(k), CONTEXT) for k in known]
    events = [torch.randint(0, 5, (len(k), INTERESTS)).float() for k in known]
    total = sum(float(e.sum()) for e in events)
    network = Network()
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-2)
    seconds = []
    for _ in range(EPOCHS):
        began = time.perf_counter()
        order = torch.randperm(USERS).tolist()
        if alike:
            near = [sorted(order[at : at + 8 * BATCH], key=length) for at in range(0, USERS, 8 * BATCH)]
            order = [user for part in near for user in part]
        batches = [order[at : at + BATCH] for at in range(0, USERS, BATCH)]
        for batch in batches:
            padded = nn.utils.rnn.pad_sequence([inputs[u] for u in batch], batch_first=True)
            place = torch.cat([at * padded.shape[1] + known[u] for at, u in enumerate(batch)])
            pick = lambda what: torch.cat([what[u] for u in batch])
            log_shares = network(padded, place, pick(ground), pick(terms), pick(context))
            loss = -(log_shares * pick(events)).sum() * (len(batches) / total)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
        seconds.append(time.perf_counter() - began)
    return seconds[1:]


def program():
    """The benchmark, built as `cargo xtask run` builds."""
    root = pathlib.Path(__file__).resolve().parent.parent
    command = ["cargo", "build", "--bench", "training", "--message-format=json"]
    built = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = [line for line in map(json.loads, built.splitlines()) if line.get("target", {}).get("name") == "training"]
    return found[-1]["executable"]


def ours(path):
    """Seconds of each epoch but the first of every network."""
    return [float(line) for line in subprocess.run([path], check=True, stdout=subprocess.PIPE, text=True).stdout.split()]


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else program()
    sides = {
        "PyTorch, 1 thread": lambda: theirs(1, False),
        "PyTorch, 2 threads": lambda: theirs(2, False),
        "PyTorch, 1 thread, like lengths together": lambda: theirs(1, True),
        "Driftline": lambda: ours(path),
    }
    seconds = {side: [] for side in sides}
    for _ in range(ROUNDS):
        for side, run in sides.items():
            seconds[side] += run()
    periods = sum(length(user) for user in range(USERS))
    rates = {side: periods / statistics.median(of) for side, of in seconds.items()}
    for side, rate in rates.items():
        print(f"{side}: {rate:.0f} user-periods/s; Driftline is {rates['Driftline'] / rate:.2f} times as fast")


main()
