// SPDX-License-Identifier: MIT
/// \file
/// The names of a network's parameters and its architecture as text: what a weight file is compared with.
#pragma once

#include <string>
#include <vector>

#include "ctnn/core/text.hpp"
#include "ctnn/graph/network.hpp"

namespace ctnn {

/// One tensor of a model: where it stands in the flat block, and what it is called in a weight file.
struct named_tensor {
    std::string name;  ///< "0.weight", "encoder.0.bias": positions in the composition, or the names given
    std::vector<extent> shape;
    extent offset = 0;  ///< in the parameters, or in the state
    extent size = 0;
    bool learned = true;  ///< false: running statistics, which stand in the state
    initializer start = initializer::zeros;
    extent fan_in = 1, fan_out = 1;
    double start_value = 0;
};

namespace detail {

/// What names are made of: the rows of a table, and where each stands in the composition.
struct named_rows {
    const operation* rows;
    int count;
    const int* place_of_row;
    const tree_place* places;
};

template <class Net>
[[nodiscard, gnu::cold]] named_rows named_rows_of() {
    constexpr auto& where = composition_of<typename Net::layers, Net::input_dims>;
    return {Net::table.rows, Net::table.row_count, where.place_of_row, where.places};
}

// A name stands in place of the position that leads to it: chain<conv<8>, named<"head", dense<2>>> has 0.weight and
// head.weight.
[[nodiscard, gnu::cold]] inline std::string path_text(const tree_place* places, int place) {
    std::string text;
    for (bool replaced = false; place >= 0; place = places[place].parent) {
        const tree_place& at = places[place];
        if (!replaced) text.insert(0, (at.name != nullptr ? at.name : std::to_string(at.index)) + '.');
        replaced = at.name != nullptr;
    }
    return text;
}

/// Each row's layer behind its path: "encoder.1 relu".
[[nodiscard, gnu::cold]] inline std::vector<std::string> layer_texts(const named_rows& of) {
    std::vector<std::string> layers;
    for (int i = 0; i < of.count; ++i) {
        std::string text = path_text(of.places, of.place_of_row[i]);
        if (!text.empty()) text.back() = ' ';
        layers.push_back(text + of.rows[i].layer);
    }
    return layers;
}

[[nodiscard, gnu::cold]] inline std::vector<named_tensor> collect_tensors(const named_rows& of) {
    std::vector<named_tensor> tensors;
    for (int i = 0; i < of.count; ++i) {
        const operation& row = of.rows[i];
        if (row.repeated) continue;
        extent learned = row.parameter_offset, kept = row.state_offset;
        const auto add = [&](const parameter& p, extent& offset, bool is_learned) {
            if (p.name == nullptr) return;
            named_tensor& t = tensors.emplace_back();
            t.name = path_text(of.places, of.place_of_row[i]) + p.name;
            for (extent a = 0; a < p.rank; ++a) t.shape.push_back(p.axis[a]);
            t.offset = offset;
            t.size = p.size();
            t.learned = is_learned;
            t.start = p.start;
            t.fan_in = p.fan_in;
            t.start_value = p.start_value;
            t.fan_out = p.fan_out;
            offset += t.size;
        };
        for (const parameter& p : row.parameters) add(p, learned, true);
        for (const parameter& p : row.state) add(p, kept, false);
    }
    return tensors;
}

[[gnu::cold]] inline void append_axes(std::string& text, const char* what, const extent (&values)[3],
                                      const extent (&usual)[3]) {
    if (values[0] == usual[0] && values[1] == usual[1] && values[2] == usual[2]) return;
    text += what;
    for (const extent v : values) text += text_of({" ", v});
}

[[nodiscard, gnu::cold]] inline std::string architecture_text(const named_rows& of) {
    std::string text;
    for (int i = 0; i < of.count; ++i) {
        const operation& row = of.rows[i];
        text += text_of({row.layer, " ", joined(row.in, row.in.rank, "x"), " -> ", joined(row.out, row.out.rank, "x")});
        if (row.what == kind::place || row.channel != 0) text += text_of({" at ", row.channel});
        if (row.repeated) text += text_of({" parameters ", row.parameter_offset});
        const window& w = row.window;
        const window none{};
        append_axes(text, " kernel", w.kernel, none.kernel);
        append_axes(text, " stride", w.stride, none.stride);
        append_axes(text, " dilation", w.dilation, none.dilation);
        append_axes(text, " before", w.before, none.before);
        append_axes(text, " after", w.after, none.after);
        if (row.groups != 1) text += text_of({" groups ", row.groups});
        if (row.alpha != 0) text += text_of({" number ", row.alpha});
        if (row.beta != 0) text += text_of({" second number ", row.beta});
        if (row.epsilon != 0) text += text_of({" epsilon ", row.epsilon});
        if (row.include_padding) text += " include padding";
        for (const parameter& p : row.parameters)
            if (p.name != nullptr) text += text_of({" ", p.name});
        text += text_of({" from ", row.input[0]});
        if (row.input[1] >= 0) text += text_of({" ", row.input[1]});
        if (row.mask >= 0) text += text_of({" mask ", row.mask});
        text += '\n';
    }
    return text;
}

}  // namespace detail

/// The tensors of a network in the order of the flat block.
template <class Net>
[[nodiscard, gnu::cold]] std::vector<named_tensor> tensors_of() {
    return detail::collect_tensors(detail::named_rows_of<Net>());
}

/// What stands in each row of a network, with its place: "input", "0 conv", "encoder.1 relu".
template <class Net>
[[nodiscard, gnu::cold]] std::vector<std::string> layers_of() {
    return detail::layer_texts(detail::named_rows_of<Net>());
}

/// A line for each row of a network: equal text, equal computation. Its hash is the fingerprint in a model file.
template <class Net>
[[nodiscard, gnu::cold]] std::string architecture_of() {
    return detail::architecture_text(detail::named_rows_of<Net>());
}

}  // namespace ctnn
