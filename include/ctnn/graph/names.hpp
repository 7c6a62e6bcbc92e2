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
};

namespace detail {

// A name stands in place of the position that leads to it: chain<conv<8>, named<"head", dense<2>>> has 0.weight and
// head.weight.
inline std::string path_text(const path_step* path, int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) {
        const bool replaced = i + 1 < depth && path[i + 1].name != nullptr;
        if (replaced) continue;
        if (path[i].name != nullptr)
            text += path[i].name;
        else
            text += std::to_string(path[i].index);
        text += '.';
    }
    return text;
}

class name_collector final : public row_visitor {
public:
    std::vector<named_tensor> tensors;

    void visit(const operation& row, const path_step* path, int depth) override {
        extent offset = row.parameter_offset;
        for (const parameter& p : row.parameters) add(p, path, depth, offset, true);
        offset = row.state_offset;
        for (const parameter& p : row.state) add(p, path, depth, offset, false);
    }

private:
    void add(const parameter& p, const path_step* path, int depth, extent& offset, bool learned) {
        if (p.name == nullptr) return;
        named_tensor t;
        t.name = path_text(path, depth) + p.name;
        for (extent a = 0; a < p.rank; ++a) t.shape.push_back(p.axis[a]);
        t.offset = offset;
        t.size = p.size();
        t.learned = learned;
        t.start = p.start;
        t.fan_in = p.fan_in;
        t.fan_out = p.fan_out;
        offset += t.size;
        tensors.push_back(std::move(t));
    }
};

class layer_collector final : public row_visitor {
public:
    std::vector<std::string> layers;

    void visit(const operation& row, const path_step* path, int depth) override {
        std::string text = path_text(path, depth);
        if (!text.empty()) text.back() = ' ';
        layers.push_back(text + row.layer);
    }
};

class architecture_writer final : public row_visitor {
public:
    std::string text;

    void visit(const operation& row, const path_step*, int) override {
        text += row.layer;
        text += ' ';
        text += joined(row.in, row.in.rank, "x") + " -> " + joined(row.out, row.out.rank, "x");
        if (row.what == kind::place) text += " at " + std::to_string(row.channel);
        const window& w = row.window;
        const window none{};
        axes_text(" kernel", w.kernel, none.kernel);
        axes_text(" stride", w.stride, none.stride);
        axes_text(" dilation", w.dilation, none.dilation);
        axes_text(" before", w.before, none.before);
        axes_text(" after", w.after, none.after);
        if (row.groups != 1) text += " groups " + std::to_string(row.groups);
        if (row.alpha != 0) text += " number " + to_text(row.alpha);
        if (row.beta != 0) text += " second number " + to_text(row.beta);
        if (row.epsilon != 0) text += " epsilon " + to_text(row.epsilon);
        if (row.include_padding) text += " include padding";
        for (const parameter& p : row.parameters)
            if (p.name != nullptr) (text += ' ') += p.name;
        text += " from " + std::to_string(row.input[0]);
        if (row.input[1] >= 0) (text += ' ') += std::to_string(row.input[1]);
        text += '\n';
    }

private:
    void axes_text(const char* what, const extent (&values)[3], const extent (&usual)[3]) {
        if (values[0] == usual[0] && values[1] == usual[1] && values[2] == usual[2]) return;
        text += what;
        for (const extent v : values) (text += ' ') += std::to_string(v);
    }
};

template <class Net>
void walk(row_visitor& visitor) {
    builder<no_routine> b;
    b.visitor = &visitor;
    emit_network<typename Net::layers>(b, Net::input_dims);
}

}  // namespace detail

/// The tensors of a network in the order of the flat block.
template <class Net>
[[nodiscard]] std::vector<named_tensor> tensors_of() {
    detail::name_collector collector;
    detail::walk<Net>(collector);
    return std::move(collector.tensors);
}

/// What stands in each row of a network, with its place: "input", "0 conv", "encoder.1 relu".
template <class Net>
[[nodiscard]] std::vector<std::string> layers_of() {
    detail::layer_collector collector;
    detail::walk<Net>(collector);
    return std::move(collector.layers);
}

/// A line for each row of a network: equal text, equal computation. Its hash is the fingerprint in a model file.
template <class Net>
[[nodiscard]] std::string architecture_of() {
    detail::architecture_writer writer;
    detail::walk<Net>(writer);
    return std::move(writer.text);
}

}  // namespace ctnn
