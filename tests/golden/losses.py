#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/train/losses: what PyTorch says about losses of one batch, [sample][position][channel].

Each case is one file: the mean loss, then its gradient. What PyTorch 1.13 has no function for is written down from the
formula of its source and differentiated by PyTorch. Needs Debian's python3-torch. Run it from anywhere; the files are
the same every time.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as nn

folder = pathlib.Path(__file__).resolve().parent / "train" / "losses"
random = np.random.RandomState(41)
torch.use_deterministic_algorithms(True)
samples, positions, classes = 5, 3, 7


def save(name, array):
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / (name + ".npy"), np.ascontiguousarray(array))
    return torch.tensor(array)


outputs = save("output", 3 * random.randn(samples, positions, classes))
values = save("values", 2 * random.randn(samples, positions, classes))
shares = random.dirichlet(np.ones(classes), (samples, positions))
shares[0, 1] = np.eye(classes)[3]  # with zeros, whose logarithm must not be asked for
shares = save("shares", shares)
labels = random.randint(0, classes, (samples, positions)).astype(np.int32)
labels[random.rand(samples, positions) < 0.2] = -100
labels = save("labels", labels).long()
yes = (random.rand(samples, positions, classes) < 0.4).astype(np.int32)
yes[random.rand(samples, positions, classes) < 0.1] = -1
yes = save("yes", yes).double()
grades = save("grades", random.randint(-1, classes + 1, (samples, positions)).astype(np.int32)).long()
weights = save("weights", np.array([0.5, 2.0, 1.0, 0.0, 3.25, 0.75, 1.5]))


rows = save("rows", random.randn(12, classes))  # embeddings: six pairs or four triplets
pairs = save("pairs", np.array([1, 1, 0, 2, 3, 3, -1, 4, 4, 0, 2, 1], np.int32)).reshape(-1, 2)


def case(name, function, start=outputs):
    leaf = start.clone().requires_grad_(True)
    loss = function(leaf)
    loss.backward()
    save(name, np.append(loss.item(), leaf.grad.numpy()))


def flat(z):
    """[position][channel], and the labels beside it."""
    return z.reshape(-1, classes)


def counted(each, truth):
    """The mean over what is not ignored; each has no loss elsewhere that is not finite."""
    return each[truth >= 0].mean()


def regressions():
    case("mean_absolute_error", lambda z: nn.l1_loss(z, values))
    case("huber", lambda z: nn.huber_loss(z, values))
    case("huber_wide", lambda z: nn.huber_loss(z, values, delta=2.5))
    case("smooth_l1", lambda z: nn.smooth_l1_loss(z, values))
    case("smooth_l1_narrow", lambda z: nn.smooth_l1_loss(z, values, beta=0.25))
    case("smooth_l1_zero", lambda z: nn.smooth_l1_loss(z, values, beta=0.0))


def choices():
    chosen, known = labels.reshape(-1), labels.reshape(-1) >= 0

    def cross_entropy(truth, **options):
        return lambda z: nn.cross_entropy(flat(z), truth, **options)

    def focal(gamma, weight):
        def function(z):
            log_p = nn.log_softmax(flat(z)[known], dim=1).gather(1, chosen[known, None])[:, 0]
            return (-weight[chosen[known]] * (1 - log_p.exp()) ** gamma * log_p).mean()
        return function

    def distilled(temperature):
        return lambda z: temperature ** 2 * nn.kl_div(nn.log_softmax(flat(z) / temperature, dim=1), flat(shares),
                                                      reduction="batchmean")

    ones = torch.ones(classes, dtype=torch.float64)
    case("smoothed", cross_entropy(chosen, label_smoothing=0.1))
    case("smoothed_weighted", cross_entropy(chosen, label_smoothing=0.3, weight=weights))
    case("smoothed_shares", cross_entropy(flat(shares), label_smoothing=0.2, weight=weights))
    case("focal", focal(2, ones))
    case("focal_weighted", focal(0.5, weights))
    case("multi_margin", lambda z: nn.multi_margin_loss(flat(z)[known], chosen[known]))
    case("multi_margin_squared", lambda z: nn.multi_margin_loss(flat(z)[known], chosen[known], p=2, margin=2.5,
                                                                weight=weights))
    case("kl_divergence", distilled(1))
    case("kl_divergence_warm", distilled(3))
    # the output stands for logarithms of probabilities here, which the function does not check
    case("negative_log_likelihood", lambda z: nn.nll_loss(flat(z), chosen))
    case("negative_log_likelihood_weighted", lambda z: nn.nll_loss(flat(z), chosen, weight=weights))


