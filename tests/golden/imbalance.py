#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/train/imbalance: weighted losses by PyTorch, class weights by scikit-learn and Cui's formula, and
the draws of weighted samplers with random numbers of its own Philox 4x32-10.

Needs Debian's python3-torch and python3-sklearn. Run it from anywhere; the files are the same every time.
"""
import pathlib

import numpy as np
import sklearn.utils.class_weight
import torch

folder = pathlib.Path(__file__).resolve().parent / "train" / "imbalance"
random = np.random.RandomState(11)


def save(name, array):
    folder.mkdir(parents=True, exist_ok=True)
    array = np.ascontiguousarray(array)
    np.save(folder / (name + ".npy"), array.astype(np.int32) if array.dtype.kind in "ib" else array)


def losses():
    samples, positions, classes = 7, 4, 3
    weights = np.array([1, 0.5, 0, 3, 2, 1.25, 1])
    logits = 2 * random.randn(samples, positions * classes)
    labels = random.randint(0, classes, (samples, positions))
    labels[1, 2] = labels[4, 0] = -100
    class_weights = np.array([1, 2.5, 0.25])
    values = random.randn(samples, positions * classes)
    save("weights", weights)
    save("logits", logits)
    save("labels", labels)
    save("class_weights", class_weights)
    save("values", values)
    weight = torch.tensor(weights)[:, None]

    def numbers(name, function):
        leaf = torch.tensor(logits, requires_grad=True)
        loss = function(leaf)
        loss.backward()
        save(name, np.concatenate([[loss.item()], leaf.grad.numpy().ravel()]))

    def cross_entropy(z):
        truth = torch.tensor(labels)
        each = torch.nn.functional.cross_entropy(z.reshape(samples, positions, classes).movedim(2, 1), truth,
                                                 weight=torch.tensor(class_weights), reduction="none")
        of_label = torch.tensor(class_weights)[truth.clamp(min=0)] * (truth >= 0)
        return (weight * each).sum() / (weight * of_label).sum()

    def mean_squared_error(z):
        each = torch.nn.functional.mse_loss(z, torch.tensor(values), reduction="none")
        return (weight * each).sum() / (weight * torch.ones_like(each)).sum()

    numbers("cross_entropy", cross_entropy)
    numbers("mean_squared_error", mean_squared_error)


def class_weights():
    labels = random.choice(4, 500, p=[0.7, 0.2, 0.08, 0.02])
    counts = np.bincount(labels, minlength=4)
    save("all_labels", labels)
    save("balanced", sklearn.utils.class_weight.compute_class_weight("balanced", classes=np.arange(4), y=labels))
    effective = []
    for beta in (0.0, 0.9, 0.999, 0.999999):
        weights = (1 - beta) / (1 - np.power(beta, counts))
        effective.append(weights / weights.sum() * 4)
    save("effective", np.array(effective))


def philox(key, stream, counter):
    low = 0xFFFFFFFF
    c = [counter & low, counter >> 32, stream & low, stream >> 32]
    k = [key & low, key >> 32]
    for _ in range(10):
        first, second = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(second >> 32) ^ c[1] ^ k[0], second & low, (first >> 32) ^ c[3] ^ k[1], first & low]
        k = [(k[0] + 0x9E3779B9) & low, (k[1] + 0xBB67AE85) & low]
    return c


def draws():
    seed, epoch = 12345, 3
    stream = (6 << 61) + (epoch << 20)
    word = lambda i: philox(seed, stream, i // 4)[i % 4]
    uniform = lambda i: word(2 * i) / 2**32 + (word(2 * i + 1) >> 11) / 2**53
    weights = np.array([0.5, 3, 0, 1, 0.01, 7, 2, 2, 0, 1, 1, 0.3])
    save("draw_weights", weights)
    ends = np.cumsum(weights)
    save("draws_with", np.array([np.searchsorted(ends, uniform(i) * ends[-1], side="right") for i in range(40)]))
    with np.errstate(divide="ignore"):
        waits = -np.log1p(-np.array([uniform(i) for i in range(len(weights))])) / weights
    save("draws_without", np.argsort(waits, kind="stable")[:9])


losses()
class_weights()
draws()
