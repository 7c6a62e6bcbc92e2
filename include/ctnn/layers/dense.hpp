// SPDX-License-Identifier: MIT
/// \file
/// The fully connected layer.
#pragma once

#include "ctnn/core/options.hpp"
#include "ctnn/layers/convolution_code.hpp"

namespace ctnn {

/// A dense layer with so many units, or why it is refused.
[[nodiscard]] constexpr outcome lower_dense(const layer_options& o, dims in, extent units) {
    if (o.repeated || (o.given & ~(option::bias | option::start)) != 0) return refusal::option_not_taken;
    if (units < 1 || !start_fits(o)) return refusal::number_out_of_range;
    if (in.rank > 2) return refusal::needs_vector;

    operation row{.what = kind::convolution, .layer = "dense", .in = in, .out = in.with_channels(units)};
    row.backward_reads_input = true;
    row.multiply_adds = in.size() * units;
    row.parameters[0] = {.name = "weight",
                         .axis = {in.channels(), units, 1, 1, 1},
                         .rank = 2,
                         .start = initializer::glorot_uniform,
                         .fan_in = in.channels(),
                         .fan_out = units};
    row.parameters[0].begin_as(o);
    if (o.bias) row.parameters[1] = {.name = "bias", .axis = {units, 1, 1, 1, 1}, .rank = 1};
    row.scratch = convolution_scratch(row);
    return row;
}

/// Fully connected layer: y = x W + b, for a vector or for each step of a sequence.
///
///     takes    shape<N> or shape<T, N>
///     gives    shape<Units> or shape<T, Units>
///     learns   weight (N, Units), units contiguous: Keras' order; bias (Units)
///     options  no_bias; how the weight begins (glorot_uniform), see core/initializer.hpp
///     costs    N * Units multiply-adds a step; at batch 1 the time is that of reading the weights
///     refuses  an image or a volume
///
///     using head = ctnn::network<ctnn::shape<512>, ctnn::dense<128>, ctnn::relu, ctnn::dense<10>>;
///
/// https://keras.io/api/layers/core_layers/dense/
template <extent Units, auto... Options>
struct dense {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        return lower_dense(read_options<Options...>(), in, Units);
    }
};

}  // namespace ctnn
