// SPDX-License-Identifier: MIT
/// \file
/// The code of every row of a table: brought by its layer, or chosen by geometry.
#pragma once

#include <utility>

#include "ctnn/graph/network.hpp"
#include "ctnn/layers/convolution_gradient_code.hpp"
#include "ctnn/layers/transposed_code.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace execution {

template <class T, int Rows>
struct routine_table {
    routine<T> of[static_cast<std::size_t>(Rows)]{};
};

/// What the layers bring, in the order of the unfused table.
template <class Net, class T>
constexpr auto collect_routines() {
    routine_table<T, Net::table.row_count> result;
    builder<routine<T>> b;
    b.routines = result.of;
    ctnn::detail::emit_network<typename Net::layers>(b, Net::input_dims);
    return result;
}
template <class Net, class T>
inline constexpr auto brought = collect_routines<Net, T>();

/// The code of row I of Plan::table. Convolutions of equal geometry share one instantiation, whatever their network.
template <class Plan, class Net, class T, bool Training, int I>
constexpr routine<T> routine_of_row() {
    constexpr const operation& row = Plan::table.rows[I];
    if constexpr (row.what == kind::convolution && row.transposed) {
        constexpr kernels::key forward = transposed_key<T>(row);
        if constexpr (Training) {
            constexpr kernels::key input =
                Plan::wants_input_gradient(I) ? forward_key<T>(adjoint(row)) : kernels::key{.pixels = 0};
            constexpr kernels::key weights = weight_gradient_key<T>(adjoint(row));
            return {&transposed_forward<T, forward>, &transposed_backward<T, input, weights>};
        } else {
            return {&transposed_engine_forward<T, forward>, nullptr};
        }
    } else if constexpr (row.what == kind::convolution) {
        constexpr kernels::key forward = forward_key<T>(row);
        if constexpr (Training) {
            constexpr kernels::key input = input_gradient_key<T>(row, Plan::wants_input_gradient(I));
            constexpr kernels::key weights = weight_gradient_key<T>(row);
            return {&convolution_forward<T, forward>, &convolution_backward<T, input, weights>};
        } else {
            return {&convolution_engine_forward<T, forward>, nullptr};
        }
    } else {
        routine<T> code = brought<Net, T>.of[row.row];
        if (!Training && code.packs) code.forward = code.infer;
        return code;
    }
}

template <class Plan, class Net, class T, bool Training>
inline constexpr auto routines = []<int... I>(std::integer_sequence<int, I...>) {
    return routine_table<T, Plan::rows>{{routine_of_row<Plan, Net, T, Training, I>()...}};
}
(std::make_integer_sequence<int, Plan::rows>{});

}  // namespace execution
}  // namespace CTNN_BACKEND
}  // namespace ctnn
