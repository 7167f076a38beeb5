#!/usr/bin/env python3
"""Repeats the first steps of a run in PyTorch and compares the losses.

    combolab train --data DATA --trace TRACE --rotate 0 ...
    python3 bench/torch_steps.py TRACE [--steps N] [--data ROOT] [--threads N] [--device cuda] [--bf16] [--check]

Reads what --trace wrote: run.json, initial.safetensors, order.csv and steps.csv. Builds the same net
(peers/nets.py), loads our initial weights, decodes and resizes the same images with Pillow, crops
and mirrors them as the trace says, and trains with torch.optim.SGD on the same batches. Needs torch,
Pillow and numpy. Prints ours and theirs side by side and ends with FIGURE lines. --bf16 compares with autocast
to bf16 in place of float32; --check exits with 1 when the first step or the later ones are too far off.

Every step is computed twice, in float32 and in float64. Training is chaotic, the more so with few values
per channel in batch norm (small images, small batches) and a large learning rate: after some steps even
PyTorch's own two runs differ. So the first step must agree to rounding, and later ones must be about as
far from PyTorch's float64 run as its float32 run is.
"""
import argparse
import csv
import json
import os
import struct
import sys

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers"))
import nets


def read_safetensors(path):
    """By hand: 8 bytes of length, JSON, raw data."""
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        assert entry["dtype"] == "F32", name
        values = np.frombuffer(data[begin:end], dtype="<f4").reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors


def trunk_of(options):
    """The net of that name, with pool and stride where the run has them."""
    if options["backbone"] not in nets.KINDS:
        sys.exit(f"torch_steps.py knows no backbone '{options['backbone']}'")
    trunk = nets.build(options["backbone"])
    if options.get("stem-pool") == "ceil":
        trunk.maxpool = nn.MaxPool2d(3, 2, 0, ceil_mode=True)
    if options.get("block-stride") == "1x1":
        for module in trunk.modules():
            if isinstance(module, nets.Bottleneck):
                module.conv1.stride, module.conv2.stride = module.conv2.stride, module.conv1.stride
    return trunk


class TwoHeads(nn.Module):
    """A trunk with a score head and, where classes > 0, a class head."""

    def __init__(self, options, classes):
        super().__init__()
        self.trunk = trunk_of(options)
        features = self.trunk.fc.in_features
        self.trunk.fc = nn.Identity()
        self.fc = nn.Linear(features, 1)
        self.fc_cls = nn.Linear(features, classes) if classes else None

    def forward(self, x):
        f = self.trunk(x)
        return self.fc(f).squeeze(1), self.fc_cls(f) if self.fc_cls else None

    def load(self, tensors):
        """Every tensor of ours must have its place, and every one of theirs but the batch counters
        must be filled."""
        named = {(n if n.startswith("fc") else "trunk." + n): t for n, t in tensors.items()}
        left, unknown = self.load_state_dict(named, strict=False)
        left = [n for n in left if not n.endswith("num_batches_tracked")]
        if left or unknown:
            sys.exit(f"weights do not fit: not given {left}, not known {unknown}")


class Pictures:
    """Decoded and resized once; then cropped, mirrored, normalised."""

    mean = np.array([0.485, 0.456, 0.406], dtype=np.float32)
    deviation = np.array([0.229, 0.224, 0.225], dtype=np.float32)

    def __init__(self, root, options):
        self.root = root
        self.size = int(options["image-size"])
        self.shorter = int(options["resize"]) or self.size
        self.kept = {}

    def decoded(self, name):
        if name not in self.kept:
            image = ImageOps.exif_transpose(Image.open(os.path.join(self.root, name))).convert("RGB")
            w, h = image.size
            if w <= h:
                size = (self.shorter, int(self.shorter * h / w))
            else:
                size = (int(self.shorter * w / h), self.shorter)
            self.kept[name] = np.asarray(image.resize(size, Image.BILINEAR))
        return self.kept[name]

    def sample(self, row):
        top, left = int(row["top"]), int(row["left"])
        crop = self.decoded(row["image"])[top : top + self.size, left : left + self.size]
        if int(row["flip"]):
            crop = crop[:, ::-1]
        x = (crop.astype(np.float32) / np.float32(255) - self.mean) / self.deviation
        return torch.from_numpy(np.ascontiguousarray(x.transpose(2, 0, 1)))


