// SPDX-License-Identifier: MIT
/// \file
/// Which steps of a sequence are present.
#pragma once

#include "ctnn/core/call.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {
template <class T>
[[nodiscard]] inline bool all_equal(const T* from, extent count, T value) {
    for (extent i = 0; i < count; ++i)
        if (!(from[i] == value)) return false;
    return true;
}
}  // namespace detail

/// mask (steps) = 1 where a number of the step of sample s differs from `value`, 0 elsewhere. The first spatial axis
/// that x has are the steps; of a vector each number is one.
template <class T>
void find_present(const batch_view<const T>& x, extent s, T value, T* mask, extent steps) {
    const dims& d = x.shape;
    if (d.rank == 1) {
        for (extent t = 0; t < steps; ++t) mask[t] = x.at(s, 0, 0, 0)[t] == value ? T(0) : T(1);
        return;
    }
    extent axis[3]{d.depth(), d.height(), d.width()};
    const extent first = d.first_axis();
    axis[first] = 1;
    for (extent t = 0; t < steps; ++t) {
        const T* from = x.at(s, 0, 0, 0) + t * x.step[first];
        bool absent = true;
        for (extent z = 0; z < axis[0] && absent; ++z)
            for (extent h = 0; h < axis[1] && absent; ++h)
                for (extent w = 0; w < axis[2] && absent; ++w)
                    absent =
                        detail::all_equal(from + z * x.step[0] + h * x.step[1] + w * x.step[2], d.channels(), value);
        mask[t] = absent ? T(0) : T(1);
    }
}

/// mask (steps) = 1 for the first `length` steps, 0 behind them. A NaN is a length of 0.
template <class T>
void count_present(T length, T* mask, extent steps) {
    for (extent t = 0; t < steps; ++t) mask[t] = static_cast<T>(t) + T(1) <= length ? T(1) : T(0);
}

/// x = 0.
template <class T>
void clear_view(const batch_view<T>& x) {
    if (x.data == nullptr) return;
    for (extent s = 0; s < x.count; ++s)
        for (extent z = 0; z < x.shape.depth(); ++z)
            for (extent h = 0; h < x.shape.height(); ++h)
                for (extent w = 0; w < x.shape.width(); ++w)
                    for (extent c = 0; c < x.shape.channels(); ++c) x.at(s, z, h, w)[c] = T(0);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
