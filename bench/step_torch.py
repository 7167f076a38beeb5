#!/usr/bin/env python3
"""Times steps of PyTorch on the CPU: the peer of combolab bench in bench/step.sh.

    step_torch.py NET SIZE BATCH THREADS SECONDS nchw|nhwc [train|eval]

Prints images per second of the median step and the process's peak memory in MiB. NET is of peers/nets.py.
"""
import os
import resource
import statistics
import sys
import time

import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers"))
import nets


def main():
    name, size, batch, threads, seconds, layout = sys.argv[1:7]
    evaluate = sys.argv[7:] == ["eval"]
    size, batch, seconds = int(size), int(batch), float(seconds)
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    form = torch.channels_last if layout == "nhwc" else torch.contiguous_format
    net = nets.build(name).to(memory_format=form).train(not evaluate)
    optimiser = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9, weight_decay=1e-4)
    images = torch.randn(batch, 3, size, size).to(memory_format=form)
    scores = torch.rand(batch, 1)

    def step():
        start = time.monotonic()
        if evaluate:
            with torch.no_grad():
                nn.functional.l1_loss(net(images), scores).item()
            return time.monotonic() - start
        optimiser.zero_grad(set_to_none=True)
        nn.functional.l1_loss(net(images), scores).backward()
        optimiser.step()
        return time.monotonic() - start

    step()
    step()
    times, end = [], time.monotonic() + seconds
    while len(times) < 3 or time.monotonic() < end:
        times.append(step())
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{batch / statistics.median(times):.3f} {peak_mib:.0f}")


if __name__ == "__main__":
    main()
