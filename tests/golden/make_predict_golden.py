#!/usr/bin/python3
"""Writes predict_torch.txt: what PyTorch says of a photograph-like JPEG with two whole nets.

Run in this folder: ./make_predict_golden.py > predict_torch.txt. tests/predict/test_predict.c writes the same weights
into files (see make_init_golden.py) and compares. Pillow decodes the file, resizes its shorter side to 40 and cuts the
centre of 32x32 out; torchvision's mean and deviation. A line for each net and for it with mirror images: the score,
then the probabilities of the classes. In double; the largest distance of the same in float, over pictures that are
this one shifted, is in exactness.txt.
"""

import io

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import exactness
from make_init_golden import CLASSES, SIZE, cadene, keys_of, resnet18, values

RESIZE = 40


def picture():
    """A JPEG of 61x47 pixels, as bytes."""
    y, x = np.mgrid[0:61, 0:47].astype(float)
    planes = [128 + 100 * np.sin(x / (3 + c) + y / (7 - c) + c) for c in range(3)]
    file = io.BytesIO()
    Image.fromarray(np.stack(planes, -1).astype(np.uint8), "RGB").save(file, "JPEG", quality=80, optimize=True)
    return file.getvalue()


def prepare(data):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    width, height = image.size
    short = min(width, height)
    image = image.resize((RESIZE * width // short, RESIZE * height // short), Image.BILINEAR)
    left, top = round((image.width - SIZE) / 2), round((image.height - SIZE) / 2)
    pixels = np.asarray(image.crop((left, top, left + SIZE, top + SIZE)), dtype=np.float64) / 255
    pixels = (pixels - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    return torch.tensor(pixels.transpose(2, 0, 1)[None])


def predict(keys, forward, x, dtype):
    features = 512 if forward is resnet18 else 2048
    heads = [("score.weight", (1, features)), ("score.bias", (1,)), ("class.weight", (CLASSES, features)),
             ("class.bias", (CLASSES,))]
    state = {key: values(k, key, shape).to(dtype) for k, (key, shape) in enumerate(list(keys) + heads)}
    head = [state.pop(key) for key, _ in heads]
    both = torch.cat([x, x.flip(3)]).to(dtype)
    with torch.no_grad():
        y = forward(state, both, False)
        said = torch.cat([F.linear(y, head[0], head[1]), F.linear(y, head[2], head[3]).softmax(1)], 1)
    return torch.stack([said[0], said.mean(0)]).double()


def main():
    data, table = picture(), {}
    print("jpeg", len(data), data.hex())
    x = prepare(data)
    shifted = [x.roll((k, 3 * k), (2, 3)) for k in range(8)]
    for name, keys, forward in [("resnet18", "torchvision_resnet18.txt", resnet18),
                                ("se-resnext50", "cadene_se_resnext50_32x4d.txt", cadene)]:
        double, single = (torch.stack([predict(keys_of(keys), forward, y, dtype) for y in shifted])
                          for dtype in (torch.float64, torch.float32))
        apart = single - double
        table[f"{name}.score"] = float(apart[..., 0].abs().max())
        table[f"{name}.probability"] = float(apart[..., 1:].abs().max())
        table[f"{name}.expectation"] = float((apart[..., 1:] @ torch.arange(1.0, CLASSES + 1).double()).abs().max())
        print(name)
        for line in double[0]:
            print(" ".join(f"{float(value):.9g}" for value in line))
    exactness.write("predict", table)


main()
