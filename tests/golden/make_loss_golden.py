#!/usr/bin/python3
"""Writes loss_torch.txt: losses and gradients of single samples by PyTorch, in double.

Run in this folder: ./make_loss_golden.py > loss_torch.txt. A line is: loss, score, truth, class, five
logits; then total, three terms, gradient of the score, gradients of the logits. All inputs are exact in
float. Class 4 has weight 0, as an empty class; the last lines have logits of +-1000 and errors of 0.
"""

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

CLASS_WEIGHT = torch.tensor([89.5, 2.0, 1.0, 0.5, 0.0])
TERM_WEIGHT = [2.0, 1.0, 0.5]
VALUES = torch.arange(1.0, 6.0)


def terms_of(loss, score, truth, cls, logits):
    if loss == "l1":
        return [1.0], [(score - truth).abs()]
    if loss == "mse":
        return [1.0], [(score - truth) ** 2]
    expectation = (F.softmax(logits, 0) * VALUES).sum()
    entropy = F.cross_entropy(logits[None], torch.tensor([cls]), reduction="none")[0]
    return TERM_WEIGHT, [(score - truth).abs(), (expectation - truth).abs(), CLASS_WEIGHT[cls] * entropy]


def line(loss, score, truth, cls, logits):
    s = torch.tensor(score, requires_grad=True)
    z = torch.tensor(logits, requires_grad=True)
    weights, terms = terms_of(loss, s, truth, cls, z)
    total = sum(w * t for w, t in zip(weights, terms))
    total.backward()
    out = [float(total)] + [float(t) for t in terms] + [0.0] * (3 - len(terms)) + [float(s.grad)]
    out += [0.0] * 5 if z.grad is None else z.grad.tolist()
    print(loss, score, truth, cls, *logits, *(f"{v:.15g}" for v in out))


def main():
    for loss in ("l1", "mse", "combo"):
        for k in range(20):
            logits = [((k * 37 + i * 53 + k * i * 11) % 97 - 48) / 16 for i in range(5)]
            line(loss, (k * 29 % 64 - 8) / 8, 1 + (k * 13 % 33) / 8, k % 5, logits)
        line(loss, 2.5, 2.5, 2, [0.5, -0.25, 0.0, 1.0, -1.0])
        line(loss, 1000.0, 3.0, 0, [0.0, 0.0, 0.0, 0.0, 0.0])
        line(loss, 3.25, 3.0, 0, [-1000.0, 1000.0, 0.0, 0.0, -1000.0])
        line(loss, 3.25, 3.5, 1, [-1000.0, 1000.0, 0.0, 0.0, -1000.0])
        line(loss, -3.25, 4.5, 4, [1000.0, 1000.0, 1000.0, 1000.0, -1000.0])


main()
