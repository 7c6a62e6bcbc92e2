// SPDX-License-Identifier: MIT
/// \file
/// A recurrent layer over whole sequences, for a few samples at a time, and backwards through time.
#pragma once

#include <cstring>

#include "ctnn/kernels/convolution_gradient.hpp"
#include "ctnn/kernels/embedding.hpp"
#include "ctnn/kernels/recurrent_pack.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// A few samples whose steps are computed together. x, y: (samples, steps, inputs or units); z: (samples, steps, slots,
/// padded units); h, c: (samples, steps + 1, padded units), the state before each step and behind the last. Every
/// distance is in elements and may be negative: a layer that reads backwards begins at the last step.
template <class T>
struct recurrent_block {
    extent samples = 0, steps = 0;
    const T* x = nullptr;
    extent x_sample = 0, x_step = 0;
    T* y = nullptr;  ///< of the last step alone if y_step is 0
    extent y_sample = 0, y_step = 0;
    T* z = nullptr;  ///< room for `chunk` steps, whose input products are computed together
    extent z_sample = 0, z_step = 0, chunk = 0;
    T *h = nullptr, *c = nullptr;  ///< with state_step 0 each state overwrites the one before it
    extent state_sample = 0, state_step = 0;
    const T* table = nullptr;  ///< (classes + 1, 1 + slots * padded units): then x (samples, steps) are class indices
    extent classes = 0, padding = -1;
    bool masked = false;      ///< steps of zeros are passed over
    const T* mask = nullptr;  ///< (samples, steps): and those where it is 0; null: none is
    extent mask_sample = 0, mask_step = 0;
    bool odd = false;    ///< is the first step an odd one?
    bool cells = false;  ///< an lstm's cells stand in y behind the state of the last step
    T* start_gradient =
        nullptr;  ///< (samples, units), of an lstm (samples, 2 units): of the first state; null: unasked
    extent start_sample = 0;
    bool add_start = false;  ///< it is added to

    [[nodiscard]] CTNN_INLINE cell_step<T> cell_at(extent sample, extent step, extent place) const {
        const extent from = sample * state_sample + step * state_step, to = from + state_step;
        return {z + sample * z_sample + place * z_step, h + from, h + to, c + from, c + to};
    }
    /// The row of the table for a step: the products of its inputs behind a 0 where these are all 0.
    [[nodiscard]] const T* row_at(extent sample, extent step, extent width) const {
        const extent row = embedded_row(x[sample * x_sample + step * x_step], classes, padding);
        return table + (row < 0 ? classes : row) * width;
    }
    /// Is this one of the steps that fill up a short sequence?
    [[nodiscard]] bool absent(extent sample, extent step, extent inputs, extent width) const {
        if (mask != nullptr && mask[sample * mask_sample + step * mask_step] == T(0)) return true;
        if (!masked) return false;
        if (table != nullptr) return row_at(sample, step, width)[0] == T(0);
        const T* from = x + sample * x_sample + step * x_step;
        for (extent k = 0; k < inputs; ++k)
            if (!(from[k] == T(0))) return false;
        return true;
    }
};

namespace detail {
template <class T>
inline void copy(const T* from, T* to, extent count) {
    if (from != to) std::memcpy(static_cast<void*>(to), from, static_cast<std::size_t>(count) * sizeof(T));
}
}  // namespace detail

/// The states of all steps, and y. The state before the first step is in h and c.
template <cell C, class T>
void recurrent_forward(const recurrent_weights<T>& w, extent units, const recurrent_block<T>& b) {
    constexpr extent gates = gates_of(C);
    const extent padded = w.state.units, width = 1 + w.input.outputs;
    for (extent begin = 0; begin < b.steps; begin += b.chunk) {
        const extent end = begin + b.chunk < b.steps ? begin + b.chunk : b.steps;
        for (extent s = 0; s < b.samples; ++s) {
            T* to = b.z + s * b.z_sample;
            if (b.table == nullptr)
                input_product(b.x + s * b.x_sample + begin * b.x_step, b.x_step, w.input, w.bias, to, b.z_step,
                              end - begin);
            else
                for (extent t = begin; t < end; ++t, to += b.z_step)
                    detail::copy(b.row_at(s, t, width) + 1, to, width - 1);
        }
        for (extent t = begin; t < end; ++t) {
            recurrent_product<gates>(b.h + t * b.state_step, b.state_sample, w.state, b.z + (t - begin) * b.z_step,
                                     b.z_sample, b.samples, (t % 2 != 0) != b.odd);
            for (extent s = 0; s < b.samples; ++s) {
                const cell_step<T> at = b.cell_at(s, t, t - begin);
                T* to = b.y + s * b.y_sample + t * b.y_step;
                if (b.absent(s, t, w.input.inputs, width)) {
                    detail::copy(at.before, at.after, padded);
                    if constexpr (C == cell::lstm) detail::copy(at.c_before, at.c_after, padded);
                    if (b.y_step != 0) detail::clear(to, units);
                } else {
                    cell_forward<C>(at, padded);
                    if (b.y_step != 0) detail::copy<T>(at.after, to, units);
                }
            }
        }
    }
    if (b.y_step == 0)
        for (extent s = 0; s < b.samples; ++s) {
            const extent last = s * b.state_sample + b.steps * b.state_step;
            detail::copy<T>(b.h + last, b.y + s * b.y_sample, units);
            if (b.cells) detail::copy<T>(b.c + last, b.y + s * b.y_sample + units, units);
        }
}

