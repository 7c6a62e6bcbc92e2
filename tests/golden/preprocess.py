#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/preprocess.npz: what SciPy, scikit-image and NumPy say about filters, histograms, resizing and
morphology.

Needs Debian's python3-scipy and python3-skimage. Run it from anywhere; the file is the same every time.
"""
import pathlib

import numpy as np
from scipy import ndimage
from skimage import exposure

random = np.random.RandomState(11)
arrays = {}


def save(name, array):
    kind = np.uint8 if np.issubdtype(array.dtype, np.integer) or array.dtype == bool else np.float32
    arrays[name] = np.ascontiguousarray(array.astype(kind))


def each_channel(function, image):
    """function of each channel (depth, height, width), in double; an axis of extent 1 is not there."""
    channels = [function(np.squeeze(image[..., c], 0) if image.shape[0] == 1 else image[..., c])
                for c in range(image.shape[-1])]
    channels = [c[np.newaxis] if c.ndim == 2 else c for c in channels]
    return np.stack(channels, -1)


def overlaps(size, out):
    """The share of each input pixel in each output pixel, by areas."""
    edges = np.arange(out + 1) * size / out
    low = np.maximum(edges[:-1, None], np.arange(size)[None, :])
    high = np.minimum(edges[1:, None], np.arange(size)[None, :] + 1)
    return np.maximum(high - low, 0) * out / size


def resized(image, size):
    zoom = [o / i for o, i in zip(size, image.shape)] + [1]
    linear = each_channel(lambda c: ndimage.zoom(c, [z for z, s in zip(zoom, image.shape) if s > 1][:c.ndim], order=1,
                                                 mode="nearest", grid_mode=True), image)
    area = image
    for axis in range(3):
        area = np.moveaxis(np.tensordot(overlaps(image.shape[axis], size[axis]), area, (1, axis)), 0, axis)
    nearest = image
    for axis in range(3):
        places = ((np.arange(size[axis]) + 0.5) * image.shape[axis] / size[axis]).astype(int)
        nearest = np.take(nearest, places, axis)
    return linear, area, nearest


def window(image, level, width):
    return np.clip((image - (level - width / 2)) / width, 0, 1)


def images(name, image, small, large):
    """image: (depth, height, width, channels) of multiples of 1 / 65535, which scikit-image rounds to."""
    save(name + ".input", image)
    wide = 3000 * image - 1500
    for size, function in (("small", small), ("large", large)):
        for way, result in zip(("linear", "area", "nearest"), resized(image, function)):
            save(f"{name}.{size}.{way}", result)
    save(name + ".mean3", each_channel(lambda c: ndimage.uniform_filter(c, 3, mode="reflect"), image))
    save(name + ".mean9", each_channel(lambda c: ndimage.uniform_filter(c, 9, mode="reflect"), image))
    save(name + ".median3", each_channel(lambda c: ndimage.median_filter(c, 3, mode="reflect"), image))
    save(name + ".median5", each_channel(lambda c: ndimage.median_filter(c, 5, mode="reflect"), image))
    save(name + ".gaussian", each_channel(lambda c: ndimage.gaussian_filter(c, 0.8, mode="reflect"), image))
    save(name + ".gaussian_wide", each_channel(lambda c: ndimage.gaussian_filter(c, 3.1, mode="reflect"), image))
    save(name + ".min_max", each_channel(lambda c: (c - c.min()) / (c.max() - c.min()), image))
    save(name + ".z_score", each_channel(lambda c: (c - c.mean()) / c.std(), image))
    save(name + ".clipped", each_channel(lambda c: np.clip(c, *np.percentile(c, (3, 88.5))), image))
    save(name + ".window", window(wide, 40, 400))
    save(name + ".equalized", each_channel(exposure.equalize_hist, image))
    save(name + ".equalized16", each_channel(lambda c: exposure.equalize_hist(c, 16), image))

    def clahe(limit, tiles, bins):
        return each_channel(lambda c: exposure.equalize_adapthist(c, [max(2, s // tiles) for s in c.shape], limit,
                                                                  bins), image)
    save(name + ".clahe", clahe(0.01, 8, 256))
    save(name + ".clahe_wide", clahe(0.3, 2, 32))
    save(name + ".clahe_middle", clahe(0.08, 3, 64))
    save(name + ".gamma", exposure.adjust_gamma(image, 0.7))
    save(name + ".density", -np.log10(np.maximum(image / 0.9, 1e-6)))


def masks(name, mask, connectivities):
    save(name + ".input", mask)
    for c in connectivities:
        structure = ndimage.generate_binary_structure(mask.ndim, c)
        padded = np.pad(mask.astype(bool), 3, mode="constant")

        def eroded(m, n):
            return ndimage.binary_erosion(m, structure, n, border_value=1)

        def dilated(m, n):
            return ndimage.binary_dilation(m, structure, n)
        binary = mask.astype(bool)
        for n in (1, 2):
            save(f"{name}.eroded.{c}.{n}", eroded(binary, n))
            save(f"{name}.dilated.{c}.{n}", dilated(binary, n))
            save(f"{name}.opened.{c}.{n}", dilated(eroded(binary, n), n))
            save(f"{name}.closed.{c}.{n}", eroded(dilated(binary, n), n))
        labels, count = ndimage.label(binary, structure)
        save(f"{name}.components.{c}", labels)
        sizes = ndimage.sum_labels(binary, labels, np.arange(1, count + 1))
        save(f"{name}.largest.{c}", labels == 1 + np.argmax(sizes))
        save(f"{name}.filled.{c}", ndimage.binary_fill_holes(binary, structure))
        assert ndimage.binary_fill_holes(padded, structure)[tuple([slice(3, -3)] * mask.ndim)].sum() == \
            ndimage.binary_fill_holes(binary, structure).sum()


def levels(shape):
    smooth = ndimage.gaussian_filter(random.rand(*shape), [1] * 3 + [0])
    smooth = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    return np.round(np.clip(0.8 * smooth + 0.2 * random.rand(*shape), 0, 1) * 65535) / 65535


images("image", levels((1, 13, 17, 2)), (1, 7, 5), (1, 16, 29))
images("volume", levels((5, 9, 7, 1)), (3, 4, 5), (6, 11, 13))
masks("mask", (random.rand(17, 23) < 0.55).astype(np.int32), (1, 2))
masks("solid", (ndimage.gaussian_filter(random.rand(8, 13, 11), 0.7) < 0.53).astype(np.int32), (1, 2, 3))

path = pathlib.Path(__file__).resolve().parent / "preprocess.npz"
np.savez(path, **arrays)
print(len(arrays), "arrays,", path.stat().st_size, "bytes")
