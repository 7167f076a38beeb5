#!/usr/bin/python3
"""Writes loss_torch.txt: losses and gradients of batches of five samples by PyTorch, in double; and how far they
are from it in float, to exactness.txt, where ours, which are computed in double, are asked for 13 digits.

Run in this folder: ./make_loss_golden.py > loss_torch.txt. A line is a sample: loss, score, truth, class,
five logits; then total and three terms of its batch, and five times the batch's gradient by the sample's
score and by its logits. Five lines are a batch. All inputs are exact in float. Class 4 has weight 0, as an
empty class. The fifth batch has logits of +-1000, a large error and an error of 0; the sixth has errors at
and beside the bounds of smooth-l1 (1) and smooth-huber (0.8), and class 4 only: its weights sum to 0.
"""

import torch
import torch.nn.functional as F

import exactness

CLASS_WEIGHT = [89.5, 2.0, 1.0, 0.5, 0.0]
TERM_WEIGHT = [2.0, 1.0, 0.5]
BATCH = 5
SMOOTH_BETA = 1.0
HUBER_DELTA = 0.8


def smooth_huber(score, truth):
    """log cosh and absolute value apart, so that neither's gradient is one of an overflow."""
    e = score - truth
    inside = e.abs() < HUBER_DELTA
    return (torch.log(torch.cosh(e[inside])).sum() + e[~inside].abs().sum()) / len(e)


def entropy(loss, logits, classes):
    weights = torch.tensor(CLASS_WEIGHT)
    if loss == "combo":
        return (weights[classes] * F.cross_entropy(logits, classes, reduction="none")).mean()
    if weights[classes].sum() == 0:
        return 0 * logits.sum()
    return F.cross_entropy(F.softmax(logits, 1), classes, weight=weights)


def terms_of(loss, score, truth, classes, logits):
    if loss == "l1":
        return [1.0], [F.l1_loss(score, truth)]
    if loss == "mse":
        return [1.0], [F.mse_loss(score, truth)]
    if loss == "smooth-l1":
        return [1.0], [F.smooth_l1_loss(score, truth, beta=SMOOTH_BETA)]
    if loss == "smooth-huber":
        return [1.0], [smooth_huber(score, truth)]
    expectation = (F.softmax(logits, 1) * torch.arange(1.0, 6.0)).sum(1)
    return TERM_WEIGHT, [F.l1_loss(score, truth), F.l1_loss(expectation, truth), entropy(loss, logits, classes)]


def batch(loss, samples):
    """Total and terms of the batch, and its gradients, a list a sample."""
    score = torch.tensor([s[0] for s in samples], requires_grad=True)
    truth = torch.tensor([s[1] for s in samples])
    classes = torch.tensor([s[2] for s in samples])
    logits = torch.tensor([s[3] for s in samples], requires_grad=True)
    weights, terms = terms_of(loss, score, truth, classes, logits)
    total = sum(w * t for w, t in zip(weights, terms))
    total.backward()
    by_logits = torch.zeros_like(logits) if logits.grad is None else logits.grad * BATCH
    values = [float(total)] + [float(t) for t in terms] + [0.0] * (3 - len(terms))
    return [values + [float(score.grad[i] * BATCH)] + by_logits[i].tolist() for i in range(len(samples))]


def computed(loss, samples, dtype):
    torch.set_default_dtype(dtype)
    return [values for i in range(0, len(samples), BATCH) for values in batch(loss, samples[i : i + BATCH])]


def samples_of():
    samples = []
    for k in range(20):
        logits = [((k * 37 + i * 53 + k * i * 11) % 97 - 48) / 16 for i in range(5)]
        samples.append(((k * 29 % 64 - 8) / 8, 1 + (k * 13 % 33) / 8, k % 5, logits))
    samples += [
        (2.5, 2.5, 2, [0.5, -0.25, 0.0, 1.0, -1.0]),
        (1000.0, 3.0, 0, [0.0, 0.0, 0.0, 0.0, 0.0]),
        (3.25, 3.0, 0, [-1000.0, 1000.0, 0.0, 0.0, -1000.0]),
        (3.25, 3.5, 1, [-1000.0, 1000.0, 0.0, 0.0, -1000.0]),
        (-3.25, 4.5, 4, [1000.0, 1000.0, 1000.0, 1000.0, -1000.0]),
        (4.0, 3.0, 4, [0.25, 0.5, 0.75, 1.0, 1.25]),
        (2.0, 3.0, 4, [1.25, 1.0, 0.75, 0.5, 0.25]),
        (3.796875, 3.0, 4, [0.0, 0.0, 0.0, 0.0, 4.0]),
        (2.1953125, 3.0, 4, [0.0, 8.0, 0.0, 0.0, 0.0]),
        (3.001953125, 3.0, 4, [-2.0, -1.0, 0.0, 1.0, 2.0]),
    ]
    return samples


def main():
    table, samples = {}, samples_of()
    for loss in ("l1", "mse", "smooth-l1", "smooth-huber", "combo", "combo-released"):
        double, single = (computed(loss, samples, dtype) for dtype in (torch.float64, torch.float32))
        table[loss] = exactness.most(abs(a - b) / (1 + abs(b)) for x, y in zip(single, double) for a, b in zip(x, y))
        for (score, truth, true_class, logits), values in zip(samples, double):
            print(loss, score, truth, true_class, *logits, *(f"{v:.15g}" for v in values))
    exactness.write("loss", table, dict.fromkeys(table, 1e-13))


main()
