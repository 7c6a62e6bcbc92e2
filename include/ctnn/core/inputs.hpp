// SPDX-License-Identifier: MIT
/// \file
/// The shapes of a network that has several inputs.
#pragma once

#include "ctnn/core/shape.hpp"

namespace ctnn {

/// How many inputs a network may have.
inline constexpr int most_inputs = 8;

/// Several inputs of one network, in place of its input's shape: a sample is all of them, one behind the other, in one
/// block of memory. So data sets, batches, engines and the gradient of the input know nothing of them.
///
///     using net = ctnn::network<ctnn::inputs<ctnn::shape<28, 28, 1>, ctnn::shape<5>>,
///                               ctnn::each_input<ctnn::chain<ctnn::conv<8>, ctnn::relu, ctnn::flatten>,
///                                                ctnn::chain<ctnn::dense<8>, ctnn::relu>>,
///                               ctnn::dense<2>, ctnn::softmax>;
///
/// Layers read them through each_input, siamese and input<I>; net::input::offset(1) is where the five numbers begin in
/// a sample of 789. join_inputs() makes such a data set of two.
template <static_shape... Shapes>
struct inputs {
    static_assert(sizeof...(Shapes) >= 2,
                  "ctnn: inputs lists the shapes of two inputs or more; spell the shape of a single one alone");
    static_assert(sizeof...(Shapes) <= most_inputs,
                  "ctnn: a network has at most 8 inputs; make channels of some of them");
    static constexpr extent count = sizeof...(Shapes);
    static constexpr extent rank = 1;
    static constexpr extent size = (Shapes::size + ... + 0);
    static constexpr dims parts[sizeof...(Shapes) + 1]{dims_of<Shapes>...};

    /// Where input i begins in a sample; offset(count) is the end.
    [[nodiscard]] static constexpr extent offset(extent i) {
        extent total = 0;
        for (extent k = 0; k < i; ++k) total += parts[k].size();
        return total;
    }
};

template <static_shape... Shapes>
inline constexpr dims dims_of<inputs<Shapes...>> = make_dims(inputs<Shapes...>::size);

}  // namespace ctnn
