#!/usr/bin/python3
"""Writes ref_torch.txt: two small nets trained for two steps and evaluated once by PyTorch, in double;
and the first trained for the same steps with clipped gradients.

Run in this folder: ./make_ref_golden.py > ref_torch.txt. tests/cpu/test_backend_torch.c builds the same nets,
fills them by the same formulas (every value is a small multiple of 1/256, so exact in float), and compares.

The first net: a stem of 3 -> 4 with a pool, a grouped unit, a projection, a gated unit that adds the
projection. The second: a bottleneck with its stride on the first 1x1, behind a pool without padding that
rounds up. Two heads; ComboLoss. SGD with momentum 0.9 and weight decay 0.01.

exactness.txt has how far float32 gets from it: of a tensor its largest difference, relative to its largest value (at
least 1e-3); of all tensors of a kind and of some ways in which PyTorch computes them, the most. Ways are layouts of
memory, oneDNN or not, and orders within a batch.
"""

import numpy as np
import torch
import torch.nn.functional as F

import exactness

torch.set_num_threads(1)

HEIGHT, WIDTH = 9, 8  # of the crop
IMAGE_HEIGHT, IMAGE_WIDTH = 11, 10
IMAGES, BATCH, CLASSES = 7, 4, 5
layout, turn = torch.contiguous_format, 0  # of images; of a batch, whose order only sums know
RATE = 1 / 32
CLIP = 3
CLASS_WEIGHT = [1.5, 1.0, 2.0, 0.5, 0.0]
TERM_WEIGHT = [2.0, 1.0, 1.0]

# A unit: tensors that it reads and adds (or None), channels in and out, kernel, stride, groups, reduced
# width of its gate (or 0), ReLU. Tensor u + 1 is the output of unit u, pooled behind the stem.
STEM = (0, None, 3, 4, 3, 1, 1, 0, True)
NETS = {
    "": (
        dict(padding=1),
        [STEM, (1, None, 4, 8, 3, 2, 2, 0, True), (1, None, 4, 8, 1, 2, 1, 0, False), (2, 3, 8, 8, 1, 1, 1, 2, True)],
    ),
    "early.": (
        dict(padding=0, ceil_mode=True),
        [
            STEM,
            (1, None, 4, 4, 1, 2, 1, 0, True),
            (2, None, 4, 4, 3, 1, 2, 0, True),
            (1, None, 4, 8, 1, 2, 1, 0, False),
            (3, 4, 4, 8, 1, 1, 1, 2, True),
        ],
    ),
}


