#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/activations.npy: values and slopes of activations by PyTorch, in float64, for
tests/layers/activation_value_test.cpp. And how layers.py applies these activations within a network.

Needs Debian's python3-torch. Row 0 holds the inputs: steps of 1/8 around 0, which meet every kink, then some far away.
Two rows follow for each function below, in this order: its values, and the gradients of its input for ones.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F


class Activations:
    """Layers of a network that layers.py runs; channels are last."""

    def apply_elu(self, x, alpha=1.0):
        return F.elu(x, alpha)

    def apply_selu(self, x):
        return F.selu(x)

    def apply_celu(self, x, alpha=1.0):
        return F.celu(x, alpha)

    def apply_gelu(self, x):
        return F.gelu(x)

    def apply_gelu_tanh(self, x):
        return F.gelu(x, approximate="tanh")

    def apply_silu(self, x):
        return F.silu(x)

    def apply_mish(self, x):
        return F.mish(x)

    def apply_softplus(self, x, beta=1.0, threshold=20.0):
        return F.softplus(x, beta, threshold)

    def apply_softsign(self, x):
        return F.softsign(x)

    def apply_hard_sigmoid(self, x):
        return F.relu6(x + 3) / 6  # F.hardsigmoid's gradient multiplies by a sixth in float

    def apply_hard_swish(self, x):
        return F.hardswish(x)

    def apply_hard_tanh(self, x, low=-1.0, high=1.0):
        return F.hardtanh(x, low, high)

    def apply_relu6(self, x):
        return F.relu6(x)

    def apply_prelu(self, x, *options):
        slopes = self.parameter(x.shape[-1] if options else 1)
        return F.prelu(x.movedim(-1, 1), slopes).movedim(1, -1)

    def apply_glu(self, x):
        return F.glu(x, -1)

    def apply_log_softmax(self, x):
        return F.log_softmax(x, -1)


functions = [
    ("elu",),
    ("elu", 0.3),
    ("selu",),
    ("celu",),
    ("celu", 0.5),
    ("gelu",),
    ("gelu_tanh",),
    ("silu",),
    ("mish",),
    ("softplus",),
    ("softplus", 2.0, 3.0),
    ("softsign",),
    ("hard_sigmoid",),
    ("hard_swish",),
    ("hard_tanh",),
    ("hard_tanh", -0.5, 2.0),
    ("relu6",),
]


def main():
    torch.set_num_threads(1)
    far = np.array([12.0, 15, 19.5, 20, 20.5, 25, 40, 80, 300, 10000])
    inputs = np.concatenate([np.arange(-80, 81) / 8, far, -far])
    rows = [inputs]
    for name, *numbers in functions:
        x = torch.tensor(inputs, requires_grad=True)
        y = getattr(Activations(), "apply_" + name)(x, *numbers)
        y.backward(torch.ones_like(y))
        rows += [y.detach().numpy(), x.grad.numpy()]
    table = np.array(rows)
    assert np.isfinite(table).all()
    np.save(pathlib.Path(__file__).with_name("activations.npy"), table)
    print(f"{len(functions)} functions of {len(inputs)} numbers")


if __name__ == "__main__":
    main()
