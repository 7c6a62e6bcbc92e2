#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/layers: what PyTorch says, in float64, about the networks in tests/layers/*_golden_test.cpp.

Needs Debian's python3-torch. Run it from anywhere; the files are the same every time. The networks are read from the
C++ tests (`using name = nn::network<...>;`), so the two sides cannot drift apart. Inputs, parameters and the gradient
of the output are made by formula on both sides (formula.py here, formula.hpp there): multiples of 1/64 in
[-1, 1), so that single linear layers are exact and windows of a pool have ties.

One file a network, all results one after the other, in ctnn's orders: the output, the gradient of the input, the
gradient of the flat parameter block; where there is a batch_norm also the running statistics after a second step with
another input, and then the output of the first input in evaluation mode. float32 where that is exact, else float64.
"""
import math
import pathlib
import re

import numpy as np
import torch
import torch.nn.functional as F

from activations import Activations
from attention import Attention
from convolutions import Convolutions
from formula import first_input, numbers, output_gradient, parameters, second_input, statistics
from norms import Norms
from options import Options, channels_first, channels_last, pad
from positions import Positions
from sequences import Sequences

tests = pathlib.Path(__file__).resolve().parent.parent
folder = tests / "golden" / "layers"
samples = 3


def parse(text):
    """'conv<5, stride<2>, same>' -> ('conv', [5, ('stride', [2]), ('same', [])])"""
    tokens = re.findall(r'"[^"]*"|-?[\w.]+|[<>,]', text.replace("nn::", ""))
    position = 0

    def value():
        nonlocal position
        token = tokens[position]
        position += 1
        if token[0] in '"-' or token[0].isdigit():
            return token.strip('"') if token[0] == '"' else float(token) if "." in token else int(token)
        arguments = []
        if position < len(tokens) and tokens[position] == "<":
            position += 1
            while tokens[position] != ">":
                arguments.append(value())
                position += tokens[position] == ","
            position += 1
        return token, arguments

    return value()


class Run(Activations, Attention, Convolutions, Norms, Positions, Sequences):
    """One pass of a network over channels-last values. Layers take their parameters from one flat leaf, in order."""

    def __init__(self, flat, state, training):
        self.flat, self.state, self.training = flat, state, training
        self.next_parameter = self.next_state = 0
        self.mask = self.memory = None

    def parameter(self, *shape):
        count = math.prod(shape)
        part = self.flat[self.next_parameter:self.next_parameter + count]
        self.next_parameter += count
        return part.reshape(shape)

    def statistic(self, count):
        part = self.state[self.next_state:self.next_state + count]  # a view: batch_norm changes it
        self.next_state += count
        return part

    def layer(self, spelled, x):
        name, arguments = spelled
        return getattr(self, "apply_" + name)(x, *arguments)

    def apply_chain(self, x, *layers):
        for layer in layers:
            x = self.layer(layer, x)
        return x

    def apply_network(self, x, first, *layers):
        name, shapes = first
        if name == "inputs":  # one behind the other in each sample
            sizes = [math.prod(shape) for _, shape in shapes]
            self.inputs = [part.reshape(len(x), *shape) for part, (_, shape) in zip(x.split(sizes, 1), shapes)]
        return self.apply_chain(x, *layers)

    def apply_input(self, _, number):
        return self.inputs[number]

    def apply_each_input(self, _, *branches):
        return torch.cat([self.layer(branch, x) for branch, x in zip(branches, self.inputs, strict=True)], dim=-1)

    def apply_siamese(self, _, *layers):
        parameters, statistics = self.next_parameter, self.next_state
        results = []
        for x in self.inputs:
            self.next_parameter, self.next_state = parameters, statistics
            results.append(self.apply_chain(x, *layers))
        return torch.cat(results, dim=-1)

    def apply_absolute_difference(self, x):
        first, second = x.chunk(2, -1)
        return (first - second).abs()

    def apply_repeat(self, x, times, *layers):
        for _ in range(times):
            x = self.apply_chain(x, *layers)
        return x

    def apply_identity(self, x):
        return x

    def apply_named(self, x, _, layer):
        return self.layer(layer, x)

    def apply_sum(self, x, *branches):
        return sum(self.layer(branch, x) for branch in branches)

    def apply_residual(self, x, *layers):
        return x + self.apply_chain(x, *layers)

    def apply_scale_by(self, x, *layers):
        gate = self.apply_chain(x, *layers)
        while gate.dim() < x.dim():  # a vector: the same for all positions
            gate = gate.unsqueeze(1)
        return x * gate

    def apply_squeeze_excite(self, x, reduction):
        channels = x.shape[-1]
        hidden = ("dense", [max(channels // reduction, 1)])
        layers = [("global_avg_pool", []), hidden, ("relu", []), ("dense", [channels]), ("sigmoid", [])]
        return self.apply_scale_by(x, *layers)

    def apply_channel_pool(self, x):
        return torch.stack([x.max(-1).values, x.mean(-1)], dim=-1)

    def apply_cbam(self, x, reduction, kernel):
        channels = x.shape[-1]
        hidden = max(channels // reduction, 1)
        first, first_bias = self.parameter(channels, hidden), self.parameter(hidden)
        second, second_bias = self.parameter(hidden, channels), self.parameter(channels)

        def decide(pooled):
            return F.relu(pooled @ first + first_bias) @ second + second_bias

        gate = torch.sigmoid(decide(self.apply_global_avg_pool(x)) + decide(self.apply_global_max_pool(x)))
        x = x * gate.reshape(len(x), *[1] * (x.dim() - 2), channels)
        gate = self.apply_conv(self.apply_channel_pool(x), 1, kernel, ("same", []), ("no_bias", []))
        return x * torch.sigmoid(self.apply_batch_norm(gate, ("momentum", [0.01])))

    def apply_attention_gate(self, x, filters, *deeper):
        g = self.apply_chain(x, *deeper)
        skip = self.apply_conv(x, filters, 1, ("no_bias", []))
        gate = F.relu(skip + self.apply_conv(g, filters, 1))
        return torch.cat([x * torch.sigmoid(self.apply_conv(gate, 1, 1)), g], dim=-1)

    def apply_auxiliary(self, x, *layers):
        self.auxiliaries.append(self.apply_chain(x, *layers))
        return x

    def apply_with_auxiliaries(self, x, *layers):
        self.auxiliaries = []
        heads = [self.apply_chain(x, *layers), *self.auxiliaries[::-1]]
        if len({head.shape[:-1] for head in heads}) > 1:  # other positions
            heads = [head.flatten(1) for head in heads]
        return torch.cat(heads, dim=-1)

    def apply_concat(self, x, *branches):
        return torch.cat([self.layer(branch, x) for branch in branches], dim=-1)

    def apply_dense(self, x, units, *options):
        weight = self.parameter(x.shape[-1], units)
        y = x @ weight
        return y if options else y + self.parameter(units)

    def apply_max_pool(self, x, *options):
        rank = x.dim() - 2
        o = Options(options, rank, kernel=2)
        x = pad(channels_first(x), o.borders(x.shape[1:-1]), -math.inf)
        return channels_last((F.max_pool1d, F.max_pool2d, F.max_pool3d)[rank - 1](x, o.kernel, o.stride))

    def apply_avg_pool(self, x, *options):
        rank = x.dim() - 2
        o = Options(options, rank, kernel=2)
        pool = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[rank - 1]
        borders = o.borders(x.shape[1:-1])
        x = channels_first(x)
        if not o.same:
            return channels_last(pool(x, o.kernel, o.stride, o.padding, False, o.include_padding))
        inside = pool(pad(torch.ones_like(x), borders, 0.0), o.kernel, o.stride)
        return channels_last(pool(pad(x, borders, 0.0), o.kernel, o.stride) / inside)

    def apply_global_avg_pool(self, x):
        present = self.present_of(x)
        if present is not None:
            return (x * present[..., None]).sum(1) / present.sum(1, keepdim=True).clamp(min=1)
        return x.flatten(1, -2).mean(1)

    def apply_global_max_pool(self, x):
        rank = x.dim() - 2
        present = self.present_of(x)
        if present is not None:
            x = x.masked_fill(~present[..., None], -math.inf)
        pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[rank - 1]
        return pool(channels_first(x), tuple(x.shape[1:-1])).flatten(1)

    def apply_dropout(self, x, _):
        return x

    def apply_flatten(self, x):
        return x.reshape(len(x), -1)

    def apply_reshape(self, x, *shape):
        return x.reshape(len(x), *shape)

    def apply_batch_norm(self, x, *options):
        o = Options(options, 1, kernel=1)
        channels = x.shape[-1]
        weight, bias = self.parameter(channels), self.parameter(channels)
        mean, variance = self.statistic(channels), self.statistic(channels)
        y = x.movedim(-1, 1)
        return F.batch_norm(y, mean, variance, weight, bias, self.training, o.momentum, o.epsilon).movedim(1, -1)

    def apply_relu(self, x):
        return F.relu(x)

    def apply_leaky_relu(self, x, slope=0.01):
        return F.leaky_relu(x, slope)

    def apply_sigmoid(self, x):
        return torch.sigmoid(x)

    def apply_tanh(self, x):
        return torch.tanh(x)

    def apply_softmax(self, x):
        return torch.softmax(x, -1)


class Counter(Run):
    """Finds how many parameters and statistics a network takes: runs it on zeros."""

    def __init__(self):
        super().__init__(None, None, False)

    def parameter(self, *shape):
        self.next_parameter += math.prod(shape)
        return torch.zeros(shape, dtype=torch.float64)

    def statistic(self, count):
        self.next_state += count
        return torch.ones(count, dtype=torch.float64)


def results_of(spelled):
    name, arguments = spelled
    shape_name, shape = arguments[0]
    assert name == "network" and shape_name in ("shape", "inputs")
    if shape_name == "inputs":
        shape = [sum(math.prod(part) for _, part in shape)]
    size = (samples, *shape)

    def input_from(stream):
        return torch.tensor(numbers(stream, math.prod(size))).reshape(size)

    counter = Counter()
    counter.apply_network(torch.zeros(size, dtype=torch.float64), *arguments)
    # Half of the formula's range: as many layers as a test has keep their values near 1.
    flat = torch.tensor(numbers(parameters, counter.next_parameter) / 2, requires_grad=True)
    # Means in [-1, 1), variances in [1/2, 3/2): every statistic is 1 + number / 2, which serves as both.
    state = torch.tensor(1 + numbers(statistics, counter.next_state) / 2)

    x = input_from(first_input).requires_grad_(True)
    y = Run(flat, state, True).apply_network(x, *arguments)
    y.backward(torch.tensor(numbers(output_gradient, y.numel())).reshape(y.shape))
    parts = [y.detach(), x.grad, flat.grad]
    if counter.next_state > 0:
        with torch.no_grad():
            Run(flat, state, True).apply_network(input_from(second_input), *arguments)
            parts.append(state)
            parts.append(Run(flat, state, False).apply_network(input_from(first_input), *arguments))
    return torch.cat([part.flatten() for part in parts if part is not None]).numpy()


def main():
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    folder.mkdir(exist_ok=True)
    written = set()
    for source in sorted((tests / "layers").glob("*_golden_test.cpp")):
        text = re.sub(r"//[^\n]*", "", source.read_text(encoding="utf-8"))
        for name, spelled in re.findall(r"using (\w+) =\s*(nn::network<[^;]*>);", text):
            assert name not in written, name
            results = results_of(parse(spelled))
            assert np.isfinite(results).all(), name
            exact = results.astype(np.float32)
            np.save(folder / f"{name}.npy", exact if (exact == results).all() else results)
            written.add(name)
    for old in folder.glob("*.npy"):
        if old.stem not in written:
            old.unlink()
    print(f"{len(written)} networks, {sum(f.stat().st_size for f in folder.glob('*.npy'))} bytes")


main()
