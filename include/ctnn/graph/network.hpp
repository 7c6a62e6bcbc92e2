// SPDX-License-Identifier: MIT
/// \file
/// A network: one type over static shapes.
#pragma once

#include "ctnn/graph/inference_plan.hpp"
#include "ctnn/graph/table.hpp"

namespace ctnn {

/// Does this sequence of layers fit this input? The answer without the error.
template <class Input, class... Layers>
concept composable =
    static_shape<Input> && detail::diagnosed<typename detail::layers_on<Input, Layers...>::type, dims_of<Input>>
.why == refusal::none;

/// A network is its input shape and its layers; every other size follows. It has no data: a model owns the parameters.
///
///     takes    the shape of one sample, or inputs<...> of several; the batch is a run-time number elsewhere
///     gives    input, output (shapes as types) and constants that can be static_asserted
///     learns   what its layers learn, in their order
///     costs    multiply_adds, workspace_bytes(batch), engine_bytes
///     refuses  what does not fit, with one message: the layer, the shape that reaches it, and what to do
///
///     using net = ctnn::network<ctnn::shape<28, 28, 1>, ctnn::conv<16>, ctnn::relu, ctnn::flatten, ctnn::dense<2>,
///                               ctnn::softmax>;
template <class Input, class... Layers>
struct network
    : detail::check<typename detail::layers_on<Input, Layers...>::type, dims_of<Input>,
                    detail::diagnosed<typename detail::layers_on<Input, Layers...>::type, dims_of<Input>>.why> {
    using layers = typename detail::layers_on<Input, Layers...>::type;
    using input = Input;
    static constexpr dims input_dims = dims_of<Input>;

    /// The rows of the network as its layers emit them, before fusion.
    static constexpr auto table = detail::lower<layers, input_dims>();
    static_assert(
        detail::reads_all(table),
        "ctnn: every input and the output of every layer must be read; begin a network of several inputs with "
        "each_input or siamese, leave no input out, and let input<I> begin a branch of concat, sum or scale_by; put a "
        "recurrent layer, attention or a global pool behind masking");
    static constexpr dims output_dims = table.values[table.output];
    using output = shape_of<output_dims.rank == 0 ? make_dims(1) : output_dims>;

    /// Numbers that training changes.
    static constexpr extent parameter_count = table.parameter_count;
    /// Numbers that are kept but not learned: running statistics.
    static constexpr extent state_count = table.state_count;
    /// Multiply-adds of one sample through convolutions and dense layers.
    static constexpr extent multiply_adds = [] {
        extent total = 0;
        for (const operation& row : table.rows) total += row.multiply_adds;
        return total;
    }();

    /// Bytes of activations and temporary memory that inference of a batch needs, for elements of 4 bytes. A batch
    /// whose activations would exceed 16 MB runs in slices, and needs no more than one slice does.
    [[nodiscard]] static constexpr extent workspace_bytes(extent batch, extent threads = 1) {
        using plan = detail::inference_plan<network>;
        return (plan::together(batch) * plan::elements + plan::scratch + threads * plan::each_thread) * 4;
    }
    /// Bytes of the block of an engine of float for one sample and one thread at a time: packed weights, activations,
    /// scores.
    static constexpr extent engine_bytes = [] {
        using plan = detail::inference_plan<network>;
        return (plan::weights + plan::elements + round_up(output_dims.size()) + plan::scratch + plan::each_thread) * 4;
    }();
};

}  // namespace ctnn
