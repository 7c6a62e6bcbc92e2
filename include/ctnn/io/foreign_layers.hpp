// SPDX-License-Identifier: MIT
/// \file
/// All that a network needs of another library's file.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ctnn/io/foreign_attention.hpp"

namespace ctnn::detail {

/// What each layer needs of the file, in the order of the network.
[[nodiscard, gnu::cold]] inline std::vector<foreign_layer> foreign_layers(const named_rows& all, layout of,
                                                                          const feature_orders& orders) {
    std::vector<foreign_layer> layers;
    for (int i = 0; i < all.count; ++i) {
        const operation& row = all.rows[i];
        if (row.repeated || row.parameter_count() + row.state_count() == 0) continue;
        std::string name = path_text(all.places, all.place_of_row[i]);
        if (!name.empty()) name.pop_back();
        if (append_projection(all, i, of, name, layers)) continue;
        foreign_layer& layer = layers.emplace_back();
        layer.name = std::move(name);
        const std::string_view kind_of_layer = row.layer;
        if (kind_of_layer == "lstm" || kind_of_layer == "gru" || kind_of_layer == "rnn") {
            append_recurrent(row, of, layer.pieces);
            continue;
        }
        const auto from = static_cast<std::size_t>(row.input[0]), to = static_cast<std::size_t>(row.result);
        extent learned = row.parameter_offset, kept = row.state_offset;
        const auto add = [&](const parameter& p, bool is_learned, extent& offset) {
            if (p.name == nullptr) return;
            weight_piece& piece = layer.pieces.emplace_back(
                plain_piece(row, p, of, orders.channels_first[from] != 0, orders.of[from], orders.of[to]));
            piece.learned = is_learned;
            piece.offset = offset;
            offset += p.size();
        };
        for (const parameter& p : row.parameters) add(p, true, learned);
        for (const parameter& p : row.state) add(p, false, kept);
    }
    return layers;
}

}  // namespace ctnn::detail
