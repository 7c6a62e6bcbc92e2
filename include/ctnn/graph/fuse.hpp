// SPDX-License-Identifier: MIT
/// \file
/// Fusion on the table: rows are marked, never rewritten as types, so it works across nesting.
#pragma once

#include "ctnn/graph/table.hpp"

namespace ctnn::detail {

// Who reads and writes each value; a row that fusion removed does neither.
template <int Values>
struct uses {
    int readers[static_cast<std::size_t>(Values)]{};
    int reader[static_cast<std::size_t>(Values)]{};    // the last of them
    int producer[static_cast<std::size_t>(Values)]{};  // the first row that writes it
};

template <int Rows, int Values>
constexpr uses<Values> count_uses(const table<Rows, Values>& t) {
    uses<Values> u;
    for (int v = 0; v < Values; ++v) u.producer[v] = -1;
    for (int i = 0; i < Rows; ++i) {
        const operation& row = t.rows[i];
        if (row.what == kind::none) continue;
        for (int v : row.input) {
            if (v < 0) continue;
            ++u.readers[v];
            u.reader[v] = i;
        }
        if (u.producer[row.result] < 0) u.producer[row.result] = i;
    }
    ++u.readers[t.output];
    return u;
}

// Removes a row that passes its input on: its readers read its input.
template <int Rows, int Values>
constexpr void bypass(table<Rows, Values>& t, operation& row) {
    for (operation& other : t.rows)
        for (int& v : other.input)
            if (v == row.result) v = row.input[0];
    if (t.output == row.result) t.output = row.input[0];
    row.what = kind::none;
}

/// Is this the pool of 2x2 windows that do not overlap, in each plane?
constexpr bool halves(const operation& pool) {
    const window& w = pool.window;
    const auto is = [](const extent(&axis)[3], extent a, extent b) {
        return axis[0] == a && axis[1] == b && axis[2] == b;
    };
    return is(w.kernel, 1, 2) && is(w.stride, 1, 2) && is(w.before, 0, 0) && is(w.after, 0, 0);
}

/// How many numbers the table of an embedding may become: 4 MB of float.
inline constexpr extent largest_fold = 1 << 20;

/// An embedding all of whose readers can take it over is folded into them: each has the products of all classes then.
template <int Rows, int Values>
constexpr void fold_embedding(table<Rows, Values>& t, operation& row) {
    const extent classes = row.parameters[0].axis[0];
    if (t.output == row.result) return;
    for (const operation& next : t.rows) {
        const bool reads = next.what != kind::none && (next.input[0] == row.result || next.input[1] == row.result);
        if (reads && (next.class_size == 0 || (classes + 1) * next.class_size > largest_fold)) return;
    }
    for (operation& next : t.rows) {
        if (next.what == kind::none || next.input[0] != row.result) continue;
        next.front = row.row;
        next.classes = classes;
        next.beta = row.alpha;
        next.packed += (classes + 1) * next.class_size;
        next.in = row.in;
        next.input[0] = row.input[0];
    }
    row.what = kind::none;
}

/// The row that writes the value v, which one row reads, if it doubles an image; otherwise -1.
template <int Rows, int Values>
constexpr int doubling_of(const table<Rows, Values>& t, const uses<Values>& u, int v) {
    const int row = u.producer[v];
    return row >= 0 && t.rows[row].doubles && t.rows[row].what != kind::none && u.readers[v] == 1 ? row : -1;
}

/// A Winograd convolution whose zeros around the input are one pixel wide, of a doubled image or of one beside another
/// image, reads the pixels of the image before it was doubled: it is not written four times as large. Channels are
/// whole vectors, so that both parts can be transformed one after the other.
template <int Rows, int Values>
constexpr void read_coarse(table<Rows, Values>& t, operation& row, const uses<Values>& u) {
    const window& w = row.window;
    const int value = row.input[0];
    for (int a = 1; a < 3; ++a)
        if (w.before[a] != 1 || w.after[a] != 1) return;
    if (row.algorithm == algorithm::direct || row.addend >= 0 || u.readers[value] != 1 || value == t.output) return;
    if (const int up = doubling_of(t, u, value); up >= 0) {  // all channels
        operation& image = t.rows[up];
        row.coarse = image.in.channels();
        row.input[0] = row.input[1] = image.input[0];
        image.what = kind::none;
        return;
    }
    int parts[2]{-1, -1}, count = 0, chosen = -1;
    for (int i = 0; i < Rows; ++i)
        if (t.rows[i].what == kind::place && t.rows[i].result == value) {
            if (count < 2) parts[count] = i;
            ++count;
        }
    if (count != 2) return;
    for (int i = 0; i < 2; ++i) {
        if (t.rows[parts[i]].in.channels() % 16 != 0) return;
        if (doubling_of(t, u, t.rows[parts[i]].input[0]) >= 0) chosen = i;
    }
    if (chosen < 0) return;
    operation &coarse = t.rows[parts[chosen]], &fine = t.rows[parts[1 - chosen]];
    operation& image = t.rows[doubling_of(t, u, coarse.input[0])];
    row.coarse = image.in.channels();
    row.coarse_at = coarse.channel;
    row.input[0] = fine.input[0];
    row.input[1] = image.input[0];
    image.what = coarse.what = fine.what = kind::none;
}

/// For inference. Dropout vanishes, an embedding becomes a table of the products behind it. A convolution or dense row
/// swallows what follows while it is the only reader: batch norm, then an addition whose other operand is ready by
/// then, then an activation, then a maximum over 2x2 windows.
template <int Rows, int Values>
constexpr table<Rows, Values> fuse(table<Rows, Values> t) {
    for (operation& row : t.rows)
        if (row.what == kind::dropout) bypass(t, row);
    for (operation& row : t.rows)
        if (row.what == kind::embedding) fold_embedding(t, row);
    uses<Values> u = count_uses(t);
    for (int i = 0; i < Rows; ++i) {
        operation& row = t.rows[i];
        if (row.what != kind::convolution) continue;
        while (u.readers[row.result] == 1 && row.result != t.output && !row.halved) {
            operation& next = t.rows[u.reader[row.result]];
            const int other = next.input[0] == row.result ? next.input[1] : next.input[0];
            if (next.what == kind::max_pool && halves(next) && row.groups == 1 && !row.transposed &&
                never_falls(row.activation)) {
                row.halved = true;
            } else if (row.activation != activation::none) {
                break;
            } else if (next.what == kind::batch_norm && row.norm < 0 && row.addend < 0) {
                row.norm = next.row;
            } else if (next.what == kind::add && other != row.result && row.addend < 0 && u.producer[other] < i) {
                row.addend = other;
                u.reader[other] = i;  // as many readers as before, one of them earlier
            } else if (next.what == kind::activation) {
                row.activation = next.activation;
                row.alpha = next.alpha;
                row.beta = next.beta;
            } else {
                break;
            }
            row.result = next.result;
            next.what = kind::none;
            u.producer[row.result] = i;
        }
    }
    u = count_uses(t);
    for (operation& row : t.rows)
        if (row.what == kind::convolution && !row.transposed) read_coarse(t, row, u);
    return t;
}

template <int Rows, int Values>
constexpr int living_rows(const table<Rows, Values>& t) {
    int count = 0;
    for (const operation& row : t.rows) count += row.what != kind::none;
    return count;
}

/// The same table without the rows that were removed; values keep their ids.
template <int Living, int Rows, int Values>
constexpr table<Living, Values> compacted(const table<Rows, Values>& t) {
    table<Living, Values> out;
    out.output = t.output;
    out.parameter_count = t.parameter_count;
    out.state_count = t.state_count;
    for (int v = 0; v < Values; ++v) out.values[v] = t.values[v];
    int next = 0;
    for (const operation& row : t.rows)
        if (row.what != kind::none) out.rows[next++] = row;
    return out;
}

}  // namespace ctnn::detail
