// SPDX-License-Identifier: MIT
/// \file
/// A network as a table to read.
#pragma once

#include <cstdio>
#include <string>

#include "ctnn/core/text.hpp"
#include "ctnn/graph/network.hpp"

namespace ctnn {

/// How far an output sees along each axis, in positions of the network's input, and how far apart two neighbors look.
struct receptive_field {
    extent size[3]{1, 1, 1};
    double step[3]{1, 1, 1};
};

namespace detail {

/// The receptive field of every value of a network, at most the whole input.
template <class Net>
constexpr auto receptive_fields() {
    constexpr int values = Net::table.value_count;
    struct fields {
        receptive_field of[static_cast<std::size_t>(values)]{};
    } f;
    for (const operation& row : Net::table.rows) {
        receptive_field r = f.of[row.input[0]];
        for (int a = 0; a < 3; ++a) {
            const extent whole = Net::input_dims.axis[a];
            if (row.out.positions() == 1 && row.in.positions() > 1) {
                r.size[a] = whole;  // flatten, global pools, and windows as large as their input
                continue;
            }
            if (row.input[1] >= 0 && f.of[row.input[1]].size[a] > r.size[a]) r.size[a] = f.of[row.input[1]].size[a];
            const extent reach = (row.window.kernel[a] - 1) * row.window.dilation[a];
            const double seen = static_cast<double>(row.transposed ? reach / row.window.stride[a] : reach) * r.step[a];
            r.size[a] += static_cast<extent>(seen);
            if (r.size[a] > whole) r.size[a] = whole;
            if (row.transposed) {
                r.step[a] /= static_cast<double>(row.window.stride[a]);
                continue;
            }
            r.step[a] *= static_cast<double>(row.in.axis[a] > row.out.axis[a] ? row.window.stride[a] : 1);
            if (row.out.axis[a] > row.in.axis[a])
                r.step[a] *= static_cast<double>(row.in.axis[a]) / static_cast<double>(row.out.axis[a]);
        }
        receptive_field& to = f.of[row.result];
        for (int a = 0; a < 3; ++a)
            if (row.what != kind::place || r.size[a] >= to.size[a]) {
                to.size[a] = r.size[a];
                to.step[a] = r.step[a];
            }
    }
    return f;
}

/// 1234567 as 1,234,567.
[[gnu::cold]] inline std::string grouped(extent n) {
    const std::string digits = std::to_string(n);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
        text += digits[i];
    }
    return text;
}

/// How a convolution or dense layer is computed forwards.
[[gnu::cold]] inline const char* algorithm_text(const operation& row) {
    if (row.what != kind::convolution) return "-";
    return row.algorithm == algorithm::winograd_4   ? "winograd4"
           : row.algorithm == algorithm::winograd_2 ? "winograd2"
                                                    : "direct";
}

}  // namespace detail

/// A table like Keras' summary: layer, output shape, parameters ("shared" where they are those of an earlier row),
/// multiply-adds, bytes of the output as float, receptive field in positions of the input unless there are several,
/// algorithm of a convolution forwards; then the totals.
template <class Net>
[[nodiscard, gnu::cold]] std::string summary() {
    static constexpr auto fields = detail::receptive_fields<Net>();
    char line[160];
    std::string text;
    const std::string rule(107, '-');
    std::snprintf(line, sizeof line, "%-16s %-20s %14s %16s %14s %11s  %s\n", "layer", "output", "parameters",
                  "multiply-adds", "bytes", "sees", "algorithm");
    text += line + rule + '\n';
    for (const operation& row : Net::table.rows) {
        const receptive_field& field = fields.of[row.result];
        std::string sees;
        for (extent a = Net::input_dims.first_axis(); a < 3; ++a) {
            if (!sees.empty()) sees += 'x';
            sees += std::to_string(field.size[a]);
        }
        std::snprintf(
            line, sizeof line, "%-16s %-20s %14s %16s %14s %11s  %s\n", row.layer,
            detail::joined(row.out, row.out.rank, " x ").c_str(),
            row.repeated && row.parameter_count() > 0 ? "shared" : detail::grouped(row.parameter_count()).c_str(),
            detail::grouped(row.multiply_adds).c_str(), detail::grouped(row.out.size() * 4).c_str(),
            sees.empty() ? "-" : sees.c_str(), detail::algorithm_text(row));
        text += line;
    }
    text += rule + '\n';
    std::snprintf(line, sizeof line, "parameters %s, multiply-adds %s, workspace %s bytes, engine %s bytes\n",
                  detail::grouped(Net::parameter_count).c_str(), detail::grouped(Net::multiply_adds).c_str(),
                  detail::grouped(Net::workspace_bytes(1)).c_str(), detail::grouped(Net::engine_bytes).c_str());
    return text + line;
}

/// The receptive field of a network's output, at most the whole input:
/// static_assert(receptive_field_of<net>.size[1] >= 40).
template <class Net>
inline constexpr receptive_field receptive_field_of = detail::receptive_fields<Net>().of[Net::table.output];

}  // namespace ctnn