def classes_of(run, truth):
    """Classes from 0: rounded scores, or the number of edges that a score has reached."""
    if run["rounding"] in ("edges", "bins"):
        edges = torch.tensor(run["class_edges"], dtype=truth.dtype, device=truth.device)
        return (truth[:, None] >= edges[None]).sum(1)
    rounded = {
        "half-down": lambda s: torch.ceil(s - 0.5),
        "half-up": lambda s: torch.floor(s + 0.5),
        "half-even": torch.round,
    }[run["rounding"]](truth)
    return torch.clamp(rounded, 1, run["classes"]).long() - 1


def smooth_huber(score, truth, delta):
    e = score - truth
    return torch.where(e.abs() < delta, torch.log(torch.cosh(e.clamp(-delta, delta))), e.abs()).mean()


def cross_entropy(run, logits, classes, weights):
    """The mean over samples, or as the released code: of probabilities, over the weights."""
    if run["loss"] == "combo":
        return nn.functional.cross_entropy(logits, classes, weight=weights, reduction="none").mean()
    if weights[classes].sum() == 0:
        return 0 * logits.sum()
    return nn.functional.cross_entropy(torch.softmax(logits, 1), classes, weight=weights)


def terms_of(run, score, logits, truth, classes):
    """The loss's terms, each a mean over the batch, from PyTorch's own functions where it has them."""
    single = {
        "l1": lambda: nn.functional.l1_loss(score, truth),
        "mse": lambda: nn.functional.mse_loss(score, truth),
        "smooth-l1": lambda: nn.functional.smooth_l1_loss(
            score, truth, beta=float(run["options"]["smooth-beta"])
        ),
        "smooth-huber": lambda: smooth_huber(score, truth, float(run["options"]["huber-delta"])),
    }
    if run["loss"] in single:
        return [single[run["loss"]]()]
    if run["loss"] not in ("combo", "combo-released"):
        sys.exit(f"torch_steps.py knows no loss '{run['loss']}'")
    values = torch.tensor(run["class_values"], dtype=score.dtype, device=score.device)
    weights = torch.tensor(run["class_weights"], dtype=score.dtype, device=score.device)
    expectation = (torch.softmax(logits, 1) * values).sum(1)
    return [
        nn.functional.l1_loss(score, truth),
        nn.functional.l1_loss(expectation, truth),
        cross_entropy(run, logits, classes, weights),
    ]


def check_repeatable(samples):
    """Rotation and jitter are computed in fixed point, which Pillow meets only to a level: no basis for
    comparing losses to rounding."""
    for rows in samples.values():
        for row in rows:
            if int(row["turn"]) or any(int(row[name]) for name in ("brightness", "contrast", "saturation", "hue")):
                sys.exit(
                    f"epoch {row['epoch']}, step {row['step']}: {row['image']} was rotated or its colours were "
                    "changed, which torch_steps.py cannot repeat to the bit; make the trace with --rotate 0 "
                    "and without brightness, contrast, saturation and hue"
                )


def batches_of(trace):
    with open(os.path.join(trace, "order.csv"), newline="") as file:
        for row in csv.DictReader(file):
            yield (int(row["epoch"]), int(row["step"])), row


