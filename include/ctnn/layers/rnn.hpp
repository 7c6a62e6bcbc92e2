// SPDX-License-Identifier: MIT
/// \file
/// The simple recurrent layer.
#pragma once

#include "ctnn/layers/recurrent_code.hpp"

namespace ctnn {

/// Elman's recurrent layer: h_t = tanh(x_t W + h_(t-1) U + b), from h = 0 before the first step.
///
///     takes    shape<T, C>, a sequence; steps that masking or length_mask mark as absent are passed over
///     gives    shape<T, Units>, the state behind each step; with last_step or last_state shape<Units>, that behind
///              the last
///     learns   weight (C, Units), recurrent_weight (Units, Units), units contiguous; bias (Units), with pytorch
///              (2, Units), for the input and for the state
///     options  last_step or last_state; from_memory (it begins with the memory of with_memory); backwards; masked
///              (steps of zeros are passed over); keras or pytorch
///     refuses  whatever is no sequence; from_memory where there is no memory, or one that is not shape<Units>
///     costs    T (C + Units) Units multiply-adds forwards, twice that backwards, which keeps the states of all steps
///
///     using net = ctnn::network<ctnn::shape<20, 6>, ctnn::rnn<32>, ctnn::rnn<16, ctnn::last_step>, ctnn::dense<2>>;
///
/// Elman, "Finding structure in time", 1990; https://keras.io/api/layers/recurrent_layers/simple_rnn/,
/// https://pytorch.org/docs/stable/generated/torch.nn.RNN.html
template <extent Units, auto... Options>
struct rnn : detail::recurrent<kernels::cell::rnn> {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        return rnn::lower_as("rnn", in, Units, read_options<Options...>());
    }
};

}  // namespace ctnn
