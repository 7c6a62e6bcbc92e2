#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/train/transfer and tests/golden/train/attack: PyTorch's parameters after ten epochs with frozen
parts and rates a group, and what FGSM and PGD, written out here from their papers, make of inputs of the same network.

Needs Debian's python3-torch. Run it from anywhere; the files are the same every time.
"""
import pathlib

import numpy as np
import torch

folder = pathlib.Path(__file__).resolve().parent / "train"
torch.manual_seed(5)
torch.set_default_dtype(torch.float64)
torch.use_deterministic_algorithms(True)


def save(name, array):
    path = folder / (name + ".npy")
    path.parent.mkdir(parents=True, exist_ok=True)
    array = np.ascontiguousarray(array)
    np.save(path, array.astype(np.int32) if array.dtype.kind in "ib" else array)


def network():
    return torch.nn.Sequential(torch.nn.Linear(5, 6), torch.nn.BatchNorm1d(6), torch.nn.ReLU(), torch.nn.Linear(6, 4),
                               torch.nn.BatchNorm1d(4), torch.nn.ReLU(), torch.nn.Linear(4, 3))


def flat(net):
    """In ctnn's order: the weights of a dense layer are (inputs, outputs)."""
    return torch.cat([(p.detach().T if p.dim() == 2 else p.detach()).ravel() for p in net.parameters()]).numpy()


def statistics(net):
    return torch.cat([torch.cat([net[i].running_mean, net[i].running_var]) for i in (1, 4)]).numpy()


def begin():
    net = network()
    net.load_state_dict(start)
    return net


first = network()
for norm in (first[1], first[4]):
    torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
    torch.nn.init.normal_(norm.bias)
    torch.nn.init.normal_(norm.running_mean, std=0.3)
    torch.nn.init.uniform_(norm.running_var, 0.5, 2)
start = {key: value.clone() for key, value in first.state_dict().items()}
inputs, labels = torch.randn(12, 5), torch.randint(0, 3, (12,))
save("transfer/start", flat(first))
save("transfer/statistics", statistics(first))
save("transfer/inputs", inputs.numpy())
save("transfer/labels", labels.numpy())


def train(name, net, descent, frozen):
    for _ in range(10):
        net.train()
        for i in frozen:
            net[i].eval()
        descent.zero_grad()
        torch.nn.functional.cross_entropy(net(inputs), labels).backward()
        descent.step()
    save("transfer/" + name, flat(net))


net = begin()
learning = [p for i in (0, 3, 6) for p in net[i].parameters()]
train("frozen_norms", net, torch.optim.Adam(learning, lr=0.01), (1, 4))

net = begin()
rates = [0.1, 0.1, 1, 1, 1, 1, 3]
train("rates", net, torch.optim.AdamW([dict(params=list(net[i].parameters()), lr=0.01 * rates[i])
                                       for i in (0, 1, 3, 4, 6)], weight_decay=0.1), ())

net = begin()
rates = [0, 0, 0, 0.5, 1, 1, 1]
train("frozen_front", net, torch.optim.SGD([dict(params=list(net[i].parameters()), lr=0.1 * rates[i])
                                            for i in (3, 4, 6)], lr=0.1, momentum=0.9), (0, 1))

net = begin().eval()


def slope(x):
    x = x.clone().requires_grad_()
    torch.nn.functional.cross_entropy(net(x), labels, reduction="sum").backward()
    return x.grad


def attack(name, norm, epsilon, step, steps, low, high):
    clean = inputs.clamp(low, high)
    x = clean.clone()
    for _ in range(steps):
        g = slope(x)
        if norm == "infinity":
            x = x + step * g.sign()
            x = clean + (x - clean).clamp(-epsilon, epsilon)
        else:
            x = x + step * g / g.norm(dim=1, keepdim=True)
            away = x - clean
            x = clean + away * (epsilon / away.norm(dim=1, keepdim=True)).clamp(max=1)
        x = x.clamp(low, high)
    save("attack/" + name, x.numpy())


attack("fgsm", "infinity", 0.3, 0.3, 1, -1.5, 1.5)
attack("pgd", "infinity", 0.3, 0.07, 10, -1.5, 1.5)
attack("pgd_l2", "l2", 0.8, 0.2, 10, -1.5, 1.5)
