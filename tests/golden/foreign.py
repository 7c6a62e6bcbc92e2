#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/foreign: weights as PyTorch and Keras save them, and what their networks answer.

Needs Debian's python3-torch; the files are the same every time. Each network of tests/io/foreign_weights_test.cpp is
built here once more of torch.nn's own modules, so that the weights are in PyTorch's names, shapes and order. Beside each
weight file stands <name>_case.npz with `x` and `y`, channels last.

Keras is in no Debian package: its network is computed here by the formulas of keras/src/layers (version 3.8:
convolutional/base_conv.py, normalization/batch_normalization.py, rnn/gru.py and rnn/lstm.py, whose gates are z, r, h
with reset_after and i, f, c, o), and its weights are in the order in which these files create them.
"""
import json
import pathlib
import struct

import numpy as np
import torch
from torch import nn

folder = pathlib.Path(__file__).resolve().parent / "foreign"
torch.manual_seed(7)
random = np.random.RandomState(7)


def write_npz(name, tensors):
    """Uncompressed and without the time of day."""
    np.savez(folder / name, **tensors)  # numpy dates every member 1980-01-01


def write_safetensors(name, tensors):
    """As the safetensors package does: the widest type first, then by name."""
    types = {np.dtype("int64"): "I64", np.dtype("float32"): "F32", np.dtype("float16"): "F16"}
    order = sorted(tensors, key=lambda key: (-tensors[key].dtype.itemsize, key))
    header, data = {}, b""
    for key in order:
        bytes = np.ascontiguousarray(tensors[key]).tobytes()
        header[key] = {"dtype": types[tensors[key].dtype], "shape": list(tensors[key].shape),
                       "data_offsets": [len(data), len(data) + len(bytes)]}
        data += bytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (folder / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


def write_case(name, x, y):
    write_npz(name + "_case.npz", {"x": np.ascontiguousarray(x, np.float32), "y": np.ascontiguousarray(y, np.float32)})


def fill(module):
    """Numbers that training could have left; none is 0 or 1."""
    for key, value in module.state_dict().items():
        if value.dtype == torch.int64:
            value.fill_(3)
        elif key.endswith("running_var"):
            value.uniform_(0.5, 2)
        else:
            value.uniform_(-0.6, 0.6)
    return module.eval()


def state_of(module):
    return {key: value.numpy() for key, value in module.state_dict().items()}


def first(x):
    return torch.from_numpy(np.moveaxis(x, -1, 1).copy())


class Image(nn.Module):
    """Flattens, and makes an image of a vector again."""

    def __init__(self):
        super().__init__()
        self.grouped = nn.Conv2d(4, 6, 3, padding=1, groups=2, bias=False)
        self.norm = nn.BatchNorm2d(6)
        self.slope = nn.PReLU(6)
        self.depthwise = nn.Conv2d(6, 12, 3, groups=6)
        self.up = nn.ConvTranspose2d(12, 4, 2, stride=2, groups=2)
        self.features = nn.BatchNorm1d(48)
        self.encode = nn.Linear(48, 10)
        self.code = nn.LayerNorm(10)
        self.decode = nn.Linear(10, 24)
        self.leak = nn.PReLU(24)
        self.last = nn.Conv2d(4, 3, 2)
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        x = self.slope(self.norm(self.grouped(x)))
        x = torch.max_pool2d(self.up(self.depthwise(x)), 2)
        x = self.code(torch.relu(self.encode(self.features(x.flatten(1)))))
        x = self.leak(self.decode(x)).view(-1, 4, 2, 3)
        return self.head(self.last(x).flatten(1))


class Sequence(nn.Module):
    """One LSTM of two layers and two directions; then a GRU and an RNN without biases, and a signal's convolution."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(9, 5, padding_idx=0)
        self.lstm = nn.LSTM(5, 3, num_layers=2, bidirectional=True, batch_first=True)
        self.gru = nn.GRU(6, 4, batch_first=True)
        self.gru_keras = nn.GRU(4, 3, batch_first=True)
        self.rnn_one = nn.RNN(3, 4, batch_first=True)
        self.rnn_two = nn.RNN(4, 5, batch_first=True, bias=False)
        self.norm = nn.LayerNorm(5)
        self.signal = nn.Conv1d(5, 4, 3)
        self.tail = nn.Linear(20, 2)

    def forward(self, x):
        x = self.lstm(self.words(x.long()))[0]
        x = self.gru_keras(self.gru(x)[0])[0]
        x = self.norm(self.rnn_two(self.rnn_one(x)[0])[0])
        return self.tail(self.signal(x.transpose(1, 2)).flatten(1))


