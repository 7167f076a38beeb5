#!/usr/bin/env python3
"""Writes the event files that test_import.sh reads, as TensorBoard's writers do: the framing, the checksums and the
protocol buffers from their definitions (tensorflow/core/lib/io/record_writer.cc, event.proto, summary.proto,
tensor.proto), no library. `events.py FOLDER` makes them; they are committed as tests/golden/events-*.tfevents."""
import struct
import sys

TABLE = []
for i in range(256):
    for _ in range(8):
        i = i >> 1 ^ 0x82F63B78 if i & 1 else i >> 1
    TABLE.append(i)


def masked_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(data):
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))


def varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, wire, content):
    return varint(number << 3 | wire) + (varint(len(content)) + content if wire == 2 else content)


def event(step, time, *values):
    summary = b"".join(field(1, 2, v) for v in values)
    return field(1, 1, struct.pack("<d", time)) + field(2, 0, varint(step)) + field(5, 2, summary)


def simple(tag, value):
    return field(1, 2, tag.encode()) + field(2, 5, struct.pack("<f", value))


def tensor(tag, dtype, content, packed=None):
    """As TensorFlow 2 writes scalars, with the name of the plugin before them."""
    metadata = field(1, 2, field(1, 2, b"scalars"))
    shape = field(2, 2, b"")
    values = field(4, 2, content) if packed is None else field(packed, 2, content)
    return field(1, 2, tag.encode()) + field(9, 2, metadata) + field(8, 2, field(1, 0, varint(dtype)) + shape + values)


VERSION = field(1, 1, struct.pack("<d", 1700000000.0)) + field(3, 2, b"brain.Event:2")


def torch_like():
    """A loss and figures for each of five epochs, from 0, and curves that are no figures."""
    out = record(VERSION)
    for epoch in range(5):
        t = 1700000000.0 + 60 * epoch
        out += record(event(epoch, t, simple("Loss/train", 1.0 / (epoch + 1))))
        out += record(event(epoch, t + 50, simple("Loss/val", 1.25 / (epoch + 1)), simple("MAE/val", 0.5 / (epoch + 1))))
        out += record(event(epoch, t + 50, simple("Pearson/val", [0.5, 0.625, 0.875, 0.75, 0.8125][epoch])))
        out += record(event(epoch, t + 51, simple("lr", 0.5 ** epoch), simple("gpu/memory", 1e9)))
    return out


def tensors():
    """Three epochs of four steps each; scalars as tensors, and one tensor of two numbers."""
    out = record(VERSION)
    for step in range(1, 13):
        out += record(event(step, 1700000000.0 + step, tensor("train/loss", 1, struct.pack("<f", float(step)))))
        if step % 4 == 0:
            out += record(event(step, 1700000000.5 + step, tensor("test/pc", 2, struct.pack("<d", step / 16)),
                                tensor("test/mae", 1, struct.pack("<f", 1 / step), packed=5),
                                tensor("test/rmse", 1, struct.pack("<ff", 1, 2))))
    return out


FILES = {
    "events-torch": torch_like(),
    "events-tensors": tensors(),
    "events-cut": torch_like()[:-7],
    "events-flipped": torch_like()[:400] + bytes([torch_like()[400] ^ 16]) + torch_like()[401:],
    # A length that the file does not have, with a right checksum; and one with a wrong one.
    "events-long": record(VERSION) + struct.pack("<Q", 1 << 62) + struct.pack("<I", masked_crc(struct.pack("<Q", 1 << 62))) + b"x" * 40,
    "events-length": record(VERSION) + struct.pack("<QI", 1 << 40, 7) + b"x" * 40,
    "events-nan": record(VERSION) + b"".join(record(event(s, 1.7e9, simple("test/mae", v))) for s, v in
                                             [(3, 0.25), (1, 1.0), (2, float("nan")), (2, 0.5), (3, 0.125), (4, float("inf"))]),
    "events-proto": record(VERSION) + record(field(5, 2, field(1, 2, b"\x0a\x7fx"))),
    "events-empty": record(VERSION),
}

for name, content in FILES.items():
    with open(f"{sys.argv[1]}/{name}.tfevents", "wb") as f:
        f.write(content)
