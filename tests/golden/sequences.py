# SPDX-License-Identifier: MIT
"""The layers of tests/golden/layers.py that read sequences: PyTorch's own, or its cells where steps are masked.
"""
import torch
import torch.nn.functional as F


class Sequences:
    """What `Run` says about them; `self.parameter` gives the next learned tensor."""

    def apply_embedding(self, x, classes, units, *options):
        weight = self.parameter(classes, units)
        padding = dict(options).get("padding_index", [None])[0]
        index = torch.where((x >= 0) & (x < classes), x, torch.full_like(x, -1)).long()
        absent = (index < 0) if padding is None else (index < 0) | (index == padding)
        y = F.embedding(index.clamp(min=0), weight)
        # The indices have a gradient, and it is zero.
        return y.masked_fill(absent.unsqueeze(-1), 0.0) + 0 * x.sum()

    def apply_masking(self, x, value=0.0):
        self.mask = x != value if x.dim() == 2 else (x != value).flatten(2).any(-1)
        return x

    def present_of(self, x):
        """Which steps of x are present, or None. A mask belongs to what has as many steps."""
        return self.mask if self.mask is not None and x.dim() == 3 and x.shape[1] == self.mask.shape[1] else None

    def recurrent(self, kind, gates, x, units, options):
        given = {name for name, _ in options}
        channels = x.shape[-1]
        weight, recurrent = self.parameter(channels, gates * units), self.parameter(units, gates * units)
        if kind == "GRU" or "pytorch" in given:
            bias = self.parameter(2, gates * units)
        else:
            bias = torch.stack([self.parameter(gates * units), torch.zeros(gates * units, dtype=torch.float64)])
        if kind == "GRU" and "keras" in given:  # z, r, n -> r, z, n
            order = torch.cat([torch.arange(units, 2 * units), torch.arange(units), torch.arange(2 * units, 3 * units)])
            weight, recurrent, bias = weight[:, order], recurrent[:, order], bias[:, order]
        present = self.present_of(x)
        if "masked" in given:
            present = (x != 0).any(-1)
        if "backwards" in given:
            x = x.flip(1)
        if present is not None:
            if "backwards" in given:
                present = present.flip(1)
            y, last = self.masked(kind, x, present, units, weight, recurrent, bias)
        else:
            # What torch.nn.RNN, LSTM and GRU call, with parameters that are not leaves.
            module = {"RNN": torch.rnn_tanh, "LSTM": torch.lstm, "GRU": torch.gru}[kind]
            h = torch.zeros(1, len(x), units, dtype=torch.float64)
            y = module(x, (h, h) if kind == "LSTM" else h, [weight.T, recurrent.T, bias[0], bias[1]], True, 1, 0.0,
                       False, False, True)[0]
            last = y[:, -1]
        if "last_step" in given:
            return last
        return y.flip(1) if "backwards" in given else y

    @staticmethod
    def masked(kind, x, all_present, units, weight, recurrent, bias):
        h = c = torch.zeros(len(x), units, dtype=torch.float64)
        steps = []
        for t in range(x.shape[1]):
            present = all_present[:, t:t + 1]
            arguments = weight.T, recurrent.T, bias[0], bias[1]
            if kind == "LSTM":
                next_h, next_c = torch.lstm_cell(x[:, t], (h, c), *arguments)
                c = torch.where(present, next_c, c)
            else:
                next_h = (torch.gru_cell if kind == "GRU" else torch.rnn_tanh_cell)(x[:, t], h, *arguments)
            h = torch.where(present, next_h, h)
            steps.append(torch.where(present, h, torch.zeros_like(h)))
        return torch.stack(steps, 1), h

    def apply_rnn(self, x, units, *options):
        return self.recurrent("RNN", 1, x, units, options)

    def apply_gru(self, x, units, *options):
        return self.recurrent("GRU", 3, x, units, options)

    def apply_lstm(self, x, units, *options):
        return self.recurrent("LSTM", 4, x, units, options)

    def apply_repeat_vector(self, x, steps):
        return x.unsqueeze(1).expand(len(x), steps, x.shape[-1])

    def apply_time_distributed(self, x, *layers):
        y = self.apply_chain(x.flatten(0, 1), *layers)
        return y.reshape(x.shape[:2] + y.shape[1:])

    def apply_bidirectional(self, x, layer):
        name, (units, *options) = layer
        both = [self.layer(layer, x), self.layer((name, [units, *options, ("backwards", [])]), x)]
        return torch.cat(both, dim=-1)
