#!/usr/bin/env python3
"""Repeats a whole run in PyTorch and compares what the test images say, epoch by epoch.

    combolab -D DATABASE train --data DATA --trace TRACE ...
    python3 bench/torch_run.py TRACE DATABASE RUN [--data ROOT] [--threads N] [--seed S] [--weights]

Begins with our initial weights, trains with torch.optim.SGD on the same batches in the same order at the
same learning rates, with the crops, mirrorings and rotations that the trace says (rotated by Pillow), and
evaluates the run's test images. --seed S draws crop, mirroring and rotation anew instead, by the same rules:
how far two such runs lie apart is what chance makes. Prints MAE, RMSE and PC of ours and theirs and ends with
FIGURE lines: best is the epoch of the highest PC. --weights trains nothing: our last weights are read from
beside the database, and what PyTorch predicts with them is compared with what we did, image by image. Needs torch, torchvision, Pillow and numpy; no colour jitter.
"""
import argparse
import csv
import json
import math
import os
import random
import sqlite3
import sys
import time

import numpy as np
import torch
from PIL import Image

from torch_steps import Pictures, Replica, read_safetensors

JITTER = ("brightness", "contrast", "saturation", "hue")


class TurnedPictures(Pictures):
    """With rotation about the crop's centre, by Pillow."""

    def normalised(self, crop):
        x = (crop.astype(np.float32) / np.float32(255) - self.mean) / self.deviation
        return torch.from_numpy(np.ascontiguousarray(x.transpose(2, 0, 1)))

    def train_sample(self, row):
        if any(int(row.get(name) or 0) for name in JITTER):
            sys.exit("torch_run.py repeats no colour jitter; make the trace without it")
        top, left, size = int(row["top"]), int(row["left"]), self.size
        crop = self.decoded(row["image"])[top : top + size, left : left + size]
        if int(row["flip"]):
            crop = crop[:, ::-1]
        turn = int(row.get("turn") or 0)
        if turn:
            angle = math.degrees(math.atan2(int(row["sine"]), int(row["cosine"])))
            how = Image.BILINEAR if turn == 1 else Image.NEAREST
            crop = np.asarray(Image.fromarray(np.ascontiguousarray(crop)).rotate(angle, how))
        return self.normalised(crop)

    def test_sample(self, name):
        whole = self.decoded(name)
        top, left = (round((n - self.size) / 2) for n in whole.shape[:2])
        return self.normalised(whole[top : top + self.size, left : left + self.size])


def drawn_anew(row, pictures, options, dice):
    """The row with another crop, mirroring and angle, by the options' rules."""
    row = dict(row)
    height, width = pictures.decoded(row["image"]).shape[:2]
    if options["crop"] == "random":
        row["top"], row["left"] = dice.randint(0, height - pictures.size), dice.randint(0, width - pictures.size)
    row["flip"] = int(dice.random() < float(options["flip"]))
    angle = math.radians(dice.uniform(-1, 1) * float(options["rotate"]))
    if int(row["turn"]):
        row["cosine"], row["sine"] = round(math.cos(angle) * 65536), round(math.sin(angle) * 65536)
    return row


def epochs_of(trace):
    """(epoch, its batches) in order; a batch is a list of rows."""
    epoch, batches, last = None, [], None
    with open(os.path.join(trace, "order.csv"), newline="") as file:
        for row in csv.DictReader(file):
            if row["epoch"] != epoch:
                if batches:
                    yield int(epoch), batches
                epoch, batches, last = row["epoch"], [], None
            if row["step"] != last:
                batches.append([])
                last = row["step"]
            batches[-1].append(row)
    if batches:
        yield int(epoch), batches


def rates_of(trace):
    with open(os.path.join(trace, "steps.csv"), newline="") as file:
        return {int(row["epoch"]): float(row["learning_rate"]) for row in csv.DictReader(file)}


def our_figures(database, run):
    """Test images with their scores, what our last weights predict for them, and our figures of every epoch."""
    db = sqlite3.connect(f"file:{os.path.abspath(database)}?mode=ro", uri=True)
    predictions = db.execute(
        "SELECT image, truth, predicted FROM prediction WHERE run = ? AND kind = 'last' ORDER BY place", (run,)
    ).fetchall()
    images = [(image, truth) for image, truth, _ in predictions]
    rows = db.execute("SELECT epoch, mae, rmse, pc FROM phase WHERE run = ? AND phase = 'test'", (run,))
    predicted = np.array([score for _, _, score in predictions])
    return images, predicted, {epoch: figures for epoch, *figures in rows}


