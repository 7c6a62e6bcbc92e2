// SPDX-License-Identifier: MIT
/// \file
/// The convolution.
#pragma once

#include "ctnn/layers/convolution_rule.hpp"

namespace ctnn {

/// Convolution with so many filters (as everywhere in deep learning a correlation: the kernel is not flipped).
///
///     takes    a sequence, an image or a volume; its rank follows the input
///     gives    (input + padding - (kernel - 1) * dilation - 1) / stride + 1 positions an axis, `Filters` channels
///     learns   weight (kernel..., channels / groups, Filters), filters contiguous: Keras' order; bias (Filters)
///     options  kernel (3), stride (1), dilation (1), padding, same or causal (valid), groups (1), no_bias;
///              exact or winograd<2 or 4>: the algorithm, which the layer chooses by itself unless told;
///              how the weight begins (glorot_uniform), see core/initializer.hpp
///     costs    kernel * channels / groups * Filters multiply-adds a position; a 3 x 3 kernel by Winograd, where that
///              is cheaper, a quarter to a half of them. An engine applies the batch norm, addition, activation and
///              2 x 2 maximum that follow in the same pass
///     refuses  a vector; a kernel larger than the padded input; groups that do not divide channels and filters;
///              causal for an image or a volume
///
///     using edge = ctnn::network<ctnn::shape<28, 28, 1>, ctnn::conv<8, 5, ctnn::stride<2>, ctnn::same>, ctnn::relu>;
///
/// https://keras.io/api/layers/convolution_layers/convolution2d/
template <extent Filters, auto... Options>
struct conv {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        return lower_convolution("conv", read_options<Options...>(),
                                 convolution_options | option::groups | option::algorithm, in, Filters);
    }
};

}  // namespace ctnn
