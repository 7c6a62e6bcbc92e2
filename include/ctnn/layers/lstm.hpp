// SPDX-License-Identifier: MIT
/// \file
/// The long short-term memory.
#pragma once

#include "ctnn/layers/recurrent_code.hpp"

namespace ctnn {

/// Long short-term memory: the gates (i, f, g, o) = x_t W + h_(t-1) U + b move the cells
/// c_t = sigmoid(f) c_(t-1) + sigmoid(i) tanh(g), and the state is h_t = sigmoid(o) tanh(c_t). Both begin at 0.
///
///     takes    shape<T, C>, a sequence; steps that masking or length_mask mark as absent are passed over
///     gives    shape<T, Units>, the state behind each step; with last_step shape<Units>, that behind the last; with
///              last_state shape<2 Units>, the cells behind that too
///     learns   weight (C, 4 Units), recurrent_weight (Units, 4 Units), gates in the order i, f, g, o, which is that of
///              Keras and PyTorch; bias (4 Units), with pytorch (2, 4 Units), for the input and for the state
///     options  last_step or last_state; from_memory (it begins with the memory of with_memory); backwards; masked
///              (steps of zeros are passed over); keras (the forget gate's bias begins at 1) or pytorch (two biases)
///     refuses  whatever is no sequence; from_memory where there is no memory, or one that is not shape<2 Units>
///     costs    T (C + Units) 4 Units multiply-adds forwards, twice that backwards, which keeps the gates, cells and
///              states of all steps
///
/// Stacked layers are written one after the other. PyTorch's weights are the transposes of these.
///
///     using net = ctnn::network<ctnn::shape<100>, ctnn::embedding<1000, 64>, ctnn::lstm<64, ctnn::last_step>,
///                               ctnn::dense<2>>;
///
/// Hochreiter and Schmidhuber, "Long short-term memory", 1997, with the forget gate of Gers et al., 2000;
/// https://keras.io/api/layers/recurrent_layers/lstm/, https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html
template <extent Units, auto... Options>
struct lstm : detail::recurrent<kernels::cell::lstm> {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        return lstm::lower_as("lstm", in, Units, read_options<Options...>());
    }
};

}  // namespace ctnn
