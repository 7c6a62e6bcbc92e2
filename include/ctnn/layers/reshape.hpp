// SPDX-License-Identifier: MIT
/// \file
/// Reshape.
#pragma once

#include "ctnn/layers/structural.hpp"

namespace ctnn {

/// The same elements in the order of memory, in another shape; mostly free, because memory is shared.
///
///     takes    any shape
///     gives    shape<Extents...>
///     learns   nothing
///     costs    nothing where its input has no border in memory, a pass otherwise
///     refuses  a shape with another number of elements
///
///     using image = ctnn::network<ctnn::shape<16>, ctnn::dense<49>, ctnn::reshape<7, 7, 1>, ctnn::upsample<2>>;
///
/// https://keras.io/api/layers/reshaping_layers/reshape/
template <extent... Extents>
struct reshape {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr dims out = dims_of<shape<Extents...>>;
        if (out.size() != in.size()) return refusal::sizes_differ;
        return operation{.what = kind::reshape, .layer = "reshape", .in = in, .out = out};
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        execution::reshape_view(call.x, call.y, false, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) execution::reshape_view(call.dy, call.dx, false, call.threads);
    }
};

}  // namespace ctnn
