// SPDX-License-Identifier: MIT
/// \file
/// The embedding of class indices.
#pragma once

#include "ctnn/core/sequence_options.hpp"
#include "ctnn/kernels/embedding.hpp"

namespace ctnn {

/// Gives each class index a vector that it learns: y_t = weight[x_t].
///
///     takes    shape<T>, class indices as whole numbers 0 ... Classes - 1 in the network's own floating-point type,
///              exact up to 2^24 in float; a fraction is cut off
///     gives    shape<T, Units>
///     learns   weight (Classes, Units)
///     options  padding_index<i>: class i has the vector 0 and learns nothing, as PyTorch's padding_idx
///     refuses  anything but a vector; a padding index that is no class
///     costs    a copy; backwards an addition for each step; in front of recurrent layers nothing in an engine, whose
///              table has the products of their input weights instead, up to 4 MB of float
///
/// An index that is no class (negative, too large, NaN) is treated as the padding: 0, and nothing is learned. Steps of
/// zeros are those that recurrent layers with `masked` pass over (Keras' mask_zero). The gradient of the indices is 0.
///
///     using net = ctnn::network<ctnn::shape<100>, ctnn::embedding<1000, 64, ctnn::padding_index<0>>,
///                               ctnn::lstm<64, ctnn::masked, ctnn::last_step>, ctnn::dense<2>>;
///
/// https://keras.io/api/layers/core_layers/embedding/,
/// https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html
template <extent Classes, extent Units, auto... Options>
struct embedding {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        if (o.repeated || (o.given & ~option::padding_index) != 0) return refusal::option_not_taken;
        if (Classes < 1 || Units < 1) return refusal::number_out_of_range;
        if ((o.given & option::padding_index) != 0 && (o.padding_index < 0 || o.padding_index >= Classes))
            return refusal::number_out_of_range;
        if (in.rank != 1) return refusal::needs_indices;
        operation row = make_operation(kind::embedding, "embedding", in, make_dims(in.channels(), Units));
        row.alpha = static_cast<double>(o.padding_index + 1);  // 0: there is none
        row.backward_reads_input = true;
        row.parameters[0] = {.name = "weight",
                             .axis = {Classes, Units, 1, 1, 1},
                             .rank = 2,
                             .start = initializer::glorot_uniform,
                             .fan_in = Classes,
                             .fan_out = Units};
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::embedding_forward(call.x, call.y, call.parameters, call.op.parameters[0].axis[0], padding_of(call.op),
                                   call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        kernels::embedding_backward(call.x, call.dy, call.gradients, call.op.parameters[0].axis[0], padding_of(call.op),
                                    call.threads);
        if (call.dx.data == nullptr) return;
        for (extent s = 0; s < call.dx.count; ++s)
            for (extent t = 0; t < call.dx.shape.channels(); ++t) call.dx.at(s, 0, 0, 0)[t] = T(0);
    }

private:
    [[nodiscard]] static constexpr extent padding_of(const operation& op) { return static_cast<extent>(op.alpha) - 1; }
};

}  // namespace ctnn