def volume():
    return nn.Sequential(nn.Conv3d(2, 4, (1, 2, 3), groups=2), nn.ReLU(), nn.LayerNorm((4, 3, 3, 2)),
                         nn.ConvTranspose3d(4, 2, (2, 1, 2)), nn.GroupNorm(2, 2), nn.Flatten(), nn.Linear(72, 3))


def write_pytorch():
    with torch.no_grad():
        x = random.uniform(-1, 1, (2, 6, 5, 4)).astype(np.float32)
        net = fill(Image())
        # [pytorch]
        tensors = {name: value.numpy() for name, value in net.state_dict().items()}
        np.savez(folder / "image.npz", **tensors)
        # [pytorch]
        write_case("image", x, net.double()(first(x).double()).numpy())

        x = random.randint(0, 9, (2, 7)).astype(np.float32)
        x[0, :3] = 0
        net = fill(Sequence())
        net.words.weight[0] = 0
        write_safetensors("sequence.safetensors", state_of(net))
        write_case("sequence", x, net.double()(torch.from_numpy(x)).numpy())

        x = random.uniform(-1, 1, (2, 3, 4, 4, 2)).astype(np.float32)
        net = fill(volume()).half()
        write_safetensors("volume.safetensors", state_of(net))
        write_case("volume", x, net.double()(first(x).double()).numpy())


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru(x, kernel, recurrent, bias):
    """GRUCell.call with reset_after=True: bias[0] is the input's, bias[1] the state's."""
    h, units, states = np.zeros((len(x), recurrent.shape[0])), recurrent.shape[0], []
    for t in range(x.shape[1]):
        a, b = x[:, t] @ kernel + bias[0], h @ recurrent + bias[1]
        z = sigmoid(a[:, :units] + b[:, :units])
        r = sigmoid(a[:, units:2 * units] + b[:, units:2 * units])
        h = z * h + (1 - z) * np.tanh(a[:, 2 * units:] + r * b[:, 2 * units:])
        states.append(h)
    return np.stack(states, 1)


def lstm(x, kernel, recurrent, bias):
    """LSTMCell.call: i, f, c, o."""
    h = c = np.zeros((len(x), recurrent.shape[0]))
    states = []
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        states.append(h)
    return np.stack(states, 1)


def conv(x, kernel, bias):
    rows, columns = kernel.shape[:2]
    y = np.zeros((len(x), x.shape[1] - rows + 1, x.shape[2] - columns + 1, kernel.shape[3]))
    for i in range(y.shape[1]):
        for j in range(y.shape[2]):
            y[:, i, j] = np.tensordot(x[:, i:i + rows, j:j + columns], kernel, 3) + bias
    return y


def depthwise(x, kernel, bias):
    """Filter m of channel c is output c * multiplier + m (tf.nn.depthwise_conv2d)."""
    rows, columns, channels, multiplier = kernel.shape
    y = np.zeros((len(x), x.shape[1] - rows + 1, x.shape[2] - columns + 1, channels * multiplier))
    for i in range(y.shape[1]):
        for j in range(y.shape[2]):
            taps = np.einsum("nhwc,hwcm->ncm", x[:, i:i + rows, j:j + columns], kernel)
            y[:, i, j] = taps.reshape(len(x), -1) + bias
    return y


