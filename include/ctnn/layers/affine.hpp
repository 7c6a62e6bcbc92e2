// SPDX-License-Identifier: MIT
/// \file
/// Weight and bias of the normalizations that may go without.
#pragma once

#include "ctnn/core/norm_options.hpp"
#include "ctnn/core/operation.hpp"

namespace ctnn::detail {

/// Lets a row learn a weight of `shape`, which begins at 1, and a bias, which begins at 0.
constexpr void learn_affine(operation& row, const dims& shape, bool weight, bool bias) {
    const auto tensor = [&](const char* name, initializer start) {
        parameter p{.name = name, .rank = shape.rank, .start = start};
        for (extent a = 0; a < shape.rank; ++a) p.axis[a] = shape[a];
        return p;
    };
    if (weight) row.parameters[0] = tensor("weight", initializer::ones);
    if (weight && bias) row.parameters[1] = tensor("bias", initializer::zeros);
}

/// Are these the options of a normalization with weight and bias: epsilon, affine, no_affine, no_bias?
constexpr bool takes_affine(const layer_options& o, unsigned more = 0) {
    return !o.repeated && (o.given & ~(option::epsilon | option::affine | option::bias | more)) == 0 &&
           (o.affine || o.bias);
}

template <class T>
struct affine_numbers {
    T *weight, *bias;
};

/// The weight and bias of a row, `count` numbers each. Those that it does not learn are ones and zeros in `scratch`,
/// 2 * count numbers, so that one kernel serves all.
template <class T>
affine_numbers<const T> affine_of(const operation& row, const T* parameters, T* scratch, extent count) {
    for (extent i = 0; i < count; ++i) {
        scratch[i] = 1;
        scratch[count + i] = 0;
    }
    const bool weight = row.parameters[0].name != nullptr, bias = row.parameters[1].name != nullptr;
    return {weight ? parameters : scratch, bias ? parameters + count : scratch + count};
}

/// The gradients of both, `count` numbers each; null for what the row does not learn.
template <class T>
affine_numbers<T> gradients_of(const operation& row, T* gradients, extent count) {
    return {row.parameters[0].name != nullptr ? gradients : nullptr,
            row.parameters[1].name != nullptr ? gradients + count : nullptr};
}

}  // namespace ctnn::detail
