# SPDX-License-Identifier: MIT
"""The layers of tests/golden/layers.py that attend: PyTorch's own modules, with the parameters of the flat block.
"""
import torch
from torch.nn.utils.stateless import functional_call


def mask_of(tokens, options):
    """What a causal query must not see, or None."""
    return torch.ones(tokens, tokens, dtype=torch.bool).triu(1) if "causal" in options else None


class Attention:
    """What `Run` says about them; `self.parameter` gives the next learned tensor."""

    def attention_parameters(self, width, bias):
        """Those of torch.nn.MultiheadAttention by name: the transposes of ctnn's, in the same order."""
        result = {"in_proj_weight": self.parameter(width, 3 * width).T}
        if bias:
            result["in_proj_bias"] = self.parameter(3 * width)
        result["out_proj.weight"] = self.parameter(width, width).T
        if bias:
            result["out_proj.bias"] = self.parameter(width)
        return result

    def apply_multi_head_attention(self, x, *options):
        given, (tokens, width) = dict(options), x.shape[1:]
        bias = "no_bias" not in given
        module = torch.nn.MultiheadAttention(width, given.get("heads", [1])[0], bias=bias, batch_first=True)
        parameters = self.attention_parameters(width, bias)
        return functional_call(module.double(), parameters, (x, x, x),
                               {"need_weights": False, "attn_mask": mask_of(tokens, given)})[0]

    def apply_scaled_dot_product_attention(self, x, *options):
        given, (tokens, width) = dict(options), x.shape[1:]
        heads, width = given.get("heads", [1])[0], width // 3
        query, key, value = (part.reshape(len(x), tokens, heads, -1).transpose(1, 2) for part in x.split(width, -1))
        mask = mask_of(tokens, given)
        scores = query @ key.transpose(-1, -2) / (width // heads)**0.5
        if mask is not None:
            scores = scores.masked_fill(mask, float("-inf"))
        return (torch.softmax(scores, -1) @ value).transpose(1, 2).reshape(len(x), tokens, width)

    def apply_positional_encoding(self, x, *options):
        tokens, width = x.shape[1:]
        if options:
            return x + self.parameter(tokens, width)
        channel = torch.arange(width, dtype=torch.float64)
        angle = torch.arange(tokens, dtype=torch.float64)[:, None] * 10000.0**(-(channel - channel % 2) / width)
        return x + torch.where(channel % 2 == 0, torch.sin(angle), torch.cos(angle))

    def apply_transformer_encoder(self, x, *options):
        given, (tokens, width) = dict(options), x.shape[1:]
        hidden, *activation = given.get("feed_forward", [4 * width])
        pre_norm = "pre_norm" in given
        module = torch.nn.TransformerEncoderLayer(
            width, given.get("heads", [1])[0], hidden, dropout=0, activation=activation[0][0] if activation else "relu",
            layer_norm_eps=given.get("epsilon", [1e-5])[0], batch_first=True, norm_first=pre_norm)
        parameters = {}

        def norm(name):
            parameters[name + ".weight"], parameters[name + ".bias"] = self.parameter(width), self.parameter(width)

        def attention():
            for name, value in self.attention_parameters(width, True).items():
                parameters["self_attn." + name] = value

        def feed_forward():
            parameters["linear1.weight"] = self.parameter(width, hidden).T
            parameters["linear1.bias"] = self.parameter(hidden)
            parameters["linear2.weight"] = self.parameter(hidden, width).T
            parameters["linear2.bias"] = self.parameter(width)

        if pre_norm:
            norm("norm1"), attention(), norm("norm2"), feed_forward()
        else:
            attention(), norm("norm1"), feed_forward(), norm("norm2")
        # The module's fast path for evaluation has no gradients; in training mode, without dropout, it is the same.
        return functional_call(module.double().train(), parameters, (x,), {"src_mask": mask_of(tokens, given)})