/// z, which forward left with the gates of all steps, becomes the gradient of their sums; y is the gradient of the
/// output. `transposed`: the state's weights as pack_recurrent_transposed() has them. memory: (2, samples, padded
/// units) numbers.
template <cell C, class T>
void recurrent_backward(const recurrent_matrix<T>& transposed, extent inputs, extent units, const recurrent_block<T>& b,
                        T* memory) {
    const extent padded = transposed.units;
    T *dh = memory, *dc = memory + b.samples * padded;
    detail::clear(memory, 2 * b.samples * padded);
    if (b.y_step == 0)
        for (extent s = 0; s < b.samples; ++s) {
            detail::copy<T>(b.y + s * b.y_sample, dh + s * padded, units);
            if (b.cells) detail::copy<T>(b.y + s * b.y_sample + units, dc + s * padded, units);
        }
    for (extent t = b.steps; t-- > 0;) {
        for (extent s = 0; s < b.samples; ++s) {
            const cell_step<T> at = b.cell_at(s, t, t);
            if (b.absent(s, t, inputs, 0)) {
                detail::clear(at.z, slots_of(C) * padded);
                continue;
            }
            if (b.y_step != 0) {
                const T* dy = b.y + s * b.y_sample + t * b.y_step;
                for (extent u = 0; u < units; ++u) dh[s * padded + u] += dy[u];
            }
            cell_backward<C>(at, dh + s * padded, dc + s * padded, padded);
        }
        if (t > 0 || b.start_gradient != nullptr)
            recurrent_product<1>(b.z + t * b.z_step, b.z_sample, transposed, dh, padded, b.samples, t % 2 != 0);
    }
    for (extent s = 0; s < b.samples && b.start_gradient != nullptr; ++s) {
        T* to = b.start_gradient + s * b.start_sample;
        const T *h = dh + s * padded, *c = dc + s * padded;
        for (extent u = 0; u < units; ++u) to[u] = b.add_start ? to[u] + h[u] : h[u];
        for (extent u = units; C == cell::lstm && u < 2 * units; ++u)
            to[u] = b.add_start ? to[u] + c[u - units] : c[u - units];
    }
}

/// The tile of the gradient of a product's weights: gates * padded units are whole vectors, in groups of as many.
template <extent Gates>
inline constexpr key recurrent_gradient_key{.pixels = Gates == 1   ? 8
                                                      : Gates == 3 ? (registers == 32 ? 8 : 4)
                                                                   : 6,
                                            .rest = 1,
                                            .vectors = Gates == 4 && registers != 32 ? 2 : Gates,
                                            .long_rows = true};

/// dw (inputs, Gates, padded units) += the products of x (samples, steps, inputs) and dz (samples, steps, Gates, padded
/// units), for a share of the inputs; sums (Gates, padded units) += dz, for one of these, or null.
template <extent Gates, class T>
void recurrent_weight_gradient(const T* x, extent x_sample, extent x_step, extent inputs, const T* dz, extent z_sample,
                               extent z_step, extent outputs, extent samples, extent steps, T* dw, T* sums, share of) {
    correlation g;
    g.positions[2] = steps;
    g.in_step[2] = x_step;
    g.out_step[2] = z_step;
    g.channels = inputs;
    g.filters = outputs;
    weight_gradient<T, recurrent_gradient_key<Gates>>(g, x, x_sample, dz, z_sample, samples, dw, sums, of);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
