# SPDX-License-Identifier: MIT
"""The layers of tests/golden/layers.py that pool, resample and move positions, over channels-last values."""
import math

import torch.nn.functional as F

from options import Options, channels_first, channels_last, pad


def of_rank(x, functions):
    """The function for the rank of x: of sequences, images or volumes."""
    return functions[x.dim() - 3]


def spread(numbers, x):
    """One number for all axes, or one for each."""
    rank = x.dim() - 2
    assert len(numbers) in (1, rank), numbers
    return list(numbers) * (rank if len(numbers) == 1 else 1)


def split(arguments):
    """Plain numbers, and the named options as a dictionary."""
    numbers = [a for a in arguments if not isinstance(a, tuple)]
    return numbers, {a[0]: a[1] for a in arguments if isinstance(a, tuple)}


class Positions:
    """What `Run` says about positions."""

    def apply_adaptive_avg_pool(self, x, *extents):
        pool = of_rank(x, (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d))
        return channels_last(pool(channels_first(x), spread(extents, x)))

    def apply_adaptive_max_pool(self, x, *extents):
        pool = of_rank(x, (F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d))
        return channels_last(pool(channels_first(x), spread(extents, x)))

    def apply_lp_pool(self, x, power, *options):
        rank = x.dim() - 2
        o = Options(options, rank, kernel=2)
        x = pad(channels_first(x), o.borders(x.shape[1:-1]), 0.0)  # zeros add nothing to a sum
        if rank == 1:
            return channels_last(F.lp_pool1d(x, power, o.kernel[0], o.stride[0]))
        if rank == 2:
            return channels_last(F.lp_pool2d(x, power, o.kernel, o.stride))
        sums = F.avg_pool3d(x ** power, o.kernel, o.stride) * math.prod(o.kernel)  # there is no lp_pool3d
        return channels_last(sums ** (1 / power))

    def interpolate(self, x, size, options):
        if "linear" in options:
            mode = of_rank(x, ("linear", "bilinear", "trilinear"))
            aligned = "align_corners" in options
            return channels_last(F.interpolate(channels_first(x), size, mode=mode, align_corners=aligned))
        return channels_last(F.interpolate(channels_first(x), size, mode="nearest"))

    def apply_upsample(self, x, *arguments):
        factors, options = split(arguments)
        return self.interpolate(x, [f * n for f, n in zip(spread(factors, x), x.shape[1:])], options)

    def apply_resize(self, x, *arguments):
        extents, options = split(arguments)
        return self.interpolate(x, spread(extents, x), options)

    @staticmethod
    def borders(x, arguments):
        """(before, after) of each axis, and the other options."""
        numbers, options = split(arguments)
        sides = [options.pop("before", [0]), options.pop("after", [0])] if not numbers else [numbers, numbers]
        return list(zip(*(spread(side, x) for side in sides))), options

    def apply_pad(self, x, *arguments):
        borders, options = self.borders(x, arguments)
        modes = {"reflect": "reflect", "edge": "replicate", "wrap": "circular"}
        (name, values), = options.items() or [("constant", [0.0])]
        sides = [side for border in reversed(borders) for side in border]
        if name == "constant":
            return channels_last(F.pad(channels_first(x), sides, value=values[0]))
        return channels_last(F.pad(channels_first(x), sides, mode=modes[name]))

    def apply_crop(self, x, *arguments):
        borders, _ = self.borders(x, arguments)
        inside = [slice(before, n - after) for (before, after), n in zip(borders, x.shape[1:])]
        return x[(slice(None), *inside)]

    def apply_pixel_shuffle(self, x, factor):
        rank = x.dim() - 2
        if rank == 2:
            return channels_last(F.pixel_shuffle(channels_first(x), factor))
        x = x.unflatten(-1, (-1, *[factor] * rank))  # (n, positions..., channels, parts...)
        order = [axis for a in range(rank) for axis in (1 + a, 2 + rank + a)]
        sizes = [x.shape[1 + a] * factor for a in range(rank)]
        return x.permute(0, *order, 1 + rank).reshape(len(x), *sizes, -1)

    def apply_pixel_unshuffle(self, x, factor):
        rank = x.dim() - 2
        if rank == 2:
            return channels_last(F.pixel_unshuffle(channels_first(x), factor))
        sizes = [n // factor for n in x.shape[1:-1]]
        x = x.reshape(len(x), *[size for n in sizes for size in (n, factor)], -1)
        axes = range(1, 2 * rank + 1)
        return x.permute(0, *axes[::2], 2 * rank + 1, *axes[1::2]).reshape(len(x), *sizes, -1)

    def apply_permute(self, x, *axes):
        return x.permute(0, *axes)
