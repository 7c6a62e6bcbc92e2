# SPDX-License-Identifier: MIT
"""The convolutions of tests/golden/layers.py, over channels-last values, and the options that pools share with them."""
import math

import torch
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


class Convolutions:
    """What `Run` says about convolutions; `self.parameter` gives the next learned tensor."""

    @staticmethod
    def convolve(x, weight, bias, o):
        """weight as ctnn has it: (kernel..., channels / groups, filters)."""
        rank = x.dim() - 2
        weight = weight.movedim(-1, 0).movedim(-1, 1)  # (filters, channels / groups, kernel...)
        x = pad(channels_first(x), o.borders(x.shape[1:-1]), 0.0)
        function = (F.conv1d, F.conv2d, F.conv3d)[rank - 1]
        return channels_last(function(x, weight, bias, o.stride, 0, o.dilation, o.groups))

    def apply_conv(self, x, filters, *options):
        o = Options(options, x.dim() - 2, kernel=3, stride=1)
        weight = self.parameter(*o.kernel, x.shape[-1] // o.groups, filters)
        return self.convolve(x, weight, self.parameter(filters) if o.bias else None, o)

    def apply_depthwise_conv(self, x, *options):
        o = Options(options, x.dim() - 2, kernel=3, stride=1)
        o.groups = x.shape[-1]
        weight = self.parameter(*o.kernel, o.groups, o.multiplier).flatten(-2).unsqueeze(-2)
        return self.convolve(x, weight, self.parameter(o.groups * o.multiplier) if o.bias else None, o)

    def apply_separable_conv(self, x, filters, *options):
        no_bias = ("no_bias", [])
        x = self.apply_depthwise_conv(x, *[option for option in options if option != no_bias], no_bias)
        return self.apply_conv(x, filters, 1, *[option for option in options if option == no_bias])

    def apply_conv_transpose(self, x, filters, *options):
        rank, channels, size = x.dim() - 2, x.shape[-1], x.shape[1:-1]
        o = Options(options, rank, kernel=3, stride=1)
        weight = self.parameter(*o.kernel, filters // o.groups, channels)
        weight = weight.movedim(-1, 0).movedim(-1, 1)  # (channels, filters / groups, kernel...)
        bias = self.parameter(filters) if o.bias else torch.zeros(filters, dtype=x.dtype)
        function = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[rank - 1]
        y = function(channels_first(x), weight, None, o.stride, o.padding, o.output_padding, o.groups, o.dilation)
        if o.same:  # input * stride: cut the rest off, the odd position behind, or go on with zeros
            rest = [r - n * s for r, n, s in zip(y.shape[2:], size, o.stride)]
            y = pad(y, [(-(max(r, 0) // 2), -(r - max(r, 0) // 2)) for r in rest], 0.0)
        return channels_last(y) + bias
