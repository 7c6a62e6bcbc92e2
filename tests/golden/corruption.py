#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/train/corruption: what SciPy's Gaussian filter and scikit-image's gamma make of two images, and
contrast by its formula.

Needs Debian's python3-scipy and python3-skimage. Run it from anywhere; the files are the same every time.
"""
import pathlib

import numpy as np
import scipy.ndimage
import skimage.exposure

folder = pathlib.Path(__file__).resolve().parent / "train" / "corruption"
folder.mkdir(parents=True, exist_ok=True)
images = np.random.RandomState(3).rand(2, 7, 9, 2)


def save(name, array):
    np.save(folder / (name + ".npy"), np.ascontiguousarray(array))


save("images", images)
for deviation in (0.5, 1.5, 3.0):
    save(f"blur_{deviation}", scipy.ndimage.gaussian_filter(images, (0, deviation, deviation, 0), mode="nearest"))
save("gamma_0.5", skimage.exposure.adjust_gamma(images, 1.5))
mean = images.mean(axis=(1, 2), keepdims=True)
save("contrast_0.6", mean + 0.4 * (images - mean))