class Replica:
    """The run, repeated in one precision; bf16 means autocast, which keeps float32 weights."""

    def __init__(self, trace, run, kind, device="cpu"):
        options = run["options"]
        self.run, self.device, self.bf16 = run, device, kind == torch.bfloat16
        self.kind = torch.float32 if self.bf16 else kind
        self.net = TwoHeads(options, run["classes"])
        self.net.load(read_safetensors(os.path.join(trace, "initial.safetensors")))
        self.net = self.net.to(device, self.kind).train()
        if device != "cpu":
            self.net = self.net.to(memory_format=torch.channels_last)
        self.optimiser = torch.optim.SGD(
            self.net.parameters(),
            lr=1.0,
            momentum=float(options["momentum"]),
            weight_decay=float(options["weight-decay"]),
        )

    def step(self, x, truth, rate):
        """Total and terms before the update."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        truth = truth.to(self.device)
        classes = classes_of(self.run, truth) if self.run["classes"] else None
        truth = truth.to(self.kind)
        self.optimiser.zero_grad()
        with torch.autocast(self.device, torch.bfloat16, enabled=self.bf16):
            score, logits = self.net(x.to(self.device, self.kind))
        score, logits = score.to(self.kind), None if logits is None else logits.to(self.kind)
        terms = terms_of(self.run, score, logits, truth, classes)
        total = sum(w * t for w, t in zip(self.run["term_weights"], terms))
        total.backward()
        self.optimiser.step()
        return total.item(), [t.item() for t in terms]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("trace")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--data", help="the data set's folder, where it is not the trace's")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--bf16", action="store_true", help="compare with autocast to bf16, not with float32")
    parser.add_argument("--check", action="store_true", help="exit with 1 when it is too far off")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False

    with open(os.path.join(args.trace, "run.json")) as file:
        run = json.load(file)
    with open(os.path.join(args.trace, "steps.csv"), newline="") as file:
        steps = [row for _, row in zip(range(args.steps), csv.DictReader(file))]
    samples = {}
    for key, row in batches_of(args.trace):
        samples.setdefault(key, []).append(row)
    if not steps:
        sys.exit("the trace has no steps")
    check_repeatable(samples)

    kind = "bf16" if args.bf16 else "float32"
    single = Replica(args.trace, run, torch.bfloat16 if args.bf16 else torch.float32, args.device)
    double = Replica(args.trace, run, torch.float64, args.device)
    pictures = Pictures(args.data or run["root"], run["options"])
    ours_off, theirs_off = [], []
    print(f"{'epoch.step':>20} {'ours':>14} {kind:>14} {'float64':>14}")
    for step in steps:
        batch = samples[int(step["epoch"]), int(step["step"])]
        x = torch.stack([pictures.sample(row) for row in batch])
        truth = torch.tensor([float(row["score"]) for row in batch], dtype=torch.float64)
        rate = float(step["learning_rate"])
        total32, terms32 = single.step(x, truth, rate)
        total64, terms64 = double.step(x, truth, rate)
        ours = float(step["total"])
        ours_off.append(abs(ours - total64) / abs(total64))
        theirs_off.append(abs(total32 - total64) / abs(total64))
        label = f"{step['epoch']}.{step['step']}"
        print(f"{label:>20} {ours:14.8f} {total32:14.8f} {total64:14.8f}")
        for name, a, b in zip(run["terms"], terms32, terms64):
            print(f"{name:>20} {float(step[name]):14.8f} {a:14.8f} {b:14.8f}")
    first, later = (2e-2, 5e-2) if args.bf16 else (1e-5, 1e-3)
    print(f"FIGURE torch_first_step_relative_difference {ours_off[0]:.3g} ratio {first:g}")
    print(f"FIGURE torch_steps_relative_difference {max(ours_off):.3g} ratio {later:g}")
    own = max(max(theirs_off), 1e-12)
    print(f"FIGURE torch_steps_difference_to_its_own_{kind} {max(ours_off) / own:.3g} x 3")
    good = ours_off[0] <= first and max(ours_off) <= max(later, 3 * own)  # not good if NaN
    return 0 if good or not args.check else 1


if __name__ == "__main__":
    sys.exit(main())
