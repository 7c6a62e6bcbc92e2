# SPDX-License-Identifier: MIT
"""The layers of tests/golden/layers.py that attend: PyTorch's own modules, with the parameters of the flat block.
"""
import torch
import torch.nn.functional as F
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
        if "to_memory" in given:
            return self.attend_to_memory(x, given.get("heads", [1])[0], bias)
        if self.present_of(x) is not None and "causal" in given:
            return self.attend_by_hand(x, given["heads"][0])
        module = torch.nn.MultiheadAttention(width, given.get("heads", [1])[0], bias=bias, batch_first=True)
        parameters = self.attention_parameters(width, bias)
        return functional_call(module.double(), parameters, (x, x, x),
                               {"need_weights": False, "attn_mask": mask_of(tokens, given),
                                "key_padding_mask": self.absent_of(x)})[0]

    def absent_of(self, x):
        """PyTorch's key_padding_mask, or None."""
        present = self.present_of(x)
        return None if present is None else ~present

    def attend_by_hand(self, x, heads):
        """Causal and masked: a token that sees absent ones alone is NaN in PyTorch, and 0 here."""
        tokens, width = x.shape[1:]
        weight, bias = self.parameter(width, 3 * width), self.parameter(3 * width)
        query, key, value = (part.reshape(len(x), tokens, heads, -1).transpose(1, 2)
                             for part in (x @ weight + bias).split(width, -1))
        scores = query @ key.transpose(-1, -2) / (width // heads)**0.5
        seen = self.present_of(x)[:, None, None, :] & ~mask_of(tokens, {"causal": []})
        weights = torch.exp(scores - scores.max(-1, keepdim=True).values) * seen
        total = weights.sum(-1, keepdim=True)
        y = (weights / torch.where(total == 0, torch.ones_like(total), total)) @ value
        return y.transpose(1, 2).reshape(len(x), tokens, width) @ self.parameter(width, width) + self.parameter(width)

    def cross_parameters(self, width, memory_width, bias):
        """Of attention to a memory: q_proj, kv_proj, out_proj, each a weight in ctnn's order and a bias or None."""
        return [(self.parameter(rows, columns), self.parameter(columns) if bias else None)
                for rows, columns in ((width, width), (memory_width, 2 * width), (width, width))]

    def attend_to_memory(self, x, heads, bias):
        memory, present = self.memory
        width = x.shape[-1]
        (query, query_bias), (both, both_bias), (out, out_bias) = self.cross_parameters(width, memory.shape[-1], bias)
        key, value = both.T.split(width)
        in_bias = torch.cat([query_bias, both_bias]) if bias else None
        return F.multi_head_attention_forward(
            x.transpose(0, 1), memory.transpose(0, 1), memory.transpose(0, 1), width, heads, None, in_bias, None, None,
            False, 0.0, out.T, out_bias, key_padding_mask=None if present is None else ~present, need_weights=False,
            use_separate_proj_weight=True, q_proj_weight=query.T, k_proj_weight=key, v_proj_weight=value,
        )[0].transpose(0, 1)

    def apply_with_memory(self, x, encoder, *layers):
        around, mask = self.memory, self.mask
        memory = self.layer(encoder, x)
        self.memory, self.mask = (memory, self.present_of(memory)), mask
        y = self.apply_chain(x, *layers)
        self.memory = around
        return y

    def apply_scaled_dot_product_attention(self, x, *options):
        given, (tokens, width) = dict(options), x.shape[1:]
        heads, width = given.get("heads", [1])[0], width // 3
        query, key, value = (part.reshape(len(x), tokens, heads, -1).transpose(1, 2) for part in x.split(width, -1))
        mask = mask_of(tokens, given)
        scores = query @ key.transpose(-1, -2) / (width // heads)**0.5
        if mask is not None:
            scores = scores.masked_fill(mask, float("-inf"))
        return (torch.softmax(scores, -1) @ value).transpose(1, 2).reshape(len(x), tokens, width)

    def apply_additive_attention_pool(self, x, units):
        """The formula of Yang et al., 2016: PyTorch has no such layer."""
        channels = x.shape[-1]
        weight, bias, score = self.parameter(channels, units), self.parameter(units), self.parameter(units, 1)
        scores = (torch.tanh(x @ weight + bias) @ score).squeeze(-1)
        present = self.present_of(x)
        if present is not None:
            scores = scores.masked_fill(~present, float("-inf"))
        return (torch.softmax(scores, -1).unsqueeze(-1) * x).sum(1)

    def apply_positional_encoding(self, x, *options):
        *places, width = x.shape[1:]
        if options:
            return x + self.parameter(*places, width)
        parts, axes = [], len(places)
        for axis, count in enumerate(places):
            first, last = (width * i // axes // 2 * 2 for i in (axis, axis + 1))
            part = (width if axis + 1 == axes else last) - first
            channel = torch.arange(part, dtype=torch.float64)
            angle = torch.arange(count, dtype=torch.float64)[:, None] * 10000.0**(-(channel - channel % 2) / part)
            table = torch.where(channel % 2 == 0, torch.sin(angle), torch.cos(angle))
            shape = [count if i == axis else 1 for i in range(axes)] + [part]
            parts.append(table.reshape(shape).expand(*places, part))
        return x + torch.cat(parts, -1)

    def transformer_block(self, kind, width, given, *parts):
        """PyTorch's block of a transformer, and the parameters of its parts in the order of the data: each with its
        norm, which stands before it with pre_norm."""
        hidden, *activation = given.get("feed_forward", [4 * width])
        pre_norm = "pre_norm" in given
        module = kind(
            width, given.get("heads", [1])[0], hidden, dropout=0, activation=activation[0][0] if activation else "relu",
            layer_norm_eps=given.get("epsilon", [1e-5])[0], batch_first=True, norm_first=pre_norm)
        parameters = {}

        def norm(name):
            parameters[name + ".weight"], parameters[name + ".bias"] = self.parameter(width), self.parameter(width)

        def attention():
            for name, value in self.attention_parameters(width, True).items():
                parameters["self_attn." + name] = value

        def cross():
            (query, query_bias), (both, both_bias), (out, out_bias) = self.cross_parameters(width, width, True)
            parameters["multihead_attn.in_proj_weight"] = torch.cat([query.T, both.T])
            parameters["multihead_attn.in_proj_bias"] = torch.cat([query_bias, both_bias])
            parameters["multihead_attn.out_proj.weight"], parameters["multihead_attn.out_proj.bias"] = out.T, out_bias

        def feed_forward():
            parameters["linear1.weight"] = self.parameter(width, hidden).T
            parameters["linear1.bias"] = self.parameter(hidden)
            parameters["linear2.weight"] = self.parameter(hidden, width).T
            parameters["linear2.bias"] = self.parameter(width)

        make = {"attention": attention, "cross": cross, "feed_forward": feed_forward}
        for number, part in enumerate(parts, 1):
            if pre_norm:
                norm(f"norm{number}")
            make[part]()
            if not pre_norm:
                norm(f"norm{number}")
        # The module's fast path for evaluation has no gradients; in training mode, without dropout, it is the same.
        return module.double().train(), parameters

    def apply_transformer_encoder(self, x, *options):
        given, (tokens, width) = dict(options), x.shape[1:]
        block = self.transformer_block(torch.nn.TransformerEncoderLayer, width, given, "attention", "feed_forward")
        return functional_call(*block, (x,), {
            "src_mask": mask_of(tokens, given), "src_key_padding_mask": self.absent_of(x)})

    def apply_transformer_decoder(self, x, *options):
        given, (tokens, width) = dict(options), x.shape[1:]
        memory, present = self.memory
        block = self.transformer_block(torch.nn.TransformerDecoderLayer, width, given, "attention", "cross",
                                       "feed_forward")
        return functional_call(*block, (x, memory), {
            "tgt_mask": mask_of(tokens, {"causal": []}),
            "memory_key_padding_mask": None if present is None else ~present})
