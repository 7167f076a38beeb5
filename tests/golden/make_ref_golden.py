#!/usr/bin/python3
"""Writes ref_torch.txt: a small net trained for two steps and evaluated once by PyTorch, in double;
and trained for the same steps with clipped gradients.

Run in this folder: ./make_ref_golden.py > ref_torch.txt. tests/test_ref_torch.c builds the same net,
fills it by the same formulas (every value is a small multiple of 1/256, so exact in float), and compares.

The net: a stem of 3 -> 4 with a pool, a grouped unit, a projection, a gated unit that adds the projection;
two heads; ComboLoss. SGD with momentum 0.9 and weight decay 0.01.
"""

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

HEIGHT, WIDTH = 9, 8  # of the crop
IMAGE_HEIGHT, IMAGE_WIDTH = 11, 10
IMAGES, BATCH, CLASSES = 7, 4, 5
RATE = 1 / 32
CLIP = 3.0
CLASS_WEIGHT = [1.5, 1.0, 2.0, 0.5, 0.0]
TERM_WEIGHT = [2.0, 1.0, 1.0]

# name, shape, offset, scale: value i of tensor k is offset + scale * noise(k, i)
GATE = "u3.se.fc"
PARAMS = []


def unit(u, out, in_per_group, kernel):
    PARAMS.append((f"u{u}.conv.weight", (out, in_per_group, kernel, kernel), 0, 1))
    PARAMS.append((f"u{u}.bn.weight", (out,), 1, 1))
    PARAMS.append((f"u{u}.bn.bias", (out,), 0, 1))
    PARAMS.append((f"u{u}.bn.running_mean", (out,), 0, 1))
    PARAMS.append((f"u{u}.bn.running_var", (out,), 1, 1))


unit(0, 4, 3, 3)
unit(1, 8, 2, 3)
unit(2, 8, 4, 1)
unit(3, 8, 8, 1)
PARAMS += [(GATE + "1.weight", (2, 8, 1, 1), 0, 1), (GATE + "1.bias", (2,), 0, 1)]
PARAMS += [(GATE + "2.weight", (8, 2, 1, 1), 0, 1), (GATE + "2.bias", (8,), 0, 1)]
PARAMS += [("fc.weight", (1, 8), 0, 1), ("fc.bias", (1,), 2, 1)]
PARAMS += [("fc_cls.weight", (5, 8), 0, 1), ("fc_cls.bias", (5,), 0, 1)]


def noise(k, count):
    """count multiples of 1/256 in [-1/2, 1/2]."""
    i = np.arange(count, dtype=np.int64)
    return ((i * i * 31 + i * 7919 + k * 104729 + 12) % 257 - 128) / 256


def pixels():
    i = np.arange(IMAGES * IMAGE_HEIGHT * IMAGE_WIDTH * 3, dtype=np.int64)
    return ((i * i * 37 + i * 101 + 13) % 251).astype(np.uint8).reshape(
        IMAGES, IMAGE_HEIGHT, IMAGE_WIDTH, 3)


def batch_of(images):
    """Crops at (i % 3, 2 i % 3), odd images mirrored, normalised in float."""
    out = []
    for i in images:
        top, left = i % 3, 2 * i % 3
        crop = pixels()[i, top:top + HEIGHT, left:left + WIDTH]
        out.append(crop[:, ::-1] if i % 2 else crop)
    x = np.stack(out).astype(np.float32) / np.float32(255)
    x = (x - np.array([0.485, 0.456, 0.406], np.float32)) / np.array([0.229, 0.224, 0.225], np.float32)
    assert x.dtype == np.float32
    return torch.tensor(x.astype(np.float64)).permute(0, 3, 1, 2)


def score_of(i):
    return 1 + (i * 5 % 9) / 2


def class_of(score):
    return min(max(int(np.ceil(score - 0.5)), 1), CLASSES) - 1


