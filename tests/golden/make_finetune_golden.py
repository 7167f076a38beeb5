#!/usr/bin/python3
"""Writes finetune_torch.txt: twenty steps of fine-tuning by PyTorch, of two whole nets from one file of weights each.

Run in this folder: ./make_finetune_golden.py > finetune_torch.txt. tests/train/test_finetune_torch.c writes the same
weights into files (see make_init_golden.py), has combolab fine-tune them and compares. Sixteen JPEG files, decoded and
resized by Pillow, are drawn in the order, with the crops and mirror images, that seed and epoch give; ten epochs of
two batches, ComboLoss with weights by class sizes, SGD with momentum and weight decay, a rate that falls.

    image NAME SCORE SPLIT HEX
    net NAME
    losses, scores, then a line a tensor: its name as ours, its change's norm, and that of some of its values

In double. exactness.txt has how far float32 gets from it in the same steps: the most of two layouts in which PyTorch
computes it. Of weights it is the change that is compared: its values relative to the root of its mean square, their
norm relative to itself; of all of those, the root of the mean square. The rate is low, as training multiplies what
differs: a ReLU that float takes for the other side of 0, of which there are some in twenty steps, would be all one sees
(at a rate of 1/8192 one made PyTorch's own losses 2e-4 apart). Changes are so small then that float, which holds values
about 1, has them to some percent only: losses and scores say more.
"""

import io
import re

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from PIL import Image
from torch.nn.utils.stateless import functional_call

import exactness
import philox
from make_init_golden import CLASSES, cadene, keys_of, values

SIZE, RESIZE, TRAIN, TEST, BATCH, EPOCHS = 36, 40, 16, 3, 8, 10
RATE, LR_STEP, FACTOR, MOMENTUM, DECAY = 1 / 65536, 4, 0.5, 0.9, 0.001
FLIP, SEED = 0.5, 1
TERM_WEIGHT = [2.0, 1.0, 1.0]
PER_TENSOR = 6
MEAN, DEVIATION = np.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]], np.float32)


# --- images ---


def files():
    """Name, score, split and bytes of every image, in the order of names."""
    for i in range(TRAIN + TEST):
        y, x = np.mgrid[0:50 - i % 3, 0:44 + i % 4].astype(float)
        planes = [128 + (60 + 3 * i) * np.sin(x / (2 + c + i % 5) + y / (6 - c) + i * c) for c in range(3)]
        file = io.BytesIO()
        Image.fromarray(np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8), "RGB").save(
            file, "JPEG", quality=60, optimize=True)
        yield f"f{i:02}.jpg", 1 + i * 7 % 17 / 4, "test" if i % 6 == 5 else "train", file.getvalue()


