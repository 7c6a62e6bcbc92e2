// SPDX-License-Identifier: MIT
/// \file
/// How PyTorch and Keras lay out what a network learns: for each tensor its name, its shape, and where in it each of
/// ctnn's numbers stands.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/sequence_options.hpp"
#include "ctnn/io/feature_order.hpp"

namespace ctnn {

/// Whose weights a file holds: `layout::pytorch` or `layout::keras`. A class, not an enumeration, because the options
/// of recurrent layers have the same names, which compilers take for a mistake.
class layout {
public:
    static const layout pytorch;  ///< a state_dict: torch.nn's names, filters first
    static const layout keras;    ///< get_weights() in its order, or Keras' names; channels last

    [[nodiscard]] constexpr bool operator==(const layout&) const = default;

private:
    constexpr explicit layout(int library) : library_(library) {}
    int library_;
};
inline constexpr layout layout::pytorch{0};
inline constexpr layout layout::keras{1};

namespace detail {

/// A tensor of the file, and the part of the network's numbers that it gives.
///
/// Number (i, j, ...) of ours is number from[0][i] + from[1][j] + ... of the file: exchanged axes, orders of gates and
/// of flattened features are all tables of this kind, so one loop converts everything.
struct weight_piece {
    const char* ours = nullptr;       ///< the network's word: "weight"
    const char* theirs = nullptr;     ///< the file's word: "weight_ih"
    const char* otherwise = nullptr;  ///< another one that is used for the same
    std::vector<extent> shape{};      ///< in the file
    std::vector<std::vector<extent>> from{};
    extent offset = 0;      ///< in the flat block, or in the state
    bool learned = true;    ///< false: in the state
    bool adds = false;      ///< to what another piece gave
    bool optional = false;  ///< zero where the file has none
    extent row_step = 0;    ///< numbers of ours from one row to the next; 0: as many as a row has
    bool again = false;     ///< takes the tensor of the piece before it once more
    bool squeezed = false;  ///< the file's shape may have axes of one element more, or less
};

/// A layer that learns, and its pieces in the order in which the file's library lists them.
struct foreign_layer {
    std::string name;  ///< "encoder.0"
    std::vector<weight_piece> pieces{};
};

/// The tables of a tensor whose axes stand in the file in another order: file axis j is axis axes[j] of ours.
[[gnu::cold]] inline void place_axes(weight_piece& piece, const parameter& p, const std::vector<extent>& axes) {
    piece.from.resize(axes.size());
    extent step = 1;
    for (std::size_t j = axes.size(); j-- > 0;) {
        const extent size = p.axis[axes[j]];
        std::vector<extent>& from = piece.from[static_cast<std::size_t>(axes[j])];
        for (extent i = 0; i < size; ++i) from.push_back(i * step);
        piece.shape.insert(piece.shape.begin(), size);
        step *= size;
    }
}

/// The axes as ours are; or the last ones in front of the others: 2 of (k, k, channels, filters) is OIHW.
[[nodiscard, gnu::cold]] inline std::vector<extent> axes_with_last_first(extent rank, extent count) {
    std::vector<extent> axes;
    for (extent i = 0; i < count; ++i) axes.push_back(rank - 1 - i);
    for (extent i = 0; i < rank - count; ++i) axes.push_back(i);
    return axes;
}

/// Lets index i of an axis read what index order[i] read.
[[gnu::cold]] inline void reorder(std::vector<extent>& from, const feature_order& order) {
    if (order.size() != from.size()) return;
    const std::vector<extent> before = from;
    for (std::size_t i = 0; i < order.size(); ++i) from[i] = before[static_cast<std::size_t>(order[i])];
}

/// The pieces of rnn, gru and lstm: two matrices, and one bias or two.
[[gnu::cold]] inline void append_recurrent(const operation& row, layout of, std::vector<weight_piece>& pieces) {
    const bool torch = of == layout::pytorch;
    const char* const words[2][4] = {{"weight_ih", "weight_hh", "bias_ih", "bias_hh"},
                                     {"kernel", "recurrent_kernel", "bias", nullptr}};
    const char* const* word = words[torch ? 0 : 1];
    extent offset = row.parameter_offset;
    for (std::size_t i = 0; i < 2; ++i) {
        const parameter& p = row.parameters[i];
        weight_piece& piece = pieces.emplace_back(weight_piece{.ours = p.name, .theirs = word[i], .offset = offset});
        place_axes(piece, p, axes_with_last_first(2, torch ? 2 : 0));
        offset += p.size();
    }
    const parameter& p = row.parameters[2];
    const bool gru = std::string_view(row.layer) == "gru";
    if (!torch && gru) {  // reset_after: both in one
        place_axes(pieces.emplace_back(weight_piece{.ours = p.name, .theirs = word[2], .offset = offset}), p, {0, 1});
    } else {
        // A Keras layer has one bias, which is ours or the first of ours; of PyTorch's two a single one is the sum.
        const parameter one{.axis = {p.axis[p.rank - 1], 1, 1, 1, 1}, .rank = 1};
        for (std::size_t i = 2; i < (torch ? 4 : 3); ++i) {
            const bool second = i == 3;
            weight_piece& piece =
                pieces.emplace_back(weight_piece{.ours = p.name,
                                                 .theirs = word[i],
                                                 .offset = offset + (second && p.rank == 2 ? one.axis[0] : 0),
                                                 .adds = second && p.rank == 1,
                                                 .optional = true});
            place_axes(piece, one, {0});
        }
    }
    if (!gru || recurrent_flags::of(row).keras == !torch) return;
    const extent units = row.parameters[1].axis[0];  // r, z, n are Keras' z, r, n
    feature_order order;
    for (extent i = 0; i < 3 * units; ++i) order.push_back(i < units ? i + units : i < 2 * units ? i - units : i);
    for (weight_piece& piece : pieces) reorder(piece.from.back(), order);
}

/// PyTorch calls a layer's tensors as ctnn does; Keras has words of its own.
[[gnu::cold]] inline void name_keras(const operation& row, weight_piece& piece) {
    struct pair {
        const char *ours, *keras, *otherwise;
    };
    constexpr pair linear[] = {{"weight", "kernel", "depthwise_kernel"}, {"bias", "bias", nullptr}};
    constexpr pair norm[] = {{"weight", "gamma", "scale"},
                             {"bias", "beta", nullptr},
                             {"running_mean", "moving_mean", nullptr},
                             {"running_var", "moving_variance", nullptr}};
    constexpr pair table[] = {{"weight", "embeddings", nullptr}}, slopes[] = {{"weight", "alpha", nullptr}};
    const auto use = [&](const auto& words) {
        for (const pair& one : words) {
            if (std::string_view(one.ours) != piece.ours) continue;
            piece.theirs = one.keras;
            piece.otherwise = one.otherwise;
        }
    };
    if (row.what == kind::convolution) use(linear);
    if (row.what == kind::embedding) use(table);
    if (called(row, "norm")) use(norm);
    if (called(row, "prelu")) use(slopes);
}

/// The piece of any other tensor. \param order of the features of the vector that the row reads, and that it gives
[[nodiscard, gnu::cold]] inline weight_piece plain_piece(const operation& row, const parameter& p, layout of,
                                                         bool channels_first, const feature_order& in,
                                                         const feature_order& out) {
    weight_piece piece{.ours = p.name, .theirs = p.name};
    const bool linear = row.what == kind::convolution, torch = of == layout::pytorch;
    // Keras' slopes are (1, 1, channels); a dense layer of pixels may be a convolution with one tap, and the other way.
    const window& w = row.window;
    piece.squeezed = called(row, "prelu") || (linear && p.rank > 1 && w.kernel[0] * w.kernel[1] * w.kernel[2] == 1);
    if (!torch) name_keras(row, piece);
    const bool matrix = linear && p.rank > 1, whole = called(row, "over all") && channels_first;
    place_axes(piece, p, axes_with_last_first(p.rank, !torch ? 0 : matrix ? 2 : whole && p.rank > 1 ? 1 : 0));
    if (!torch) return piece;
    if (matrix && called(row, "depthwise")) {
        // Ours is (kernel..., channels, m), PyTorch's (channels * m, 1, kernel...): filter j of channel c is c * m + j.
        std::vector<extent>&channel = piece.from[piece.from.size() - 2], &filter = piece.from.back();
        const extent channels = static_cast<extent>(channel.size()), filters = static_cast<extent>(filter.size());
        const extent taps = p.size() / (channels * filters);
        for (std::size_t c = 0; c < channel.size(); ++c) channel[c] = static_cast<extent>(c) * filters * taps;
        for (std::size_t j = 0; j < filter.size(); ++j) filter[j] = static_cast<extent>(j) * taps;
        piece.shape[0] = channels * filters;
        piece.shape[1] = 1;
    }
    if (has_matrix(row)) {
        if (p.rank == 2) reorder(piece.from[0], in);
        reorder(piece.from.back(), out);
    } else if (!linear && row.in.rank == 1 && p.rank == 1) {
        reorder(piece.from[0], in);
    }
    return piece;
}

}  // namespace detail
}  // namespace ctnn
