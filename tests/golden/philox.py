"""Philox4x32-10 on arrays of counters, as base/philox.h has it for single ones."""

import numpy as np

ORDER, AUGMENT, BOOTSTRAP = 2, 3, 6  # streams


def philox(key, c0, c1, c3):
    """Four arrays of 32 bits; c2 = 0."""
    mask = np.uint64(0xFFFFFFFF)
    c = [np.asarray(v, dtype=np.uint64) for v in np.broadcast_arrays(c0, c1, 0, c3)]
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        p0, p1 = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(p1 >> np.uint64(32)) ^ c[1] ^ np.uint64(k0), p1 & mask,
             (p0 >> np.uint64(32)) ^ c[3] ^ np.uint64(k1), p0 & mask]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c


def below(bits, n):
    """A number of 0..n-1."""
    return int(bits) * n >> 32


def unit(bits):
    """[0, 1) in steps that float has."""
    return (int(bits) >> 8) / 2**24