def answers():
    wanted = yes.clamp(min=0)
    bce = nn.binary_cross_entropy_with_logits

    def hinge(margin, power):
        return lambda z: counted((margin - (2 * wanted - 1) * z).clamp(min=0) ** power, yes)

    def focal(gamma, negative, positive):
        def function(z):  # torchvision's sigmoid_focal_loss
            p = torch.sigmoid(z)
            q = wanted * (1 - p) + (1 - wanted) * p
            each = bce(z, wanted, reduction="none") * q ** gamma
            return counted(each * (positive * wanted + negative * (1 - wanted)), yes)
        return function

    def ordinal(weight):
        def function(z):
            above = (grades[..., None] > torch.arange(classes)).double()
            each = (weight * bce(z, above, reduction="none")).sum(dim=2)
            return counted(each, grades)
        return function

    case("hinge", hinge(1, 1))
    case("hinge_squared", hinge(2.5, 2))
    case("multi_label", lambda z: counted(bce(z, wanted, pos_weight=weights, reduction="none"), yes))
    case("binary_focal", focal(2, 1, 1))
    case("binary_focal_weighted", focal(1.5, 0.75, 0.25))
    case("ordinal", ordinal(torch.ones(classes, dtype=torch.float64)))
    case("ordinal_weighted", ordinal(weights))


def embeddings():
    def cosine(margin):
        def function(z):
            known = (pairs >= 0).all(dim=1)
            sign = torch.where(pairs[known, 0] == pairs[known, 1], 1, -1)
            return nn.cosine_embedding_loss(z[0::2][known], z[1::2][known], sign, margin=margin)
        return function

    def triplet(**options):
        return lambda z: nn.triplet_margin_loss(z[0::3], z[1::3], z[2::3], **options)

    def nt_xent(temperature):
        def function(z):
            unit = nn.normalize(z, dim=1)
            similarity = (unit @ unit.T / temperature).masked_fill(torch.eye(len(z), dtype=torch.bool), -np.inf)
            return nn.cross_entropy(similarity, torch.arange(len(z)) ^ 1)
        return function

    ones = torch.ones(samples * positions)
    case("cosine_distance", lambda z: nn.cosine_embedding_loss(flat(z), flat(values), ones))
    case("cosine_embedding", cosine(0), rows)
    case("cosine_embedding_margin", cosine(-0.5), rows)
    case("triplet_margin", triplet(), rows)
    case("triplet_margin_narrow", triplet(margin=0.25, eps=1e-3), rows)
    case("nt_xent", nt_xent(0.1), rows)
    case("nt_xent_warm", nt_xent(0.5), rows)


def heads():
    """Two of a position: four classes, and three answers of yes or no."""
    few = torch.where(labels >= 0, labels % 4, labels).reshape(-1)
    answers = yes[..., 4:]

    def both(z):
        each = nn.binary_cross_entropy_with_logits(z[..., 4:], answers.clamp(min=0), reduction="none")
        return 2 * nn.cross_entropy(z[..., :4].reshape(-1, 4), few) + 0.5 * counted(each, answers)

    case("joint", both)


regressions()
choices()
answers()
embeddings()
heads()
