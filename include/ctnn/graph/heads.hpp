// SPDX-License-Identifier: MIT
/// \file
/// The heads of a network: what it ends with, or what the branches of its last concatenation end with.
#pragma once

#include <string_view>

#include "ctnn/graph/fuse.hpp"

namespace ctnn {

/// What a network, or one of its heads, ends with.
enum class network_head : unsigned char { none, softmax, sigmoid, log_softmax };

namespace detail {

/// One of the outputs that lie side by side in a network's.
struct head {
    network_head ends = network_head::none;
    int row = -1;  ///< of softmax, sigmoid or log_softmax in the table
    dims shape{};  ///< behind a flatten: what was flattened, where the output is a vector
};

constexpr network_head head_of(const operation& row) {
    if (row.what == kind::softmax) return network_head::softmax;
    if (row.what == kind::activation && row.activation == activation::sigmoid) return network_head::sigmoid;
    if (row.what == kind::custom && std::string_view(row.layer) == "log_softmax") return network_head::log_softmax;
    return network_head::none;
}

/// As many as the branches of the concatenation that a network ends with, or one.
template <int Rows, int Values>
constexpr int count_heads(const table<Rows, Values>& t) {
    int count = 0;
    for (const operation& row : t.rows) count += row.what == kind::place && row.result == t.output;
    return count == 0 ? 1 : count;
}

/// The head `number`. A softmax whose output others read too is none: they need it.
template <int Rows, int Values>
constexpr head head_at(const table<Rows, Values>& t, int number) {
    const uses<Values> u = count_uses(t);
    int value = t.output;
    head h{.shape = t.values[t.output]};
    for (const operation& row : t.rows) {
        if (row.what != kind::place || row.result != t.output || number-- != 0) continue;
        value = row.input[0];
        h.shape = row.in;
    }
    const auto alone = [&] { return u.readers[value] == 1 && u.producer[value] >= 0; };
    if (value != t.output && t.values[t.output].positions() == 1)
        while (alone() && t.rows[u.producer[value]].what == kind::reshape) {
            value = t.rows[u.producer[value]].input[0];
            h.shape = t.values[value];
        }
    if (!alone()) return h;
    h.ends = head_of(t.rows[u.producer[value]]);
    if (h.ends != network_head::none) h.row = u.producer[value];
    return h;
}

/// For training: the heads that the loss takes over, bit i for head i, are left out.
template <int Rows, int Values>
constexpr table<Rows, Values> without_heads(table<Rows, Values> t, unsigned heads) {
    for (int i = 0; heads >> i != 0; ++i) {
        const int row = (heads >> i & 1) != 0 ? head_at(t, i).row : -1;
        if (row >= 0) bypass(t, t.rows[row]);
    }
    return t;
}

}  // namespace detail
}  // namespace ctnn
