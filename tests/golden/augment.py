#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/augment.npz: what SciPy's affine_transform and map_coordinates, NumPy's Legendre polynomials and
a Philox of its own say about augmentations with fixed numbers.

Needs Debian's python3-scipy. Run it from anywhere; the file is the same every time. The matrices are those of Keras'
apply_affine_transform, on (row, column), about the middle.
"""
import pathlib

import numpy as np
from scipy import ndimage

random = np.random.RandomState(5)
arrays = {}
MODES = {"nearest": "nearest", "constant": "constant", "reflect": "reflect", "wrap": "grid-wrap"}


def save(name, array):
    kind = np.uint8 if np.issubdtype(array.dtype, np.integer) else np.float32
    arrays[name] = np.ascontiguousarray(array.astype(kind))


def philox(seed, stream, first, count):
    """32-bit numbers `first` to first + count - 1: Salmon et al., 2011, in Python's whole numbers."""
    words = []
    for block in range(first // 4, (first + count + 3) // 4):
        c = [block & 0xFFFFFFFF, block >> 32, stream & 0xFFFFFFFF, stream >> 32]
        k = [seed & 0xFFFFFFFF, seed >> 32]
        for _ in range(10):
            p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
            c = [(q >> 32) ^ c[1] ^ k[0], q & 0xFFFFFFFF, (p >> 32) ^ c[3] ^ k[1], p & 0xFFFFFFFF]
            k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
        words += c
    return np.array(words[:count], dtype=np.float64)


def rotation(a, b, degrees):
    m, angle = np.eye(3), np.deg2rad(degrees)
    m[a, a] = m[b, b] = np.cos(angle)
    m[a, b], m[b, a] = -np.sin(angle), np.sin(angle)
    return m


def affine(shape, rotate=0, shift=(0, 0, 0), shear=0, zoom=(1, 1, 1), flip=(), rows=0, columns=0):
    """Matrix and offset from output to input, on (depth, height, width)."""
    turned = rotation(1, 2, rotate) @ rotation(0, 2, columns) @ rotation(0, 1, rows)
    angle = np.deg2rad(shear)
    sheared = np.array([[1, 0, 0], [0, 1, -np.sin(angle)], [0, 0, np.cos(angle)]])
    mirror = np.diag([-1.0 if n in flip else 1.0 for n in range(3)])
    matrix = turned @ sheared @ np.diag(zoom) @ mirror
    middle = (np.array(shape[:3]) - 1) / 2
    return matrix, middle + turned @ np.array(shift) - matrix @ middle


def warped(image, matrix, offset, mode="nearest", cval=0.0, order=1):
    """A 2-D affine_transform of each channel where the depth is 1: SciPy has no image of one slice."""
    result = np.empty_like(image)
    for c in range(image.shape[-1]):
        if image.shape[0] == 1:
            result[0, ..., c] = ndimage.affine_transform(image[0, ..., c], matrix[1:, 1:], offset[1:], order=order,
                                                         mode=MODES[mode], cval=cval)
        else:
            result[..., c] = ndimage.affine_transform(image[..., c], matrix, offset, order=order, mode=MODES[mode],
                                                      cval=cval)
    return result


def both(name, image, mask, mode="nearest", cval=0.0, outside=0, **numbers):
    matrix, offset = affine(image.shape, **numbers)
    save(name, warped(image, matrix, offset, mode, cval))
    save(name + ".mask", warped(mask[..., None], matrix, offset, mode, outside, 0)[..., 0])


def elastic(image, mask, alpha, sigma, seed, stream, first):
    shape, count = image.shape[:3], int(np.prod(image.shape[:3]))
    places = np.meshgrid(*[np.arange(n, dtype=float) for n in shape], indexing="ij")
    for axis in range(3):
        if shape[axis] == 1:
            continue
        words = philox(seed, stream, first + axis * ((count + 3) // 4 * 4), count)
        field = (np.floor(words / 256) * 2.0 ** -23 - 1).reshape(shape)
        places[axis] = places[axis] + alpha * ndimage.gaussian_filter(field, sigma, mode="reflect")

    def moved(channel, order):
        if shape[0] == 1:
            return ndimage.map_coordinates(channel[0], [places[1][0], places[2][0]], order=order, mode="nearest")[None]
        return ndimage.map_coordinates(channel, places, order=order, mode="nearest")
    return np.stack([moved(image[..., c], 1) for c in range(image.shape[-1])], -1), moved(mask, 0)


def noise(image, deviation, seed, stream, first):
    words = philox(seed, stream, first, image.size + image.size % 2)
    radius = np.sqrt(-2 * np.log((words[0::2] + 0.5) / 2 ** 32))
    angle = 2 * np.pi * words[1::2] / 2 ** 32
    normal = np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1).reshape(-1)[:image.size]
    return image + deviation * normal.reshape(image.shape)


def bias(image, coefficients):
    table = np.zeros((4, 4, 4))
    places = [(i, j, k) for i in range(4) for j in range(4 - i) for k in range(4 - i - j)]
    for place, coefficient in zip(places, coefficients):
        table[place] = coefficient
    lines = [np.linspace(-1, 1, n) for n in image.shape[1:3]]
    if image.shape[0] == 1:
        field = np.polynomial.legendre.leggrid2d(*lines, table[0])[None]
    else:
        field = np.polynomial.legendre.leggrid3d(np.linspace(-1, 1, image.shape[0]), *lines, table)
    return image * np.exp(field)[..., None]


def cases(name, shape, deep):
    image = ndimage.gaussian_filter(random.rand(*shape), [0.6] * 3 + [0])
    mask = (random.rand(*shape[:3]) * 4).astype(np.int64)
    save(name + ".input", image)
    save(name + ".mask", mask)
    both(name + ".rotation", image, mask, rotate=23)
    both(name + ".shift", image, mask, shift=(0, 1.3, -2.6))
    both(name + ".shear", image, mask, shear=17)
    both(name + ".zoom", image, mask, zoom=(1, 0.7, 1.4))
    both(name + ".horizontal_flip", image, mask, flip=(2,))
    both(name + ".vertical_flip", image, mask, flip=(1,))
    every = dict(rotate=-31, shift=(0, 2.2, 0.7), shear=11, zoom=(1, 1.2, 0.9), flip=(2,))
    if deep:
        both(name + ".tilt", image, mask, rows=14, columns=-9)
        both(name + ".depth", image, mask, shift=(1.4, 0, 0), zoom=(0.8, 1, 1), flip=(0,))
        every = dict(rotate=-31, shift=(-0.6, 2.2, 0.7), shear=11, zoom=(1.1, 1.2, 0.9), flip=(0, 2), rows=12, columns=7)
    for mode in MODES:
        both(f"{name}.every.{mode}", image, mask, mode, 0.25, 7, **every)
    moved, moved_mask = elastic(image, mask, 9.0, 1.5, 77, 1234567890123, 1 << 40)
    save(name + ".elastic", moved)
    save(name + ".elastic.mask", moved_mask)
    coefficients = 0.4 * np.cos(np.arange(20))
    save(name + ".bias", bias(image, coefficients))
    low, high = image.min(), image.max()
    save(name + ".gamma", low + (high - low) * ((image - low) / (high - low)) ** 1.7)
    save(name + ".blur", ndimage.gaussian_filter(image, [0.9 if n > 1 else 0 for n in shape[:3]] + [0], mode="reflect"))
    save(name + ".brightness", np.clip(image * 1.6, 0, 0.7) + 0.125)
    save(name + ".noise", noise(image, 0.2, 77, 1234567890123, 1 << 44))
    save(name + ".rescale", image / 255)


cases("image", (1, 11, 14, 3), False)
cases("volume", (5, 8, 7, 1), True)

path = pathlib.Path(__file__).resolve().parent / "augment.npz"
np.savez(path, **arrays)
print(len(arrays), "arrays,", path.stat().st_size, "bytes")
