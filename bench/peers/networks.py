# SPDX-License-Identifier: MIT
"""The reference networks of bench/networks.hpp in PyTorch, with random weights; a batch norm of resnet18 is folded into
its convolution. `networks.py <network> <batch> <folder>` writes <network>.b<batch>.onnx, with that batch fixed."""
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional


class Chain(nn.Sequential):
    """Layers one after the other; `head` is applied to the logits in inference, the loss of training has its own."""
    def __init__(self, head, *layers):
        super().__init__(*layers)
        self.head = head

    def logits(self, x):
        return super().forward(x)

    def forward(self, x):
        return self.head(self.logits(x))


def sigmoid(x):
    return torch.sigmoid(x)


def softmax(x):
    return torch.softmax(x, 1)


def classifier(pixels, classes):
    layers, channels = [], 3
    for filters in (32, 64, 128, 128):
        layers += [nn.Conv2d(channels, filters, 3), nn.ReLU(), nn.MaxPool2d(2)]
        channels, pixels = filters, (pixels - 2) // 2
    layers += [nn.Flatten(), nn.Linear(channels * pixels * pixels, 512), nn.ReLU(), nn.Linear(512, classes)]
    return Chain(sigmoid if classes == 1 else softmax, *layers)


def net32():
    return Chain(sigmoid, nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                 nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                 nn.Flatten(), nn.Linear(32 * 8 * 8, 128), nn.ReLU(), nn.Linear(128, 1))


def autoencoder784():
    return Chain(sigmoid, nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 64), nn.ReLU(),
                 nn.Linear(64, 784))


class Level(nn.Module):
    """Convolution, the deeper levels beside a shortcut, convolution."""
    def __init__(self, channels, filters, *deeper):
        super().__init__()
        self.before = nn.Conv2d(channels, filters, 3, padding=1)
        self.inner = Level(filters, *deeper) if deeper else None
        if deeper:
            self.after = nn.Conv2d(deeper[0] + filters, filters, 3, padding=1)

    def forward(self, x):
        x = functional.relu(self.before(x))
        if self.inner is None:
            return x
        deep = functional.interpolate(self.inner(functional.max_pool2d(x, 2)), scale_factor=2.0, mode="nearest")
        return functional.relu(self.after(torch.cat([deep, x], 1)))


def unet256():
    return Chain(sigmoid, Level(3, 32, 32, 64, 64, 128), nn.Conv2d(32, 1, 1))


class Block(nn.Module):
    """Two convolutions beside a shortcut, which is a 1 x 1 convolution where the image is halved."""
    def __init__(self, channels, filters):
        super().__init__()
        stride = 1 if channels == filters else 2
        self.first = nn.Conv2d(channels, filters, 3, stride, 1)
        self.second = nn.Conv2d(filters, filters, 3, 1, 1)
        self.shortcut = nn.Identity() if stride == 1 else nn.Conv2d(channels, filters, 1, stride)

    def forward(self, x):
        return functional.relu(self.second(functional.relu(self.first(x))) + self.shortcut(x))


def resnet18():
    layers, channels = [nn.Conv2d(3, 64, 7, 2, 3), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 64
    for filters in (64, 128, 256, 512):
        layers += [Block(channels, filters), Block(filters, filters)]
        channels = filters
    return Chain(softmax, *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000))


class Words(nn.Module):
    """Words through a recurrent layer; the last step decides."""
    def __init__(self):
        super().__init__()
        self.embedding, self.recurrent = nn.Embedding(1000, 64), nn.LSTM(64, 64, batch_first=True)

    def forward(self, x):
        return self.recurrent(self.embedding(x))[0][:, -1]


def lstm100():
    return Chain(softmax, Words(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))


class Encoder(nn.Module):
    """One pre-norm block of a transformer. Written out, because PyTorch's own block exports no ONNX in inference."""
    def __init__(self, width, heads, inner):
        super().__init__()
        self.heads = heads
        self.first_norm, self.second_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.projections, self.joined = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.inner, self.outer = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x):
        samples, tokens, width = x.shape
        parts = self.projections(self.first_norm(x)).reshape(samples, tokens, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        weights = torch.softmax(query * (width // self.heads) ** -0.5 @ key.transpose(-2, -1), -1)
        x = x + self.joined((weights @ value).transpose(1, 2).reshape(samples, tokens, width))
        return x + self.outer(functional.gelu(self.inner(self.second_norm(x))))


def unchanged(x):
    return x


def encoder196():
    return Chain(unchanged, Encoder(192, 3, 768))


class UNet(nn.Module):
    """Two convolutions, the deeper levels beside a shortcut, two convolutions; batch norm and relu behind each."""
    def __init__(self, rank, channels, filters, *deeper):
        super().__init__()
        conv, norm = (nn.Conv2d, nn.BatchNorm2d) if rank == 2 else (nn.Conv3d, nn.BatchNorm3d)

        def double(before):
            return nn.Sequential(conv(before, filters, 3, padding=1, bias=False), norm(filters), nn.ReLU(True),
                                 conv(filters, filters, 3, padding=1, bias=False), norm(filters), nn.ReLU(True))
        self.encoder, self.inner = double(channels), None
        if deeper:
            up = nn.ConvTranspose2d if rank == 2 else nn.ConvTranspose3d
            self.inner = nn.Sequential((nn.MaxPool2d if rank == 2 else nn.MaxPool3d)(2), UNet(rank, filters, *deeper),
                                       up(deeper[0], filters, 2, 2))
            self.decoder = double(2 * filters)

    def forward(self, x):
        x = self.encoder(x)
        return x if self.inner is None else self.decoder(torch.cat([x, self.inner(x)], 1))


def nuclei256():
    return Chain(softmax, nn.InstanceNorm2d(1), UNet(2, 1, 8, 16, 32, 64), nn.Conv2d(8, 2, 1))


def hippocampus48():
    return Chain(softmax, UNet(3, 1, 16, 32, 64, 128), nn.Conv3d(16, 3, 1))


# name: how it is made, the shape of a sample
NETWORKS = {
    "cnn150": (lambda: classifier(150, 3), (3, 150, 150)),
    "cnn224": (lambda: classifier(224, 1), (3, 224, 224)),
    "net32": (net32, (1, 32, 32)),
    "unet256": (unet256, (3, 256, 256)),
    "autoencoder784": (autoencoder784, (784,)),
    "resnet18": (resnet18, (3, 224, 224)),
    "lstm100": (lstm100, (100,)),
    "encoder196": (encoder196, (196, 192)),
    "nuclei256": (nuclei256, (1, 256, 256)),
    "hippocampus48": (hippocampus48, (1, 48, 64, 48)),
}


def make(name):
    torch.manual_seed(1)
    return NETWORKS[name][0]().eval()


def inputs(name, batch):
    shape = batch, *NETWORKS[name][1]
    return torch.randint(0, 1000, shape) if name == "lstm100" else torch.rand(shape)


def main():
    name, batch, folder = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{name}.b{batch}.unfinished"
    torch.onnx.export(make(name), inputs(name, batch), str(unfinished), input_names=["x"], output_names=["y"],
                      opset_version=17, do_constant_folding=True)
    unfinished.rename(folder / f"{name}.b{batch}.onnx")


if __name__ == "__main__":
    main()