def forward(p, x, training):
    def norm_conv(u, t, **where):
        t = F.conv2d(t, p[f"u{u}.conv.weight"], **where)
        return F.batch_norm(t, p[f"u{u}.bn.running_mean"], p[f"u{u}.bn.running_var"],
                            p[f"u{u}.bn.weight"], p[f"u{u}.bn.bias"], training, 0.1, 1e-5)

    t1 = F.max_pool2d(F.relu(norm_conv(0, x, padding=1)), 3, 2, 1)
    t2 = F.relu(norm_conv(1, t1, padding=1, stride=2, groups=2))
    t3 = norm_conv(2, t1, stride=2)
    y = norm_conv(3, t2)
    gate = F.relu(F.conv2d(y.mean((2, 3), keepdim=True), p[GATE + "1.weight"], p[GATE + "1.bias"]))
    gate = torch.sigmoid(F.conv2d(gate, p[GATE + "2.weight"], p[GATE + "2.bias"]))
    t4 = F.relu(y * gate + t3)
    features = t4.mean((2, 3))
    score = F.linear(features, p["fc.weight"], p["fc.bias"])[:, 0]
    logits = F.linear(features, p["fc_cls.weight"], p["fc_cls.bias"])
    return [x, t1, t2, t3, t4], score, logits


def loss_of(score, logits, images):
    truth = torch.tensor([score_of(i) for i in images])
    classes = torch.tensor([class_of(score_of(i)) for i in images])
    expectation = (F.softmax(logits, 1) * torch.arange(1.0, CLASSES + 1)).sum(1)
    weighted = F.cross_entropy(logits, classes, torch.tensor(CLASS_WEIGHT), reduction="none")
    terms = [(score - truth).abs().mean(), (expectation - truth).abs().mean(), weighted.mean()]
    return sum(w * t for w, t in zip(TERM_WEIGHT, terms)), terms


def say(name, values):
    values = torch.as_tensor(values).detach().reshape(-1)
    print(name, len(values))
    for i in range(0, len(values), 8):
        print(" ".join(f"{float(v):.9g}" for v in values[i:i + 8]))


def say_results(when, tensors, score, logits, total, terms):
    say(f"{when}.loss", torch.stack([total] + terms))
    say(f"{when}.scores", score)
    say(f"{when}.probabilities", F.softmax(logits, 1))
    for i, t in enumerate(tensors[1:], 1):
        say(f"{when}.tensor{i}", t.permute(0, 2, 3, 1))


def fresh():
    p = {}
    for k, (name, shape, offset, scale) in enumerate(PARAMS):
        values = offset + scale * noise(k, int(np.prod(shape)))
        p[name] = torch.tensor(values).reshape(shape)
    trained = {n: v.requires_grad_() for n, v in p.items() if "running" not in n}
    return p, trained, torch.optim.SGD(trained.values(), RATE, momentum=0.9, weight_decay=0.01)


def say_after(when, p, trained, optimiser):
    for name, v in p.items():
        say(f"{when}.{name}", v)
    for name, v in trained.items():
        say(f"{when}.{name}.momentum", optimiser.state[v]["momentum_buffer"])


STEPS = [list(range(0, BATCH)), list(range(BATCH, IMAGES))]


def clipped():
    """The same two steps, gradients clipped: the limit lies between the norms of the two."""
    p, trained, optimiser = fresh()
    norms = []
    for images in STEPS:
        _, score, logits = forward(p, batch_of(images), True)
        optimiser.zero_grad()
        loss_of(score, logits, images)[0].backward()
        norms.append(torch.nn.utils.clip_grad_norm_(trained.values(), CLIP))
        optimiser.step()
    assert min(norms) < CLIP < max(norms), norms
    say_after("clipped", p, trained, optimiser)


def main():
    p, trained, optimiser = fresh()
    steps = STEPS
    for number, images in enumerate(steps, 1):
        tensors, score, logits = forward(p, batch_of(images), True)
        for t in tensors[1:]:
            t.retain_grad()
        total, terms = loss_of(score, logits, images)
        optimiser.zero_grad()
        total.backward()
        when = f"step{number}"
        say_results(when, tensors, score, logits, total, terms)
        for i, t in enumerate(tensors[1:], 1):
            say(f"{when}.tensor{i}.gradient", t.grad.permute(0, 2, 3, 1))
        for name, v in trained.items():
            say(f"{when}.{name}.gradient", v.grad)
        optimiser.step()
    say_after("after", p, trained, optimiser)
    tensors, score, logits = forward(p, batch_of(steps[0]), False)
    total, terms = loss_of(score, logits, steps[0])
    say_results("evaluation", tensors, score, logits, total, terms)
    clipped()


main()
