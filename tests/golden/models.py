#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/models: what PyTorch says, in float64, about the whole networks of tests/models/golden_test.cpp.

Needs Debian's python3-torch and python3-torchvision. Run it from anywhere; the files are the same every time. Where
torchvision has the network, it is torchvision's own; U-Nets and the decoder of DeepLabv3+ are built here.

Nothing is trained. Image, parameters and statistics are numbers by formula (formula.py here, formula.hpp there), taken
in the order of ctnn's flat blocks: modules in the order in which the network is written, of a block the shortcut first;
of each the weight in ctnn's axes (kernel..., in, out; of a transposed convolution kernel..., out, in; of a depthwise one
kernel..., channels, 1), then the bias; of a batch norm scale and shift, and in a block of their own mean and variance.

    weight    number * sqrt(6 / fan), He's uniform distribution: fan is the size of the tensor over its last axis, but
              the taps of a depthwise convolution
    scale     3/4 + number / 4      shift, bias  number / 8
    mean      number / 8            variance     1 + number / 2

A file holds as float32 the mean of each channel of the output over all positions, then every `step`-th number of it,
channels last.
"""
import math
import pathlib

import numpy as np
import torch
import torchvision
from torch import nn
from torch.nn import functional as F
from torchvision.models.segmentation.deeplabv3 import ASPP

from formula import first_input, numbers, parameters, statistics

folder = pathlib.Path(__file__).resolve().parent / "models"
step = 97


def tensors_of(module):
    """The tensors of a leaf in ctnn's order, each as a view in ctnn's axes with its stream and its factor and shift."""
    if isinstance(module, (nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d, nn.ConvTranspose3d, nn.Linear)):
        weight = module.weight  # (out, in, kernel...); transposed (in, out, kernel...)
        axes = [*range(2, weight.dim()), 1, 0]
        if getattr(module, "groups", 1) > 1:
            assert module.groups == weight.shape[0] == module.in_channels
            axes = [*range(2, weight.dim()), 0, 1]
        view = weight.permute(axes)
        depthwise = view.shape[-1] == 1 and math.prod(view.shape[:-2]) > 1
        fan = math.prod(view.shape[:-2]) if depthwise else view.numel() // view.shape[-1]
        yield view, parameters, math.sqrt(6 / fan), 0
        if module.bias is not None:
            yield module.bias, parameters, 1 / 8, 0
    elif isinstance(module, (nn.BatchNorm2d, nn.BatchNorm3d)):
        yield module.weight, parameters, 1 / 4, 3 / 4
        yield module.bias, parameters, 1 / 8, 0
        yield module.running_mean, statistics, 1 / 8, 0
        yield module.running_var, statistics, 1 / 2, 1
    else:
        assert not list(module.parameters()), module


def leaves(module):
    """In the order in which ctnn writes them: the shortcut of a residual block before the rest of it."""
    children = list(module.named_children())
    children.sort(key=lambda child: child[0] != "downsample")
    if not children:
        yield module
    for _, child in children:
        yield from leaves(child)


def fill(module):
    tensors = [tensor for leaf in leaves(module) for tensor in tensors_of(leaf)]
    total = {parameters: 0, statistics: 0}
    for view, stream, _, _ in tensors:
        total[stream] += view.numel()
    values = {stream: numbers(stream, count) for stream, count in total.items()}
    at = dict.fromkeys(total, 0)
    with torch.no_grad():
        for view, stream, factor, shift in tensors:
            part = values[stream][at[stream]:at[stream] + view.numel()] * factor + shift
            at[stream] += view.numel()
            view.copy_(torch.tensor(part.astype(np.float32)).reshape(view.shape))  # as ctnn's float
    return total[parameters]


class UNet(nn.Module):
    """Modules in the order in which a level of ctnn's is written: down, the deeper levels, up, on the way up."""

    def __init__(self, rank, channels, widths, volume_style):
        super().__init__()
        conv, norm = (nn.Conv2d, nn.BatchNorm2d) if rank == 2 else (nn.Conv3d, nn.BatchNorm3d)
        transposed = nn.ConvTranspose2d if rank == 2 else nn.ConvTranspose3d

        def double(incoming, first, second):
            return nn.Sequential(conv(incoming, first, 3, padding=1, bias=False), norm(first), nn.ReLU(),
                                 conv(first, second, 3, padding=1, bias=False), norm(second), nn.ReLU())

        width = widths[0]
        self.pool = nn.MaxPool2d(2) if rank == 2 else nn.MaxPool3d(2)
        self.encoder = double(channels, width // 2 if volume_style else width, width)
        self.deeper = None
        if len(widths) > 1:
            up = widths[1] if volume_style else width
            self.deeper = UNet(rank, width, widths[1:], volume_style)
            self.up = transposed(widths[1], up, 2, stride=2, bias=not volume_style)
            self.decoder = double(width + up, width, width)

    def forward(self, x):
        x = self.encoder(x)
        if self.deeper is None:
            return x
        return self.decoder(torch.cat([x, self.up(self.deeper(self.pool(x)))], 1))


class DeepLab(nn.Module):
    def __init__(self, classes):
        super().__init__()
        resnet = torchvision.models.resnet50(replace_stride_with_dilation=[False, False, True])

        def conv_norm(incoming, filters, kernel):
            return nn.Sequential(nn.Conv2d(incoming, filters, kernel, padding=kernel // 2, bias=False),
                                 nn.BatchNorm2d(filters), nn.ReLU())

        self.stem = nn.Sequential(resnet.conv1, resnet.bn1, resnet.relu, resnet.maxpool, resnet.layer1)
        self.low = conv_norm(256, 48, 1)
        self.stages = nn.Sequential(resnet.layer2, resnet.layer3, resnet.layer4)
        self.pyramid = ASPP(2048, [6, 12, 18])
        self.decoder = nn.Sequential(conv_norm(48 + 256, 256, 3), conv_norm(256, 256, 3), nn.Conv2d(256, classes, 1))

    def forward(self, x):
        x = self.stem(x)
        high = self.pyramid(self.stages(x))
        high = F.interpolate(high, scale_factor=4, mode="bilinear", align_corners=False)
        x = self.decoder(torch.cat([self.low(x), high], 1))
        return F.interpolate(x, scale_factor=4, mode="bilinear", align_corners=False)


def write(name, module, shape, count, head=lambda x: torch.softmax(x, 1)):
    torch.set_default_dtype(torch.float32)
    module = module.eval()
    assert fill(module) == count, name
    module = module.double()
    x = torch.tensor(numbers(first_input, math.prod(shape))).reshape(1, *shape).movedim(-1, 1)
    with torch.no_grad():
        scores = module(x)
        y = head(scores).movedim(1, -1)
    flat = y.flatten()
    result = torch.cat([y.reshape(-1, y.shape[-1]).mean(0), flat[::step]]).numpy().astype(np.float32)
    assert np.isfinite(result).all(), name
    np.save(folder / f"{name}.npy", result)
    print(f"{name}: scores {scores.mean():.2f} +- {scores.std():.2f}, outputs {flat.min():.2g} to {flat.max():.2g}")


def main():
    torch.set_num_threads(1)
    folder.mkdir(exist_ok=True)
    models = torchvision.models
    write("resnet18", models.resnet18(), (64, 96, 3), 11689512)
    write("densenet121", models.densenet121(), (64, 96, 3), 7978856)
    write("mobilenet_v2", models.mobilenet_v2(), (64, 96, 3), 3504872)
    flat = nn.Sequential(UNet(2, 3, [64, 128, 256, 512, 1024], False), nn.Conv2d(64, 2, 1))
    write("unet", flat, (48, 64, 3), 31037698)
    volume = nn.Sequential(UNet(3, 1, [64, 128, 256, 512], True), nn.Conv3d(64, 3, 1))
    write("unet_3d", volume, (16, 8, 16, 1), 19069955 + 2336 - 2 * 27 * 32)
    write("deeplab_v3_plus", DeepLab(21), (96, 128, 3), 40352181)
    print(sum(f.stat().st_size for f in folder.glob("*.npy")), "bytes")


main()
