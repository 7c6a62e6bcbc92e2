#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/train/segmentation: label maps, and what scipy and numpy say of their overlaps and surfaces.

Each case is three files: <name>.labels (prediction, then truth, [slice][row][column]), <name>.spacing (slice, row,
column) and <name>.scores, one row for each of the structures 1 and 2. The case `distances` is a set and its exact squared
Euclidean distances. Needs Debian's python3-scipy. Run it from anywhere; the files are the same every time.
"""
import pathlib

import numpy as np
from scipy import ndimage

folder = pathlib.Path(__file__).resolve().parent / "train" / "segmentation"
random = np.random.RandomState(7)
tolerance = 1.5


def save(name, array, kind=float):
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / (name + ".npy"), np.ascontiguousarray(array, dtype=kind))


def surface(mask):
    """Voxels of the mask with a neighbor across a face outside it; what is beyond the image is outside."""
    flat = mask[0] if mask.shape[0] == 1 else mask
    eroded = ndimage.binary_erosion(flat, ndimage.generate_binary_structure(flat.ndim, 1), border_value=0)
    return (flat & ~eroded).reshape(mask.shape)


def distances(of, to, spacing):
    return ndimage.distance_transform_edt(~to, sampling=spacing)[of]


def scores(predicted, truth, spacing, known):
    a, b = predicted & known, truth
    common, p, t, everything = (a & b).sum(), a.sum(), b.sum(), known.sum()
    nan = float("nan")
    if p + t == 0:
        return [nan] * 10
    row = [2 * common / (p + t), common / (p + t - common), common / t if t else nan,
           (everything - p - t + common) / (everything - t), (p - t) * np.prod(spacing), (p - t) / t if t else nan]
    if p == 0 or t == 0:
        return row + [nan, nan, nan, 0.0]
    forth, back = distances(surface(a), surface(b), spacing), distances(surface(b), surface(a), spacing)
    both = np.concatenate([forth, back])
    return row + [both.max(), max(np.percentile(forth, 95), np.percentile(back, 95)), both.mean(),
                  (both <= tolerance).mean()]


def case(name, predicted, truth, spacing):
    known = truth >= 0
    save(name + ".labels", np.stack([predicted, truth]), np.int32)
    save(name + ".spacing", spacing)
    save(name + ".scores", [scores(predicted == s, truth == s, spacing, known) for s in (1, 2)])


def blob(shape, middle, radius, wobble=0.0):
    grid = np.indices(shape).astype(float)
    inside = sum(((g - m) / r) ** 2 for g, m, r in zip(grid, middle, radius))
    return inside + wobble * ndimage.gaussian_filter(random.randn(*shape), 1.5) < 1


def two(shape, shift, wobble):
    truth = np.zeros(shape, int)
    truth[blob(shape, np.array(shape) * 0.4, np.array(shape) * 0.28, wobble)] = 1
    truth[blob(shape, np.array(shape) * 0.7, np.array(shape) * 0.2, wobble)] = 2
    return np.roll(truth, shift, (0, 1, 2)), truth


shape = (11, 14, 9)
predicted, truth = two(shape, (1, 0, 0), 2.0)
case("volume", predicted, truth, (1.0, 1.0, 1.0))
predicted, truth = two(shape, (0, 2, -1), 3.0)
case("anisotropic", predicted, truth, (3.0, 0.7, 1.25))
predicted, truth = two((1, 23, 17), (0, 1, 1), 1.0)
case("image", predicted, truth, (5.0, 0.5, 0.8))
predicted, truth = two(shape, (0, 0, 1), 2.0)
truth[random.rand(*shape) < 0.05] = -1
case("ignored", predicted, truth, (1.0, 2.0, 1.0))
predicted = np.zeros(shape, int)
truth = np.zeros(shape, int)
predicted[:, :5], truth[:, :6] = 1, 1  # they touch the edge of the image, and each other
predicted[:, 5:9], truth[:, 6:9] = 2, 2
case("touching", predicted, truth, (1.5, 1.0, 1.0))
predicted, truth = np.zeros(shape, int), np.zeros(shape, int)
predicted[3, 4, 5], truth[6, 8, 5] = 1, 1  # single voxels
truth[2:4, 2, 2] = 2  # missed
case("single", predicted, truth, (2.0, 0.5, 1.0))
predicted[predicted == 1] = 2
truth[:] = 0
case("invented", predicted, truth, (1.0, 1.0, 1.0))  # and 1 is absent

members = random.rand(7, 9, 12) < 0.03
save("distances.set", members, np.int32)
spacing = np.array([2.5, 1.0, 0.6])
save("distances.spacing", spacing)
places, all_places = np.argwhere(members) * spacing, np.indices(members.shape).reshape(3, -1).T * spacing
save("distances.squares", ((all_places[:, None] - places[None]) ** 2).sum(2).min(1))
