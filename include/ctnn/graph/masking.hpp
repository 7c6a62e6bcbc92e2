// SPDX-License-Identifier: MIT
/// \file
/// Which steps of a sequence are there: sequences shorter than T.
#pragma once

#include "ctnn/core/number.hpp"
#include "ctnn/core/threads.hpp"
#include "ctnn/graph/compose.hpp"
#include "ctnn/kernels/masking.hpp"

namespace ctnn {

namespace detail {

/// The row that finds the steps which differ from what fills up.
struct masking_code {
    [[nodiscard]] static constexpr operation row_of(const dims& in, double value) {
        operation row = make_operation(kind::mask, "masking", in, make_dims(in.rank == 1 ? in.channels() : in[0]));
        row.alpha = value;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        const extent steps = call.y.shape.channels();
        parallel_for(call.x.count, threads_for(call.x.count * call.x.shape.size(), call.threads), [&](extent s) {
            kernels::find_present(call.x, s, static_cast<T>(call.op.alpha), call.y.at(s, 0, 0, 0), steps);
        });
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        kernels::clear_view(call.dx);
    }
};

/// The row that makes a mask of a length.
struct length_mask_code {
    template <class T>
    static void forward(const forward_call<T>& call) {
        for (extent s = 0; s < call.x.count; ++s)
            kernels::count_present(call.x.at(s, 0, 0, 0)[0], call.y.at(s, 0, 0, 0), call.y.shape.channels());
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        kernels::clear_view(call.dx);
    }
};

}  // namespace detail

/// Marks the steps all of whose numbers are exactly Value as absent: what fills up sequences shorter than T, in front
/// of them or behind. The values pass unchanged, and the mask travels on with them through all layers that give
/// something for each step; in front of an embedding Value is the class index that stands for nothing.
///
///     takes    a sequence shape<T, C>, a volume or an image of T slices or rows, or shape<T> in front of an embedding
///     gives    the same shape
///     learns   nothing
///     costs    one pass over its input
///
/// What reads a mask:
/// - rnn, lstm, gru and bidirectional pass over absent steps, as PyTorch does with packed sequences: the state stays,
///   what they give for such a step is 0, last_step is the last one that is present, where reading backwards begins;
/// - attention gives absent tokens no weight (PyTorch's key_padding_mask); where there is no token left to look at, it
///   gives 0, where PyTorch has NaN. What it gives *for* absent tokens is finite and means nothing;
/// - global_avg_pool and global_max_pool pool the present steps; of none the result is 0.
/// A loss sees no mask: absent steps are labelled -1, which all losses over classes leave out (PyTorch's ignore_index).
/// All other layers treat absent steps like others; so do batch_norm's statistics. Layers that change the number of
/// steps (a stride, a pooling window, no padding) are refused behind it. flatten takes all steps as they are.
///
///     using net = ctnn::network<ctnn::shape<29, 12>, ctnn::masking<>, ctnn::bidirectional<ctnn::lstm<32>>,
///                               ctnn::global_avg_pool, ctnn::dense<9>>;
///
/// https://keras.io/api/layers/core_layers/masking/
template <number Value = 0.0>
struct masking {
    using children = types<>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (b.steps != 0) return b.refuse(refusal::needs_steps_apart, in.shape);
        const operation row = detail::masking_code::row_of(in.shape, Value.value());
        const wire mask = b.apply(row, routine_of<detail::masking_code, Routine>(), in);
        return {in.id, in.shape, mask.id};
    }
};

/// Marks the steps behind a length as absent; the length comes with each sample, as input I of the network.
///
///     takes    a sequence shape<T, C>, or a volume or an image of T slices or rows
///     gives    the same shape
///     learns   nothing
///     refuses  a network whose input I is no shape<1>; a vector
///     costs    one pass over the steps
///
/// The length is a whole number in the network's own floating-point type; below 0 it is 0, above T it is T, and a NaN
/// is 0. The mask replaces one that came with the values, and does what that of masking does. The gradient of the
/// length is 0.
///
///     using net = ctnn::network<ctnn::inputs<ctnn::shape<29, 12>, ctnn::shape<1>>, ctnn::input<0>,
///                               ctnn::length_mask<1>, ctnn::lstm<32, ctnn::last_step>, ctnn::dense<9>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html
template <extent I>
struct length_mask {
    using children = types<>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        const wire length = b.read_input(I, in);
        if (b.refused()) return {};
        if (!(length.shape == make_dims(1))) return b.refuse(refusal::needs_length, length.shape);
        if (in.shape.rank < 2) return b.refuse(refusal::needs_sequence, in.shape);
        const operation row = make_operation(kind::mask, "length_mask", length.shape, make_dims(in.shape[0]));
        const wire mask = b.apply(row, routine_of<detail::length_mask_code, Routine>(), length);
        return {in.id, in.shape, mask.id};
    }
};

}  // namespace ctnn