def write_keras():
    def make(*shape):
        return random.uniform(-0.6, 0.6, shape).astype(np.float32)

    conv_weights = [make(2, 2, 2, 3), make(3)]
    norm = [make(3), make(3), make(3), np.abs(make(3)) + np.float32(0.5)]  # gamma, beta, moving mean and variance
    depth_weights = [make(1, 2, 3, 2), make(6)]
    slope = [make(1, 1, 6)]  # PReLU(shared_axes=[1, 2])
    dense = [make(36, 10), make(10)]
    gru_weights = [make(2, 12), make(4, 12), make(2, 12)]
    lstm_weights = [make(4, 12), make(3, 12), make(12)]
    both = [[make(3, 6), make(2, 6), make(2, 6)] for _ in range(2)]  # forwards, then backwards
    head = [make(4, 3), make(3)]
    weights = [*conv_weights, *norm, *depth_weights, *slope, *dense, *gru_weights, *lstm_weights, *both[0], *both[1],
               *head]
    np.savez(folder / "keras.npz", *weights)

    x = make(2, 3, 5, 2)
    y = conv(x.astype(np.float64), *conv_weights)
    y = (y - norm[2]) / np.sqrt(norm[3] + 1e-3) * norm[0] + norm[1]
    y = depthwise(y, *depth_weights)
    y = np.where(y > 0, y, y * slope[0])
    y = y.reshape(2, -1)[:, :48] if y[0].size == 48 else y.reshape(2, -1)
    y = np.tanh(y @ dense[0] + dense[1]).reshape(2, 5, 2)
    y = lstm(gru(y, *gru_weights), *lstm_weights)
    y = np.concatenate([gru(y, *both[0])[:, -1], gru(y[:, ::-1], *both[1])[:, -1]], axis=-1)
    write_case("keras", x, y @ head[0] + head[1])


class Attention(nn.Module):
    """PyTorch's blocks, whose projections are packed, and one whose memory has another width."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(6, 2, 8, 0.0, batch_first=True), 2)
        self.decoder = nn.TransformerDecoderLayer(6, 3, 7, 0.0, "gelu", batch_first=True, norm_first=True)
        self.cross = nn.MultiheadAttention(6, 2, kdim=4, vdim=4, batch_first=True)
        self.head = nn.Linear(6, 2)

    def forward(self, a, b, c):
        y = self.decoder(b, self.encoder(a), tgt_mask=torch.ones(4, 4, dtype=torch.bool).triu(1))
        return self.head(self.cross(y, c, c, need_weights=False)[0])


def mha(queries, memory, weights, heads):
    """MultiHeadAttention of keras/src/layers/attention/multi_head_attention.py, as get_weights() lists it: kernels
    (channels, heads, width) and biases (heads, width) of query, key and value, then (heads, width, channels)."""
    q, k, v = (np.einsum("ntc,chd->nhtd", x, kernel) + bias[None, :, None]
               for x, kernel, bias in zip((queries, memory, memory), weights[0:6:2], weights[1:6:2]))
    scores = np.exp(q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1]))
    y = scores / scores.sum(-1, keepdims=True) @ v
    return np.einsum("nhtd,hdc->ntc", y, weights[6]) + weights[7]


def write_attention():
    with torch.no_grad():
        torch.manual_seed(8)
        parts = [random.uniform(-1, 1, (2, *shape)).astype(np.float32) for shape in ((5, 6), (4, 6), (3, 4))]
        net = fill(Attention())
        write_safetensors("attention.safetensors", state_of(net))
        y = net.double().train()(*(torch.from_numpy(part).double() for part in parts)).numpy()
        write_case("attention", np.concatenate([part.reshape(2, -1) for part in parts], 1), y)

    def projections(width, memory, heads, each):
        shapes = []
        for channels in (width, memory, memory):
            shapes += [(channels, heads, each), (heads, each)]
        return [random.uniform(-0.6, 0.6, shape).astype(np.float32) for shape in (*shapes, (heads, each, width), (width,))]

    own, cross = projections(6, 6, 3, 2), projections(6, 4, 2, 3)
    np.savez(folder / "keras_attention.npz", *own, *cross)
    x, memory = (random.uniform(-1, 1, shape).astype(np.float32) for shape in ((2, 5, 6), (2, 3, 4)))
    y = mha(mha(x.astype(np.float64), x.astype(np.float64), own, 3), memory.astype(np.float64), cross, 2)
    write_case("keras_attention", np.concatenate([x.reshape(2, -1), memory.reshape(2, -1)], 1), y)


folder.mkdir(exist_ok=True)
write_pytorch()
write_keras()
write_attention()
