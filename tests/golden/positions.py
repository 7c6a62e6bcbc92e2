# SPDX-License-Identifier: MIT
"""The layers of tests/golden/layers.py that pool, resample and move positions, over channels-last values."""
import torch.nn.functional as F


def channels_first(x):
    return x.movedim(-1, 1).contiguous()


def channels_last(x):
    return x.movedim(1, -1)


def of_rank(x, functions):
    """The function for the rank of x: of sequences, images or volumes."""
    return functions[x.dim() - 3]


def spread(numbers, x):
    """One number for all axes, or one for each."""
    rank = x.dim() - 2
    assert len(numbers) in (1, rank), numbers
    return list(numbers) * (rank if len(numbers) == 1 else 1)


class Positions:
    """What `Run` says about positions."""

    def apply_adaptive_avg_pool(self, x, *extents):
        pool = of_rank(x, (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d))
        return channels_last(pool(channels_first(x), spread(extents, x)))

    def apply_adaptive_max_pool(self, x, *extents):
        pool = of_rank(x, (F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d))
        return channels_last(pool(channels_first(x), spread(extents, x)))
