# SPDX-License-Identifier: MIT
"""PyTorch (Debian: python3-torch), asked as turns.hpp says. Inference: eager or traced, frozen and optimized, training:
forward, loss, backward, Adam; both with the memory format of PyTorch and channels last. The fastest is measured.

Debian's OpenBLAS does not know processors newer than itself and falls back to SSE3 for them: compare.sh sets
OPENBLAS_CORETYPE, or PyTorch's dense layers would be measured at a fraction of what they can do."""
import sys
import time

import torch
from torch.nn import functional

import networks


def median_of_calls(seconds, call, clock):
    """As turns.hpp: processor time for one thread, short calls in groups."""
    times, group, start = [], 1, time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < seconds:
        before = clock()
        for _ in range(group):
            call()
        taken = clock() - before
        if taken < 1e-4:
            group *= 2
        else:
            times.append(taken / group)
    return sorted(times)[len(times) // 2] * 1e6


def inference(name, x, traced):
    network = networks.make(name).to(memory_format=x[1])
    if traced:
        with torch.no_grad():
            network = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(network, x[0])))

    def call():
        with torch.no_grad():
            network(x[0])
    return call


def dice_cross_entropy(logits, labels):
    """The mean over samples of 1 - Dice of each structure without the background, and the cross entropy."""
    truth = functional.one_hot(labels, logits.shape[1]).movedim(-1, 1)[:, 1:]
    found, places = torch.softmax(logits, 1)[:, 1:], tuple(range(2, logits.dim()))
    dice = (2 * (found * truth).sum(places) + 1) / (found.sum(places) + truth.sum(places) + 1)
    return 1 - dice.mean() + functional.cross_entropy(logits, labels)


def training(name, x):
    network = networks.make(name).to(memory_format=x[1]).train()
    adam = torch.optim.Adam(network.parameters(), 1e-3)
    with torch.no_grad():
        outputs = network.logits(x[0])
    if name in ("autoencoder784", "encoder196"):
        target, loss = torch.rand_like(outputs), functional.mse_loss
    elif outputs.dim() > 2 and network.head is networks.softmax:
        target, loss = torch.randint(0, outputs.shape[1], (len(outputs), *outputs.shape[2:])), dice_cross_entropy
    elif network.head is networks.sigmoid:
        target, loss = (torch.rand_like(outputs) > 0.5).float(), functional.binary_cross_entropy_with_logits
    else:
        target, loss = torch.randint(0, outputs.shape[1], (len(outputs),)), functional.cross_entropy

    def call():
        adam.zero_grad()
        loss(network.logits(x[0]), target).backward()
        adam.step()
    return call


def main():
    name, batch, threads, train = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "train"
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    clock = time.process_time if threads == 1 else time.perf_counter
    formats = {"": torch.contiguous_format}
    if len(networks.NETWORKS[name][1]) == 3:
        formats[" channels last"] = torch.channels_last
    elif len(networks.NETWORKS[name][1]) == 4:
        formats[" channels last"] = torch.channels_last_3d
    calls = {}
    for word, memory_format in formats.items():
        x = networks.inputs(name, batch).contiguous(memory_format=memory_format), memory_format
        if train:
            calls["eager" + word] = training(name, x)
        else:
            calls["eager" + word] = inference(name, x, False)
            calls["traced" + word] = inference(name, x, True)
    for call in calls.values():  # the first calls of a traced network compile it
        for _ in range(3):
            call()
    best = min(calls, key=lambda word: min(median_of_calls(0.05, calls[word], clock) for _ in range(5)))
    print("ready", torch.__version__, best, sep="\t", flush=True)
    for line in sys.stdin:
        median_of_calls(float(line) / 5, calls[best], clock)
        print(f"{median_of_calls(float(line), calls[best], clock):.3f}", flush=True)


if __name__ == "__main__":
    main()