def predict(replica, pictures, images, batch=64):
    replica.net.eval()
    scores = []
    with torch.no_grad():
        for i in range(0, len(images), batch):
            x = torch.stack([pictures.test_sample(name) for name, _ in images[i : i + batch]])
            scores.append(replica.net(x)[0].double().numpy())
    replica.net.train()
    return np.concatenate(scores)


def figures_of(predicted, images):
    truth = np.array([score for _, score in images])
    off = predicted - truth
    pc = float(np.corrcoef(predicted, truth)[0, 1]) if predicted.std() > 0 else math.nan
    return float(np.abs(off).mean()), float(np.sqrt((off**2).mean())), pc


def compare_predictions(replica, pictures, images, ours, last):
    """Of our weights in the file `last`."""
    replica.net.load(read_safetensors(last))
    theirs = predict(replica, pictures, images)
    print(f"FIGURE same_weights_most_apart {np.abs(ours - theirs).max():.3g} score 1e-4")
    for name, mine, other in zip(("mae", "rmse", "pc"), figures_of(ours, images), figures_of(theirs, images)):
        print(f"FIGURE same_weights_{name} {mine:.6f} ours -")
        print(f"FIGURE same_weights_{name}_torch {other:.6f} torch -")


def best_of(figures):
    """The figures of the epoch with the highest PC."""
    known = [f for f in figures.values() if f[2] is not None and not math.isnan(f[2])]
    return max(known, key=lambda f: f[2]) if known else (math.nan,) * 3


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("trace")
    parser.add_argument("database")
    parser.add_argument("run", type=int)
    parser.add_argument("--data", help="the data set's folder, where it is not the trace's")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, help="draw crop, mirroring and rotation anew")
    parser.add_argument("--weights", action="store_true", help="only compare what our last weights predict")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    with open(os.path.join(args.trace, "run.json")) as file:
        run = json.load(file)
    images, predicted, ours = our_figures(args.database, args.run)
    if not images:
        sys.exit(f"run {args.run} has no predictions of last weights in {args.database}")
    rates = rates_of(args.trace)
    replica = Replica(args.trace, run, torch.float32)
    pictures = TurnedPictures(args.data or run["root"], run["options"])
    if args.weights:
        folder = os.path.splitext(args.database)[0] + ".weights"
        last = os.path.join(folder, str(args.run), "last.safetensors")
        compare_predictions(replica, pictures, images, predicted, last)
        return
    dice = random.Random(args.seed)
    theirs = {}
    print(f"{'epoch':>5} {'total':>9}  {'MAE':>7} {'RMSE':>7} {'PC':>7}   {'our MAE':>7} {'RMSE':>7} {'PC':>7}")
    for epoch, batches in epochs_of(args.trace):
        began, total, n = time.monotonic(), 0.0, 0
        for batch in batches:
            if args.seed is not None:
                batch = [drawn_anew(row, pictures, run["options"], dice) for row in batch]
            x = torch.stack([pictures.train_sample(row) for row in batch])
            truth = torch.tensor([float(row["score"]) for row in batch], dtype=torch.float64)
            total += replica.step(x, truth, rates[epoch])[0] * len(batch)
            n += len(batch)
        theirs[epoch] = figures_of(predict(replica, pictures, images), images)
        mine = [math.nan if v is None else v for v in ours.get(epoch, [None] * 3)]
        print(
            f"{epoch:5} {total / n:9.4f}  "
            + " ".join(f"{v:7.4f}" for v in theirs[epoch])
            + "   "
            + " ".join(f"{v:7.4f}" for v in mine)
            + f"  {time.monotonic() - began:.0f}s",
            flush=True,
        )
    loss = run["loss"].replace("-", "_")
    for name, mine, other in (
        ("best", best_of(ours), best_of(theirs)),
        ("last", ours[max(ours)], theirs[max(theirs)]),
    ):
        for i, metric in enumerate(("mae", "rmse", "pc")):
            print(f"FIGURE {loss}_{name}_{metric} {mine[i]:.4f} ours -")
            print(f"FIGURE {loss}_{name}_{metric}_torch {other[i]:.4f} torch -")


main()
