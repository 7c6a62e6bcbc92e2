#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/train/schedule: the rates of fifty times by PyTorch's schedulers.

Needs Debian's python3-torch. Run it from anywhere; the files are the same every time.
"""
import pathlib
import warnings

import numpy as np
import torch
from torch.optim import lr_scheduler as schedulers

folder = pathlib.Path(__file__).resolve().parent / "train" / "schedule"
folder.mkdir(parents=True, exist_ok=True)
warnings.filterwarnings("ignore")
base, times = 0.3, 50


def rates(make, measured=None):
    """The rate that each of fifty epochs is trained with."""
    descent = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    schedule = make(descent)
    found = []
    for time in range(times):
        found.append(descent.param_groups[0]["lr"])
        descent.step()
        if time + 1 < times:
            schedule.step() if measured is None else schedule.step(measured[time])
    return np.array(found)


def warm(make):
    return lambda o: schedulers.SequentialLR(
        o, [schedulers.LinearLR(o, start_factor=0.1, total_iters=8), make(o)], milestones=[8])


def cycle(**options):
    return lambda o: schedulers.OneCycleLR(o, max_lr=base, cycle_momentum=False, **options)


random = np.random.RandomState(3)
falling = np.exp(-0.3 * np.minimum(np.arange(times), 14)) + 0.01 * random.rand(times)
cases = {
    "constant": lambda o: schedulers.ConstantLR(o),
    "constant_long": lambda o: schedulers.ConstantLR(o, factor=0.1, total_iters=20),
    "step": lambda o: schedulers.StepLR(o, step_size=7),
    "step_half": lambda o: schedulers.StepLR(o, step_size=10, gamma=0.5),
    "multi_step": lambda o: schedulers.MultiStepLR(o, milestones=[3, 20, 20, 41], gamma=0.3),
    "exponential": lambda o: schedulers.ExponentialLR(o, gamma=0.9),
    "polynomial": lambda o: schedulers.PolynomialLR(o),
    "polynomial_power": lambda o: schedulers.PolynomialLR(o, total_iters=40, power=0.9),
    "cosine": lambda o: schedulers.CosineAnnealingLR(o, T_max=49, eta_min=1e-3),
    "cosine_twice": lambda o: schedulers.CosineAnnealingLR(o, T_max=16),
    "cosine_restarts": lambda o: schedulers.CosineAnnealingWarmRestarts(o, T_0=10),
    "cosine_restarts_growing": lambda o: schedulers.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2, eta_min=1e-3),
    "one_cycle": cycle(total_steps=50),
    "one_cycle_linear": cycle(total_steps=50, pct_start=0.4, anneal_strategy="linear", div_factor=10,
                              final_div_factor=100),
    "one_cycle_phases": cycle(total_steps=50, pct_start=0.37, three_phase=True),
    "warm_up": lambda o: schedulers.LinearLR(o, start_factor=0.1, total_iters=8),
    "warm_up_step": warm(lambda o: schedulers.StepLR(o, step_size=7)),
    "warm_up_exponential": warm(lambda o: schedulers.ExponentialLR(o, gamma=0.9)),
}
for name, make in cases.items():
    np.save(folder / (name + ".npy"), rates(make))
np.save(folder / "measured.npy", falling)
for name, sign, options in (
        ("plateau", 1, dict(patience=2)),
        ("plateau_cooling", 1, dict(factor=0.5, patience=1, threshold=0.02, threshold_mode="abs", cooldown=3, min_lr=0.02)),
        ("plateau_largest", -1, dict(mode="max", factor=0.3, patience=3, threshold=1e-2)),
        ("plateau_least", 1, dict(factor=0.9, patience=0, eps=0.02))):
    np.save(folder / (name + ".npy"),
            rates(lambda o: schedulers.ReduceLROnPlateau(o, **options), falling if sign > 0 else 2 - falling))
