#!/usr/bin/python3
"""Writes init_torch.txt: what PyTorch predicts with two whole nets whose weights come from a file.

Run in this folder: ./make_init_golden.py > init_torch.txt. tests/train/test_begin_torch.c writes the same weights
into files, as the lists of keys beside this name them, begins runs with those, and compares. Weights are small
multiples of powers of two, exact in bfloat16; images are grey blocks of 8x8, which JPEG keeps as they are.

Each net sees one batch in training mode, which moves its running statistics and nothing else (a learning rate of
0), then predicts the test images: a line for each, score and expectation. In double; the distance of the same in float,
the most over images that are these moved to the side and ways in which PyTorch computes it, is in exactness.txt.
"""

import re

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

import exactness

torch.set_num_threads(1)

SIZE, IMAGES, TRAIN, CLASSES = 32, 6, 4, 5


def keys_of(name):
    """Name and shape of every tensor but heads and counters."""
    for line in open(name):
        key, shape = re.match(r"(\S+) \((.*)\)", line).groups()
        if not re.search(r"num_batches_tracked|^fc\.|^last_linear\.", key):
            yield key, tuple(int(d) for d in shape.split(",") if d.strip())


def values(k, key, shape):
    """Multiples of 1/128 in [-1/2, 1/2]: about 1 for scales, by the fan in for what multiplies many values, heads less.

    What a bottleneck adds is scaled to a quarter: without, sums of its sixteen would grow beyond what float resolves.
    """
    count = int(np.prod(shape))
    i = np.arange(count, dtype=np.int64)
    noise = ((i * i * 31 + i * 7919 + k * 104729 + 12) % 129 - 64) / 128
    if len(shape) > 1:
        fan, scale = int(np.prod(shape[1:])), 4.0 if len(shape) == 4 else 1 / 16
        while fan >= 4:
            fan, scale = fan // 4, scale / 2
        noise = noise * scale
    elif re.search(r"bn\d?\.weight$|downsample\.1\.weight$|running_var$", key):
        noise = (noise + 1) / (4 if key.endswith("bn3.weight") else 1)
    return torch.tensor(noise).reshape(shape)


def images():
    """Grey values of blocks, normalised."""
    i, y, x = np.ogrid[:IMAGES, :SIZE // 8, :SIZE // 8]
    grey = (i * 37 + y * 29 + x * 53 + y * x * 11) % 256
    grey = grey.repeat(8, 1).repeat(8, 2).astype(np.float64)[:, None] / 255
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    return torch.tensor((grey - mean[:, None, None]) / std[:, None, None])


def resnet18(state, x, training):
    net = torchvision.models.resnet18()
    net.fc = torch.nn.Identity()
    net = net.to(x.dtype)
    net.load_state_dict(state)
    net.train(training)
    features = net(x)
    state.update({k: v for k, v in net.state_dict().items() if k in state})
    return features


def cadene(state, x, training):
    """SE-ResNeXt50, with a pool that has no padding and rounds up."""

    def norm(y, name):
        return F.batch_norm(y, state[name + ".running_mean"], state[name + ".running_var"], state[name + ".weight"],
                            state[name + ".bias"], training, 0.1, 1e-5)

    def conv(y, conv, bn, **how):
        return norm(F.conv2d(y, state[conv + ".weight"], **how), bn)

    y = F.relu(conv(x, "layer0.conv1", "layer0.bn1", stride=2, padding=3))
    y = F.max_pool2d(y, 3, 2, ceil_mode=True)
    for stage, blocks in enumerate([3, 4, 6, 3], 1):
        for b in range(blocks):
            at = f"layer{stage}.{b}."
            stride = 2 if stage > 1 and b == 0 else 1
            z = F.relu(conv(y, at + "conv1", at + "bn1"))
            z = F.relu(conv(z, at + "conv2", at + "bn2", stride=stride, padding=1, groups=32))
            z = conv(z, at + "conv3", at + "bn3")
            se = at + "se_module.fc"
            g = F.relu(F.conv2d(z.mean((2, 3), keepdim=True), state[se + "1.weight"], state[se + "1.bias"]))
            z = z * torch.sigmoid(F.conv2d(g, state[se + "2.weight"], state[se + "2.bias"]))
            if b == 0:
                y = conv(y, at + "downsample.0", at + "downsample.1", stride=stride)
            y = F.relu(z + y)
    return y.mean((2, 3))


def predict(keys, forward, dtype, shift=0):
    features = 512 if forward is resnet18 else 2048
    heads = [("score.weight", (1, features)), ("score.bias", (1,)), ("class.weight", (CLASSES, features)),
             ("class.bias", (CLASSES,))]
    state = {key: values(k, key, shape).to(dtype) for k, (key, shape) in enumerate(list(keys) + heads)}
    head = [state.pop(key) for key, _ in heads]
    x = images().roll(shift, 3).to(dtype)
    with torch.no_grad():
        forward(state, x[:TRAIN], True)
        y = forward(state, x[TRAIN:], False)
        score = F.linear(y, head[0], head[1])[:, 0]
        p = F.linear(y, head[2], head[3]).softmax(1)
    return torch.stack([score, (p * torch.arange(1, CLASSES + 1)).sum(1)]).double()


def predictions(keys, forward, dtype):
    return torch.stack([predict(keys_of(keys), forward, dtype, 3 * k) for k in range(8)])


def main():
    table = {}
    for name, keys, forward in [("resnet18", "torchvision_resnet18.txt", resnet18),
                                ("se-resnext50", "cadene_se_resnext50_32x4d.txt", cadene)]:
        double, single = predictions(keys, forward, torch.float64), predictions(keys, forward, torch.float32)
        with torch.backends.mkldnn.flags(enabled=False):
            plain = predictions(keys, forward, torch.float32)
        for i, quantity in enumerate(["score", "expectation"]):
            table[f"{name}.{quantity}"] = exactness.most((a - double)[:, i].abs().max() for a in (single, plain))
        print(name)
        for score, expectation in double[0].T:
            print(f"{float(score):.9g} {float(expectation):.9g}")
    exactness.write("init", table)


if __name__ == "__main__":
    main()
