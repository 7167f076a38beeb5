#!/usr/bin/env python3
"""Times training steps of PyTorch on a GPU, in its strongest settings: the peer of bench/gpu_train.

    torch_train.py [--nets resnet18,se-resnext50] [--batch 64] [--size 224] [--seconds 3] [--limit S]
                   [--ways graph,compile-graph,compile,eager] [--types bf16,fp16] [--autotune]
                   [--device cuda|cpu]

Images and scores are on the device, the loss is L1, SGD has momentum and weight decay: forward, backward and
update, as bench/gpu_train. Each setting is a line: a JSON object, then a FIGURE of images per second by the
median step. A setting that fails says so in its JSON and the next one goes on; after --limit seconds no further
one is begun. Last, per net, the FIGURE of the best. Ways: eager; graph, a whole step captured as one CUDA graph;
compile, torch.compile; compile-graph, the same with CUDA graphs; --autotune adds its slow search of kernels.
"""
import argparse
import contextlib
import json
import statistics
import sys
import time

import torch
from torch import nn

import nets

TYPES = {"f32": None, "tf32": None, "bf16": torch.bfloat16, "fp16": torch.float16}
WARM = 4  # steps before any is timed; the first of them compile


def scaler_for(enabled):
    amp = torch.amp if hasattr(torch, "amp") and hasattr(torch.amp, "GradScaler") else torch.cuda.amp
    return amp.GradScaler(enabled=enabled)


class Trainer:
    """A net and what a step of it needs, for one setting."""

    def __init__(self, name, way, kind, layout, args):
        self.cuda = args.device == "cuda"
        self.device = torch.device(args.device)
        torch.manual_seed(1)
        form = torch.channels_last if layout == "nhwc" else torch.contiguous_format
        self.net = nets.build(name).to(self.device, memory_format=form).train()
        self.x = torch.randn(args.batch, 3, args.size, args.size, device=self.device).to(memory_format=form)
        self.truth = torch.rand(args.batch, device=self.device) * 4 + 1
        self.kind = TYPES[kind]
        self.scaler = scaler_for(kind == "fp16" and self.cuda)
        self.optimiser = torch.optim.SGD(
            self.net.parameters(),
            lr=1e-3,
            momentum=0.9,
            weight_decay=1e-4,
            **({"fused": True} if self.cuda else {"foreach": True}),
        )
        self.forward = self.net
        if way.startswith("compile"):
            self.forward = torch.compile(self.net, mode=self.compile_mode(way))
        self.run = self.step
        if way == "graph":
            self.capture()

    def compile_mode(self, way):
        modes = {"compile-graph": "reduce-overhead", "compile-autotune": "max-autotune"}
        return modes.get(way, "default") if self.cuda else "default"

    def autocast(self):
        if self.kind is None:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, dtype=self.kind)

    def step(self):
        self.optimiser.zero_grad(set_to_none=True)
        with self.autocast():
            score = self.forward(self.x)
            loss = nn.functional.l1_loss(score.float().flatten(), self.truth)
        self.scaler.scale(loss).backward()
        self.scaler.step(self.optimiser)
        self.scaler.update()

    def capture(self):
        """The scaler looks at the host for overflow, so fp16 is captured without it: it costs time only."""
        self.scaler = scaler_for(False)
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(3):
                self.step()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.step()
        self.run = graph.replay

    def wait(self):
        if self.cuda:
            torch.cuda.synchronize()


def time_steps(trainer, seconds):
    """Seconds of the median step, and steps timed. Steps are queued a few at a time, as training does."""
    for _ in range(WARM):
        trainer.run()
    trainer.wait()
    start = time.perf_counter()
    trainer.run()
    trainer.wait()
    few = max(1, int(0.1 / max(time.perf_counter() - start, 1e-5)))
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(few):
            trainer.run()
        trainer.wait()
        times.append((time.perf_counter() - start) / few)
    return statistics.median(times), few * len(times)


def precisions(kind):
    """f32 is true float32: products without tensor cores."""
    torch.backends.cuda.matmul.allow_tf32 = kind != "f32"
    torch.backends.cudnn.allow_tf32 = kind != "f32"
    torch.backends.cudnn.benchmark = True


def measure(name, way, kind, layout, args):
    result = {"net": name, "way": way, "type": kind, "layout": layout, "batch": args.batch, "size": args.size}
    try:
        precisions(kind)
        began = time.perf_counter()
        trainer = Trainer(name, way, kind, layout, args)
        step_s, steps = time_steps(trainer, args.seconds)
        result.update(images_per_s=args.batch / step_s, ms=1e3 * step_s, steps=steps)
        result["took_s"] = time.perf_counter() - began
        if trainer.cuda:
            result["memory_mib"] = torch.cuda.max_memory_allocated() / 2**20
    except Exception as error:  # whatever a setting runs into, the others are still of interest
        result["error"] = f"{type(error).__name__}: {str(error).splitlines()[0][:160] if str(error) else ''}"
    if args.device == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    return result


def settings(args):
    """Of each net: the strongest first, so that a limit cuts off what matters least."""
    ways = args.ways.split(",")
    if args.autotune:
        ways = ["compile-autotune"] + ways
    for kind in args.types.split(","):
        for way in ways:
            for name in args.nets.split(","):
                yield name, way, kind, "nhwc"
    for name in args.nets.split(","):
        yield name, "eager", args.types.split(",")[0], "nchw"


def figure(name, value, unit):
    print(f"FIGURE {name} {value:.1f} {unit} -", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--nets", default="resnet18,se-resnext50")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--limit", type=float, default=float("inf"))
    parser.add_argument("--ways", default="graph,compile-graph,compile,eager")
    parser.add_argument("--types", default="bf16,fp16")
    parser.add_argument("--autotune", action="store_true")
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    args = parser.parse_args()
    if args.device == "cuda" and not torch.cuda.is_available():
        print("no GPU that PyTorch can use")
        return 1
    end, best = time.monotonic() + args.limit, {}
    for name, way, kind, layout in settings(args):
        if time.monotonic() > end:
            print(f"# no time left for {name} {way} {kind} {layout}")
            continue
        result = measure(name, way, kind, layout, args)
        print(json.dumps(result), flush=True)
        rate = result.get("images_per_s")
        if rate is None:
            continue
        label = f"torch_{name.replace('-', '_')}_b{args.batch}_{way.replace('-', '_')}_{kind}_{layout}"
        figure(label, rate, "img/s")
        best[name] = max(best.get(name, 0), rate)
    for name, rate in best.items():
        figure(f"torch_{name.replace('-', '_')}_b{args.batch}_best", rate, "img/s")
    return 0 if best else 1


if __name__ == "__main__":
    sys.exit(main())
