# SPDX-License-Identifier: MIT
"""The convolutions of tests/golden/layers.py, over channels-last values."""
import torch
import torch.nn.functional as F

from options import Options, channels_first, channels_last, pad


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
