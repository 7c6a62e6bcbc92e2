# SPDX-License-Identifier: MIT
"""The normalizations of tests/golden/layers.py, over channels-last values."""
import torch
import torch.nn.functional as F


class Norms:
    """What `Run` says about normalizations; `self.parameter` gives the next learned tensor."""

    @staticmethod
    def read(options, affine):
        given = {name: values[0] if values else True for name, values in options}
        return given, ("affine" in given or affine) and "no_affine" not in given

    def learned(self, affine, bias, *shape):
        weight = self.parameter(*shape) if affine else None
        return weight, self.parameter(*shape) if affine and bias else None

    def apply_layer_norm(self, x, *options):
        given, affine = self.read(options, True)
        shape = tuple(x.shape[1:] if "over_all" in given else x.shape[-1:])
        weight, bias = self.learned(affine, "no_bias" not in given, *shape)
        return F.layer_norm(x, shape, weight, bias, given.get("epsilon", 1e-5))

    def apply_rms_norm(self, x, *options):
        given, affine = self.read(options, True)
        weight, _ = self.learned(affine, False, x.shape[-1])
        y = x / torch.sqrt((x * x).mean(-1, keepdim=True) + given.get("epsilon", 2.0 ** -23))
        return y if weight is None else y * weight

    def apply_group_norm(self, x, groups, *options):
        given, affine = self.read(options, True)
        weight, bias = self.learned(affine, "no_bias" not in given, x.shape[-1])
        y = x.movedim(-1, 1).contiguous()
        return F.group_norm(y, groups, weight, bias, given.get("epsilon", 1e-5)).movedim(1, -1)

    def apply_instance_norm(self, x, *options):
        given, affine = self.read(options, False)
        weight, bias = self.learned(affine, "no_bias" not in given, x.shape[-1])
        y = x.movedim(-1, 1).contiguous()
        return F.instance_norm(y, weight=weight, bias=bias, eps=given.get("epsilon", 1e-5)).movedim(1, -1)

    def apply_local_response_norm(self, x, size, *options):
        given = {name: values[0] for name, values in options}
        y = x.movedim(-1, 1).contiguous()
        constant = given.get("additive", 1.0)
        if y.dim() == 2:  # PyTorch's needs a position
            y = y.unsqueeze(-1)
        y = F.local_response_norm(y, size, given.get("alpha", 1e-4), given.get("beta", 0.75), constant)
        return y.movedim(1, -1).reshape(x.shape)
