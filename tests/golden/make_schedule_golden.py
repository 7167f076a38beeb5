#!/usr/bin/python3
"""Writes schedule_torch.txt: the learning rate of every epoch under PyTorch's schedulers.

Run in this folder: ./make_schedule_golden.py > schedule_torch.txt. A line is schedule, epochs, rate, step,
factor, warm-up, then a rate for each epoch. The warm-up is LinearLR from 1 / (n + 1), followed by the
schedule through SequentialLR. PyTorch computes rates in double; ours are compared relative to the first.
"""

import warnings

import torch
from torch.optim import lr_scheduler

import exactness

warnings.simplefilter("ignore")


def rates(schedule, epochs, rate, step, factor, warmup):
    w = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimiser = torch.optim.SGD([w], rate)
    after = {
        "step": lambda: lr_scheduler.StepLR(optimiser, step, factor),
        "cosine": lambda: lr_scheduler.CosineAnnealingLR(optimiser, epochs - warmup),
        "constant": lambda: lr_scheduler.LambdaLR(optimiser, lambda epoch: 1.0),
    }
    if warmup:
        rise = lr_scheduler.LinearLR(optimiser, 1 / (warmup + 1), 1.0, warmup)
        scheduler = lr_scheduler.SequentialLR(optimiser, [rise, after[schedule]()], [warmup])
    else:
        scheduler = after[schedule]()
    out = []
    for _ in range(epochs):
        out.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        scheduler.step()
    return out


for case in [
    ("step", 20, 0.01, 5, 0.1, 0),
    ("step", 13, 0.3, 4, 0.5, 3),
    ("step", 9, 0.02, 1, 0.7, 1),
    ("cosine", 12, 0.1, 50, 0.1, 0),
    ("cosine", 15, 0.05, 50, 0.1, 4),
    ("cosine", 2, 0.05, 50, 0.1, 1),
    ("constant", 6, 0.03, 2, 0.1, 0),
    ("constant", 8, 0.03, 2, 0.1, 5),
]:
    print(*case, *(f"{r:.17g}" for r in rates(*case)))
exactness.write("schedule", {"rates": None}, {"rates": 1e-14})
