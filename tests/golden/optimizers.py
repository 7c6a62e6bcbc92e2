#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/train/descent: fifty steps of every optimizer on one problem, and a moving average of weights.

PyTorch says them where it can. Lion is not part of PyTorch 1.13, and its NAdam multiplies one momentum twice into the
product of the next step; both follow the formulas of their papers in NumPy here. That NumPy's NAdam is PyTorch's but for
this is asserted. Needs Debian's python3-torch. Run it from anywhere; the files are the same every time.
"""
import pathlib

import numpy as np
import torch

folder = pathlib.Path(__file__).resolve().parent / "train" / "descent"
random = np.random.RandomState(23)
steps, count = 50, 11
start = random.randn(count)
goal = random.randn(count)
curvature = np.logspace(-3, 0.5, count)
noise = 0.1 * random.randn(steps, count)


def save(name, array):
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / (name + ".npy"), np.ascontiguousarray(array))


class Lion:
    """Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, program 2."""

    def __init__(self, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        self.lr, self.betas, self.weight_decay, self.m = lr, betas, weight_decay, 0

    def step(self, p, g):
        first, second = self.betas
        update = np.sign(first * self.m + (1 - first) * g)
        self.m = second * self.m + (1 - second) * g
        return p - self.lr * (update + self.weight_decay * p)


class NAdam:
    """Dozat, "Incorporating Nesterov momentum into Adam", 2016, in the notation of PyTorch's page of NAdam."""

    def __init__(self, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, momentum_decay=4e-3, twice=False):
        self.lr, self.betas, self.eps, self.weight_decay, self.decay = lr, betas, eps, weight_decay, momentum_decay
        self.m, self.v, self.product, self.t, self.twice = 0, 0, 1.0, 0, twice

    def step(self, p, g):
        first, second = self.betas
        g = g + self.weight_decay * p
        self.t += 1
        now = first * (1 - 0.5 * 0.96 ** (self.t * self.decay))
        following = first * (1 - 0.5 * 0.96 ** ((self.t + 1) * self.decay))
        self.product *= now
        product_next = self.product * following * (now if self.twice else 1)
        self.m = first * self.m + (1 - first) * g
        self.v = second * self.v + (1 - second) * g * g
        denominator = np.sqrt(self.v / (1 - second ** self.t)) + self.eps
        return (p - self.lr * (1 - now) / (1 - self.product) * g / denominator
                - self.lr * following / (1 - product_next) * self.m / denominator)


def trajectory(kind, options, l1, scalar):
    """[step][parameter] after each step of the gradient curvature * (p - goal) + noise + l1 * sign(p)."""
    curve, aim, shaken = curvature.astype(scalar), goal.astype(scalar), noise.astype(scalar)
    p = start.astype(scalar)
    by_torch = issubclass(kind, torch.optim.Optimizer)
    if by_torch:
        parameter = torch.tensor(p, requires_grad=True)
        descent = kind([parameter], **options)
    else:
        descent = kind(**options)
    result = []
    for t in range(steps):
        gradient = curve * (p - aim) + shaken[t] + scalar(l1) * np.sign(p)
        if by_torch:
            parameter.grad = torch.tensor(gradient)
            descent.step()
            p = parameter.detach().numpy().copy()
        else:
            p = descent.step(p, gradient).astype(scalar)
        result.append(p)
    return np.array(result)


def optimizers():
    o = torch.optim
    cases = {
        "sgd": (o.SGD, dict(lr=0.1), 0),
        "sgd_momentum": (o.SGD, dict(lr=0.05, momentum=0.9), 0),
        "sgd_dampening": (o.SGD, dict(lr=0.05, momentum=0.8, dampening=0.3, weight_decay=0.02), 0.01),
        "sgd_nesterov": (o.SGD, dict(lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01), 0.02),
        "adam": (o.Adam, dict(lr=1e-2), 0),
        "adam_amsgrad": (o.Adam, dict(lr=0.05, betas=(0.8, 0.9), eps=1e-4, weight_decay=0.1, amsgrad=True), 0.02),
        "adamw": (o.AdamW, dict(lr=1e-2), 0),
        "adamw_amsgrad": (o.AdamW, dict(lr=0.05, betas=(0.8, 0.9), eps=1e-4, weight_decay=0.2, amsgrad=True), 0.02),
        "rmsprop": (o.RMSprop, dict(), 0),
        "rmsprop_centered": (o.RMSprop, dict(lr=0.02, alpha=0.9, eps=1e-3, centered=True), 0),
        "rmsprop_momentum": (o.RMSprop, dict(lr=0.005, momentum=0.8, weight_decay=0.05), 0),
        "rmsprop_both": (o.RMSprop, dict(lr=0.005, alpha=0.95, momentum=0.7, centered=True, weight_decay=0.05), 0.02),
        "adagrad": (o.Adagrad, dict(), 0),
        "adagrad_decay": (o.Adagrad, dict(lr=0.3, lr_decay=0.1, weight_decay=0.05, initial_accumulator_value=0.5,
                                          eps=1e-4), 0.02),
        "adadelta": (o.Adadelta, dict(), 0),
        "adadelta_decay": (o.Adadelta, dict(lr=0.5, rho=0.8, eps=1e-4, weight_decay=0.05), 0.02),
        "adamax": (o.Adamax, dict(), 0),
        "adamax_decay": (o.Adamax, dict(lr=0.05, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.05), 0.02),
        "nadam": (NAdam, dict(), 0),
        "nadam_decay": (NAdam, dict(lr=0.05, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.05, momentum_decay=0.1), 0.02),
        "radam": (o.RAdam, dict(), 0),
        "radam_decay": (o.RAdam, dict(lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.05), 0.02),
        "lion": (Lion, dict(), 0),
        "lion_decay": (Lion, dict(lr=0.01, betas=(0.8, 0.95), weight_decay=0.5), 0.02),
    }
    for name in ("nadam", "nadam_decay"):
        _, options, l1 = cases[name]
        ours = trajectory(NAdam, dict(options, twice=True), l1, np.float64)
        # PyTorch 1.13 keeps the product of the momenta in float.
        np.testing.assert_allclose(ours, trajectory(o.NAdam, options, l1, np.float64), rtol=1e-5)
    save("problem", np.vstack([start, goal, curvature, noise]))
    for name, (kind, options, l1) in cases.items():
        # The first five steps in float, then every tenth in double.
        in_float = trajectory(kind, options, l1, np.float32)[:5].astype(np.float64)
        save(name, np.vstack([in_float, trajectory(kind, options, l1, np.float64)[9::10]]))


def moving_average():
    """PyTorch's AveragedModel with an exponential average, over `noise` as the weights of fifty steps."""
    module = torch.nn.Linear(count, 1, bias=False).double()
    average = torch.optim.swa_utils.AveragedModel(
        module, avg_fn=lambda kept, new, updates: 0.9 * kept + 0.1 * new)
    result = []
    for weights in noise:
        module.weight.data.copy_(torch.tensor(weights)[None])
        average.update_parameters(module)
        result.append(average.module.weight.detach().numpy()[0].copy())
    save("moving_average", np.array(result)[9::10])


optimizers()
moving_average()
