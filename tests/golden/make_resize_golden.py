#!/usr/bin/env python3
"""Writes resize.txt: what Pillow's bilinear resize makes of a computed image (Pillow 9.4.0 was used).

    hash HEIGHT WIDTH TO_HEIGHT TO_WIDTH FNV1A     of the whole result, row by row, RGB
    row  HEIGHT WIDTH TO_HEIGHT TO_WIDTH Y HEX     one row of it
"""
import numpy
from PIL import Image


def computed(height, width):
    y = numpy.arange(height, dtype=numpy.uint32)[:, None, None]
    x = numpy.arange(width, dtype=numpy.uint32)[None, :, None]
    c = numpy.arange(3, dtype=numpy.uint32)[None, None, :]
    smooth = x * x * 3 + x * y * 7 + y * y * 5 + c * (x + 2 * y) * 11
    rough = (x * numpy.uint32(2654435761)) ^ (y * numpy.uint32(40503) + c)
    return Image.fromarray((((smooth >> 4) + (rough >> 27)) & 255).astype(numpy.uint8), "RGB")


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value


HASHES = [(350, 350, 224, 224), (350, 350, 64, 64), (350, 350, 256, 256), (350, 350, 350, 350),
          (350, 350, 224, 350), (350, 350, 350, 224), (350, 350, 351, 349), (97, 61, 64, 64),
          (61, 97, 64, 101), (33, 47, 224, 319), (1, 1, 5, 7), (1, 40, 1, 9), (40, 1, 9, 1),
          (1, 40, 3, 80), (50, 50, 1, 1), (2, 2, 3, 3), (3, 3, 2, 2), (5, 7, 7, 5), (480, 640, 224, 298),
          (640, 480, 298, 224), (1000, 20, 30, 20), (20, 1000, 20, 30), (16, 16, 128, 8),
          (255, 257, 128, 129), (100, 100, 99, 101), (31, 1, 64, 64), (7, 500, 300, 3)]
ROWS = [(350, 350, 64, 64, 10), (7, 5, 3, 4, 1), (3, 3, 8, 8, 5), (350, 350, 224, 20, 223)]

for height, width, to_height, to_width in HASHES:
    out = computed(height, width).resize((to_width, to_height), Image.BILINEAR)
    print("hash", height, width, to_height, to_width, "%016x" % fnv1a(out.tobytes()))
for height, width, to_height, to_width, y in ROWS:
    out = computed(height, width).resize((to_width, to_height), Image.BILINEAR)
    row = out.tobytes()[y * to_width * 3:(y + 1) * to_width * 3]
    print("row", height, width, to_height, to_width, y, row.hex())
