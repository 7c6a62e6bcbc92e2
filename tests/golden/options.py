# SPDX-License-Identifier: MIT
"""The options of layers with a window, and the order of axes, for tests/golden/layers.py."""
import math

import torch.nn.functional as F


def pad(x, borders, value):
    """x is (n, c, spatial...); PyTorch lists the last axis first."""
    return F.pad(x, [side for border in reversed(borders) for side in border], value=value)


def channels_first(x):
    return x.movedim(-1, 1).contiguous()


def channels_last(x):
    return x.movedim(1, -1)


class Options:
    """The named options of a layer, spread over the input's spatial axes."""

    def __init__(self, arguments, rank, kernel, stride=None):
        given = {}
        for argument in arguments:
            name, values = argument if isinstance(argument, tuple) else ("kernel", [argument])
            assert name not in given, name
            given[name] = values
        def spread(name, otherwise):
            values = given.get(name, otherwise)
            assert len(values) in (1, rank), (name, values)
            return list(values) * (rank if len(values) == 1 else 1)
        self.kernel = spread("kernel", [kernel])
        self.stride = spread("stride", [stride] if stride else self.kernel)
        self.dilation = spread("dilation", [1])
        self.padding = spread("padding", [0])
        self.groups = given.get("groups", [1])[0]
        self.same, self.causal, self.bias = "same" in given, "causal" in given, "no_bias" not in given
        self.multiplier = given.get("depth_multiplier", [1])[0]
        self.output_padding = spread("output_padding", [0])
        self.include_padding = "exclude_padding" not in given
        self.epsilon, self.momentum = given.get("epsilon", [1e-5])[0], given.get("momentum", [0.1])[0]

    def borders(self, size):
        """(before, after) of each axis; `same` as TensorFlow: ceil(size / stride) positions, the odd zero behind."""
        if self.causal:
            return [((k - 1) * d, 0) for k, d in zip(self.kernel, self.dilation)]
        if not self.same:
            return [(p, p) for p in self.padding]
        result = []
        for n, k, s, d in zip(size, self.kernel, self.stride, self.dilation):
            needed = max((math.ceil(n / s) - 1) * s + (k - 1) * d + 1 - n, 0)
            result.append((needed // 2, needed - needed // 2))
        return result
