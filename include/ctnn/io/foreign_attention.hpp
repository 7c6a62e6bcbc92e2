// SPDX-License-Identifier: MIT
/// \file
/// How PyTorch and Keras lay out the projections of attention: packed, or one for each of queries, keys and values.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctnn/io/foreign_layout.hpp"

namespace ctnn::detail {

/// What a dense layer projects for an attention.
enum class projection : unsigned char { none, tokens, queries, memory, output };

struct attention_role {
    projection of = projection::none;
    extent heads = 1;
};

[[nodiscard, gnu::cold]] inline attention_role role_of(const named_rows& all, int at) {
    const operation& row = all.rows[at];
    if (!has_matrix(row)) return {};
    for (int i = 0; i < all.count; ++i) {
        const operation& other = all.rows[i];
        if (std::string_view(other.layer) != "attention") continue;
        const bool crossed = other.input[1] >= 0;
        if (other.input[0] == row.result) return {crossed ? projection::queries : projection::tokens, other.groups};
        if (other.input[1] == row.result) return {projection::memory, other.groups};
        if (row.input[0] == other.result && path_text(all.places, all.place_of_row[at]).ends_with("out_proj."))
            return {projection::output, other.groups};
    }
    return {};
}

/// The columns [first, first + count) of a dense layer's weight, or of its bias.
struct columns {
    extent first, count;
};

/// Reads a matrix (count, rows) of the file, or those rows of it that begin with `skip`, into columns of our weight.
[[nodiscard, gnu::cold]] inline weight_piece weight_columns(const operation& row, const columns& of, const char* word,
                                                            std::vector<extent> shape, extent skip, bool turned) {
    const parameter& p = row.parameters[0];
    const extent rows = p.axis[0], width = p.axis[1];
    weight_piece piece{.ours = p.name, .theirs = word, .shape = std::move(shape)};
    piece.offset = row.parameter_offset + of.first;
    piece.row_step = width;
    piece.from.resize(2);
    for (extent i = 0; i < rows; ++i) piece.from[0].push_back(turned ? i : i * of.count);
    for (extent j = 0; j < of.count; ++j) piece.from[1].push_back(turned ? (skip + j) * rows : j);
    return piece;
}
[[nodiscard, gnu::cold]] inline weight_piece bias_columns(const operation& row, const columns& of, const char* word,
                                                          std::vector<extent> shape, extent skip) {
    const parameter& p = row.parameters[1];
    weight_piece piece{.ours = p.name, .theirs = word, .shape = std::move(shape)};
    piece.offset = row.parameter_offset + row.parameters[0].size() + of.first;
    piece.from.resize(1);
    for (extent j = 0; j < of.count; ++j) piece.from[0].push_back(skip + j);
    return piece;
}

/// PyTorch packs the projections of queries and memory as it does those of tokens: "in_proj". Where the memory is of
/// another width it has three weights, and one bias still. \param name of the layers without their last part
[[nodiscard, gnu::cold]] inline foreign_layer torch_projections(const operation& queries, const operation& memory,
                                                                const std::string& name) {
    const extent width = queries.parameters[0].axis[1], other = memory.parameters[0].axis[0];
    foreign_layer layer{name + "in_proj"};
    const auto add = [&layer](weight_piece piece, bool again) {
        piece.again = again;
        layer.pieces.push_back(std::move(piece));
    };
    if (other == width) {
        const std::vector<extent> packed{3 * width, width};
        add(weight_columns(queries, {0, width}, "weight", packed, 0, true), false);
        add(weight_columns(memory, {0, 2 * width}, "weight", packed, width, true), true);
    } else {
        add(weight_columns(queries, {0, width}, "q_weight", {width, width}, 0, true), false);
        add(weight_columns(memory, {0, width}, "k_weight", {width, other}, 0, true), false);
        add(weight_columns(memory, {width, width}, "v_weight", {width, other}, 0, true), false);
    }
    if (queries.parameters[1].name == nullptr) return layer;
    add(bias_columns(queries, {0, width}, "bias", {3 * width}, 0), false);
    add(bias_columns(memory, {0, 2 * width}, "bias", {3 * width}, width), true);
    return layer;
}

/// Keras has a layer for each of queries, keys and values, whose axes are (channels, heads, width of a head), and
/// "attention_output", (heads, width of a head, channels).
[[gnu::cold]] inline void append_keras_projections(const operation& row, const attention_role& role,
                                                   const std::string& name, std::vector<foreign_layer>& layers) {
    const parameter& p = row.parameters[0];
    const auto add = [&](const char* part, const columns& of, std::vector<extent> kernel, std::vector<extent> bias) {
        foreign_layer& layer = layers.emplace_back(foreign_layer{name + part});
        layer.pieces.push_back(weight_columns(row, of, "kernel", std::move(kernel), 0, false));
        if (row.parameters[1].name != nullptr)
            layer.pieces.push_back(bias_columns(row, of, "bias", std::move(bias), 0));
    };
    const extent width = p.axis[1], heads = role.heads;
    if (role.of == projection::output)
        return add("attention_output", {0, width}, {heads, p.axis[0] / heads, width}, {width});
    constexpr const char* parts[]{"query", "key", "value"};
    const int first = role.of == projection::memory ? 1 : 0, last = role.of == projection::queries ? 1 : 3;
    const extent each = width / (last - first);
    for (int i = first; i < last; ++i)
        add(parts[i], {(i - first) * each, each}, {p.axis[0], heads, each / heads}, {heads, each / heads});
}

/// "encoder.self_attn." of "encoder.self_attn.in_proj".
[[nodiscard, gnu::cold]] inline std::string without_last_part(const std::string& name) {
    const std::size_t point = name.rfind('.');
    return point == std::string::npos ? std::string() : name.substr(0, point + 1);
}

/// Appends what the file has for the projection in row `at`, if it has it otherwise than ctnn.
/// \returns false for any other layer
[[nodiscard, gnu::cold]] inline bool append_projection(const named_rows& all, int at, layout of,
                                                       const std::string& name, std::vector<foreign_layer>& layers) {
    const attention_role role = role_of(all, at);
    if (role.of == projection::none) return false;
    const operation& row = all.rows[at];
    if (of == layout::keras) {
        append_keras_projections(row, role, without_last_part(name), layers);
        return true;
    }
    if (role.of == projection::memory) return true;  // with the queries, which come first
    if (role.of != projection::queries) return false;
    for (int i = at + 1; i < all.count; ++i)
        if (role_of(all, i).of == projection::memory) {
            layers.push_back(torch_projections(row, all.rows[i], without_last_part(name)));
            return true;
        }
    return false;
}

}  // namespace ctnn::detail
