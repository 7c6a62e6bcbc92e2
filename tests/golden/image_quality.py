#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/train/quality: pairs of images, and what scikit-image says of them: PSNR, then SSIM.

Needs Debian's python3-skimage. Run it from anywhere; the files are the same every time.
"""
import pathlib

import numpy as np
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

folder = pathlib.Path(__file__).resolve().parent / "train" / "quality"
folder.mkdir(parents=True, exist_ok=True)
random = np.random.RandomState(11)


def case(name, shape, channels, data_range, noise):
    """An image of smooth waves, and the same with noise; of several channels the last axis."""
    waves = sum(np.sin(0.5 * g + 0.2 * n) for n, g in enumerate(np.indices(shape)))
    truth = data_range * (0.5 + 0.2 * waves / 2)
    found = truth + data_range * noise * random.randn(*shape)
    options = dict(data_range=data_range, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    if channels > 1:
        options["channel_axis"] = -1
    np.save(folder / (name + ".npy"), np.stack([found, truth]))
    np.save(folder / (name + ".scores.npy"), np.array([peak_signal_noise_ratio(truth, found, data_range=data_range),
                                                       structural_similarity(truth, found, **options)]))


case("gray", (17, 23), 1, 1.0, 0.1)
case("color", (14, 11, 3), 3, 255.0, 0.05)
case("volume", (12, 13, 11), 1, 2.0, 0.2)
