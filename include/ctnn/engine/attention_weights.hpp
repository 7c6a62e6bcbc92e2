// SPDX-License-Identifier: MIT
/// \file
/// What a network looks at: the weights of its attention layers for one sample.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ctnn/engine/freeze.hpp"
#include "ctnn/graph/additive_attention_pool.hpp"
#include "ctnn/graph/names.hpp"
#include "ctnn/kernels/attention_weights.hpp"

namespace ctnn {

/// How much each query takes of each key, [heads][queries][keys]. Each row sums to 1, or is 0 where there was no key to
/// look at. Of additive_attention_pool there is one head, the keys are the steps, and one query, or as many as
/// time_distributed has sequences.
template <class T>
struct attention_map {
    extent heads = 0, queries = 0, keys = 0;
    std::vector<T> weights;

    /// \pre 0 <= head < heads, 0 <= query < queries
    [[nodiscard]] const T* row(extent head, extent query) const noexcept {
        return weights.data() + (head * queries + query) * keys;
    }
};

namespace detail {

struct attention_place {
    std::string path;  ///< "1.self_attn.1.", with a point behind each part
    int row = 0;       ///< of the network's table
};

[[nodiscard, gnu::cold]] inline std::vector<attention_place> attention_places(const named_rows& of) {
    std::vector<attention_place> found;
    for (int i = 0; i < of.count; ++i) {
        const std::string_view layer = of.rows[i].layer;
        if (of.rows[i].what != kind::custom || (layer != "attention" && layer != "attention_pool")) continue;
        found.push_back({path_text(of.places, of.place_of_row[i]), i});
    }
    return found;
}

/// The path of the layer that a row of attention stands in: without the row's own place in it.
[[nodiscard, gnu::cold]] inline std::string layer_path(const std::string& path) {
    if (path.size() < 2) return {};
    const std::size_t point = path.rfind('.', path.size() - 2);
    return point == std::string::npos ? path.substr(0, path.size() - 1) : path.substr(0, point);
}

/// The one row of attention at or below a path. \returns -1 and the reason in `failed`
[[nodiscard, gnu::cold]] inline int find_attention(const named_rows& of, std::string_view layer, error& failed) {
    int row = -1;
    std::string all;
    const std::string wanted = std::string(layer) + '.';
    for (const attention_place& place : attention_places(of)) {
        all += (all.empty() ? "" : ", ") + layer_path(place.path);
        if (!layer.empty() && place.path.compare(0, wanted.size(), wanted) != 0) continue;
        if (row >= 0) {
            failed = {error_kind::invalid_argument,
                      "attention_weights: several layers are called " + std::string(layer) + "; name one of them"};
            return -1;
        }
        row = place.row;
    }
    if (row < 0)
        failed = {error_kind::invalid_argument, "attention_weights: no attention is called " + std::string(layer) +
                                                    "; there is " + (all.empty() ? "none" : all)};
    return row;
}

}  // namespace detail

/// The names of a network's attention layers, in the order of the data: "3.self_attn", "encoder.0.self_attn", "5".
template <class Net>
[[nodiscard, gnu::cold]] std::vector<std::string> attention_layers_of() {
    std::vector<std::string> names;
    for (const detail::attention_place& place : detail::attention_places(detail::named_rows_of<Net>()))
        names.push_back(detail::layer_path(place.path));
    return names;
}

inline namespace CTNN_BACKEND {

namespace execution {

/// Runs an engine up to a row and reads what reaches it.
struct attention_reader {
    template <class Net, class T>
    [[gnu::cold]] static attention_map<T> read(engine<Net, T>& e, const T* sample, int row_of_table) {
        using Engine = engine<Net, T>;
        int i = 0;
        while (Engine::rows.of[i].op.row != row_of_table) ++i;
        const ctnn::detail::inference_row& row = Engine::rows.of[i];
        const ctnn::detail::memories<T> at{e.arena(), sample, e.outputs()};
        program<T> before = e.program_;
        before.count = i;
        T* scratch = e.arena() + e.max_batch_ * Engine::arena_elements;
        before.run(at, 1, scratch, scratch + Engine::plan::scratch, before.threads);
        return weights_of<T>(row.op, row.x.view(at, 1), row.other.view(at, 1), row.mask.view(at, 1));
    }

private:
    template <class T>
    static attention_map<T> weights_of(const operation& op, const batch_view<const T>& x,
                                       const batch_view<const T>& other, const batch_view<const T>& mask) {
        const T* present = mask.data == nullptr ? nullptr : mask.at(0, 0, 0, 0);
        attention_map<T> map;
        const auto reserve = [&map](extent heads, extent queries, extent keys) {
            map.heads = heads;
            map.queries = queries;
            map.keys = keys;
            map.weights.resize(static_cast<std::size_t>(heads * queries * keys));
        };
        if (std::string_view(op.layer) == "attention") {
            const extent keys = other.data != nullptr ? other.shape.positions() : x.shape.positions();
            const kernels::attention_sizes a = ctnn::detail::attention_code::sizes_of(op, keys);
            reserve(op.groups, a.queries, keys);
            for (extent h = 0; h < op.groups; ++h)
                kernels::attention_weights<T>(a, ctnn::detail::attention_code::operands(op, x, other, 0, h), present,
                                              map.weights.data() + h * a.queries * keys);
            return map;
        }
        const extent steps = x.shape.width(), height = x.shape.height(), sequences = x.shape.depth() * height;
        reserve(1, sequences, steps);
        aligned_block<T> memory(kernels::scored_steps<T>::memory(steps));
        for (extent q = 0; q < sequences; ++q) {
            const auto all = ctnn::detail::attention_pool_code::steps_at(x, other, 0, q / height, q % height);
            kernels::attention_pool_weights(all, present, memory.data(), memory.data() + round_up(steps));
            for (extent t = 0; t < steps; ++t) map.weights[static_cast<std::size_t>(q * steps + t)] = memory.data()[t];
        }
        return map;
    }
};

}  // namespace execution

/// The weights of one attention layer for a sample: which tokens it looks at, for a picture over the sample. It runs
/// the engine up to that layer; the views that the engine gave before are not valid any more.
///
///     layer     a name of attention_layers_of(), or the beginning of one up to a point if nothing else begins so;
///               "" where there is only one
///     \returns  error_kind::invalid_argument where no layer or several are meant; the message lists those that exist
///     \pre      `sample` points at input::size numbers
///
///     auto engine = ctnn::freeze(model);
///     const auto seen = ctnn::attention_weights(engine, beat.data(), "encoder.0");
///     if (seen) draw(beat, seen->row(0, 0), seen->keys);
///
/// Weights are not explanations: Jain and Wallace, "Attention is not explanation", 2019.
template <class Net, class T>
[[nodiscard, gnu::cold]] result<attention_map<T>> attention_weights(engine<Net, T>& e, const T* sample,
                                                                    std::string_view layer = {}) {
    error failed;
    const int row = detail::find_attention(detail::named_rows_of<Net>(), layer, failed);
    if (row < 0) return failed;
    return execution::attention_reader::read(e, sample, row);
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