def decoded(data):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    width, height = image.size
    short = min(width, height)
    return np.asarray(image.resize((RESIZE * width // short, RESIZE * height // short), Image.BILINEAR))


def seen(image, top, left, flip):
    """In float, as inputs are; in what they are computed comes later."""
    crop = image[top:top + SIZE, left:left + SIZE]
    return ((crop[:, ::-1] if flip else crop) / np.float32(255) - MEAN) / DEVIATION


def batches(images, places, epoch):
    """The places of each, and what is seen there."""
    order = list(places)
    for i in range(len(order) - 1, 0, -1):
        j = philox.below(philox.philox(SEED, i, epoch, philox.ORDER)[0], i + 1)
        order[i], order[j] = order[j], order[i]
    for at in range(0, len(order), BATCH):
        pixels = []
        for place in order[at:at + BATCH]:
            height, width = images[place].shape[:2]
            bits = philox.philox(SEED, place, epoch, philox.AUGMENT)
            top, left = philox.below(bits[0], height - SIZE + 1), philox.below(bits[1], width - SIZE + 1)
            pixels.append(seen(images[place], top, left, philox.unit(bits[2]) < FLIP))
        yield order[at:at + BATCH], torch.tensor(np.stack(pixels).transpose(0, 3, 1, 2))


# --- training ---


def resnet18(state, x, training):
    net = torchvision.models.resnet18().to(x.dtype).train(training)
    net.fc = torch.nn.Identity()
    return functional_call(net, {k: v for k, v in state.items() if not k.startswith("head.")}, x)


def outputs(forward, state, x, training):
    y = forward(state, x, training)
    return (F.linear(y, state["head.score.weight"], state["head.score.bias"])[:, 0],
            F.linear(y, state["head.class.weight"], state["head.class.bias"]))


def loss_of(score, logits, truth, weight):
    classes = (torch.ceil(truth - 0.5).clamp(1, CLASSES) - 1).long()
    expectation = (logits.softmax(1) * torch.arange(1, CLASSES + 1)).sum(1)
    entropy = (weight[classes] * F.cross_entropy(logits, classes, reduction="none")).mean()
    terms = [(score - truth).abs().mean(), (expectation - truth).abs().mean(), entropy]
    return sum(w * t for w, t in zip(TERM_WEIGHT, terms))


def begin(keys, features, dtype):
    heads = [("head.score.weight", (1, features)), ("head.score.bias", (1,)),
             ("head.class.weight", (CLASSES, features)), ("head.class.bias", (CLASSES,))]
    return {key: values(k, key.removeprefix("head."), shape).to(dtype)
            for k, (key, shape) in enumerate(list(keys_of(keys)) + heads)}


def tuned(keys, forward, features, dtype, form=torch.contiguous_format):
    """Losses of the steps, scores of the test images after them, and what the tensors have become less what they were."""
    images, scores, splits = [], [], []
    for _, score, split, data in files():
        images.append(decoded(data))
        scores.append(score)
        splits.append(split)
    train = [i for i, split in enumerate(splits) if split == "train"]
    truth = torch.tensor(scores, dtype=torch.float64)
    counts = torch.bincount((torch.ceil(truth[train] - 0.5).clamp(1, CLASSES) - 1).long(), minlength=CLASSES).double()
    weight = torch.where(counts > 0, counts.max() / counts, torch.zeros_like(counts)).to(dtype)
    state = begin(keys, features, dtype)
    first = {key: value.double().clone() for key, value in state.items()}
    trained = [v.requires_grad_() for k, v in state.items() if not re.search("running", k)]
    optimiser = torch.optim.SGD(trained, RATE, momentum=MOMENTUM, weight_decay=DECAY)
    losses = []
    for epoch in range(1, EPOCHS + 1):
        optimiser.param_groups[0]["lr"] = RATE * FACTOR ** ((epoch - 1) // LR_STEP)
        for places, x in batches(images, train, epoch):
            x = x.to(dtype).contiguous(memory_format=form)
            total = loss_of(*outputs(forward, state, x, True), truth[places].to(dtype), weight)
            optimiser.zero_grad()
            total.backward()
            optimiser.step()
            losses.append(float(total))
    x = [seen(images[i], round((images[i].shape[0] - SIZE) / 2), round((images[i].shape[1] - SIZE) / 2), False)
         for i, split in enumerate(splits) if split == "test"]
    with torch.no_grad():
        said = outputs(forward, state, torch.tensor(np.stack(x).transpose(0, 3, 1, 2)).to(dtype), False)[0]
    return losses, said.double().tolist(), {k: v.detach().double() - first[k] for k, v in state.items()}


def named(key):
    key = key.replace("head.score.", "fc.").replace("head.class.", "fc_cls.")
    return key.replace("layer0.", "").replace("se_module.", "se.")


def picked(change):
    """Its norm, and some of its values from the first to the last."""
    flat = change.flatten()
    at = [k * (len(flat) - 1) // (PER_TENSOR - 1) for k in range(PER_TENSOR)]
    return [float(flat.norm()), *(float(flat[i]) for i in at)]


def distances(single, double):
    yield exactness.most(abs(a - b) / abs(b) for a, b in zip(single[0], double[0]))
    yield exactness.most(abs(a - b) for a, b in zip(single[1], double[1]))
    squares = []
    for key, change in double[2].items():
        theirs, ours = picked(change), picked(single[2][key])
        mean = theirs[0] / change.numel() ** 0.5
        scales = [theirs[0]] + [mean] * PER_TENSOR
        squares += [((a - b) / scale) ** 2 for a, b, scale in zip(ours, theirs, scales)]
    yield (sum(squares) / len(squares)) ** 0.5


def singles(net):
    """In float32, in both layouts of memory."""
    for form in torch.contiguous_format, torch.channels_last:
        yield tuned(*net, torch.float32, form)


def main():
    torch.set_num_threads(1)
    for name, score, split, data in files():
        print("image", name, score, split, data.hex())
    table = {}
    for name, *net in [("resnet18", "torchvision_resnet18.txt", resnet18, 512),
                       ("se-resnext50", "cadene_se_resnext50_32x4d.txt", cadene, 2048)]:
        double = tuned(*net, torch.float64)
        apart = [list(distances(single, double)) for single in singles(net)]
        for i, quantity in enumerate(["losses", "scores", "weights"]):
            table[f"{name}.{quantity}"] = exactness.most(a[i] for a in apart)
        print("net", name)
        print(*(f"{v:.9g}" for v in double[0]))
        print(*(f"{v:.9g}" for v in double[1]))
        for key, change in double[2].items():
            print(named(key), *(f"{v:.7g}" for v in picked(change)))
    exactness.write("finetune", table)


if __name__ == "__main__":
    main()
