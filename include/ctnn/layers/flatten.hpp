// SPDX-License-Identifier: MIT
/// \file
/// Flatten.
#pragma once

#include "ctnn/layers/structural.hpp"

namespace ctnn {

/// Makes a vector of any shape, in the order of memory (Keras' channels last); mostly free, because memory is shared.
///
///     takes    any shape
///     gives    shape<number of elements>
///     learns   nothing
///     costs    nothing where its input has no border in memory, a pass otherwise
///
///     using head = ctnn::network<ctnn::shape<7, 7, 64>, ctnn::flatten, ctnn::dense<10>>;
///
/// https://keras.io/api/layers/reshaping_layers/flatten/
struct flatten {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        return operation{.what = kind::reshape, .layer = "flatten", .in = in, .out = make_dims(in.size())};
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