def params_of(units):
    """Name, shape and offset of every tensor, in the order of ours."""
    params = []
    for u, (_, _, channels, out, kernel, _, groups, squeeze, _) in enumerate(units):
        params.append((f"u{u}.conv.weight", (out, channels // groups, kernel, kernel), 0))
        params += [(f"u{u}.bn.weight", (out,), 1), (f"u{u}.bn.bias", (out,), 0)]
        params += [(f"u{u}.bn.running_mean", (out,), 0), (f"u{u}.bn.running_var", (out,), 1)]
        if squeeze:
            gate = f"u{u}.se.fc"
            params += [(gate + "1.weight", (squeeze, out, 1, 1), 0), (gate + "1.bias", (squeeze,), 0)]
            params += [(gate + "2.weight", (out, squeeze, 1, 1), 0), (gate + "2.bias", (out,), 0)]
    features = units[-1][3]
    params += [("fc.weight", (1, features), 0), ("fc.bias", (1,), 2)]
    params += [("fc_cls.weight", (CLASSES, features), 0), ("fc_cls.bias", (CLASSES,), 0)]
    return params


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
    return torch.tensor(x.astype(np.float64), dtype=torch.get_default_dtype()).permute(0, 3, 1, 2)


def score_of(i):
    return 1 + (i * 5 % 9) / 2


def class_of(score):
    return min(max(int(np.ceil(score - 0.5)), 1), CLASSES) - 1


def forward(net, p, x, training):
    pool, units = net
    tensors = [x.contiguous(memory_format=layout)]
    for u, (reads, adds, _, _, kernel, stride, groups, squeeze, relu) in enumerate(units):
        y = F.conv2d(tensors[reads], p[f"u{u}.conv.weight"], padding=kernel // 2, stride=stride, groups=groups)
        y = F.batch_norm(y, p[f"u{u}.bn.running_mean"], p[f"u{u}.bn.running_var"], p[f"u{u}.bn.weight"],
                         p[f"u{u}.bn.bias"], training, 0.1, 1e-5)
        if squeeze:
            gate = f"u{u}.se.fc"
            g = F.relu(F.conv2d(y.mean((2, 3), keepdim=True), p[gate + "1.weight"], p[gate + "1.bias"]))
            y = y * torch.sigmoid(F.conv2d(g, p[gate + "2.weight"], p[gate + "2.bias"]))
        y = y if adds is None else y + tensors[adds]
        y = F.relu(y) if relu else y
        tensors.append(y if u else F.max_pool2d(y, 3, 2, **pool))
    features = tensors[-1].mean((2, 3))
    score = F.linear(features, p["fc.weight"], p["fc.bias"])[:, 0]
    return tensors, score, F.linear(features, p["fc_cls.weight"], p["fc_cls.bias"])


def loss_of(score, logits, images):
    truth = torch.tensor([score_of(i) for i in images])
    classes = torch.tensor([class_of(score_of(i)) for i in images])
    expectation = (F.softmax(logits, 1) * torch.arange(1.0, CLASSES + 1)).sum(1)
    weighted = F.cross_entropy(logits, classes, torch.tensor(CLASS_WEIGHT), reduction="none")
    terms = [(score - truth).abs().mean(), (expectation - truth).abs().mean(), weighted.mean()]
    return sum(w * t for w, t in zip(TERM_WEIGHT, terms)), terms


said = {}  # what the script is to say, by name


def say(name, values):
    said[name] = torch.as_tensor(values).detach().reshape(-1).double().clone()


def say_results(when, tensors, score, logits, total, terms):
    say(f"{when}.loss", torch.stack([total] + terms))
    say(f"{when}.scores", score.roll(turn, 0))
    say(f"{when}.probabilities", F.softmax(logits, 1).roll(turn, 0))
    for i, t in enumerate(tensors[1:], 1):
        say(f"{when}.tensor{i}", t.permute(0, 2, 3, 1).roll(turn, 0))


def steps():
    return [batch[turn:] + batch[:turn] for batch in (list(range(0, BATCH)), list(range(BATCH, IMAGES)))]


def fresh(net):
    p = {}
    for k, (name, shape, offset) in enumerate(params_of(net[1])):
        values = torch.tensor(offset + noise(k, int(np.prod(shape))), dtype=torch.get_default_dtype())
        p[name] = values.reshape(shape)
    trained = {n: v.requires_grad_() for n, v in p.items() if "running" not in n}
    return p, trained, torch.optim.SGD(trained.values(), RATE, momentum=0.9, weight_decay=0.01)


def say_after(when, p, trained, optimiser):
    for name, v in p.items():
        say(f"{when}.{name}", v)
    for name, v in trained.items():
        say(f"{when}.{name}.momentum", optimiser.state[v]["momentum_buffer"])


def train(prefix, net):
    p, trained, optimiser = fresh(net)
    for number, images in enumerate(steps(), 1):
        tensors, score, logits = forward(net, p, batch_of(images), True)
        for t in tensors[1:]:
            t.retain_grad()
        total, terms = loss_of(score, logits, images)
        optimiser.zero_grad()
        total.backward()
        when = f"{prefix}step{number}"
        say_results(when, tensors, score, logits, total, terms)
        for i, t in enumerate(tensors[1:], 1):
            say(f"{when}.tensor{i}.gradient", t.grad.permute(0, 2, 3, 1).roll(turn, 0))
        for name, v in trained.items():
            say(f"{when}.{name}.gradient", v.grad)
        optimiser.step()
    say_after(f"{prefix}after", p, trained, optimiser)
    tensors, score, logits = forward(net, p, batch_of(steps()[0]), False)
    total, terms = loss_of(score, logits, steps()[0])
    say_results(f"{prefix}evaluation", tensors, score, logits, total, terms)


def clipped(net):
    """The same two steps, gradients clipped: the limit lies between the norms of the two."""
    p, trained, optimiser = fresh(net)
    norms = []
    for images in steps():
        _, score, logits = forward(net, p, batch_of(images), True)
        optimiser.zero_grad()
        loss_of(score, logits, images)[0].backward()
        norms.append(torch.nn.utils.clip_grad_norm_(trained.values(), CLIP))
        optimiser.step()
    assert min(norms) < CLIP < max(norms), norms
    say_after("clipped", p, trained, optimiser)


def computed(dtype, form=torch.contiguous_format, turned=0):
    """All that is said, with images in that layout and batches turned by so many."""
    global layout, turn
    layout, turn = form, turned
    torch.set_default_dtype(dtype)
    said.clear()
    for prefix, net in NETS.items():
        train(prefix, net)
    clipped(NETS[""])
    return dict(said)


def quantity(name):
    """small.step1.gradient, say: net, when, and kind of values."""
    net = "early" if name.startswith("early.") else "small"
    when, kind = name.removeprefix("early.").split(".")[0], name.split(".")[-1]
    return ".".join([net, when, kind if kind in ("gradient", "momentum") else "value"])


def main():
    double, table = computed(torch.float64), {}
    ways = [(form, turned) for form in (torch.contiguous_format, torch.channels_last) for turned in range(3)]
    singles = [computed(torch.float32, *way) for way in ways]
    with torch.backends.mkldnn.flags(enabled=False):
        singles += [computed(torch.float32, *way) for way in ways]
    for name, values in double.items():
        print(name, len(values))
        for i in range(0, len(values), 8):
            print(" ".join(f"{float(v):.9g}" for v in values[i:i + 8]))
        scale = max(1e-3, float(values.abs().max()))
        apart = [float((single[name] - values).abs().max()) / scale for single in singles]
        table[quantity(name)] = exactness.most([table.get(quantity(name), 0), *apart])
    exactness.write("ref", table)


main()
