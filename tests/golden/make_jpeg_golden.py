#!/usr/bin/env python3
"""Writes jpeg.txt: small JPEG files, and what Pillow decodes from them (Pillow 9.4.0 was used, with
libjpeg-turbo 2.1.5; other releases of libjpeg-turbo decode to the same bytes).

    NAME HEIGHT WIDTH FNV1A HEX     hash of the RGB bytes after exif_transpose, and the file
"""
import io

import numpy
from PIL import Image, ImageOps


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value


def picture(height, width, channels):
    y, x = numpy.mgrid[0:height, 0:width].astype(float)
    planes = [128 + 100 * numpy.sin(x / (3 + c) + y / (5 - c) + c) for c in range(channels)]
    return numpy.stack(planes, -1).astype(numpy.uint8)


def emit(name, image, **options):
    file = io.BytesIO()
    image.save(file, "JPEG", optimize=True, **options)
    out = ImageOps.exif_transpose(Image.open(io.BytesIO(file.getvalue()))).convert("RGB")
    print(name, out.height, out.width, "%016x" % fnv1a(out.tobytes()), file.getvalue().hex())


rgb = Image.fromarray(picture(19, 27, 3), "RGB")
emit("420", rgb, quality=60, subsampling=2)
emit("422", rgb, quality=60, subsampling=1)
emit("444", rgb, quality=60, subsampling=0)
emit("progressive", rgb, quality=50, subsampling=2, progressive=True)
emit("grey", Image.fromarray(picture(13, 9, 1)[:, :, 0], "L"), quality=70)
emit("cmyk", Image.fromarray(picture(11, 14, 4), "CMYK"), quality=70)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    emit("orientation-%d" % orientation, rgb.crop((0, 0, 12, 7)), quality=30, exif=exif.tobytes())
