// SPDX-License-Identifier: MIT
/// \file
/// What a layer's code is called with: views of its operands for a whole batch.
#pragma once

#include <cstdint>

#include "ctnn/core/config.hpp"
#include "ctnn/core/operation.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {

/// A batch of values of one shape. Channels are contiguous; rows need not be, because a value can be a slice of a
/// concatenation or carry a zero border that a convolution reads.
template <class T>
struct batch_view {
    T* data = nullptr;  ///< sample 0, position 0, channel 0; null: this operand is not wanted
    dims shape{};
    extent count = 0;   ///< samples
    extent sample = 0;  ///< elements from one sample to the next
    extent step[3]{};   ///< elements from one depth, row, pixel to the next

    /// A batch that lies without a gap, as users hand it over.
    [[nodiscard]] static batch_view dense(T* data, const dims& shape, extent count) {
        const extent pixel = shape.channels(), row = shape.width() * pixel;
        return {data, shape, count, shape.size(), {shape.height() * row, row, pixel}};
    }

    [[nodiscard]] T* at(extent s, extent d, extent h, extent w) const {
        return data + s * sample + d * step[0] + h * step[1] + w * step[2];
    }
    operator batch_view<const T>() const { return {data, shape, count, sample, {step[0], step[1], step[2]}}; }
    /// Do the pixels of a row lie without a gap?
    [[nodiscard]] bool rows_contiguous() const { return step[2] == shape.channels(); }
    /// Does the whole sample?
    [[nodiscard]] bool contiguous() const {
        return rows_contiguous() && (shape.height() == 1 || step[1] == shape.width() * step[2]) &&
               (shape.depth() == 1 || step[0] == shape.height() * shape.width() * step[2]);
    }
};

/// One layer forwards: reads x (and other), writes y.
template <class T>
struct forward_call {
    const operation& op;
    batch_view<const T> x;
    batch_view<const T> other;  ///< the second input of add and multiply, or the addend of a fused row
    batch_view<T> y;
    batch_view<const T> mask{};     ///< shape<steps>: 0 where a step is absent; no data: all are present
    const T* parameters = nullptr;  ///< of this operation; in an engine: the packed weights
    T* state = nullptr;             ///< running statistics; a training pass updates them
    T* saved = nullptr;             ///< op.saved numbers that backward will see
    T* kept = nullptr;              ///< op.kept numbers a sample that backward will see; null in an engine
    T* carried = nullptr;           ///< op.carried numbers of a stream, 0 before its first step; else null
    T* scratch = nullptr;           ///< op.scratch numbers
    T* thread_scratch = nullptr;    ///< for each thread op.thread_scratch numbers; a convolution's own number of them
    extent threads = 1;
    bool training = false;
    std::uint64_t seed = 0;  ///< of random layers, with the step's number: same seed and step, same mask
    std::uint64_t step = 0;
};

/// One layer backwards: reads dy and what it asked for, overwrites dx, adds into the gradients of its parameters.
template <class T>
struct backward_call {
    const operation& op;
    batch_view<const T> x, other, y, dy;
    batch_view<T> dx;            ///< dx.data is null when nobody asks for it
    batch_view<T> d_other{};     ///< the same for the second input of multiply
    batch_view<const T> mask{};  ///< as forward saw it
    const T* parameters = nullptr;
    T* gradients = nullptr;  ///< of this operation's parameters; added into. Null where nobody wants those of an
                             ///< operation of kind convolution
    const T* saved = nullptr;
    T* kept = nullptr;  ///< what forward kept; may be overwritten
    T* scratch = nullptr;
    T* thread_scratch = nullptr;
    extent threads = 1;
    bool accumulate = false;        ///< add into dx instead; only for operations of kind convolution and multiply
    bool accumulate_other = false;  ///< and into d_other; for multiply, and rows that read with_memory's memory
    bool training = true;           ///< what forward was called with
    std::uint64_t seed = 0;
    std::uint64_t step = 0;
};

/// What a layer that packs makes the parameters of an engine from.
template <class T>
struct pack_call {
    const operation& op;
    const T* parameters = nullptr;
    const T* front = nullptr;  ///< the table of the embedding that is folded into it
    T* to = nullptr;           ///< op.packed numbers
};

/// A layer's code as the executor sees it.
template <class T>
struct routine {
    using scalar = T;
    void (*forward)(const forward_call<T>&) = nullptr;
    void (*backward)(const backward_call<T>&) = nullptr;
    /// In an engine, for layers that pack: forward with what pack() made of the parameters, op.packed numbers.
    void (*infer)(const forward_call<T>&) = nullptr;
    void (*pack)(const pack_call<T>&) = nullptr;
    bool packs = false;  ///< has the two; sanitizers let no constant expression compare functions with null
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
