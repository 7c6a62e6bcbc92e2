// SPDX-License-Identifier: MIT
/// \file
/// How PyTorch numbers the features of a vector that was an image: it flattens channels first, ctnn channels last.
#pragma once

#include <string_view>
#include <vector>

#include "ctnn/graph/names.hpp"

namespace ctnn::detail {

/// For each feature of a vector the number that PyTorch gives it; empty where both give the same.
using feature_order = std::vector<extent>;

/// Position p of channel c is feature p * channels + c here, c * positions + p there.
[[nodiscard, gnu::cold]] inline feature_order channels_first_order(const dims& of) {
    const extent positions = of.positions(), channels = of.channels();
    feature_order order;
    if (positions == 1 || channels == 1) return order;
    order.reserve(static_cast<std::size_t>(of.size()));
    for (extent p = 0; p < positions; ++p)
        for (extent c = 0; c < channels; ++c) order.push_back(c * positions + p);
    return order;
}

/// Does the layer's name have this word in it?
[[nodiscard, gnu::cold]] inline bool called(const operation& row, std::string_view word) {
    return std::string_view(row.layer).find(word) != std::string_view::npos;
}

/// A dense layer: a convolution whose weight is a matrix.
[[nodiscard, gnu::cold]] inline bool has_matrix(const operation& row) {
    return row.what == kind::convolution && row.parameters[0].rank == 2;
}

/// Which axis PyTorch's layer takes for the channels of what this row reads; of many it does not matter.
enum class channel_axis : unsigned char { any, first, last };

/// torch.nn.Linear, LSTM and LayerNorm have channels last, convolutions, pools and batch norms first.
[[nodiscard, gnu::cold]] inline channel_axis channel_axis_of(const operation& row) {
    if (row.what == kind::convolution) return has_matrix(row) ? channel_axis::last : channel_axis::first;
    if (row.what == kind::embedding || row.what == kind::input || called(row, "permute")) return channel_axis::last;
    for (const char* word : {"lstm", "gru", "rnn", "attention", "layer_norm", "rms_norm"})
        if (called(row, word)) return row.out.rank > 2 ? channel_axis::any : channel_axis::last;
    for (const char* word : {"pool", "upsample", "resize", "batch_norm", "instance_norm", "group_norm"})
        if (called(row, word)) return channel_axis::first;
    return channel_axis::any;
}

/// The orders of all vectors in a network.
struct feature_orders {
    std::vector<feature_order> of;     ///< of each value
    std::vector<char> channels_first;  ///< of each value: PyTorch's has the channels in front
    int refused_row = -1;              ///< where PyTorch computes something else; -1: nowhere
};

/// How PyTorch numbers what the vector that a row makes a sequence, image or volume of holds. Channels first for images
/// and volumes; of a sequence the next layer decides that takes either.
[[nodiscard, gnu::cold]] inline feature_order order_before_reshape(const named_rows& all, int at) {
    const operation& reshape = all.rows[at];
    if (reshape.out.rank > 2) return channels_first_order(reshape.out);
    int value = reshape.result;
    for (int i = at + 1; i < all.count; ++i) {
        const operation& row = all.rows[i];
        if (row.input[0] != value) continue;
        const channel_axis axis = channel_axis_of(row);
        if (axis == channel_axis::first) return channels_first_order(reshape.out);
        if (axis == channel_axis::last) break;
        value = row.result;
    }
    return {};
}

namespace ordering {

/// Does a row give each number of a vector its own place again, and join no neighbors?
[[nodiscard, gnu::cold]] inline bool keeps_places(const operation& row) {
    return row.in.rank == 1 && row.in == row.out && row.what != kind::place && row.what != kind::input &&
           !has_matrix(row) && !called(row, "group_norm");
}

/// Backwards: the order in which a reshape wants its vector is that of the dense layer which makes it.
[[gnu::cold]] inline void collect_wanted(const named_rows& all, std::vector<feature_order>& wanted) {
    for (int i = all.count - 1; i >= 0; --i) {
        const operation& row = all.rows[i];
        const auto from = static_cast<std::size_t>(row.input[0]);
        if (row.what == kind::reshape && row.in.rank == 1 && row.out.rank > 1)
            wanted[from] = order_before_reshape(all, i);
        else if (keeps_places(row) && !wanted[static_cast<std::size_t>(row.result)].empty())
            for (const int one : row.input)
                if (one >= 0) wanted[static_cast<std::size_t>(one)] = wanted[static_cast<std::size_t>(row.result)];
    }
}

/// A part of a concatenation: its numbers come behind `channel`.
[[gnu::cold]] inline void place(const operation& row, const feature_order& part, feature_order& whole) {
    if (part.empty()) return;
    if (whole.empty())
        for (extent i = 0; i < row.out.channels(); ++i) whole.push_back(i);
    for (std::size_t i = 0; i < part.size(); ++i)
        whole[static_cast<std::size_t>(row.channel) + i] = row.channel + part[i];
}

}  // namespace ordering

/// Follows the order of features from each flatten to the layers that read it, and from each reshape back.
[[nodiscard, gnu::cold]] inline feature_orders order_features(const named_rows& all) {
    int last = 0;
    for (int i = 0; i < all.count; ++i)
        for (const int value : {all.rows[i].result, all.rows[i].input[0], all.rows[i].input[1]})
            if (value > last) last = value;
    const std::size_t values = static_cast<std::size_t>(last) + 1;
    feature_orders orders;
    orders.of.resize(values);
    orders.channels_first.resize(values);
    std::vector<feature_order> wanted(values);
    ordering::collect_wanted(all, wanted);
    for (int i = 0; i < all.count; ++i) {
        const operation& row = all.rows[i];
        const auto from = static_cast<std::size_t>(row.input[0]), to = static_cast<std::size_t>(row.result);
        feature_order& order = orders.of[to];
        const channel_axis axis = channel_axis_of(row);
        if (row.out.rank > 1)
            orders.channels_first[to] = static_cast<char>(
                axis == channel_axis::first || (axis == channel_axis::any && orders.channels_first[from] != 0));
        if (row.what == kind::input && row.out.rank > 2) orders.channels_first[to] = 1;
        if (row.what == kind::reshape && row.out.rank > 1) {
            // A sequence of an image's pixels has channels last: flatten(2).transpose(1, 2).
            orders.channels_first[to] = static_cast<char>(row.out.rank > 2 || !order_before_reshape(all, i).empty());
            if (row.in.rank == 1 && orders.of[from] != order_before_reshape(all, i)) orders.refused_row = i;
        } else if (row.what == kind::reshape && row.in.rank > 1) {
            if (orders.channels_first[from] != 0) order = channels_first_order(row.in);
        } else if (row.what == kind::place && row.in.rank == 1) {
            ordering::place(row, orders.of[from], order);
        } else if (has_matrix(row) || row.what == kind::input) {
            order = wanted[to];
        } else if (ordering::keeps_places(row) || row.what == kind::reshape) {
            order = orders.of[from];
            if (row.input[1] >= 0 && orders.of[static_cast<std::size_t>(row.input[1])] != order) orders.refused_row = i;
        } else if (row.in.rank == 1 && row.what != kind::place && !orders.of[from].empty()) {
            orders.refused_row = i;  // it joins neighbors, which are others there
        }
    }
    return orders;
}

}  // namespace ctnn::detail
