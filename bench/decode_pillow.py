#!/usr/bin/env python3
"""Times Pillow on what bench/decode does: FOLDER [SIDE [SECONDS]]; prints two numbers, images per second
with and without resizing. Exits 1 where Pillow is missing."""
import io
import os
import sys
import time

try:
    from PIL import Image
except ImportError:
    sys.exit(1)


def measure(files, side, seconds):
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        image = Image.open(io.BytesIO(files[done % len(files)])).convert("RGB")
        if side:
            w, h = image.size
            size = (side, int(side * h / w)) if w <= h else (int(side * w / h), side)
            image.resize(size, Image.BILINEAR)
        done += 1
    return done / (time.perf_counter() - start)


def main():
    folder = sys.argv[1]
    side = int(sys.argv[2]) if len(sys.argv) > 2 else 224
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 3
    names = [n for n in os.listdir(folder) if n.endswith((".jpg", ".png"))][:400]
    files = [open(os.path.join(folder, n), "rb").read() for n in names]
    rates = [(measure(files, side, seconds), measure(files, 0, seconds)) for _ in range(3)]
    print("%.0f %.0f" % (sorted(r[0] for r in rates)[1], sorted(r[1] for r in rates)[1]))


main()
