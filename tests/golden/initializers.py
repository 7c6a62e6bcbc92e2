#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/initializers.npz: how a weight of (3, 3, 5, 7) begins, by the name of each initializer.

Needs Debian's python3-scipy. The uniform numbers are Philox 4x32-10's as ctnn specifies them (number i of a stream is a
function of seed, stream and i), written here once more; normal ones are scipy's quantiles of them, truncated ones
those of scipy.stats.truncnorm, and orthogonal ones numpy's QR decomposition of the normal ones with a positive diagonal.
Everything is float64. As in PyTorch (torch.nn.init) and Keras (keras.initializers) in = 3 * 3 * 5, out = 3 * 3 * 7.
"""
import pathlib

import numpy as np
from scipy import special, stats

path = pathlib.Path(__file__).resolve().parent / "initializers.npz"
shape = (3, 3, 5, 7)
count, inputs, outputs = 315, 45, 63
seed, stream = 0x123456789ABCDEF, 0  # a network's first tensor takes stream 0


def philox(key, stream, counter):
    low = 0xFFFFFFFF
    c = [counter & low, counter >> 32, stream & low, stream >> 32]
    k = [key & low, key >> 32]
    for _ in range(10):
        p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(q >> 32) ^ c[1] ^ k[0], q & low, (p >> 32) ^ c[3] ^ k[1], p & low]
        k = [(k[0] + 0x9E3779B9) & low, (k[1] + 0xBB67AE85) & low]
    return c


bits = [philox(seed, stream, i // 4)[i % 4] for i in range(count)]
uniform = np.array([number >> 8 for number in bits]) / 2**24
probability = uniform + 2.0**-25  # 0 is no probability
normal = special.ndtri(probability)


def orthogonal(gain, rows, columns):
    """Columns at right angles, or rows where there are fewer; the normal numbers are taken vector by vector."""
    upright = rows >= columns
    vectors = normal.reshape(min(rows, columns), max(rows, columns))
    q, r = np.linalg.qr(vectors.T)
    q = q * np.sign(np.diag(r))
    return gain * (q if upright else q.T)


def within(limit):
    return (2 * uniform - 1) * limit


np.savez(path, **{
    "glorot_uniform": within(np.sqrt(6 / (inputs + outputs))),
    "glorot_normal": normal * np.sqrt(2 / (inputs + outputs)),
    "he_uniform": within(np.sqrt(6 / inputs)),
    "he_normal": normal * np.sqrt(2 / inputs),
    "lecun_uniform": within(np.sqrt(3 / inputs)),
    "lecun_normal": normal * np.sqrt(1 / inputs),
    "random_normal": normal * 0.03,
    "truncated_normal": stats.truncnorm.ppf(probability, -2, 2) * 0.03,
    "orthogonal": orthogonal(1.5, 45, 7).ravel(),
    "zeros": np.zeros(count),
})
print(path.stat().st_size, "bytes")
