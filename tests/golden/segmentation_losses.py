#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Adds to tests/golden/train/losses what PyTorch says about losses over regions, for the batch of losses.py.

Each case is one file: the mean loss, then its gradient. The formulas are those of the papers, written for whole tensors
and differentiated by PyTorch. Needs Debian's python3-torch. Run it from anywhere; the files are the same every time.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as nn

folder = pathlib.Path(__file__).resolve().parent / "train" / "losses"


def load(name):
    return torch.tensor(np.load(folder / (name + ".npy")))


outputs, labels, yes, weights = load("output"), load("labels").long(), load("yes").long(), load("weights")
voxel_weights = load("values").abs()
classes = outputs.shape[-1]


def softmax_regions(z):
    """Probabilities and truth [sample][position][structure], 0 at ignored positions."""
    known = (labels >= 0)[..., None]
    return nn.softmax(z, dim=-1) * known, nn.one_hot(labels.clamp(min=0), classes) * known


def sigmoid_regions(z):
    known = yes >= 0
    return torch.sigmoid(z) * known, yes.clamp(min=0) * known


def case(name, function, regions=softmax_regions, background=False, cross_entropy=None, share=1.0):
    leaf = outputs.clone().requires_grad_(True)
    p, g = regions(leaf)
    first = 0 if background or regions is sigmoid_regions else 1
    loss = share * function(p[..., first:], g[..., first:].double()).mean()  # one number a sample
    if cross_entropy is not None:
        loss = loss + torch.stack([cross_entropy(leaf[s], s) for s in range(len(leaf))]).mean()
    loss.backward()
    np.save(folder / (name + ".npy"), np.append(loss.item(), leaf.grad.numpy()))


def dice(smooth=1.0, power=1):
    def function(p, g):
        scores = (2 * (p * g).sum(1) + smooth) / ((p ** power).sum(1) + g.sum(1) + smooth)
        return (1 - scores).mean(1)
    return function


def generalized_dice(smooth=1.0, power=1):
    def function(p, g):
        sizes = g.sum(1)
        w = torch.where(sizes > 0, 1 / sizes ** 2, torch.zeros_like(sizes))
        w = torch.where(sizes > 0, w, w.max(1, keepdim=True).values)
        w = torch.where(w.sum(1, keepdim=True) > 0, w, torch.ones_like(w))
        w = w / w.sum(1, keepdim=True)
        common, both = (w * (p * g).sum(1)).sum(1), (w * ((p ** power).sum(1) + sizes)).sum(1)
        return 1 - (2 * common + smooth) / (both + smooth)
    return function


def tversky(false_positives=0.3, false_negatives=0.7, gamma=1.0, smooth=1.0):
    def function(p, g):
        common, added, missed = (p * g).sum(1), (p * (1 - g)).sum(1), ((1 - p) * g).sum(1)
        index = (common + smooth) / (common + false_positives * added + false_negatives * missed + smooth)
        return ((1 - index) ** (1 / gamma)).mean(1)
    return function


def chosen(share, weight=None):
    return lambda z, s: share * nn.cross_entropy(z, labels[s], weight=weight)


def answered(share):
    def function(z, s):
        known = yes[s] >= 0
        each = nn.binary_cross_entropy_with_logits(z, yes[s].clamp(min=0).double(), reduction="none")
        return share * each[known].mean()
    return function


def weighted_cross_entropy():
    leaf = outputs.clone().requires_grad_(True)
    known = labels >= 0
    each = nn.cross_entropy(leaf[known], labels[known], reduction="none")
    w = voxel_weights[known].gather(1, labels[known][:, None])[:, 0]
    loss = (w * each).sum() / w.sum()
    loss.backward()
    np.save(folder / "weighted_cross_entropy.npy", np.append(loss.item(), leaf.grad.numpy()))


def weighted_binary_cross_entropy():
    leaf = outputs.clone().requires_grad_(True)
    known = yes >= 0
    each = nn.binary_cross_entropy_with_logits(leaf[known], yes[known].double(), reduction="none")
    loss = (voxel_weights[known] * each).sum() / voxel_weights[known].sum()
    loss.backward()
    np.save(folder / "weighted_binary_cross_entropy.npy", np.append(loss.item(), leaf.grad.numpy()))


case("dice", dice())
case("dice_squared", dice(1e-3, 2), background=True)
case("binary_dice", dice(0.5), sigmoid_regions)
case("generalized_dice", generalized_dice())
case("generalized_dice_squared", generalized_dice(0.25, 2), background=True)
case("binary_generalized_dice", generalized_dice(), sigmoid_regions)
case("tversky", tversky())
case("tversky_focal", tversky(0.2, 1.5, 4 / 3, 0.5), background=True)
case("binary_tversky_focal", tversky(gamma=2.0), sigmoid_regions)
case("dice_cross_entropy", dice(), cross_entropy=chosen(1.0))
case("dice_cross_entropy_weighted", dice(2.0, 2), cross_entropy=chosen(0.5, weights), share=2.0)
case("binary_dice_cross_entropy", dice(), sigmoid_regions, cross_entropy=answered(1.5), share=0.75)
weighted_cross_entropy()
weighted_binary_cross_entropy()
