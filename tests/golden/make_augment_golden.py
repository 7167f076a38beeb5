#!/usr/bin/python3
"""Writes augment_torch.txt: rotations and colour jitter by torchvision 0.14 on Pillow 9.4.

Run in this folder: ./make_augment_golden.py > augment_torch.txt. Lines:

    hash FILTER ANGLE HEIGHT WIDTH TOP LEFT CROP_HEIGHT CROP_WIDTH FLIP FNV1A
    rows FILTER ANGLE HEIGHT WIDTH TOP LEFT CROP_HEIGHT CROP_WIDTH FLIP HEX
        of a computed image: cropped, mirrored, rotated; row by row, RGB
    jitter ORDER BRIGHTNESS CONTRAST SATURATION PIVOT R G B  R G B
        a colour, and what it becomes; ORDER is of the letters bcs; factors are less 1, in 1/16384; PIVOT is
        the mean grey that Pillow found when it came to contrast
    hue SHIFT R G B  R G B
        SHIFT in 1/32768 turns; what it becomes by torchvision in double, not rounded

Levels are of 0 to 255. What Pillow computes in bytes may be one level off; how far torchvision's hue in float is from
it in double is in exactness.txt.
"""
import numpy
import torch
import torchvision.transforms.functional as F
import torchvision.transforms.functional_tensor as T
from PIL import Image, ImageStat
from torchvision.transforms import InterpolationMode

import exactness

FILTERS = {"nearest": InterpolationMode.NEAREST, "bilinear": InterpolationMode.BILINEAR}


def computed(height, width):
    y = numpy.arange(height)[:, None, None]
    x = numpy.arange(width)[None, :, None]
    c = numpy.arange(3)[None, None, :]
    return Image.fromarray(((x * 7 + y * 13 + c * 40 + x * y * (c + 1) % 31 * 3) & 255).astype(numpy.uint8), "RGB")


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value


def rotated(name, angle, height, width, top, left, crop_height, crop_width, flip):
    image = F.crop(computed(height, width), top, left, crop_height, crop_width)
    if flip:
        image = F.hflip(image)
    return F.rotate(image, angle, interpolation=FILTERS[name]).tobytes()


def rotations():
    for angle in (0, 30, -30, 12.5, -7.25, 1, 45, 90, 180, 135, -89.5):
        for place in ((20, 17, 3, 2, 13, 11, 0), (13, 11, 0, 0, 13, 11, 1), (16, 16, 1, 4, 12, 12, 1)):
            for name in FILTERS:
                print("rows", name, angle, *place, rotated(name, angle, *place).hex())
    for angle in (-30, -29.9, -17.3, -3, -0.1, 0, 0.3, 5, 14.14, 22.5, 29, 30, 77, 180):
        for place in ((224, 224, 0, 0, 224, 224, 0), (256, 300, 20, 41, 224, 224, 1), (90, 70, 3, 4, 81, 64, 0)):
            print("hash", "nearest", angle, *place, "%016x" % fnv1a(rotated("nearest", angle, *place)))


COLOURS = [(0, 0, 0), (255, 255, 255), (1, 1, 1), (77, 77, 77), (128, 128, 128), (254, 254, 254),
           (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255), (255, 0, 255),
           (255, 0, 1), (255, 1, 0), (255, 0, 6), (255, 6, 0), (128, 127, 127), (127, 128, 127),
           (127, 127, 128), (1, 0, 0), (0, 0, 1), (231, 180, 160), (120, 80, 60), (60, 50, 45)]
COLOURS += [tuple((k * step + k * k // 3) % 256 for step in (37, 91, 149)) for k in range(24)]


def picture():
    return Image.fromarray(numpy.array([COLOURS], dtype=numpy.uint8), "RGB")


def jitters():
    cases = [(order, *factors) for order, factors in (
        ("b", (1638, 0, 0)), ("b", (-1638, 0, 0)), ("b", (16384, 0, 0)), ("b", (-16384, 0, 0)), ("b", (5000, 0, 0)),
        ("c", (0, 1638, 0)), ("c", (0, -1638, 0)), ("c", (0, 16384, 0)), ("c", (0, -16384, 0)), ("c", (0, 777, 0)),
        ("s", (0, 0, 1638)), ("s", (0, 0, -1638)), ("s", (0, 0, 16384)), ("s", (0, 0, -16384)), ("s", (0, 0, -9999)),
        ("bcs", (3000, -4000, 7000)), ("bsc", (-3000, 5000, 2000)), ("cbs", (9000, 3000, -3000)),
        ("csb", (-1000, 8000, -8000)), ("sbc", (2000, 2500, 12000)), ("scb", (12345, -2345, 345)))]
    for order, brightness, contrast, saturation in cases:
        image, pivot = picture(), 0
        for letter in order:
            if letter == "b":
                image = F.adjust_brightness(image, 1 + brightness / 16384)
            elif letter == "c":
                pivot = int(ImageStat.Stat(image.convert("L")).mean[0] + 0.5)
                image = F.adjust_contrast(image, 1 + contrast / 16384)
            else:
                image = F.adjust_saturation(image, 1 + saturation / 16384)
        for before, after in zip(COLOURS, numpy.asarray(image)[0].tolist()):
            print("jitter", order, brightness, contrast, saturation, pivot, *before, *after)


def hues():
    apart = []
    for shift in (0, 1, -1, 3277, -3277, 5461, 5462, -5461, 8192, -10000, 16000, 16384, -16384):
        x = torch.tensor(COLOURS, dtype=torch.float64).T[:, None, :] / 255
        y, single = (T.adjust_hue(x.to(dtype), shift / 32768).double() * 255 for dtype in (torch.float64, torch.float32))
        apart.append((single - y).abs().max())
        for before, after in zip(COLOURS, y[:, 0, :].T.tolist()):
            print("hue", shift, *before, *("%.7f" % abs(v) for v in after))
    return exactness.most(apart)


rotations()
jitters()
exactness.write("augment", {"rotation": None, "jitter": None, "hue": hues()}, {"rotation": 1, "jitter": 1})
