"""The network of src/forecast/network.rs as a plain PyTorch loop: nn.LSTM, padded batches in random order, the same
data shape, questions, heads, dropout, optimizer and clipping. Everything is in tensors before the clock starts.

    python benches/training.py
"""

import statistics
import time

import torch
from torch import nn

USERS, PERIODS, INTERESTS, DIM, HIDDEN, BATCH, EPOCHS = 3000, 25, 16, 16, 64, 128, 8
TERMS, CONTEXT, WIDE = 7, 9, 3 * INTERESTS + DIM + 6


def length(user):
    return 2 + int(23.0 * (user * 0.618033988749895 % 1.0) ** 4)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(WIDE, HIDDEN)
        self.lstm = nn.LSTM(HIDDEN, HIDDEN, batch_first=True)
        self.question = nn.Linear(HIDDEN + TERMS * INTERESTS + CONTEXT, HIDDEN)
        self.weights = nn.Linear(HIDDEN, TERMS)
        self.correction = nn.Linear(HIDDEN, INTERESTS)
        self.drop = nn.Dropout(0.3)
        self.first = torch.tensor([0.0, 0.0, 1.0, 0.0, 0.0, 0.5, 0.0])

    def forward(self, inputs, place, ground, terms, context):
        states, _ = self.lstm(self.drop(torch.relu(self.embed(inputs))))
        state = self.drop(states).flatten(0, 1)[place]
        hidden = self.drop(torch.relu(self.question(torch.cat([state, terms.flatten(1, 2), context], 1))))
        weighed = torch.bmm((self.weights(hidden) + self.first).unsqueeze(1), terms).squeeze(1)
        return torch.log_softmax(ground + weighed + self.correction(hidden), -1)


def main(threads):
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
    median = statistics.median(seconds[1:])
    rate = float(lengths.sum()) / median
    print(f"{threads} threads: {EPOCHS - 1} epochs, median {median:.4f} s: {rate:.0f} user-periods/s")


for threads in (1, 2):
    main(threads)
