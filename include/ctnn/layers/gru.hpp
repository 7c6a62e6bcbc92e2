// SPDX-License-Identifier: MIT
/// \file
/// The gated recurrent unit.
#pragma once

#include "ctnn/layers/recurrent_code.hpp"

namespace ctnn {

/// Gated recurrent unit: with r and z the sigmoids of x_t W + h_(t-1) U + b for their gates, and the candidate
/// n = tanh(x_t W_n + b_n + r (h_(t-1) U_n + b'_n)), the state is h_t = (1 - z) n + z h_(t-1), from 0.
///
///     takes    shape<T, C>, a sequence; steps that masking or length_mask mark as absent are passed over
///     gives    shape<T, Units>, the state behind each step; with last_step or last_state shape<Units>, that behind
///              the last
///     learns   weight (C, 3 Units), recurrent_weight (Units, 3 Units), gates in the order r, z, n, with keras z, r, n;
///              bias (2, 3 Units), for the input and for the state
///     options  last_step or last_state; from_memory (it begins with the memory of with_memory); backwards; masked
///              (steps of zeros are passed over); keras or pytorch (the order of r and z)
///     refuses  whatever is no sequence; from_memory where there is no memory, or one that is not shape<Units>
///     costs    T (C + Units) 3 Units multiply-adds forwards, twice that backwards, which keeps the gates and states of
///              all steps
///
/// The reset gate scales what the state gives to the candidate, behind its product: PyTorch's unit, and Keras' with its
/// default reset_after=True. PyTorch's weights are the transposes of these.
///
///     using net = ctnn::network<ctnn::shape<20, 6>, ctnn::gru<32, ctnn::last_step>, ctnn::dense<2>>;
///
/// Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014;
/// https://keras.io/api/layers/recurrent_layers/gru/, https://pytorch.org/docs/stable/generated/torch.nn.GRU.html
template <extent Units, auto... Options>
struct gru : detail::recurrent<kernels::cell::gru> {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        return gru::lower_as("gru", in, Units, read_options<Options...>());
    }
};

}  // namespace ctnn
